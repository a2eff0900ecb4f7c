//! What is over somebody's budget: put by, and told in one digest a week.
//!
//! Invariants
//! - A digest exists, or is planned by the same commit, as long as anything is put by.
//! - What was told once is never told again, and nothing is told to somebody who chose to hear nothing.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use chat::{AssetId, DeliveryId, Event, EventId, Identity, PersonId, PlatformKind};

use super::{
    Line, LineError,
    line::{Effect, privately},
};
use crate::{
    engine::{
        Act, Decision, Evidence, Facts, PersonFacts, Plan, Reason, Rule,
        compose::{PutBy, digest_card, offer_card, with_numbers},
    },
    library::TriggerId,
    messages::say,
    store::{Action, Delivery, DeliveryKey, DeliveryState, Offer, Recorded, Settlement},
};

/// How long what is put by is worth telling: it outlives a digest that days off have put off.
pub(super) const PUT_BY_LASTS: Duration = Duration::from_hours(24 * 14);
/// What stands in a digest's key for the trigger.
const DIGEST: &str = "digest";
/// How much one digest lists; what goes beyond is dropped, the least urgent first.
const LISTED: usize = 8;

impl Line {
    /// Puts an offer by for the next digest.
    pub(super) async fn put_by(
        &self,
        delivery: Option<Delivery>,
        person: &PersonFacts,
        effect: &mut Effect,
    ) -> Result<Option<Delivery>, LineError> {
        let Some(mut delivery) = delivery else { return Ok(None) };
        let until = self.now() + PUT_BY_LASTS;
        (delivery.due_at, delivery.expires_at) = (until, until);
        if let Some(offer) = &mut delivery.offer {
            offer.put_by = true;
            self.plan_digest(person, (&delivery.key.tenant, &offer.asker), effect).await?;
        }
        Ok(Some(delivery))
    }

    /// Plans somebody's next digest, unless one waits already.
    pub(super) async fn plan_digest(
        &self,
        person: &PersonFacts,
        (tenant, who): (&str, &Identity),
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let now = self.now();
        let is_theirs =
            |delivery: &Delivery| delivery.key.trigger.as_str() == DIGEST && delivery.key.person == person.id;
        let known = self.parts.store.digest_of(&person.id).await?;
        if known.waits || effect.outcome.deliveries.iter().any(is_theirs) {
            return Ok(());
        }
        let Some(due_at) = self.parts.engine.cadence().next_digest(person, known.last, now) else { return Ok(()) };
        effect.outcome.deliveries.push(Delivery {
            id: self.new_delivery_id(),
            key: DeliveryKey {
                tenant: tenant.to_owned(),
                event: EventId::new(format!("digest:{}", due_at.as_ms())),
                trigger: TriggerId::new(DIGEST),
                person: person.id.clone(),
                step: 0,
            },
            state: DeliveryState::Held,
            action: Action::PostPrivately { who: who.clone() },
            card: None,
            offer: None,
            due_at,
            expires_at: now + PUT_BY_LASTS,
            created_at: now,
            sent: None,
            sent_at: None,
            last_error: None,
        });
        Ok(())
    }

    /// A digest's hour has come: what is still worth it is told, all else is dropped.
    pub(super) async fn wake_digest(&self, digest: &Delivery) -> Result<(), LineError> {
        let Action::PostPrivately { who } = &digest.action else { return Ok(()) };
        let (now, mut effect) = (self.now(), Effect::default());
        let person = self.known(who).await?.id;
        let items = self.parts.store.put_by_for(&person, now).await?;
        let triggers = items.iter().filter_map(|item| Some(&item.offer.as_ref()?.plan.trigger));
        let facts = self.fresh_facts(who, triggers, &mut effect).await?;
        if facts.awaited {
            return self.wait_until_known(digest, effect).await;
        }
        let open = self.parts.engine.opens(&facts, now);
        let settle = |effect: &mut Effect, settlement| effect.outcome.settled.push((digest.id.clone(), settlement));
        if open > now {
            settle(&mut effect, Settlement::Hold { until: open });
            return self.commit(effect).await;
        }
        let mut told: Vec<(&Delivery, Plan)> = Vec::new();
        let mut channels: HashMap<DeliveryId, String> = HashMap::new();
        for (item, offer) in items.iter().filter_map(|item| Some((item, item.offer.as_ref()?))) {
            let place = self.place_facts(&offer.place).await?;
            let known = Facts { person: &facts, place: &place, heard_at: offer.heard_at, now, addressed: false };
            let worth = if facts.own.no_digest {
                Err(Reason::stopped(Rule::Digest, say!("summary-off")))
            } else {
                self.parts.engine.still_worth(&offer.plan, &known)
            };
            match worth {
                Ok(plan) => {
                    channels.insert(item.id.clone(), place.channel);
                    told.push((item, plan));
                }
                Err(reason) => self.drop_put_by(item, offer, reason, &mut effect),
            }
        }
        self.the_most_urgent(&mut told, &mut effect);
        let card = self.digest(&told, &facts, &channels);
        let date = self.parts.engine.cadence().date_of(&facts, now);
        for (item, offer) in told.iter().filter_map(|(item, _)| Some((*item, item.offer.as_ref()?))) {
            let reason = Reason::passed(Rule::Digest, say!("summary-told", date = &date));
            self.drop_put_by(item, offer, reason, &mut effect);
        }
        settle(
            &mut effect,
            match card {
                Some(card) => Settlement::Tell { card },
                None => Settlement::Cancel { reason: Reason::stopped(Rule::Digest, say!("summary-empty")) },
            },
        );
        self.commit(effect).await
    }

    /// Leaves the most urgent of each card, the newest first among equals, and drops the others.
    fn the_most_urgent(&self, told: &mut Vec<(&Delivery, Plan)>, effect: &mut Effect) {
        let triggers = &self.parts.engine.library().triggers;
        told.sort_by_key(|(_, plan)| std::cmp::Reverse(triggers.get(&plan.trigger).map_or(0, |found| found.priority)));
        let mut seen: HashSet<AssetId> = HashSet::new();
        let mut kept = 0;
        told.retain(|(item, plan)| {
            let fresh = plan.molecule.assets.first().is_some_and(|asset| seen.insert(asset.clone()));
            let stays = fresh && kept < LISTED;
            if stays {
                kept += 1;
            } else if let Some(offer) = &item.offer {
                let value = if fresh { say!("summary-full") } else { say!("summary-repeat") };
                self.drop_put_by(item, offer, Reason::stopped(Rule::Digest, value), effect);
            }
            stays
        });
    }

    /// The card; `None` when nothing is left to tell.
    fn digest(
        &self,
        told: &[(&Delivery, Plan)],
        facts: &PersonFacts,
        channels: &HashMap<DeliveryId, String>,
    ) -> Option<chat::Card> {
        let library = self.parts.engine.library();
        let items: Vec<_> = told
            .iter()
            .filter_map(|(item, plan)| {
                let trigger = library.triggers.get(&plan.trigger)?;
                let asset = library.assets.get(plan.molecule.assets.first()?)?;
                let offer = item.offer.as_ref()?;
                let is_question = matches!(offer.need.evidence, Evidence::Keyword { .. } | Evidence::Example { .. });
                // An id that only a platform knows says nothing to a person.
                let channel = channels.get(&item.id).filter(|name| {
                    !name.is_empty()
                        && (name.as_str() != offer.place.channel.as_str()
                            || offer.place.platform == PlatformKind::Playground)
                });
                let asked = channel
                    .filter(|_| is_question)
                    .map(|name| (self.parts.engine.cadence().date_of(facts, offer.heard_at), format!("#{name}")));
                Some(PutBy { id: item.id.clone(), trigger, asset, asked })
            })
            .collect();
        (!items.is_empty()).then(|| digest_card(&items))
    }

    /// Its time ran out before any digest came.
    pub(super) async fn forget_put_by(&self, item: &Delivery, offer: &Offer) -> Result<(), LineError> {
        let mut effect = Effect::default();
        let reason = Reason::stopped(Rule::Digest, say!("summary-missed"));
        self.drop_put_by(item, offer, reason, &mut effect);
        self.commit(effect).await
    }

    /// What was put by waits no longer, for this reason.
    fn drop_put_by(&self, item: &Delivery, offer: &Offer, reason: Reason, effect: &mut Effect) {
        let decision = Decision {
            act: Act::Silent { because: reason.rule },
            need: Some(offer.need.clone()),
            reasons: vec![reason.clone()],
        };
        effect.outcome.settled.push((item.id.clone(), Settlement::Cancel { reason }));
        self.look_again(item.key.event.clone(), item, offer, decision, None, effect);
    }

    /// Somebody opens what a digest told: from then on it is a card like any other that they asked for.
    pub(super) async fn open_put_by(
        &self,
        event: &Event,
        item: &Delivery,
        offer: &Offer,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let library = self.parts.engine.library();
        let person = &item.key.person;
        let key = DeliveryKey { step: 1, ..item.key.clone() };
        let before = self.parts.store.offers_about(&key.tenant, &key.event).await?;
        let opened = before.into_iter().find(|known| known.key == key).map(|known| known.id);
        let id = opened.clone().unwrap_or_else(|| self.new_delivery_id());
        let facts = self.facts_for(&offer.asker, [&offer.plan.trigger], effect).await?;
        let place = self.place_facts(&offer.place).await?;
        let known =
            Facts { person: &facts, place: &place, heard_at: offer.heard_at, now: self.now(), addressed: false };
        let planned = self.parts.engine.still_worth(&offer.plan, &known).unwrap_or_else(|_| offer.plan.clone());
        let plan = Plan { unasked: false, ..planned };
        let card = library.triggers.get(&plan.trigger).and_then(|trigger| {
            let card = offer_card(library, trigger, &plan, &id)?;
            Some(with_numbers(card, library, trigger, &offer.need))
        });
        let Some(card) = card else {
            self.say(event, "open", person, &super::taps::gone(), effect);
            return Ok(());
        };
        if opened.is_some() {
            self.say(event, "open", person, &card, effect);
            return Ok(());
        }
        let decision = Decision {
            act: Act::Speak(plan.clone()),
            need: Some(offer.need.clone()),
            reasons: vec![
                Reason::stopped(Rule::Budget, say!("limit-reached-then")),
                Reason::passed(Rule::Digest, say!("summary-opened")),
            ],
        };
        effect.outcome.decisions.push(self.recorded(item.key.event.clone(), person, &id, decision));
        effect.outcome.deliveries.push(Delivery {
            id,
            key,
            offer: Some(Offer { plan, put_by: false, ..offer.clone() }),
            ..self.answer(event, "open", person, privately(event), card)
        });
        Ok(())
    }

    fn recorded(&self, event: EventId, person: &PersonId, id: &DeliveryId, decision: Decision) -> Recorded {
        Recorded { event, person: person.clone(), at: self.now(), delivery: Some(id.clone()), decision }
    }
}
