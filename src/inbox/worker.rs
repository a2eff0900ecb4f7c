//! The worker: takes arrivals one after the other, wakes what is due, sleeps until something happens.

use std::{sync::Arc, time::Duration};

use chat::Event;
use tokio::sync::Notify;
use tracing::{error, warn};

use super::{
    Line, LineError,
    catch_up::Read,
    line::Effect,
    lookups::{ASKED, Asked, Held},
};
use crate::{
    alerts::Parsed,
    clock::Rounds,
    store::{Arrival, Claimed, Origin},
};

/// Arrivals that are taken in one go.
const BATCH: u32 = 32;
/// How often an arrival is tried before it is set aside for a person to look at.
const TRIES: u32 = 8;

/// What an arrival was read as.
enum Arrived {
    Events(Vec<Event>),
    Read(Box<Read>),
    Signals(Parsed),
}

/// What was done in one go.
#[derive(Default)]
struct Done {
    /// Arrivals that were taken.
    taken: usize,
    /// Of them those of which something came.
    changed: usize,
    /// What was due.
    woken: usize,
    /// True where more may have arrived than was taken.
    is_behind: bool,
}

impl Line {
    /// Works until `stop` ends; what is in hand is finished first.
    ///
    /// `bell` is rung when something was accepted; `next` is rung when there may be something to send.
    pub async fn work(&self, bell: Arc<Notify>, next: Arc<Notify>, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let mut rounds = Rounds::by(&self.parts.clock);
        loop {
            let round = rounds.begin();
            match self.go(round.looks).await {
                Ok(done) => {
                    // Where something was due there may be more.
                    if round.looks && (done.woken > 0 || done.is_behind) {
                        rounds.look_again();
                    }
                    if done.changed + done.woken > 0 {
                        next.notify_one();
                    }
                    if done.taken + done.woken > 0 {
                        continue;
                    }
                }
                Err(error) => error!(%error, "the inbox waits: the store does not answer"),
            }
            let next_due = async { self.parts.store.next_due(round.began).await.ok().flatten() };
            tokio::select! {
                () = &mut stop => {
                    if let Err(error) = self.keep_cursors(true).await {
                        warn!(%error, "up to when channels were heard could not be kept");
                    }
                    return;
                }
                () = bell.notified() => {}
                () = self.describing.news() => {}
                () = rounds.nap(round, next_due) => {}
            }
        }
    }

    /// Takes what has arrived, and once all of it is read wakes what is due; how much that was.
    pub async fn step(&self) -> Result<usize, LineError> {
        let done = self.go(true).await?;
        Ok(done.taken + done.woken)
    }

    /// Takes what has arrived, and wakes what is due where `looks` and nothing is left unread.
    async fn go(&self, looks: bool) -> Result<Done, LineError> {
        let _turn = self.turn.lock().await;
        // Nobody may write for hours: what was said is forgotten all the same.
        self.recent().sweep(self.now());
        let now = self.now();
        let ready = self.waiting.take_ready(now);
        let arrivals = self.parts.store.claim_arrivals(now, self.parts.lease, BATCH).await?;
        let mut done = Done {
            taken: ready.len() + arrivals.len(),
            changed: self.waiting.take_written(),
            is_behind: arrivals.len() == BATCH as usize,
            ..Done::default()
        };
        // Half of the lease is left for deciding about it once more.
        let until = now + self.parts.lease / 2;
        let fresh = arrivals.into_iter().map(|claimed| Held { claimed, asked: Asked::default(), until });
        let mut bare = Vec::new();
        for held in ready.into_iter().map(|(_, held)| held).chain(fresh) {
            done.changed += usize::from(self.take_arrival(held, &mut bare).await?);
        }
        self.commit_bare(bare).await?;
        if looks {
            self.keep_cursors(false).await?;
        }
        // A hold is woken once nothing is left unread: it may be what settles it.
        if looks && !done.is_behind {
            self.parts.store.hold_late(self.now()).await?;
            done.woken += self.wake_due().await? + self.take_found().await? + self.take_unheard().await?;
            done.woken += self.ask_pulses().await?;
        }
        Ok(done)
    }

    /// What an arrival says, in neutral words; `Err`: why it can't be read.
    fn read(&self, arrival: &Arrival) -> Result<Arrived, String> {
        let unreadable = |error: chat::Unreadable| error.to_string();
        match &arrival.origin {
            Origin::Platform(kind) => match self.parts.platforms.get(*kind) {
                Some(platform) => platform.translate(&arrival.raw).map(Arrived::Events).map_err(unreadable),
                None => Err("its platform is not connected".to_owned()),
            },
            Origin::Past(_) => {
                let read = serde_json::from_str(&arrival.raw);
                read.map(|read| Arrived::Read(Box::new(read))).map_err(|_| "unreadable event".to_owned())
            }
            Origin::Alerts(source) => {
                let signals = self.parts.alerts.translate(source, &arrival.raw);
                signals.map(Arrived::Signals).map_err(|error| error.to_string())
            }
        }
    }

    /// Decides about an arrival; true where something came of it. One of which nothing comes is put to those in `bare`,
    /// whose commit may wait; what changes something is committed at once, for the next decision sees it.
    async fn take_arrival(&self, held: Held, bare: &mut Vec<Effect>) -> Result<bool, LineError> {
        let store = &self.parts.store;
        let arrived = match self.read(&held.claimed.item) {
            Ok(arrived) => arrived,
            Err(reason) => {
                let Claimed { item, fence, .. } = &held.claimed;
                warn!(origin = %item.origin, reason, "an event is kept unread");
                store.park_arrival(&item.id, *fence, &reason).await?;
                return Ok(false);
            }
        };
        let conversation = lane_of(&held.claimed.item, &arrived);
        let Some(held) = self.waiting.behind(&conversation, held) else { return Ok(false) };
        let Claimed { item, fence, attempts } = &held.claimed;
        if let Arrived::Events(events) = &arrived
            && let Some(wait) = self.puts_off(events, *attempts).await?
        {
            store.retry_arrival(&item.id, *fence, self.now() + wait, "who somebody is, is being asked").await?;
            return Ok(false);
        }
        let (line, arrival) = (self.clone(), (item.id.clone(), *fence));
        let (origin, received_at) = (item.origin.clone(), item.received_at);
        let deciding = on_its_own(ASKED.scope(held.asked.clone(), async move {
            match arrived {
                Arrived::Events(events) => line.decide_all(&events, Some(arrival)).await,
                Arrived::Read(read) => line.decide_read(&read, arrival).await,
                Arrived::Signals(parsed) => line.take_signals(&parsed, &origin, received_at, arrival).await,
            }
        }));
        let decided = deciding.await;
        if held.asked.is_open() {
            // What was decided meanwhile knew too little.
            self.wait_for_answers(conversation, held);
            return Ok(false);
        }
        let committed = match decided {
            Ok(effect) if effect.outcome.is_bare() => {
                bare.push(effect);
                return Ok(false);
            }
            Ok(effect) => {
                self.commit_bare(std::mem::take(bare)).await?;
                let line = self.clone();
                on_its_own(async move { line.commit(effect).await }).await
            }
            Err(failed) => Err(failed),
        };
        let Err(failed) = committed else { return Ok(true) };
        if *attempts >= TRIES {
            error!(origin = %item.origin, error = %failed, "an event is set aside after {attempts} tries");
            store.park_arrival(&item.id, *fence, &failed).await?;
        } else {
            let wait = Duration::from_secs(1 << (*attempts).min(8));
            warn!(origin = %item.origin, error = %failed, "an event is tried again");
            store.retry_arrival(&item.id, *fence, self.now() + wait, &failed).await?;
        }
        Ok(false)
    }
}

fn conversation(event: &Event) -> String {
    format!("{}/{}/{}", event.place.platform, event.place.workspace, event.place.channel)
}

/// The conversation whose order an arrival keeps.
fn lane_of(arrival: &Arrival, arrived: &Arrived) -> String {
    match arrived {
        Arrived::Events(events) => events.first().map_or_else(|| arrival.origin.to_string(), conversation),
        Arrived::Read(read) => conversation(&read.event),
        Arrived::Signals(_) => arrival.origin.to_string(),
    }
}

/// Runs `work` in a task of its own: what panics over one event or one hold must not end the work on all others.
pub(super) async fn on_its_own<T: Send + 'static>(
    work: impl Future<Output = Result<T, LineError>> + Send + 'static,
) -> Result<T, String> {
    match tokio::spawn(work).await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(_) => Err("a defect of Kairos: deciding about it panicked".to_owned()),
    }
}
