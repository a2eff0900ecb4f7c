//! The one integration binary: one file a promise.

mod store;
mod support;
