//! Scenarios played in private: begun, carried on, resumed.

use std::time::Duration;

use chat::{AssetId, Card, Choice, DeliveryId, Event, MessageId, PersonId, Prominence, SessionId, Text};
use serde::{Deserialize, Serialize};

use super::{
    Changes, Cx, Handled,
    answers::{self, privately},
    feedback::{self, gone},
    people,
};
use crate::{
    engine::Tap,
    library::{AssetKind, Scenario, ScenarioId},
    messages::say,
    practice::{self, Session, Turn, take, taken_card, turn_card},
};

/// What a session keeps: the story's own state, and the turn it shows, so that coming back shows the same card.
#[derive(Serialize, Deserialize)]
struct Kept {
    story: String,
    turn: Turn,
}

/// How long a practice was begun ago at most for what its player types to be met as an answer.
const PLAYS: Duration = Duration::from_mins(30);

/// A practice that somebody plays just now.
pub(super) struct Open {
    pub(super) session: Session,
    pub(super) turn: Turn,
    story: String,
}

/// The practice that the writer of a private message plays just now.
pub(super) fn open_practice(cx: &Cx<'_>, event: &Event) -> Handled<Option<Open>> {
    if !event.place.is_private() {
        return Ok(None);
    }
    let person = people::known(cx, &event.by)?.id;
    let scenarios = &cx.engine.library().scenarios;
    let plays = |session: &Session| session.started_at + PLAYS > cx.now() && scenarios.contains_key(&session.scenario);
    let newest = cx.open_sessions(&person)?.into_iter().filter(plays).max_by_key(|session| session.started_at);
    let open = newest.and_then(|session| read(&session).map(|Kept { story, turn }| Open { session, turn, story }));
    Ok(open.filter(|open| !open.turn.is_last()))
}

/// Takes an option that its player typed.
pub(super) fn take_typed(cx: &Cx<'_>, event: &Event, open: &Open, option: usize, out: &mut Changes) {
    let Some(scenario) = cx.engine.library().scenarios.get(&open.session.scenario) else { return };
    let Ok((next, story)) = take(&scenario.story, &open.story, option) else {
        feedback::say(cx, event, "turn", &open.session.person, &rewritten(scenario), out);
        return;
    };
    go_on(cx, event, open.session.clone(), &next, story, out);
}

fn go_on(cx: &Cx<'_>, event: &Event, session: Session, next: &Turn, story: String, out: &mut Changes) {
    let session = Session {
        turn: session.turn + 1,
        state: write(story, next),
        finished_at: next.is_last().then(|| cx.now()),
        ..session
    };
    show_turn(cx, event, &session, next, out);
    out.stored.sessions.push(session);
}

/// Practises what a card offers; goes on where it was left, if it was.
pub(super) fn practise_offer(
    cx: &Cx<'_>,
    event: &Event,
    id: &DeliveryId,
    person: &PersonId,
    out: &mut Changes,
) -> Handled {
    let found = feedback::offer_behind(cx, id)?;
    let scenario = found.as_ref().and_then(|(_, offer)| offer.plan.molecule.scenario.clone());
    let (Some((delivery, offer)), Some(scenario)) = (found, scenario) else {
        feedback::say(cx, event, "practise", person, &gone(), out);
        return Ok(());
    };
    out.stored.taps.push(feedback::tap(cx, &delivery, &offer, person, "practise"));
    if !event.place.is_private() {
        let ready = Card::new(say!("practice-open-title"), Text::paragraph(say!("practice-open-text")));
        feedback::say(cx, event, "practise", person, &ready, out);
    }
    let open = newest_of(cx.open_sessions(person)?, &scenario);
    match open.and_then(|session| read(&session).map(|kept| (session, kept))) {
        Some((session, kept)) => {
            show_turn(cx, event, &session, &kept.turn, out);
            Ok(())
        }
        None => begin(cx, event, &scenario, person, out),
    }
}

pub(super) fn begin(
    cx: &Cx<'_>,
    event: &Event,
    scenario: &ScenarioId,
    person: &PersonId,
    out: &mut Changes,
) -> Handled {
    let Some(found) = cx.engine.library().scenarios.get(scenario) else {
        feedback::say(cx, event, "practise", person, &gone(), out);
        return Ok(());
    };
    let (turn, story) = practice::begin(&found.story)?;
    let session = Session {
        id: SessionId::new(cx.new_id()),
        person: person.clone(),
        scenario: scenario.clone(),
        turn: 0,
        state: write(story, &turn),
        started_at: cx.now(),
        finished_at: turn.is_last().then(|| cx.now()),
    };
    show_turn(cx, event, &session, &turn, out);
    out.stored.sessions.push(session);
    Ok(())
}

pub(super) fn take_turn(
    cx: &Cx<'_>,
    event: &Event,
    message: &MessageId,
    (id, turn, option): (&SessionId, u32, usize),
    person: &PersonId,
    out: &mut Changes,
) -> Handled {
    let session = cx.session(id)?.filter(|session| session.person == *person);
    let Some((session, kept)) = session.and_then(|session| read(&session).map(|kept| (session, kept))) else {
        feedback::say(cx, event, "turn", person, &gone(), out);
        return Ok(());
    };
    if session.turn != turn {
        // A second tap on a turn that is over: the first one counted.
        return Ok(());
    }
    let Some(scenario) = cx.engine.library().scenarios.get(&session.scenario) else {
        feedback::say(cx, event, "turn", person, &gone(), out);
        return Ok(());
    };
    let Ok((next, story)) = take(&scenario.story, &kept.story, option) else {
        feedback::say(cx, event, "turn", person, &rewritten(scenario), out);
        return Ok(());
    };
    let chosen = kept.turn.options.get(option).map(String::as_str).unwrap_or_default();
    let before = turn_card(scenario, &session, &kept.turn, None);
    feedback::replace(cx, event, (message, "turn-taken"), person, taken_card(&before, chosen), out);
    go_on(cx, event, session, &next, story, out);
    Ok(())
}

pub(super) fn show_turn(cx: &Cx<'_>, event: &Event, session: &Session, turn: &Turn, out: &mut Changes) {
    let Some(scenario) = cx.engine.library().scenarios.get(&session.scenario) else { return };
    let exercise = exercise_after(cx, session, scenario);
    let card = turn_card(scenario, session, turn, exercise.as_ref());
    out.stored.deliveries.push(answers::answer(cx, event, "turn", &session.person, privately(event), card));
}

/// One of the skill's exercises; another practice brings another one.
fn exercise_after(cx: &Cx<'_>, session: &Session, scenario: &Scenario) -> Option<AssetId> {
    let assets = cx.engine.library().assets.values();
    let exercises: Vec<_> =
        assets.filter(|asset| asset.skill == scenario.skill && asset.kind == AssetKind::Retrieval).collect();
    let lot = session.id.as_str().bytes().map(usize::from).sum::<usize>();
    exercises.get(lot.checked_rem(exercises.len())?).map(|asset| asset.id.clone())
}

/// The newest practice of a scenario.
fn newest_of(open: Vec<Session>, scenario: &ScenarioId) -> Option<Session> {
    open.into_iter()
        .filter(|session| session.scenario == *scenario)
        .max_by(|a, b| (a.started_at, a.id.as_str()).cmp(&(b.started_at, b.id.as_str())))
}

fn write(story: String, turn: &Turn) -> String {
    // Strings and lists of strings always serialise.
    serde_json::to_string(&Kept { story, turn: turn.clone() }).unwrap_or_default()
}

fn read(session: &Session) -> Option<Kept> {
    serde_json::from_str(&session.state).ok()
}

/// For a practice whose scenario changed under it.
fn rewritten(scenario: &Scenario) -> Card {
    let mut card = Card::new(scenario.title.clone(), Text::paragraph(say!("practice-rewritten")));
    card.choices.push(Choice {
        id: Tap::Start(scenario.id.clone()).to_choice(),
        label: say!("practice-restart").to_owned(),
        prominence: Prominence::Primary,
    });
    card
}
