//! From an input to what is committed about it: the same for the live bot, the playground and a replay.
//!
//! Invariants
//! - A handler sees one memory and one instant from start to end; what it asks is answered, and it is run again.
//! - What is remembered is what was committed: a run that failed leaves the memory as it was.
//! - A handler that panics costs its input alone.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicUsize},
    task::Poll,
    time::Duration,
};

use chat::{Event, Identity, PlatformKind, Platforms, Signal, Timestamp};
use thiserror::Error;

use super::{
    Channels, answers,
    background::Background,
    batch::Seen,
    direct::Direct,
    profiles::{Asking, Profiles, at_once},
    tuning::Tuning,
    waiting::Waiting,
};
use crate::{
    alerts::Sources,
    clock::{Clock, Ids},
    engine::Engine,
    handlers::{
        self, Asked, Changes, ChannelDefaults, Cx, Input, Interrupted, Memory, Observer,
        asks::{Answer, Question},
        context::Surroundings,
    },
    store::{ChannelScores, Origin, Store, StoreError},
};

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
    pub(super) scores: Arc<Mutex<Vec<ChannelScores>>>,
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

    /// Decides again about the holds whose hour has come; how many there were.
    pub async fn wake_due(&self) -> Result<usize, DispatchError> {
        Background(self).wake_due().await
    }

    /// True while the worker of this process takes events directly.
    pub fn is_at_work(&self) -> bool {
        self.direct.is_open()
    }

    /// The latest events that were handled.
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
                Ok(Err(failed @ (Interrupted::Play(_) | Interrupted::Unanswered))) => {
                    return Err(DispatchError::Handler(failed.to_string()));
                }
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
