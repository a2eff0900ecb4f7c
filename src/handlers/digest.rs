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
    Changes, Cx, Handled,
    answers::{self, privately},
    feedback, holds, people,
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

/// Puts an offer by for the next digest.
pub(super) fn put_by(
    cx: &Cx<'_>,
    delivery: Option<Delivery>,
    person: &PersonFacts,
    out: &mut Changes,
) -> Handled<Option<Delivery>> {
    let Some(mut delivery) = delivery else { return Ok(None) };
    let until = cx.now() + PUT_BY_LASTS;
    (delivery.due_at, delivery.expires_at) = (until, until);
    if let Some(offer) = &mut delivery.offer {
        offer.put_by = true;
        plan_digest(cx, person, (&delivery.key.tenant, &offer.asker), out)?;
    }
    Ok(Some(delivery))
}

/// Plans somebody's next digest, unless one waits already.
pub(super) fn plan_digest(
    cx: &Cx<'_>,
    person: &PersonFacts,
    (tenant, who): (&str, &Identity),
    out: &mut Changes,
) -> Handled {
    let now = cx.now();
    let is_theirs = |delivery: &Delivery| delivery.key.trigger.as_str() == DIGEST && delivery.key.person == person.id;
    let known = cx.digest_of(&person.id)?;
    if known.waits || out.stored.deliveries.iter().any(is_theirs) {
        return Ok(());
    }
    let Some(due_at) = cx.engine.cadence().next_digest(person, known.last, now) else { return Ok(()) };
    out.stored.deliveries.push(Delivery {
        id: cx.new_delivery_id(),
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
pub(super) fn wake_digest(cx: &Cx<'_>, digest: &Delivery, out: &mut Changes) -> Handled {
    let Action::PostPrivately { who } = &digest.action else { return Ok(()) };
    let now = cx.now();
    let person = people::known(cx, who)?.id;
    let items = cx.put_by_for(&person, now)?;
    let triggers = items.iter().filter_map(|item| Some(&item.offer.as_ref()?.plan.trigger));
    let facts = people::fresh_facts(cx, who, triggers, out)?;
    if facts.awaited {
        holds::wait_until_known(cx, digest, (who, &facts.id), out);
        return Ok(());
    }
    let open = cx.engine.opens(&facts, now);
    let settle = |out: &mut Changes, settlement| out.stored.settled.push((digest.id.clone(), settlement));
    if open > now {
        settle(out, Settlement::Hold { until: open });
        return Ok(());
    }
    let mut told: Vec<(&Delivery, Plan)> = Vec::new();
    let mut channels: HashMap<DeliveryId, String> = HashMap::new();
    for (item, offer) in items.iter().filter_map(|item| Some((item, item.offer.as_ref()?))) {
        let place = people::place_facts(cx, &offer.place)?;
        let known = Facts { person: &facts, place: &place, heard_at: offer.heard_at, now, addressed: false };
        let worth = if facts.own.no_digest {
            Err(Reason::stopped(Rule::Digest, say!("summary-off")))
        } else {
            cx.engine.still_worth(&offer.plan, &known)
        };
        match worth {
            Ok(plan) => {
                channels.insert(item.id.clone(), place.channel);
                told.push((item, plan));
            }
            Err(reason) => drop_put_by(cx, item, offer, reason, out),
        }
    }
    the_most_urgent(cx, &mut told, out);
    let card = card_of(cx, &told, &facts, &channels);
    let date = cx.engine.cadence().date_of(&facts, now);
    for (item, offer) in told.iter().filter_map(|(item, _)| Some((*item, item.offer.as_ref()?))) {
        let reason = Reason::passed(Rule::Digest, say!("summary-told", date = &date));
        drop_put_by(cx, item, offer, reason, out);
    }
    settle(
        out,
        match card {
            Some(card) => Settlement::Tell { card },
            None => Settlement::Cancel { reason: Reason::stopped(Rule::Digest, say!("summary-empty")) },
        },
    );
    Ok(())
}

/// Leaves the most urgent of each card, the newest first among equals, and drops the others.
fn the_most_urgent(cx: &Cx<'_>, told: &mut Vec<(&Delivery, Plan)>, out: &mut Changes) {
    let triggers = &cx.engine.library().triggers;
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
            drop_put_by(cx, item, offer, Reason::stopped(Rule::Digest, value), out);
        }
        stays
    });
}

/// The card; `None` when nothing is left to tell.
fn card_of(
    cx: &Cx<'_>,
    told: &[(&Delivery, Plan)],
    facts: &PersonFacts,
    channels: &HashMap<DeliveryId, String>,
) -> Option<chat::Card> {
    let library = cx.engine.library();
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
                .map(|name| (cx.engine.cadence().date_of(facts, offer.heard_at), format!("#{name}")));
            Some(PutBy { id: item.id.clone(), trigger, asset, asked })
        })
        .collect();
    (!items.is_empty()).then(|| digest_card(&items))
}

/// Its time ran out before any digest came.
pub(super) fn forget_put_by(cx: &Cx<'_>, item: &Delivery, offer: &Offer, out: &mut Changes) {
    let reason = Reason::stopped(Rule::Digest, say!("summary-missed"));
    drop_put_by(cx, item, offer, reason, out);
}

/// What was put by waits no longer, for this reason.
fn drop_put_by(cx: &Cx<'_>, item: &Delivery, offer: &Offer, reason: Reason, out: &mut Changes) {
    let decision = Decision {
        act: Act::Silent { because: reason.rule },
        need: Some(offer.need.clone()),
        reasons: vec![reason.clone()],
    };
    out.stored.settled.push((item.id.clone(), Settlement::Cancel { reason }));
    holds::look_again(cx, item.key.event.clone(), item, offer, decision, None, out);
}

/// Somebody opens what a digest told: from then on it is a card like any other that they asked for.
pub(super) fn open_put_by(cx: &Cx<'_>, event: &Event, item: &Delivery, offer: &Offer, out: &mut Changes) -> Handled {
    let library = cx.engine.library();
    let person = &item.key.person;
    let key = DeliveryKey { step: 1, ..item.key.clone() };
    let before = cx.offers_about(&key.tenant, &key.event)?;
    let opened = before.into_iter().find(|known| known.key == key).map(|known| known.id);
    let id = opened.clone().unwrap_or_else(|| cx.new_delivery_id());
    let facts = people::facts_for(cx, &offer.asker, [&offer.plan.trigger], out)?;
    let place = people::place_facts(cx, &offer.place)?;
    let known = Facts { person: &facts, place: &place, heard_at: offer.heard_at, now: cx.now(), addressed: false };
    let planned = cx.engine.still_worth(&offer.plan, &known).unwrap_or_else(|_| offer.plan.clone());
    let plan = Plan { unasked: false, ..planned };
    let card = library.triggers.get(&plan.trigger).and_then(|trigger| {
        let card = offer_card(library, trigger, &plan, &id)?;
        Some(with_numbers(card, library, trigger, &offer.need))
    });
    let Some(card) = card else {
        feedback::say(cx, event, "open", person, &feedback::gone(), out);
        return Ok(());
    };
    if opened.is_some() {
        feedback::say(cx, event, "open", person, &card, out);
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
    out.stored.decisions.push(recorded(cx, item.key.event.clone(), person, &id, decision));
    out.stored.deliveries.push(Delivery {
        id,
        key,
        offer: Some(Offer { plan, put_by: false, ..offer.clone() }),
        ..answers::answer(cx, event, "open", person, privately(event), card)
    });
    Ok(())
}

fn recorded(cx: &Cx<'_>, event: EventId, person: &PersonId, id: &DeliveryId, decision: Decision) -> Recorded {
    Recorded { event, person: person.clone(), at: cx.now(), delivery: Some(id.clone()), decision }
}
