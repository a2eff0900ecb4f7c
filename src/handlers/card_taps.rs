//! Taps that look further at a card, or take back what was tapped on it.
//!
//! Invariants
//! - A card belongs to the person it is for: in their hands it changes in place, for everybody else it stays as it is.
//! - What is taken back counts no more, nowhere.

use chat::{Card, DeliveryId, Event, MessageId, PersonId, Text};

use super::{
    Changes, Cx, Handled,
    answers::{self, privately},
    feedback::{self, Changed, gone},
    personal_page, tuning,
};
use crate::{
    engine::{
        Act, Decision, Plan, Reason, Rule, Tap,
        compose::{Rating, asset_card, offer_card},
    },
    library::TriggerId,
    messages::say,
    store::{Delivery, DeliveryKey, Offer, PersonChange, Recorded},
};

/// How a card that was opened as a whole is noted among its taps.
pub(super) const SHOWN_WHOLE: &str = "all";

/// Shows everything that a card says: in place to whom it is for, by itself to everybody else.
pub(super) fn show_all(cx: &Cx<'_>, event: &Event, id: &DeliveryId, person: &PersonId, out: &mut Changes) -> Handled {
    let Some((delivery, offer)) = feedback::offer_behind(cx, id)? else {
        feedback::say(cx, event, "all", person, &gone(), out);
        return Ok(());
    };
    if *person == offer.plan.person {
        out.stored.taps.push(feedback::tap(cx, &delivery, &offer, person, SHOWN_WHOLE));
        return feedback::rewrite(cx, event, &delivery, &offer, Changed { whole: true, ..Changed::default() }, out);
    }
    let asset = offer.plan.molecule.assets.first();
    let asset = asset.and_then(|id| cx.engine.library().assets.get(id));
    feedback::say(cx, event, "all", person, &asset.map_or_else(gone, asset_card), out);
    Ok(())
}

/// Shows another card of an offer, as an answer of its own with its own taps.
pub(super) fn show_also(
    cx: &Cx<'_>,
    event: &Event,
    (id, index): (&DeliveryId, usize),
    person: &PersonId,
    out: &mut Changes,
) -> Handled {
    let library = cx.engine.library();
    let Some((item, offer)) = feedback::offer_behind(cx, id)? else {
        feedback::say(cx, event, "also", person, &gone(), out);
        return Ok(());
    };
    let assets = &offer.plan.molecule.assets;
    let (Some(asset), Some(trigger)) = (assets.get(index), library.triggers.get(&offer.plan.trigger)) else {
        feedback::say(cx, event, "also", person, &gone(), out);
        return Ok(());
    };
    let mut plan = Plan { person: person.clone(), unasked: false, ..offer.plan.clone() };
    plan.molecule.assets = std::iter::once(asset).chain(assets.iter().filter(|id| *id != asset)).cloned().collect();
    let new = cx.new_delivery_id();
    let Some(card) = offer_card(library, trigger, &plan, &new) else {
        feedback::say(cx, event, "also", person, &gone(), out);
        return Ok(());
    };
    let key = DeliveryKey {
        person: person.clone(),
        step: u32::try_from(index).unwrap_or(u32::MAX).saturating_add(item.key.step).saturating_add(100),
        ..item.key.clone()
    };
    let before = cx.offers_about(&key.tenant, &key.event)?;
    if before.iter().any(|known| known.key == key) {
        // It was opened before; its own copy shows it again.
        out.stored.deliveries.push(answers::answer(cx, event, "also", person, privately(event), card));
        return Ok(());
    }
    let reasons = vec![Reason::passed(Rule::Addressed, say!("addressed-opened"))];
    let decision = Decision { act: Act::Speak(plan.clone()), need: Some(offer.need.clone()), reasons };
    out.stored.decisions.push(Recorded {
        event: event.id.clone(),
        person: person.clone(),
        at: cx.now(),
        delivery: Some(new.clone()),
        decision,
    });
    let answer = answers::answer(cx, event, "also", person, privately(event), card);
    let offer = Offer { plan, put_by: false, ..offer };
    out.stored.deliveries.push(Delivery { id: new, key, offer: Some(offer), ..answer });
    Ok(())
}

/// Takes back what was tapped on a card.
pub(super) fn undo(
    cx: &Cx<'_>,
    event: &Event,
    message: &MessageId,
    (id, rating): (&DeliveryId, Rating),
    person: &PersonId,
    out: &mut Changes,
) -> Handled {
    let Some((delivery, offer)) = feedback::offer_behind(cx, id)? else {
        feedback::say(cx, event, "undone", person, &gone(), out);
        return Ok(());
    };
    let taps = cx.taps_on(id)?;
    if let Some(tap) = taps.iter().find(|tap| tap.person == *person && tap.tap == rating.as_str()) {
        tuning::unweigh_mark(cx, tap, out)?;
    }
    let mut changes = vec![PersonChange::Untap(id.clone(), rating.as_str().to_owned())];
    match rating {
        Rating::Snooze => changes.push(PersonChange::Snooze(None)),
        Rating::Stop => changes.push(PersonChange::Stop(offer.plan.trigger.clone(), false)),
        Rating::Useful | Rating::NotForMe | Rating::Know => {}
    }
    out.stored.people.extend(changes.into_iter().map(|change| (person.clone(), change)));
    if *person == offer.plan.person {
        let shown = Changed { without: Some(rating), ..Changed::default() };
        return feedback::rewrite(cx, event, &delivery, &offer, shown, out);
    }
    let card = Card::new(say!("undone-title"), Text::paragraph(say!("undone-text")));
    feedback::replace(cx, event, (message, "undone"), person, card, out);
    Ok(())
}

/// A topic that was stopped may come again; the page says so.
pub(super) fn allow_again(
    cx: &Cx<'_>,
    event: &Event,
    message: &MessageId,
    trigger: &TriggerId,
    person: &PersonId,
    out: &mut Changes,
) -> Handled {
    out.stored.people.push((person.clone(), PersonChange::Stop(trigger.clone(), false)));
    let card = personal_page::about(cx, &event.by, out)?;
    personal_page::show_page(cx, event, message, person, card, out);
    Ok(())
}

/// The way back from a rating.
pub(super) fn undo_choice(id: &DeliveryId, rating: Rating) -> chat::Choice {
    chat::Choice {
        id: Tap::Undo(id.clone(), rating).to_choice(),
        label: say!("card-undo").to_owned(),
        prominence: chat::Prominence::Usual,
    }
}
