//! What stands around a bot that is measured: those who send events, and what answers its calls.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context, Result, ensure};
use axum::{Json, Router, extract::Path as Method, extract::State, routing::any};
use futures_util::{StreamExt, stream};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;

/// Ticks of the kernel's clock in a second, as Linux counts CPU for everybody.
const TICKS: f64 = 100.0;

/// An imitation of the Web API that answers at once.
pub(crate) struct Web {
    address: String,
    bot_port: u16,
    calls: Arc<Calls>,
}

/// Calls that were answered.
#[derive(Default)]
struct Calls {
    posted: AtomicUsize,
    described: AtomicUsize,
}

impl Web {
    pub(crate) async fn start() -> Result<Self> {
        let calls = Arc::<Calls>::default();
        let app = Router::new().route("/api/{method}", any(answer)).with_state(Arc::clone(&calls));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let free = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self { address, bot_port: free, calls })
    }

    pub(crate) fn api(&self) -> String {
        format!("{}/api", self.address)
    }

    /// Where the bot listens.
    pub(crate) fn bot_port(&self) -> u16 {
        self.bot_port
    }

    /// Messages that were posted so far.
    pub(crate) fn count(&self) -> usize {
        self.calls.posted.load(Ordering::Relaxed)
    }

    /// Waits until so many were posted.
    pub(crate) async fn posted(&self, count: usize) {
        reaches(count, &self.calls.posted, "were posted", Duration::from_mins(3)).await;
    }

    /// Waits until so many people were described: some fifty a minute are, as Slack lets us ask for two things of each.
    pub(crate) async fn described(&self, count: usize) {
        reaches(count, &self.calls.described, "were described", Duration::from_mins(8)).await;
    }
}

async fn reaches(count: usize, counter: &AtomicUsize, what: &str, within: Duration) {
    let began = Instant::now();
    while counter.load(Ordering::Relaxed) < count {
        let so_far = counter.load(Ordering::Relaxed);
        assert!(began.elapsed() < within, "{so_far} of {count} {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn answer(State(calls): State<Arc<Calls>>, Method(method): Method<String>) -> Json<Value> {
    Json(match method.as_str() {
        "chat.postMessage" => {
            let n = calls.posted.fetch_add(1, Ordering::Relaxed);
            json!({ "ok": true, "channel": "C1", "ts": format!("1800000000.{n:06}") })
        }
        "users.info" => {
            calls.described.fetch_add(1, Ordering::Relaxed);
            json!({ "ok": true, "user": { "name": "somebody", "tz": "Europe/Lisbon" } })
        }
        _ => json!({ "ok": true, "team": "Bench", "team_id": "T1", "user_id": "U0BOT", "bot_id": "B0BOT" }),
    })
}

/// A running bot.
pub(crate) struct Bot {
    child: Child,
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What something took.
pub(crate) struct Cost {
    cpu: Duration,
    wall: Duration,
}

impl Cost {
    pub(crate) fn each(&self, events: usize, _of: &Bot) -> String {
        let each = self.cpu.as_secs_f64() * 1e3 / events as f64;
        let a_second = events as f64 / self.wall.as_secs_f64();
        format!("{each:.3} ms ({a_second:.0} events a second here)")
    }
}

impl Bot {
    /// Starts it, and waits until it answers.
    pub(crate) async fn start(command: &mut Command, web: &Web) -> Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().context("the bot can't be started")?;
        let bot = Self { child };
        let began = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", web.bot_port())).await.is_err() {
            ensure!(began.elapsed() < Duration::from_mins(3), "the bot does not listen");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // What it does after the start is not what is measured.
        tokio::time::sleep(Duration::from_secs(2)).await;
        Ok(bot)
    }

    /// CPU that it has taken so far, in user and kernel.
    fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let fields: Vec<_> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        let ticks = |n: usize| fields.get(n).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
        Duration::from_secs_f64((ticks(11) + ticks(12)) / TICKS)
    }

    /// What it takes until `work` is done and it has come to rest.
    pub(crate) async fn cpu_of(&self, work: impl Future<Output = Result<()>>) -> Result<Cost> {
        let (before, began) = (self.cpu(), Instant::now());
        work.await?;
        let wall = began.elapsed();
        self.is_quiet().await;
        Ok(Cost { cpu: self.cpu().saturating_sub(before), wall })
    }

    /// Waits until it has done nothing for three seconds on end: on a busy machine one quiet moment says little.
    pub(crate) async fn is_quiet(&self) {
        let mut quiet = 0;
        while quiet < 3 {
            let before = self.cpu();
            tokio::time::sleep(Duration::from_secs(1)).await;
            let is_quiet = self.cpu().saturating_sub(before) <= Duration::from_millis(20);
            quiet = if is_quiet { quiet + 1 } else { 0 };
        }
    }

    pub(crate) fn memory(&self) -> String {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = |name: &str| {
            let kb = status.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB"));
            kb.and_then(|kb| kb.trim().parse::<f64>().ok()).unwrap_or_default() / 1024.0
        };
        let (all, own) = (line("VmRSS:"), line("RssAnon:"));
        format!("{all:.0} MB, {own:.0} MB of it its own, the rest the program and its models as files")
    }
}

/// CPU that this thread has taken so far, as Linux counts it.
pub(crate) fn own_cpu() -> Duration {
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(told.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or_default())
}

/// Those who send events, signed as Slack signs them.
pub(crate) struct Senders {
    http: reqwest::Client,
    url: String,
}

impl Senders {
    pub(crate) fn new(web: &Web) -> Self {
        // It fails only when one is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { http: reqwest::Client::new(), url: format!("http://127.0.0.1:{}/slack/events", web.bot_port()) }
    }

    async fn send(&self, event: Value) -> Result<Duration> {
        let body = event.to_string();
        let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs().to_string();
        let mut mac = Hmac::<Sha256>::new_from_slice(b"bench")?;
        mac.update(format!("v0:{at}:{body}").as_bytes());
        let signature: String =
            mac.finalize().into_bytes().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        let request = self.http.post(&self.url).header("x-slack-request-timestamp", at);
        let request = request.header("x-slack-signature", format!("v0={signature}"));
        let began = Instant::now();
        let answer = request.header("content-type", "application/json").body(body).send().await?;
        ensure!(answer.status() == 200, "status {}", answer.status());
        Ok(began.elapsed())
    }

    /// Sends them, so many at a time.
    pub(crate) async fn all(&self, events: impl Iterator<Item = Value>, at_once: usize) -> Result<()> {
        let mut sent = stream::iter(events).map(|event| self.send(event)).buffer_unordered(at_once);
        while let Some(answered) = sent.next().await {
            answered?;
        }
        Ok(())
    }

    /// Sends them one by one, `pace` apart; how long each waited for its acknowledgement.
    pub(crate) async fn paced(&self, events: impl Iterator<Item = Value>, pace: Duration) -> Result<Vec<Duration>> {
        let mut waits = Vec::new();
        for event in events {
            waits.push(self.send(event).await?);
            tokio::time::sleep(pace).await;
        }
        Ok(waits)
    }
}

/// A message of somebody in a channel of its own.
pub(crate) fn event(series: &str, n: usize, person: usize, text: &str) -> Value {
    let ts = format!("{}.{n:06}", 1_700_000_000 + series.len());
    json!({
        "token": "t", "team_id": "T1", "api_app_id": "A1", "type": "event_callback",
        "event_id": format!("Ev{series}{n}"), "event_time": 1_700_000_000,
        "authorizations": [{ "team_id": "T1", "user_id": "U0BOT", "is_bot": true }],
        "event": {
            "type": "message", "channel": format!("C{series}{n}").to_uppercase(), "channel_type": "channel",
            "user": format!("U{person:05}"), "text": text, "ts": ts, "event_ts": ts, "team": "T1",
            "blocks": [{ "type": "rich_text", "block_id": "b", "elements": [
                { "type": "rich_text_section", "elements": [{ "type": "text", "text": text }] }] }],
        },
    })
}

/// A library of ten cards and so many triggers, each with a keyword.
pub(crate) fn write_prompts(folder: &Path, triggers: usize) -> Result<()> {
    let skill = folder.join("prompts/topics");
    fs::create_dir_all(&skill)?;
    fs::write(
        skill.join("skill.md"),
        "---\nkind: skill\nid: topics\ntitle: Topics\narea: work\n---\nEverything there is to know.\n",
    )?;
    for n in 0..10 {
        fs::write(
            skill.join(format!("card-{n}.md")),
            format!(
                "---\nkind: tip\nid: card-{n}\ntitle: Card {n}\nminutes: 1\nmoments: [apply]\n---\n\
                 Say what you know about it, and ask what they need.\n"
            ),
        )?;
    }
    for n in 0..triggers {
        fs::write(
            skill.join(format!("topic-{n:05}.trigger.md")),
            format!(
                "---\nkind: trigger\nid: topic-{n:05}\ntitle: Topic {n}\nneed: Somebody asks about topic {n:05}.\n\
                 offer: [card-{}]\nmoments: [apply]\nkeywords: [\"topic {n:05}\"]\nmode: live\nowner: Bench\n---\n\
                 ## Examples\n- tell me about topic {n:05}\n",
                n % 10
            ),
        )?;
    }
    Ok(())
}
