//! What Kairos does in channels, and in which it does not even listen.
//!
//! What is said in a channel that is off is not kept, not even until somebody decides about it: nothing could come of it.
//!
//! Invariants
//! - What turns to Kairos is kept wherever it stands, and what may switch the channel on is followed with open ears.
//! - Where something heard earlier still waits, people may settle it: there everything is kept.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chat::{Event, Place, Timestamp, What};

use super::{ChannelDefaults, Heard, LimitsOf, Observed, Observer, Unlisted};
use crate::{
    clock::Clock,
    connections::Connections,
    engine::is_addressed,
    library::Mode,
    store::{Store, StoreError},
};

/// How long it is believed what was found out about a channel. Another replica's change is heard of so much later.
const LASTS: Duration = Duration::from_secs(1);
/// How long a channel is listened to after something that may switch it on, which is still to be decided.
const ATTENTIVE: Duration = Duration::from_secs(10);
/// Channels that are remembered; beyond them all are asked for anew.
const REMEMBERED: usize = 10_000;

/// What holds in channels.
pub struct Channels {
    store: Store,
    clock: Clock,
    defaults: ChannelDefaults,
    observer: Arc<dyn Observer>,
    remembered: Mutex<Remembered>,
    heard: Heard,
    connections: Connections,
}

/// What was found out a moment ago, by channel.
#[derive(Default)]
struct Remembered {
    /// Counts what makes a look that began before it worth nothing.
    changes: u64,
    channels: HashMap<Place, Found>,
}

#[derive(Clone, Copy)]
struct Found {
    deaf: bool,
    at: Timestamp,
    lasts: Duration,
}

impl fmt::Debug for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channels").field("store", &self.store).finish_non_exhaustive()
    }
}

impl Channels {
    /// The channels that `store` knows, and `unlisted` ones; `observer` is told of what is passed over.
    pub fn new(store: Store, clock: Clock, unlisted: Unlisted, observer: Arc<dyn Observer>) -> Self {
        let (heard, connections) = (Heard::default(), Connections::default());
        let defaults = ChannelDefaults { unlisted, limits: None };
        Self { store, clock, defaults, observer, remembered: Mutex::default(), heard, connections }
    }

    /// The same with limits that differ from place to place.
    #[must_use]
    pub fn with_limits(self, limits: LimitsOf) -> Self {
        Self { defaults: ChannelDefaults { limits: Some(limits), ..self.defaults }, ..self }
    }

    /// What holds in channels before anybody says otherwise.
    pub(super) fn defaults(&self) -> &ChannelDefaults {
        &self.defaults
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The same, with how the adapters are connected: while one may have missed something, no cursor moves.
    #[must_use]
    pub fn behind(self, connections: Connections) -> Self {
        Self { connections, ..self }
    }

    /// Up to when channels were heard.
    pub(super) fn heard(&self) -> &Heard {
        &self.heard
    }

    /// These events are kept.
    pub(super) fn kept(&self, events: &[Event]) {
        for event in events {
            self.heard.note(event, self.connections.is_behind(event.place.platform));
        }
    }

    /// True where something may have been said in a channel that Kairos has still to read.
    pub(super) fn may_be_behind(&self, place: &Place) -> bool {
        !place.is_private() && (self.connections.is_waiting(place.platform) || self.heard.is_unread(place))
    }

    /// What Kairos does in a place.
    pub(super) async fn mode_of(&self, place: &Place) -> Result<Mode, StoreError> {
        if place.is_private() {
            return Ok(Mode::Live);
        }
        let kept = self.store.channel(place).await?;
        Ok(kept.map_or_else(|| (self.defaults.unlisted)(place).0, |kept| kept.mode))
    }

    /// True where nothing can come of what arrived, because it was said to others in a channel that is off.
    pub(super) async fn pass_over(&self, events: &[Event]) -> Result<bool, StoreError> {
        for event in events {
            if !is_among_others(event) {
                if may_switch(event) {
                    self.be_attentive(&event.place);
                }
                return Ok(false);
            }
            if !self.is_deaf_in(&event.place).await? {
                return Ok(false);
            }
        }
        for event in events {
            if let What::Message(message) = &event.what {
                self.observer.decided(&Observed::in_a_channel_that_is_off(event, message, self.clock.now()));
            }
        }
        Ok(!events.is_empty())
    }

    /// A channel was switched: what was found out before does not count.
    pub(super) fn switched(&self) {
        let mut remembered = self.remembered();
        remembered.changes += 1;
        remembered.channels.retain(|_, found| !found.deaf);
    }

    fn be_attentive(&self, place: &Place) {
        let mut remembered = self.remembered();
        remembered.changes += 1;
        remembered.put(place, Found { deaf: false, at: self.clock.now(), lasts: ATTENTIVE });
    }

    async fn is_deaf_in(&self, place: &Place) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let changes = {
            let remembered = self.remembered();
            let found = remembered.channels.get(&place.channel_itself());
            if let Some(found) = found.filter(|found| now.is_within(found.lasts, found.at)) {
                return Ok(found.deaf);
            }
            remembered.changes
        };
        let mode = self.mode_of(place).await?;
        let deaf =
            mode == Mode::Off && self.store.held_in(place.platform, &place.workspace, &place.channel).await?.is_empty();
        let mut remembered = self.remembered();
        if remembered.changes == changes {
            remembered.put(place, Found { deaf, at: now, lasts: LASTS });
        }
        Ok(deaf)
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Remembered {
    fn put(&mut self, place: &Place, found: Found) {
        if self.channels.len() >= REMEMBERED {
            self.channels.clear();
        }
        self.channels.insert(place.channel_itself(), found);
    }
}

/// What people do among themselves, where others can read along. What programs write may be an alert.
fn is_among_others(event: &Event) -> bool {
    let is_human = match &event.what {
        What::Message(message) => !message.by_bot,
        What::Reaction { .. } => true,
        _ => false,
    };
    is_human && !event.place.is_private() && !is_addressed(event)
}

/// What may change the mode of the channel in which it was done.
fn may_switch(event: &Event) -> bool {
    matches!(event.what, What::Command { .. } | What::Choice { .. } | What::Form { .. })
}
