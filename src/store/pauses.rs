//! Triggers that say nothing unasked, and the totals by which a manager judges a trigger.
//!
//! Invariants
//! - A total tells how many people are behind it, so that whoever shows it can keep to aggregates.

use std::collections::BTreeMap;

use chat::{PersonId, Timestamp};
use sqlx::FromRow;

use super::{
    Step, Store, StoreError, TriggerStep,
    backend::{Tx, execute, fetch_all},
    columns::read_count,
    steering,
};
use crate::{
    engine::{Total, Totals},
    library::TriggerId,
};

/// A trigger that says nothing unasked, wherever it is live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Which.
    pub trigger: TriggerId,
    /// Who paused it; `None`: it paused itself.
    pub by: Option<PersonId>,
    /// Why, in words a manager reads.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
}

/// A change to what is paused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PauseChange {
    /// Paused; one that is paused already stays as it is.
    Pause(Pause),
    /// It may speak again.
    Resume {
        /// Which.
        trigger: TriggerId,
        /// Who lets it.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
}

#[derive(FromRow)]
struct PauseRow {
    trigger_id: String,
    person_id: Option<String>,
    reason: String,
    paused_at: i64,
}

const TAKE_BACK: &str = "UPDATE deliveries SET state = 'cancelled', last_error = $2
     WHERE trigger_id = $1 AND state = 'pending' AND unasked = TRUE";

/// Pauses a trigger, or lets it go on.
pub(super) async fn change(tx: &mut Tx, change: &PauseChange) -> Result<(), StoreError> {
    match change {
        PauseChange::Pause(pause) => {
            let sql = "INSERT INTO pauses (trigger_id, person_id, reason, paused_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (trigger_id) DO NOTHING";
            let by = pause.by.as_ref().map(PersonId::as_str);
            if execute!(tx.on(), sql, pause.trigger.as_str(), by, &pause.reason, pause.at.as_ms())? == 1 {
                let (trigger, reason, by) = (pause.trigger.clone(), pause.reason.clone(), pause.by.clone());
                steering::add(tx, &TriggerStep { trigger, what: Step::Paused, reason, by, at: pause.at }).await?;
                // What is decided and not yet sent is taken back; what waits is decided again.
                execute!(tx.on(), TAKE_BACK, pause.trigger.as_str(), "paused")?;
            }
        }
        PauseChange::Resume { trigger, by, at } => {
            if execute!(tx.on(), "DELETE FROM pauses WHERE trigger_id = $1", trigger.as_str())? == 1 {
                let (trigger, reason, by) = (trigger.clone(), "by a manager".to_owned(), Some(by.clone()));
                steering::add(tx, &TriggerStep { trigger, what: Step::Resumed, reason, by, at: *at }).await?;
            }
        }
    }
    Ok(())
}

impl Store {
    /// Every trigger that is paused, by its id.
    pub async fn pauses(&self) -> Result<Vec<Pause>, StoreError> {
        let sql = "SELECT trigger_id, person_id, reason, paused_at FROM pauses";
        let rows: Vec<PauseRow> = fetch_all!(self.pools.read(), sql)?;
        let mut pauses: Vec<_> = rows
            .into_iter()
            .map(|row| Pause {
                trigger: TriggerId::new(row.trigger_id),
                by: row.person_id.map(PersonId::new),
                reason: row.reason,
                at: Timestamp::from_ms(row.paused_at),
            })
            .collect();
        pauses.sort_by(|a, b| a.trigger.cmp(&b.trigger));
        Ok(pauses)
    }

    /// What each trigger did since an instant, and what people said to it.
    pub async fn trigger_totals(&self, since: Timestamp) -> Result<BTreeMap<TriggerId, Totals>, StoreError> {
        let sql = "SELECT trigger_id, '', COUNT(*), COUNT(DISTINCT person_id) FROM deliveries
             WHERE offer IS NOT NULL AND state = 'sent' AND sent_at >= $1 GROUP BY trigger_id
             UNION ALL SELECT trigger_id, tap, COUNT(*), COUNT(DISTINCT person_id) FROM taps
             WHERE trigger_id IS NOT NULL AND tapped_at >= $1 GROUP BY trigger_id, tap";
        let rows: Vec<(String, String, i64, i64)> = fetch_all!(self.pools.read(), sql, since.as_ms())?;
        let mut totals: BTreeMap<TriggerId, Totals> = BTreeMap::new();
        for (trigger, tap, times, people) in rows {
            let of = totals.entry(TriggerId::new(trigger)).or_default();
            let total = Total { times: read_count(times), people: read_count(people) };
            if tap.is_empty() {
                of.spoken = total;
            } else {
                of.taps.insert(tap, total);
            }
        }
        Ok(totals)
    }
}
