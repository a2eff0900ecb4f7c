//! Discord: cards as messages of its second component system ("Components V2").
//!
//! So far this adapter only renders; it speaks to nobody. What it renders is ready for "create message".
//!
//! Invariants
//! - [`components`] and [`fit`] are pure and never panic, whatever is written on the card.
//! - Nothing on a card pings, links or formats beyond its own spans: every sign of Discord's Markdown is escaped, and
//!   `allowed_mentions` allows none.
//! - A card without a [`chat::Misfit`] is shown whole, within every limit of Discord that is known.
//! - Nothing of Discord's vocabulary leaves this crate but the JSON itself.

mod card;
mod choices;
pub mod export;
mod limits;
mod markdown;

pub use card::components;
pub use limits::fit;
