//! Asking platforms who people are, beside the line: what is to be said to one person never waits for what a platform
//! has still to tell of another.
//!
//! Invariants
//! - About one person a platform is asked once at a time; how many at once is the adapter's to pace.
//! - What a platform tells at once counts at once; what takes its time is kept when it comes.
//! - Whoever can't be described now is decided about without that, and asked about again after a while.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::Duration,
};

use chat::{Event, Identity, PersonId, Profile, Refusal, Timestamp, What};
use tokio::sync::Notify;
use tracing::warn;

use super::{Line, LineError};
use crate::store::{Outcome, Person, PersonChange};

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
/// How often a page is put off that would not know whose it is, first for half a second, then twice as long each time.
const PUT_OFFS: u32 = 4;

/// Who is being asked about, and who is sought.
#[derive(Debug, Default)]
pub(super) struct Describing {
    asked: Mutex<HashMap<Identity, Asked>>,
    /// Rung whenever somebody has been described, or not.
    ended: Notify,
    /// Addresses that are being looked for: one for each that holds it, and one.
    seeking: Arc<()>,
    /// Rung when somebody was sought, so that the worker looks what waits for them.
    news: Arc<Notify>,
}

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

/// What became of asking who somebody is.
pub(super) enum Told {
    /// This.
    Now(Profile),
    /// It is on its way.
    Later,
    /// Nobody can say just now.
    Nothing,
}

impl Describing {
    fn asked(&self) -> MutexGuard<'_, HashMap<Identity, Asked>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins; `Some` where that is not needed, or not possible.
    fn begin(&self, who: &Identity, now: Timestamp) -> Option<Told> {
        let mut asked = self.asked();
        asked.retain(|_, state| !matches!(state, Asked::InVain(at) if now.since(*at) >= IN_VAIN));
        match asked.get(who) {
            Some(Asked::UnderWay) => return Some(Told::Later),
            Some(Asked::InVain(_)) => return Some(Told::Nothing),
            None => {}
        }
        if asked.len() >= MOST {
            asked.retain(|_, state| *state == Asked::UnderWay);
            if asked.len() >= MOST {
                return Some(Told::Later);
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

    fn is_under_way(&self, who: &Identity) -> bool {
        self.asked().get(who) == Some(&Asked::UnderWay)
    }

    /// How many addresses are being looked for.
    pub(super) fn sought(&self) -> u32 {
        u32::try_from(Arc::strong_count(&self.seeking) - 1).unwrap_or(u32::MAX)
    }

    /// An address is looked for, as long as the answer is held.
    pub(super) fn seek(&self) -> Seeking {
        Seeking { _one: Arc::clone(&self.seeking), news: Arc::clone(&self.news) }
    }

    /// Until somebody was found, or was not.
    pub(super) async fn news(&self) {
        self.news.notified().await;
    }

    /// How long it will take until everybody who is asked about is known, as far as one can guess.
    pub(super) fn will_take(&self) -> Duration {
        let waiting = self.asked().values().filter(|state| **state == Asked::UnderWay).count();
        let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
        EACH.saturating_mul(waiting).clamp(Duration::from_secs(1), LONGEST_WAIT)
    }
}

impl Line {
    /// Asks who somebody is: at once where the platform knows it at once, else beside everything else.
    pub(super) async fn ask_who_is(&self, who: &Identity, person: &PersonId) -> Told {
        if self.parts.platforms.get(who.platform).is_none() {
            return Told::Nothing;
        }
        if let Some(told) = self.describing.begin(who, self.now()) {
            return told;
        }
        let (line, identity) = (self.clone(), who.clone());
        let mut asking: Asking<Option<Profile>> = Box::pin(async move { line.described_by_platform(&identity).await });
        if let Poll::Ready(profile) = at_once(&mut asking).await {
            self.describing.end(who, profile.is_none().then(|| self.now()));
            return profile.map_or(Told::Nothing, Told::Now);
        }
        let (line, who, person) = (self.clone(), who.clone(), person.clone());
        tokio::spawn(async move {
            let profile = asking.await;
            let now = line.now();
            let in_vain = profile.is_none().then_some(now);
            if let Some(profile) = profile {
                let people = vec![(person, PersonChange::Described(profile, now))];
                if let Err(error) = line.parts.store.conclude(&Outcome { people, ..Outcome::default() }).await {
                    warn!(%error, "what a platform told of somebody could not be kept");
                }
            }
            line.describing.end(&who, in_vain);
        });
        Told::Later
    }

    async fn described_by_platform(&self, who: &Identity) -> Option<Profile> {
        let platform = self.parts.platforms.get(who.platform)?;
        for _ in 0..TRIES {
            match platform.describe(who).await {
                Ok(profile) => return profile,
                Err(Refusal::Transient { retry_after: Some(wait), .. }) => {
                    self.parts.clock.sleep_until(self.now() + wait.min(LONGEST_WAIT)).await;
                }
                // Not knowing the time zone today is no reason to stay silent; it is asked again with another event.
                Err(_) => return None,
            }
        }
        None
    }

    /// Waits a little for somebody who is being asked about; what is then known of them.
    pub(super) async fn known_by_now(&self, who: &Identity) -> Result<Person, LineError> {
        let waits = async {
            loop {
                let ended = self.describing.ended.notified();
                if !self.describing.is_under_way(who) {
                    return;
                }
                ended.await;
            }
        };
        // Who takes longer is decided about without.
        let _ = tokio::time::timeout(PATIENCE, waits).await;
        self.known(who).await
    }

    /// How long a page is put off, since nobody knows yet whose it is.
    pub(super) async fn puts_off(&self, events: &[Event], attempts: u32) -> Result<Option<Duration>, LineError> {
        if attempts > PUT_OFFS {
            return Ok(None);
        }
        for event in events.iter().filter(|event| shows_a_page(event)) {
            let person = self.known(&event.by).await?;
            if person.described_at.is_none() && matches!(self.ask_who_is(&event.by, &person.id).await, Told::Later) {
                return Ok(Some(Duration::from_millis(500) * (1 << attempts.saturating_sub(1))));
            }
        }
        Ok(None)
    }
}

/// What is shown then tells somebody their time zone and what they do.
fn shows_a_page(event: &Event) -> bool {
    match &event.what {
        What::HomeOpened => true,
        What::Command { text } => matches!(text.trim().to_lowercase().as_str(), "me" | "settings"),
        _ => false,
    }
}
