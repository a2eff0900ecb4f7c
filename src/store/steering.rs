//! What became of triggers by people's taps and by managers: how soon each is heard, what pauses, what is left out.
//!
//! Invariants
//! - A step is added, never changed: what is in force is the latest of its kind, and the way there can be read.
//! - A step holds in its workspace alone; an operator's holds in every one, until a later step of a workspace.

use std::collections::{BTreeMap, BTreeSet};

use chat::{PersonId, Scope, Tenant, Timestamp};
use sqlx::FromRow;

use super::{
    Store, StoreError,
    backend::{Tx, execute, fetch_all, within},
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
    /// In which workspace; [`Tenant::every`]: in all of them.
    pub tenant: Tenant,
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
    tenant: String,
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
            tenant: Tenant::stored(self.tenant),
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
    let sql = "INSERT INTO trigger_steps (trigger_id, step, shift, example, reason, person_id, at, tenant)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let (what, by) = (&step.what, step.by.as_ref().map(PersonId::as_str));
    let (trigger, at) = (step.trigger.as_str(), step.at.as_ms());
    execute!(
        tx.on(),
        sql,
        trigger,
        what.name(),
        what.shift(),
        what.example(),
        &step.reason,
        by,
        at,
        step.tenant.as_str()
    )?;
    Ok(())
}

impl Store {
    /// What is in force, within a scope, of every trigger that people's taps or managers made something of, by its id.
    ///
    /// An operator, who sees every workspace, sees what is in force in any of them.
    pub async fn learnt(&self, scope: &Scope) -> Result<Vec<LearntTrigger>, StoreError> {
        let sql = concat!(
            "SELECT tenant, trigger_id, step, shift, example, reason, person_id, at FROM trigger_steps WHERE id IN (
                 SELECT MAX(id) FROM trigger_steps WHERE step <> 'paused' AND ",
            within!(1),
            " GROUP BY tenant, trigger_id, example, CASE WHEN step IN ('left_out', 'back_in') THEN 'heard'
                    WHEN step IN ('taken_in', 'taken_out') THEN 'an example' ELSE step END)
             ORDER BY id"
        );
        let mut scoped = self.pools.within(scope).await?;
        let rows: Vec<StepRow> = fetch_all!(scoped.on(), sql, scope.to_stored())?;
        let steps: Vec<TriggerStep> = rows.into_iter().map(StepRow::into_step).collect();
        let tenants: BTreeSet<&Tenant> = match scope {
            Scope::All => steps.iter().map(|step| &step.tenant).collect(),
            Scope::Of(tenants) => tenants.iter().collect(),
        };
        let mut learnt: BTreeMap<TriggerId, Learnt> = BTreeMap::new();
        for tenant in tenants {
            for (trigger, of) in in_force(tenant, &steps) {
                join(learnt.entry(trigger).or_default(), of);
            }
        }
        Ok(learnt.into_iter().collect())
    }

    /// The workspaces in which words that people gave are, or were, examples.
    pub async fn taught_tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        let sql = "SELECT DISTINCT tenant FROM trigger_steps WHERE step = 'taken_in' ORDER BY tenant";
        let mut scoped = self.pools.within(&Scope::All).await?;
        let rows: Vec<(String,)> = fetch_all!(scoped.on(), sql)?;
        Ok(rows.into_iter().map(|(tenant,)| Tenant::stored(tenant)).collect())
    }

    /// The last steps of a trigger within a scope, the newest first.
    pub async fn steps_of(
        &self,
        scope: &Scope,
        trigger: &TriggerId,
        limit: u32,
    ) -> Result<Vec<TriggerStep>, StoreError> {
        let sql = concat!(
            "SELECT tenant, trigger_id, step, shift, example, reason, person_id, at FROM trigger_steps
             WHERE trigger_id = $1 AND ",
            within!(3),
            " ORDER BY id DESC LIMIT CAST($2 AS BIGINT)"
        );
        let mut scoped = self.pools.within(scope).await?;
        let rows: Vec<StepRow> = fetch_all!(scoped.on(), sql, trigger.as_str(), i64::from(limit), scope.to_stored())?;
        Ok(rows.into_iter().map(StepRow::into_step).collect())
    }

    /// What people tapped about a trigger within a scope since an instant, the oldest first; of very many, the newest.
    pub async fn marks_on(
        &self,
        scope: &Scope,
        trigger: &TriggerId,
        since: Timestamp,
    ) -> Result<Vec<Marked>, StoreError> {
        let sql = concat!(
            "SELECT person_id, tap, tapped_at, example FROM taps WHERE trigger_id = $1 AND tapped_at >= $2 AND ",
            within!(4),
            " ORDER BY tapped_at DESC, delivery_id, person_id, tap LIMIT CAST($3 AS BIGINT)"
        );
        let (trigger, since) = (trigger.as_str(), since.as_ms());
        let rows: Vec<(String, String, i64, Option<String>)> =
            fetch_all!(self.pools.read(), sql, trigger, since, TAPS, scope.to_stored())?;
        let mut marks = Vec::new();
        for (person, tap, at, example) in rows.into_iter().rev() {
            let Some(mark) = Mark::read(&tap) else { continue };
            marks.push(Marked { person: PersonId::new(person), mark, at: Timestamp::from_ms(at), example });
        }
        Ok(marks)
    }
}

/// What is in force in one workspace: of its own steps and those that hold everywhere the latest counts.
fn in_force(tenant: &Tenant, steps: &[TriggerStep]) -> BTreeMap<TriggerId, Learnt> {
    let mut learnt: BTreeMap<TriggerId, Learnt> = BTreeMap::new();
    for step in steps.iter().filter(|step| step.tenant == *tenant || step.tenant.is_every()) {
        let of = learnt.entry(step.trigger.clone()).or_default();
        match &step.what {
            Step::Learnt(shift) => (of.shift, of.words) = (*shift, step.reason.clone()),
            Step::Resumed => of.resumed_at = Some(step.at),
            Step::LeftOut(example) => put(&mut of.left_out, example),
            Step::TakenIn(text) => put(&mut of.taken_in, text),
            Step::BackIn(example) => of.left_out.retain(|other| other != example),
            Step::TakenOut(text) => of.taken_in.retain(|other| other != text),
            Step::Paused => {}
        }
    }
    learnt
}

/// What is in force in either of two workspaces, for whoever sees both.
fn join(all: &mut Learnt, of: Learnt) {
    of.left_out.iter().for_each(|example| put(&mut all.left_out, example));
    of.taken_in.iter().for_each(|text| put(&mut all.taken_in, text));
    all.resumed_at = all.resumed_at.max(of.resumed_at);
    if all.words.is_empty() {
        (all.shift, all.words) = (of.shift, of.words);
    } else if !of.words.is_empty() && of.words != all.words {
        all.words = format!("{}; elsewhere {}", all.words, of.words);
    }
}

fn put(list: &mut Vec<String>, text: &str) {
    if !list.iter().any(|other| other == text) {
        list.push(text.to_owned());
    }
}
