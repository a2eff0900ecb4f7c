//! Scenarios played in private: begun, carried on, resumed.

use std::time::Duration;

use chat::{AssetId, Card, Choice, DeliveryId, Event, MessageId, PersonId, Prominence, SessionId, Text};
use serde::{Deserialize, Serialize};

use super::{
    Line, LineError,
    line::{Effect, privately},
    taps::gone,
};
use crate::{
    engine::Tap,
    library::{AssetKind, Scenario, ScenarioId},
    messages::say,
    practice::{Session, Turn, begin, take, taken_card, turn_card},
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

impl Line {
    /// The practice that the writer of a private message plays just now.
    pub(super) async fn open_practice(&self, event: &Event) -> Result<Option<Open>, LineError> {
        if !event.place.is_private() {
            return Ok(None);
        }
        let person = self.known(&event.by).await?.id;
        let mut newest: Option<Session> = None;
        for id in self.parts.engine.library().scenarios.keys() {
            let session = self.parts.store.open_session(&person, id).await?;
            let session = session.filter(|session| session.started_at + PLAYS > self.now());
            if let Some(session) = session
                && newest.as_ref().is_none_or(|newest| newest.started_at < session.started_at)
            {
                newest = Some(session);
            }
        }
        let open = newest.and_then(|session| read(&session).map(|Kept { story, turn }| Open { session, turn, story }));
        Ok(open.filter(|open| !open.turn.is_last()))
    }

    /// Takes an option that its player typed.
    pub(super) fn take_typed(&self, event: &Event, open: &Open, option: usize, effect: &mut Effect) {
        let Some(scenario) = self.parts.engine.library().scenarios.get(&open.session.scenario) else { return };
        let Ok((next, story)) = take(&scenario.story, &open.story, option) else {
            self.say(event, "turn", &open.session.person, &rewritten(scenario), effect);
            return;
        };
        self.go_on(event, open.session.clone(), &next, story, effect);
    }

    fn go_on(&self, event: &Event, session: Session, next: &Turn, story: String, effect: &mut Effect) {
        let session = Session {
            turn: session.turn + 1,
            state: write(story, next),
            finished_at: next.is_last().then(|| self.now()),
            ..session
        };
        self.show_turn(event, &session, next, effect);
        effect.outcome.sessions.push(session);
    }

    /// Practises what a card offers; goes on where it was left, if it was.
    pub(super) async fn practise_offer(
        &self,
        event: &Event,
        id: &DeliveryId,
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let found = self.offer_behind(id).await?;
        let scenario = found.as_ref().and_then(|(_, offer)| offer.plan.molecule.scenario.clone());
        let (Some((delivery, offer)), Some(scenario)) = (found, scenario) else {
            self.say(event, "practise", person, &gone(), effect);
            return Ok(());
        };
        effect.outcome.taps.push(self.tap(&delivery, &offer, person, "practise"));
        if !event.place.is_private() {
            let ready = Card::new(say!("practice-open-title"), Text::paragraph(say!("practice-open-text")));
            self.say(event, "practise", person, &ready, effect);
        }
        let open = self.parts.store.open_session(person, &scenario).await?;
        match open.and_then(|session| read(&session).map(|kept| (session, kept))) {
            Some((session, kept)) => {
                self.show_turn(event, &session, &kept.turn, effect);
                Ok(())
            }
            None => self.begin(event, &scenario, person, effect),
        }
    }

    pub(super) fn begin(
        &self,
        event: &Event,
        scenario: &ScenarioId,
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let Some(found) = self.parts.engine.library().scenarios.get(scenario) else {
            self.say(event, "practise", person, &gone(), effect);
            return Ok(());
        };
        let (turn, story) = begin(&found.story)?;
        let session = Session {
            id: SessionId::new(self.parts.ids.new_id()),
            person: person.clone(),
            scenario: scenario.clone(),
            turn: 0,
            state: write(story, &turn),
            started_at: self.now(),
            finished_at: turn.is_last().then(|| self.now()),
        };
        self.show_turn(event, &session, &turn, effect);
        effect.outcome.sessions.push(session);
        Ok(())
    }

    pub(super) async fn take_turn(
        &self,
        event: &Event,
        message: &MessageId,
        (id, turn, option): (&SessionId, u32, usize),
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let session = self.parts.store.session(id).await?.filter(|session| session.person == *person);
        let Some((session, kept)) = session.and_then(|session| read(&session).map(|kept| (session, kept))) else {
            self.say(event, "turn", person, &gone(), effect);
            return Ok(());
        };
        if session.turn != turn {
            // A second tap on a turn that is over: the first one counted.
            return Ok(());
        }
        let Some(scenario) = self.parts.engine.library().scenarios.get(&session.scenario) else {
            self.say(event, "turn", person, &gone(), effect);
            return Ok(());
        };
        let Ok((next, story)) = take(&scenario.story, &kept.story, option) else {
            self.say(event, "turn", person, &rewritten(scenario), effect);
            return Ok(());
        };
        let chosen = kept.turn.options.get(option).map(String::as_str).unwrap_or_default();
        let before = turn_card(scenario, &session, &kept.turn, None);
        self.replace(event, (message, "turn-taken"), person, taken_card(&before, chosen), effect);
        self.go_on(event, session, &next, story, effect);
        Ok(())
    }

    pub(super) fn show_turn(&self, event: &Event, session: &Session, turn: &Turn, effect: &mut Effect) {
        let Some(scenario) = self.parts.engine.library().scenarios.get(&session.scenario) else { return };
        let exercise = self.exercise_after(session, scenario);
        let card = turn_card(scenario, session, turn, exercise.as_ref());
        effect.outcome.deliveries.push(self.answer(event, "turn", &session.person, privately(event), card));
    }

    /// One of the skill's exercises; another practice brings another one.
    fn exercise_after(&self, session: &Session, scenario: &Scenario) -> Option<AssetId> {
        let assets = self.parts.engine.library().assets.values();
        let exercises: Vec<_> =
            assets.filter(|asset| asset.skill == scenario.skill && asset.kind == AssetKind::Retrieval).collect();
        let lot = session.id.as_str().bytes().map(usize::from).sum::<usize>();
        exercises.get(lot.checked_rem(exercises.len())?).map(|asset| asset.id.clone())
    }
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
