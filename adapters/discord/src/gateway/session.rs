//! serenity's client, running, and what it hands over.
//!
//! Invariants
//! - serenity gives every dispatch to a task of its own. Its runtime has one thread, and so runs them first come first
//!   served: they are handed on in the order in which they came.
//! - The address of the gateway is set by hand before anything connects: serenity itself falls back to Discord's own.
//! - A dispatch that serenity can't read is handed over as it came (`Event::Unknown`).
//! - So many dispatches may wait; with more the connection ends instead of the memory.
//! - serenity's log lines and spans may hold messages and tokens: the house keeps its targets off.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use chat::Timestamp;
use reqwest::Client as HttpClient;
use serde_json::{Value, json};
use serenity::{
    Error,
    client::{ClientBuilder, Context, RawEventHandler},
    gateway::{ConnectionStage, ShardManager},
    http::HttpBuilder,
    model::{event::Event, gateway::GatewayIntents},
};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::{connection::Connection, receive::Told, rest};

/// How long proper closing may take.
const CLOSING: Duration = Duration::from_secs(3);
/// Dispatches that may wait in serenity's tasks.
const MOST: usize = 20_000;
/// What serenity's routes begin with, behind the host.
const API: &str = "/api/v10";

/// Everything that serenity's client needs.
pub(super) struct Plan {
    token: String,
    proxy: String,
    url: String,
    shards: u32,
    intents: GatewayIntents,
}

impl Plan {
    pub(super) fn of(connection: &Connection, url: String, shards: u64, intents: GatewayIntents) -> Self {
        let api = connection.api_url.trim_end_matches('/');
        Self {
            token: connection.token.clone(),
            proxy: api.strip_suffix(API).unwrap_or(api).to_owned(),
            url,
            shards: u32::try_from(shards).unwrap_or(1),
            intents,
        }
    }
}

/// A client that runs. Its thread ends soon after this is dropped.
pub(super) struct Running {
    manager: Option<Arc<ShardManager>>,
    starting: Option<oneshot::Receiver<Arc<ShardManager>>>,
    stop: Option<oneshot::Sender<()>>,
    ended: oneshot::Receiver<Option<Error>>,
    overfull: Arc<Notify>,
}

impl Running {
    pub(super) fn start(plan: Plan, dispatches: mpsc::Sender<Told>, now: Timestamp) -> Result<Self, &'static str> {
        let http = rest::client().map_err(|_| "no HTTP client can be made on this machine")?;
        let (start, starting) = oneshot::channel();
        let (stop, stopping) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let overfull = Arc::<Notify>::default();
        let hand = Hand {
            dispatches,
            life: now,
            number: AtomicU64::default(),
            waiting: AtomicUsize::default(),
            overfull: Arc::clone(&overfull),
        };
        let run = move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            let error = runtime.block_on(run(plan, http, hand, start, stopping)).err();
            runtime.shutdown_background();
            // Nobody may wait for it any more.
            let _ = end.send(error);
        };
        thread::Builder::new()
            .name("discord-gateway".to_owned())
            .spawn(run)
            .map_err(|_| "this machine has no room for another thread")?;
        Ok(Self { manager: None, starting: Some(starting), stop: Some(stop), ended, overfull })
    }

    /// The end, and what serenity says of it.
    pub(super) async fn ended(&mut self) -> Option<Error> {
        (&mut self.ended).await.unwrap_or_default()
    }

    /// Tells when more waits than may.
    pub(super) fn overfull(&self) -> Arc<Notify> {
        Arc::clone(&self.overfull)
    }

    /// Closes every connection.
    pub(super) async fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It may have ended by itself.
            let _ = stop.send(());
        }
        // A shard that Discord closed without a word spins until its next heartbeat; it then finds that it is over.
        let _ = tokio::time::timeout(2 * CLOSING, self.ended()).await;
    }

    /// The shards whose session stands.
    pub(super) async fn standing(&mut self) -> BTreeSet<u32> {
        if let Some(manager) = self.starting.as_mut().and_then(|starting| starting.try_recv().ok()) {
            (self.manager, self.starting) = (Some(manager), None);
        }
        let Some(manager) = &self.manager else { return BTreeSet::new() };
        let runners = manager.runners.lock().await;
        let stands = runners.iter().filter(|(_, runner)| runner.stage == ConnectionStage::Connected);
        stands.map(|(shard, _)| shard.0).collect()
    }
}

async fn run(
    plan: Plan,
    http: HttpClient,
    hand: Hand,
    start: oneshot::Sender<Arc<ShardManager>>,
    stopping: oneshot::Receiver<()>,
) -> Result<(), Error> {
    let Plan { token, proxy, url, shards, intents } = plan;
    // serenity's own limiter would lead past the configured address, and forgets everything in a restart.
    let http = HttpBuilder::new(token).client(http).proxy(proxy).ratelimiter_disabled(true).build();
    let mut client = ClientBuilder::new_with_http(http, intents).raw_event_handler(hand).await?;
    *client.ws_url.lock().await = url;
    let manager = Arc::clone(&client.shard_manager);
    // Who started us may have stopped since.
    let _ = start.send(Arc::clone(&manager));
    tokio::select! {
        ended = client.start_shards(shards) => ended,
        _ = stopping => {
            // What is left open ends with the runtime.
            let _ = tokio::time::timeout(CLOSING, manager.shutdown_all()).await;
            Ok(())
        }
    }
}

/// Takes what serenity hands over.
struct Hand {
    dispatches: mpsc::Sender<Told>,
    /// When this client began, and how many dispatches came since: together they name each one.
    life: Timestamp,
    number: AtomicU64,
    waiting: AtomicUsize,
    overfull: Arc<Notify>,
}

#[serenity::async_trait]
impl RawEventHandler for Hand {
    async fn raw_event(&self, _context: Context, event: Event) {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let Some((kind, data)) = told(&event) else { return };
        drop(event);
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= MOST {
            self.overfull.notify_one();
        } else {
            let turn = format!("{}-{number}", self.life.as_ms());
            // Nobody keeps any more when the house stops.
            let _ = self.dispatches.send(Told { kind, data, turn }).await;
        }
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A dispatch as JSON, where it is one that we use: its kind, and what it holds.
fn told(event: &Event) -> Option<(String, Value)> {
    let is_of_use = matches!(
        event,
        Event::Ready(_)
            | Event::Resumed(_)
            | Event::GuildCreate(_)
            | Event::GuildRoleCreate(_)
            | Event::GuildRoleUpdate(_)
            | Event::ChannelCreate(_)
            | Event::ChannelUpdate(_)
            | Event::ChannelDelete(_)
            | Event::ThreadCreate(_)
            | Event::ThreadUpdate(_)
            | Event::ThreadDelete(_)
            | Event::ThreadListSync(_)
            | Event::MessageCreate(_)
            | Event::MessageUpdate(_)
            | Event::MessageDelete(_)
            | Event::MessageDeleteBulk(_)
            | Event::ReactionAdd(_)
            | Event::ReactionRemove(_)
            | Event::GuildMemberAdd(_)
            | Event::InteractionCreate(_)
            | Event::Unknown(_)
    );
    if !is_of_use {
        return None;
    }
    let mut told = serde_json::to_value(event).ok()?;
    let kind = told["t"].as_str()?.to_owned();
    let mut data = told["d"].take();
    if let Event::InteractionCreate(event) = event {
        // serenity tells kinds of interaction apart by its own types, and leaves Discord's number out.
        data["type"] = json!(u8::from(event.interaction.kind()));
    }
    if let Value::Object(fields) = &mut data {
        fields.retain(|_, value| !value.is_null());
    }
    Some((kind, data))
}

#[cfg(test)]
mod tests;
