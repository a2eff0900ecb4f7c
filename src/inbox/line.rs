//! The line from an event to what is decided about it: the same for the live bot, the playground and a replay.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chat::{Card, DeliveryId, Event, Identity, PersonId, Place, Platforms, Profile, Scope, ShownTo, Timestamp, What};
use thiserror::Error;

use super::{
    Channels, Observed, Observer,
    describing::{Describing, Told},
    learning,
    lookups::Waiting,
    repeats::Repeats,
    traffic::Traffic,
};
use crate::{
    alerts::Sources,
    clock::{Clock, Ids},
    crash::may_crash_at,
    engine::{Engine, PersonFacts, PlaceFacts, Recent, is_addressed},
    library::TriggerId,
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
    /// It rests on what a platform has still to tell.
    #[error("a platform has still to be asked")]
    Waits,
}

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
    /// What holds in channels.
    pub channels: Arc<Channels>,
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
    /// Whether the engine is learning what was taken in.
    pub(super) study: Arc<learning::Study>,
    /// What channels' messages score.
    pub(super) traffic: Arc<Traffic>,
    /// Who platforms are asked about.
    pub(super) describing: Arc<Describing>,
    /// Events that wait for what a platform is asked.
    pub(super) waiting: Arc<Waiting>,
    /// What was tapped a moment ago.
    repeats: Arc<Repeats>,
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
        Self {
            parts,
            turn: Arc::default(),
            recent: Arc::default(),
            learnt: Arc::default(),
            study: Arc::default(),
            traffic: Arc::default(),
            describing: Arc::default(),
            waiting: Arc::default(),
            repeats: Arc::default(),
        }
    }

    /// Decides about an event that needs no acknowledgement, and commits what it changes.
    pub async fn take(&self, event: &Event) -> Result<(), LineError> {
        let effect = self.decide_all(std::slice::from_ref(event), None).await?;
        self.commit(effect).await
    }

    /// Decides about the events of one arrival; `arrival` is to be finished by the same commit.
    pub(super) async fn decide_all(
        &self,
        events: &[Event],
        arrival: Option<(chat::EventId, i64)>,
    ) -> Result<Effect, LineError> {
        let mut effect = Effect { outcome: Outcome { arrival, ..Outcome::default() }, ..Effect::default() };
        for event in events {
            self.decide(event, &mut effect).await?;
        }
        Ok(effect)
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
        if self.repeats.is_repeated(event) {
            return Ok(());
        }
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
            What::Form { form, message, fields }
                if self.own_words_sent(event, (form, message.as_ref()), fields, effect).await? =>
            {
                Ok(())
            }
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
            self.learnt_before().clear();
            self.learn_soon().await;
        }
        if !effect.outcome.channels.is_empty() {
            self.begin_to_hear(&effect.outcome.channels).await?;
            self.parts.channels.switched();
        }
        may_crash_at("inbox::concluded");
        self.tell_observer(&effect);
        Ok(())
    }

    /// Finishes together the arrivals of which nothing came: most of what people write is such, and each commit waits
    /// for the disk.
    pub(super) async fn commit_bare(&self, effects: Vec<Effect>) -> Result<(), LineError> {
        if effects.is_empty() {
            return Ok(());
        }
        may_crash_at("inbox::decided");
        let arrivals: Vec<_> = effects.iter().filter_map(|effect| effect.outcome.arrival.clone()).collect();
        let finished = self.parts.store.finish_arrivals(&arrivals).await?;
        may_crash_at("inbox::concluded");
        let is_ours = |effect: &&Effect| effect.outcome.arrival.as_ref().is_some_and(|(id, _)| finished.contains(id));
        for effect in effects.iter().filter(is_ours) {
            self.tell_observer(effect);
        }
        Ok(())
    }

    fn tell_observer(&self, effect: &Effect) {
        for observed in &effect.observed {
            self.parts.observer.decided(observed);
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    pub(super) fn new_delivery_id(&self) -> DeliveryId {
        DeliveryId::new(self.parts.ids.new_id())
    }

    /// The person behind an identity, as far as they are known here.
    pub(super) async fn known(&self, who: &Identity) -> Result<Person, LineError> {
        let candidate = PersonId::new(self.parts.ids.new_id());
        Ok(self.parts.store.person_of(who, &candidate, self.now()).await?)
    }

    /// The same with what the platform tells about them when that is old; true where it is still to be told.
    async fn described(
        &self,
        who: &Identity,
        within: std::time::Duration,
        effect: &mut Effect,
    ) -> Result<(Person, bool), LineError> {
        let mut person = self.known(who).await?;
        if person.described_at.is_some_and(|at| self.now().since(at) < within) {
            return Ok((person, false));
        }
        if let Some(profile) = effect.described(&person.id) {
            person.profile = profile.clone();
            return Ok((person, false));
        }
        match self.ask_who_is(who, &person.id).await {
            Told::Now(profile) => {
                person.profile = profile.clone();
                effect.outcome.people.push((person.id.clone(), PersonChange::Described(profile, self.now())));
                Ok((person, false))
            }
            Told::Later => Ok((person, true)),
            Told::Nothing => Ok((person, false)),
        }
    }

    /// Everything about a person, for their own page.
    pub(super) async fn facts(&self, who: &Identity, effect: &mut Effect) -> Result<PersonFacts, LineError> {
        let (person, is_asked) = self.described(who, PROFILE_LASTS, effect).await?;
        let facts = self.parts.store.facts_about(&person.id, self.now() - PAST).await?;
        let awaited = is_asked && person.described_at.is_none();
        Ok(PersonFacts { profile: person.profile, awaited, ..facts })
    }

    /// What a decision about these triggers may look at.
    pub(super) async fn facts_for<'a>(
        &self,
        who: &Identity,
        triggers: impl IntoIterator<Item = &'a TriggerId>,
        effect: &mut Effect,
    ) -> Result<PersonFacts, LineError> {
        let (person, is_asked) = self.described(who, PROFILE_LASTS, effect).await?;
        // What was told some days ago will do; whoever was never described may live anywhere.
        let awaited = is_asked && person.described_at.is_none();
        self.past_of(person, awaited, triggers).await
    }

    /// The same just before something unasked is said: whether they want to be left in peace is asked again, and
    /// awaited.
    pub(super) async fn fresh_facts<'a>(
        &self,
        who: &Identity,
        triggers: impl IntoIterator<Item = &'a TriggerId>,
        effect: &mut Effect,
    ) -> Result<PersonFacts, LineError> {
        let (person, awaited) = self.described(who, PEACE_LASTS, effect).await?;
        self.past_of(person, awaited, triggers).await
    }

    pub(super) async fn past_of<'a>(
        &self,
        person: Person,
        awaited: bool,
        triggers: impl IntoIterator<Item = &'a TriggerId>,
    ) -> Result<PersonFacts, LineError> {
        let (now, engine) = (self.now(), &self.parts.engine);
        let assets = engine.assets_of(triggers);
        let facts = self.parts.store.facts_for(person, &assets, now - engine.longest_recovery(), now).await?;
        Ok(PersonFacts { awaited, ..facts })
    }

    /// A place with what was said there lately.
    pub(super) async fn place_facts(&self, place: &Place) -> Result<PlaceFacts, LineError> {
        let mut facts = self.mode_of(place).await?;
        facts.last_spoke =
            self.parts.store.place_facts(place, self.now() - self.parts.engine.longest_cooldown()).await?;
        let scope = Scope::one(&place.tenant());
        facts.paused = self.parts.store.pauses(&scope).await?.into_iter().map(|pause| pause.trigger).collect();
        Ok(facts)
    }

    /// The mode of a place, without what was said there or is paused.
    pub(super) async fn mode_of(&self, place: &Place) -> Result<PlaceFacts, LineError> {
        let (mode, hearing, channel) = self.parts.channels.mode_of(place).await?;
        let learnt = self.learnt(&place.tenant()).await?;
        let limits = self.parts.channels.limits_of(place);
        Ok(PlaceFacts { mode, hearing, channel, last_spoke: Vec::new(), paused: Vec::new(), learnt, limits })
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
