//! Who looks on: the playground's page, a replay's report, a test.

use chat::{Event, EventId, Identity, Message, MessageId, Place, Timestamp};

use crate::{
    engine::{Act, Decision, Reason, Rule, Settled},
    messages::say,
};

/// One decision about one message, as it was made.
#[derive(Clone, Debug)]
pub struct Observed {
    /// The event in which the need was heard.
    pub heard_in: EventId,
    /// When that was.
    pub said_at: Timestamp,
    /// The message it is about.
    pub message: MessageId,
    /// Where that message stands.
    pub place: Place,
    /// Who wrote it.
    pub asker: Identity,
    /// When it was decided.
    pub at: Timestamp,
    /// What was decided, and why.
    pub decision: Decision,
    /// True when an earlier decision to wait was looked at again.
    pub again: bool,
    /// What settled an open question, where that is why nothing is said.
    pub settled: Option<Settled>,
}

impl Observed {
    /// What somebody said to others in a channel that is off.
    pub(crate) fn in_a_channel_that_is_off(event: &Event, message: &Message, at: Timestamp) -> Self {
        let reasons = vec![Reason::stopped(Rule::Channel, say!("topic-off"))];
        Self::first(event, message, Decision { act: Act::Silent { because: Rule::Channel }, need: None, reasons }, at)
    }

    /// What was decided about a message as it came.
    pub(super) fn first(event: &Event, message: &Message, decision: Decision, at: Timestamp) -> Self {
        Self {
            heard_in: event.id.clone(),
            said_at: event.at,
            message: message.id.clone(),
            place: event.place.clone(),
            asker: event.by.clone(),
            at,
            decision,
            again: false,
            settled: None,
        }
    }
}

/// Looks on. Called after the commit; must not block.
pub trait Observer: Send + Sync {
    /// A decision was made.
    fn decided(&self, observed: &Observed);
}

/// Nobody looks on.
#[derive(Clone, Copy, Debug)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn decided(&self, _observed: &Observed) {}
}
