//! From an input to what is committed about it: the same for the live bot, the playground and a replay.
//!
//! Invariants
//! - A handler sees one memory and one instant from start to end; what it asks is answered, and it is run again.
//! - What is remembered is what was committed: a run that failed leaves the memory as it was.
//! - A handler that panics costs its input alone.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use chat::{Event, Identity, PlatformKind, Platforms, Signal, Timestamp};
use thiserror::Error;
use tracing::warn;

use super::{
    Channels, answers,
    batch::Seen,
    direct::Direct,
    profiles::{Asking, Profiles, at_once},
    tuning::Tuning,
    waiting::Waiting,
};
use crate::{
    alerts::Sources,
    clock::{Clock, Ids},
    crash::may_crash_at,
    engine::Engine,
    handlers::{
        self, Asked, Changes, ChannelDefaults, Cx, Input, Interrupted, Memory, Observer,
        asks::{Answer, Question},
        changes::OpenForm,
        context::Surroundings,
    },
    store::{ChannelScores, Concluded, Origin, Outcome, Store, StoreError},
};

/// How long a platform may take to open a form.
const FORM: Duration = Duration::from_secs(5);
/// How long an input that nobody waits for waits for platforms.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often an input is handled again with an answer: more than any handler has questions.
const ROUNDS: usize = 10_000;

/// Why an input could not be handled now.
#[derive(Debug, Error)]
pub enum DispatchError {
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A handler has failed; the message holds no text of people.
    #[error("{0}")]
    Handler(String),
}

/// What inputs are handled with.
#[derive(Clone)]
pub struct Services {
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
    /// How long what arrived is held by whoever handles it; a worker that died gives it back then.
    pub lease: Duration,
}

/// Handles inputs. Clones are the same.
#[derive(Clone)]
pub struct Dispatcher {
    pub(super) services: Services,
    /// Platforms that are connected, each with whether it has a page for every person.
    connected: Arc<[(PlatformKind, bool)]>,
    defaults: ChannelDefaults,
    /// Held during a step, so that a worker and somebody who winds the clock don't handle the same thing twice.
    pub(super) turn: Arc<tokio::sync::Mutex<()>>,
    memory: Arc<Mutex<Memory>>,
    /// What channels' messages scored, to be written with the next commit.
    scores: Arc<Mutex<Vec<ChannelScores>>>,
    pub(super) profiles: Profiles,
    pub(super) tuning: Tuning,
    pub(super) waiting: Arc<Waiting>,
    /// Events of this process that are handled before anything is written.
    pub(super) direct: Direct,
    seen: Arc<Mutex<Seen>>,
    /// How much was written beside the line since the outbox was last told.
    pub(super) written: Arc<AtomicUsize>,
}

impl fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatcher").field("platforms", &self.services.platforms).finish_non_exhaustive()
    }
}

/// What became of handling an input.
pub(super) enum Ran {
    /// This comes of it.
    Done(Box<Changes>),
    /// Platforms have still to answer.
    Waits(Vec<(Question, Asking<Answer>)>),
}

impl Dispatcher {
    /// A dispatcher with these services.
    pub fn new(services: Services) -> Self {
        let connected = services.platforms.all().map(|platform| (platform.kind(), platform.has_home())).collect();
        let Services { store, engine, platforms, clock, .. } = services.clone();
        Self {
            connected,
            defaults: services.channels.defaults().clone(),
            turn: Arc::default(),
            memory: Arc::default(),
            scores: Arc::default(),
            profiles: Profiles::new(store.clone(), platforms, clock),
            tuning: Tuning::new(store, engine),
            waiting: Arc::default(),
            direct: Direct::default(),
            seen: Arc::default(),
            written: Arc::default(),
            services,
        }
    }

    /// Handles an event that needs no acknowledgement, and commits what it changes.
    pub async fn take(&self, event: &Event) -> Result<(), DispatchError> {
        self.see_through(&Input::Event(event)).await
    }

    /// The same for what another system told.
    pub async fn take_signal(
        &self,
        signal: &Signal,
        origin: &Origin,
        received_at: Timestamp,
    ) -> Result<(), DispatchError> {
        self.see_through(&Input::Signal(signal, origin, received_at)).await
    }

    /// Begins to learn what was taken in before.
    pub async fn learn_soon(&self) {
        self.tuning.learn_soon().await;
    }

    /// Waits until the engine has learnt what it is learning.
    pub async fn has_learnt(&self) {
        self.tuning.has_learnt().await;
    }

    /// True while the worker of this process takes events directly.
    pub fn is_at_work(&self) -> bool {
        self.direct.is_open()
    }

    /// The latest events of which nothing came.
    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn direct(&self) -> &Direct {
        &self.direct
    }

    pub(super) fn now(&self) -> Timestamp {
        self.services.clock.now()
    }

    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Handles an input and commits what comes of it, platforms awaited.
    pub(super) async fn see_through(&self, input: &Input<'_>) -> Result<(), DispatchError> {
        let mut asked = Asked::default();
        let changes = self.await_all(&mut asked, |cx| handlers::handle(cx, input)).await?;
        self.commit_with_signals(changes).await
    }

    /// Runs a handler until it has all answers; platforms are waited for, a while.
    pub(super) async fn await_all<T>(
        &self,
        asked: &mut Asked,
        mut handler: impl FnMut(&Cx<'_>) -> Result<T, Interrupted>,
    ) -> Result<T, DispatchError> {
        loop {
            match self.run(asked, &mut handler).await? {
                Ok(done) => return Ok(done),
                Err(open) => {
                    for (question, asking) in open {
                        let answer = tokio::time::timeout(PATIENCE, asking).await;
                        let answer = answer.unwrap_or_else(|_| nobody_knows(&question));
                        asked.was_told(question, answer);
                    }
                    asked.forget_found();
                }
            }
        }
    }

    /// Handles an input until it is done, or waits for platforms.
    pub(super) async fn handle(&self, input: &Input<'_>, asked: &mut Asked) -> Result<Ran, DispatchError> {
        Ok(match self.run(asked, &mut |cx: &Cx<'_>| handlers::handle(cx, input)).await? {
            Ok(changes) => Ran::Done(Box::new(changes)),
            Err(open) => Ran::Waits(open),
        })
    }

    /// Runs a handler again and again, each time with one more answer. `Err` within: what platforms have still to answer.
    #[expect(clippy::type_complexity, reason = "two ways to end, each named above")]
    async fn run<T>(
        &self,
        asked: &mut Asked,
        handler: &mut impl FnMut(&Cx<'_>) -> Result<T, Interrupted>,
    ) -> Result<Result<T, Vec<(Question, Asking<Answer>)>>, DispatchError> {
        let (seed, now) = (self.services.ids.new_id(), self.now());
        for _ in 0..ROUNDS {
            let ended = {
                let memory = self.memory();
                let cx = Cx::new(self.surroundings(), &memory, asked, (&seed, now));
                catch_unwind(AssertUnwindSafe(|| handler(&cx)))
            };
            match ended {
                Ok(Ok(done)) => return Ok(Ok(done)),
                Ok(Err(Interrupted::Asks)) => {}
                Ok(Err(failed @ Interrupted::Play(_))) => return Err(DispatchError::Handler(failed.to_string())),
                Err(_) => {
                    let told = "a defect of Kairos: deciding about it panicked";
                    return Err(DispatchError::Handler(told.to_owned()));
                }
            }
            let open = self.answer(asked, now).await?;
            if !open.is_empty() {
                return Ok(Err(open));
            }
        }
        Err(DispatchError::Handler("a defect of Kairos: a handler asks without end".to_owned()))
    }

    fn surroundings(&self) -> Surroundings<'_> {
        let Services { engine, managers, alerts, .. } = &self.services;
        Surroundings { engine, managers, alerts, defaults: &self.defaults, connected: &self.connected }
    }

    /// Answers what was asked: the store at once, platforms as far as they answer at once; the others are given back.
    async fn answer(
        &self,
        asked: &mut Asked,
        now: Timestamp,
    ) -> Result<Vec<(Question, Asking<Answer>)>, DispatchError> {
        let (query, questions) = asked.take_open();
        if let Some(query) = query {
            let found = answers::of_store(&self.services, &self.tuning, &query, now).await?;
            asked.was_found(query, found);
            // What a run wants to know of platforms it wants to know again in the next.
            return Ok(Vec::new());
        }
        let mut open = Vec::new();
        for question in questions {
            let (services, profiles, what) = (self.services.clone(), self.profiles.clone(), question.clone());
            let mut asking: Asking<Answer> =
                Box::pin(async move { answers::of_platform(&services, &profiles, what).await });
            match at_once(&mut asking).await {
                Poll::Ready(answer) => asked.was_told(question, answer),
                Poll::Pending => open.push((question, asking)),
            }
        }
        Ok(open)
    }

    /// Commits changes, and before them what stood in the message as numbers and alerts.
    pub(super) async fn commit_with_signals(&self, mut changes: Changes) -> Result<(), DispatchError> {
        self.before_commit(&mut changes).await?;
        self.commit(changes).await
    }

    /// Sees to what comes before changes are written: numbers and alerts that stood in the message, and forms, which are
    /// opened at once.
    pub(super) async fn before_commit(&self, changes: &mut Changes) -> Result<(), DispatchError> {
        for (signal, origin) in std::mem::take(&mut changes.signals) {
            let input = Input::Signal(&signal, &origin, self.now());
            let told = self.await_all(&mut Asked::default(), |cx| handlers::handle(cx, &input)).await?;
            self.commit(told).await?;
        }
        for form in std::mem::take(&mut changes.forms) {
            self.open_form(form).await?;
        }
        Ok(())
    }

    /// Writes changes, then remembers them.
    pub(super) async fn commit(&self, mut changes: Changes) -> Result<(), DispatchError> {
        may_crash_at("inbox::decided");
        let stored = &mut changes.stored;
        if !stored.is_bare() {
            stored.scores.append(&mut self.scores());
        }
        if *stored != Outcome::default() && self.services.store.conclude(stored).await? == Concluded::Stale {
            // Another worker has this event; what it decides is what counts.
            return Ok(());
        }
        may_crash_at("inbox::concluded");
        self.after_commit(&changes).await;
        Ok(())
    }

    /// What was written is known from now on.
    pub(super) async fn after_commit(&self, changes: &Changes) {
        let stored = &changes.stored;
        if !stored.steps.is_empty() || !stored.pauses.is_empty() {
            self.tuning.has_changed().await;
        }
        if !stored.channels.is_empty() {
            if let Err(error) = self.services.channels.begin_to_hear(&stored.channels).await {
                warn!(%error, "from when a channel is heard could not be kept");
            }
            self.services.channels.switched();
        }
        self.remember(changes);
    }

    /// Finishes together the inbound events of which nothing came: most of what people write is such, and each commit waits
    /// for the disk.
    pub(super) async fn commit_noops(&self, changes: Vec<Changes>) -> Result<(), DispatchError> {
        if changes.is_empty() {
            return Ok(());
        }
        may_crash_at("inbox::decided");
        let arrivals: Vec<_> = changes.iter().filter_map(|changes| changes.stored.arrival.clone()).collect();
        let finished = self.services.store.finish_arrivals(&arrivals).await?;
        may_crash_at("inbox::concluded");
        for changes in &changes {
            if changes.stored.arrival.as_ref().is_some_and(|(id, _)| finished.contains(id)) {
                self.tell_observer(changes);
            }
        }
        Ok(())
    }

    /// Writes down what channels' messages scored, where that is due.
    pub(super) async fn keep_scores(&self) -> Result<(), DispatchError> {
        let scores = std::mem::take(&mut *self.scores());
        if !scores.is_empty() {
            self.services.store.conclude(&Outcome { scores, ..Outcome::default() }).await?;
        }
        Ok(())
    }

    fn scores(&self) -> MutexGuard<'_, Vec<ChannelScores>> {
        self.scores.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what a handler wants remembered, and tells those who look on.
    pub(super) fn remember(&self, changes: &Changes) {
        self.note(changes);
        self.tell_observer(changes);
    }

    /// Takes in what a handler wants remembered.
    pub(super) fn note(&self, changes: &Changes) {
        let due = self.memory().apply(&changes.remembered, self.services.engine.learnt(), self.now());
        self.scores().extend(due);
    }

    fn tell_observer(&self, changes: &Changes) {
        for observed in &changes.observed {
            self.services.observer.decided(observed);
        }
    }

    /// Opens a form for whoever did an event; where it can't be opened any more, they are told.
    async fn open_form(&self, OpenForm { event, form, instead }: OpenForm) -> Result<(), DispatchError> {
        let platforms = self.services.platforms.clone();
        let mut asking: Asking<bool> = Box::pin(async move {
            let Some(platform) = platforms.get(event.place.platform) else { return false };
            matches!(tokio::time::timeout(FORM, platform.ask(&event, &form)).await, Ok(Ok(())))
        });
        let outcome = Outcome { deliveries: vec![instead], ..Outcome::default() };
        match at_once(&mut asking).await {
            Poll::Ready(true) => {}
            Poll::Ready(false) => drop(self.services.store.conclude(&outcome).await?),
            Poll::Pending => {
                let (store, profiles, written) =
                    (self.services.store.clone(), self.profiles.clone(), Arc::clone(&self.written));
                tokio::spawn(async move {
                    if asking.await {
                        return;
                    }
                    if let Err(error) = store.conclude(&outcome).await {
                        warn!(%error, "that a form could not be opened could not be told");
                    }
                    written.fetch_add(1, Ordering::AcqRel);
                    profiles.ring();
                });
            }
        }
        Ok(())
    }
}

/// The answer of a platform that does not answer.
fn nobody_knows(question: &Question) -> Answer {
    match question {
        Question::Opening(_) => Answer::Opening(None),
        Question::RunsWorkspace(_) | Question::MaySteer(..) | Question::Exists(_) => Answer::Is(None),
        Question::NameOf(_) => Answer::Name(None),
        Question::Join(_) => Answer::Joining(None),
        Question::Profile(..) => Answer::Profile(handlers::asks::Told::Nothing),
        Question::ProfileIsThere(_) => Answer::ProfileIsThere,
    }
}
