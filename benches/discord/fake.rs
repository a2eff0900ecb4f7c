//! A fake gateway and API of Discord's: no rules, no limits, only what a bot needs to go on.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::SystemTime,
};

use axum::{
    Json, Router,
    body::Bytes,
    http::{Method, Uri},
};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, mpsc},
};
use tokio_tungstenite::tungstenite::Message;

pub(crate) const TOKEN: &str = "MTIz.fake.token";
const BOT: &str = "900000000000000001";
const GUILD: &str = "900000000000000002";
/// Channels and people that take part.
const CHANNELS: usize = 20;
const PEOPLE: usize = 200;
/// One message in so many asks.
const ASKS: usize = 100;
const DISCORD_EPOCH_MS: u64 = 1_420_070_400_000;

/// What people say when they don't ask.
const SAID: [&str; 12] = [
    "morning all, coffee is on",
    "the deck for tomorrow is in the folder, have a look when you can",
    "thanks, that worked!",
    "can somebody let me in downstairs?",
    "standup in five",
    "we moved the call with the northern region to Thursday, same link as last time",
    "lol",
    "I'll pick that up after lunch, the build is still red because of the flaky one",
    "does anyone have the number of the landlord?",
    "nice work on the release everyone, the customer wrote that it is twice as fast now",
    "ok",
    "let's talk about the roadmap on Monday, I would rather have all of us in the room for that",
];

/// The fake.
pub(crate) struct Fake {
    api: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    gateway: Mutex<String>,
    /// Frames to the bot that is connected.
    frames: Mutex<Option<mpsc::UnboundedSender<Value>>>,
    /// Threads that were answered in.
    answered: Mutex<HashSet<String>>,
    said: AtomicUsize,
    /// Messages that ask.
    asked: AtomicUsize,
    changed: Notify,
}

impl Fake {
    pub(crate) async fn start() -> Self {
        let shared = Arc::<Shared>::default();
        let gateway = TcpListener::bind("127.0.0.1:0").await.unwrap();
        *shared.gateway.lock().unwrap() = format!("ws://{}", gateway.local_addr().unwrap());
        let listening = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = gateway.accept().await {
                tokio::spawn(converse(Arc::clone(&listening), stream));
            }
        });
        let rest = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = format!("http://{}/api", rest.local_addr().unwrap());
        let asked = Arc::clone(&shared);
        let router = Router::new().fallback(async move |method: Method, uri: Uri, body: Bytes| {
            let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
            Json(asked.answer(&method, uri.path().trim_start_matches("/api/v10"), &body))
        });
        tokio::spawn(async move { axum::serve(rest, router).await });
        Self { api, shared }
    }

    pub(crate) fn api(&self) -> &str {
        &self.api
    }

    pub(crate) fn answers(&self) -> usize {
        self.shared.answered.lock().unwrap().len()
    }

    /// Waits until a bot is connected.
    pub(crate) async fn connected(&self) {
        self.until(|shared| shared.frames.lock().unwrap().is_some()).await;
    }

    /// Says so many messages; the last one asks.
    pub(crate) fn say(&self, messages: usize) {
        let frames = self.shared.frames.lock().unwrap().clone().expect("a bot is connected");
        for n in 1..=messages {
            let number = self.shared.said.fetch_add(1, Ordering::Relaxed);
            let asks = n == messages || number.is_multiple_of(ASKS);
            self.shared.asked.fetch_add(usize::from(asks), Ordering::Relaxed);
            // A bot that went away is noticed by whoever waits for its answer.
            let _ =
                frames.send(json!({ "op": 0, "t": "MESSAGE_CREATE", "d": message(&snowflake(number), number, asks) }));
        }
    }

    /// Waits until everything that was asked is answered.
    pub(crate) async fn answered(&self) {
        self.until(|shared| shared.answered.lock().unwrap().len() == shared.asked.load(Ordering::Relaxed)).await;
    }

    async fn until(&self, is_so: impl Fn(&Shared) -> bool) {
        loop {
            let changed = self.shared.changed.notified();
            if is_so(&self.shared) {
                return;
            }
            changed.await;
        }
    }
}

impl Shared {
    fn answer(&self, method: &Method, path: &str, body: &Value) -> Value {
        let parts: Vec<_> = path.split('/').skip(1).collect();
        match (method.as_str(), parts[..].as_ref()) {
            ("GET", ["gateway", "bot"]) => {
                let limit = json!({ "total": 1_000, "remaining": 999, "reset_after": 1, "max_concurrency": 1 });
                json!({ "url": *self.gateway.lock().unwrap(), "shards": 1, "session_start_limit": limit })
            }
            ("GET", ["applications" | "oauth2", ..]) if path.ends_with("@me") => json!({ "id": BOT, "flags": 1 << 19 }),
            ("GET", ["guilds", _, "members", user]) => json!({ "user": user_of(user), "roles": [] }),
            ("POST", ["channels", channel, "messages", message, "threads"]) => {
                json!({ "id": message, "type": 11, "parent_id": channel, "guild_id": GUILD, "name": body["name"],
                    "thread_metadata": { "archived": false, "auto_archive_duration": 1_440, "locked": false,
                        "archive_timestamp": "2026-11-20T08:00:00+00:00" } })
            }
            ("POST", ["channels", thread, "messages"]) => {
                self.answered.lock().unwrap().insert((*thread).to_owned());
                self.changed.notify_waiters();
                let mut told = message(&snowflake(self.said.load(Ordering::Relaxed)), 0, false);
                told["channel_id"] = json!(thread);
                told["author"] = user_of(BOT);
                told
            }
            _ => json!([]),
        }
    }
}

async fn converse(shared: Arc<Shared>, stream: TcpStream) {
    let socket = tokio_tungstenite::accept_async(stream).await.unwrap();
    let (mut out, mut heard) = socket.split();
    let (frames, mut waiting) = mpsc::unbounded_channel::<Value>();
    tokio::spawn(async move {
        let mut number = 0;
        while let Some(mut frame) = waiting.recv().await {
            if frame["op"] == 0 {
                number += 1;
                frame["s"] = json!(number);
            }
            if out.send(Message::text(frame.to_string())).await.is_err() {
                return;
            }
        }
    });
    // Whoever no longer listens has gone.
    let _ = frames.send(json!({ "op": 10, "d": { "heartbeat_interval": 41_250 } }));
    while let Some(Ok(frame)) = heard.next().await {
        let Ok(frame) = serde_json::from_slice::<Value>(&frame.into_data()) else { continue };
        match frame["op"].as_u64() {
            Some(1) => drop(frames.send(json!({ "op": 11 }))),
            Some(2) => {
                let ready = json!({ "v": 10, "user": user_of(BOT), "guilds": [{ "id": GUILD, "unavailable": true }],
                    "session_id": "s", "resume_gateway_url": *shared.gateway.lock().unwrap(), "shard": [0, 1],
                    "application": { "id": BOT, "flags": 1 << 19 } });
                drop(frames.send(json!({ "op": 0, "t": "READY", "d": ready })));
                drop(frames.send(json!({ "op": 0, "t": "GUILD_CREATE", "d": guild() })));
                *shared.frames.lock().unwrap() = Some(frames.clone());
                shared.changed.notify_waiters();
            }
            _ => {}
        }
    }
}

/// An id whose instant is now, and of which no two are alike.
fn snowflake(number: usize) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    let ms = u64::try_from(now).unwrap() - DISCORD_EPOCH_MS;
    ((ms << 22) | (number as u64 & 0x3f_ffff)).to_string()
}

fn user_of(id: &str) -> Value {
    json!({ "id": id, "username": format!("user{id}"), "discriminator": "0", "global_name": null, "avatar": null,
        "bot": id == BOT })
}

fn channel_of(number: usize) -> String {
    (910_000_000_000_000_000 + (number % CHANNELS) as u64).to_string()
}

fn guild() -> Value {
    let channels: Vec<_> = (0..CHANNELS)
        .map(|n| {
            json!({ "id": channel_of(n), "type": 0, "name": format!("channel-{n}"), "position": n,
            "permission_overwrites": [] })
        })
        .collect();
    let everyone = json!({ "id": GUILD, "name": "@everyone", "permissions": "2248473465835073", "position": 0 });
    let us = json!({ "user": user_of(BOT), "roles": [], "joined_at": "2026-11-20T08:00:00+00:00" });
    json!({ "id": GUILD, "name": "Bench", "owner_id": "1", "roles": [everyone], "emojis": [], "features": [],
        "member_count": PEOPLE, "channels": channels, "threads": [], "members": [us], "large": false,
        "joined_at": "2026-11-20T08:00:00+00:00", "voice_states": [], "presences": [] })
}

fn message(id: &str, number: usize, asks: bool) -> Value {
    let person = (920_000_000_000_000_000 + (number % PEOPLE) as u64).to_string();
    let content = if asks {
        format!("<@{BOT}> a price objection again, what do I say?")
    } else {
        SAID[number % SAID.len()].to_owned()
    };
    json!({ "id": id, "type": 0, "channel_id": channel_of(number), "guild_id": GUILD, "content": content,
        "author": user_of(&person), "timestamp": "2026-11-20T08:00:00.000000+00:00", "edited_timestamp": null,
        "member": { "roles": [], "joined_at": "2026-01-01T08:00:00+00:00", "deaf": false, "mute": false, "flags": 0 },
        "tts": false, "mention_everyone": false, "mentions": if asks { json!([user_of(BOT)]) } else { json!([]) },
        "mention_roles": [], "attachments": [], "embeds": [], "pinned": false, "flags": 0, "components": [] })
}
