//! The world of the protocol: what happens is drawn from a seed.

use std::{
    collections::HashMap,
    future::{pending, ready},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chat::{
    Card, Event, Form, Identity, Key, MessageId, Pending, Place, Platform, PlatformKind, Platforms, Profile, Refusal,
    Sent, ShownTo, Timestamp, Unreadable,
};
use kairos::{
    clock::Clock,
    outbox::{Outbox, Terms},
    store::{Action, Delivery, DeliveryState, Outcome, Store},
};
use tokio::sync::Notify;

use crate::store::samples::{at, delivery, place};

/// Cards in a world.
const CARDS: usize = 12;
/// Conversations that they go to.
const CHANNELS: usize = 3;
/// How long the platform may take to do what it was asked, whoever still waits for it: as long as one of our calls.
const TAKES: Duration = Duration::from_secs(20);
/// How far somebody sets the clock back.
const JUMP: Duration = Duration::from_hours(1);
/// Rounds until everything must have come to its end.
const ROUNDS: usize = 400;

/// How the outbox behaves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variant {
    pub(super) terms: Terms,
    /// Repeats what got no answer without looking.
    pub(super) blind: bool,
    /// The platform can't be asked what arrived.
    pub(super) unsearchable: bool,
    /// The clock is set back by an hour, now and then; once all is calm somebody puts it right.
    pub(super) jumps: bool,
}

/// What a checker found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) lost: usize,
    pub(super) doubled: usize,
    pub(super) early: usize,
    /// Set aside, since nobody can tell whether they arrived.
    pub(super) unknown: usize,
    pub(super) faults: usize,
    pub(super) deaths: usize,
    pub(super) jumps: usize,
}

impl Found {
    pub(super) fn add(&mut self, other: &Self) {
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.early += other.early;
        self.unknown += other.unknown;
        self.faults += other.faults;
        self.deaths += other.deaths;
        self.jumps += other.jumps;
    }
}

pub(super) struct World {
    store: Store,
    clock: Clock,
    peer: Arc<Peer>,
}

/// The platform, and the two outboxes that call it.
struct Peer {
    clock: Clock,
    inner: Mutex<Inner>,
    outboxes: Mutex<Vec<Outbox>>,
    /// One of them acts within a call of the other: not within that again.
    meanwhile: AtomicBool,
    died: Notify,
}

struct Inner {
    lots: u64,
    /// How often each card is to be seen.
    seen: HashMap<Key, usize>,
    /// What the platform does later than anybody waits for.
    later: Vec<(Timestamp, Key)>,
    found: Found,
    is_calm: bool,
}

/// What becomes of a call.
enum Lot {
    Fine,
    TooFast,
    Nothing,
    AnswerLost,
    DoneLater,
    Dies,
}

impl Inner {
    fn below(&mut self, limit: u64) -> u64 {
        self.lots = self.lots.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.lots >> 33) % limit
    }

    fn lot(&mut self) -> Lot {
        let lot = if self.is_calm { 0 } else { self.below(12) };
        self.found.faults += usize::from(lot > 4);
        match lot {
            5 | 6 => Lot::TooFast,
            7 => Lot::Nothing,
            8 | 9 => Lot::AnswerLost,
            10 => Lot::DoneLater,
            11 => Lot::Dies,
            _ => Lot::Fine,
        }
    }

    fn show(&mut self, key: &Key) {
        *self.seen.entry(key.clone()).or_default() += 1;
    }

    /// What is done by now.
    fn catch_up(&mut self, now: Timestamp) {
        for (_, key) in self.later.extract_if(.., |(at, _)| *at <= now).collect::<Vec<_>>() {
            self.show(&key);
        }
    }
}

impl World {
    pub(super) async fn new(seed: u64, variant: Variant) -> Self {
        let store = Store::open("sqlite::memory:").await.unwrap();
        let clock = Clock::manual(at(0));
        let inner = Inner {
            lots: seed.wrapping_mul(7_919).wrapping_add(17),
            seen: HashMap::new(),
            later: Vec::new(),
            found: Found::default(),
            is_calm: false,
        };
        let peer = Arc::new(Peer {
            clock: clock.clone(),
            inner: Mutex::new(inner),
            outboxes: Mutex::default(),
            meanwhile: AtomicBool::new(false),
            died: Notify::new(),
        });
        for me in 0..2 {
            let platform = Caller { peer: Arc::clone(&peer), me, variant };
            let platforms = Platforms::new(vec![Arc::new(platform) as Arc<dyn Platform>]);
            let outbox = Outbox::new(store.clone(), platforms, clock.clone()).with_terms(variant.terms);
            lock(&peer.outboxes).push(outbox);
        }
        let deliveries = (0..CARDS).map(card).collect();
        store.conclude(&Outcome { deliveries, ..Outcome::default() }).await.unwrap();
        Self { store, clock, peer }
    }

    /// Lives until everything has come to its end; what a checker finds then.
    pub(super) async fn live(self) -> Found {
        for round in 0..ROUNDS {
            let (one, pause) = {
                let mut inner = lock(&self.peer.inner);
                if round > ROUNDS / 4 && !inner.is_calm {
                    inner.is_calm = true;
                    self.clock.wind(JUMP * u32::try_from(inner.found.jumps).unwrap());
                }
                let pause = inner.below(9_000);
                (usize::try_from(inner.below(2)).unwrap(), Duration::from_millis(pause))
            };
            let outbox = lock(&self.peer.outboxes)[one].clone();
            tokio::select! {
                biased;
                () = self.peer.died.notified() => {}
                done = outbox.step() => drop(done.unwrap()),
            }
            self.clock.wind(pause);
            if round > ROUNDS / 4 && self.is_over().await {
                break;
            }
        }
        let unknown = self.unknown().await;
        self.store.close().await;
        self.clock.wind(TAKES);
        let mut inner = lock(&self.peer.inner);
        inner.catch_up(self.clock.now());
        let lost = (0..CARDS).filter(|card_of| !inner.seen.contains_key(&card(*card_of).key.to_key())).count();
        let doubled = inner.seen.values().filter(|count| **count > 1).count();
        Found { lost, doubled, unknown, ..std::mem::take(&mut inner.found) }
    }

    async fn unknown(&self) -> usize {
        let mut unknown = 0;
        for number in 0..CARDS {
            let kept = self.store.delivery(&card(number).id).await.unwrap();
            let reason = kept.and_then(|kept| kept.last_error).unwrap_or_default();
            unknown += usize::from(reason.starts_with("unknown: it may have arrived"));
        }
        unknown
    }

    async fn is_over(&self) -> bool {
        let counts = self.store.queue_counts().await.unwrap();
        counts.by_state.iter().all(|(state, _)| matches!(state, DeliveryState::Sent | DeliveryState::Dead))
    }
}

/// The card of a number: some are due later.
fn card(number: usize) -> Delivery {
    let due = i64::try_from(number % 4).unwrap() * 20;
    let mut card = delivery(&format!("d{number:02}"), due);
    card.expires_at = at(1_000_000);
    let to = place(&format!("c{}", number % CHANNELS));
    card.action = Action::Post { place: to, shown_to: ShownTo::Everyone };
    card
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Peer {
    fn wind_to(&self, at: Timestamp) {
        self.clock.wind(at.since(self.clock.now()));
    }
}

/// The platform as one of the outboxes calls it.
struct Caller {
    peer: Arc<Peer>,
    me: usize,
    variant: Variant,
}

impl Caller {
    async fn call(&self, place: &Place, key: &Key) -> Result<Sent, Refusal> {
        let peer = &self.peer;
        let began = peer.clock.now();
        let (lot, done, jumps) = {
            let mut inner = lock(&peer.inner);
            inner.catch_up(began);
            let number: usize = key.0.split("event of d").nth(1).and_then(|rest| rest.get(..2)?.parse().ok()).unwrap();
            inner.found.early += usize::from(began < card(number).due_at);
            let takes = if inner.is_calm { 0 } else { inner.below(3) * inner.below(10_000) };
            let (lot, done) = (inner.lot(), began + Duration::from_millis(takes).min(TAKES));
            match lot {
                Lot::Fine | Lot::AnswerLost => inner.later.push((done, key.clone())),
                Lot::Dies if inner.below(2) == 0 => inner.later.push((done, key.clone())),
                Lot::DoneLater => inner.later.push((began + TAKES, key.clone())),
                Lot::TooFast | Lot::Nothing | Lot::Dies => {}
            }
            let jumps = self.variant.jumps && !inner.is_calm && inner.below(12) == 0;
            inner.found.jumps += usize::from(jumps);
            (lot, done, jumps)
        };
        // Time passes while the platform is called, and the other outbox goes about its work.
        peer.wind_to(began + done.since(began) / 2);
        if !peer.meanwhile.swap(true, Ordering::Relaxed) {
            let other = lock(&peer.outboxes)[1 - self.me].clone();
            // What it has to say about the store is no matter of this call.
            for _ in 0..2 {
                let _ = other.step().await;
            }
            peer.meanwhile.store(false, Ordering::Relaxed);
        }
        if jumps {
            // The rest of the call takes as long as it takes.
            peer.clock.set_back(JUMP);
            peer.clock.wind(done.since(began) / 2);
        } else {
            peer.wind_to(done);
        }
        let (sent, gone) = (Sent { place: place.clone(), message: MessageId::new(&key.0) }, "no answer".to_owned());
        match lot {
            Lot::Fine => return Ok(sent),
            Lot::TooFast => {
                let retry_after = Some(Duration::from_secs(1));
                return Err(Refusal::Transient { reason: "too fast".to_owned(), retry_after });
            }
            Lot::Nothing | Lot::AnswerLost | Lot::DoneLater | Lot::Dies => {}
        }
        // Whoever acts within another's call can't die by itself: its step is part of the other's.
        if matches!(lot, Lot::Dies) && !peer.meanwhile.load(Ordering::Relaxed) {
            lock(&peer.inner).found.deaths += 1;
            peer.died.notify_one();
            return pending().await;
        }
        Err(if self.variant.blind {
            Refusal::Transient { reason: gone, retry_after: None }
        } else {
            Refusal::Unknown(gone)
        })
    }
}

impl Platform for Caller {
    fn kind(&self) -> PlatformKind {
        PlatformKind::Slack
    }

    fn translate(&self, _raw: &str) -> Result<Vec<Event>, Unreadable> {
        Ok(Vec::new())
    }

    fn send<'a>(&'a self, place: &'a Place, _to: &'a ShownTo, _card: &'a Card, key: &'a Key) -> Pending<'a, Sent> {
        Box::pin(self.call(place, key))
    }

    fn edit<'a>(&'a self, _sent: &'a Sent, _card: &'a Card) -> Pending<'a, ()> {
        Box::pin(ready(Ok(())))
    }

    fn open_private<'a>(&'a self, who: &'a Identity) -> Pending<'a, Place> {
        Box::pin(ready(Ok(place(who.user.as_str()))))
    }

    fn ask<'a>(&'a self, _event: &'a Event, _form: &'a Form) -> Pending<'a, ()> {
        Box::pin(ready(Ok(())))
    }

    fn describe<'a>(&'a self, _who: &'a Identity) -> Pending<'a, Option<Profile>> {
        Box::pin(ready(Ok(None)))
    }

    fn history<'a>(&'a self, _place: &'a Place, _since: Timestamp) -> Pending<'a, Option<Vec<Event>>> {
        Box::pin(ready(Ok(None)))
    }

    fn find<'a>(&'a self, place: &'a Place, key: &'a Key) -> Pending<'a, Option<Sent>> {
        if self.variant.unsearchable {
            return Box::pin(ready(Err(Refusal::Definite("nothing can be looked up here".to_owned()))));
        }
        let mut inner = lock(&self.peer.inner);
        inner.catch_up(self.peer.clock.now());
        let found =
            inner.seen.contains_key(key).then(|| Sent { place: place.clone(), message: MessageId::new(&key.0) });
        Box::pin(ready(Ok(found)))
    }
}
