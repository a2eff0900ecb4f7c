//! The line from an event to what is decided about it: the same for the live bot, the playground and a replay.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chat::{Card, DeliveryId, Event, Identity, PersonId, Place, Platforms, Profile, ShownTo, Timestamp, What};
use thiserror::Error;

use super::{Observed, Observer, learning, traffic::Traffic};
use crate::{
    alerts::Sources,
    clock::{Clock, Ids},
    crash::may_crash_at,
    engine::{Engine, PersonFacts, PlaceFacts, Recent, is_addressed},
    library::{Hearing, Mode, TriggerId},
    practice::PlayError,
    store::{
        Action, Concluded, Delivery, DeliveryKey, DeliveryState, Outcome, Person, PersonChange, Store, StoreError,
    },
};

/// How long the platform's word about a person is believed.
const PROFILE_LASTS: std::time::Duration = std::time::Duration::from_hours(24);
/// How long the platform's word is believed that somebody may be disturbed.
const PEACE_LASTS: std::time::Duration = std::time::Duration::from_mins(5);
/// How far back a person's past is told on their page.
pub(super) const PAST: std::time::Duration = std::time::Duration::from_hours(24 * 400);
/// How long an answer to a tap or a question is worth sending.
const ANSWER_LASTS: std::time::Duration = std::time::Duration::from_hours(24);

/// Why an event could not be decided now.
#[derive(Debug, Error)]
pub enum LineError {
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A scenario could not be played.
    #[error(transparent)]
    Play(#[from] PlayError),
}

/// What holds in a channel that nobody set from within.
pub type Unlisted = Arc<dyn Fn(&Place) -> (Mode, Hearing) + Send + Sync>;

/// What a line is made of.
#[derive(Clone)]
pub struct Parts {
    /// Where everything is kept.
    pub store: Store,
    /// Decides.
    pub engine: Arc<Engine>,
    /// Who can be asked about people.
    pub platforms: Platforms,
    /// What time it is.
    pub clock: Clock,
    /// New ids.
    pub ids: Ids,
    /// The mode of a channel that the store does not know, and how soon triggers are heard where nobody said.
    pub unlisted: Unlisted,
    /// Who may see and pause triggers, beside whoever runs a workspace.
    pub managers: Arc<[Identity]>,
    /// Reads what other systems sent.
    pub alerts: Arc<Sources>,
    /// Looks on.
    pub observer: Arc<dyn Observer>,
    /// How long what arrived is held by whoever decides about it; a worker that died gives it back then.
    pub lease: std::time::Duration,
}

/// Decides about events. Clones are the same line.
#[derive(Clone)]
pub struct Line {
    pub(super) parts: Parts,
    /// Held during a step, so that a worker and somebody who winds the clock don't decide the same thing twice.
    pub(super) turn: Arc<tokio::sync::Mutex<()>>,
    /// What people wrote a moment ago; changed by [`Line::listen`], and never held across an await.
    recent: Arc<Mutex<Recent>>,
    /// What taps made of triggers, as last read; forgotten by whoever changes it.
    learnt: Arc<Mutex<learning::Read>>,
    /// What channels' messages score.
    pub(super) traffic: Arc<Traffic>,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("platforms", &self.parts.platforms).finish_non_exhaustive()
    }
}

/// What one event changes, and what those who look on are told once it is committed.
#[derive(Default)]
pub(super) struct Effect {
    pub(super) outcome: Outcome,
    pub(super) observed: Vec<Observed>,
}

impl Effect {
    /// What the platform told of a person while this event was decided.
    pub(super) fn described(&self, person: &PersonId) -> Option<&Profile> {
        self.outcome.people.iter().find_map(|(id, change)| match change {
            PersonChange::Described(profile, _) if id == person => Some(profile),
            _ => None,
        })
    }
}

impl Line {
    /// A line of these parts.
    pub fn new(parts: Parts) -> Self {
        Self { parts, turn: Arc::default(), recent: Arc::default(), learnt: Arc::default(), traffic: Arc::default() }
    }

    /// Decides about an event that needs no acknowledgement, and commits what it changes.
    pub async fn take(&self, event: &Event) -> Result<(), LineError> {
        self.take_all(std::slice::from_ref(event), None).await
    }

    /// Decides about the events of one arrival, and commits all together; `arrival` is finished by the same commit.
    pub(super) async fn take_all(
        &self,
        events: &[Event],
        arrival: Option<(chat::EventId, i64)>,
    ) -> Result<(), LineError> {
        let mut effect = Effect { outcome: Outcome { arrival, ..Outcome::default() }, ..Effect::default() };
        for event in events {
            self.decide(event, &mut effect).await?;
        }
        self.commit(effect).await
    }

    /// What people wrote a moment ago.
    pub(super) fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What taps made of triggers, as last read.
    pub(super) fn learnt_before(&self) -> MutexGuard<'_, learning::Read> {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn decide(&self, event: &Event, effect: &mut Effect) -> Result<(), LineError> {
        let has_settled = self.settle_open(event, effect).await?;
        self.answer_to(event, has_settled, effect).await?;
        self.ask_zone_once(event, effect).await
    }

    async fn answer_to(&self, event: &Event, has_settled: bool, effect: &mut Effect) -> Result<(), LineError> {
        match &event.what {
            What::Message(message) if has_settled && !is_addressed(event) => {
                self.settled_by(event, message, effect);
                Ok(())
            }
            What::Message(message) => self.hear(event, message, effect).await,
            What::Edited(message) => self.hear_again(event, message, effect).await,
            What::Command { text } => self.command(event, text, effect).await,
            What::Choice { message, choice } => self.tapped(event, message, choice, effect).await,
            What::Form { form, fields, .. } if self.settings_sent(event, form, fields, effect).await? => Ok(()),
            What::Form { form, message, .. } => self.filled_in(event, form, message.as_ref(), effect).await,
            What::HomeOpened => self.home_opened(event, effect).await,
            What::Deleted { message } => {
                self.recent().take_back(&event.place, message);
                Ok(())
            }
            What::Reaction { .. } | What::Joined => Ok(()),
        }
    }

    pub(super) async fn commit(&self, effect: Effect) -> Result<(), LineError> {
        may_crash_at("inbox::decided");
        if effect.outcome != Outcome::default() && self.parts.store.conclude(&effect.outcome).await? == Concluded::Stale
        {
            // Another worker has this arrival; what it decides is what counts.
            return Ok(());
        }
        if !effect.outcome.steps.is_empty() || !effect.outcome.pauses.is_empty() {
            *self.learnt_before() = None;
        }
        may_crash_at("inbox::concluded");
        for observed in &effect.observed {
            self.parts.observer.decided(observed);
        }
        Ok(())
    }

    pub(super) fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    pub(super) fn new_delivery_id(&self) -> DeliveryId {
        DeliveryId::new(self.parts.ids.new_id())
    }

    /// The person behind an identity, with what the platform tells about them when that is old.
    pub(super) async fn person(&self, who: &Identity, effect: &mut Effect) -> Result<Person, LineError> {
        self.person_described(who, PROFILE_LASTS, effect).await
    }

    async fn person_described(
        &self,
        who: &Identity,
        within: std::time::Duration,
        effect: &mut Effect,
    ) -> Result<Person, LineError> {
        let now = self.now();
        let candidate = PersonId::new(self.parts.ids.new_id());
        let mut person = self.parts.store.person_of(who, &candidate, now).await?;
        if person.described_at.is_some_and(|at| now.since(at) < within) {
            return Ok(person);
        }
        if let Some(profile) = effect.described(&person.id) {
            person.profile = profile.clone();
            return Ok(person);
        }
        let Some(platform) = self.parts.platforms.get(who.platform) else { return Ok(person) };
        // Not knowing the time zone today is no reason to stay silent; it is asked again with the next event.
        if let Ok(Some(profile)) = platform.describe(who).await {
            person.profile = profile.clone();
            effect.outcome.people.push((person.id.clone(), PersonChange::Described(profile, now)));
        }
        Ok(person)
    }

    /// Everything about a person, for their own page.
    pub(super) async fn facts(&self, who: &Identity, effect: &mut Effect) -> Result<PersonFacts, LineError> {
        let person = self.person(who, effect).await?;
        let facts = self.parts.store.facts_about(&person.id, self.now() - PAST).await?;
        Ok(PersonFacts { profile: person.profile, ..facts })
    }

    /// What a decision about these triggers may look at.
    pub(super) async fn facts_for<'a>(
        &self,
        who: &Identity,
        triggers: impl IntoIterator<Item = &'a TriggerId>,
        effect: &mut Effect,
    ) -> Result<PersonFacts, LineError> {
        let person = self.person(who, effect).await?;
        self.past_of(person, triggers).await
    }

    /// The same just before something unasked is said: whether they want to be left in peace is asked again.
    pub(super) async fn fresh_facts<'a>(
        &self,
        who: &Identity,
        triggers: impl IntoIterator<Item = &'a TriggerId>,
        effect: &mut Effect,
    ) -> Result<PersonFacts, LineError> {
        let person = self.person_described(who, PEACE_LASTS, effect).await?;
        self.past_of(person, triggers).await
    }

    async fn past_of<'a>(
        &self,
        person: Person,
        triggers: impl IntoIterator<Item = &'a TriggerId>,
    ) -> Result<PersonFacts, LineError> {
        let (now, engine) = (self.now(), &self.parts.engine);
        let assets = engine.assets_of(triggers);
        Ok(self.parts.store.facts_for(person, &assets, now - engine.longest_recovery(), now).await?)
    }

    /// A place with what was said there lately.
    pub(super) async fn place_facts(&self, place: &Place) -> Result<PlaceFacts, LineError> {
        let mut facts = self.mode_of(place).await?;
        facts.last_spoke =
            self.parts.store.place_facts(place, self.now() - self.parts.engine.longest_cooldown()).await?;
        facts.paused = self.parts.store.pauses().await?.into_iter().map(|pause| pause.trigger).collect();
        Ok(facts)
    }

    /// The mode of a place, without what was said there or is paused.
    pub(super) async fn mode_of(&self, place: &Place) -> Result<PlaceFacts, LineError> {
        let (unlisted, usual) = (self.parts.unlisted)(place);
        let (mode, hearing, channel) = if place.is_private() {
            (Mode::Live, usual, String::new())
        } else {
            match self.parts.store.channel(place).await? {
                Some(kept) => (kept.mode, kept.hearing.unwrap_or(usual), kept.name),
                None => (unlisted, usual, place.channel.to_string()),
            }
        };
        let learnt = self.learnt().await?;
        Ok(PlaceFacts { mode, hearing, channel, last_spoke: Vec::new(), paused: Vec::new(), learnt })
    }

    /// A card that answers what somebody just did; `what` names the manner of answer in its key.
    pub(super) fn answer(&self, event: &Event, what: &str, person: &PersonId, action: Action, card: Card) -> Delivery {
        let now = self.now();
        Delivery {
            id: self.new_delivery_id(),
            key: DeliveryKey {
                tenant: tenant(&event.place),
                event: event.id.clone(),
                trigger: TriggerId::new(what),
                person: person.clone(),
                step: 0,
            },
            state: DeliveryState::Pending,
            action,
            card: Some(card),
            offer: None,
            due_at: now,
            expires_at: now + ANSWER_LASTS,
            created_at: now,
            sent: None,
            sent_at: None,
            last_error: None,
        }
    }
}

/// Whose data it is: platform and workspace.
pub(super) fn tenant(place: &Place) -> String {
    format!("{}/{}", place.platform, place.workspace)
}

/// Where an answer to somebody alone goes: right here in private, otherwise into the private conversation.
pub(super) fn privately(event: &Event) -> Action {
    if event.place.is_private() {
        Action::Post { place: event.place.clone(), shown_to: ShownTo::Everyone }
    } else {
        Action::PostPrivately { who: event.by.clone() }
    }
}

/// Here, for the eyes of whoever did it: for what may be lost.
pub(super) fn here_only(event: &Event) -> Action {
    let shown_to = if event.place.is_private() { ShownTo::Everyone } else { ShownTo::Only(event.by.clone()) };
    Action::Post { place: event.place.clone(), shown_to }
}
