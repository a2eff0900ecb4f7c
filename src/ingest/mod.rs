//! What arrives: accepted once, durably, then handled, one input after the other.
//!
//! ```text
//! accept ─▶ inbound events ─▶ worker ─▶ dispatch: handle, ask, handle again ─▶ commit, then remember
//!                                 └───▶ background: what is due, whose person was found, who can hear by now
//! ```
//!
//! Invariants
//! - Accepted means committed: an accepted event survives a kill and is handled at least once, with one effect.
//! - What is said to others in a channel that is off is not accepted: nothing can come of it.
//! - What can't be read is kept and counted, and never stops what comes behind it.
//! - A person's text is erased with the decision about it; what they said just now is remembered in memory alone.
//! - A platform that is slow or hangs delays nothing but what rests on its answer.

mod accept;
mod answers;
mod background;
mod batch;
mod catch_up;
mod channels;
mod commit;
mod direct;
mod dispatch;
mod profiles;
mod tuning;
mod waiting;
mod worker;

pub use accept::Inbox;
pub use catch_up::{CatchUp, Heard};
pub use channels::Channels;
pub use dispatch::{DispatchError, Dispatcher, Services};

pub use crate::handlers::{ChannelDefaults, LimitsOf, Observed, Observer, Unlisted, Unobserved};
