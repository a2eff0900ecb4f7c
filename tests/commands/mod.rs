//! The real binary: what it prints, how it ends, what it leaves to others.

mod check;
mod config;
mod connections;
pub(crate) mod logs;
mod queue;
mod replay;
mod serve;
mod trying;
