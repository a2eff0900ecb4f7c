//! The gateway: connected, kept alive, resumed, for every shard that Discord recommends.
//!
//! Invariants
//! - The intents asked for are the ones used; without the privileged one Kairos goes on with what it may read.
//! - Only the configured gateway is connected to, or the one that the configured API names; never Discord's own beside a
//!   redirected API.
//! - A lost connection is resumed where Discord allows it, also after a restart, so that nothing said meanwhile is missed.
//! - What was delivered is handed on in order; the connection is kept alive while it waits to be kept.

mod close;
mod shard;
mod way;

use std::{sync::Arc, time::Duration};

use serde_json::Value;
use tokio::sync::{Mutex, watch};
use tracing::{error, info, warn};

use crate::memory::Session;
use crate::{Discord, Door, MAY_READ, MAY_SEE_MEMBERS, fault::Fault};
use shard::{Shard, lot};
use way::NoWay;

/// Servers, messages in them and reactions to them, private messages.
const INTENTS: u64 = 1 | 1 << 9 | 1 << 10 | 1 << 12;
/// The text of messages that don't mention us: a privileged intent.
const MESSAGE_CONTENT: u64 = 1 << 15;
/// Who joins: a privileged intent that is asked for where Discord has given it.
const MEMBERS: u64 = 1 << 1;
/// The longest wait before the next try.
const LONGEST: Duration = Duration::from_mins(1);
/// How often it is looked whether something that was promised is overdue.
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);
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

impl Discord {
    /// Stays connected until `stop` turns true, or until Discord refuses for good.
    pub async fn connect(self: Arc<Self>, door: Door, stop: watch::Receiver<bool>) {
        tokio::join!(Arc::clone(&self).look_after(stop.clone()), self.stay_connected(door, stop));
    }

    async fn stay_connected(self: Arc<Self>, door: Door, stop: watch::Receiver<bool>) {
        let mut tries = 0;
        let way = loop {
            match self.way().await {
                Ok(way) => break way,
                Err(NoWay::Fault(Fault::Refused { status: 401, .. })) => {
                    error!("Discord refuses the token: look at KAIROS_DISCORD_TOKEN; nothing is served there");
                    return;
                }
                Err(NoWay::LeadsBack) => {
                    error!(
                        "KAIROS_DISCORD_API_URL leads elsewhere, yet the API there names Discord's own gateway, which is not \
                         connected to: set KAIROS_DISCORD_GATEWAY_URL too; nothing is served on Discord until then"
                    );
                    return;
                }
                Err(NoWay::Fault(fault)) => warn!(%fault, "Discord's gateway can't be asked for"),
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

    /// Looks after what was promised, until `stop` turns true.
    async fn look_after(self: Arc<Self>, stop: watch::Receiver<bool>) {
        while !wait(BETWEEN_LOOKS, stop.clone()).await {
            self.tend().await;
        }
    }

    /// Tells Discord our commands, where they changed.
    async fn introduce(&self) {
        let registered = match self.application().await {
            Ok((application, _)) => crate::commands::register(&self.rest, &application).await,
            Err(fault) => Err(fault),
        };
        match registered {
            Ok(true) => info!("Discord knows our commands anew"),
            Ok(false) => info!("Discord knows our commands"),
            Err(fault) => warn!(%fault, "the commands could not be registered; everything else works"),
        }
    }

    /// The intents to ask for; without the privileged ones where Discord refused them.
    fn intents(&self, privileged: bool) -> u64 {
        let may_see_members = self.memory().flags & MAY_SEE_MEMBERS != 0;
        match (privileged, may_see_members) {
            (false, _) => INTENTS,
            (true, false) => INTENTS | MESSAGE_CONTENT,
            (true, true) => INTENTS | MESSAGE_CONTENT | MEMBERS,
        }
    }

    /// The session of a shard from before a restart, where going on with it is as good as beginning anew.
    fn session_to_resume(&self, shard: (u64, u64)) -> Option<Session> {
        let (best, least) = (self.intents(true), self.intents(false));
        let mut memory = self.memory();
        let session = memory.sessions.remove(&shard)?;
        // What was refused once may have been given since: then a new session hears more.
        let is_given = memory.flags & MAY_READ != 0;
        let is_fit = session.intents == best || session.intents == least && !is_given;
        (is_fit && memory.us.is_some()).then_some(session)
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
