//! What an event does, as pure functions: an event, a snapshot and a state in; changes out.
//!
//! ```text
//! handle(context, input) ─▶ Ok(Changes)                      written in one transaction, then applied to the memory
//!                        └▶ Err(Interrupted::Asks)           something has to be asked first; it is, and the input
//!                                                            is handled again with the answers
//! ```
//!
//! Invariants
//! - No store, platform, clock or lock in here: what a handler knows stands in its context, what it wants to know is an ask.
//! - The same input with the same answers gives the same changes, ids included.
//! - A run in which something was asked changes nothing.

mod answers;
pub(crate) mod asks;
mod card_taps;
pub(crate) mod changes;
mod commands;
pub(crate) mod context;
mod conversation;
mod digest;
mod events;
mod everything_kept;
mod feedback;
mod follow_ups;
mod group_numbers;
pub(crate) mod groups;
pub(crate) mod histograms;
mod holds;
pub(crate) mod identity_resolution;
pub(crate) mod memory;
mod messages;
mod metric_drops;
mod observed;
mod people;
mod personal_page;
mod practices;
mod repeats;
pub(crate) mod settings;
pub(crate) mod signals;
mod small_talk;
mod suggested_examples;
mod topics;
mod trigger_admin;
mod tuning;
mod workload_check;

use chat::{Event, PersonId, Scope, Signal, Timestamp};
use thiserror::Error;

pub(crate) use asks::Asked;
pub(crate) use changes::Changes;
pub(crate) use context::Cx;
pub use context::{ChannelDefaults, LimitsOf, Unlisted};
pub(crate) use memory::Memory;
pub(crate) use messages::would_hear;
pub use observed::{Observed, Observer, Unobserved};

use crate::{
    practice::PlayError,
    store::{Delivery, Origin, Unconfirmed},
};

/// Why a handler ended without changes.
#[derive(Debug, Error)]
pub(crate) enum Interrupted {
    /// Something has to be asked first.
    #[error("something has still to be asked")]
    Asks,
    /// A platform did not say what must be known; it is asked again later.
    #[error("a platform did not answer who somebody is")]
    Unanswered,
    /// A scenario could not be played.
    #[error(transparent)]
    Play(#[from] PlayError),
}

/// What a handler gives back.
pub(crate) type Handled<T = ()> = Result<T, Interrupted>;

/// What is handled.
#[derive(Debug)]
pub(crate) enum Input<'a> {
    /// Something that happened on a platform, a moment ago.
    Event(&'a Event),
    /// A message that was read after an absence, with whether people have settled it meanwhile.
    Read(&'a Event, bool),
    /// A number or an alert of another system.
    Signal(&'a Signal, &'a Origin, Timestamp),
    /// The person of a signal has become known.
    Found(&'a Signal, &'a PersonId, &'a Scope),
    /// Somebody can hear an alert by now that nobody heard.
    Undelivered(&'a Signal, &'a Origin),
    /// A hold or a digest is due.
    Due(&'a Delivery),
    /// Somebody is to be asked how much they have to do.
    WorkloadCheck(&'a PersonId, Timestamp),
    /// Somebody is to be asked whether an address is theirs.
    Confirm(&'a Unconfirmed),
}

/// What comes of an input.
pub(crate) fn handle(cx: &Cx<'_>, input: &Input<'_>) -> Handled<Changes> {
    let mut out = Changes::default();
    match *input {
        Input::Event(event) => events::event(cx, event, &mut out)?,
        Input::Read(event, answered) => events::read(cx, event, answered, &mut out)?,
        Input::Signal(signal, origin, received_at) => signals::signal(cx, signal, origin, received_at, &mut out)?,
        Input::Found(signal, person, scope) => identity_resolution::found(cx, (signal, person, scope), &mut out)?,
        Input::Undelivered(signal, origin) => groups::undelivered(cx, signal, origin, &mut out)?,
        Input::Due(delivery) => holds::due(cx, delivery, &mut out)?,
        Input::WorkloadCheck(person, due_at) => workload_check::check(cx, person, due_at, &mut out)?,
        Input::Confirm(unconfirmed) => identity_resolution::confirm(cx, unconfirmed, &mut out)?,
    }
    if cx.asked.is_open() { Err(Interrupted::Asks) } else { Ok(out) }
}
