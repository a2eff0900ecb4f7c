//! Forgetting: what is older than an operator keeps it.
//!
//! Invariants
//! - Nothing that is still under way is forgotten: a delivery goes once it is at an end.
//! - A parked arrival goes like any other: nobody's text is kept beyond the term.

use chat::Timestamp;

use super::{Store, StoreError, backend::execute};

/// How much was forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Decisions.
    pub decisions: u64,
    /// Deliveries that were at an end.
    pub deliveries: u64,
    /// Arrivals, done or parked; from then on their ids would be accepted again.
    pub arrivals: u64,
}

/// Rows of one transaction: others write in between.
const BATCH: i64 = 1_000;

const OLD_DECISIONS: &str =
    "DELETE FROM decisions WHERE id IN (SELECT id FROM decisions WHERE decided_at < $1 LIMIT $2)";
const OLD_DELIVERIES: &str = "DELETE FROM deliveries WHERE id IN (
     SELECT id FROM deliveries
     WHERE state IN ('sent', 'dead', 'cancelled', 'expired') AND due_at < $1 LIMIT $2)";
const OLD_ARRIVALS: &str = "DELETE FROM arrivals WHERE id IN (
     SELECT id FROM arrivals WHERE received_at < $1 AND state IN ('done', 'parked') LIMIT $2)";

impl Store {
    /// Forgets decisions from before `before_decisions`, and from before `before_deliveries` the deliveries and
    /// arrivals that are at an end. What people tapped, chose and practised stays.
    pub async fn sweep(&self, before_decisions: Timestamp, before_deliveries: Timestamp) -> Result<Swept, StoreError> {
        Ok(Swept {
            decisions: self.delete_all(OLD_DECISIONS, before_decisions).await?,
            deliveries: self.delete_all(OLD_DELIVERIES, before_deliveries).await?,
            arrivals: self.delete_all(OLD_ARRIVALS, before_deliveries).await?,
        })
    }

    async fn delete_all(&self, sql: &'static str, before: Timestamp) -> Result<u64, StoreError> {
        let mut deleted = 0;
        loop {
            let batch = execute!(self.pools.write(), sql, before.as_ms(), BATCH)?;
            deleted += batch;
            if batch == 0 {
                return Ok(deleted);
            }
        }
    }
}
