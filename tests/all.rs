//! The one integration binary: whatever is promised to users and to each other is tried here.

mod architecture;
