//! What a manager may do: see the triggers in totals, pause them, let them go on, leave examples out.
//!
//! Invariants
//! - Only whoever the configuration names, or runs the workspace by the platform's word; asked at every tap.
//! - Whoever runs a workspace sees and changes what is of that workspace; operators, whom the configuration names, all.

use std::time::Duration;

use chat::{Card, Choice, DeliveryId, Event, Identity, MessageId, PersonId, Place, Prominence, Scope, Tenant};

use super::{
    Line, LineError,
    learning::COUNTED,
    line::{Effect, privately},
    lookups::Question,
    taps::{gone, not_for_you},
};
use crate::{
    access::{Action, Actor, Denied, Role, authorise},
    engine::{
        Learnt, Tap, code_of,
        compose::{Rating, Steered, steering_card},
        worth_a_look,
    },
    library::{Trigger, TriggerId},
    messages::{paragraph, say},
    store::{Delivery, Offer, Outcome, Pause, PauseChange, REVIEW, Step, TriggerStep},
};

/// What totals look back on.
const MONTH: Duration = Duration::from_hours(24 * 30);

impl Line {
    /// Somebody with what they are in their workspace: a member, where the platform does not answer.
    pub(super) async fn actor(&self, who: &Identity, person: &PersonId) -> Actor {
        let actor = self.member_or_operator(who, person);
        if actor.role == Role::Operator {
            return actor;
        }
        let runs = self.look_up_whether(Question::RunsWorkspace(who.clone())).await;
        if runs == Some(true) { Actor { role: Role::Admin, ..actor } } else { actor }
    }

    /// The same without asking the platform: for what its admins may do no more than others.
    pub(super) fn member_or_operator(&self, who: &Identity, person: &PersonId) -> Actor {
        let role = if self.parts.managers.contains(who) { Role::Operator } else { Role::Member };
        Actor { person: person.clone(), tenant: who.tenant(), role }
    }

    /// Whether somebody may use a card of `of`.
    pub(super) fn may_use(&self, event: &Event, of: &PersonId, person: &PersonId) -> Result<(), Denied> {
        authorise(&self.member_or_operator(&event.by, person), Action::UseCard { of })
    }

    /// True for a card of somebody's own: one that Kairos sent to them, or of which it knows nothing.
    pub(super) async fn is_theirs(
        &self,
        event: &Event,
        message: &MessageId,
        person: &PersonId,
    ) -> Result<bool, LineError> {
        let Place { platform, workspace, channel, .. } = &event.place;
        let sent = self.parts.store.delivery_at(*platform, workspace, channel, message).await?;
        Ok(sent.is_none_or(|delivery| self.may_use(event, &delivery.key.person, person).is_ok()))
    }

    /// The triggers, for whoever may pause them.
    pub(super) async fn show_triggers(
        &self,
        event: &Event,
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let actor = self.actor(&event.by, person).await;
        let card = match authorise(&actor, Action::SeeTriggers) {
            Ok(()) => self.triggers_card(&actor, &effect.outcome).await?,
            Err(denied) => refusal(denied),
        };
        effect.outcome.deliveries.push(self.answer(event, REVIEW, person, privately(event), card));
        Ok(())
    }

    /// Pauses a trigger, or lets it go on; the card shows it in place.
    pub(super) async fn steer(
        &self,
        event: &Event,
        message: &MessageId,
        (trigger, pauses): (TriggerId, bool),
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let actor = self.actor(&event.by, person).await;
        let tenant = actor.changes();
        let mut allowed = authorise(&actor, Action::ChangeTrigger { tenant: &tenant });
        if allowed.is_ok() && !pauses {
            // What holds in every workspace is ended by whoever may change every one.
            let every = Tenant::every();
            let held = self.parts.store.pauses(&actor.scope()).await?;
            if held.iter().any(|pause| pause.trigger == trigger && pause.tenant.is_every()) {
                allowed = authorise(&actor, Action::ChangeTrigger { tenant: &every });
            }
        }
        if let Err(denied) = allowed {
            self.say(event, "steered", person, &refusal(denied), effect);
            return Ok(());
        }
        let (by, reason, at) = (person.clone(), say!("by-a-manager").to_owned(), self.now());
        let change = if pauses {
            PauseChange::Pause(Pause { tenant, trigger, by: Some(by), reason, at })
        } else {
            PauseChange::Resume { tenant, trigger, by, at }
        };
        effect.outcome.pauses.push(change);
        self.show_triggers_anew(event, message, &actor, effect).await
    }

    /// Leaves an example of a trigger out, or brings it back; the card shows it in place.
    pub(super) async fn leave_out(
        &self,
        event: &Event,
        message: &MessageId,
        (id, code, leaves): (&TriggerId, &str, bool),
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let trigger = self.parts.engine.library().triggers.get(id);
        let example = trigger.and_then(|trigger| trigger.examples.iter().find(|example| code_of(example) == code));
        let actor = self.actor(&event.by, person).await;
        let tenant = actor.changes();
        let refused = match authorise(&actor, Action::ChangeTrigger { tenant: &tenant }) {
            Err(denied) => Some(refusal(denied)),
            Ok(()) if example.is_none() => Some(gone()),
            Ok(()) => None,
        };
        let Some(example) = example.filter(|_| refused.is_none()) else {
            self.say(event, "left-out", person, &refused.unwrap_or_else(gone), effect);
            return Ok(());
        };
        let what = if leaves { Step::LeftOut(example.clone()) } else { Step::BackIn(example.clone()) };
        let (by, reason, at) = (Some(person.clone()), say!("by-a-manager").to_owned(), self.now());
        let step = TriggerStep { tenant, trigger: id.clone(), what, reason, by, at };
        effect.outcome.steps.push(step);
        self.show_triggers_anew(event, message, &actor, effect).await
    }

    /// The triggers with what is about to change, in the place of the card on which a manager tapped.
    pub(super) async fn show_triggers_anew(
        &self,
        event: &Event,
        message: &MessageId,
        actor: &Actor,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let card = self.triggers_card(actor, &effect.outcome).await?;
        self.replace(event, (message, REVIEW), &actor.person, card, effect);
        Ok(())
    }

    /// A manager says that a moment was right, or wrong.
    pub(super) async fn judged(
        &self,
        event: &Event,
        id: &DeliveryId,
        person: &PersonId,
        is_right: bool,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let found = self.offer_behind(id).await?;
        let card = match (self.may_judge(event, found.as_ref(), person).await, found) {
            (Err(denied), _) => refusal(denied),
            (Ok(()), Some((delivery, offer))) => {
                let tap = self.tap(&delivery, &offer, person, if is_right { "right" } else { "wrong" });
                self.weigh_marks(event, &tap, &offer, effect).await?;
                effect.outcome.taps.push(tap);
                Card::new(say!("done"), paragraph(say!("timing-noted")))
            }
            (Ok(()), None) => gone(),
        };
        self.say(event, "judged", person, &card, effect);
        Ok(())
    }

    /// Whether somebody may judge the moment of a card; of what is gone, any manager hears that it is.
    async fn may_judge(
        &self,
        event: &Event,
        found: Option<&(Delivery, Offer)>,
        person: &PersonId,
    ) -> Result<(), Denied> {
        let actor = self.actor(&event.by, person).await;
        let Some((delivery, _)) = found else { return authorise(&actor, Action::SeeTriggers) };
        authorise(&actor, Action::JudgeMoment { tenant: &Tenant::stored(&delivery.key.tenant) })
    }

    /// The buttons for managers behind *Why this?*.
    pub(super) async fn judging(&self, event: &Event, found: &(Delivery, Offer), person: &PersonId) -> Vec<Choice> {
        if self.may_judge(event, Some(found), person).await.is_err() {
            return Vec::new();
        }
        let id = &found.0.id;
        let choice = |tap: &Tap, label: &str| Choice {
            id: tap.to_choice(),
            label: label.to_owned(),
            prominence: Prominence::Usual,
        };
        vec![choice(&Tap::Right(id.clone()), say!("timing-good")), choice(&Tap::Wrong(id.clone()), say!("timing-bad"))]
    }

    /// The triggers, as far as somebody may see them, with what is about to change.
    async fn triggers_card(&self, actor: &Actor, coming: &Outcome) -> Result<Card, LineError> {
        let scope = actor.scope();
        let mut paused = self.parts.store.pauses(&scope).await?;
        for change in &coming.pauses {
            match change {
                PauseChange::Pause(pause) if paused.iter().any(|known| known.trigger == pause.trigger) => {}
                PauseChange::Pause(pause) => paused.push(pause.clone()),
                PauseChange::Resume { tenant, trigger, .. } => {
                    paused.retain(|pause| pause.trigger != *trigger || !(tenant.is_every() || pause.tenant == *tenant));
                }
            }
        }
        let mut totals = self.parts.store.trigger_totals(&scope, self.now() - MONTH).await?;
        let learnt = self.parts.store.learnt(&scope).await?;
        let proposals = self.proposals(&scope, coming).await?;
        let mut steered = Vec::new();
        for trigger in self.parts.engine.library().triggers.values() {
            let of = learnt.iter().find(|(id, _)| *id == trigger.id).map(|(_, of)| of.clone()).unwrap_or_default();
            let of = in_force(trigger, of, &coming.steps);
            let totals = totals.remove(&trigger.id).unwrap_or_default();
            let against = [Rating::NotForMe.as_str(), Rating::Stop.as_str(), "wrong"];
            let mut doubted = Vec::new();
            if against.iter().any(|tap| totals.tapped(tap).times > 0) {
                doubted = worth_a_look(&self.parts.store.marks_on(&scope, &trigger.id, self.now() - COUNTED).await?);
                let is_heard = |text: &String| trigger.examples.contains(text) && !of.left_out.contains(text);
                doubted.retain(|text| is_heard(text) || of.taken_in.contains(text));
            }
            let mut proposed: Vec<String> = Vec::new();
            for words in proposals.iter().filter(|words| words.trigger == trigger.id) {
                // Two people may have given the same.
                if !proposed.contains(&words.text) {
                    proposed.push(words.text.clone());
                }
            }
            let in_force: Vec<&Pause> = paused.iter().filter(|pause| pause.trigger == trigger.id).collect();
            steered.push(Steered {
                trigger,
                paused: in_force.first().map(|pause| told(pause, &scope)),
                may_resume: scope == Scope::All || in_force.iter().all(|pause| !pause.tenant.is_every()),
                totals,
                learnt: of.words,
                worth_a_look: doubted,
                left_out: of.left_out,
                proposed,
                taken_in: of.taken_in,
            });
        }
        Ok(steering_card(&steered))
    }
}

/// What is in force of a trigger, with what is about to change.
fn in_force(trigger: &Trigger, mut of: Learnt, coming: &[TriggerStep]) -> Learnt {
    for step in coming.iter().filter(|step| step.trigger == trigger.id) {
        match &step.what {
            Step::LeftOut(text) if !of.left_out.contains(text) => of.left_out.push(text.clone()),
            Step::BackIn(text) => of.left_out.retain(|other| other != text),
            Step::TakenIn(text) if !of.taken_in.contains(text) => of.taken_in.push(text.clone()),
            Step::TakenOut(text) => of.taken_in.retain(|other| other != text),
            _ => {}
        }
    }
    // What the library no longer has need not be brought back.
    of.left_out.retain(|example| trigger.examples.contains(example));
    of
}

/// Why a trigger is paused, as whoever sees these workspaces reads it.
fn told(pause: &Pause, scope: &Scope) -> String {
    match scope {
        Scope::Of(_) if pause.tenant.is_every() => say!("paused-everywhere", reason = &pause.reason),
        Scope::All if !pause.tenant.is_every() && pause.by.is_some() => {
            say!("paused-in", workspace = pause.tenant.to_string(), reason = &pause.reason)
        }
        _ => pause.reason.clone(),
    }
}

/// Says why somebody may not.
pub(super) fn refusal(denied: Denied) -> Card {
    let why = match denied {
        Denied::NotManager => say!("managers-only"),
        Denied::OtherWorkspace => say!("other-workspace"),
        Denied::OwnWords => say!("approve-own"),
        Denied::NotTheirChannel => say!("here-refused"),
        Denied::SomebodyElses => return not_for_you(),
    };
    Card::new(say!("not-changed"), paragraph(why))
}
