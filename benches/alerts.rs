//! `cargo bench --bench alerts`: how many signed alerts a second the door takes, each on the disk before it says so.
//!
//! Everything of Kairos runs on one thread. SQLite writes on a thread of its own: for one core in all, run it under
//! `taskset -c 0`.

use std::{
    io::{self, Write},
    sync::Arc,
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use kairos::{clock::Clock, config::Config, http::Door, ingest::Inbox, store::Store};
use standardwebhooks::Webhook;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

/// Alerts that are sent.
const ALERTS: u32 = 5_000;
/// Requests that are under way at a time.
const AT_A_TIME: u32 = 50;
/// What a second has to hold.
const BOUND: f64 = 1_000.0;
/// The example secret of the specification: nobody's.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn main() -> Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(taken())
}

#[expect(clippy::disallowed_methods, reason = "a bench measures the machine's own time")]
fn now() -> Instant {
    Instant::now()
}

async fn taken() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let store = Store::open(&format!("sqlite:{}", folder.path().join("kairos.sqlite").display())).await?;
    let setting = ("KAIROS_ALERTS_SOURCES_CRM_SECRET".to_owned(), SECRET.to_owned());
    let config = Config::load(None, [setting].into_iter(), Some(folder.path()));
    let config = config.map_err(|mistakes| anyhow::anyhow!("{mistakes}"))?;
    let clock = Clock::system();
    let inbox = Inbox::new(store.clone(), chat::Platforms::default(), clock.clone(), Arc::default());
    let door = Door::new(Arc::new(config.alerts), inbox, clock.clone()).router();
    let mut requests = signed(&clock)?.into_iter();
    let began = now();
    let mut under_way = JoinSet::new();
    loop {
        while under_way.len() < AT_A_TIME as usize
            && let Some(request) = requests.next()
        {
            under_way.spawn(door.clone().oneshot(request));
        }
        let Some(answer) = under_way.join_next().await else { break };
        ensure!(answer??.status() == StatusCode::ACCEPTED, "an alert was not accepted");
    }
    let a_second = f64::from(ALERTS) / began.elapsed().as_secs_f64();
    ensure!(store.arrival_counts().await?.open == u64::from(ALERTS), "what was accepted is not there");
    writeln!(io::stdout(), "signed alerts accepted a second {a_second:>29.0}   (at least {BOUND:.0})")?;
    Ok(())
}

/// Alerts as a CRM signs them, each another.
fn signed(clock: &Clock) -> Result<Vec<Request<Body>>> {
    let webhook = Webhook::new(SECRET).context("the secret is right")?;
    let secs = clock.now().as_ms() / 1_000;
    let one = |number: u32| {
        let (id, body) = (format!("msg_{number}"), body(number));
        let signature = webhook.sign(&id, secs, body.as_bytes())?;
        let request = Request::post("/alerts/crm")
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", secs.to_string())
            .header("webhook-signature", signature);
        Ok(request.body(Body::from(body))?)
    };
    (0..ALERTS).map(one).collect()
}

fn body(number: u32) -> String {
    format!(
        r#"{{"person": "crm:{number}", "measure": "negotiation-close-rate", "numerator": 9, "denominator": 60,
            "baseline": 0.25, "from": "2026-09-01T00:00:00Z", "until": "2026-10-31T00:00:00Z"}}"#
    )
}
