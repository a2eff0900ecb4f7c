//! The neutral words of a conversation, and the port through which every chat platform is reached.
//!
//! A platform's adapter turns what happened there into [`Event`]s and shows [`Card`]s; the engine knows nothing else.
//!
//! Invariants
//! - No type here knows a vendor, a database or a runtime: this crate depends on serde alone.
//! - Ids of different things are different types.
//! - An instant is a value ([`Timestamp`]), never read from the machine.

mod card;
pub mod contract;
mod event;
mod ids;
mod notebook;
mod place;
mod platform;
mod signal;
mod sink;
mod tenant;
mod text;
mod time;

pub use card::{Card, Choice, FreeText, Image, Link, Misfit, Prominence, Video};
pub use event::{Event, Field, Form, Message, What};
pub use ids::{
    AssetId, ChannelId, ChoiceId, DeliveryId, EventId, FormId, MessageId, PersonId, SessionId, UserId, WorkspaceId,
};
pub use notebook::{Note, Notebook, Noted};
pub use place::{Identity, Place, PlatformKind, Privacy, Profile};
pub use platform::{Described, HOME, Joining, Key, Pending, Platform, Platforms, Refusal, Sent, ShownTo, Unreadable};
pub use signal::{Alert, Observation, PersonKey, Said, Signal};
pub use sink::{Accepted, Accepting, EventSink, Mistake, Outage};
pub use tenant::{Scope, Tenant};
pub use text::{Block, Span, Text, is_linkable};
pub use time::Timestamp;
