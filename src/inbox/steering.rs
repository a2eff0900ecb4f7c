//! What people's taps make of a trigger, and the managers who have the last word.
//!
//! Invariants
//! - Every change is a step in the store, in the same commit as the tap that brought it; nothing changes silently.
//! - A trigger that pauses tells its managers in private, in their working hours; any of them can let it speak again.

use std::{sync::Arc, time::Duration};

use chat::{Card, Choice, DeliveryId, Event, Identity, PersonId, Prominence, Text, Timestamp};
use tracing::warn;

use super::{Line, LineError, line::Effect};
use crate::{
    engine::{
        Mark, Marked, PersonFacts, Steered, SteeredTrigger, Tap,
        compose::{paused_card, steered_card},
        learn, restrain,
    },
    library::TriggerId,
    store::{self, Action, Step, TriggerStep},
};

/// How long what was read is believed: other replicas learn too.
const BELIEVED: Duration = Duration::from_mins(1);
/// How far back taps count.
const COUNTED: Duration = Duration::from_hours(24 * 180);

/// What was last read, and when.
pub(super) type Read = Option<(Timestamp, Arc<Vec<SteeredTrigger>>)>;

impl Line {
    /// What is in force of every trigger that taps made something of.
    pub(super) async fn steered(&self) -> Result<Arc<Vec<SteeredTrigger>>, LineError> {
        let now = self.now();
        let known = self.steering().clone();
        if let Some((_, known)) = known.filter(|(read_at, _)| now.since(*read_at) < BELIEVED) {
            return Ok(known);
        }
        let read = Arc::new(self.parts.store.steered().await?);
        *self.steering() = Some((now, Arc::clone(&read)));
        Ok(read)
    }

    async fn steered_now(&self, trigger: &TriggerId) -> Result<Steered, LineError> {
        let all = self.parts.store.steered().await?;
        Ok(all.into_iter().find(|(id, _)| id == trigger).map(|(_, steered)| steered).unwrap_or_default())
    }

    /// Adds a step, and forgets what was read before it.
    fn step_forward(&self, trigger: &TriggerId, what: Step, reason: String, by: Option<PersonId>, effect: &mut Effect) {
        let step = TriggerStep { trigger: trigger.clone(), what, reason, by, at: self.now() };
        effect.outcome.steps.push(step);
        effect.steers = true;
    }

    /// Weighs all that was tapped about a trigger, with a tap that is about to be kept.
    pub(super) async fn weigh_marks(
        &self,
        event: &Event,
        tap: &store::Tap,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let (Some(mark), Some(trigger)) = (Mark::read(&tap.tap), &tap.trigger) else { return Ok(()) };
        let mut marks = self.parts.store.marks_on(trigger, self.now() - COUNTED).await?;
        marks.push(Marked { person: tap.person.clone(), mark, at: tap.at });
        let before = self.steered_now(trigger).await?;
        let (shift, why) = learn(&marks);
        if shift != before.shift {
            self.step_forward(trigger, Step::Learnt(shift), why, None, effect);
        }
        let rule = self.parts.engine.cadence().restraint;
        if before.paused.is_none()
            && let Some(why) = restrain(rule, &marks, before.resumed_at)
        {
            self.step_forward(trigger, Step::Paused, why.clone(), None, effect);
            warn!(%trigger, "a trigger pauses itself: {why}");
            self.tell_managers(event, trigger, &why, effect).await?;
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
        for who in self.parts.managers.iter() {
            let facts: PersonFacts = self.facts(who, effect).await?;
            let telling = Action::PostPrivately { who: who.clone() };
            let mut delivery = self.answer(event, "paused", &facts.id, telling, paused_card(trigger, why));
            delivery.due_at = self.parts.engine.opens(&facts, self.now());
            delivery.expires_at = delivery.due_at + super::messages::OFFER_LASTS;
            effect.outcome.deliveries.push(delivery);
        }
        Ok(())
    }

    /// True for those who answer for triggers.
    pub(super) fn is_manager(&self, who: &Identity) -> bool {
        self.parts.managers.contains(who)
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
        let behind = self.offer_behind(id).await?;
        let card = match behind {
            Some((_, offer)) if self.is_manager(&event.by) => {
                let tap = self.tap(id, &offer, person, if is_right { "right" } else { "wrong" });
                self.weigh_marks(event, &tap, effect).await?;
                effect.outcome.taps.push(tap);
                let text = "It counts as one voice among those of the people it reaches. /kairos triggers shows what all \
                            of them come to.";
                Card::new("Noted", Text::paragraph(text))
            }
            Some(_) => not_a_manager(),
            None => super::taps::gone(),
        };
        self.say(event, "judged", person, &card, effect);
        Ok(())
    }

    /// A manager lets a trigger speak again.
    pub(super) async fn let_speak(
        &self,
        event: &Event,
        trigger: &TriggerId,
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let known = self.parts.engine.library().triggers.get(trigger);
        let card = match known {
            Some(_) if !self.is_manager(&event.by) => not_a_manager(),
            Some(known) if self.steered_now(trigger).await?.paused.is_none() => Card::new(
                "It does not pause",
                Text::paragraph(format!("“{}” may speak already; nothing has changed.", known.title)),
            ),
            Some(known) => {
                self.step_forward(
                    trigger,
                    Step::Resumed,
                    "a manager let it speak again".to_owned(),
                    Some(person.clone()),
                    effect,
                );
                let text =
                    format!("“{}” may speak again. What was tapped before counts no more for a pause.", known.title);
                Card::new("Noted", Text::paragraph(text))
            }
            None => super::taps::gone(),
        };
        self.say(event, "let-speak", person, &card, effect);
        Ok(())
    }

    /// `/kairos triggers`: what taps made of each, for managers.
    pub(super) async fn tell_triggers(&self, event: &Event, effect: &mut Effect) -> Result<(), LineError> {
        let person = self.person(&event.by, effect).await?.id;
        let card = if self.is_manager(&event.by) {
            steered_card(self.parts.engine.library(), &self.parts.store.steered().await?)
        } else {
            not_a_manager()
        };
        self.reply(event, "triggers", &person, card, effect);
        Ok(())
    }

    /// The buttons for managers behind *Why this?*.
    pub(super) fn judging(&self, event: &Event, id: &DeliveryId) -> Vec<Choice> {
        if !self.is_manager(&event.by) {
            return Vec::new();
        }
        let choice = |tap: &Tap, label: &str| Choice {
            id: tap.to_choice(),
            label: label.to_owned(),
            prominence: Prominence::Usual,
        };
        vec![choice(&Tap::Right(id.clone()), "The moment was right"), choice(&Tap::Wrong(id.clone()), "It was not")]
    }
}

fn not_a_manager() -> Card {
    Card::new("This is for those who answer for triggers", Text::paragraph("Nothing has changed."))
}
