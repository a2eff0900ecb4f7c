//! The live line with another end: its store is in memory, its clock is the history's, and nothing is said to anybody.
//!
//! Invariants
//! - What decides is [`crate::ingest::Dispatcher`], unchanged; what is "sent" counts against budgets as it would live.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use chat::{
    Card, ChannelId, Event, Form, Identity, Key, MessageId, Pending, PersonId, Place, Platform, PlatformKind,
    Platforms, Privacy, Profile, Sent, ShownTo, Timestamp, Unreadable, What,
};

use super::{Line, Outcome, Phase};
use crate::{
    clock::{Clock, Ids},
    config::Config,
    engine::{Act, Engine},
    history::History,
    ingest::{self, Channels, Observed, Observer, Services},
    library::Mode,
    outbox::Outbox,
    run,
    store::{Channel, Store},
};

/// A line that takes a history.
pub struct Rehearsal {
    line: ingest::Dispatcher,
    engine: Arc<Engine>,
    outbox: Outbox,
    clock: Clock,
    people: Arc<Past>,
    seen: Arc<Seen>,
    /// When holds fall due, the next first; one that was settled meanwhile is simply not found then.
    due: BinaryHeap<Reverse<Timestamp>>,
    names: HashMap<ChannelId, String>,
}

/// What the line decided since it was last asked.
#[derive(Default)]
struct Seen(Mutex<Vec<Observed>>);

impl Observer for Seen {
    fn decided(&self, observed: &Observed) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(observed.clone());
    }
}

/// A platform of the past: it knows people, and swallows what is said.
struct Past {
    kind: PlatformKind,
    people: Mutex<HashMap<Identity, Profile>>,
}

impl Rehearsal {
    /// A line over the prompts that are asked for, in which every channel of `history` is live.
    pub async fn new(config: &Config, prompts: Option<&Path>, history: &History) -> Result<Self> {
        let mut config = config.clone();
        config.prompts = prompts.map(Path::to_owned).or(config.prompts);
        let engine = Arc::new(Engine::new(run::library(&config)?, config.cadence.clone()));
        let hearing = config.channels.hearing;
        let store = Store::open("sqlite::memory:").await?;
        let mut names = HashMap::new();
        let mut kind = PlatformKind::Slack;
        for channel in history.channels() {
            let Place { platform, workspace, channel: id, .. } = channel.place.clone();
            kind = platform;
            names.insert(id.clone(), channel.name.clone());
            let name = channel.name.clone();
            store
                .set_channel(&Channel { platform, workspace, channel: id, name, mode: Mode::Live, hearing: None })
                .await?;
        }
        let clock = Clock::manual(Timestamp::from_ms(0));
        let people = Arc::new(Past { kind, people: Mutex::default() });
        let seen = Arc::new(Seen::default());
        let platforms = Platforms::new(vec![Arc::clone(&people) as Arc<dyn Platform>]);
        let unlisted = Arc::new(move |_: &Place| (Mode::Live, hearing));
        let observer = Arc::clone(&seen) as Arc<dyn Observer>;
        let channels = Channels::new(store.clone(), clock.clone(), unlisted, Arc::clone(&observer));
        let line = ingest::Dispatcher::new(Services {
            store: store.clone(),
            engine: Arc::clone(&engine),
            platforms: platforms.clone(),
            clock: clock.clone(),
            ids: Ids::counted(),
            channels: Arc::new(channels),
            managers: Arc::default(),
            alerts: Arc::default(),
            observer,
            lease: std::time::Duration::from_mins(1),
        });
        let outbox = Outbox::new(store, platforms, clock.clone());
        Ok(Self { line, engine, outbox, clock, people, seen, due: BinaryHeap::new(), names })
    }

    fn set_clock(&self, at: Timestamp) {
        self.clock.wind(at.since(self.clock.now()));
    }

    /// Wakes what falls due up to `at`, each at its own instant.
    async fn wake_until(&mut self, at: Timestamp) -> Result<Vec<Outcome>> {
        let mut outcomes = Vec::new();
        while let Some(Reverse(due)) = self.due.peek().copied().filter(|Reverse(due)| *due <= at) {
            self.due.pop();
            self.set_clock(due);
            while self.line.wake_due().await? > 0 {}
            outcomes.extend(self.gather().await?);
        }
        Ok(outcomes)
    }

    /// What was decided since the last time; what is said arrives at once.
    async fn gather(&mut self) -> Result<Vec<Outcome>> {
        let seen = std::mem::take(&mut *self.seen.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut speaks = false;
        for observed in &seen {
            match &observed.decision.act {
                Act::Hold { until, .. } => self.due.push(Reverse(*until)),
                Act::Speak(_) => speaks = true,
                Act::Silent { .. } => {}
            }
        }
        while speaks && self.outbox.step().await? > 0 {}
        Ok(seen.into_iter().map(|observed| self.outcome(observed)).collect())
    }

    fn outcome(&self, observed: Observed) -> Outcome {
        let phase = match (observed.again, observed.settled) {
            (false, _) => Phase::First,
            (true, None) => Phase::Again,
            (true, Some(_)) => Phase::Cancelled,
        };
        let channel = self.names.get(&observed.place.channel).cloned();
        let card = match &observed.decision.act {
            Act::Speak(plan) | Act::Hold { plan, .. } => plan.molecule.assets.first(),
            Act::Silent { .. } => None,
        };
        let card = card.and_then(|id| self.engine.library().assets.get(id)).map(|asset| asset.title.clone());
        Outcome {
            event: observed.heard_in,
            message: observed.message,
            said_at: observed.said_at,
            at: observed.at,
            channel: channel.unwrap_or_else(|| observed.place.channel.to_string()),
            person: PersonId::new(observed.asker.user.as_str()),
            decision: observed.decision,
            card,
            phase,
        }
    }
}

impl Line for Rehearsal {
    async fn wind_to(&mut self, at: Timestamp) -> Result<Vec<Outcome>> {
        let outcomes = self.wake_until(at).await?;
        self.set_clock(at);
        Ok(outcomes)
    }

    async fn take(&mut self, event: Event, by: Option<&Profile>) -> Result<Vec<Outcome>> {
        if let Some(profile) = by {
            let mut people = self.people.people.lock().unwrap_or_else(PoisonError::into_inner);
            people.entry(event.by.clone()).or_insert_with(|| profile.clone());
        }
        if matches!(event.what, What::Reaction { .. }) {
            // Exports don't tell when somebody reacted, so a reaction can't have come before the grace period ended.
            return Ok(Vec::new());
        }
        self.line.take(&event).await?;
        self.gather().await
    }

    async fn finish(&mut self) -> Result<Vec<Outcome>> {
        self.wake_until(Timestamp::from_ms(i64::MAX)).await
    }
}

impl Platform for Past {
    fn kind(&self) -> PlatformKind {
        self.kind
    }

    fn translate(&self, _raw: &str) -> Result<Vec<Event>, Unreadable> {
        Err(Unreadable("a history is read, not received".to_owned()))
    }

    fn send<'a>(&'a self, place: &'a Place, _to: &'a ShownTo, _card: &'a Card, key: &'a Key) -> Pending<'a, Sent> {
        let sent = Sent { place: place.clone(), message: MessageId::new(key.0.as_str()) };
        Box::pin(async move { Ok(sent) })
    }

    fn edit<'a>(&'a self, _sent: &'a Sent, _card: &'a Card) -> Pending<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn open_private<'a>(&'a self, who: &'a Identity) -> Pending<'a, Place> {
        Box::pin(async move {
            Ok(Place {
                platform: who.platform,
                workspace: who.workspace.clone(),
                channel: ChannelId::new(format!("private-{}", who.user)),
                thread: None,
                privacy: Privacy::Private,
            })
        })
    }

    fn ask<'a>(&'a self, _event: &'a Event, _form: &'a Form) -> Pending<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn describe<'a>(&'a self, who: &'a Identity) -> Pending<'a, Option<Profile>> {
        let profile = self.people.lock().unwrap_or_else(PoisonError::into_inner).get(who).cloned();
        Box::pin(async move { Ok(profile) })
    }

    fn history<'a>(&'a self, _place: &'a Place, _since: Timestamp) -> Pending<'a, Option<Vec<Event>>> {
        Box::pin(async { Ok(None) })
    }

    fn find<'a>(&'a self, _place: &'a Place, _key: &'a Key) -> Pending<'a, Option<Sent>> {
        Box::pin(async { Ok(None) })
    }
}
