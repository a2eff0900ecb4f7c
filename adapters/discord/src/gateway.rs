//! The gateway: connected, kept alive, resumed, for every shard that Discord recommends.
//!
//! Invariants
//! - The intents asked for are the ones used; without the privileged one Kairos goes on with what it may read.
//! - Only the configured gateway is connected to, or the one that the configured API names.
//! - A lost connection is resumed where Discord allows it, so that nothing said meanwhile is missed.
//! - What was delivered is handed on in order; the connection is kept alive while it waits to be kept.

mod close;
mod shard;

use std::{sync::Arc, time::Duration};

use serde_json::Value;
use tokio::sync::{Mutex, watch};
use tracing::{error, info, warn};

use crate::{Discord, Door, fault::Fault};
use shard::{Shard, lot};

/// Servers, messages in them and reactions to them, private messages.
const INTENTS: u64 = 1 | 1 << 9 | 1 << 10 | 1 << 12;
/// The text of messages that don't mention us: a privileged intent.
const MESSAGE_CONTENT: u64 = 1 << 15;
/// The longest wait before the next try.
const LONGEST: Duration = Duration::from_mins(1);
/// Discord lets one shard identify every five seconds.
const BETWEEN_IDENTIFIES: Duration = Duration::from_secs(5);

/// What all shards share.
struct Shared {
    discord: Arc<Discord>,
    door: Door,
    /// Held while a shard identifies, and for a while after, where there is more than one.
    identifying: Mutex<()>,
    shards: u64,
}

/// How a gateway is reached.
#[derive(Debug)]
struct Way {
    url: String,
    shards: u64,
    /// How long to wait before identifying: the day's identifies are used up.
    wait: Duration,
}

impl Discord {
    /// Stays connected until `stop` turns true, or until Discord refuses for good.
    pub async fn connect(self: Arc<Self>, door: Door, stop: watch::Receiver<bool>) {
        let mut tries = 0;
        let way = loop {
            match self.way().await {
                Ok(way) => break way,
                Err(Fault::Refused { status: 401, .. }) => {
                    error!("Discord refuses the token: look at KAIROS_DISCORD_TOKEN; nothing is served there");
                    return;
                }
                Err(fault) => warn!(%fault, "Discord's gateway can't be asked for"),
            }
            if wait(backoff(tries, lot(self.now(), 0)), stop.clone()).await {
                return;
            }
            tries += 1;
        };
        self.introduce().await;
        if !way.wait.is_zero() {
            warn!(secs = way.wait.as_secs(), "today's connections to Discord are used up; waiting");
            if wait(way.wait, stop.clone()).await {
                return;
            }
        }
        let shared = Arc::new(Shared { discord: self, door, identifying: Mutex::default(), shards: way.shards.max(1) });
        let mut running = tokio::task::JoinSet::new();
        for number in 0..shared.shards {
            running.spawn(Shard::new(Arc::clone(&shared), number, way.url.clone()).run(stop.clone()));
        }
        running.join_all().await;
    }

    /// Tells Discord our commands, where they changed.
    async fn introduce(&self) {
        let registered = match self.application_id().await {
            Ok(application) => crate::commands::register(&self.rest, &application).await,
            Err(fault) => Err(fault),
        };
        match registered {
            Ok(true) => info!("Discord knows our commands anew"),
            Ok(false) => info!("Discord knows our commands"),
            Err(fault) => warn!(%fault, "the commands could not be registered; everything else works"),
        }
    }

    async fn way(&self) -> Result<Way, Fault> {
        let told = self.rest.get("/gateway/bot").await?;
        let limit = &told["session_start_limit"];
        let wait = if limit["remaining"] == 0 { limit["reset_after"].as_u64().unwrap_or(5_000) } else { 0 };
        let url = match &self.connection.gateway_url {
            Some(url) => url.clone(),
            None => told["url"].as_str().ok_or(Fault::NotDone("the API names no gateway"))?.to_owned(),
        };
        Ok(Way { url, shards: told["shards"].as_u64().unwrap_or(1), wait: Duration::from_millis(wait) })
    }
}

/// 1, 2, 4 … seconds, at most a minute, and up to half as much again by lot.
fn backoff(tries: u32, lot: f64) -> Duration {
    let base = Duration::from_secs(1 << tries.min(6)).min(LONGEST);
    base.mul_f64(1.0 + lot / 2.0)
}

/// Waits; true when it is time to stop.
async fn wait(span: Duration, mut stop: watch::Receiver<bool>) -> bool {
    tokio::select! {
        () = tokio::time::sleep(span) => false,
        // The sender lives as long as the house; were it gone, stopping would be right too.
        () = async { drop(stop.wait_for(|stop| *stop).await) } => true,
    }
}

/// A frame of the gateway's: its kind, its number and what it holds.
#[derive(Debug)]
struct Frame {
    op: u64,
    number: Option<u64>,
    name: String,
    data: Value,
}

impl Frame {
    fn read(text: &str) -> Option<Self> {
        let mut frame: Value = serde_json::from_str(text).ok()?;
        Some(Self {
            op: frame["op"].as_u64()?,
            number: frame["s"].as_u64(),
            name: frame["t"].as_str().unwrap_or_default().to_owned(),
            data: frame["d"].take(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_come_apart_and_never_further_than_a_minute_and_a_half() {
        assert!(backoff(0, 0.0) >= Duration::from_secs(1) && backoff(0, 1.0) <= Duration::from_millis(1_500));
        assert!(backoff(40, 1.0) <= Duration::from_secs(90));
    }
}
