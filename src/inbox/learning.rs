//! What people's taps make of a trigger: it is heard sooner or later, or pauses itself and tells its managers.
//!
//! Invariants
//! - What people of a workspace tap or say counts in that workspace alone.
//! - Every change is a step in the store, in the same commit as the tap that brought it; nothing changes silently.
//! - A trigger that pauses tells its managers in private, in their working hours; any of them can let it speak again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chat::{Event, Scope, Tenant, Timestamp};
use tokio::task::JoinHandle;
use tracing::{info, warn};

use super::{Line, LineError, line::Effect, messages::OFFER_LASTS};
use crate::{
    engine::{Learnt, LearntTrigger, Mark, Marked, compose::paused_card, learn, restrain},
    library::TriggerId,
    messages::say,
    store::{self, Action, Offer, Pause, PauseChange, Step, TriggerStep},
};

/// How long what was read is believed: other replicas learn too.
const BELIEVED: Duration = Duration::from_mins(1);
/// How far back taps count.
pub(super) const COUNTED: Duration = Duration::from_hours(24 * 180);

/// The learning that goes on, or was the last.
#[derive(Default)]
pub(super) struct Study(Mutex<Option<JoinHandle<()>>>);

/// Workspaces whose tuning is remembered; beyond them all is read anew.
const REMEMBERED: usize = 1_000;

/// What was last read of each workspace, and when.
pub(super) type Read = HashMap<Tenant, (Timestamp, Arc<Vec<LearntTrigger>>)>;

impl Line {
    /// What is in force in a workspace of every trigger that taps or managers made something of.
    pub(super) async fn learnt(&self, tenant: &Tenant) -> Result<Arc<Vec<LearntTrigger>>, LineError> {
        let now = self.now();
        let known = self.learnt_before().get(tenant).cloned();
        let learnt = if let Some((_, known)) = known.filter(|(read_at, _)| now.since(*read_at) < BELIEVED) {
            known
        } else {
            let read = Arc::new(self.parts.store.learnt(&Scope::one(tenant)).await?);
            let mut before = self.learnt_before();
            if before.len() >= REMEMBERED {
                before.clear();
            }
            before.insert(tenant.clone(), (now, Arc::clone(&read)));
            read
        };
        self.study(vec![Arc::clone(&learnt)]);
        Ok(learnt)
    }

    /// Has the engine learn the examples of workspaces while the house goes on; until it has, those are not heard.
    fn study(&self, mut wanted: Vec<Arc<Vec<LearntTrigger>>>) {
        wanted.retain(|learnt| !self.parts.engine.has_taken_in(learnt));
        if wanted.is_empty() {
            return;
        }
        let mut study = self.study.0.lock().unwrap_or_else(PoisonError::into_inner);
        if study.as_ref().is_some_and(|learning| !learning.is_finished()) {
            // Whoever looks next sees whether there is still something to learn.
            return;
        }
        let engine = Arc::clone(&self.parts.engine);
        *study = Some(tokio::task::spawn_blocking(move || {
            for learnt in wanted {
                if engine.take_in(&learnt) {
                    info!("triggers are heard in the words that were taken in");
                }
            }
        }));
    }

    /// Begins to learn what was just changed, or is in force from before. Where the store does not answer, the next
    /// message brings it.
    pub async fn learn_soon(&self) {
        if let Err(error) = self.learn_taught().await {
            warn!(%error, "what was taken in is learnt later");
        }
    }

    async fn learn_taught(&self) -> Result<(), LineError> {
        let mut wanted = Vec::new();
        for tenant in self.parts.store.taught_tenants().await? {
            wanted.push(Arc::new(self.parts.store.learnt(&Scope::one(&tenant)).await?));
        }
        // This is all that is in force anywhere: what else was trained goes.
        self.parts.engine.keep_only(wanted.iter().map(|learnt| learnt.as_slice()));
        self.study(wanted);
        Ok(())
    }

    /// Waits until the engine has learnt what it is learning.
    pub async fn has_studied(&self) {
        let learning = self.study.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(learning) = learning
            && let Err(error) = learning.await
        {
            warn!(%error, "what was taken in is not learnt");
        }
    }

    /// Weighs all that was tapped about a trigger, with a tap that is about to be kept.
    pub(super) async fn weigh_marks(
        &self,
        event: &Event,
        tap: &store::Tap,
        offer: &Offer,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let (Some(mark), Some(trigger)) = (Mark::read(&tap.tap), &tap.trigger) else { return Ok(()) };
        let store = &self.parts.store;
        let (tenant, scope) = (&tap.tenant, Scope::one(&tap.tenant));
        let mut marks = store.marks_on(&scope, trigger, self.now() - COUNTED).await?;
        let example = offer.need.evidence.example().map(ToOwned::to_owned);
        marks.push(Marked { person: tap.person.clone(), mark, at: tap.at, example });
        let all = store.learnt(&scope).await?;
        let before = all.into_iter().find(|(id, _)| id == trigger).map_or_else(Learnt::default, |(_, learnt)| learnt);
        let (shift, reason) = learn(&marks);
        if (shift, &reason) != (before.shift, &before.words) {
            info!(%trigger, shift, "taps moved a trigger's threshold");
            let (tenant, what) = (tenant.clone(), Step::Learnt(shift));
            let step = TriggerStep { tenant, trigger: trigger.clone(), what, reason, by: None, at: self.now() };
            effect.outcome.steps.push(step);
        }
        let Some(why) = restrain(self.parts.engine.cadence().restraint, &marks, before.resumed_at) else {
            return Ok(());
        };
        if store.pauses(&scope).await?.iter().any(|pause| pause.trigger == *trigger) {
            return Ok(());
        }
        warn!(%trigger, "a trigger pauses itself: too many did not want it");
        self.tell_managers(event, trigger, &why, effect).await?;
        let reason = say!("by-itself", why = why);
        let pause = Pause { tenant: tenant.clone(), trigger: trigger.clone(), by: None, reason, at: self.now() };
        effect.outcome.pauses.push(PauseChange::Pause(pause));
        Ok(())
    }

    /// Weighs all that was tapped about a trigger without a tap that is taken back.
    pub(super) async fn unweigh_mark(&self, tap: &store::Tap, effect: &mut Effect) -> Result<(), LineError> {
        let (Some(mark), Some(trigger)) = (Mark::read(&tap.tap), &tap.trigger) else { return Ok(()) };
        let store = &self.parts.store;
        let (tenant, scope) = (tap.tenant.clone(), Scope::one(&tap.tenant));
        let mut marks = store.marks_on(&scope, trigger, self.now() - COUNTED).await?;
        let is_it = |marked: &Marked| marked.person == tap.person && marked.mark == mark && marked.at == tap.at;
        if let Some(place) = marks.iter().position(is_it) {
            marks.remove(place);
        }
        let before = store.learnt(&scope).await?.into_iter().find(|(id, _)| id == trigger).map(|(_, learnt)| learnt);
        let before = before.unwrap_or_default();
        let (shift, reason) = learn(&marks);
        if (shift, &reason) != (before.shift, &before.words) {
            let what = Step::Learnt(shift);
            let step = TriggerStep { tenant, trigger: trigger.clone(), what, reason, by: None, at: self.now() };
            effect.outcome.steps.push(step);
        }
        Ok(())
    }

    async fn tell_managers(
        &self,
        event: &Event,
        trigger: &TriggerId,
        why: &str,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let Some(trigger) = self.parts.engine.library().triggers.get(trigger) else { return Ok(()) };
        if self.parts.managers.is_empty() {
            warn!("nobody is told: people.managers names nobody");
        }
        for who in self.parts.managers.iter() {
            let facts = self.facts_for(who, [], effect).await?;
            if facts.opted_out {
                continue;
            }
            let telling = Action::PostPrivately { who: who.clone() };
            let mut delivery = self.answer(event, "paused", &facts.id, telling, paused_card(trigger, why));
            let quiet = facts.snoozed_until.unwrap_or(self.now()).max(self.now());
            delivery.due_at = self.parts.engine.opens(&facts, quiet);
            delivery.expires_at = delivery.due_at + OFFER_LASTS;
            effect.outcome.deliveries.push(delivery);
        }
        Ok(())
    }
}
