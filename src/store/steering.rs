//! What became of triggers by people's taps: how soon each is heard, and which of them pause.
//!
//! Invariants
//! - A step is added, never changed: what is in force is the latest of its kind, and the way there can be read.

use chat::{PersonId, Timestamp};
use sqlx::FromRow;

use super::{
    Store, StoreError,
    backend::{Tx, execute, fetch_all},
};
use crate::{
    engine::{Mark, Marked, Steered, SteeredTrigger},
    library::TriggerId,
};

/// Something that became of a trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriggerStep {
    /// Which trigger.
    pub trigger: TriggerId,
    /// What.
    pub what: Step,
    /// Why, in words that name nobody.
    pub reason: String,
    /// The manager who did it; `None` where people's taps did.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

/// The kinds of step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Taps moved its threshold so far, in hundredths of a logarithm of odds.
    Learnt(i32),
    /// It pauses.
    Paused,
    /// It may speak again.
    Resumed,
}

impl Step {
    const fn name(self) -> &'static str {
        match self {
            Self::Learnt(_) => "learnt",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
        }
    }

    fn hundredths(self) -> Option<i64> {
        match self {
            Self::Learnt(shift) => Some(i64::from(shift)),
            Self::Paused | Self::Resumed => None,
        }
    }
}

#[derive(FromRow)]
struct StepRow {
    trigger_id: String,
    step: String,
    shift: Option<i64>,
    reason: String,
    person_id: Option<String>,
    at: i64,
}

impl StepRow {
    fn into_step(self) -> TriggerStep {
        let what = match self.step.as_str() {
            "paused" => Step::Paused,
            "resumed" => Step::Resumed,
            _ => Step::Learnt(self.shift.and_then(|shift| i32::try_from(shift).ok()).unwrap_or(0)),
        };
        TriggerStep {
            trigger: TriggerId::new(self.trigger_id),
            what,
            reason: self.reason,
            by: self.person_id.map(PersonId::new),
            at: Timestamp::from_ms(self.at),
        }
    }
}

/// Adds a step.
pub(super) async fn add(tx: &mut Tx, step: &TriggerStep) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO trigger_steps (trigger_id, step, shift, reason, person_id, at) VALUES ($1, $2, $3, $4, $5, $6)";
    let (what, shift) = (step.what.name(), step.what.hundredths());
    let by = step.by.as_ref().map(PersonId::as_str);
    execute!(tx.on(), sql, step.trigger.as_str(), what, shift, &step.reason, by, step.at.as_ms())?;
    Ok(())
}

impl Store {
    /// What is in force of every trigger that people's taps made something of.
    pub async fn steered(&self) -> Result<Vec<SteeredTrigger>, StoreError> {
        let sql = "SELECT trigger_id, step, shift, reason, person_id, at FROM trigger_steps WHERE id IN (
                 SELECT MAX(id) FROM trigger_steps GROUP BY trigger_id, CASE WHEN step = 'learnt' THEN 0 ELSE 1 END)
             ORDER BY id";
        let rows: Vec<StepRow> = fetch_all!(self.pools.read(), sql)?;
        let mut steered: Vec<SteeredTrigger> = Vec::new();
        for step in rows.into_iter().map(StepRow::into_step) {
            let known = steered.iter().position(|(trigger, _)| *trigger == step.trigger);
            let at = known.unwrap_or(steered.len());
            if known.is_none() {
                steered.push((step.trigger, Steered::default()));
            }
            let Some((_, state)) = steered.get_mut(at) else { continue };
            match step.what {
                Step::Learnt(shift) => (state.shift, state.learnt) = (shift, step.reason),
                Step::Paused => state.paused = Some(step.reason),
                Step::Resumed => state.resumed_at = Some(step.at),
            }
        }
        Ok(steered)
    }

    /// The last steps of a trigger, the newest first.
    pub async fn steps_of(&self, trigger: &TriggerId, limit: u32) -> Result<Vec<TriggerStep>, StoreError> {
        let sql = "SELECT trigger_id, step, shift, reason, person_id, at FROM trigger_steps
             WHERE trigger_id = $1 ORDER BY id DESC LIMIT $2";
        let rows: Vec<StepRow> = fetch_all!(self.pools.read(), sql, trigger.as_str(), i64::from(limit))?;
        Ok(rows.into_iter().map(StepRow::into_step).collect())
    }

    /// What people tapped about a trigger since an instant, the oldest first.
    pub async fn marks_on(&self, trigger: &TriggerId, since: Timestamp) -> Result<Vec<Marked>, StoreError> {
        let sql = "SELECT person_id, tap, tapped_at FROM taps WHERE trigger_id = $1 AND tapped_at >= $2
             ORDER BY tapped_at, delivery_id, person_id, tap";
        let rows: Vec<(String, String, i64)> = fetch_all!(self.pools.read(), sql, trigger.as_str(), since.as_ms())?;
        let marks = rows.into_iter().filter_map(|(person, tap, at)| {
            Some(Marked { person: PersonId::new(person), mark: Mark::read(&tap)?, at: Timestamp::from_ms(at) })
        });
        Ok(marks.collect())
    }
}
