//! What became of triggers by people's taps and by managers: how soon each is heard, what pauses, what is left out.
//!
//! Invariants
//! - A step is added, never changed: what is in force is the latest of its kind, and the way there can be read.

use std::collections::BTreeMap;

use chat::{PersonId, Timestamp};
use sqlx::FromRow;

use super::{
    Store, StoreError,
    backend::{Tx, execute, fetch_all},
};
use crate::{
    engine::{Learnt, LearntTrigger, Mark, Marked},
    library::TriggerId,
};

/// How many taps are read: older ones count no more.
const TAPS: i64 = 2_000;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Taps moved its threshold so far, in hundredths of a logarithm of odds.
    Learnt(i32),
    /// It pauses.
    Paused,
    /// It may speak again.
    Resumed,
    /// What is nearest to this example is not heard unasked.
    LeftOut(String),
    /// It is heard again.
    BackIn(String),
    /// Words that somebody gave are an example.
    TakenIn(String),
    /// They are none any more.
    TakenOut(String),
}

impl Step {
    const fn name(&self) -> &'static str {
        match self {
            Self::Learnt(_) => "learnt",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::LeftOut(_) => "left_out",
            Self::BackIn(_) => "back_in",
            Self::TakenIn(_) => "taken_in",
            Self::TakenOut(_) => "taken_out",
        }
    }

    fn read(name: &str, shift: Option<i64>, example: Option<String>) -> Self {
        let example = example.unwrap_or_default();
        match name {
            "paused" => Self::Paused,
            "resumed" => Self::Resumed,
            "left_out" => Self::LeftOut(example),
            "back_in" => Self::BackIn(example),
            "taken_in" => Self::TakenIn(example),
            "taken_out" => Self::TakenOut(example),
            _ => Self::Learnt(shift.and_then(|shift| i32::try_from(shift).ok()).unwrap_or(0)),
        }
    }

    fn shift(&self) -> Option<i64> {
        if let Self::Learnt(shift) = self { Some(i64::from(*shift)) } else { None }
    }

    fn example(&self) -> Option<&str> {
        match self {
            Self::LeftOut(text) | Self::BackIn(text) | Self::TakenIn(text) | Self::TakenOut(text) => Some(text),
            Self::Learnt(_) | Self::Paused | Self::Resumed => None,
        }
    }
}

#[derive(FromRow)]
struct StepRow {
    trigger_id: String,
    step: String,
    shift: Option<i64>,
    example: Option<String>,
    reason: String,
    person_id: Option<String>,
    at: i64,
}

impl StepRow {
    fn into_step(self) -> TriggerStep {
        TriggerStep {
            trigger: TriggerId::new(self.trigger_id),
            what: Step::read(&self.step, self.shift, self.example),
            reason: self.reason,
            by: self.person_id.map(PersonId::new),
            at: Timestamp::from_ms(self.at),
        }
    }
}

/// Adds a step.
pub(super) async fn add(tx: &mut Tx, step: &TriggerStep) -> Result<(), StoreError> {
    let sql = "INSERT INTO trigger_steps (trigger_id, step, shift, example, reason, person_id, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let (what, by) = (&step.what, step.by.as_ref().map(PersonId::as_str));
    let (trigger, at) = (step.trigger.as_str(), step.at.as_ms());
    execute!(tx.on(), sql, trigger, what.name(), what.shift(), what.example(), &step.reason, by, at)?;
    Ok(())
}

impl Store {
    /// What is in force of every trigger that people's taps made something of, by its id.
    pub async fn learnt(&self) -> Result<Vec<LearntTrigger>, StoreError> {
        let sql = "SELECT trigger_id, step, shift, example, reason, person_id, at FROM trigger_steps WHERE id IN (
                 SELECT MAX(id) FROM trigger_steps WHERE step <> 'paused'
                 GROUP BY trigger_id, example, CASE WHEN step IN ('left_out', 'back_in') THEN 'heard'
                    WHEN step IN ('taken_in', 'taken_out') THEN 'an example' ELSE step END)
             ORDER BY id";
        let rows: Vec<StepRow> = fetch_all!(self.pools.read(), sql)?;
        let mut learnt: BTreeMap<TriggerId, Learnt> = BTreeMap::new();
        for step in rows.into_iter().map(StepRow::into_step) {
            let of = learnt.entry(step.trigger).or_default();
            match step.what {
                Step::Learnt(shift) => (of.shift, of.words) = (shift, step.reason),
                Step::Resumed => of.resumed_at = Some(step.at),
                Step::LeftOut(example) => of.left_out.push(example),
                Step::TakenIn(text) => of.taken_in.push(text),
                Step::BackIn(_) | Step::TakenOut(_) | Step::Paused => {}
            }
        }
        Ok(learnt.into_iter().collect())
    }

    /// The last steps of a trigger, the newest first.
    pub async fn steps_of(&self, trigger: &TriggerId, limit: u32) -> Result<Vec<TriggerStep>, StoreError> {
        let sql = "SELECT trigger_id, step, shift, example, reason, person_id, at FROM trigger_steps
             WHERE trigger_id = $1 ORDER BY id DESC LIMIT CAST($2 AS BIGINT)";
        let rows: Vec<StepRow> = fetch_all!(self.pools.read(), sql, trigger.as_str(), i64::from(limit))?;
        Ok(rows.into_iter().map(StepRow::into_step).collect())
    }

    /// What people tapped about a trigger since an instant, the oldest first; of very many, the newest.
    pub async fn marks_on(&self, trigger: &TriggerId, since: Timestamp) -> Result<Vec<Marked>, StoreError> {
        let sql = "SELECT person_id, tap, tapped_at, example FROM taps WHERE trigger_id = $1 AND tapped_at >= $2
             ORDER BY tapped_at DESC, delivery_id, person_id, tap LIMIT CAST($3 AS BIGINT)";
        let rows: Vec<(String, String, i64, Option<String>)> =
            fetch_all!(self.pools.read(), sql, trigger.as_str(), since.as_ms(), TAPS)?;
        let mut marks = Vec::new();
        for (person, tap, at, example) in rows.into_iter().rev() {
            let Some(mark) = Mark::read(&tap) else { continue };
            marks.push(Marked { person: PersonId::new(person), mark, at: Timestamp::from_ms(at), example });
        }
        Ok(marks)
    }
}
