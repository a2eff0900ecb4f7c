//! A chat platform in memory that a test lets hang, and that keeps what was said while nobody listened.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use chat::{
    Card, Described, Event, Form, Identity, Joining, Key, Message, MessageId, Pending, Place, Platform, PlatformKind,
    Platforms, Privacy, Profile, Refusal, Sent, ShownTo, Timestamp, Unreadable, What,
};
use kairos::{
    clock::{Clock, Ids},
    config::Config,
    connections::Connections,
    engine::Engine,
    inbox::{Channels, Inbox, Line, Parts, Unobserved},
    library::{Hearing, Mode},
    outbox::Outbox,
    run,
    store::Store,
};
use tempfile::TempDir;
use tokio::sync::watch;

use super::app::WEDNESDAY_AT_TEN;

/// A chat platform in memory.
pub(crate) struct Double {
    said: Mutex<Vec<Event>>,
    sent: Mutex<Vec<(Place, ShownTo, Card)>>,
    /// How many people were asked about in each call.
    asked_about: Mutex<Vec<usize>>,
    /// Workspaces that give no answer.
    hanging: watch::Sender<BTreeSet<String>>,
    pub(crate) needs_invitation: Mutex<bool>,
}

impl Double {
    fn new() -> Self {
        Self {
            said: Mutex::default(),
            sent: Mutex::default(),
            asked_about: Mutex::default(),
            hanging: watch::Sender::default(),
            needs_invitation: Mutex::default(),
        }
    }

    /// From now on a workspace answers nothing.
    pub(crate) fn hangs(&self, workspace: &str) {
        self.hanging.send_modify(|hanging| {
            hanging.insert(workspace.to_owned());
        });
    }

    /// A workspace answers again, what it was asked before included.
    pub(crate) fn answers_again(&self, workspace: &str) {
        self.hanging.send_modify(|hanging| {
            hanging.remove(workspace);
        });
    }

    /// Something is said, and reaches nobody.
    pub(crate) fn is_said(&self, event: Event) {
        self.said.lock().unwrap().push(event);
    }

    /// What Kairos said, with whom it was for.
    pub(crate) fn sent(&self) -> Vec<(Place, ShownTo, Card)> {
        self.sent.lock().unwrap().clone()
    }

    /// How many people were asked about in each call.
    pub(crate) fn asked_about(&self) -> Vec<usize> {
        self.asked_about.lock().unwrap().clone()
    }

    async fn answer(&self, workspace: &str) {
        let mut hanging = self.hanging.subscribe();
        hanging.wait_for(|hanging| !hanging.contains(workspace)).await.unwrap();
    }
}

fn profile() -> Profile {
    Profile { name: "Somebody Else".to_owned(), zone: Some("UTC".to_owned()), ..Profile::default() }
}

impl Platform for Double {
    fn kind(&self) -> PlatformKind {
        PlatformKind::Slack
    }

    fn translate(&self, raw: &str) -> Result<Vec<Event>, Unreadable> {
        serde_json::from_str(raw).map(|event| vec![event]).map_err(|_| Unreadable("no event".to_owned()))
    }

    fn send<'a>(&'a self, place: &'a Place, to: &'a ShownTo, card: &'a Card, _: &'a Key) -> Pending<'a, Sent> {
        let mut sent = self.sent.lock().unwrap();
        sent.push((place.clone(), to.clone(), card.clone()));
        let sent = Sent { place: place.clone(), message: MessageId::new(format!("sent-{}", sent.len())) };
        Box::pin(async move { Ok(sent) })
    }

    fn edit<'a>(&'a self, _: &'a Sent, _: &'a Card) -> Pending<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn open_private<'a>(&'a self, who: &'a Identity) -> Pending<'a, Place> {
        Box::pin(async { Ok(Place { privacy: Privacy::Private, ..place(who.workspace.as_str(), who.user.as_str()) }) })
    }

    fn ask<'a>(&'a self, _: &'a Event, _: &'a Form) -> Pending<'a, ()> {
        Box::pin(async { Err(Refusal::Expired("the trigger has expired".to_owned())) })
    }

    fn describe<'a>(&'a self, who: &'a Identity) -> Pending<'a, Option<Profile>> {
        self.asked_about.lock().unwrap().push(1);
        Box::pin(async {
            self.answer(who.workspace.as_str()).await;
            Ok(Some(profile()))
        })
    }

    fn describes_together(&self) -> usize {
        100
    }

    fn describe_many<'a>(&'a self, people: &'a [Identity]) -> Described<'a> {
        self.asked_about.lock().unwrap().push(people.len());
        Box::pin(async move {
            for who in people {
                self.answer(who.workspace.as_str()).await;
            }
            people.iter().map(|_| Ok(Some(profile()))).collect()
        })
    }

    fn may_steer<'a>(&'a self, _: &'a Identity, place: &'a Place) -> Pending<'a, bool> {
        Box::pin(async {
            self.answer(place.workspace.as_str()).await;
            Ok(true)
        })
    }

    fn join<'a>(&'a self, _: &'a Place) -> Pending<'a, Joining> {
        let needs = *self.needs_invitation.lock().unwrap();
        Box::pin(async move { Ok(if needs { Joining::NeedsInvitation } else { Joining::Joined }) })
    }

    fn history<'a>(&'a self, place: &'a Place, since: Timestamp) -> Pending<'a, Option<Vec<Event>>> {
        let is_asked = |event: &&Event| {
            let here = (&event.place.workspace, &event.place.channel) == (&place.workspace, &place.channel);
            here && (place.thread.is_none() || event.place.thread == place.thread) && event.at >= since
        };
        // A channel's history holds no answers in threads that were opened before.
        let opened = |event: &&Event| place.thread.is_some() || event.place.thread.is_none();
        let said = self.said.lock().unwrap().iter().filter(is_asked).filter(opened).cloned().collect();
        Box::pin(async move {
            self.answer(place.workspace.as_str()).await;
            Ok(Some(said))
        })
    }

    fn find<'a>(&'a self, _: &'a Place, _: &'a Key) -> Pending<'a, Option<Sent>> {
        Box::pin(async { Ok(None) })
    }
}

/// A channel of a workspace.
pub(crate) fn place(workspace: &str, channel: &str) -> Place {
    Place {
        platform: PlatformKind::Slack,
        workspace: workspace.into(),
        channel: channel.into(),
        thread: None,
        privacy: Privacy::Shared,
    }
}

/// Something that somebody does.
pub(crate) fn event(id: &str, at: Timestamp, place: &Place, user: &str, what: What) -> Event {
    let by = Identity { platform: PlatformKind::Slack, workspace: place.workspace.clone(), user: user.into() };
    Event { id: id.into(), at, place: place.clone(), by, what }
}

/// Something that somebody says; the message's id is the event's.
pub(crate) fn says(id: &str, at: Timestamp, place: &Place, user: &str, text: &str) -> Event {
    let message = Message { id: id.into(), text: text.to_owned(), by_bot: false, mentions_us: false, replies_to: None };
    event(id, at, place, user, What::Message(message))
}

/// Kairos around such a platform. A channel whose name begins with `off` is off, the others are live.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) line: Line,
    pub(crate) inbox: Inbox,
    pub(crate) outbox: Outbox,
    pub(crate) double: Arc<Double>,
    pub(crate) clock: Clock,
    pub(crate) connections: Connections,
    /// Kept until the end.
    _prompts: TempDir,
}

impl World {
    pub(crate) fn new(store: Store, prompts: TempDir) -> Self {
        let clock = Clock::manual(WEDNESDAY_AT_TEN);
        let settings = [
            ("KAIROS_PROMPTS_DIR".to_owned(), prompts.path().display().to_string()),
            ("KAIROS_STORE_URL".to_owned(), "sqlite::memory:".to_owned()),
        ];
        let config = Config::load(None, settings.into_iter(), None).unwrap();
        kairos::engine::keep_models();
        let engine = Arc::new(Engine::new(run::library(&config).unwrap(), config.cadence.clone()));
        let double = Arc::new(Double::new());
        let platforms = Platforms::new(vec![Arc::clone(&double) as Arc<dyn Platform>]);
        let mode = |place: &Place| if place.channel.as_str().starts_with("off") { Mode::Off } else { Mode::Live };
        let unlisted = Arc::new(move |place: &Place| (mode(place), Hearing::Balanced));
        let connections = Connections::default();
        let channels = Channels::new(store.clone(), clock.clone(), unlisted, Arc::new(Unobserved));
        let channels = Arc::new(channels.behind(connections.clone()));
        let inbox = Inbox::new(store.clone(), platforms.clone(), clock.clone(), Arc::default())
            .passing_over(Arc::clone(&channels));
        let line = Line::new(Parts {
            store: store.clone(),
            engine,
            platforms: platforms.clone(),
            clock: clock.clone(),
            ids: Ids::counted(),
            channels,
            managers: Arc::default(),
            alerts: Arc::default(),
            observer: Arc::new(Unobserved),
            lease: Duration::from_mins(1),
        });
        let outbox = Outbox::new(store.clone(), platforms, clock.clone());
        Self { store, line, inbox, outbox, double, clock, connections, _prompts: prompts }
    }

    /// An event reaches Kairos.
    pub(crate) async fn receives(&self, event: &Event) {
        let raw = serde_json::to_string(event).unwrap();
        assert!(self.inbox.accept(PlatformKind::Slack, raw).await.unwrap(), "it is new");
    }

    /// Decides and sends what can be decided and sent now.
    pub(crate) async fn settle(&self) {
        while self.line.step().await.unwrap() + self.outbox.step().await.unwrap() > 0 {}
    }

    /// Goes on until something holds; a test that waits in vain ends after a while.
    pub(crate) async fn until(&self, holds: impl AsyncFn(&Self) -> bool) {
        let waits = async {
            while !holds(self).await {
                self.settle().await;
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), waits).await.expect("it never came to that");
    }
}
