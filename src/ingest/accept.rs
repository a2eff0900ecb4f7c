//! The door: an event is acknowledged when it is handled and what came of it is committed, or when it is kept.
//!
//! The worker of this process handles it before anything is written, where it can ([`super::direct`]); else it is kept raw,
//! and handled later.
//!
//! Events come in bursts, and a disk takes its time for each commit: those that come while one is written are committed
//! together by whoever is next.

use std::sync::{Arc, Mutex, PoisonError};

use chat::{Accepted, Event, EventId, PlatformKind, Platforms};
use sha2::{Digest, Sha256};
use tokio::sync::{Notify, oneshot};

use super::{
    Channels, Dispatcher,
    catch_up::Read,
    direct::{Direct, Reply},
};
use crate::{
    alerts,
    clock::Clock,
    crash::may_crash_at,
    handlers::settings::mistakes_in,
    store::{Arrival, Origin, Store, StoreError},
};

/// Takes raw events in. Clones share one door.
#[derive(Clone, Debug)]
pub struct Inbox {
    store: Store,
    platforms: Platforms,
    clock: Clock,
    /// Rung after every commit, so that the worker need not wait for its next look.
    bell: Arc<Notify>,
    gathering: Arc<Gathering>,
    /// What holds in channels; `None` where everything is kept.
    channels: Option<Arc<Channels>>,
    /// The way to the worker of this process; `None` where everything is kept first.
    direct: Option<Direct>,
}

/// Events on their way into one commit.
#[derive(Debug, Default)]
struct Gathering {
    /// With where each wants to hear whether it was new.
    waiting: Mutex<Vec<(Arrival, oneshot::Sender<bool>)>>,
    /// Held by whoever commits; nobody else takes from those that wait.
    writing: tokio::sync::Mutex<()>,
}

impl Inbox {
    /// A door into `store`; `bell` wakes the worker.
    pub fn new(store: Store, platforms: Platforms, clock: Clock, bell: Arc<Notify>) -> Self {
        Self { store, platforms, clock, bell, gathering: Arc::default(), channels: None, direct: None }
    }

    /// Passes over what is said in channels that are off.
    #[must_use]
    pub fn passing_over(self, channels: Arc<Channels>) -> Self {
        Self { channels: Some(channels), ..self }
    }

    /// Has the worker of this process handle events before anything is written, while it is at work.
    #[must_use]
    pub fn handled_by(self, dispatcher: &Dispatcher) -> Self {
        Self { direct: Some(dispatcher.direct().clone()), ..self }
    }

    /// Commits what a source of alerts sent. False when it was here before, by its own id.
    pub async fn accept_alerts(&self, source: &str, accepted: alerts::Accepted) -> Result<bool, StoreError> {
        let alerts::Accepted { id, raw, .. } = accepted;
        let origin = Origin::Alerts(source.to_owned());
        let arrival = Arrival { id: EventId::new(id), origin, raw, received_at: self.clock.now() };
        let fresh = self.commit(arrival).await?;
        count("alerts", newness(fresh));
        self.bell.notify_one();
        Ok(fresh)
    }

    /// Keeps an arrival; whether it was new. The worker is to look for it.
    async fn commit(&self, arrival: Arrival) -> Result<bool, StoreError> {
        let fresh = self.commit_with_others(arrival).await;
        if let Some(direct) = &self.direct {
            direct.kept();
        }
        fresh
    }

    /// Commits an arrival together with all that wait; whether it was new.
    async fn commit_with_others(&self, arrival: Arrival) -> Result<bool, StoreError> {
        let (tell, mut told) = oneshot::channel();
        let waiting = || self.gathering.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting().push((arrival.clone(), tell));
        let _writing = self.gathering.writing.lock().await;
        match told.try_recv() {
            // Whoever wrote before us has taken ours along.
            Ok(fresh) => return Ok(fresh),
            // They failed, or their client went away in the middle: twice is once.
            Err(oneshot::error::TryRecvError::Closed) => return self.store.accept(&arrival).await,
            Err(oneshot::error::TryRecvError::Empty) => {}
        }
        let (arrivals, tells): (Vec<_>, Vec<_>) = std::mem::take(&mut *waiting()).into_iter().unzip();
        for (tell, fresh) in tells.into_iter().zip(self.store.accept_all(&arrivals).await?) {
            // Whoever waited may have gone.
            let _ = tell.send(fresh);
        }
        // Ours was among them.
        told.try_recv().or(Ok(false))
    }

    /// Commits a raw event, unless nothing can come of it. False when it was here before, by the platform's own id.
    pub async fn accept(&self, platform: PlatformKind, raw: String) -> Result<bool, StoreError> {
        let (raw, readable) = self.read(platform, raw);
        self.handle_or_keep(platform, raw, readable).await
    }

    /// The same for an adapter that can leave a form open: one with mistakes in it is not kept, and they are told.
    pub async fn take_in(&self, platform: PlatformKind, raw: String) -> Result<Accepted, StoreError> {
        let (raw, readable) = self.read(platform, raw);
        let mistakes: Vec<_> = readable.iter().flatten().flat_map(mistakes_in).collect();
        if !mistakes.is_empty() {
            count(platform.as_str(), "mistaken");
            return Ok(Accepted::Mistaken(mistakes));
        }
        let fresh = self.handle_or_keep(platform, raw, readable).await?;
        Ok(if fresh { Accepted::New } else { Accepted::Repeated })
    }

    /// Commits a message that was read after an absence. False when it is known, by the platform's own id.
    pub(super) async fn take_read(&self, read: &Read) -> Result<bool, StoreError> {
        let platform = read.event.place.platform;
        let raw = serde_json::to_string(read).unwrap_or_default().replace("\\u0000", "\\ufffd");
        let (id, origin) = (read.event.id.clone(), Origin::Past(platform));
        let fresh = self.commit(Arrival { id, origin, raw, received_at: self.clock.now() }).await?;
        count(platform.as_str(), if fresh { "read_later" } else { "repeated" });
        self.bell.notify_one();
        Ok(fresh)
    }

    fn read(&self, platform: PlatformKind, raw: String) -> (String, Option<Vec<Event>>) {
        // PostgreSQL holds no NUL in a text, and no platform means one.
        let raw = if raw.contains('\0') { raw.replace('\0', "\u{fffd}") } else { raw };
        let readable = self.platforms.get(platform).and_then(|adapter| adapter.translate(&raw).ok());
        (raw, readable)
    }

    /// Has an event handled at once, or keeps it. False when it was here before, by the platform's own id.
    ///
    /// What can't be read has no id of the platform; it goes by its digest, and is kept.
    async fn handle_or_keep(
        &self,
        platform: PlatformKind,
        raw: String,
        readable: Option<Vec<Event>>,
    ) -> Result<bool, StoreError> {
        if let (Some(channels), Some(events)) = (&self.channels, &readable)
            && channels.pass_over(events).await?
        {
            count(platform.as_str(), "off");
            return Ok(true);
        }
        let now = self.clock.now();
        let id = match readable.as_deref() {
            Some([event, ..]) if !event.id.as_str().contains('\0') => Some(event.id.clone()),
            _ => None,
        };
        if let (Some(direct), Some(id), Some(events)) = (&self.direct, &id, &readable) {
            let reply = direct.offer((id.clone(), platform.into(), now), events.clone(), &self.bell).await;
            if reply != Reply::Keep {
                self.note(events);
                count(platform.as_str(), newness(reply == Reply::New));
                return Ok(reply == Reply::New);
            }
        }
        let id = id.unwrap_or_else(|| EventId::new(format!("{platform}:{}", hex(&Sha256::digest(&raw)))));
        let fresh = self.commit(Arrival { id, origin: platform.into(), raw, received_at: now }).await?;
        may_crash_at("ingest::accepted");
        self.note(readable.as_deref().unwrap_or_default());
        count(platform.as_str(), newness(fresh));
        self.bell.notify_one();
        Ok(fresh)
    }

    /// These events can't be lost any more.
    fn note(&self, events: &[Event]) {
        if let Some(channels) = &self.channels {
            channels.kept(events);
        }
    }
}

fn newness(fresh: bool) -> &'static str {
    if fresh { "new" } else { "repeated" }
}

fn count(platform: &'static str, outcome: &'static str) {
    metrics::counter!("kairos_events_total", "platform" => platform, "outcome" => outcome).increment(1);
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
