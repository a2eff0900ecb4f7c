//! The worker: takes inbound events one after the other, handles what is due, sleeps until something happens.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use chat::Event;
use futures_util::future::join_all;
use tokio::sync::Notify;
use tracing::{error, warn};

use super::{
    DispatchError, Dispatcher,
    background::Background,
    batch::Batch,
    catch_up::Read,
    direct::Direct,
    dispatch::Ran,
    profiles::{Asking, shows_a_page},
    waiting::Held,
};
use crate::{
    alerts::{Parsed, Unread},
    clock::Rounds,
    handlers::{
        Asked, Changes, Input,
        asks::{Answer, Question, Told},
        signals::misfit_of,
    },
    store::{Arrival, Claimed, Origin},
};

/// Inbound events that are taken in one go.
const BATCH: u32 = 32;
/// How often one is tried before it is quarantined for a person to look at.
const TRIES: u32 = 8;
/// How often a page is put off that would not know whose it is, first for half a second, then twice as long each time.
const PUT_OFFS: u32 = 4;

/// What an inbound event was read as.
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

/// What became of handling an inbound event.
enum Handled {
    Done(Box<Changes>),
    Waits(Vec<(Question, Asking<Answer>)>),
    /// It is finished already: quarantined, or put off.
    Over,
}

impl Dispatcher {
    /// Works until `stop` ends; what is in hand is finished first.
    ///
    /// `bell` is rung when something was accepted; `next` is rung when there may be something to send.
    pub async fn work(&self, bell: Arc<Notify>, next: Arc<Notify>, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        self.direct.open(true);
        // However it ends: nobody waits for a worker that is gone.
        let _closing = Closing(&self.direct);
        let mut rounds = Rounds::by(&self.services.clock);
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
            let next_due = async { self.services.store.next_due(round.began).await.ok().flatten() };
            tokio::select! {
                () = &mut stop => {
                    if let Err(error) = self.services.channels.keep_cursors(true).await {
                        warn!(%error, "up to when channels were heard could not be kept");
                    }
                    return;
                }
                () = bell.notified() => {}
                () = self.profiles.news() => {}
                () = rounds.nap(round, next_due) => {}
            }
        }
    }

    /// True where an event of the same conversation waits for a platform.
    pub(super) fn has_to_wait(&self, events: &[Event]) -> bool {
        events.iter().any(|event| self.waiting.holds(&conversation(event)))
    }

    /// Takes what has arrived, and once all of it is read wakes what is due; how much that was.
    pub async fn step(&self) -> Result<usize, DispatchError> {
        let done = self.go(true).await?;
        Ok(done.taken + done.woken)
    }

    /// Takes what has arrived, and wakes what is due where `looks` and nothing is left unread.
    async fn go(&self, looks: bool) -> Result<Done, DispatchError> {
        let _turn = self.turn.lock().await;
        // Nobody may write for hours: what was said is forgotten all the same.
        self.memory().sweep(self.now());
        let now = self.now();
        let ready = self.waiting.take_ready(now);
        // What was kept comes first; where nothing was, nobody has to look.
        let has_kept = self.direct.take_kept();
        let arrivals = if looks || has_kept {
            self.services.store.claim_arrivals(now, self.services.lease, BATCH).await?
        } else {
            Vec::new()
        };
        let mut done = Done {
            taken: ready.len() + arrivals.len(),
            changed: self.written.swap(0, Ordering::AcqRel),
            is_behind: arrivals.len() == BATCH as usize,
            ..Done::default()
        };
        // Half of the lease is left for deciding about it once more.
        let until = now + self.services.lease / 2;
        let fresh = arrivals.into_iter().map(|claimed| Held { claimed, asked: Asked::default(), until });
        let mut noops = Vec::new();
        for held in ready.into_iter().chain(fresh) {
            done.changed += usize::from(self.take_arrival(held, &mut noops).await?);
        }
        self.commit_noops(noops).await?;
        if done.is_behind {
            self.direct.kept();
        } else {
            let direct = self.direct.next(BATCH as usize);
            done.taken += direct.len();
            done.changed += Batch::new(self).handle_all(direct).await;
        }
        self.keep_scores().await?;
        if looks {
            self.services.channels.keep_cursors(false).await?;
        }
        // A hold is woken once nothing is left unread: it may be what settles it.
        if looks && !done.is_behind {
            self.services.store.hold_late(self.now()).await?;
            done.woken += Background(self).take_due().await?;
        }
        Ok(done)
    }

    /// What an arrival says, in neutral words; `Err`: why it can't be read.
    fn read(&self, arrival: &Arrival) -> Result<Arrived, String> {
        let unreadable = |error: chat::Unreadable| error.to_string();
        match &arrival.origin {
            Origin::Platform(kind) => match self.services.platforms.get(*kind) {
                Some(platform) => platform.translate(&arrival.raw).map(Arrived::Events).map_err(unreadable),
                None => Err("its platform is not connected".to_owned()),
            },
            Origin::Past(_) => {
                let read = serde_json::from_str(&arrival.raw);
                read.map(|read| Arrived::Read(Box::new(read))).map_err(|_| "unreadable event".to_owned())
            }
            Origin::Alerts(source) => {
                let signals = self.services.alerts.translate(source, &arrival.raw);
                signals.map(Arrived::Signals).map_err(|error| error.to_string())
            }
        }
    }

    /// Handles an inbound event; true where something came of it. One of which nothing comes is put to those in `noops`,
    /// whose commit may wait; what changes something is committed at once, for the next decision sees it.
    async fn take_arrival(&self, held: Held, noops: &mut Vec<Changes>) -> Result<bool, DispatchError> {
        let store = &self.services.store;
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
        let Some(mut held) = self.waiting.behind(&conversation, held) else { return Ok(false) };
        // What the store said before this event had to wait may be different by now.
        held.asked.forget_found();
        let handled = match self.handle_arrived(&arrived, &mut held).await {
            Ok(Handled::Waits(open)) => {
                self.wait_for(open, conversation, held);
                return Ok(false);
            }
            Ok(Handled::Over) => return Ok(false),
            Ok(Handled::Done(mut changes)) => {
                changes.stored.arrival = Some((held.claimed.item.id.clone(), held.claimed.fence));
                if changes.is_noop() && changes.signals.is_empty() && changes.forms.is_empty() {
                    // The next message may belong to it.
                    self.note(&changes);
                    noops.push(*changes);
                    return Ok(false);
                }
                self.commit_noops(std::mem::take(noops)).await?;
                self.commit_with_signals(*changes).await
            }
            Err(failed) => Err(failed),
        };
        let Err(failed) = handled else { return Ok(true) };
        let Claimed { item, fence, attempts } = &held.claimed;
        if *attempts >= TRIES {
            error!(origin = %item.origin, error = %failed, "an event is set aside after {attempts} tries");
            store.park_arrival(&item.id, *fence, &failed.to_string()).await?;
        } else {
            let wait = Duration::from_secs(1 << (*attempts).min(8));
            warn!(origin = %item.origin, error = %failed, "an event is tried again");
            store.retry_arrival(&item.id, *fence, self.now() + wait, &failed.to_string()).await?;
        }
        Ok(false)
    }

    async fn handle_arrived(&self, arrived: &Arrived, held: &mut Held) -> Result<Handled, DispatchError> {
        let Held { claimed: Claimed { item, fence, attempts }, asked, .. } = held;
        match arrived {
            Arrived::Events(events) => {
                if let Some(wait) = self.puts_off(events, *attempts).await? {
                    let told = "who somebody is, is being asked";
                    self.services.store.retry_arrival(&item.id, *fence, self.now() + wait, told).await?;
                    return Ok(Handled::Over);
                }
                let mut all = Changes::default();
                for event in events {
                    match self.handle(&Input::Event(event), asked).await? {
                        Ran::Done(changes) => all.extend(*changes),
                        Ran::Waits(open) => return Ok(Handled::Waits(open)),
                    }
                }
                Ok(Handled::Done(Box::new(all)))
            }
            Arrived::Read(read) => Ok(match self.handle(&Input::Read(&read.event, read.answered), asked).await? {
                Ran::Done(changes) => Handled::Done(changes),
                Ran::Waits(open) => Handled::Waits(open),
            }),
            Arrived::Signals(parsed) => self.take_signals(parsed, held).await,
        }
    }

    /// Handles every signal of a body, each by itself, then finishes the body: what is known is skipped, so a crash in
    /// between costs nothing. A body with entries that can't be read is quarantined, with the reason.
    async fn take_signals(&self, parsed: &Parsed, held: &mut Held) -> Result<Handled, DispatchError> {
        let Held { claimed: Claimed { item, fence, .. }, asked, .. } = held;
        let (mut signals, mut unread) = (Vec::new(), parsed.unread.clone());
        let mut waits = Vec::new();
        for (index, signal) in parsed.signals.iter().enumerate() {
            if let Some(reason) = misfit_of(&self.services.engine, signal) {
                unread.push(Unread { place: format!("signal {}", index + 1), reason: reason.to_owned() });
                continue;
            }
            asked.forget_found();
            match self.handle(&Input::Signal(signal, &item.origin, item.received_at), asked).await? {
                Ran::Done(changes) => self.commit(*changes).await?,
                // Everybody whom a platform has to be asked about is asked about at once.
                Ran::Waits(open) => waits.extend(open),
            }
            signals.push(signal.clone());
        }
        if !waits.is_empty() {
            return Ok(Handled::Waits(waits));
        }
        let parsed = Parsed { signals, unread };
        let Some(told) = parsed.told() else { return Ok(Handled::Done(Box::default())) };
        warn!(origin = %item.origin, unread = parsed.unread.len(), reason = told, "entries of an alert's body are kept unread");
        metrics::counter!("kairos_alert_entries_unread_total").increment(parsed.unread.len() as u64);
        self.services.store.park_arrival(&item.id, *fence, &told).await?;
        Ok(Handled::Over)
    }

    /// Lets an event wait for what platforms have still to answer; what stands behind it waits with it.
    fn wait_for(&self, open: Vec<(Question, Asking<Answer>)>, conversation: String, held: Held) {
        let (waiting, profiles) = (Arc::clone(&self.waiting), self.profiles.clone());
        self.waiting.wait(conversation.clone(), held);
        tokio::spawn(async move {
            let answers = open.into_iter().map(|(question, asking)| async move { (question, asking.await) });
            waiting.was_told(&conversation, join_all(answers).await);
            profiles.ring();
        });
    }

    /// How long a page is put off, since nobody knows yet whose it is.
    async fn puts_off(&self, events: &[Event], attempts: u32) -> Result<Option<Duration>, DispatchError> {
        if attempts > PUT_OFFS {
            return Ok(None);
        }
        for event in events.iter().filter(|event| shows_a_page(event)) {
            let candidate = chat::PersonId::new(self.services.ids.new_id());
            let person = self.services.store.person_of(&event.by, &candidate, self.now()).await?;
            if person.described_at.is_none()
                && matches!(self.profiles.ask_who_is(&event.by, &person.id).await, Told::Later(_))
            {
                return Ok(Some(Duration::from_millis(500) * (1 << attempts.saturating_sub(1))));
            }
        }
        Ok(None)
    }
}

/// Closes the way to the worker when it goes.
struct Closing<'a>(&'a Direct);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.open(false);
    }
}

fn conversation(event: &Event) -> String {
    format!("{}/{}/{}", event.place.platform, event.place.workspace, event.place.channel)
}

/// The conversation whose order an inbound event keeps.
fn lane_of(arrival: &Arrival, arrived: &Arrived) -> String {
    match arrived {
        Arrived::Events(events) => events.first().map_or_else(|| arrival.origin.to_string(), conversation),
        Arrived::Read(read) => conversation(&read.event),
        Arrived::Signals(_) => arrival.origin.to_string(),
    }
}
