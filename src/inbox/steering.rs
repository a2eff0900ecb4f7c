//! What a manager may do: see the triggers in totals, pause them, let them go on, leave examples out.
//!
//! Invariants
//! - Only whoever the configuration names, or runs the workspace by the platform's word; asked at every tap.

use std::time::Duration;

use chat::{Card, Choice, DeliveryId, Event, Identity, MessageId, PersonId, Prominence, Text};

use super::{
    Line, LineError,
    learning::COUNTED,
    line::{Effect, privately},
    lookups::Question,
    taps::gone,
};
use crate::{
    engine::{
        Learnt, Tap, code_of,
        compose::{Rating, Steered, steering_card},
        worth_a_look,
    },
    library::{Trigger, TriggerId},
    store::{Outcome, Pause, PauseChange, REVIEW, Step, TriggerStep},
};

/// What totals look back on.
const MONTH: Duration = Duration::from_hours(24 * 30);

impl Line {
    /// Whether somebody may see and pause triggers; no, where the platform does not answer.
    pub(super) async fn steers(&self, who: &Identity) -> bool {
        if self.parts.managers.contains(who) {
            return true;
        }
        self.look_up_whether(Question::RunsWorkspace(who.clone())).await == Some(true)
    }

    /// The triggers, for whoever may pause them.
    pub(super) async fn show_triggers(
        &self,
        event: &Event,
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let card = if self.steers(&event.by).await { self.triggers_card(&effect.outcome).await? } else { not_yours() };
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
        if !self.steers(&event.by).await {
            self.say(event, "steered", person, &not_yours(), effect);
            return Ok(());
        }
        let (by, reason, at) = (person.clone(), "by a manager".to_owned(), self.now());
        let change = if pauses {
            PauseChange::Pause(Pause { trigger, by: Some(by), reason, at })
        } else {
            PauseChange::Resume { trigger, by, at }
        };
        effect.outcome.pauses.push(change);
        self.show_triggers_anew(event, message, person, effect).await
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
        let refused = match example {
            _ if !self.steers(&event.by).await => Some(not_yours()),
            Some(_) => None,
            None => Some(gone()),
        };
        let Some(example) = example.filter(|_| refused.is_none()) else {
            self.say(event, "left-out", person, &refused.unwrap_or_else(gone), effect);
            return Ok(());
        };
        let what = if leaves { Step::LeftOut(example.clone()) } else { Step::BackIn(example.clone()) };
        let (by, reason, at) = (Some(person.clone()), "by a manager".to_owned(), self.now());
        let step = TriggerStep { trigger: id.clone(), what, reason, by, at };
        effect.outcome.steps.push(step);
        self.show_triggers_anew(event, message, person, effect).await
    }

    /// The triggers with what is about to change, in the place of the card on which a manager tapped.
    pub(super) async fn show_triggers_anew(
        &self,
        event: &Event,
        message: &MessageId,
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let card = self.triggers_card(&effect.outcome).await?;
        self.replace(event, (message, REVIEW), person, card, effect);
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
        let card = match self.offer_behind(id).await? {
            _ if !self.steers(&event.by).await => not_yours(),
            Some((_, offer)) => {
                let tap = self.tap(id, &offer, person, if is_right { "right" } else { "wrong" });
                self.weigh_marks(event, &tap, &offer, effect).await?;
                effect.outcome.taps.push(tap);
                let text = "It counts as one voice among those of the people whom it reaches. /kairos me, Triggers \
                            shows what all of them come to.";
                Card::new("Noted", Text::paragraph(text))
            }
            None => gone(),
        };
        self.say(event, "judged", person, &card, effect);
        Ok(())
    }

    /// The buttons for managers behind *Why this?*.
    pub(super) async fn judging(&self, event: &Event, id: &DeliveryId) -> Vec<Choice> {
        if !self.steers(&event.by).await {
            return Vec::new();
        }
        let choice = |tap: &Tap, label: &str| Choice {
            id: tap.to_choice(),
            label: label.to_owned(),
            prominence: Prominence::Usual,
        };
        vec![choice(&Tap::Right(id.clone()), "The moment was right"), choice(&Tap::Wrong(id.clone()), "It was not")]
    }

    /// The triggers with what is about to change.
    async fn triggers_card(&self, coming: &Outcome) -> Result<Card, LineError> {
        let mut paused = self.parts.store.pauses().await?;
        for change in &coming.pauses {
            match change {
                PauseChange::Pause(pause) if paused.iter().any(|known| known.trigger == pause.trigger) => {}
                PauseChange::Pause(pause) => paused.push(pause.clone()),
                PauseChange::Resume { trigger, .. } => paused.retain(|pause| pause.trigger != *trigger),
            }
        }
        let mut totals = self.parts.store.trigger_totals(self.now() - MONTH).await?;
        let learnt = self.parts.store.learnt().await?;
        let proposals = self.proposals(coming).await?;
        let mut steered = Vec::new();
        for trigger in self.parts.engine.library().triggers.values() {
            let of = learnt.iter().find(|(id, _)| *id == trigger.id).map(|(_, of)| of.clone()).unwrap_or_default();
            let of = in_force(trigger, of, &coming.steps);
            let totals = totals.remove(&trigger.id).unwrap_or_default();
            let against = [Rating::NotForMe.as_str(), Rating::Stop.as_str(), "wrong"];
            let mut doubted = Vec::new();
            if against.iter().any(|tap| totals.tapped(tap).times > 0) {
                doubted = worth_a_look(&self.parts.store.marks_on(&trigger.id, self.now() - COUNTED).await?);
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
            steered.push(Steered {
                trigger,
                paused: paused.iter().find(|pause| pause.trigger == trigger.id).map(|pause| pause.reason.clone()),
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

pub(super) fn not_yours() -> Card {
    let text = "Only whoever runs the workspace, or is named as a manager in the configuration, may do that.";
    Card::new("Nothing has changed", Text::paragraph(text))
}
