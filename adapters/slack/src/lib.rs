//! Slack: connects, receives, translates and speaks.
//!
//! ```text
//! socket, http ─▶ door ─▶ Host::accept (durable) ─▶ acknowledged          platform ─▶ api ─▶ pace ─▶ Slack
//!                                     translate ─▶ chat::Event            blocks ◀─ chat::Card
//! ```
//!
//! Invariants
//! - [`blocks`] and [`fit`] are pure and never panic, whatever is written on the card.
//! - Nothing on a card pings, links or formats beyond its own spans: running text is `rich_text`, whose text Slack does
//!   not interpret; everything else is `plain_text` with `&`, `<` and `>` escaped.
//! - A card without a [`chat::Misfit`] is shown whole, within every limit of Slack that is known.
//! - Nothing of Slack's vocabulary leaves this crate but the JSON itself.
//! - Neither a token nor anybody's text stands in an error or in a log line.

mod addresses;
mod admins;
mod api;
mod card;
mod choices;
mod connect;
mod connector;
mod delivered;
mod door;
mod examine;
pub mod export;
mod form;
mod http;
mod install;
mod install_page;
mod limits;
mod manifest;
mod methods;
mod pace;
mod past;
mod pictures;
mod platform;
mod refusal;
mod rich_text;
mod socket_mode;
mod standing;
mod translate;
mod video;
mod workspaces;
mod writing;

pub use api::Now;
pub use card::{Picture, blocks};
pub use connect::{Listening, Settings, Slack, Speaking};
pub use door::Host;
pub use examine::{Introduced, examine, examine_app};
pub use install::{App, Chance};
pub use limits::fit;
pub use manifest::{Mode, manifest, with_emails};
pub use past::{Recorded, record};
pub use pictures::Album;
pub use platform::SlackPlatform;
pub use workspaces::{Installation, Installations, Kept};
