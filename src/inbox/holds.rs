//! Open questions: settled by people, or looked at again when their hour has come.

use std::time::Duration;

use chat::{Event, What};
use tracing::warn;

use super::{Line, LineError, Observed, digest::PUT_BY_LASTS, line::Effect, worker::on_its_own};
use crate::{
    engine::{
        Act, Beside, Decision, Facts, Open, Opened, Reason, Rule, asks,
        compose::{offer_card, with_numbers},
        settles, turns_to,
    },
    messages::say,
    store::{Delivery, Offer, Outcome, Recorded, Settlement},
};

/// Holds that are looked at in one go.
const BATCH: u32 = 64;
/// How long a hold waits on whose channel has still to be read.
const UNTIL_READ: Duration = Duration::from_secs(2);
/// How long a hold waits on that could not be decided.
const PUT_OFF: Duration = Duration::from_mins(1);

impl Line {
    /// Cancels what people have settled by `event`.
    ///
    /// True where it settled something: whoever answers has no need of their own, however much it sounds like one.
    pub(super) async fn settle_open(&self, event: &Event, effect: &mut Effect) -> Result<bool, LineError> {
        let text = match &event.what {
            What::Message(message) if !message.by_bot => message.text.as_str(),
            What::Reaction { .. } | What::Deleted { .. } => "",
            _ => return Ok(false),
        };
        if event.place.is_private() {
            return Ok(false);
        }
        let held = self.parts.store.held_in(event.place.platform, &event.place.workspace, &event.place.channel).await?;
        if held.is_empty() {
            return Ok(false);
        }
        let mut has_settled = false;
        for delivery in held {
            let Some(offer) = &delivery.offer else { continue };
            let open = Open { place: &offer.place, message: &offer.message, asker: &offer.asker };
            let stands_beside = !text.is_empty() && event.place == offer.place && event.by != offer.asker;
            // What was put by is long off the channel's mind: only what surely belongs to it settles it.
            let name =
                if stands_beside && !offer.put_by { Some(self.known(&offer.asker).await?.profile.name) } else { None };
            let settled = settles(open, event, |text| match &name {
                Some(name) => self.beside(text, offer, name),
                None => Beside::default(),
            });
            if let Some(settled) = settled {
                let reason = Reason::stopped(Rule::Answered, settled.words());
                let decision = Decision {
                    act: Act::Silent { because: Rule::Answered },
                    need: Some(offer.need.clone()),
                    reasons: vec![reason.clone()],
                };
                effect.outcome.settled.push((delivery.id.clone(), Settlement::Cancel { reason }));
                self.look_again(event.id.clone(), &delivery, offer, decision, Some(settled), effect);
                self.recent().settle(&offer.place, &offer.message);
                has_settled = true;
            }
        }
        Ok(has_settled)
    }

    /// What is known of a text that stands beside an open question of somebody by the name of `name`.
    pub(super) fn beside(&self, text: &str, offer: &Offer, name: &str) -> Beside {
        let question = match self.recent().opened(&offer.place.in_thread(&offer.message)) {
            Opened::By(_, question) => Some(question),
            Opened::Nowhere | Opened::Unknown => None,
        };
        let trigger = &offer.plan.trigger;
        Beside {
            asks: asks(text),
            names_asker: turns_to(text, &offer.asker, name),
            // Whoever has the same need is no answer to it.
            is_about_it: self.would_hear(text).is_none()
                && self.parts.engine.is_about(trigger, question.as_deref(), text),
        }
    }

    /// Decides again about the holds whose hour has come; how many there were.
    ///
    /// One that fails is put off, so that it does not stand in the way of all the others.
    pub async fn wake_due(&self) -> Result<usize, LineError> {
        let due = self.parts.store.due_holds(self.now(), BATCH).await?;
        let woken = due.len();
        for delivery in due {
            let (line, id) = (self.clone(), delivery.id.clone());
            if let Err(failed) = on_its_own(async move { line.wake(&delivery).await }).await {
                warn!(delivery = %id, error = %failed, "what waits could not be decided and waits on");
                let until = self.now() + PUT_OFF;
                let settled = vec![(id, Settlement::Hold { until })];
                self.parts.store.conclude(&Outcome { settled, ..Outcome::default() }).await?;
            }
        }
        Ok(woken)
    }

    async fn wake(&self, delivery: &Delivery) -> Result<(), LineError> {
        let mut effect = Effect::default();
        let now = self.now();
        let Some(offer) = &delivery.offer else { return self.wake_digest(delivery).await };
        if offer.put_by {
            return self.forget_put_by(delivery, offer).await;
        }
        if self.parts.channels.may_be_behind(&offer.place) {
            // Somebody may have answered while we were away.
            effect.outcome.settled.push((delivery.id.clone(), Settlement::Hold { until: now + UNTIL_READ }));
            return self.commit(effect).await;
        }
        let facts = self.fresh_facts(&offer.asker, [&offer.plan.trigger], &mut effect).await?;
        if facts.awaited {
            return self.wait_until_known(delivery, effect).await;
        }
        let place = self.place_facts(&offer.place).await?;
        let known = Facts { person: &facts, place: &place, heard_at: offer.heard_at, now, addressed: false };
        let decision = self.parts.engine.reconsider(&offer.need, &offer.plan, &known);
        let settlement = match &decision.act {
            Act::Hold { because: Rule::Digest, plan, .. } => {
                self.plan_digest(&facts, (&delivery.key.tenant, &offer.asker), &mut effect).await?;
                let offer = Box::new(Offer { plan: plan.clone(), put_by: true, ..offer.clone() });
                Settlement::PutBy { offer, until: now + PUT_BY_LASTS }
            }
            _ => self.settlement(delivery, offer, &decision),
        };
        effect.outcome.settled.push((delivery.id.clone(), settlement));
        self.look_again(delivery.key.event.clone(), delivery, offer, decision, None, &mut effect);
        self.commit(effect).await
    }

    /// Looks again once the platform has told what it was asked about the person; others don't wait for that.
    pub(super) async fn wait_until_known(&self, delivery: &Delivery, mut effect: Effect) -> Result<(), LineError> {
        let until = self.now() + self.describing.will_take();
        effect.outcome.settled.push((delivery.id.clone(), Settlement::Hold { until }));
        self.commit(effect).await
    }

    fn settlement(&self, delivery: &Delivery, offer: &Offer, decision: &Decision) -> Settlement {
        let stopped = |rule: Rule| {
            let reason = decision.reasons.iter().rev().find(|reason| reason.rule == rule);
            Settlement::Cancel { reason: reason.cloned().unwrap_or_else(|| Reason::stopped(rule, say!("no-longer"))) }
        };
        match &decision.act {
            Act::Hold { until, .. } => Settlement::Hold { until: *until },
            Act::Silent { because } => stopped(*because),
            Act::Speak(plan) if plan.shadow => {
                Settlement::Cancel { reason: Reason::stopped(Rule::Trigger, say!("mode-shadow")) }
            }
            Act::Speak(plan) => {
                let library = self.parts.engine.library();
                let card = library.triggers.get(&plan.trigger).and_then(|trigger| {
                    let card = offer_card(library, trigger, plan, &delivery.id)?;
                    Some(with_numbers(card, library, trigger, &offer.need))
                });
                match card {
                    Some(card) => {
                        let offer = Box::new(Offer { plan: plan.clone(), ..offer.clone() });
                        Settlement::Send { card, offer, due_at: self.now() }
                    }
                    None => stopped(Rule::Trigger),
                }
            }
        }
    }

    pub(super) fn look_again(
        &self,
        event: chat::EventId,
        delivery: &Delivery,
        offer: &Offer,
        decision: Decision,
        settled: Option<crate::engine::Settled>,
        effect: &mut Effect,
    ) {
        effect.outcome.decisions.push(Recorded {
            event,
            person: delivery.key.person.clone(),
            at: self.now(),
            delivery: Some(delivery.id.clone()),
            decision: decision.clone(),
        });
        effect.observed.push(Observed {
            heard_in: offer.heard_in.clone(),
            said_at: offer.heard_at,
            message: offer.message.clone(),
            place: offer.place.clone(),
            asker: offer.asker.clone(),
            at: self.now(),
            decision,
            again: true,
            settled,
        });
    }
}
