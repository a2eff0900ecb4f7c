//! Triggers that say nothing unasked, and the totals by which a manager judges a trigger.
//!
//! Invariants
//! - A total tells how many people are behind it, so that whoever shows it can keep to aggregates.
//! - Both are of one workspace, unless an operator asks: an operator's pause holds in every one, and only an operator ends it.

use std::collections::BTreeMap;

use chat::{PersonId, Scope, Tenant, Timestamp};
use sqlx::FromRow;

use super::{
    Step, Store, StoreError, TriggerStep,
    backend::{Tx, execute, fetch_all, within},
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
    /// In which workspace; [`Tenant::every`]: in all of them.
    pub tenant: Tenant,
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
        /// In which workspace; [`Tenant::every`]: wherever it is paused.
        tenant: Tenant,
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
    tenant: String,
    trigger_id: String,
    person_id: Option<String>,
    reason: String,
    paused_at: i64,
}

const TAKE_BACK: &str = "UPDATE deliveries SET state = 'cancelled', last_error = $2
     WHERE trigger_id = $1 AND state = 'pending' AND unasked = TRUE AND ($3 = '*' OR tenant = $3)";

/// Pauses a trigger, or lets it go on.
pub(super) async fn change(tx: &mut Tx, change: &PauseChange) -> Result<(), StoreError> {
    match change {
        PauseChange::Pause(pause) => {
            let sql =
                "INSERT INTO pauses (tenant, trigger_id, person_id, reason, paused_at) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (tenant, trigger_id) DO NOTHING";
            let by = pause.by.as_ref().map(PersonId::as_str);
            let (tenant, trigger) = (pause.tenant.as_str(), pause.trigger.as_str());
            if execute!(tx.on(), sql, tenant, trigger, by, &pause.reason, pause.at.as_ms())? == 1 {
                let (trigger, reason, by) = (pause.trigger.clone(), pause.reason.clone(), pause.by.clone());
                let (tenant, what) = (pause.tenant.clone(), Step::Paused);
                steering::add(tx, &TriggerStep { tenant, trigger, what, reason, by, at: pause.at }).await?;
                // What is decided and not yet sent is taken back; what waits is decided again.
                execute!(tx.on(), TAKE_BACK, pause.trigger.as_str(), "paused", pause.tenant.as_str())?;
            }
        }
        PauseChange::Resume { tenant, trigger, by, at } => {
            let sql = "DELETE FROM pauses WHERE trigger_id = $1 AND ($2 = '*' OR tenant = $2)";
            if execute!(tx.on(), sql, trigger.as_str(), tenant.as_str())? > 0 {
                let (trigger, reason, by) = (trigger.clone(), "by a manager".to_owned(), Some(by.clone()));
                let (tenant, what) = (tenant.clone(), Step::Resumed);
                steering::add(tx, &TriggerStep { tenant, trigger, what, reason, by, at: *at }).await?;
            }
        }
    }
    Ok(())
}

impl Store {
    /// Every pause that holds within a scope, by trigger.
    pub async fn pauses(&self, scope: &Scope) -> Result<Vec<Pause>, StoreError> {
        let sql = concat!("SELECT tenant, trigger_id, person_id, reason, paused_at FROM pauses WHERE ", within!(1));
        let mut scoped = self.pools.within(scope).await?;
        let rows: Vec<PauseRow> = fetch_all!(scoped.on(), sql, scope.to_stored())?;
        let mut pauses: Vec<_> = rows
            .into_iter()
            .map(|row| Pause {
                tenant: Tenant::stored(row.tenant),
                trigger: TriggerId::new(row.trigger_id),
                by: row.person_id.map(PersonId::new),
                reason: row.reason,
                at: Timestamp::from_ms(row.paused_at),
            })
            .collect();
        pauses.sort_by(|a, b| (&a.trigger, &a.tenant).cmp(&(&b.trigger, &b.tenant)));
        Ok(pauses)
    }

    /// What each trigger did within a scope since an instant, and what people said to it there.
    pub async fn trigger_totals(
        &self,
        scope: &Scope,
        since: Timestamp,
    ) -> Result<BTreeMap<TriggerId, Totals>, StoreError> {
        let sql = concat!(
            "SELECT trigger_id, '', COUNT(*), COUNT(DISTINCT person_id) FROM deliveries
             WHERE offer IS NOT NULL AND state = 'sent' AND sent_at >= $1 AND ",
            within!(2),
            " GROUP BY trigger_id
             UNION ALL SELECT trigger_id, tap, COUNT(*), COUNT(DISTINCT person_id) FROM taps
             WHERE trigger_id IS NOT NULL AND tapped_at >= $1 AND ",
            within!(2),
            " GROUP BY trigger_id, tap"
        );
        let rows: Vec<(String, String, i64, i64)> =
            fetch_all!(self.pools.read(), sql, since.as_ms(), scope.to_stored())?;
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
