//! What Kairos does when it is called, one file each.
pub mod check;
