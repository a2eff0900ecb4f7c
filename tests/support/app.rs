//! The whole of Kairos with a playground for a platform and a clock that only a test winds.
//!
//! Invariants
//! - It is the real line: inbox, engine, store and outbox as [`Kairos::open_with`] puts them together.
//! - Nothing sleeps: time passes by [`TestApp::advance`] alone, and what falls due on the way happens at its own time.
//! - When it is dropped nothing may be left undecided, unsent or refused; what a test leaves on purpose, it announces.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chat::{Card, ChoiceId, MessageId, PlatformKind, Timestamp};
use kairos::{
    clock::Clock,
    config::Config,
    run::Kairos,
    store::{DeliveryState, Store},
};
use playground::{Author, Note, Person, Playground, Room};
use tempfile::TempDir;

use super::{databases::each_address, person::Somebody};

/// Wednesday, 2026-11-18, 10:00 UTC: also 10:00 for Ana and Chloe, 11:00 for Ben, 15:30 for Dev.
pub(crate) const WEDNESDAY_AT_TEN: Timestamp = Timestamp::from_ms(1_794_996_000_000);

pub(crate) const fn minutes(count: u64) -> Duration {
    Duration::from_mins(count)
}

pub(crate) const fn hours(count: u64) -> Duration {
    Duration::from_hours(count)
}

pub(crate) const fn days(count: u64) -> Duration {
    Duration::from_hours(24 * count)
}

/// How a [`TestApp`] differs from a fresh Kairos with the starter library.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setup {
    prompts: Option<Arc<TempDir>>,
    settings: Vec<(String, String)>,
    journal: Option<PathBuf>,
    starts_at: Option<Timestamp>,
}

impl Setup {
    /// With these prompts in place of the starter library.
    pub(crate) fn prompts(mut self, folder: TempDir) -> Self {
        self.prompts = Some(Arc::new(folder));
        self
    }

    /// With a setting, by its variable without `KAIROS_`.
    pub(crate) fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((format!("KAIROS_{name}"), value.to_owned()));
        self
    }

    /// With a conversation that outlives this app.
    pub(crate) fn journal(mut self, path: &Path) -> Self {
        self.journal = Some(path.to_owned());
        self
    }

    /// At another time than Wednesday at ten.
    pub(crate) fn starting_at(mut self, at: &str) -> Self {
        self.starts_at = Some(instant(at));
        self
    }
}

/// An instant such as `2026-11-18T10:00:00Z`.
pub(crate) fn instant(text: &str) -> Timestamp {
    Timestamp::from_ms(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

/// Kairos as a test sees it.
pub(crate) struct TestApp {
    pub(crate) kairos: Kairos,
    url: String,
    /// Kept until the end, as the engine reads from it.
    _setup: Setup,
    may_park: AtomicU64,
}

/// A card of Kairos as it stands in the playground.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) message: MessageId,
    pub(crate) room: Room,
    pub(crate) card: Card,
    pub(crate) thread: Option<MessageId>,
    /// The one person who sees it, where not everybody does.
    pub(crate) only: Option<Person>,
}

impl Seen {
    /// What the button with this label carries.
    #[track_caller]
    pub(crate) fn choice(&self, label: &str) -> ChoiceId {
        let choice = self.card.choices.iter().find(|choice| choice.label.starts_with(label));
        choice.unwrap_or_else(|| panic!("no {label:?} among {:?}", self.buttons())).id.clone()
    }

    /// The labels of its buttons.
    pub(crate) fn buttons(&self) -> Vec<&str> {
        self.card.choices.iter().map(|choice| choice.label.as_str()).collect()
    }

    /// Everything on it, as text.
    pub(crate) fn text(&self) -> String {
        self.card.plain()
    }
}

/// A message that somebody wrote.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) id: MessageId,
    pub(crate) room: Room,
}

/// Runs `body` with a fresh Kairos on SQLite, then with one on PostgreSQL.
pub(crate) async fn each_app<Body, Done>(body: Body)
where
    Body: Fn(TestApp) -> Done + Send + Copy + 'static,
    Done: Future<Output = ()> + Send + 'static,
{
    each_app_with(|setup| setup, body).await;
}

/// The same with a Kairos that differs by `setup`.
pub(crate) async fn each_app_with<Body, Done>(setup: fn(Setup) -> Setup, body: Body)
where
    Body: Fn(TestApp) -> Done + Send + Copy + 'static,
    Done: Future<Output = ()> + Send + 'static,
{
    each_address(move |url| async move {
        let app = TestApp::open(&url, setup(Setup::default())).await;
        let test = body(app);
        test.await;
    })
    .await;
}

impl TestApp {
    pub(crate) fn open(url: &str, setup: Setup) -> impl Future<Output = Self> + Send {
        // On the heap: what runs is large, and futures of tests hold it.
        Box::pin(Self::open_here(url, setup))
    }

    async fn open_here(url: &str, setup: Setup) -> Self {
        kairos::engine::keep_models();
        let mut settings = setup.settings.clone();
        settings.push(("KAIROS_STORE_URL".to_owned(), url.to_owned()));
        if let Some(prompts) = &setup.prompts {
            settings.push(("KAIROS_PROMPTS_DIR".to_owned(), prompts.path().display().to_string()));
        }
        let config = Config::load(None, settings.into_iter(), None).unwrap();
        let playground = Playground::open(setup.journal.as_deref()).unwrap();
        let start = playground.last_instant().unwrap_or(setup.starts_at.unwrap_or(WEDNESDAY_AT_TEN));
        let kairos = Kairos::open_with(&config, Some(playground), Clock::manual(start)).await.unwrap();
        let app = Self { kairos, url: url.to_owned(), _setup: setup, may_park: AtomicU64::new(0) };
        app.settle().await;
        app
    }

    /// Somebody of the playground.
    pub(crate) fn person(&self, name: &str) -> Somebody<'_> {
        Somebody::new(self, name)
    }

    /// Lets time pass.
    pub(crate) async fn advance(&self, by: Duration) {
        self.kairos.works.let_pass_until(self.now() + by).await.unwrap();
    }

    /// Lets time pass until an instant such as `2026-11-18T10:00:00Z`.
    pub(crate) async fn advance_to(&self, at: &str) {
        self.kairos.works.let_pass_until(instant(at)).await.unwrap();
    }

    /// Lets happen what can happen now.
    pub(crate) async fn settle(&self) {
        self.kairos.works.settle().await.unwrap();
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.kairos.works.clock.now()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.kairos.works.store
    }

    /// The address of its database.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn playground(&self) -> &Arc<Playground> {
        self.kairos.playground.as_ref().unwrap()
    }

    /// A raw event comes in, as a platform would bring it; true when it is new.
    pub(crate) async fn receives(&self, raw: &str) -> bool {
        self.kairos.inbox.accept(PlatformKind::Playground, raw.to_owned()).await.unwrap()
    }

    /// The cards that a person sees in a room, oldest first.
    pub(crate) fn cards(&self, room: &str, viewer: &str) -> Vec<Seen> {
        self.seen(room.parse().unwrap(), viewer.parse().unwrap())
    }

    fn seen(&self, room: Room, viewer: Person) -> Vec<Seen> {
        let posted = self.playground().messages(room, viewer).into_iter();
        posted
            .filter(|posted| posted.by == Author::Kairos)
            .map(|posted| Seen {
                message: posted.id,
                room,
                card: posted.card.unwrap_or_default(),
                thread: posted.thread,
                only: posted.only,
            })
            .collect()
    }

    /// The cards in the private conversation with a person, oldest first.
    pub(crate) fn private_cards(&self, who: &str) -> Vec<Seen> {
        self.cards(&format!("private-{who}"), who)
    }

    /// The newest card in the private conversation with a person.
    pub(crate) fn last_private(&self, who: &str) -> Seen {
        self.private_cards(who).pop().expect("nothing was written to them in private")
    }

    /// The cards in the thread of a message that everybody reads.
    pub(crate) fn answers(&self, to: &Said) -> Vec<Seen> {
        let mut cards: Vec<_> = Person::ALL.into_iter().flat_map(|viewer| self.seen(to.room, viewer)).collect();
        cards.retain(|card| card.thread.as_ref() == Some(&to.id) && card.only.is_none());
        cards.sort_by(|a, b| a.message.as_str().cmp(b.message.as_str()));
        cards.dedup_by(|a, b| a.message == b.message);
        cards
    }

    /// The one card in the thread of a message.
    #[track_caller]
    pub(crate) fn answer(&self, to: &Said) -> Seen {
        let mut cards = self.answers(to);
        assert_eq!(cards.len(), 1, "cards in the thread; {}", self.why(to));
        cards.remove(0)
    }

    /// Nothing was said in the thread of a message.
    #[track_caller]
    pub(crate) fn is_left_alone(&self, message: &Said) {
        assert_eq!(self.answers(message).len(), 0, "cards in the thread; {}", self.why(message));
    }

    /// The card as it stands now.
    pub(crate) fn again(&self, card: &Seen) -> Seen {
        let posted = self.playground().message(&card.message).expect("the card is gone");
        Seen { card: posted.card.unwrap_or_default(), ..card.clone() }
    }

    /// The decisions about a message, oldest first.
    pub(crate) fn decisions(&self, about: &Said) -> Vec<Note> {
        self.playground().notes(&about.id).into_iter().map(|noted| noted.note).collect()
    }

    /// The last decision about a message.
    #[track_caller]
    pub(crate) fn decision(&self, about: &Said) -> Note {
        self.decisions(about).pop().expect("nothing was decided about it")
    }

    /// The rule that stopped a message at the last look, by the name that people read.
    #[track_caller]
    pub(crate) fn stopped_by(&self, message: &Said) -> String {
        let note = self.decision(message);
        let stopped = note.reasons.iter().rev().find(|reason| !reason.passed);
        stopped.unwrap_or_else(|| panic!("nothing stopped it; {}", self.why(message))).rule.clone()
    }

    fn why(&self, message: &Said) -> String {
        let tell = |note: &Note| {
            let reasons: Vec<_> = note.reasons.iter().map(|line| format!("{}={}", line.rule, line.text)).collect();
            format!("{} ({})", note.headline, reasons.join("; "))
        };
        format!("decided: {:?}", self.decisions(message).iter().map(tell).collect::<Vec<_>>())
    }

    /// Ends it, so that another can take over its database and its conversation.
    pub(crate) fn close(self) -> impl Future<Output = ()> {
        Box::pin(async move {
            self.settle().await;
            self.store().close().await;
        })
    }

    /// Announces that so many events are left unread on purpose.
    pub(crate) fn expect_parked(&self, count: u64) {
        self.may_park.store(count, Ordering::Relaxed);
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let (url, parked) = (self.url.clone(), self.may_park.load(Ordering::Relaxed));
        // A thread and connections of its own: nothing can be awaited here.
        let left = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(left_over(&url, parked))
        });
        let left = left.join().unwrap();
        assert!(left.is_empty(), "at the end is left: {}", left.join(", "));
    }
}

/// What is not at its end in a database, in words.
async fn left_over(url: &str, parked: u64) -> Vec<String> {
    let store = Store::open(url).await.unwrap();
    let (arrivals, queue) = (store.arrival_counts().await.unwrap(), store.queue_counts().await.unwrap());
    let held = store.due_holds(Timestamp::from_ms(i64::MAX), 10_000).await.unwrap();
    // What waits for a digest, and the digest, may stay: it comes once a week.
    let put_by = held.iter().filter(|held| held.offer.as_ref().is_none_or(|offer| offer.put_by)).count() as u64;
    store.close().await;
    let mut left = Vec::new();
    if arrivals.open > 0 {
        left.push(format!("{} events undecided", arrivals.open));
    }
    if arrivals.parked != parked {
        left.push(format!("{} events unread, {parked} were expected", arrivals.parked));
    }
    for (state, count) in queue.by_state {
        let count = if state == DeliveryState::Held { count - put_by } else { count };
        if count > 0 && !matches!(state, DeliveryState::Sent | DeliveryState::Cancelled | DeliveryState::Expired) {
            left.push(format!("{count} deliveries {}", state.as_str()));
        }
    }
    left
}
