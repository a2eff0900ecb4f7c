//! What was said while Kairos was away: each channel that is on is read from where it was heard last.
//!
//! Invariants
//! - What is read goes the way of everything else, under the platform's own ids: what is known already changes nothing.
//! - A question that people answered meanwhile stays answered; nothing that waits in a channel is said before it is read.
//! - Channels that are off are not read, nor what was said in one before it was switched on.
//! - Paced and bounded: one channel at a time, so far back and so many messages; a platform that does not answer ends it.
//! - While a platform is read, what comes in meanwhile moves no cursor: a crash then loses nothing either.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chat::{Event, Place, PlatformKind, Privacy, Refusal, Timestamp, What};
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use super::{Channels, DispatchError, Dispatcher, Inbox, Services};
use crate::{
    connections::{Connections, Gap},
    engine::{Beside, Open, asks, is_addressed, settles, turns_to},
    handlers::would_hear,
    library::Mode,
    store::{Channel, Cursor, StoreError},
};

/// How long one channel may take to be read, waits that the platform asks for included.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often one channel is tried.
const TRIES: u32 = 5;
/// How often cursors are committed: a crash costs reading so much more.
const KEPT_EVERY: Duration = Duration::from_secs(5);
/// Between two channels.
const PAUSE: Duration = Duration::from_millis(100);
/// Conversations in a channel that are read since something waits in them.
const THREADS: usize = 50;

/// A message that was read, as it is kept until it is decided.
#[derive(Serialize, Deserialize)]
pub(super) struct Read {
    pub(super) event: Event,
    /// People have settled what it asks, in what was read behind it.
    pub(super) answered: bool,
}

/// A channel, whatever its thread.
type WholeChannel = Place;

/// Up to when channels were heard, and which of them are still to be read.
#[derive(Debug, Default)]
pub struct Heard(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Since the last commit.
    moved: HashMap<WholeChannel, Timestamp>,
    /// What came while its platform was read.
    later: HashMap<WholeChannel, Timestamp>,
    /// Still to be read.
    unread: BTreeSet<WholeChannel>,
    /// Channels whose cursor was committed before; the first one of a channel waits for nothing.
    kept: BTreeSet<WholeChannel>,
    /// When cursors were last committed.
    kept_at: Timestamp,
}

impl Heard {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something was heard in a channel, and is kept.
    pub(super) fn note(&self, event: &Event, is_behind: bool) {
        if event.place.is_private() || !matches!(event.what, What::Message(_)) {
            return;
        }
        let mut state = self.state();
        let moved = if is_behind { &mut state.later } else { &mut state.moved };
        let at = moved.entry(event.place.channel_itself()).or_insert(event.at);
        *at = event.at.max(*at);
    }

    /// What moved since the last time; nothing where that is a moment ago, unless `at_once`.
    fn take_moved(&self, now: Timestamp, at_once: bool) -> Vec<Cursor> {
        let mut state = self.state();
        let has_new = state.moved.keys().any(|place| !state.kept.contains(place));
        if state.moved.is_empty() || !(at_once || has_new || !now.is_within(KEPT_EVERY, state.kept_at)) {
            return Vec::new();
        }
        state.kept_at = now;
        let moved = std::mem::take(&mut state.moved);
        state.kept.extend(moved.keys().cloned());
        moved.into_iter().map(|(place, at)| cursor(place, at)).collect()
    }

    fn caught_up(&self, platform: PlatformKind) {
        let mut state = self.state();
        state.unread.retain(|place| place.platform != platform);
        let (now_known, later) =
            std::mem::take(&mut state.later).into_iter().partition(|(place, _)| place.platform == platform);
        state.later = later;
        let now_known: HashMap<WholeChannel, Timestamp> = now_known;
        for (place, at) in now_known {
            let known = state.moved.entry(place).or_insert(at);
            *known = at.max(*known);
        }
    }

    /// True where something may stand in a channel that has still to be read.
    pub(super) fn is_unread(&self, place: &Place) -> bool {
        self.state().unread.contains(&place.channel_itself())
    }
}

fn cursor(place: Place, heard_at: Timestamp) -> Cursor {
    Cursor { platform: place.platform, workspace: place.workspace, channel: place.channel, heard_at }
}

fn place(cursor: &Cursor) -> Place {
    Place {
        platform: cursor.platform,
        workspace: cursor.workspace.clone(),
        channel: cursor.channel.clone(),
        thread: None,
        privacy: Privacy::Shared,
    }
}

impl Channels {
    /// Channels that were switched are heard from now on: what was said before stays unheard.
    pub(super) async fn begin_to_hear(&self, switched: &[Channel]) -> Result<(), StoreError> {
        let heard_at = self.now();
        let cursor = |channel: &Channel| Cursor {
            platform: channel.platform,
            workspace: channel.workspace.clone(),
            channel: channel.channel.clone(),
            heard_at,
        };
        self.store().keep_cursors(&switched.iter().map(cursor).collect::<Vec<_>>()).await
    }

    /// Moves the cursors in the store to where channels were heard since, every few seconds, or `at_once`.
    pub(super) async fn keep_cursors(&self, at_once: bool) -> Result<(), StoreError> {
        let moved = self.heard().take_moved(self.now(), at_once);
        self.store().keep_cursors(&moved).await
    }
}

/// Reads what was said in gaps, and has it handled.
#[derive(Debug)]
pub struct CatchUp {
    dispatcher: Dispatcher,
    inbox: Inbox,
    /// How far back at most, and how many messages of a channel.
    reach: (Duration, usize),
}

impl CatchUp {
    /// Reads so far back at most, and so many messages of a channel.
    pub fn new(dispatcher: Dispatcher, inbox: Inbox, reach: (Duration, usize)) -> Self {
        Self { dispatcher, inbox, reach }
    }

    fn services(&self) -> &Services {
        &self.dispatcher.services
    }

    /// Catches up wherever something may have been missed, until `stop` ends.
    pub async fn keep_up(&self, connections: &Connections, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        loop {
            let gaps = tokio::select! {
                () = &mut stop => return,
                gaps = connections.missed() => gaps,
            };
            for gap in gaps {
                tokio::select! {
                    () = &mut stop => return,
                    caught = self.read(&gap) => match caught {
                        Ok(0) => {}
                        Ok(new) => info!(platform = %gap.platform, new, "read what was said meanwhile"),
                        Err(error) => warn!(platform = %gap.platform, %error, "what was said meanwhile could not be read"),
                    },
                }
                connections.caught_up(&gap);
                self.services().channels.heard().caught_up(gap.platform);
                self.dispatcher.profiles.ring();
            }
        }
    }

    /// Reads what was said in a gap; how many messages were new.
    pub async fn read(&self, gap: &Gap) -> Result<usize, DispatchError> {
        let (back, messages) = self.reach;
        let Some(platform) = self.services().platforms.get(gap.platform) else { return Ok(0) };
        let (now, mut to_read) = (self.dispatcher.now(), Vec::new());
        for cursor in self.services().store.cursors(gap.platform).await? {
            let place = place(&cursor);
            let is_meant = gap.workspace.as_ref().is_none_or(|workspace| *workspace == cursor.workspace);
            if is_meant && self.services().channels.mode_of(&place).await? != Mode::Off {
                to_read.push((place, cursor.heard_at.max(now - back)));
            }
        }
        self.services().channels.heard().state().unread.extend(to_read.iter().map(|(place, _)| place.clone()));
        let mut new = 0;
        for (place, since) in to_read {
            let read = tokio::time::timeout(PATIENCE, self.read_channel(platform, &place, since, messages)).await;
            match read {
                Ok(Ok(events)) => {
                    new += self.take_read(&events).await?;
                    let until = events.last().map_or(since, |event| event.at);
                    self.services().store.keep_cursors(&[cursor(place.clone(), until)]).await?;
                }
                Ok(Err(refusal)) => warn!(platform = %place.platform, %refusal, "a channel can't be read"),
                Err(_) => warn!(platform = %place.platform, "a channel can't be read in time"),
            }
            self.services().channels.heard().state().unread.remove(&place);
            self.dispatcher.profiles.ring();
            tokio::time::sleep(PAUSE).await;
        }
        Ok(new)
    }

    /// What was said in a channel since, with the threads in which something waits; oldest first.
    async fn read_channel(
        &self,
        platform: &dyn chat::Platform,
        place: &Place,
        since: Timestamp,
        most: usize,
    ) -> Result<Vec<Event>, Refusal> {
        let mut events = self.history(platform, place, since).await?;
        let store = &self.services().store;
        let held = store.held_in(place.platform, &place.workspace, &place.channel).await.unwrap_or_default();
        let threads: BTreeSet<Place> = held
            .iter()
            .filter_map(|held| held.offer.as_ref())
            .map(|offer| offer.place.in_thread(offer.place.thread.as_ref().unwrap_or(&offer.message)))
            .collect();
        for thread in threads.into_iter().take(THREADS) {
            match self.history(platform, &thread, since).await {
                Ok(said) => events.extend(said),
                // Nobody answered to it: there is no such thread.
                Err(Refusal::Definite(_)) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        events.retain(|event| event.at >= since);
        events.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        events.dedup_by(|a, b| a.id == b.id);
        Ok(events.split_off(events.len().saturating_sub(most)))
    }

    async fn history(
        &self,
        platform: &dyn chat::Platform,
        place: &Place,
        since: Timestamp,
    ) -> Result<Vec<Event>, Refusal> {
        for tried in 1.. {
            match platform.history(place, since).await {
                Err(Refusal::Transient { retry_after, .. }) if tried < TRIES => {
                    tokio::time::sleep(retry_after.unwrap_or(Duration::from_secs(1 << tried))).await;
                }
                ended => return Ok(ended?.unwrap_or_default()),
            }
        }
        Ok(Vec::new())
    }

    /// Takes in what was read; how much of it was new.
    async fn take_read(&self, events: &[Event]) -> Result<usize, DispatchError> {
        let mut new = 0;
        for (number, event) in events.iter().enumerate() {
            let answered = self.is_answered_by(event, &events[number + 1..]).await?;
            let read = Read { event: event.clone(), answered };
            new += usize::from(self.inbox.take_read(&read).await?);
        }
        Ok(new)
    }

    /// Whether people settle what a message asks by what they said behind it.
    async fn is_answered_by(&self, event: &Event, later: &[Event]) -> Result<bool, DispatchError> {
        let What::Message(message) = &event.what else { return Ok(false) };
        if message.by_bot || is_addressed(event) || later.is_empty() {
            return Ok(false);
        }
        let Some(trigger) = would_hear(&self.services().engine, &message.text) else { return Ok(false) };
        let candidate = chat::PersonId::new(self.services().ids.new_id());
        let asker = self.services().store.person_of(&event.by, &candidate, self.dispatcher.now()).await?;
        let name = asker.profile.name;
        let open = Open { place: &event.place, message: &message.id, asker: &event.by };
        let beside = |text: &str| Beside {
            asks: asks(text),
            names_asker: turns_to(text, &event.by, &name),
            is_about_it: would_hear(&self.services().engine, text).is_none()
                && self.services().engine.is_about(&trigger, Some(&message.text), text),
        };
        Ok(later.iter().any(|other| settles(open, other, beside).is_some()))
    }
}
