//! What arrives: accepted once, durably, then decided.
//!
//! Invariants
//! - Accepted means committed: an accepted event survives a kill and is decided at least once, with one effect.
//! - What can't be read is kept and counted, and never stops what comes behind it.
//! - A person's text is erased with the decision about it.

mod accept;
mod acquaintance;
mod commands;
mod digest;
mod dips;
mod groups;
mod holds;
mod home;
mod line;
mod messages;
mod observer;
mod practices;
mod settings;
mod signals;
mod steering;
mod taps;
mod worker;

pub use accept::Inbox;
pub use line::{Line, LineError, Parts};
pub use observer::{Observed, Observer, Unobserved};
