//! One connection to the gateway.

use std::{pin::Pin, sync::Arc, time::Duration};

use chat::Timestamp;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    sync::{mpsc, watch},
    time::{MissedTickBehavior, Sleep, interval, sleep, timeout},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        Message,
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};
use tracing::{error, info, warn};

use super::{
    BETWEEN_IDENTIFIES, Frame, MESSAGE_CONTENT, Shared, backoff,
    close::{After, after},
    wait,
};
use crate::{memory::Session, receive::Told};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How long connecting and greeting may take.
const GREETING: Duration = Duration::from_secs(10);
/// Dispatches that wait to be kept; when they are full, the gateway isn't read until there is room.
const WAITING: usize = 256;
/// Dispatches that are kept by one commit, where so many wait.
const AT_ONCE: usize = 30;
/// Closes with this code keep the session, so that it can be resumed.
const KEEP_SESSION: u16 = 4_000;

/// How often it is written down how far a session is kept; after a kill what came since is delivered once more.
const BETWEEN_NOTES: Duration = Duration::from_secs(1);

/// One dispatch, and the session as it stands with it.
struct Dispatch {
    name: String,
    data: Value,
    session: Option<Session>,
}

/// Keeps what was delivered, in order, and writes down how far it is kept. Ends with the last dispatch.
async fn keep(shared: Arc<Shared>, number: u64, mut waiting: mpsc::Receiver<Dispatch>) {
    let (mut kept, mut noted) = (None::<Session>, None::<Session>);
    let mut dispatches = Vec::with_capacity(AT_ONCE);
    let mut turn = interval(BETWEEN_NOTES);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let is_over = tokio::select! {
            count = waiting.recv_many(&mut dispatches, AT_ONCE) => {
                let begins = dispatches.iter().any(|dispatch| dispatch.name == "READY");
                kept = dispatches.last().and_then(|dispatch| dispatch.session.clone()).or(kept);
                let told = dispatches.drain(..).map(|Dispatch { name, data, session }| {
                    let turn = session.as_ref().map(|session| format!("{}-{}", session.id, session.last));
                    Told { kind: name, data, turn: turn.unwrap_or_default() }
                });
                shared.discord.receive(told, &shared.door).await;
                // Without its beginning a session can't be resumed at all.
                if count > 0 && !begins {
                    continue;
                }
                count == 0
            }
            _ = turn.tick() => false,
        };
        if let Some(session) = kept.as_ref().filter(|_| kept != noted) {
            shared.discord.note_session((number, shared.shards), session).await;
            noted.clone_from(&kept);
        }
        if is_over {
            return;
        }
    }
}

/// One shard.
pub(super) struct Shard {
    shared: Arc<Shared>,
    number: u64,
    url: String,
    session: Option<Session>,
    /// True while we ask for the privileged intents.
    privileged: bool,
    /// Tries since a session last stood.
    tries: u32,
}

/// Why a conversation with the gateway ended.
enum End {
    Stopped,
    Then(After),
}

/// A number from 0 to 1 that differs between shards and moments; no secret depends on it.
pub(super) fn lot(now: Timestamp, number: u64) -> f64 {
    let mixed =
        now.as_ms().unsigned_abs().wrapping_add(number.wrapping_mul(0x9e37_79b9)).wrapping_mul(0x5851_f42d_4c95_7f2d);
    f64::from(u32::try_from(mixed >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

impl Shard {
    pub(super) fn new(shared: Arc<Shared>, number: u64, url: String) -> Self {
        let session = shared.discord.session_to_resume((number, shared.shards));
        let privileged = session.as_ref().is_none_or(|session| session.intents & MESSAGE_CONTENT != 0);
        Self { shared, number, url, session, privileged, tries: 0 }
    }

    /// Stays connected until `stop` turns true or nothing helps any more.
    pub(super) async fn run(mut self, stop: watch::Receiver<bool>) {
        let (dispatches, waiting) = mpsc::channel(WAITING);
        let keeping = tokio::spawn(keep(Arc::clone(&self.shared), self.number, waiting));
        loop {
            match self.converse(&dispatches, stop.clone()).await {
                End::Stopped => break,
                End::Then(After::Stop(words)) => {
                    error!(shard = self.number, "{words}; nothing is served on Discord until then");
                    break;
                }
                End::Then(After::WithoutContent) => {
                    warn!(
                        "Discord doesn't let Kairos read every message (the message content intent is off): mentions, \
                         private messages and commands are served, other questions are not heard"
                    );
                    self.privileged = false;
                    self.session = None;
                }
                End::Then(After::Identify) => self.session = None,
                End::Then(After::Resume) => {}
            }
            if wait(backoff(self.tries, self.lot()).mul_f64(if self.tries == 0 { 0.2 } else { 1.0 }), stop.clone())
                .await
            {
                break;
            }
            self.tries = self.tries.saturating_add(1);
        }
        drop(dispatches);
        // What was received is still kept; it ends with the last dispatch.
        let _ = keeping.await;
    }

    fn intents(&self) -> u64 {
        self.shared.discord.intents(self.privileged)
    }

    fn lot(&self) -> f64 {
        lot(self.shared.discord.now(), self.number)
    }

    /// One connection, from greeting to close.
    async fn converse(&mut self, dispatches: &mpsc::Sender<Dispatch>, mut stop: watch::Receiver<bool>) -> End {
        let (mut socket, interval) = tokio::select! {
            greeted = self.greet() => match greeted {
                Ok(greeted) => {
                    metrics::counter!("kairos_connections_total", "platform" => "discord", "outcome" => "opened")
                        .increment(1);
                    greeted
                }
                Err(reason) => {
                    warn!(shard = self.number, reason, "Discord's gateway can't be reached");
                    metrics::counter!("kairos_connections_total", "platform" => "discord", "outcome" => "failed")
                        .increment(1);
                    return End::Then(After::Resume);
                }
            },
            () = stopped(&mut stop) => return End::Stopped,
        };
        if self.introduce(&mut socket).await.is_err() {
            return End::Then(After::Resume);
        }
        let mut acknowledged = true;
        let mut beat: Pin<Box<Sleep>> = Box::pin(sleep(interval.mul_f64(self.lot())));
        loop {
            let next = tokio::select! {
                // Room comes first: what can't be handed on isn't read.
                (permit, message) = async { (dispatches.reserve().await, socket.next().await) } => match (permit, message) {
                    (Ok(permit), Some(Ok(Message::Text(text)))) => self.hear(text.as_str(), permit, &mut acknowledged),
                    (Ok(_), Some(Ok(Message::Close(frame)))) => {
                        Step::End(after(frame.map(|frame| u16::from(frame.code)), self.privileged))
                    }
                    (Ok(_), Some(Ok(_))) => Step::Nothing,
                    _ => Step::End(After::Resume),
                },
                () = &mut beat => {
                    beat = Box::pin(sleep(interval));
                    if acknowledged { acknowledged = false; Step::Beat } else { Step::Lost }
                }
                () = stopped(&mut stop) => {
                    // We may be back soon, and then go on where we were.
                    let _ = timeout(Duration::from_secs(1), socket.close(Some(closing(KEEP_SESSION)))).await;
                    return End::Stopped;
                }
            };
            match next {
                Step::Nothing => {}
                Step::Beat => {
                    let last = self.session.as_ref().map(|session| session.last);
                    if send(&mut socket, &json!({ "op": 1, "d": last })).await.is_err() {
                        return End::Then(After::Resume);
                    }
                }
                Step::Lost => {
                    warn!(shard = self.number, "Discord's gateway no longer answers; connecting anew");
                    let _ = timeout(Duration::from_secs(1), socket.close(Some(closing(KEEP_SESSION)))).await;
                    return End::Then(After::Resume);
                }
                Step::End(then) => {
                    let _ = timeout(Duration::from_secs(1), socket.close(Some(closing(KEEP_SESSION)))).await;
                    return End::Then(then);
                }
            }
        }
    }

    /// Connects, and learns how often we have to show that we are there.
    async fn greet(&self) -> Result<(Socket, Duration), &'static str> {
        let named = self.session.as_ref().and_then(|session| session.url.as_ref());
        let resumed = named.filter(|url| self.shared.discord.may_follow(url));
        let url = format!("{}/?v=10&encoding=json", resumed.unwrap_or(&self.url).trim_end_matches('/'));
        let connected = timeout(GREETING, connect_async(url)).await.map_err(|_| "no answer in time")?;
        let (mut socket, _) = connected.map_err(|_| "no connection")?;
        let hello = timeout(GREETING, socket.next()).await.map_err(|_| "no greeting in time")?;
        let Some(Ok(Message::Text(text))) = hello else { return Err("no greeting") };
        let frame = Frame::read(text.as_str()).filter(|frame| frame.op == 10).ok_or("a greeting that isn't one")?;
        let interval = frame.data["heartbeat_interval"].as_u64().filter(|ms| *ms > 0).unwrap_or(41_250);
        Ok((socket, Duration::from_millis(interval)))
    }

    /// Says who we are, or where we were.
    async fn introduce(&self, socket: &mut Socket) -> Result<(), ()> {
        // Both the token and the frame stay in this function.
        let token = &self.shared.discord.connection.token;
        if let Some(session) = &self.session {
            let resume = json!({ "token": token, "session_id": session.id, "seq": session.last });
            return send(socket, &json!({ "op": 6, "d": resume })).await;
        }
        let _turn = self.shared.identifying.lock().await;
        let identify = json!({
            "token": token,
            "intents": self.intents(),
            "shard": [self.number, self.shared.shards],
            "properties": { "os": std::env::consts::OS, "browser": "kairos", "device": "kairos" },
        });
        send(socket, &json!({ "op": 2, "d": identify })).await?;
        if self.shared.shards > 1 {
            sleep(BETWEEN_IDENTIFIES).await;
        }
        Ok(())
    }

    fn hear(&mut self, text: &str, permit: mpsc::Permit<'_, Dispatch>, acknowledged: &mut bool) -> Step {
        let Some(frame) = Frame::read(text) else { return Step::Nothing };
        match frame.op {
            0 => {
                self.note(&frame);
                permit.send(Dispatch { name: frame.name, data: frame.data, session: self.session.clone() });
                Step::Nothing
            }
            1 => Step::Beat,
            7 => Step::End(After::Resume),
            9 if frame.data == true => Step::End(After::Resume),
            9 => Step::End(After::Identify),
            11 => {
                *acknowledged = true;
                Step::Nothing
            }
            _ => Step::Nothing,
        }
    }

    /// Keeps what resuming needs.
    fn note(&mut self, frame: &Frame) {
        let last = frame.number.unwrap_or_default();
        match frame.name.as_str() {
            "READY" => {
                self.tries = 0;
                let url = frame.data["resume_gateway_url"].as_str().map(ToOwned::to_owned);
                let id = frame.data["session_id"].as_str().unwrap_or_default().to_owned();
                self.session = Some(Session { id, url, last, intents: self.intents() });
                info!(shard = self.number, of = self.shared.shards, "connected to Discord");
            }
            "RESUMED" => {
                self.tries = 0;
                info!(shard = self.number, "resumed on Discord; nothing was missed");
            }
            _ => {}
        }
        if let Some(session) = &mut self.session {
            session.last = session.last.max(last);
        }
    }
}

/// What is to be done next.
enum Step {
    Nothing,
    Beat,
    Lost,
    End(After),
}

fn closing(code: u16) -> CloseFrame {
    CloseFrame { code: CloseCode::from(code), reason: "".into() }
}

async fn send(socket: &mut Socket, frame: &Value) -> Result<(), ()> {
    match timeout(GREETING, socket.send(Message::text(frame.to_string()))).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(()),
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // The sender lives as long as the house; were it gone, stopping would be right too.
    drop(stop.wait_for(|stop| *stop).await);
}
