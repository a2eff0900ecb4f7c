//! The gateway: serenity's client for every shard that Discord recommends, on a thread of its own.
//!
//! serenity identifies, keeps alive, resumes and reads close codes. Here it is decided which gateway it may connect to,
//! with which intents, and what follows when it ends.
//!
//! Invariants
//! - The intents asked for are the ones used; without the privileged one Kairos goes on with what it may read.
//! - Only the configured gateway is connected to, or the one that the configured API names; never Discord's own beside a
//!   redirected API.
//! - What was delivered is handed on in the order in which it came.
//! - Each new session is reported to the host, which reads from the channels what was said meanwhile.

mod close;
mod session;
mod way;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use chat::{EventSink, Outage, Timestamp};
use serenity::model::gateway::GatewayIntents;
use tokio::sync::{mpsc, watch};
use tracing::{error, info, warn};

use crate::{Discord, MAY_SEE_MEMBERS, fault::Fault, receive::Told};
use close::After;
use session::{Plan, Running};
use way::NoWay;

/// Servers, messages in them and reactions to them, private messages.
const INTENTS: GatewayIntents = GatewayIntents::GUILDS
    .union(GatewayIntents::GUILD_MESSAGES)
    .union(GatewayIntents::GUILD_MESSAGE_REACTIONS)
    .union(GatewayIntents::DIRECT_MESSAGES);
/// The longest wait before the next try.
const LONGEST: Duration = Duration::from_mins(1);
/// How often it is looked whether something that was promised is overdue.
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);
/// How often it is looked whether every shard stands.
const BETWEEN_COUNTS: Duration = Duration::from_millis(500);
/// How long a shard may take to stand; serenity lets one shard identify every five seconds.
const STANDS: Duration = Duration::from_secs(15);
const EACH_SHARD: Duration = Duration::from_secs(5);
/// Dispatches that wait to be kept. Behind them wait serenity's own tasks, up to `session`'s bound.
const WAITING: usize = 256;
/// Dispatches that are kept by one commit, where so many wait.
const AT_ONCE: usize = 30;

/// Why the shards' connections ended.
enum End {
    Stopped,
    /// The gateway can't be asked for, or what stands for it.
    NoWay(Fault),
    Then(After),
}

impl Discord {
    /// Stays connected until `stop` turns true, or until Discord refuses for good.
    pub async fn connect(self: Arc<Self>, sink: Arc<dyn EventSink>, stop: watch::Receiver<bool>) {
        tokio::join!(Arc::clone(&self).look_after(stop.clone()), self.stay_connected(sink, stop));
    }

    async fn stay_connected(self: Arc<Self>, sink: Arc<dyn EventSink>, stop: watch::Receiver<bool>) {
        let (dispatches, waiting) = mpsc::channel(WAITING);
        let keeping = tokio::spawn(keep(Arc::clone(&self), Arc::clone(&sink), waiting));
        let (mut tries, mut privileged) = (0, true);
        loop {
            let end = self.converse(privileged, &dispatches, &mut tries, &*sink, stop.clone()).await;
            match &end {
                End::Stopped => self.all_end(&*sink, &Outage::Closed),
                End::Then(After::Stop(words)) => self.all_end(&*sink, &Outage::Refused((*words).to_owned())),
                End::Then(After::Anew(words)) => self.all_end(&*sink, &Outage::Lost((*words).to_owned())),
                End::Then(After::WithoutContent) => {}
                End::NoWay(fault) => self.all_end(&*sink, &Outage::Lost(fault.to_string())),
            }
            match end {
                End::Stopped => break,
                End::Then(After::Stop(words)) => {
                    error!("{words}; nothing is served on Discord until then");
                    break;
                }
                End::Then(After::WithoutContent) => {
                    warn!(
                        "Discord doesn't let Kairos read every message (the message content intent is off): mentions, \
                         private messages and commands are served, other questions are not heard"
                    );
                    privileged = false;
                    continue;
                }
                End::Then(After::Anew(words)) => warn!("{words}"),
                End::NoWay(fault) => warn!(%fault, "Discord's gateway can't be asked for"),
            }
            metrics::counter!("kairos_connections_total", "platform" => "discord", "outcome" => "failed").increment(1);
            if wait(backoff(tries, lot(self.now())), stop.clone()).await {
                break;
            }
            tries = tries.saturating_add(1);
        }
        drop(dispatches);
        // What was received is still kept; it ends with the last dispatch.
        let _ = keeping.await;
    }

    /// One life of serenity's client, from asking where the gateway is to its end.
    async fn converse(
        self: &Arc<Self>,
        privileged: bool,
        dispatches: &mpsc::Sender<Told>,
        tries: &mut u32,
        sink: &dyn EventSink,
        mut stop: watch::Receiver<bool>,
    ) -> End {
        let asked = tokio::select! {
            asked = self.way() => asked,
            () = stopped(&mut stop) => return End::Stopped,
        };
        let way = match asked {
            Ok(way) => way,
            Err(NoWay::Fault(Fault::Refused { status: 401, .. })) => return End::Then(After::Stop(close::TOKEN)),
            Err(NoWay::LeadsBack) => return End::Then(After::Stop(way::LEADS_BACK)),
            Err(NoWay::Fault(fault)) => return End::NoWay(fault),
        };
        self.introduce().await;
        if !way.wait.is_zero() {
            warn!(secs = way.wait.as_secs(), "today's connections to Discord are used up; waiting");
            if wait(way.wait, stop.clone()).await {
                return End::Stopped;
            }
        }
        let plan = Plan::of(&self.connection, way.url, way.shards, self.intents(privileged));
        let mut running = match Running::start(plan, dispatches.clone(), self.now()) {
            Ok(running) => running,
            Err(reason) => return End::Then(After::Anew(reason)),
        };
        let overfull = running.overfull();
        let (mut turn, mut lacking, mut stood) = (tokio::time::interval(BETWEEN_COUNTS), Duration::ZERO, false);
        loop {
            tokio::select! {
                error = running.ended() => return End::Then(close::after(error.as_ref(), privileged)),
                () = stopped(&mut stop) => {
                    running.stop().await;
                    return End::Stopped;
                }
                () = overfull.notified() => {
                    running.stop().await;
                    return End::Then(After::Anew("Discord tells more than can be kept; connecting anew once it is"));
                }
                _ = turn.tick() => {
                    let standing = running.standing().await;
                    self.tell_standing(&standing, sink);
                    if standing.len() as u64 == way.shards {
                        (stood, *tries, lacking) = (true, 0, Duration::ZERO);
                        continue;
                    }
                    lacking += BETWEEN_COUNTS;
                    let shards = u32::try_from(way.shards).unwrap_or(u32::MAX);
                    if lacking > STANDS + EACH_SHARD.saturating_mul(shards) {
                        running.stop().await;
                        return End::Then(After::Anew(if stood { close::LOST } else { close::NEVER_STOOD }));
                    }
                }
            }
        }
    }

    /// Tells the host which shards stand since it was told last, and which do no more.
    fn tell_standing(&self, standing: &BTreeSet<u32>, sink: &dyn EventSink) {
        let before = std::mem::replace(&mut self.memory().standing, standing.clone());
        for shard in standing.difference(&before) {
            sink.connected(&name_of(*shard));
        }
        for shard in before.difference(standing) {
            sink.disconnected(&name_of(*shard), &Outage::Lost(close::LOST.to_owned()));
        }
    }

    /// Tells the host that no shard stands, and why; the first is named even where none ever did.
    fn all_end(&self, sink: &dyn EventSink, outage: &Outage) {
        let mut before = std::mem::take(&mut self.memory().standing);
        before.insert(0);
        for shard in before {
            sink.disconnected(&name_of(shard), outage);
        }
    }

    /// Looks after what was promised, until `stop` turns true.
    async fn look_after(self: Arc<Self>, stop: watch::Receiver<bool>) {
        while !wait(BETWEEN_LOOKS, stop.clone()).await {
            self.tend().await;
        }
    }

    /// Tells Discord our commands, where they changed; again with the next connection where that failed.
    async fn introduce(&self) {
        if self.memory().is_introduced {
            return;
        }
        let registered = match self.application().await {
            Ok((application, _)) => crate::commands::register(&self.rest, &application).await,
            Err(fault) => Err(fault),
        };
        match registered {
            Ok(true) => info!("Discord knows our commands anew"),
            Ok(false) => info!("Discord knows our commands"),
            Err(fault) => return warn!(%fault, "the commands could not be registered; everything else works"),
        }
        self.memory().is_introduced = true;
    }

    /// The intents to ask for; without the privileged ones where Discord refused them.
    fn intents(&self, privileged: bool) -> GatewayIntents {
        let may_see_members = self.memory().flags & MAY_SEE_MEMBERS != 0;
        match (privileged, may_see_members) {
            (false, _) => INTENTS,
            (true, false) => INTENTS | GatewayIntents::MESSAGE_CONTENT,
            (true, true) => INTENTS | GatewayIntents::MESSAGE_CONTENT | GatewayIntents::GUILD_MEMBERS,
        }
    }
}

/// Keeps what was delivered, in order. Ends with the last dispatch.
async fn keep(discord: Arc<Discord>, sink: Arc<dyn EventSink>, mut waiting: mpsc::Receiver<Told>) {
    let mut dispatches = Vec::with_capacity(AT_ONCE);
    while waiting.recv_many(&mut dispatches, AT_ONCE).await > 0 {
        discord.receive(dispatches.drain(..), &*sink).await;
    }
}

/// What a shard's connection is called.
fn name_of(shard: u32) -> String {
    format!("shard {shard}")
}

/// A number from 0 to 1 that differs between moments; no secret depends on it.
fn lot(now: Timestamp) -> f64 {
    let mixed = now.as_ms().unsigned_abs().wrapping_mul(0x5851_f42d_4c95_7f2d);
    f64::from(u32::try_from(mixed >> 32).unwrap_or_default()) / f64::from(u32::MAX)
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
        () = stopped(&mut stop) => true,
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // The sender lives as long as the house; were it gone, stopping would be right too.
    drop(stop.wait_for(|stop| *stop).await);
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
