//! What arrives: accepted once, durably, then decided.
//!
//! Invariants
//! - Accepted means committed: an accepted event survives a kill and is decided at least once, with one effect.
//! - What is said to others in a channel that is off is not accepted: nothing can come of it.
//! - What can't be read is kept and counted, and never stops what comes behind it.
//! - A person's text is erased with the decision about it; what they said just now is remembered in memory alone.

mod accept;
mod acquaintance;
mod card_taps;
mod catch_up;
mod channels;
mod commands;
mod conversation;
mod describing;
mod digest;
mod dips;
mod follow_ups;
mod group_numbers;
mod groups;
mod held;
mod holds;
mod home;
mod learning;
mod line;
mod lookups;
mod messages;
mod observer;
mod own_words;
mod practices;
mod pulse;
mod repeats;
mod settings;
mod signals;
mod small_talk;
mod steering;
mod taps;
mod topics;
mod traffic;
mod worker;

pub use accept::Inbox;
pub use catch_up::Heard;
pub use channels::{Channels, LimitsOf, Unlisted};
pub use line::{Line, LineError, Parts};
pub use observer::{Observed, Observer, Unobserved};
