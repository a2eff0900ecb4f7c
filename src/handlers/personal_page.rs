//! The page of one's own: what Kairos knows of me and why, and what I may change.

use chat::{Card, Event, HOME, Identity, MessageId, PersonId, Text};

use super::{
    Changes, Cx, Handled,
    answers::{self, privately},
    changes::Remember,
    everything_kept::with_everything,
    messages::SNOOZE,
    people, settings, trigger_admin,
};
use crate::{
    access::{self, authorise},
    engine::{
        PersonFacts, Setting,
        compose::{Kept, erase_card, export_card, person_card, pulse_noted_card},
    },
    library::{Library, ScenarioId},
    messages::say,
    store::{Action, PersonChange},
};

/// Somebody opened their page.
pub(super) fn home_opened(cx: &Cx<'_>, event: &Event, out: &mut Changes) -> Handled {
    let person = people::known(cx, &event.by)?.id;
    let card = about(cx, &event.by, out)?;
    let show = Action::ShowHome { who: event.by.clone() };
    out.stored.deliveries.push(answers::answer(cx, event, HOME, &person, show, card));
    Ok(())
}

/// What is known of a person, with what the event is about to change.
pub(super) fn about(cx: &Cx<'_>, who: &Identity, out: &mut Changes) -> Handled<Card> {
    describe_as(cx, who, out, |library, kept| Ok(person_card(library, kept)))
}

fn describe_as(
    cx: &Cx<'_>,
    who: &Identity,
    out: &mut Changes,
    draw: impl FnOnce(&Library, &Kept<'_>) -> Handled<Card>,
) -> Handled<Card> {
    let mut facts = people::facts(cx, who, out)?;
    for (person, change) in &out.stored.people {
        if *person == facts.id {
            apply(change, &mut facts);
        }
    }
    let library = cx.engine.library();
    let practising = practising(cx, &facts.id)?;
    let usual = cx.engine.cadence();
    // Whoever is still being asked about is known next time; nobody else waits for it.
    let steers =
        !facts.awaited && authorise(&trigger_admin::actor(cx, who, &facts.id), access::Action::SeeTriggers).is_ok();
    let kept = Kept { facts: &facts, practising: &practising, usual, steers, now: cx.now() };
    draw(library, &kept)
}

fn practising(cx: &Cx<'_>, person: &PersonId) -> Handled<Vec<ScenarioId>> {
    let open = cx.open_sessions(person)?;
    let is_open = |id: &&ScenarioId| open.iter().any(|session| session.scenario == **id);
    Ok(cx.engine.library().scenarios.keys().filter(is_open).cloned().collect())
}

/// A setting was tapped, on the page or on its card.
pub(super) fn set(
    cx: &Cx<'_>,
    event: &Event,
    message: &MessageId,
    setting: Setting,
    person: &PersonId,
    out: &mut Changes,
) -> Handled {
    let changes = match setting {
        Setting::Snooze => vec![PersonChange::Snooze(Some(cx.now() + SNOOZE))],
        Setting::Resume => vec![PersonChange::Snooze(None), PersonChange::OptOut(false)],
        Setting::Out => vec![PersonChange::OptOut(true)],
        Setting::UsualZone => {
            let zone = cx.engine.cadence().zone.iana_name().unwrap_or("UTC").to_owned();
            vec![PersonChange::Zone(Some(zone))]
        }
        Setting::Digest => vec![PersonChange::Digest(true)],
        Setting::NoDigest => vec![PersonChange::Digest(false)],
        Setting::Pulse => vec![PersonChange::Pulse(Some(cx.now()))],
        Setting::NoPulse => vec![PersonChange::Pulse(None), PersonChange::Load(None)],
        Setting::Load(load) => vec![PersonChange::Load(Some(load))],
        Setting::RoomAgain => vec![PersonChange::Load(None)],
        Setting::Hours | Setting::Budget | Setting::DaysOff | Setting::Zone => {
            return settings::ask_about(cx, event, setting, person, out).map(drop);
        }
        Setting::Triggers => return trigger_admin::show_triggers(cx, event, person, out),
        Setting::Export => return export(cx, event, person, out),
        Setting::Erase => {
            let card = erase_card();
            out.stored.deliveries.push(answers::answer(cx, event, "erase", person, privately(event), card));
            return Ok(());
        }
        Setting::EraseNow => {
            // Nothing that this event learned about the person may outlive them.
            out.stored.people.retain(|(about, _)| about != person);
            out.remembered.push(Remember::Forget(event.by.clone()));
            vec![PersonChange::Erase]
        }
    };
    out.stored.people.extend(changes.into_iter().map(|change| (person.clone(), change)));
    let card = match setting {
        Setting::EraseNow => Card::new(say!("erased-title"), Text::paragraph(say!("erased-text"))),
        Setting::Load(load) => pulse_noted_card(load),
        _ => about(cx, &event.by, out)?,
    };
    if message.as_str() != HOME && !trigger_admin::is_theirs(cx, event, message, person)? {
        // What they change is their own; the card of somebody else stays as it is.
        let answer = answers::answer(cx, event, "set", person, privately(event), card);
        out.stored.deliveries.push(answer);
        return Ok(());
    }
    show_page(cx, event, message, person, card, out);
    Ok(())
}

/// Shows a person's page in the place of the message on which they tapped.
pub(super) fn show_page(
    cx: &Cx<'_>,
    event: &Event,
    message: &MessageId,
    person: &PersonId,
    card: Card,
    out: &mut Changes,
) {
    let action = if message.as_str() == HOME {
        Action::ShowHome { who: event.by.clone() }
    } else {
        Action::Edit { place: event.place.clone(), message: message.clone() }
    };
    out.stored.deliveries.push(answers::answer(cx, event, "set", person, action, card));
}

fn export(cx: &Cx<'_>, event: &Event, person: &PersonId, out: &mut Changes) -> Handled {
    let taps = cx.taps_of(person)?;
    let taps: Vec<_> = taps.into_iter().map(|tap| (tap.at, tap.tap)).collect();
    let mut given = cx.own_words(&chat::Scope::All)?;
    given.retain(|words| words.by == *person);
    let given: Vec<_> = given.into_iter().map(|words| (words.at, words.text)).collect();
    let held = cx.held_about(person)?;
    let draw = |library: &Library, kept: &Kept<'_>| {
        let card = export_card(library, kept, &taps, &given);
        Ok(with_everything(card, &held, library, |at| kept.date(at)))
    };
    let card = describe_as(cx, &event.by, out, draw)?;
    out.stored.deliveries.push(answers::answer(cx, event, "export", person, privately(event), card));
    Ok(())
}

/// What a change makes of what is known.
fn apply(change: &PersonChange, facts: &mut PersonFacts) {
    match change {
        PersonChange::Described(profile, _) => facts.profile = profile.clone(),
        PersonChange::Snooze(until) => facts.snoozed_until = *until,
        PersonChange::OptOut(out) => facts.opted_out = *out,
        PersonChange::Hours(hours) => facts.hours = *hours,
        PersonChange::Zone(zone) => facts.own.zone.clone_from(zone),
        PersonChange::Budget(budget) => facts.own.budget = *budget,
        PersonChange::DaysOff(days) => facts.own.days_off = days.clone(),
        PersonChange::Digest(wanted) => facts.own.no_digest = !*wanted,
        PersonChange::Pulse(next) => facts.own.pulse = *next,
        PersonChange::Load(load) => facts.own.load = *load,
        PersonChange::Stop(trigger, true) => facts.stopped.push(trigger.clone()),
        PersonChange::Stop(trigger, false) => facts.stopped.retain(|stopped| stopped != trigger),
        PersonChange::ZoneAsked(_) | PersonChange::Name(..) | PersonChange::Untap(..) | PersonChange::Erase => {}
    }
}
