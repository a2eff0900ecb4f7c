//! Profiles, fetched beside everything else: what is to be said to one person never waits for what a platform has still to
//! tell of another.
//!
//! Invariants
//! - About one person a platform is asked once at a time; how many at once is the adapter's to pace.
//! - What a platform tells at once counts at once; what takes its time is kept when it comes.
//! - Whoever can't be described now is decided about without that, and asked about again after a while.

use std::{
    collections::{HashMap, hash_map::Entry},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::Duration,
};

use chat::{Event, Identity, PersonId, PlatformKind, Platforms, Profile, Refusal, Timestamp, What, WorkspaceId};
use tokio::sync::Notify;
use tracing::warn;

use crate::{
    clock::Clock,
    handlers::asks::Told,
    store::{Outcome, PersonChange, Store},
};

/// People who are asked about at the same time; more are asked about with their next event.
const MOST: usize = 1_024;
/// How long somebody who could not be described is not asked about again.
const IN_VAIN: Duration = Duration::from_mins(1);
/// How often a platform is asked that says "not now".
const TRIES: u32 = 20;
/// The longest wait that a platform may ask for between two tries.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// How long a description takes where others come first, each.
const EACH: Duration = Duration::from_millis(600);
/// How long a decision waits that rests on who somebody is.
const PATIENCE: Duration = Duration::from_secs(5);

/// Who is being asked about, and who is sought.
#[derive(Debug, Default)]
struct Describing {
    asked: Mutex<HashMap<Identity, Asked>>,
    /// Rung whenever somebody has been described, or not.
    ended: Notify,
    /// Addresses that are being looked for: one for each that holds it, and one.
    seeking: Arc<()>,
    /// Rung when somebody was sought, so that the worker looks what waits for them.
    news: Arc<Notify>,
    /// Workspaces in which somebody is being described, with those who are to be described together thereafter.
    queues: Mutex<HashMap<(PlatformKind, WorkspaceId), Queue>>,
}

/// People who are to be described together.
type Queue = Vec<(Identity, PersonId)>;

/// Held while an address is looked for.
pub(super) struct Seeking {
    _one: Arc<()>,
    news: Arc<Notify>,
}

impl Drop for Seeking {
    fn drop(&mut self) {
        self.news.notify_one();
    }
}

/// Something that is asked, and may be answered at once.
pub(super) type Asking<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What is asked, where the answer is there at once.
pub(super) async fn at_once<T>(asking: &mut Asking<T>) -> Poll<T> {
    std::future::poll_fn(|context| Poll::Ready(asking.as_mut().poll(context))).await
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    UnderWay,
    InVain(Timestamp),
}

/// Why nobody has to be asked.
enum Begun {
    UnderWay,
    InVain,
}

/// Fetches profiles. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Profiles {
    store: Store,
    platforms: Platforms,
    clock: Clock,
    state: Arc<Describing>,
}

impl Describing {
    fn asked(&self) -> MutexGuard<'_, HashMap<Identity, Asked>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins; `Some` where that is not needed, or not possible.
    fn begin(&self, who: &Identity, now: Timestamp) -> Option<Begun> {
        let mut asked = self.asked();
        asked.retain(|_, state| !matches!(state, Asked::InVain(at) if now.since(*at) >= IN_VAIN));
        match asked.get(who) {
            Some(Asked::UnderWay) => return Some(Begun::UnderWay),
            Some(Asked::InVain(_)) => return Some(Begun::InVain),
            None => {}
        }
        if asked.len() >= MOST {
            asked.retain(|_, state| *state == Asked::UnderWay);
            if asked.len() >= MOST {
                return Some(Begun::UnderWay);
            }
        }
        asked.insert(who.clone(), Asked::UnderWay);
        None
    }

    fn end(&self, who: &Identity, in_vain: Option<Timestamp>) {
        match in_vain {
            Some(at) => drop(self.asked().insert(who.clone(), Asked::InVain(at))),
            None => drop(self.asked().remove(who)),
        }
        self.ended.notify_waiters();
    }

    /// Puts somebody to those who are described together once the call under way in their workspace has ended; false where
    /// none is, and this one is to be made.
    fn joins_others(&self, who: &Identity, person: &PersonId) -> bool {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        match queues.entry((who.platform, who.workspace.clone())) {
            Entry::Occupied(mut queue) => {
                queue.get_mut().push((who.clone(), person.clone()));
                true
            }
            Entry::Vacant(queue) => {
                queue.insert(Vec::new());
                false
            }
        }
    }

    /// The next who are described together, at most so many; where nobody is left, the workspace is idle.
    fn next_together(&self, workspace: &(PlatformKind, WorkspaceId), most: usize) -> Queue {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        match queues.get_mut(workspace) {
            Some(queue) if !queue.is_empty() => queue.drain(..queue.len().min(most)).collect(),
            _ => {
                queues.remove(workspace);
                Vec::new()
            }
        }
    }

    fn is_under_way(&self, who: &Identity) -> bool {
        self.asked().get(who) == Some(&Asked::UnderWay)
    }

    /// How long it will take until everybody who is asked about is known, as far as one can guess.
    fn will_take(&self) -> Duration {
        let waiting = self.asked().values().filter(|state| **state == Asked::UnderWay).count();
        let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
        EACH.saturating_mul(waiting).clamp(Duration::from_secs(1), LONGEST_WAIT)
    }
}

impl Profiles {
    pub(super) fn new(store: Store, platforms: Platforms, clock: Clock) -> Self {
        Self { store, platforms, clock, state: Arc::default() }
    }

    fn later(&self) -> Told {
        Told::Later(self.state.will_take())
    }

    /// How many addresses are being looked for.
    pub(super) fn sought(&self) -> u32 {
        u32::try_from(Arc::strong_count(&self.state.seeking) - 1).unwrap_or(u32::MAX)
    }

    /// An address is looked for, as long as the answer is held.
    pub(super) fn seek(&self) -> Seeking {
        Seeking { _one: Arc::clone(&self.state.seeking), news: Arc::clone(&self.state.news) }
    }

    /// Lets the worker look what has come.
    pub(super) fn ring(&self) {
        self.state.news.notify_one();
    }

    /// Until somebody was found, or was not.
    pub(super) async fn news(&self) {
        self.state.news.notified().await;
    }

    /// Asks who somebody is: at once where the platform knows it at once, else beside everything else.
    pub(super) async fn ask_who_is(&self, who: &Identity, person: &PersonId) -> Told {
        let Some(platform) = self.platforms.get(who.platform) else { return Told::Nothing };
        match self.state.begin(who, self.clock.now()) {
            Some(Begun::UnderWay) => return self.later(),
            Some(Begun::InVain) => return Told::Nothing,
            None => {}
        }
        let together = platform.describes_together();
        if together > 1 && self.state.joins_others(who, person) {
            return self.later();
        }
        let (profiles, identity) = (self.clone(), who.clone());
        let mut asking: Asking<Option<Profile>> =
            Box::pin(async move { profiles.described_by_platform(&identity).await });
        if let Poll::Ready(profile) = at_once(&mut asking).await {
            self.state.end(who, profile.is_none().then(|| self.clock.now()));
            // It took no time, so that nobody can have come meanwhile: the workspace is idle again.
            drop(self.state.next_together(&(who.platform, who.workspace.clone()), together));
            return profile.map_or(Told::Nothing, |profile| Told::Now(Box::new(profile)));
        }
        let (profiles, who, person) = (self.clone(), who.clone(), person.clone());
        tokio::spawn(async move {
            let profile = asking.await;
            profiles.keep_described(vec![((who.clone(), person), profile)]).await;
            if together > 1 {
                profiles.describe_the_others((who.platform, who.workspace), together).await;
            }
        });
        self.later()
    }

    /// Describes together those who came while somebody was being described, until nobody is left.
    async fn describe_the_others(&self, workspace: (PlatformKind, WorkspaceId), most: usize) {
        loop {
            let mut people = self.state.next_together(&workspace, most);
            if people.is_empty() {
                return;
            }
            let Some(platform) = self.platforms.get(workspace.0) else { return };
            for tried in 1.. {
                let identities: Vec<Identity> = people.iter().map(|(who, _)| who.clone()).collect();
                let described = platform.describe_many(&identities).await;
                let (mut again, mut wait, mut told) = (Vec::new(), Duration::ZERO, Vec::new());
                for (person, profile) in people.into_iter().zip(described) {
                    match profile {
                        Err(Refusal::Transient { retry_after: Some(asked), .. }) if tried < TRIES => {
                            wait = wait.max(asked.min(LONGEST_WAIT));
                            again.push(person);
                        }
                        profile => told.push((person, profile.ok().flatten())),
                    }
                }
                self.keep_described(told).await;
                people = again;
                if people.is_empty() {
                    break;
                }
                self.clock.sleep_until(self.clock.now() + wait).await;
            }
        }
    }

    /// Keeps what a platform told of people, in one commit.
    async fn keep_described(&self, told: Vec<((Identity, PersonId), Option<Profile>)>) {
        let now = self.clock.now();
        let people = told.iter().filter_map(|((_, person), profile)| {
            Some((person.clone(), PersonChange::Described(profile.clone()?, now)))
        });
        let people: Vec<_> = people.collect();
        if !people.is_empty()
            && let Err(error) = self.store.conclude(&Outcome { people, ..Outcome::default() }).await
        {
            warn!(%error, "what a platform told of people could not be kept");
        }
        for ((who, _), profile) in told {
            self.state.end(&who, profile.is_none().then_some(now));
        }
    }

    async fn described_by_platform(&self, who: &Identity) -> Option<Profile> {
        let platform = self.platforms.get(who.platform)?;
        for _ in 0..TRIES {
            match platform.describe(who).await {
                Ok(profile) => return profile,
                Err(Refusal::Transient { retry_after: Some(wait), .. }) => {
                    self.clock.sleep_until(self.clock.now() + wait.min(LONGEST_WAIT)).await;
                }
                // Not knowing the time zone today is no reason to stay silent; it is asked again with another event.
                Err(_) => return None,
            }
        }
        None
    }

    /// Until somebody has been described, or can't be, or it takes longer than a decision waits.
    pub(super) async fn until_described(&self, who: &Identity) {
        let waits = async {
            loop {
                let ended = self.state.ended.notified();
                if !self.state.is_under_way(who) {
                    return;
                }
                ended.await;
            }
        };
        // Who takes longer is decided about without.
        let _ = tokio::time::timeout(PATIENCE, waits).await;
    }
}

/// What is shown then tells somebody their time zone and what they do.
pub(super) fn shows_a_page(event: &Event) -> bool {
    match &event.what {
        What::HomeOpened => true,
        What::Command { text } => matches!(text.trim().to_lowercase().as_str(), "me" | "settings"),
        _ => false,
    }
}
