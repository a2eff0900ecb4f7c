//! Who looks on: the playground's page, a replay's report, a test.

use chat::{EventId, Identity, MessageId, Place, Timestamp};

use crate::engine::{Decision, Settled};

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
