//! Events that are handled before anything is written: what comes of one is committed, and only then acknowledged; an event
//! of which nothing comes writes nothing at all.
//!
//! ```text
//! door ─▶ queue ─▶ worker: handled ─▶ nothing comes of it: acknowledged
//!   ▲                          └────▶ changes: committed with those of others, acknowledged
//!   └── kept first, as ever: where it has to wait, where the worker is behind, or is not ours
//! ```
//!
//! Invariants
//! - An event is handled here or kept, never both: whoever takes it first has it.
//! - Nobody waits longer than [`PATIENCE`] for the worker to begin.
//! - Bounded: beyond [`MOST`] events are kept at once.

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
    time::Duration,
};

use chat::{Event, EventId, Timestamp};
use tokio::sync::{Notify, oneshot};

use crate::{crash::is_set, store::Origin};

/// How long an event waits for the worker before it is kept.
const PATIENCE: Duration = Duration::from_millis(500);
/// Events that wait for the worker at most.
const MOST: usize = 4_096;

/// What became of an event that was offered to the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// It is handled, and what came of it is committed.
    New,
    /// It was known by its id.
    Repeated,
    /// It has to be kept first.
    Keep,
}

/// An event on its way to the worker.
pub(super) struct Offered {
    pub(super) id: EventId,
    pub(super) origin: Origin,
    pub(super) events: Vec<Event>,
    pub(super) received_at: Timestamp,
    claim: Arc<AtomicU8>,
    reply: oneshot::Sender<Reply>,
}

impl fmt::Debug for Offered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offered").field("id", &self.id).finish_non_exhaustive()
    }
}

const WAITS: u8 = 0;
const TAKEN: u8 = 1;
const WITHDRAWN: u8 = 2;

fn claim(state: &AtomicU8, by: u8) -> bool {
    state.compare_exchange(WAITS, by, Ordering::AcqRel, Ordering::Acquire).is_ok()
}

impl Offered {
    /// Takes the event; false where its door has withdrawn it, and keeps it.
    pub(super) fn take(&self) -> bool {
        claim(&self.claim, TAKEN)
    }

    /// Tells the door.
    pub(super) fn reply(self, reply: Reply) {
        // Whoever waited may have gone: their client went away, and will come again.
        let _ = self.reply.send(reply);
    }
}

/// The way from the doors of this process to its worker. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Direct(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    patience: Duration,
    queue: Mutex<VecDeque<Offered>>,
    /// True while the worker of this process is at work.
    is_open: AtomicBool,
    /// True where something was kept since the worker last looked.
    has_kept: AtomicBool,
}

impl Default for Direct {
    fn default() -> Self {
        Self::with_patience(PATIENCE)
    }
}

impl Direct {
    fn with_patience(patience: Duration) -> Self {
        let (is_open, has_kept) = (AtomicBool::new(false), AtomicBool::new(false));
        Self(Arc::new(Inner { patience, queue: Mutex::default(), is_open, has_kept }))
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<Offered>> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Offers an event to the worker, and waits for what becomes of it; `bell` wakes the worker.
    pub(super) async fn offer(
        &self,
        (id, origin, received_at): (EventId, Origin, Timestamp),
        events: Vec<Event>,
        bell: &Notify,
    ) -> Reply {
        if is_set("ingest::kept_first") {
            return Reply::Keep;
        }
        let (tell, mut told) = oneshot::channel();
        let state = Arc::new(AtomicU8::new(WAITS));
        {
            let mut queue = self.queue();
            // Asked under the lock: whoever closes takes out what is queued then.
            if queue.len() >= MOST || !self.0.is_open.load(Ordering::Acquire) {
                return Reply::Keep;
            }
            queue.push_back(Offered { id, origin, events, received_at, claim: Arc::clone(&state), reply: tell });
        }
        bell.notify_one();
        match tokio::time::timeout(self.0.patience, &mut told).await {
            Ok(reply) => reply.unwrap_or(Reply::Keep),
            Err(_) if claim(&state, WITHDRAWN) => Reply::Keep,
            // It is in hand.
            Err(_) => told.await.unwrap_or(Reply::Keep),
        }
    }

    /// The next events, the oldest first.
    pub(super) fn next(&self, most: usize) -> Vec<Offered> {
        let mut queue = self.queue();
        let most = queue.len().min(most);
        queue.drain(..most).collect()
    }

    /// The worker begins, or ends; what waits then is kept.
    pub(super) fn open(&self, is_open: bool) {
        let left = {
            let mut queue = self.queue();
            self.0.is_open.store(is_open, Ordering::Release);
            if is_open { VecDeque::new() } else { std::mem::take(&mut *queue) }
        };
        for offered in left {
            offered.reply(Reply::Keep);
        }
    }

    /// True while the worker is at work.
    pub(super) fn is_open(&self) -> bool {
        self.0.is_open.load(Ordering::Acquire)
    }

    /// Something was kept that the worker has to look for.
    pub(super) fn kept(&self) {
        self.0.has_kept.store(true, Ordering::Release);
    }

    /// Whether something was kept since this was last asked.
    pub(super) fn take_kept(&self) -> bool {
        self.0.has_kept.swap(false, Ordering::AcqRel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(id: &str) -> (EventId, Origin, Timestamp) {
        (EventId::new(id), Origin::Platform(chat::PlatformKind::Slack), Timestamp::from_ms(1))
    }

    #[tokio::test]
    async fn what_nobody_takes_is_kept() {
        let (direct, bell) = (Direct::default(), Notify::new());
        assert_eq!(direct.offer(known("e1"), Vec::new(), &bell).await, Reply::Keep, "nobody works");
        direct.open(true);
        let (reply, ()) = tokio::join!(direct.offer(known("e2"), Vec::new(), &bell), async { direct.open(false) });
        assert_eq!(reply, Reply::Keep, "the worker ends");
    }

    #[tokio::test]
    async fn what_waits_too_long_is_kept_and_not_handled() {
        let (direct, bell) = (Direct::with_patience(Duration::ZERO), Notify::new());
        direct.open(true);
        assert_eq!(direct.offer(known("e1"), Vec::new(), &bell).await, Reply::Keep);
        let late = direct.next(8).pop().unwrap();
        assert!(!late.take(), "its door keeps it");
    }

    #[tokio::test]
    async fn what_is_in_hand_is_waited_for_and_its_door_can_not_have_it_back() {
        let (direct, bell) = (Direct::with_patience(Duration::MAX), Notify::new());
        direct.open(true);
        let handling = async {
            bell.notified().await;
            let offered = direct.next(8).pop().unwrap();
            assert!(offered.take());
            assert!(!claim(&offered.claim, WITHDRAWN) && !offered.take(), "it has one owner");
            offered.reply(Reply::New);
        };
        let (reply, ()) = tokio::join!(direct.offer(known("e1"), Vec::new(), &bell), handling);
        assert_eq!(reply, Reply::New);
    }

    #[tokio::test]
    async fn no_more_than_so_many_wait() {
        let (direct, bell) = (Direct::default(), Notify::new());
        direct.open(true);
        for number in 0..MOST {
            let (tell, _told) = oneshot::channel();
            let (id, origin, received_at) = known(&number.to_string());
            let claim = Arc::default();
            direct.queue().push_back(Offered { id, origin, events: Vec::new(), received_at, claim, reply: tell });
        }
        assert_eq!(direct.offer(known("e"), Vec::new(), &bell).await, Reply::Keep);
    }
}
