//! Events over Socket Mode: no public address is needed.
//!
//! Invariants
//! - Two connections stand at any time; where one has to go, the new one is up before the old is closed.
//! - An envelope is acknowledged after the commit, on the connection it came by.
//! - Trying again gets slower with every failure, up to half a minute, and never stops.

use std::{sync::Arc, time::Duration};

use chat::Refusal;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    sync::{oneshot, watch},
    task::JoinHandle,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};
use tracing::{debug, info, warn};

use crate::{
    api::{self, Api, Pipe},
    door::Door,
};

/// Connections that stand at a time.
pub(crate) const CONNECTIONS: u32 = 2;
/// How long a connection may take, hello included.
const OPENING: Duration = Duration::from_secs(10);
/// After so long without a frame the other side is asked whether it is there; after twice that it is not.
const QUIET: Duration = Duration::from_secs(30);
/// A connection that stood for less is a failure, even if it stood.
const STOOD: Duration = Duration::from_secs(5);
/// The longest frame.
const LONGEST: usize = 4 * 1024 * 1024;

type Line = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// One of the connections, kept up until `stop` says so.
#[derive(Clone)]
pub(crate) struct Socket {
    pub(crate) api: Api,
    pub(crate) pipe: Arc<Pipe>,
    pub(crate) door: Door,
    /// Which one: it only spreads the waits.
    pub(crate) slot: u32,
}

/// A connection that is being read.
struct Reading {
    task: JoinHandle<()>,
    retire: oneshot::Sender<()>,
}

impl Reading {
    /// Lets it finish what is in hand, and close.
    async fn end(self) {
        // It may have ended by itself.
        let _ = self.retire.send(());
        let _ = self.task.await;
    }
}

impl Socket {
    /// Keeps a connection up until `stop` is true.
    pub(crate) async fn keep(self, mut stop: watch::Receiver<bool>) {
        let mut failures = 0_u32;
        let mut old: Option<Reading> = None;
        loop {
            let opened = tokio::select! {
                _ = stop.wait_for(|stopped| *stopped) => break,
                opened = self.open() => opened,
            };
            let line = match opened {
                Ok(line) => line,
                Err(refusal) => {
                    warn!(%refusal, slot = self.slot, failures, "no connection to Slack; it is tried again");
                    metrics::counter!("kairos_connections_total", "platform" => "slack", "outcome" => "failed")
                        .increment(1);
                    failures += 1;
                    if self.rests(failures, &mut stop).await {
                        break;
                    }
                    continue;
                }
            };
            info!(slot = self.slot, "connected to Slack");
            metrics::counter!("kairos_connections_total", "platform" => "slack", "outcome" => "opened").increment(1);
            if let Some(old) = old.take() {
                tokio::spawn(old.end());
            }
            let up_since = self.api.now();
            let (retire, retired) = oneshot::channel();
            let (worn, mut is_worn) = oneshot::channel();
            let task = tokio::spawn(read(line, self.door.clone(), worn, retired));
            old = Some(Reading { task, retire });
            tokio::select! {
                _ = stop.wait_for(|stopped| *stopped) => break,
                // Asked to go, or gone: either way a new one is needed.
                _ = &mut is_worn => {}
            }
            failures = if self.api.now().since(up_since) < STOOD { failures + 1 } else { 0 };
            if failures > 1 && self.rests(failures, &mut stop).await {
                break;
            }
        }
        if let Some(old) = old {
            old.end().await;
        }
    }

    /// Waits after a failure; true when it is time to stop.
    async fn rests(&self, failures: u32, stop: &mut watch::Receiver<bool>) -> bool {
        let base_ms = 250_u64 << failures.min(7);
        let lot = self.api.now().as_ms().unsigned_abs().wrapping_mul(31).wrapping_add(u64::from(self.slot) * 7_919);
        let wait = Duration::from_millis(base_ms / 2 + lot % base_ms);
        tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => true,
            () = tokio::time::sleep(wait) => false,
        }
    }

    /// A connection that has said hello.
    async fn open(&self) -> Result<Line, Refusal> {
        let lost = || Refusal::Transient { reason: "the connection was lost".to_owned(), retry_after: None };
        let answer = self.api.call(api::CONNECTIONS_OPEN, &self.pipe, &json!({})).await?;
        let url = answer["url"].as_str().ok_or_else(lost)?;
        let limits = WebSocketConfig::default().max_message_size(Some(LONGEST)).max_frame_size(Some(LONGEST));
        let greeted = async {
            let (mut line, _) = connect_async_with_config(url, Some(limits), true).await.map_err(|_| lost())?;
            while let Some(frame) = line.next().await {
                if let Message::Text(text) = frame.map_err(|_| lost())?
                    && kind(&parsed(&text)) == "hello"
                {
                    return Ok(line);
                }
            }
            Err(lost())
        };
        tokio::time::timeout(OPENING, greeted).await.map_err(|_| lost())?
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn kind(frame: &Value) -> &str {
    frame["type"].as_str().unwrap_or_default()
}

/// Reads a connection until it is retired or gone. `worn` is told, or dropped, when a new one is needed.
async fn read(mut line: Line, door: Door, worn: oneshot::Sender<()>, mut retired: oneshot::Receiver<()>) {
    let mut worn = Some(worn);
    let mut asked = false;
    loop {
        let frame = tokio::select! {
            _ = &mut retired => {
                // Slack delivers elsewhere what it had under way here.
                let _ = line.close(None).await;
                return;
            }
            frame = tokio::time::timeout(QUIET, line.next()) => frame,
        };
        match frame {
            Err(_) if asked => return,
            Err(_) => {
                asked = true;
                if line.send(Message::Ping(Vec::new().into())).await.is_err() {
                    return;
                }
            }
            Ok(None | Some(Err(_) | Ok(Message::Close(_)))) => return,
            Ok(Some(Ok(Message::Text(text)))) => {
                asked = false;
                let frame = parsed(&text);
                if kind(&frame) == "disconnect" {
                    debug!(reason = frame["reason"].as_str().unwrap_or_default(), "Slack asks for a new connection");
                    if let Some(worn) = worn.take() {
                        // Whoever waited may be stopping.
                        let _ = worn.send(());
                    }
                } else if !answer(&mut line, &door, frame).await {
                    return;
                }
            }
            Ok(Some(Ok(_))) => asked = false,
        }
    }
}

/// Takes an envelope and acknowledges it; false when the connection is gone.
async fn answer(line: &mut Line, door: &Door, mut frame: Value) -> bool {
    let Some(envelope) = frame["envelope_id"].as_str().map(ToOwned::to_owned) else { return true };
    if let Err(reason) = door.take(frame["payload"].take()).await {
        // Without an acknowledgement Slack offers it again.
        warn!(reason, "an event of Slack could not be kept; Slack offers it again");
        return true;
    }
    let acknowledged = json!({ "envelope_id": envelope }).to_string();
    line.send(Message::Text(acknowledged.into())).await.is_ok()
}
