//! The playground: a small chat of its own, in a browser page; first run, demo and test double in one.
//!
//! Everything a person does here becomes an [`chat::Event`] that is written into a journal, then offered to the house;
//! everything Kairos says comes in through [`chat::Platform`], as it would on Slack and Discord.
//!
//! Invariants
//! - The journal is the truth: a restart, or a kill at any instant, loses nothing that was promised.
//! - It answers on the loopback only: other hosts' names and other pages' posts are refused.
//! - Nothing that people write is logged.

mod cast;
mod experiments;
mod host;
mod http;
mod journal;
mod note;
mod people_do;
mod platform;
mod playground;
mod read;
mod record;
pub mod seed;
mod state;

pub use cast::{KAIROS, Person, Room, WORKSPACE};
pub use experiments::{
    Comes, Experiments, Numbers, Rehearsed, RehearsedMessage, RehearsedTopic, Topic, Trying, Verdict,
};
pub use host::Host;
pub use journal::{Damage, OpenError};
pub use note::{Line, Note, Outcome};
pub use people_do::LONGEST_TEXT;
pub use playground::{Fault, Playground};
pub use record::{Author, Change, Noted, Posted};
