//! Slack: cards as Block Kit messages.
//!
//! So far this adapter only renders; it speaks to nobody. What it renders is ready for `chat.postMessage`.
//!
//! Invariants
//! - [`blocks`] and [`fit`] are pure and never panic, whatever is written on the card.
//! - Nothing on a card pings, links or formats beyond its own spans: running text is `rich_text`, whose text Slack does
//!   not interpret; everything else is `plain_text` with `&`, `<` and `>` escaped.
//! - A card without a [`chat::Misfit`] is shown whole, within every limit of Slack that is known.
//! - Nothing of Slack's vocabulary leaves this crate but the JSON itself.

mod card;
mod choices;
pub mod export;
mod limits;
mod rich_text;
mod writing;

pub use card::blocks;
pub use limits::fit;
