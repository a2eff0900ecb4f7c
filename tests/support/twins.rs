//! Two workspaces of one platform in which everything bears the same names: channels, people, messages, addresses.
//!
//! Invariants
//! - It is the real line and outbox over a real store; the platform only remembers what it was sent.
//! - Time passes by [`Twins::passes`] alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::ready,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use chat::{
    Card, ChoiceId, Event, Form, FormId, Identity, Key, Message, MessageId, Pending, Place, Platform, PlatformKind,
    Platforms, Privacy, Profile, Refusal, Sent, ShownTo, Tenant, Timestamp, Unreadable, What, WorkspaceId,
};
use kairos::{
    alerts::{Format, Source, Sources},
    clock::{Clock, Ids},
    config::Config,
    engine::Engine,
    ingest::{Channels, DispatchError, Dispatcher, Services, Unobserved},
    library::{Hearing, Mode},
    outbox::Outbox,
    run,
    store::{Origin, Store},
};

use super::{
    app::{WEDNESDAY_AT_TEN, minutes},
    prompts::{BY_EXAMPLES_ALONE, prompts},
};

/// The workspaces.
pub(crate) const BOTH: [&str; 2] = ["T1", "T2"];
/// Who runs each workspace.
pub(crate) const ADMIN: &str = "U0";

/// Something that was said in a workspace, or changed there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) place: Place,
    pub(crate) message: MessageId,
    pub(crate) only: Option<String>,
    pub(crate) card: Card,
}

impl Shown {
    /// All of it that people see, without ids of ours.
    pub(crate) fn seen(&self) -> String {
        let labels: Vec<_> = self.card.choices.iter().map(|choice| choice.label.as_str()).collect();
        format!("{}→{:?} {} [{}]", self.place.channel, self.only, self.card.plain(), labels.join("|"))
    }

    /// What the button with this label carries.
    pub(crate) fn choice(&self, label: &str) -> Option<ChoiceId> {
        self.card.choices.iter().find(|choice| choice.label.starts_with(label)).map(|choice| choice.id.clone())
    }
}

/// A platform that remembers what it was sent.
#[derive(Default)]
struct Memory {
    shown: Mutex<Vec<Shown>>,
    /// The workspaces that can't be asked about addresses just now.
    failing: Mutex<BTreeSet<String>>,
}

fn answer<'a, T: Send + 'a>(answer: T) -> Pending<'a, T> {
    Box::pin(ready(Ok(answer)))
}

impl Platform for Memory {
    fn kind(&self) -> PlatformKind {
        PlatformKind::Slack
    }

    fn translate(&self, _raw: &str) -> Result<Vec<Event>, Unreadable> {
        Ok(Vec::new())
    }

    fn send<'a>(&'a self, place: &'a Place, to: &'a ShownTo, card: &'a Card, _: &'a Key) -> Pending<'a, Sent> {
        let mut shown = self.shown.lock().unwrap();
        // Numbered within the workspace, as a platform does.
        let number = shown.iter().filter(|it| it.place.workspace == place.workspace).count();
        let message = MessageId::new(format!("k{number}"));
        let only = if let ShownTo::Only(who) = to { Some(who.user.to_string()) } else { None };
        shown.push(Shown { place: place.clone(), message: message.clone(), only, card: card.clone() });
        answer(Sent { place: place.clone(), message })
    }

    fn edit<'a>(&'a self, sent: &'a Sent, card: &'a Card) -> Pending<'a, ()> {
        let changed =
            Shown { place: sent.place.clone(), message: sent.message.clone(), only: None, card: card.clone() };
        self.shown.lock().unwrap().push(changed);
        answer(())
    }

    fn open_private<'a>(&'a self, who: &'a Identity) -> Pending<'a, Place> {
        answer(private(&who.workspace, who.user.as_str()))
    }

    fn ask<'a>(&'a self, _: &'a Event, _: &'a Form) -> Pending<'a, ()> {
        answer(())
    }

    fn describe<'a>(&'a self, who: &'a Identity) -> Pending<'a, Option<Profile>> {
        if self.failing.lock().unwrap().contains(who.workspace.as_str()) {
            return Box::pin(ready(Err(Refusal::Transient { reason: "busy".to_owned(), retry_after: None })));
        }
        let zone = Some("Europe/Lisbon".to_owned());
        answer(Some(Profile { name: who.user.to_string(), zone, ..Profile::default() }))
    }

    fn person_with<'a>(
        &'a self,
        email: &'a str,
        workspaces: Option<&'a [WorkspaceId]>,
    ) -> Pending<'a, Option<Identity>> {
        let asked: Vec<_> =
            BOTH.into_iter().filter(|it| workspaces.is_none_or(|all| all.contains(&WorkspaceId::new(*it)))).collect();
        if asked.iter().any(|workspace| self.failing.lock().unwrap().contains(*workspace)) {
            return Box::pin(ready(Err(Refusal::Transient { reason: "busy".to_owned(), retry_after: None })));
        }
        match (asked.as_slice(), email.split_once('@')) {
            ([workspace], Some((user, "example.org"))) => answer(Some(identity(workspace, &user.to_uppercase()))),
            ([], _) | (_, None | Some(_)) if asked.len() < 2 => answer(None),
            _ => Box::pin(ready(Err(Refusal::Definite("several people".to_owned())))),
        }
    }

    fn history<'a>(&'a self, _: &'a Place, _: Timestamp) -> Pending<'a, Option<Vec<Event>>> {
        answer(None)
    }

    fn find<'a>(&'a self, _: &'a Place, _: &'a Key) -> Pending<'a, Option<Sent>> {
        answer(None)
    }

    fn may_steer<'a>(&'a self, who: &'a Identity, _: &'a Place) -> Pending<'a, bool> {
        self.runs_workspace(who)
    }

    fn runs_workspace<'a>(&'a self, who: &'a Identity) -> Pending<'a, bool> {
        answer(who.user.as_str() == ADMIN)
    }
}

pub(crate) fn identity(workspace: &str, user: &str) -> Identity {
    Identity { platform: PlatformKind::Slack, workspace: workspace.into(), user: user.into() }
}

pub(crate) fn tenant(workspace: &str) -> Tenant {
    Tenant::of(PlatformKind::Slack, &workspace.into())
}

fn place(workspace: &WorkspaceId, channel: &str, privacy: Privacy) -> Place {
    let (platform, workspace) = (PlatformKind::Slack, workspace.clone());
    Place { platform, workspace, channel: channel.into(), thread: None, privacy }
}

fn private(workspace: &WorkspaceId, user: &str) -> Place {
    place(workspace, &format!("D{user}"), Privacy::Private)
}

/// A rule that answers the alert `RateLow`.
const ON_ALERT: &str = "---\nkind: trigger\nid: rate-low\ntitle: The rate is low\nneed: The rate is low.\nalert: RateLow\n\
    offer: [tip-4]\nmoments: [solve]\nmode: live\nowner: Sales\n---\n## Message\nHere is a way.\n";

/// One engine for all: it learns what differs by itself.
fn engine() -> Arc<Engine> {
    static ENGINE: OnceLock<Arc<Engine>> = OnceLock::new();
    let make = || {
        let at_once = "grace_minutes: 0\ncooldown_hours: 0\nrecovery_days: 0";
        let quick = "mode: live\ngrace_minutes: 0\ncooldown_hours: 0\nrecovery_days: 0\n";
        let folder = prompts()
            .trigger("price-talk", "tip-1, tip-2", at_once)
            .trigger("angry-call", "think-back", at_once)
            .with("too-expensive.trigger.md", &BY_EXAMPLES_ALONE.replace("mode: live\n", quick))
            .with("rate-low.trigger.md", ON_ALERT)
            .folder();
        let settings = [
            ("KAIROS_PROMPTS_DIR".to_owned(), folder.path().display().to_string()),
            ("KAIROS_STORE_URL".to_owned(), "sqlite::memory:".to_owned()),
        ];
        let config = Config::load(None, settings.into_iter(), None).unwrap();
        Arc::new(Engine::new(run::library(&config).unwrap(), config.cadence.clone()))
    };
    Arc::clone(ENGINE.get_or_init(make))
}

/// A source for each workspace, named as it is.
fn sources() -> Sources {
    let source = |workspace: &str| Source {
        format: Format::Kairos,
        secrets: Vec::new(),
        token: Some("token".to_owned()),
        mapping: None,
        channel: Some(place(&workspace.into(), "alerts", Privacy::Shared)),
        teams: BTreeMap::new(),
        team_label: "team".to_owned(),
        reads: None,
        url: None,
        workspaces: Some([tenant(workspace)].into()),
    };
    Sources(BOTH.into_iter().map(|workspace| (workspace.to_owned(), source(workspace))).collect())
}

/// Both workspaces, with one Kairos in them.
pub(crate) struct Twins {
    pub(crate) store: Store,
    pub(crate) line: Dispatcher,
    outbox: Outbox,
    platform: Arc<Memory>,
    clock: Clock,
    /// Counts within each workspace, so that ids of events are the same whatever happens in the other.
    events: Mutex<BTreeMap<String, u32>>,
}

impl Twins {
    pub(crate) fn open(store: Store, managers: &[Identity]) -> Self {
        let clock = Clock::manual(WEDNESDAY_AT_TEN);
        let platform = Arc::<Memory>::default();
        let platforms = Platforms::new(vec![Arc::clone(&platform) as Arc<dyn Platform>]);
        let unlisted = Arc::new(|_: &Place| (Mode::Live, Hearing::Balanced));
        let channels = Channels::new(store.clone(), clock.clone(), unlisted, Arc::new(Unobserved));
        let line = Dispatcher::new(Services {
            store: store.clone(),
            engine: engine(),
            platforms: platforms.clone(),
            clock: clock.clone(),
            ids: Ids::counted(),
            channels: Arc::new(channels),
            managers: managers.into(),
            alerts: Arc::new(sources()),
            observer: Arc::new(Unobserved),
            lease: minutes(1),
        });
        let outbox = Outbox::new(store.clone(), platforms, clock.clone());
        Self { store, line, outbox, platform, clock, events: Mutex::default() }
    }

    /// Lets happen what can happen now.
    pub(crate) async fn settles(&self) {
        while self.line.step().await.unwrap() + self.outbox.step().await.unwrap() > 0 {}
        self.line.has_learnt().await;
    }

    pub(crate) async fn passes(&self, by: Duration) {
        self.clock.wind(by);
        self.settles().await;
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The workspace tells nothing about its people, or does again.
    pub(crate) fn fails(&self, workspace: &str, fails: bool) {
        let mut failing = self.platform.failing.lock().unwrap();
        if fails {
            failing.insert(workspace.to_owned())
        } else {
            failing.remove(workspace)
        };
    }

    /// Everything that was shown in a workspace, the oldest first.
    pub(crate) fn shown(&self, workspace: &str) -> Vec<Shown> {
        let shown = self.platform.shown.lock().unwrap();
        shown.iter().filter(|it| it.place.workspace.as_str() == workspace).cloned().collect()
    }

    /// The newest card of a workspace that has such a button.
    pub(crate) fn with_choice(&self, workspace: &str, label: &str) -> Option<(Shown, ChoiceId)> {
        self.shown(workspace).into_iter().rev().find_map(|it| it.choice(label).map(|choice| (it, choice)))
    }

    pub(crate) async fn says(&self, workspace: &str, user: &str, channel: &str, text: &str) {
        let mentions_us = text.starts_with("@Kairos");
        let id = self.next(workspace);
        let message = MessageId::new(format!("m{id}"));
        let message = Message { id: message, text: text.to_owned(), by_bot: false, mentions_us, replies_to: None };
        let place = place(&workspace.into(), channel, Privacy::Shared);
        self.does(workspace, user, place, What::Message(message)).await;
    }

    pub(crate) async fn commands(&self, workspace: &str, user: &str, text: &str) {
        let place = place(&workspace.into(), "deals", Privacy::Shared);
        self.does(workspace, user, place, What::Command { text: text.to_owned() }).await;
    }

    pub(crate) async fn taps(&self, workspace: &str, user: &str, on: &Shown, choice: &ChoiceId) {
        let what = What::Choice { message: on.message.clone(), choice: choice.clone() };
        self.does(workspace, user, on.place.clone(), what).await;
    }

    pub(crate) async fn sends(&self, workspace: &str, user: &str, on: &Shown, form: &FormId, text: &str) {
        let fields = vec![("text".to_owned(), text.to_owned())];
        let what = What::Form { form: form.clone(), message: Some(on.message.clone()), fields };
        self.does(workspace, user, on.place.clone(), what).await;
    }

    /// The source of a workspace tells something.
    pub(crate) async fn tells(&self, workspace: &str, body: &str) {
        self.tries_to_tell(workspace, body).await.unwrap();
        self.settles().await;
    }

    /// The same where it may fail: its body is kept then, and tried again.
    pub(crate) async fn tries_to_tell(&self, workspace: &str, body: &str) -> Result<(), DispatchError> {
        let raw = serde_json::json!({ "headers": {}, "body": body, "at": self.now() }).to_string();
        let origin = Origin::Alerts(workspace.to_owned());
        for signal in sources().translate(workspace, &raw).unwrap().signals {
            self.line.take_signal(&signal, &origin, self.now()).await?;
        }
        Ok(())
    }

    fn next(&self, workspace: &str) -> u32 {
        let mut events = self.events.lock().unwrap();
        let count = events.entry(workspace.to_owned()).or_default();
        *count += 1;
        *count
    }

    async fn does(&self, workspace: &str, user: &str, place: Place, what: What) {
        // Unique over all workspaces, as adapters make them.
        let id = format!("slack:{workspace}:{}", self.next(workspace));
        let event = Event { id: id.as_str().into(), at: self.now(), place, by: identity(workspace, user), what };
        self.line.take(&event).await.unwrap();
        self.settles().await;
    }
}
