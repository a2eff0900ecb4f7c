//! Messages and commands: what is heard in them, and what is decided.

use std::time::Duration;

use chat::{Event, EventId, Message, Place, ShownTo};

use super::{
    Line, LineError, Observed,
    conversation::Heard,
    line::{Effect, privately, tenant},
};
use crate::{
    engine::{
        Act, Audience, Decision, Facts, Need, PersonFacts, Plan, Reason, Rule,
        compose::{nothing_good_card, offer_card, one_question_card, refused_card},
        is_addressed,
    },
    library::Mode,
    messages::say,
    store::{Action, Delivery, DeliveryKey, DeliveryState, Offer, Recorded, Settlement},
};

/// How long an offer is worth making after the need was heard: over a long week-end.
pub(super) const OFFER_LASTS: Duration = Duration::from_hours(24 * 5);
/// How long *snooze* lasts.
pub(super) const SNOOZE: Duration = Duration::from_hours(24 * 7);

impl Line {
    /// Hears a message; one that goes on from our own answer in a thread is put to us.
    pub(super) async fn hear(&self, event: &Event, message: &Message, effect: &mut Effect) -> Result<(), LineError> {
        if message.by_bot {
            return self.overhear(event, message).await;
        }
        let turned = self.turned_to_us(event, message).await?;
        let event = turned.as_ref().unwrap_or(event);
        let addressed = is_addressed(event);
        let place = self.mode_of(&event.place).await?;
        if !addressed && place.mode == Mode::Off {
            effect.observed.push(Observed::in_a_channel_that_is_off(event, message, self.now()));
            return Ok(());
        }
        if addressed
            && (self.typed_in_practice(event, message, effect).await?
                || self.small_talk(event, message, effect).await?)
        {
            return Ok(());
        }
        let Heard { needs, already } = self.listen(event, message, &place, effect).await?;
        let is_heard = needs.iter().any(Need::is_heard);
        let is_met = addressed
            && !is_heard
            && (self.follow_up(event, message, effect).await? || self.choices_again(event, effect).await?);
        if is_met {
            return Ok(());
        }
        if let Some(need) = already.filter(|_| !is_heard) {
            return self.heard_already(event, message, need, effect).await;
        }
        if !addressed && !is_heard {
            let nothing = self.parts.engine.nothing_heard(&needs);
            self.observe(event, message, nothing, effect);
            return Ok(());
        }
        self.decide_about(event, message, &needs, effect).await
    }

    /// Another part of the same question was heard: one question gets one answer. Whoever put it to Kairos is told so.
    async fn heard_already(
        &self,
        event: &Event,
        message: &Message,
        need: Need,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let reason = Reason::stopped(Rule::Recognition, say!("match-again"));
        let decision =
            Decision { act: Act::Silent { because: Rule::Recognition }, need: Some(need), reasons: vec![reason] };
        if is_addressed(event) {
            let person = self.known(&event.by).await?.id;
            let mut delivery =
                self.answer(event, "one-question", &person, answer_here(event, message), one_question_card());
            delivery.key.event = of_message(&event.place, message);
            effect.outcome.deliveries.push(delivery);
        }
        self.observe(event, message, decision, effect);
        Ok(())
    }

    /// A message that settles what somebody asked is no need of its own.
    pub(super) fn settled_by(&self, event: &Event, message: &Message, effect: &mut Effect) {
        let answers = Reason::stopped(Rule::Answered, say!("answered-here"));
        self.observe(event, message, silent(Rule::Answered, answers), effect);
    }

    /// A message was changed. Whoever was answered is not answered again; what still waits makes way for what is meant
    /// now.
    pub(super) async fn hear_again(
        &self,
        event: &Event,
        message: &Message,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let key = of_message(&event.place, message);
        let before = self.parts.store.offers_about(&tenant(&event.place), &key).await?;
        if before.iter().any(|offered| offered.state.is_said()) {
            return Ok(());
        }
        let earlier = effect.outcome.deliveries.len();
        self.hear(event, message, effect).await?;
        for held in before.into_iter().filter(|offered| offered.state == DeliveryState::Held) {
            let same = effect.outcome.deliveries.iter().skip(earlier).position(|offered| offered.key == held.key);
            let settlement = match same.map(|at| effect.outcome.deliveries.remove(earlier + at)) {
                None => Some(Settlement::Cancel { reason: Reason::stopped(Rule::Recognition, say!("match-edited")) }),
                Some(now) if now.state == DeliveryState::Pending => self.send_now(&held, now),
                // It waits already, since before.
                Some(_) => None,
            };
            for recorded in effect.outcome.decisions.iter_mut().filter(|recorded| recorded.event == event.id) {
                if same.is_some() {
                    recorded.delivery = Some(held.id.clone());
                }
            }
            effect.outcome.settled.extend(settlement.map(|settlement| (held.id.clone(), settlement)));
        }
        Ok(())
    }

    /// What was held is wanted at once, as somebody turned to Kairos by changing their message.
    fn send_now(&self, held: &Delivery, now: Delivery) -> Option<Settlement> {
        let offer = now.offer?;
        let library = self.parts.engine.library();
        let card = offer_card(library, library.triggers.get(&offer.plan.trigger)?, &offer.plan, &held.id)?;
        Some(Settlement::Send { card, offer: Box::new(offer), due_at: now.due_at })
    }

    pub(super) async fn decide_about(
        &self,
        event: &Event,
        message: &Message,
        needs: &[Need],
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let now = self.now();
        let addressed = is_addressed(event);
        let triggers: Vec<_> = needs.iter().filter(|need| need.is_heard()).map(|need| &need.trigger).collect();
        let mut facts = self.facts_for(&event.by, triggers.iter().copied(), effect).await?;
        if facts.awaited && triggers.iter().any(|trigger| self.parts.engine.asks_who(trigger, addressed)) {
            facts = self.past_of(self.known_by_now(&event.by).await?, false, triggers).await?;
        }
        let place = self.place_facts(&event.place).await?;
        let known = Facts { person: &facts, place: &place, heard_at: event.at.max(now - OFFER_LASTS), now, addressed };
        let decision = self.parts.engine.decide(event, message, needs, &known);
        let delivery = match &decision.act {
            Act::Speak(plan) if plan.shadow => None,
            Act::Speak(plan) => self.offer(event, message, plan, &decision, DeliveryState::Pending, now),
            Act::Hold { because: Rule::Digest, plan, .. } => {
                let offer = self.offer(event, message, plan, &decision, DeliveryState::Held, now);
                self.put_by(offer, &facts, effect).await?
            }
            Act::Hold { until, plan, .. } => self.offer(event, message, plan, &decision, DeliveryState::Held, *until),
            Act::Silent { because } if addressed => {
                Some(self.say_why_not(event, message, (needs, *because, &decision), &facts))
            }
            Act::Silent { .. } => None,
        };
        effect.outcome.decisions.push(Recorded {
            event: event.id.clone(),
            person: facts.id.clone(),
            at: now,
            delivery: delivery.as_ref().map(|delivery| delivery.id.clone()),
            decision: decision.clone(),
        });
        effect.outcome.deliveries.extend(delivery);
        self.observe(event, message, decision, effect);
        Ok(())
    }

    /// The delivery of an offer; `None` when the library lost what the plan names.
    fn offer(
        &self,
        event: &Event,
        message: &Message,
        plan: &Plan,
        decision: &Decision,
        state: DeliveryState,
        due_at: chat::Timestamp,
    ) -> Option<Delivery> {
        let now = self.now();
        let id = self.new_delivery_id();
        let library = self.parts.engine.library();
        let trigger = library.triggers.get(&plan.trigger)?;
        let card = offer_card(library, trigger, plan, &id)?;
        let offer = Offer {
            plan: plan.clone(),
            need: decision.need.clone()?,
            place: event.place.clone(),
            message: message.id.clone(),
            heard_in: event.id.clone(),
            asker: event.by.clone(),
            heard_at: event.at,
            put_by: false,
        };
        Some(Delivery {
            id,
            key: DeliveryKey {
                tenant: tenant(&event.place),
                event: of_message(&event.place, message),
                trigger: plan.trigger.clone(),
                person: plan.person.clone(),
                step: 0,
            },
            state,
            action: answer_to(event, message, plan.to),
            card: (state == DeliveryState::Pending).then_some(card),
            offer: Some(offer),
            due_at,
            expires_at: now + OFFER_LASTS,
            created_at: now,
            sent: None,
            sent_at: None,
            last_error: None,
        })
    }

    /// Whoever asked gets an answer or a reason, never silence.
    fn say_why_not(
        &self,
        event: &Event,
        message: &Message,
        (needs, because, decision): (&[Need], Rule, &Decision),
        person: &PersonFacts,
    ) -> Delivery {
        let library = self.parts.engine.library();
        let meant = decision.need.as_ref().filter(|need| need.is_heard());
        let card = match meant.and_then(|need| library.triggers.get(&need.trigger)) {
            Some(trigger) => refused_card(trigger, because, &decision.reasons),
            None => nothing_good_card(library, needs),
        };
        let mut delivery = self.answer(event, "nothing-good", &person.id, answer_here(event, message), card);
        delivery.key.event = of_message(&event.place, message);
        delivery
    }

    fn observe(&self, event: &Event, message: &Message, decision: Decision, effect: &mut Effect) {
        effect.observed.push(Observed::first(event, message, decision, self.now()));
    }
}

/// The same for a message and its edits, so that a changed message is not answered twice.
pub(super) fn of_message(place: &Place, message: &Message) -> EventId {
    EventId::new(format!("message:{}:{}", place.channel, message.id))
}

/// Where somebody is answered who turned to Kairos.
pub(super) fn answer_here(event: &Event, message: &Message) -> Action {
    answer_to(event, message, if event.place.is_private() { Audience::Private } else { Audience::Thread })
}

fn answer_to(event: &Event, message: &Message, to: Audience) -> Action {
    if matches!(event.what, chat::What::Command { .. }) {
        return privately(event);
    }
    match to {
        Audience::Private if !event.place.is_private() => Action::PostPrivately { who: event.by.clone() },
        Audience::Private => Action::Post { place: event.place.clone(), shown_to: ShownTo::Everyone },
        Audience::Thread => {
            let opening = event.place.thread.as_ref().unwrap_or(&message.id);
            Action::Post { place: event.place.in_thread(opening), shown_to: ShownTo::Everyone }
        }
    }
}

fn silent(because: Rule, reason: Reason) -> Decision {
    Decision { act: Act::Silent { because }, need: None, reasons: vec![reason] }
}
