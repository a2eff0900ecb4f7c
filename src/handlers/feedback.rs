//! Buttons and forms on our cards.

use chat::{AssetId, Block, Card, ChoiceId, DeliveryId, Event, FormId, MessageId, PersonId, Span, Tenant, Text, What};

use super::{
    Changes, Cx, Handled,
    answers::{self, here_only, privately},
    card_taps::{self, SHOWN_WHOLE, undo_choice},
    digest, histograms, identity_resolution,
    messages::SNOOZE,
    people, personal_page, practices,
    suggested_examples::{self, Review},
    topics, trigger_admin, tuning,
};
use crate::{
    engine::{
        Tap,
        compose::{
            Rating, asset_card, details_card, exercise_answered_card, exercise_card, offer_card, rated_card,
            whole_offer_card, why_card, why_for_others_card, with_numbers, with_own_words, with_way_to_own_words,
        },
    },
    library::{AssetKind, Trigger},
    messages::say,
    store::{self, Action, Delivery, Offer, PersonChange},
};

/// What a tap changes on a card.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Changed {
    /// It was rated.
    pub(super) rating: Option<Rating>,
    /// That rating is taken back.
    pub(super) without: Option<Rating>,
    /// All of it is wanted.
    pub(super) whole: bool,
}

pub(super) fn tapped(cx: &Cx<'_>, event: &Event, message: &MessageId, choice: &ChoiceId, out: &mut Changes) -> Handled {
    let person = people::known(cx, &event.by)?.id;
    match Tap::read(choice) {
        Some(Tap::Useful(id)) => rated(cx, event, &id, &person, Rating::Useful, out),
        Some(Tap::NotForMe(id)) => rated(cx, event, &id, &person, Rating::NotForMe, out),
        Some(Tap::Know(id)) => rated(cx, event, &id, &person, Rating::Know, out),
        Some(Tap::Snooze(id)) => rated(cx, event, &id, &person, Rating::Snooze, out),
        Some(Tap::Stop(id)) => rated(cx, event, &id, &person, Rating::Stop, out),
        Some(Tap::Why(id)) => why(cx, event, &id, &person, out),
        Some(Tap::Details(id)) => details(cx, event, &id, &person, out),
        Some(Tap::OwnWords(id)) => suggested_examples::ask_for_own_words(cx, event, &id, &person, out),
        Some(Tap::Practise(id)) => practices::practise_offer(cx, event, &id, &person, out),
        Some(Tap::Start(scenario)) => practices::begin(cx, event, &scenario, &person, out),
        Some(Tap::Turn(session, turn, option)) => {
            practices::take_turn(cx, event, message, (&session, turn, option), &person, out)
        }
        Some(Tap::Pick(id, index)) => topics::picked(cx, event, message, (&id, Some(index)), &person, out),
        Some(Tap::NoneOfThese(id)) => topics::picked(cx, event, message, (&id, None), &person, out),
        Some(Tap::Skill(skill)) => topics::skill_opened(cx, event, message, &skill, &person, out),
        Some(Tap::All(id)) => card_taps::show_all(cx, event, &id, &person, out),
        Some(Tap::Also(id, index)) => card_taps::show_also(cx, event, (&id, index), &person, out),
        Some(Tap::Undo(id, rating)) => card_taps::undo(cx, event, message, (&id, rating), &person, out),
        Some(Tap::Allow(trigger)) => card_taps::allow_again(cx, event, message, &trigger, &person, out),
        Some(Tap::Show(asset)) => {
            show(cx, event, &asset, &person, out);
            Ok(())
        }
        Some(Tap::Answer(asset, index)) => exercise_answered(cx, event, message, (&asset, index), &person, out),
        Some(Tap::Open(id)) => open_waiting(cx, event, &id, &person, out),
        Some(Tap::Pause(trigger)) => trigger_admin::steer(cx, event, message, (trigger, true), &person, out),
        Some(Tap::Resume(trigger)) => trigger_admin::steer(cx, event, message, (trigger, false), &person, out),
        Some(Tap::Right(id)) => trigger_admin::judged(cx, event, &id, &person, true, out),
        Some(Tap::Wrong(id)) => trigger_admin::judged(cx, event, &id, &person, false, out),
        Some(Tap::LeaveOut(trigger, code)) => {
            trigger_admin::leave_out(cx, event, message, (&trigger, &code, true), &person, out)
        }
        Some(Tap::BringBack(trigger, code)) => {
            trigger_admin::leave_out(cx, event, message, (&trigger, &code, false), &person, out)
        }
        Some(Tap::TakeIn(trigger, code)) => {
            suggested_examples::review(cx, event, message, (&trigger, &code, Review::TakeIn), &person, out)
        }
        Some(Tap::Decline(trigger, code)) => {
            suggested_examples::review(cx, event, message, (&trigger, &code, Review::Decline), &person, out)
        }
        Some(Tap::TakeOut(trigger, code)) => {
            suggested_examples::review(cx, event, message, (&trigger, &code, Review::TakeOut), &person, out)
        }
        Some(Tap::ItsMe(code)) => identity_resolution::answers_whether(cx, event, message, (&code, true), &person, out),
        Some(Tap::NotMe(code)) => {
            identity_resolution::answers_whether(cx, event, message, (&code, false), &person, out)
        }
        Some(Tap::Set(setting)) => personal_page::set(cx, event, message, setting, &person, out),
        None => {
            say(cx, event, "unknown-choice", &person, &gone(), out);
            Ok(())
        }
    }
}

/// A short word back, for whoever tapped.
pub(super) fn say(cx: &Cx<'_>, event: &Event, what: &str, person: &PersonId, card: &Card, out: &mut Changes) {
    out.stored.deliveries.push(answers::answer(cx, event, what, person, here_only(event), card.clone()));
}

/// Puts a card in the place of the one that somebody just tapped.
pub(super) fn replace(
    cx: &Cx<'_>,
    event: &Event,
    (message, what): (&MessageId, &str),
    person: &PersonId,
    card: Card,
    out: &mut Changes,
) {
    let edit = Action::Edit { place: event.place.clone(), message: message.clone() };
    out.stored.deliveries.push(answers::answer(cx, event, what, person, edit, card));
}

/// The offer that a card carries, with its delivery.
pub(super) fn offer_behind(cx: &Cx<'_>, id: &DeliveryId) -> Handled<Option<(Delivery, Offer)>> {
    let delivery = cx.delivery(id)?;
    Ok(delivery.and_then(|delivery| delivery.offer.clone().map(|offer| (delivery, offer))))
}

/// A tap on an offer, as it is kept.
pub(super) fn tap(cx: &Cx<'_>, delivery: &Delivery, offer: &Offer, person: &PersonId, tap: &str) -> store::Tap {
    store::Tap {
        tenant: Tenant::stored(&delivery.key.tenant),
        delivery: delivery.id.clone(),
        person: person.clone(),
        tap: tap.to_owned(),
        asset: offer.plan.molecule.assets.first().cloned(),
        trigger: Some(offer.plan.trigger.clone()),
        at: cx.now(),
    }
}

fn rated(cx: &Cx<'_>, event: &Event, id: &DeliveryId, person: &PersonId, rating: Rating, out: &mut Changes) -> Handled {
    let Some((delivery, offer)) = offer_behind(cx, id)? else {
        say(cx, event, "rated", person, &gone(), out);
        return Ok(());
    };
    let tap = tap(cx, &delivery, &offer, person, rating.as_str());
    tuning::weigh_marks(cx, event, &tap, &offer, out)?;
    out.stored.taps.push(tap);
    if rating == Rating::Useful && offer.plan.unasked && *person == offer.plan.person {
        prove_useful(cx, id, &offer, out)?;
    }
    match rating {
        Rating::Snooze => {
            out.stored.people.push((person.clone(), PersonChange::Snooze(Some(cx.now() + SNOOZE))));
        }
        Rating::Stop => {
            let stop = PersonChange::Stop(offer.plan.trigger.clone(), true);
            out.stored.people.push((person.clone(), stop));
        }
        Rating::Useful | Rating::NotForMe | Rating::Know => {}
    }
    if *person == offer.plan.person {
        rewrite(cx, event, &delivery, &offer, Changed { rating: Some(rating), ..Changed::default() }, out)
    } else {
        // The card belongs to whoever asked; for everybody else it stays as it is.
        let mut noted = Card::new(say!("rated-by-another-title"), Text::paragraph(say!("rated-by-another")));
        noted.choices.push(undo_choice(id, rating));
        say(cx, event, "rated", person, &noted, out);
        Ok(())
    }
}

/// What proved useful, the first time it is said, was no false alarm of its channel.
fn prove_useful(cx: &Cx<'_>, id: &DeliveryId, offer: &Offer, out: &mut Changes) -> Handled {
    let before = cx.taps_on(id)?;
    if before.iter().all(|tap| tap.person != offer.plan.person || tap.tap != Rating::Useful.as_str()) {
        histograms::spread(cx, &offer.place, out)?;
        histograms::discount(&offer.place, &offer.need, out);
    }
    Ok(())
}

/// What could not be sent in private, for the eyes of whom it is for.
fn open_waiting(cx: &Cx<'_>, event: &Event, id: &DeliveryId, person: &PersonId, out: &mut Changes) -> Handled {
    let library = cx.engine.library();
    let found = offer_behind(cx, id)?;
    if let Some((item, offer)) = found.as_ref().filter(|(_, offer)| offer.put_by && offer.plan.person == *person) {
        return digest::open_put_by(cx, event, item, offer, out);
    }
    let card = match found.map(|(_, offer)| offer) {
        Some(offer) if trigger_admin::may_use(cx, event, &offer.plan.person, person).is_err() => not_for_you(),
        Some(offer) => library
            .triggers
            .get(&offer.plan.trigger)
            .and_then(|trigger| {
                let card = offer_card(library, trigger, &offer.plan, id)?;
                Some(with_numbers(card, library, trigger, &offer.need))
            })
            .unwrap_or_else(gone),
        None => gone(),
    };
    say(cx, event, "open", person, &card, out);
    Ok(())
}

/// The card in place, with everything its owner tapped so far.
pub(super) fn rewrite(
    cx: &Cx<'_>,
    event: &Event,
    delivery: &Delivery,
    offer: &Offer,
    changed: Changed,
    out: &mut Changes,
) -> Handled {
    let library = cx.engine.library();
    let trigger = library.triggers.get(&offer.plan.trigger);
    let before = cx.taps_on(&delivery.id)?;
    let own = || before.iter().filter(|tap| tap.person == offer.plan.person);
    let is_whole = changed.whole || own().any(|tap| tap.tap == SHOWN_WHOLE);
    let draw = if is_whole { whole_offer_card } else { offer_card };
    let card = trigger.and_then(|trigger| {
        let card = draw(library, trigger, &offer.plan, &delivery.id)?;
        Some((with_numbers(card, library, trigger, &offer.need), trigger.title.as_str()))
    });
    // A tap may be quicker than the record that its card has arrived.
    let tapped_at = match &event.what {
        What::Choice { message, .. } => Some((event.place.clone(), message.clone())),
        _ => None,
    };
    let (Some((card, topic)), Some((place, message))) = (card, delivery.sent.clone().or(tapped_at)) else {
        return Ok(());
    };
    let earlier = own().filter_map(|tap| Rating::read(&tap.tap)).filter(|rating| Some(*rating) != changed.without);
    let all: Vec<_> = earlier.chain(changed.rating).collect();
    let mut card = all.iter().fold(card, |card, rating| rated_card(&card, &delivery.id, topic, *rating));
    // The card that was tapped is the one to change: it may be a copy for one pair of eyes.
    let (edit, is_private) = match &event.what {
        What::Choice { message: tapped, .. } if *tapped != message => {
            (Action::Edit { place: event.place.clone(), message: tapped.clone() }, true)
        }
        _ => (Action::Edit { place: place.clone(), message }, place.is_private()),
    };
    if trigger.is_some_and(Trigger::hears_examples) && all.contains(&Rating::Useful) {
        // A field that all see would be odd: only one of them can use it.
        let has_room = is_private && card.input.is_none();
        card = if has_room { with_own_words(card, &delivery.id) } else { with_way_to_own_words(card, &delivery.id) };
    }
    out.stored.deliveries.push(answers::answer(cx, event, "rated", &offer.plan.person, edit, card));
    Ok(())
}

fn why(cx: &Cx<'_>, event: &Event, id: &DeliveryId, person: &PersonId, out: &mut Changes) -> Handled {
    let found = offer_behind(cx, id)?;
    let mut card = gone();
    if let Some((delivery, offer)) = &found {
        let learnt = cx.learnt(&Tenant::stored(&delivery.key.tenant))?;
        if let Some(trigger) = cx.engine.library().triggers.get(&offer.plan.trigger) {
            // Hours, zone and counts are the asker's own.
            let is_theirs = trigger_admin::may_use(cx, event, &offer.plan.person, person).is_ok();
            let why = |trigger| why_card(trigger, &offer.need, &learnt, id);
            card = if is_theirs { why(trigger) } else { why_for_others_card(trigger) };
        }
    }
    if let Some(found) = &found {
        card.choices.extend(trigger_admin::judging(cx, event, found, person));
    }
    say(cx, event, "why", person, &card, out);
    Ok(())
}

/// Every rule that was asked about a card.
fn details(cx: &Cx<'_>, event: &Event, id: &DeliveryId, person: &PersonId, out: &mut Changes) -> Handled {
    let (decided, offer) = (cx.decision_for(id)?, offer_behind(cx, id)?);
    let card = decided.zip(offer).and_then(|(decided, (_, offer))| {
        let trigger = cx.engine.library().triggers.get(&offer.plan.trigger)?;
        // Hours, zone and counts are the asker's own.
        let is_theirs = trigger_admin::may_use(cx, event, &offer.plan.person, person).is_ok();
        let details = |trigger| details_card(trigger, &offer.need, &decided.decision);
        Some(if is_theirs { details(trigger) } else { why_for_others_card(trigger) })
    });
    say(cx, event, "details", person, &card.unwrap_or_else(gone), out);
    Ok(())
}

fn show(cx: &Cx<'_>, event: &Event, asset: &AssetId, person: &PersonId, out: &mut Changes) {
    let card = match cx.engine.library().assets.get(asset) {
        Some(asset) if asset.kind == AssetKind::Retrieval => exercise_card(asset),
        Some(asset) => asset_card(asset),
        None => gone(),
    };
    out.stored.deliveries.push(answers::answer(cx, event, "show", person, privately(event), card));
}

fn exercise_answered(
    cx: &Cx<'_>,
    event: &Event,
    message: &MessageId,
    (asset, index): (&AssetId, usize),
    person: &PersonId,
    out: &mut Changes,
) -> Handled {
    let asset = cx.engine.library().assets.get(asset);
    match asset.and_then(|asset| exercise_answered_card(asset, index)) {
        Some(card) if trigger_admin::is_theirs(cx, event, message, person)? => {
            replace(cx, event, (message, "answered"), person, card, out);
        }
        // Somebody else's card: it stays as it is, and whoever answered sees what holds.
        Some(card) => say(cx, event, "answered", person, &card, out),
        None => say(cx, event, "answered", person, &gone(), out),
    }
    Ok(())
}

/// A reflection was written. What it says is the writer's: it is neither read nor kept.
pub(super) fn filled_in(
    cx: &Cx<'_>,
    event: &Event,
    form: &FormId,
    message: Option<&MessageId>,
    out: &mut Changes,
) -> Handled {
    let person = people::known(cx, &event.by)?.id;
    let asset = form.as_str().strip_prefix("reflect:").map(AssetId::new);
    let asset = asset.and_then(|id| cx.engine.library().assets.get(&id));
    let (Some(asset), Some(message)) = (asset, message) else {
        say(cx, event, "reflected", &person, &gone(), out);
        return Ok(());
    };
    let mut card = asset_card(asset);
    card.input = None;
    let thanks = say!("reflected");
    card.text.0.push(Block::Paragraph(vec![Span::Bold(thanks.to_owned())]));
    if trigger_admin::is_theirs(cx, event, message, &person)? {
        replace(cx, event, (message, "reflected"), &person, card, out);
    } else {
        say(cx, event, "reflected", &person, &card, out);
    }
    Ok(())
}

/// For a tap on what only one person can use.
pub(super) fn not_for_you() -> Card {
    Card::new(say!("not-for-you-title"), Text::paragraph(say!("not-for-you-text")))
}

/// For a tap on something that is no longer there.
pub(super) fn gone() -> Card {
    Card::new(say!("gone-title"), Text::paragraph(say!("gone-text")))
}
