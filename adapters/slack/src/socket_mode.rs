//! Events over Socket Mode, on the SDK's connections: no public address is needed.
//!
//! The SDK opens, pings and reads a connection. It closes an old connection *before* it opens the new one
//! (`restart_client`), and tells nobody why none can be opened; so each connection has a clients manager of its own here,
//! and the order and the reasons are ours.
//!
//! Invariants
//! - Two connections stand at any time; where one has to go, the new one has said hello before the old is closed.
//! - An envelope is acknowledged after the commit, on the connection it came by. One whose connection goes first is not
//!   acknowledged, and Slack offers it again.
//! - Trying again never stops; between connections that fall at once lies a growing rest, up to half a minute.

use std::{error::Error, pin::Pin, sync::Arc, time::Duration};

use async_trait::async_trait;
use chat::Timestamp;
use serde_json::{Value, json};
use slack_morphism::{
    SlackClientSocketModeConfig, SlackSocketModeClientListener, SlackSocketModeWssClientId,
    clients_manager::{SlackSocketModeClientsManager, SlackSocketModeClientsManagerFactory},
    listener::SlackClientEventsListenerEnvironment,
};
use tokio::{
    sync::{mpsc, watch},
    time::{Sleep, sleep},
};
use tracing::{debug, info, warn};

use crate::{
    api::{Api, WorkspaceClient},
    door::Door,
    methods,
    standing::Standing,
};

/// Connections that stand at a time.
pub(crate) const CONNECTIONS: u32 = 2;
/// How long a connection may take, hello included, before Slack is asked why there is none.
const OPENING: Duration = Duration::from_secs(10);
/// After so long without hello the attempt is given up: the SDK gives a handshake no end of its own.
const GIVEN_UP: Duration = Duration::from_mins(1);
/// A connection that stood for less is a failure, even if it stood.
const STOOD: Duration = Duration::from_secs(5);
/// How the SDK is to connect: one at a time, tried again after 3 s, dead after 45 s without a pong.
const CONFIG: SlackClientSocketModeConfig = SlackClientSocketModeConfig {
    max_connections_count: 1,
    debug_connections: false,
    initial_backoff_in_seconds: 0,
    reconnect_timeout_in_seconds: 3,
    ping_interval_in_seconds: 15,
    ping_failure_threshold_times: 3,
};

/// One of the connections, kept up until `stop` says so.
#[derive(Clone)]
pub(crate) struct Socket {
    pub(crate) api: Api,
    pub(crate) app: Arc<WorkspaceClient>,
    pub(crate) door: Door,
    pub(crate) standing: Arc<Standing>,
    /// Which one: it only spreads the waits.
    pub(crate) slot: u32,
}

/// What a connection tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Hello,
    /// Slack wants it to go soon.
    Leaving,
    Gone,
}

/// A connection, or the attempt at one.
struct Line {
    generation: u64,
    since: Timestamp,
    manager: Arc<dyn SlackSocketModeClientsManager + Send + Sync>,
}

/// What keeps a slot filled.
struct Slot {
    socket: Socket,
    tells: mpsc::Sender<(u64, Told)>,
    generation: u64,
    failures: u32,
    /// The connection that has said hello.
    current: Option<Line>,
    /// The attempt under way.
    next: Option<Line>,
    /// When to ask Slack why the attempt takes so long.
    ask_at: Option<Pin<Box<Sleep>>>,
    /// When to make the next attempt, where none is under way and none stands.
    rest_until: Option<Pin<Box<Sleep>>>,
}

impl Socket {
    /// Keeps a connection up until `stop` is true.
    pub(crate) async fn keep(self, mut stop: watch::Receiver<bool>) {
        let (tells, mut told) = mpsc::channel(16);
        let mut slot = Slot {
            socket: self,
            tells,
            generation: 0,
            failures: 0,
            current: None,
            next: None,
            ask_at: None,
            rest_until: None,
        };
        slot.open().await;
        loop {
            tokio::select! {
                () = stops(&mut stop) => break,
                Some((generation, what)) = told.recv() => slot.heed(generation, what).await,
                () = over(&mut slot.ask_at) => slot.ask_why().await,
                () = over(&mut slot.rest_until) => slot.open().await,
            }
        }
        if slot.current.is_some() {
            slot.socket.standing.fell();
        }
        for line in [slot.current.take(), slot.next.take()].into_iter().flatten() {
            line.manager.shutdown().await;
        }
    }
}

/// Ends when it is time to stop; what would say so may be gone, which says it too.
async fn stops(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stopped| *stopped).await;
}

/// Ends with a rest; never where there is none.
async fn over(rest: &mut Option<Pin<Box<Sleep>>>) {
    match rest {
        Some(rest) => rest.await,
        None => std::future::pending().await,
    }
}

impl Slot {
    /// Begins an attempt.
    async fn open(&mut self) {
        self.generation += 1;
        self.rest_until = None;
        self.ask_at = Some(Box::pin(sleep(OPENING)));
        let Socket { api, app, door, slot, .. } = &self.socket;
        let environment = Arc::new(SlackClientEventsListenerEnvironment::new(api.client()));
        let manager = api.client().http_api.connector.new_clients_manager(environment);
        let listener =
            Listener { slot: *slot, generation: self.generation, door: door.clone(), tells: self.tells.clone() };
        if manager.register_new_token(&CONFIG, app.token.clone(), Arc::new(listener)).await.is_ok() {
            manager.start().await;
        }
        self.next = Some(Line { generation: self.generation, since: api.now(), manager });
    }

    async fn heed(&mut self, generation: u64, what: Told) {
        let is = |line: &Option<Line>| line.as_ref().is_some_and(|line| line.generation == generation);
        match what {
            Told::Hello if is(&self.next) => {
                self.ask_at = None;
                let old = std::mem::replace(&mut self.current, self.next.take());
                info!(slot = self.socket.slot, "connected to Slack");
                metrics::counter!("kairos_connections_total", "platform" => "slack", "outcome" => "opened")
                    .increment(1);
                match old {
                    Some(old) => old.manager.shutdown().await,
                    None => self.socket.standing.stood_up(),
                }
            }
            Told::Leaving if is(&self.current) && self.next.is_none() => self.open().await,
            Told::Gone if is(&self.current) => {
                self.socket.standing.fell();
                let now = self.socket.api.now();
                let fell_at_once = self.current.take().is_some_and(|line| now.since(line.since) < STOOD);
                self.failures = if fell_at_once { self.failures + 1 } else { 0 };
                if self.next.is_none() {
                    self.open_later().await;
                }
            }
            Told::Gone if is(&self.next) => {
                self.give_up().await;
                self.open_later().await;
            }
            _ => {}
        }
    }

    /// At once after a connection that stood, later after one that did not.
    async fn open_later(&mut self) {
        if self.failures <= 1 {
            return self.open().await;
        }
        let base_ms = 250_u64 << self.failures.min(7);
        let lot = self.socket.api.now().as_ms().unsigned_abs().wrapping_mul(31);
        let wait_ms = base_ms / 2 + lot.wrapping_add(u64::from(self.socket.slot) * 7_919) % base_ms;
        self.rest_until = Some(Box::pin(sleep(Duration::from_millis(wait_ms))));
    }

    async fn give_up(&mut self) {
        self.failures += 1;
        self.ask_at = None;
        if let Some(line) = self.next.take() {
            line.manager.shutdown().await;
        }
    }

    /// The SDK goes on trying and says nothing to us: Slack itself tells whether the token is at fault.
    async fn ask_why(&mut self) {
        let Socket { api, app, standing, slot, .. } = &self.socket;
        metrics::counter!("kairos_connections_total", "platform" => "slack", "outcome" => "failed").increment(1);
        match api.call(methods::CONNECTIONS_OPEN, app, &json!({})).await {
            Ok(_) => warn!(slot, "no connection to Slack although it takes the token; it is tried again"),
            Err(refusal) => {
                warn!(%refusal, slot, "no connection to Slack; it is tried again");
                standing.no_connection(&refusal);
            }
        }
        self.ask_at = Some(Box::pin(sleep(OPENING * 3)));
        let now = self.socket.api.now();
        if self.next.as_ref().is_some_and(|line| now.since(line.since) > GIVEN_UP) {
            self.give_up().await;
            self.open_later().await;
        }
    }
}

/// What the SDK hands a connection's frames to.
struct Listener {
    slot: u32,
    generation: u64,
    door: Door,
    tells: mpsc::Sender<(u64, Told)>,
}

impl Listener {
    /// Whoever would want to know may have stopped.
    async fn tell(&self, what: Told) {
        let _ = self.tells.send((self.generation, what)).await;
    }
}

#[async_trait]
impl SlackSocketModeClientListener for Listener {
    /// Takes a frame as it came; what is returned is sent back as its acknowledgement.
    async fn on_message(&self, _: &SlackSocketModeWssClientId, frame: String) -> Option<String> {
        let mut frame: Value = serde_json::from_str(&frame).ok()?;
        match frame["type"].as_str() {
            Some("hello") => self.tell(Told::Hello).await,
            Some("disconnect") => {
                let reason = frame["reason"].as_str().unwrap_or_default();
                debug!(slot = self.slot, reason, "Slack asks for a new connection");
                self.tell(Told::Leaving).await;
            }
            _ => {}
        }
        let envelope = frame["envelope_id"].as_str()?.to_owned();
        match self.door.take(frame["payload"].take()).await {
            Ok(()) => Some(json!({ "envelope_id": envelope }).to_string()),
            Err(reason) => {
                // Without an acknowledgement Slack offers it again.
                warn!(reason, "an event of Slack could not be kept; Slack offers it again");
                None
            }
        }
    }

    /// An error may quote a frame: it is counted where the connection falls, and never shown.
    async fn on_error(&self, _: Box<dyn Error + Send + Sync>) {}

    async fn on_disconnect(&self, _: &SlackSocketModeWssClientId) {
        self.tell(Told::Gone).await;
    }
}
