//! What an input changes: rows that are written in one transaction, and what is remembered once they are.

use chat::{Event, Form, Identity, Message, MessageId, PersonId, Place, Profile, Signal};

use super::{Observed, histograms::Histogram};
use crate::{
    library::TriggerId,
    store::{Delivery, Origin, Outcome, PersonChange},
};

/// Everything that comes of one input.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// What the store writes.
    pub(crate) stored: Outcome,
    /// What the memory takes, whether or not anything is written.
    pub(crate) remembered: Vec<Remember>,
    /// What those who look on are told once it is committed.
    pub(crate) observed: Vec<Observed>,
    /// Forms that are opened at once.
    pub(crate) forms: Vec<OpenForm>,
    /// Numbers and alerts that stood in the message; each is handled by itself, before these changes are written.
    pub(crate) signals: Vec<(Signal, Origin)>,
}

/// A form for whoever did an event.
#[derive(Debug)]
pub(crate) struct OpenForm {
    pub(crate) event: Event,
    pub(crate) form: Form,
    /// What they read where it can't be opened any more.
    pub(crate) instead: Delivery,
}

/// What the memory takes in.
#[derive(Debug)]
pub(crate) enum Remember {
    /// Somebody wrote it a moment ago.
    Said(Event, Message),
    /// These needs were recognised in it.
    Recognised(Event, Message, Vec<TriggerId>, bool),
    /// What opened a thread, as a platform told; nothing where there is none.
    Opening(Place, MessageId, Option<(Identity, String)>),
    /// A question that people resolved.
    Resolved(Place, MessageId),
    /// A message that was taken back.
    TakenBack(Place, MessageId),
    /// Nothing of what somebody wrote.
    Forget(Identity),
    /// A choice somebody made.
    Chosen(Event),
    /// How scores are spread, as it was read.
    Histogram(Histogram),
    /// A message of a channel scored so; minus one takes it out again.
    Scored(Place, i16, i64),
}

impl Changes {
    /// Takes in what another input of the same inbound event changes.
    pub(crate) fn extend(&mut self, more: Self) {
        // Taken apart, so that a new field can't be forgotten here.
        let Changes { stored, remembered, observed, forms, signals } = more;
        self.stored.extend(stored);
        self.remembered.extend(remembered);
        self.observed.extend(observed);
        self.forms.extend(forms);
        self.signals.extend(signals);
    }

    /// True where nothing is written but that the inbound event is done.
    pub(crate) fn is_noop(&self) -> bool {
        self.stored.is_bare()
    }

    /// What the platform told of a person while this was handled.
    pub(super) fn described(&self, person: &PersonId) -> Option<&Profile> {
        self.stored.people.iter().find_map(|(id, change)| match change {
            PersonChange::Described(profile, _) if id == person => Some(profile),
            _ => None,
        })
    }
}
