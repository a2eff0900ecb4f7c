//! What goes out: claimed under a lease, sent, and finished only by whoever still holds it.
//!
//! Invariants
//! - The lease is written before the platform is called, and no call can outlive it.
//! - A definite refusal goes back with a delay in its row; no answer is looked up, never blindly repeated.
//! - Nothing is sent before it is due or after it expired.
//! - What goes to one conversation goes in order; conversations don't wait for each other.
//! - A platform that asks for a pause in a conversation gets it: what comes behind is not tried before.

mod call;
mod terms;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chat::{Platforms, Refusal, Sent};
use futures_util::future::join_all;
use metrics::{counter, histogram};
use tokio::sync::{Notify, mpsc};
use tracing::{error, warn};

use crate::{
    clock::{Clock, Rounds, Stopwatch},
    crash::may_crash_at,
    store::{Action, Claimed, Delivery, Fate, Finished, Store, StoreError},
};
pub use call::Notice;
use call::{attempt, find};
pub use terms::Terms;
use terms::{Lease, backoff};

/// Deliveries that are claimed in one go, and no more: of what somebody held who died nobody knows whether it was sent, and
/// each has to be looked up.
const BATCH: u32 = 8;
/// The same of those to be looked up, which is slow: what waits for one who is busy is taken by another.
const LOOKS: u32 = 4;
/// How many batches are under way at once: a conversation that its platform holds up holds up no more than one.
const HANDS: usize = 4;
/// What a platform is given that asks for no time at all.
const LEAST_WAIT: Duration = Duration::from_millis(100);
/// When what could not be tried is tried: its platform was not there, or takes our token no more.
const LATER: Duration = Duration::from_mins(5);

/// Sends what is due.
#[derive(Clone, Debug)]
pub struct Outbox {
    store: Store,
    platforms: Platforms,
    clock: Clock,
    notice: Option<Notice>,
    terms: Terms,
}

impl Outbox {
    /// An outbox over `store`, with the usual terms.
    pub fn new(store: Store, platforms: Platforms, clock: Clock) -> Self {
        Self { store, platforms, clock, notice: None, terms: Terms::USUAL }
    }

    /// The same outbox, which tells people in the open when their private messages are closed.
    #[must_use]
    pub fn with_notice(self, notice: Notice) -> Self {
        Self { notice: Some(notice), ..self }
    }

    /// The same outbox with other terms.
    #[must_use]
    pub fn with_terms(self, terms: Terms) -> Self {
        Self { terms, ..self }
    }

    /// Works until `stop` ends; what is in hand is finished first. `bell` is rung when there may be something to send.
    pub async fn work(&self, bell: Arc<Notify>, stop: impl Future<Output = ()>) {
        let stopping = tokio::sync::watch::Sender::new(false);
        let hands = join_all((0..HANDS).map(|_| self.hand(&bell, stopping.subscribe())));
        tokio::join!(hands, async {
            stop.await;
            stopping.send_replace(true);
        });
    }

    /// One batch after the other, until `stop` says so.
    async fn hand(&self, bell: &Notify, mut stop: tokio::sync::watch::Receiver<bool>) {
        let mut rounds = Rounds::by(&self.clock);
        while !*stop.borrow() {
            let round = rounds.begin();
            match self.go(round.looks).await {
                Ok(0) => {}
                Ok(_) => {
                    // Where so much was due there may be more than one hand can carry.
                    bell.notify_one();
                    continue;
                }
                Err(error) => error!(%error, "the outbox waits: the store does not answer"),
            }
            let next_due = async { self.store.next_due(round.began).await.ok().flatten() };
            tokio::select! {
                _ = stop.changed() => return,
                () = bell.notified() => {}
                () = rounds.nap(round, next_due) => {}
            }
        }
    }

    /// Sends what is due and looks up what is unclear; how much that was.
    pub async fn step(&self) -> Result<usize, StoreError> {
        self.go(true).await
    }

    /// Sends what is due; where `looks`, ends what is overdue and looks up what is unclear as well.
    async fn go(&self, looks: bool) -> Result<usize, StoreError> {
        let now = self.clock.now();
        if looks {
            self.store.expire_overdue(now).await?;
        }
        let lease = Lease::from(now, self.terms.lease);
        let due = self.store.claim_due(now, self.terms.lease, BATCH).await?;
        may_crash_at("outbox::claimed");
        if !due.is_empty() {
            let (told, results) = mpsc::unbounded_channel();
            let lanes = join_all(lanes(&due).into_values().map(|lane| self.send_lane(lane, lease, told.clone())));
            drop(told);
            let (_, kept) = tokio::join!(lanes, self.keep(results));
            kept?;
        }
        if !looks {
            return Ok(due.len());
        }
        let now = self.clock.now();
        let lease = Lease::from(now, self.terms.lease);
        let unclear = self.store.claim_ambiguous(now, self.terms.lease, LOOKS).await?;
        for claimed in &unclear {
            if let Some(fate) = self.look_up(claimed, lease).await {
                self.store.finish(&claimed.item.id, claimed.fence, fate).await?;
            }
        }
        Ok(due.len() + unclear.len())
    }

    /// What goes to one conversation, one after the other. What becomes of each goes out to be kept.
    async fn send_lane(&self, lane: Vec<&Claimed<Delivery>>, lease: Lease, told: mpsc::UnboundedSender<Finished>) {
        let mut shut = None;
        for claimed in lane {
            let fate = match &shut {
                Some((until, reason)) => Fate::Held { not_before: *until, reason: String::clone(reason) },
                None => self.deliver(claimed, lease).await,
            };
            if let Fate::Waits { not_before, reason } = &fate {
                shut = Some((*not_before, reason.clone()));
            }
            // Whoever keeps it lives as long as this step; should it be gone, the lease settles it.
            may_crash_at("outbox::called");
            let _ = told.send((claimed.item.id.clone(), claimed.fence, fate));
        }
    }

    /// Writes down what became of deliveries, as many at once as have been told.
    async fn keep(&self, mut results: mpsc::UnboundedReceiver<Finished>) -> Result<(), StoreError> {
        let mut finished = Vec::new();
        let mut kept = Ok(());
        while results.recv_many(&mut finished, BATCH as usize).await > 0 {
            // One that can't be written is settled by its lease; the others may fare better.
            kept = self.store.finish_all(&finished).await.map(drop).and(kept);
            may_crash_at("outbox::finished");
            finished.clear();
        }
        kept
    }

    async fn deliver(&self, claimed: &Claimed<Delivery>, lease: Lease) -> Fate {
        let (delivery, now) = (&claimed.item, self.clock.now());
        let Some(platform) = self.platforms.get(delivery.action.platform()) else {
            return Fate::Released { due_at: now + LATER, reason: "its platform is not connected".to_owned() };
        };
        if now > delivery.expires_at {
            return Fate::Released { due_at: now, reason: "overdue".to_owned() };
        }
        // It was due when it was claimed; the clock was set back since.
        if now < delivery.due_at {
            return Fate::Released { due_at: delivery.due_at, reason: "not due yet".to_owned() };
        }
        // The deadline guard: whoever claims this next must find nobody still calling.
        if lease.left(&self.clock) < self.terms.guard {
            return Fate::Released { due_at: now, reason: "not reached in time".to_owned() };
        }
        let took = Stopwatch::start();
        let attempt = tokio::time::timeout(self.terms.call, attempt(platform, delivery, self.notice))
            .await
            .unwrap_or_else(|_| Err(Refusal::Unknown("timed out".to_owned())));
        count(&delivery.action, &attempt, took);
        self.fate(claimed, attempt)
    }

    /// What an attempt means.
    fn fate(&self, claimed: &Claimed<Delivery>, attempt: Result<Sent, Refusal>) -> Fate {
        let (id, now) = (&claimed.item.id, self.clock.now());
        match attempt {
            Ok(sent) => Fate::Sent { sent, at: now },
            Err(Refusal::Definite(reason) | Refusal::Closed(reason) | Refusal::Expired(reason)) => {
                warn!(delivery = %id, reason, "a delivery was refused for good");
                Fate::Dead { reason }
            }
            // A new token may come; until then no try of ours tells anything, and none counts.
            Err(Refusal::TokenRefused(reason)) => Fate::Released { due_at: now + LATER, reason },
            Err(Refusal::Transient { reason, .. }) if claimed.attempts >= self.terms.tries => {
                warn!(delivery = %id, reason, "a delivery was refused too often");
                Fate::Dead { reason }
            }
            // What it asked for is what it gets: whoever comes behind in the conversation waits as long.
            Err(Refusal::Transient { reason, retry_after: Some(wait) }) => {
                Fate::Waits { not_before: now + wait.max(LEAST_WAIT), reason }
            }
            Err(Refusal::Transient { reason, retry_after: None }) => {
                Fate::PutBack { due_at: now + backoff(id.as_str(), claimed.attempts), reason }
            }
            Err(Refusal::Unknown(reason)) => Fate::Ambiguous { reason },
        }
    }

    /// Looks whether an attempt whose answer never came has arrived after all; `None`: still nobody can tell, and the
    /// lease that was just taken is the time until the next look.
    async fn look_up(&self, claimed: &Claimed<Delivery>, lease: Lease) -> Option<Fate> {
        let (delivery, now) = (&claimed.item, self.clock.now());
        let unknown = || {
            let is_over = now > delivery.expires_at;
            is_over.then(|| {
                count_unknown(delivery);
                Fate::Dead { reason: UNKNOWN.to_owned() }
            })
        };
        let Some(platform) = self.platforms.get(delivery.action.platform()) else { return unknown() };
        if lease.left(&self.clock) < self.terms.guard {
            return None;
        }
        if matches!(delivery.action, Action::Edit { .. } | Action::ShowHome { .. }) {
            // The same edit twice is one edit; so is the same page.
            return Some(Fate::PutBack { due_at: now, reason: "no answer; an edit may be repeated".to_owned() });
        }
        let found = tokio::time::timeout(self.terms.call, find(platform, delivery, self.notice)).await;
        count_look(
            &delivery.action,
            match &found {
                Ok(Ok(Some(_))) => "found",
                Ok(Ok(None)) => "absent",
                Ok(Err(_)) | Err(_) => "unclear",
            },
        );
        match found {
            Ok(Ok(Some(sent))) => Some(Fate::Sent { sent, at: self.clock.now() }),
            Ok(Ok(None)) if claimed.attempts < self.terms.tries => {
                Some(Fate::PutBack { due_at: now, reason: "no answer; it had not arrived".to_owned() })
            }
            Ok(Ok(None)) => Some(Fate::Dead { reason: "no answer, too often".to_owned() }),
            Ok(Err(Refusal::Definite(reason) | Refusal::Closed(reason) | Refusal::Expired(reason))) => {
                Some(self.not_to_be_found(claimed, &reason))
            }
            Ok(Err(Refusal::Transient { .. } | Refusal::TokenRefused(_) | Refusal::Unknown(_))) | Err(_) => unknown(),
        }
    }

    /// What got no answer, at a place that its platform does not let us search: said at most once, unless the house would
    /// rather have it twice than not at all.
    fn not_to_be_found(&self, claimed: &Claimed<Delivery>, reason: &str) -> Fate {
        let (delivery, now) = (&claimed.item, self.clock.now());
        if self.terms.repeats_unknown && claimed.attempts < self.terms.tries && now <= delivery.expires_at {
            let due_at = now + backoff(delivery.id.as_str(), claimed.attempts);
            return Fate::PutBack { due_at, reason: "no answer, and it can't be looked up: sent again".to_owned() };
        }
        count_unknown(delivery);
        Fate::Dead { reason: format!("{UNKNOWN}; {reason}") }
    }
}

/// Counts what nobody will ever know about.
fn count_unknown(delivery: &Delivery) {
    let (platform, kind) = (delivery.action.platform().as_str(), delivery.action.kind());
    counter!("kairos_unknown_total", "platform" => platform, "kind" => kind).increment(1);
    warn!(delivery = %delivery.id, "nobody can tell whether a delivery arrived");
}

/// Counts an attempt, by what the platform said.
fn count(action: &Action, attempt: &Result<Sent, Refusal>, took: Stopwatch) {
    let (platform, kind) = (action.platform().as_str(), action.kind());
    let outcome = match attempt {
        Ok(_) => "sent",
        Err(Refusal::Definite(_) | Refusal::Closed(_) | Refusal::Expired(_)) => "refused",
        Err(Refusal::TokenRefused(_)) => "token_refused",
        Err(Refusal::Transient { retry_after: Some(_), .. }) => "too_fast",
        Err(Refusal::Transient { .. }) => "failed",
        Err(Refusal::Unknown(_)) => "unknown",
    };
    counter!("kairos_attempts_total", "platform" => platform, "kind" => kind, "outcome" => outcome).increment(1);
    histogram!("kairos_attempt_seconds", "platform" => platform, "kind" => kind).record(took.elapsed().as_secs_f64());
}

/// Counts a look, by what was found.
fn count_look(action: &Action, outcome: &'static str) {
    let (platform, kind) = (action.platform().as_str(), action.kind());
    counter!("kairos_lookups_total", "platform" => platform, "kind" => kind, "outcome" => outcome).increment(1);
}

/// What stands in the row of a delivery that may or may not have arrived, and can't be looked up any more.
const UNKNOWN: &str = "unknown: it may have arrived";

/// What goes to one conversation goes one after the other, so that of two edits the later one stays; a conversation that
/// its platform holds up holds up no other.
fn lanes(due: &[Claimed<Delivery>]) -> BTreeMap<String, Vec<&Claimed<Delivery>>> {
    let mut lanes = BTreeMap::<_, Vec<_>>::new();
    for claimed in due {
        lanes.entry(claimed.item.action.lane()).or_default().push(claimed);
    }
    lanes
}
