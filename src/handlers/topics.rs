//! Topics that a person opens by a tap or by name: asked for, so answered at once.
//!
//! Invariants
//! - A topic that was opened is an answer like any other, with its taps and its reasons; done twice, it is there once.
//! - Only the person whom a card asks can choose on it.

use chat::{AssetId, Card, DeliveryId, Event, EventId, Message, MessageId, PersonId};

use super::{
    Changes, Cx, Handled, Observed,
    answers::{self, privately, tenant},
    feedback::{self, gone, not_for_you},
    messages::{answer_here, of_message},
    people, tuning,
};
use crate::{
    engine::{
        Act, Evidence, Facts, Need,
        compose::{offer_card, picked_card, refused_card},
    },
    library::{SkillId, TriggerId},
    store::{self, Action, Delivery, DeliveryKey, Offer, Recorded},
};

/// A topic that somebody wants opened.
struct Wanted<'a> {
    trigger: &'a TriggerId,
    /// The cards in the order in which they fit what was written, where somebody wrote.
    order: &'a [AssetId],
    /// Where it was asked for, and by which event.
    offer: OpenedBy<'a>,
    /// Where the card goes.
    action: Action,
}

/// What a topic was opened by.
enum OpenedBy<'a> {
    /// A tap on an earlier card.
    Card(&'a Delivery, &'a Offer),
    /// What somebody wrote to Kairos, or a tap that belongs to no offer.
    Event(&'a EventId, &'a MessageId),
}

/// Somebody chose one of the topics that a card asks about.
pub(super) fn picked(
    cx: &Cx<'_>,
    event: &Event,
    message: &MessageId,
    (id, index): (&DeliveryId, Option<usize>),
    person: &PersonId,
    out: &mut Changes,
) -> Handled {
    let Some((item, offer)) = feedback::offer_behind(cx, id)? else {
        feedback::say(cx, event, "picked", person, &gone(), out);
        return Ok(());
    };
    if *person != offer.plan.person {
        feedback::say(cx, event, "picked", person, &not_for_you(), out);
        return Ok(());
    }
    let Some(index) = index else {
        out.stored.taps.push(store::Tap { trigger: None, ..feedback::tap(cx, &item, &offer, person, "none_of_these") });
        feedback::replace(cx, event, (message, "picked"), person, picked_card(None), out);
        return Ok(());
    };
    let library = cx.engine.library();
    let chosen = offer.plan.among.get(index).and_then(|of| Some((of, library.triggers.get(&of.trigger)?)));
    let Some((candidate, trigger)) = chosen else {
        feedback::say(cx, event, "picked", person, &gone(), out);
        return Ok(());
    };
    let tap = store::Tap { trigger: Some(trigger.id.clone()), ..feedback::tap(cx, &item, &offer, person, "picked") };
    tuning::weigh_marks(cx, event, &tap, &offer, out)?;
    out.stored.taps.push(tap);
    feedback::replace(cx, event, (message, "picked"), person, picked_card(Some(&trigger.title)), out);
    let action = match &item.sent {
        Some((place, _)) => Action::Post { place: place.clone(), shown_to: chat::ShownTo::Everyone },
        None => item.action.clone(),
    };
    let by = OpenedBy::Card(&item, &offer);
    let wanted = Wanted { trigger: &candidate.trigger, order: &candidate.assets, offer: by, action };
    open_topic(cx, event, &wanted, person, out)
}

/// Somebody chose a skill from the list of what there is: for their eyes alone, unless the list was.
pub(super) fn skill_opened(
    cx: &Cx<'_>,
    event: &Event,
    message: &MessageId,
    skill: &SkillId,
    person: &PersonId,
    out: &mut Changes,
) -> Handled {
    let Some(trigger) = cx.engine.topic_of(skill) else {
        feedback::say(cx, event, "topic", person, &gone(), out);
        return Ok(());
    };
    let offer = OpenedBy::Event(&event.id, message);
    let wanted = Wanted { trigger, order: &[], offer, action: privately(event) };
    open_topic(cx, event, &wanted, person, out)
}

/// Opens a topic for somebody who wrote to Kairos, and tells those who look on.
pub(super) fn open_for(
    cx: &Cx<'_>,
    event: &Event,
    message: &Message,
    (trigger, order): (&TriggerId, &[AssetId]),
    out: &mut Changes,
) -> Handled {
    let person = people::known(cx, &event.by)?.id;
    let cause = of_message(&event.place, message);
    let offer = OpenedBy::Event(&cause, &message.id);
    let wanted = Wanted { trigger, order, offer, action: answer_here(event, message) };
    open_topic(cx, event, &wanted, &person, out)?;
    if let Some(recorded) = out.stored.decisions.last().filter(|recorded| recorded.event == event.id) {
        let observed = Observed::first(event, message, recorded.decision.clone(), cx.now());
        out.observed.push(observed);
    }
    Ok(())
}

/// Opens a topic for somebody who asked for it, or says why it has no card for them.
fn open_topic(cx: &Cx<'_>, event: &Event, wanted: &Wanted<'_>, person: &PersonId, out: &mut Changes) -> Handled {
    let library = cx.engine.library();
    let Some(trigger) = library.triggers.get(wanted.trigger) else {
        feedback::say(cx, event, "topic", person, &gone(), out);
        return Ok(());
    };
    let facts = people::facts_for(cx, &event.by, [wanted.trigger], out)?;
    let place = people::place_facts(cx, &event.place)?;
    let now = cx.now();
    let known = Facts { person: &facts, place: &place, heard_at: now, now, addressed: true };
    let need = Need { trigger: trigger.id.clone(), score: 1.0, threshold: 0.0, evidence: Evidence::Asked };
    let is_private = match &wanted.action {
        Action::Post { place, .. } => place.is_private(),
        _ => true,
    };
    let decision = cx.engine.open(&need, is_private, wanted.order, &known);
    let id = cx.new_delivery_id();
    let key = match &wanted.offer {
        OpenedBy::Card(item, _) => {
            DeliveryKey { trigger: trigger.id.clone(), step: item.key.step + 1, ..item.key.clone() }
        }
        OpenedBy::Event(cause, _) => DeliveryKey {
            tenant: tenant(&event.place),
            event: (*cause).clone(),
            trigger: trigger.id.clone(),
            person: person.clone(),
            step: 0,
        },
    };
    let card = match &decision.act {
        Act::Speak(plan) => offer_card(library, trigger, plan, &id).map(|card| (card, Some(plan.clone()))),
        Act::Silent { because } => Some((refused_card(trigger, *because, &decision.reasons), None)),
        Act::Hold { .. } => None,
    };
    let (card, plan): (Card, _) = card.unwrap_or_else(|| (gone(), None));
    let offer = plan.map(|plan| match &wanted.offer {
        OpenedBy::Card(_, offer) => {
            Offer { plan, need: need.clone(), put_by: false, heard_at: now, ..(*offer).clone() }
        }
        OpenedBy::Event(_, message) => Offer {
            plan,
            need: need.clone(),
            place: event.place.clone(),
            message: (*message).clone(),
            heard_in: event.id.clone(),
            asker: event.by.clone(),
            heard_at: now,
            put_by: false,
        },
    });
    out.stored.decisions.push(Recorded {
        event: event.id.clone(),
        person: person.clone(),
        at: now,
        delivery: offer.is_some().then(|| id.clone()),
        decision,
    });
    let answer = answers::answer(cx, event, "topic", person, wanted.action.clone(), card);
    out.stored.deliveries.push(Delivery { id, key, offer, ..answer });
    Ok(())
}
