//! The chat itself: its state behind a lock, its journal, and the way of events to the house.
//!
//! Invariants
//! - Journal first: nothing is shown, offered or answered for before its line is written.
//! - The house gets happenings in their order, each until it has accepted it.
//! - The lock is held for one record at a time, never across an await.

use std::{
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chat::{Card, Form, MessageId, Timestamp};
use tokio::sync::{broadcast, watch};

use crate::{
    Damage, Host, Note, OpenError, Person, Room,
    journal::Journal,
    record::{Change, Noted, Posted, Record},
    seed,
    state::State,
};

/// How long until an event that the house refused is offered again; doubles up to half a minute.
const FIRST_RETRY: Duration = Duration::from_millis(500);
const LONGEST_RETRY: Duration = Duration::from_secs(30);
/// Changes a subscriber may lag behind.
const LAG: usize = 256;
/// Happenings that may wait for the house.
const MOST_PENDING: usize = 1_000;

/// Why the playground did not do what a person asked.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// There is nothing to say.
    #[error("the message is empty")]
    Empty,
    /// Longer than a message may be.
    #[error("the text has {found} characters, {limit} at most")]
    TooLong {
        /// Characters found.
        found: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// No such message, or not for this person.
    #[error("there is no such {0}")]
    Unknown(&'static str),
    /// Somebody else's.
    #[error("{0}")]
    NotYours(&'static str),
    /// The card has changed since.
    #[error("that choice is not on the card any more")]
    Outdated,
    /// Too much waits for the house.
    #[error("the playground is busy, try again in a moment")]
    Busy,
    /// The house has not moved in yet.
    #[error("the playground is still starting")]
    Starting,
    /// What was tried did not work.
    #[error("{0}")]
    Failed(String),
    /// The journal can't be written.
    #[error("the playground's journal can't be written")]
    Journal(#[source] std::io::Error),
}

/// A small chat of its own: first run, demo and test double in one.
pub struct Playground {
    room: Arc<Mutex<Inside>>,
    host: OnceLock<Arc<dyn Host>>,
    changes: broadcast::Sender<(u64, Change)>,
    closing: watch::Sender<bool>,
    /// Held while events go to the house, so that they go in order.
    offering: tokio::sync::Mutex<()>,
    retrying: AtomicBool,
    damage: Damage,
    was_new: bool,
}

/// What one lock guards: the file and what it adds up to never differ.
struct Inside {
    journal: Journal,
    state: State,
}

impl Playground {
    /// Reads the journal back, or starts a new one; with `None` everything is kept in memory only.
    ///
    /// Call [`Playground::attach`] before anything happens here: the house needs the chat, and the chat the house.
    pub fn open(journal: Option<&Path>) -> Result<Arc<Self>, OpenError> {
        let mut state = State::default();
        let mut records = 0_usize;
        let (journal, damage) = Journal::open(journal, |record| {
            records += 1;
            state.apply(record);
        })?;
        if damage != Damage::default() {
            tracing::warn!(torn_bytes = damage.torn_bytes, skipped_lines = ?damage.skipped_lines, "playground journal was damaged");
        }
        Ok(Arc::new(Self {
            room: Arc::new(Mutex::new(Inside { journal, state })),
            host: OnceLock::new(),
            changes: broadcast::channel(LAG).0,
            closing: watch::channel(false).0,
            offering: tokio::sync::Mutex::default(),
            retrying: AtomicBool::new(false),
            damage,
            was_new: records == 0,
        }))
    }

    /// Moves into the house, once, and offers it what an earlier run did not get accepted.
    pub async fn attach(self: &Arc<Self>, host: Arc<dyn Host>) {
        if self.host.set(host).is_err() {
            tracing::warn!("the playground has a house already");
        }
        self.offer().await;
    }

    /// True when the journal was empty at the start.
    pub fn is_new(&self) -> bool {
        self.was_new
    }

    /// The instant of the latest thing that the journal tells of, so that a restart need not go back in time.
    pub fn last_instant(&self) -> Option<Timestamp> {
        self.look(|state| {
            let noted = state.notes.iter().map(|noted| noted.at);
            state.messages.iter().map(|posted| posted.at).chain(noted).max()
        })
    }

    /// What was wrong with the journal at the start.
    pub fn damage(&self) -> &Damage {
        &self.damage
    }

    /// The messages of a room, threads included, as `person` sees them; oldest first.
    pub fn messages(&self, room: Room, person: Person) -> Vec<Posted> {
        let inside = self.lock();
        inside.state.messages.iter().filter(|posted| posted.room == room && posted.seen_by(person)).cloned().collect()
    }

    /// One message, whoever may see it.
    pub fn message(&self, id: &MessageId) -> Option<Posted> {
        self.lock().state.message(id).cloned()
    }

    /// Kairos's latest card in the thread that a message opened.
    pub fn card_under(&self, opening: &MessageId) -> Option<(MessageId, Card)> {
        self.look(|state| {
            let mut cards = state.messages.iter().rev().filter(|posted| posted.thread.as_ref() == Some(opening));
            cards.find_map(|posted| Some((posted.id.clone(), posted.card.clone()?)))
        })
    }

    /// The decisions about a message, oldest first.
    pub fn notes(&self, message: &MessageId) -> Vec<Noted> {
        self.lock().state.notes.iter().filter(|noted| noted.note.message == *message).cloned().collect()
    }

    /// The form that waits for a person.
    pub fn form(&self, person: Person) -> Option<Form> {
        self.lock().state.forms.get(&person).cloned()
    }

    /// Every change from now on, with its number.
    pub fn subscribe(&self) -> broadcast::Receiver<(u64, Change)> {
        self.changes.subscribe()
    }

    /// Shows a decision beside the message it is about; the latest counts.
    pub async fn note(&self, note: Note) -> Result<(), Fault> {
        let at = self.host()?.now();
        self.record(false, move |_| Ok(((), Some(Record::Noted { note, at })))).await
    }

    /// Tells open pages that the clock was wound by somebody else than them.
    pub fn clock_changed(&self) {
        self.publish(Change::Clock);
    }

    /// Winds the clock to an instant, so that what is due then comes due; nothing where it has passed.
    pub fn wind_to(&self, at: Timestamp) -> Result<Timestamp, Fault> {
        self.wind(at.since(self.host()?.now()))
    }

    /// Throws away the form that a person was asked to fill in.
    pub fn dismiss_form(&self, person: Person) {
        self.lock().state.forms.remove(&person);
    }

    /// When the story of a new playground began and ended, where it stands here still.
    pub fn story(&self) -> Option<(Timestamp, Timestamp)> {
        self.look(seed::told)
    }

    /// Lets go of the house's limits, or has them hold again.
    pub(crate) async fn loosen_limits(&self, loose: bool) -> Result<(), Fault> {
        let host = Arc::clone(self.host()?);
        let experiments = host.experiments().ok_or(Fault::Unknown("experiment"))?;
        experiments.loosen_limits(loose).await.map_err(Fault::Failed)?;
        self.publish(Change::Limits { loose });
        Ok(())
    }

    /// Winds the clock, at most 31 days at a time; refused where a real platform goes by the same clock.
    pub fn wind(&self, by: Duration) -> Result<Timestamp, Fault> {
        const MOST: Duration = Duration::from_hours(31 * 24);
        let host = self.host()?;
        if !host.is_alone() {
            return Err(Fault::NotYours("time here is that of the other platforms, and is not wound"));
        }
        host.wind(by.min(MOST));
        self.clock_changed();
        Ok(host.now())
    }

    /// Ends the streams of open pages, so that a server can stop.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }

    pub(crate) fn host(&self) -> Result<&Arc<dyn Host>, Fault> {
        self.host.get().ok_or(Fault::Starting)
    }

    /// Looks at the state.
    pub(crate) fn look<T>(&self, at: impl FnOnce(&State) -> T) -> T {
        at(&self.lock().state)
    }

    pub(crate) fn ask_form(&self, person: Person, form: Form) {
        self.lock().state.forms.insert(person, form.clone());
        self.publish(Change::Form { who: person.identity(), form });
    }

    /// Writes what `decide` makes of the state, then shows it. `None` writes nothing.
    ///
    /// Deciding, writing and showing happen under one lock, off the async threads as the disk may be slow.
    pub(crate) async fn record<T: Send + 'static>(
        &self,
        durable: bool,
        decide: impl FnOnce(&State) -> Result<(T, Option<Record>), Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let (room, changes) = (Arc::clone(&self.room), self.changes.clone());
        let work = move || {
            let mut inside = room.lock().unwrap_or_else(PoisonError::into_inner);
            let (answer, record) = decide(&inside.state)?;
            if let Some(record) = record {
                inside.journal.append(&record, durable).map_err(Fault::Journal)?;
                if let Some(change) = inside.state.apply(record) {
                    // Without a subscriber there is nobody to tell.
                    let _ = changes.send(change);
                }
            }
            Ok(answer)
        };
        tokio::task::spawn_blocking(work).await.unwrap_or(Err(Fault::Busy))
    }

    /// Writes what a person did, then offers it to the house.
    pub(crate) async fn happen<T: Send + 'static>(
        self: &Arc<Self>,
        decide: impl FnOnce(&State) -> Result<(T, Record), Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let answer = self
            .record(true, move |state| {
                if state.pending.len() >= MOST_PENDING {
                    return Err(Fault::Busy);
                }
                decide(state).map(|(answer, record)| (answer, Some(record)))
            })
            .await?;
        self.offer().await;
        Ok(answer)
    }

    /// Offers what waits; where the house refuses, a task of its own tries again.
    async fn offer(self: &Arc<Self>) {
        if self.offer_once().await || self.retrying.swap(true, Ordering::AcqRel) {
            return;
        }
        let (weak, mut closing) = (Arc::downgrade(self), self.closing());
        tokio::spawn(async move {
            let mut wait = FIRST_RETRY;
            loop {
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    _ = closing.wait_for(|closing| *closing) => return,
                }
                wait = (wait * 2).min(LONGEST_RETRY);
                let Some(playground) = weak.upgrade() else { return };
                if playground.offer_once().await {
                    playground.retrying.store(false, Ordering::Release);
                    // Whoever was refused just before the line above relied on this task: look once more.
                    let left = playground.look(|state| !state.pending.is_empty());
                    if !left || playground.retrying.swap(true, Ordering::AcqRel) {
                        return;
                    }
                }
            }
        });
    }

    /// Offers what waits, in order; false where the house refused.
    async fn offer_once(&self) -> bool {
        let Ok(host) = self.host() else { return false };
        let _order = self.offering.lock().await;
        while let Some((event, raw)) = self.look(State::next_pending) {
            if let Err(reason) = host.accept(raw).await {
                tracing::warn!(%event, reason, "an event was not accepted and waits");
                return false;
            }
            // Not fsynced: an event that is offered a second time is the same event.
            if self.record(false, move |_| Ok(((), Some(Record::Accepted { event })))).await.is_err() {
                return false;
            }
        }
        true
    }

    fn publish(&self, change: Change) {
        let mut inside = self.lock();
        let change = inside.state.publish(change);
        // Without a subscriber there is nobody to tell.
        let _ = self.changes.send(change);
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
