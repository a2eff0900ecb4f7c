//! The outbox as an operator sees it: where everything stands, and never what it says.
//!
//! Invariants
//! - No text of a card leaves here, and nobody's name.
//! - Whoever steps in raises the fence: a worker that held the row finds that it holds it no more.

use std::time::Duration;

use chat::{DeliveryId, Timestamp};
use serde::Serialize;
use sqlx::FromRow;

use super::{
    Action, DeliveryState, Store, StoreError,
    backend::{execute, fetch_all},
    columns::{read_count, read_json, read_name, read_small},
};
use crate::library::TriggerId;

/// How long a card that a person sends again may take to arrive.
const AGAIN: Duration = Duration::from_hours(24);

/// A delivery that is not at a good end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Queued {
    /// Its id.
    pub id: DeliveryId,
    /// Where it stands.
    pub state: DeliveryState,
    /// The platform it goes to; `None` where an other version of Kairos wrote it.
    pub platform: Option<&'static str>,
    /// What it does: post, private, edit, home.
    pub kind: Option<&'static str>,
    /// What caused it.
    pub trigger: TriggerId,
    /// Not before, in milliseconds since 1970.
    pub due_at_ms: i64,
    /// How often it was tried.
    pub attempts: u32,
    /// What the platform last said, without text of people.
    pub reason: Option<String>,
}

/// How much is in which state that is not an end, dead letters included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OpenCounts {
    /// Waits for its hour, to be decided again.
    pub held: u64,
    /// Decided, to be sent when due.
    pub pending: u64,
    /// Being sent.
    pub sending: u64,
    /// Nobody knows whether it arrived.
    pub ambiguous: u64,
    /// Refused for good or too often: a person should look.
    pub dead: u64,
    /// Since when the one that has been due longest could have been sent, in milliseconds since 1970.
    pub oldest_due_ms: Option<i64>,
}

#[derive(FromRow)]
struct QueuedRow {
    id: String,
    state: String,
    action: String,
    trigger_id: String,
    due_at: i64,
    attempts: i64,
    last_error: Option<String>,
}

impl QueuedRow {
    fn into_queued(self) -> Result<Queued, StoreError> {
        let action: Option<Action> = read_json(&self.action, "action").ok();
        Ok(Queued {
            id: DeliveryId::new(self.id),
            state: read_name(&self.state, "state")?,
            platform: action.as_ref().map(|action| action.platform().as_str()),
            kind: action.as_ref().map(Action::kind),
            trigger: TriggerId::new(self.trigger_id),
            due_at_ms: self.due_at,
            attempts: read_small(self.attempts, "attempts")?,
            reason: self.last_error,
        })
    }
}

impl Store {
    /// Up to `limit` deliveries that are not at a good end; in each state those that have been due longest first.
    pub async fn queue(&self, limit: u32) -> Result<Vec<Queued>, StoreError> {
        let sql = "SELECT id, state, action, trigger_id, due_at, attempts, last_error FROM deliveries
             WHERE state IN ('held', 'pending', 'sending', 'ambiguous', 'dead')
             ORDER BY CASE state WHEN 'dead' THEN 0 WHEN 'ambiguous' THEN 1 WHEN 'sending' THEN 2
                                 WHEN 'pending' THEN 3 ELSE 4 END, due_at, seq, id
             LIMIT CAST($1 AS BIGINT)";
        let rows: Vec<QueuedRow> = fetch_all!(self.pools.read(), sql, i64::from(limit))?;
        rows.into_iter().map(QueuedRow::into_queued).collect()
    }

    /// How much is not at a good end.
    pub async fn open_counts(&self) -> Result<OpenCounts, StoreError> {
        let sql = "SELECT state, COUNT(*), MIN(due_at) FROM deliveries
             WHERE state IN ('held', 'pending', 'sending', 'ambiguous', 'dead') GROUP BY state";
        let rows: Vec<(String, i64, i64)> = fetch_all!(self.pools.read(), sql)?;
        let mut counts = OpenCounts::default();
        for (state, count, due_at) in rows {
            let count = read_count(count);
            match read_name(&state, "state")? {
                DeliveryState::Held => counts.held = count,
                DeliveryState::Sending => counts.sending = count,
                DeliveryState::Ambiguous => counts.ambiguous = count,
                DeliveryState::Dead => counts.dead = count,
                DeliveryState::Pending => (counts.pending, counts.oldest_due_ms) = (count, Some(due_at)),
                DeliveryState::Sent | DeliveryState::Cancelled | DeliveryState::Expired => {}
            }
        }
        Ok(counts)
    }

    /// Sends a dead letter again, or one of which nobody knows whether it arrived, however often it was tried; false
    /// where there is no such delivery in such a state.
    pub async fn send_again(&self, id: &DeliveryId, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE deliveries
             SET state = 'pending', fence = fence + 1, attempts = 0, lease_until = NULL, last_error = NULL,
                 expires_at = CASE WHEN expires_at < $2 THEN $2 ELSE expires_at END
             WHERE id = $1 AND state IN ('dead', 'ambiguous') AND card IS NOT NULL";
        Ok(execute!(self.pools.write(), sql, id.as_str(), (now + AGAIN).as_ms())? == 1)
    }

    /// Takes back a delivery that nobody is sending right now; false where there is none.
    pub async fn drop_delivery(&self, id: &DeliveryId) -> Result<bool, StoreError> {
        let sql = "UPDATE deliveries
             SET state = 'cancelled', fence = fence + 1, lease_until = NULL, last_error = 'dropped by an operator'
             WHERE id = $1 AND state IN ('held', 'pending', 'ambiguous', 'dead')";
        Ok(execute!(self.pools.write(), sql, id.as_str())? == 1)
    }
}
