//! `cargo bench --bench deliver`: deliveries a second through the real outbox, on SQLite in a file and on PostgreSQL
//! (`KAIROS_TEST_POSTGRES_URL`), to a platform that answers at once.
//!
//! Every delivery is claimed under a lease, sent, and written down as sent, durably. Numbers are of this machine, at this
//! moment.

use std::{
    future::ready,
    io::{self, Write},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result};
use chat::{
    Card, ChannelId, DeliveryId, Event, EventId, Form, Identity, Key, MessageId, Pending, PersonId, Place, Platform,
    PlatformKind, Platforms, Privacy, Profile, Sent, ShownTo, Text, Timestamp, Unreadable, WorkspaceId,
};
use kairos::{
    clock::{Clock, Stopwatch},
    library::TriggerId,
    outbox::Outbox,
    store::{Action, Delivery, DeliveryKey, DeliveryState, Outcome, Store},
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use tokio::sync::Notify;

/// Deliveries in a run.
const DELIVERIES: usize = 10_000;
/// Conversations that they go to.
const CHANNELS: usize = 500;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let folder = TempDir::new()?;
        let file = format!("sqlite:{}", folder.path().join("k.sqlite").display());
        delivered("SQLite", &file, "500").await?;
        let server = std::env::var("KAIROS_TEST_POSTGRES_URL").context("KAIROS_TEST_POSTGRES_URL names a server")?;
        let name = format!("kairos_bench_{}", std::process::id());
        let mut on_server = PgConnection::connect(&server).await?;
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE template0")))
            .execute(&mut on_server)
            .await?;
        let (host, _) = server.rsplit_once('/').context("an address such as postgres://host/name")?;
        let done = delivered("PostgreSQL", &format!("{host}/{name}"), "2000").await;
        sqlx::query(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).execute(&mut on_server).await?;
        done
    })
}

/// How many are delivered a second.
async fn delivered(name: &str, url: &str, bound: &str) -> Result<()> {
    let store = Store::open(url).await?;
    let clock = Clock::system();
    for from in (0..DELIVERIES).step_by(500) {
        let deliveries = (from..from + 500).map(|number| delivery(number, clock.now())).collect();
        store.conclude(&Outcome { deliveries, ..Outcome::default() }).await?;
    }
    let platforms = Platforms::new(vec![Arc::new(AtOnce) as Arc<dyn Platform>]);
    let outbox = Outbox::new(store.clone(), platforms, clock.clone());
    let took = Stopwatch::start();
    let over = async {
        // Asked for rarely, so that asking costs nothing.
        while store.open_counts().await.is_ok_and(|open| open.pending + open.sending > 0) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    outbox.work(Arc::new(Notify::new()), over).await;
    let rate = DELIVERIES as f64 / took.elapsed().as_secs_f64();
    let sent = store.queue_counts().await?;
    anyhow::ensure!(sent.by_state == [(DeliveryState::Sent, DELIVERIES as u64)], "not all were sent: {sent:?}");
    store.close().await;
    Ok(writeln!(io::stdout(), "deliveries a second, {name:<12} {rate:>10.0}   (at least {bound})")?)
}

fn place(channel: usize) -> Place {
    Place {
        platform: PlatformKind::Slack,
        workspace: WorkspaceId::new("T1"),
        channel: ChannelId::new(format!("C{channel}")),
        thread: None,
        privacy: Privacy::Shared,
    }
}

fn delivery(number: usize, now: Timestamp) -> Delivery {
    Delivery {
        id: DeliveryId::new(format!("d{number:06}")),
        key: DeliveryKey {
            tenant: "slack/T1".to_owned(),
            event: EventId::new(format!("e{number}")),
            trigger: TriggerId::new("price"),
            person: PersonId::new("ana"),
            step: 0,
        },
        state: DeliveryState::Pending,
        action: Action::Post { place: place(number % CHANNELS), shown_to: ShownTo::Everyone },
        card: Some(Card::new("How to say it", Text::paragraph("Ask what they compare it with. ".repeat(12)))),
        offer: None,
        due_at: now,
        expires_at: now + Duration::from_hours(1),
        created_at: now,
        sent: None,
        sent_at: None,
        last_error: None,
    }
}

/// A platform that answers at once.
struct AtOnce;

impl Platform for AtOnce {
    fn kind(&self) -> PlatformKind {
        PlatformKind::Slack
    }

    fn translate(&self, _raw: &str) -> Result<Vec<Event>, Unreadable> {
        Ok(Vec::new())
    }

    fn send<'a>(&'a self, place: &'a Place, _to: &'a ShownTo, _card: &'a Card, key: &'a Key) -> Pending<'a, Sent> {
        Box::pin(ready(Ok(Sent { place: place.clone(), message: MessageId::new(&key.0) })))
    }

    fn edit<'a>(&'a self, _sent: &'a Sent, _card: &'a Card) -> Pending<'a, ()> {
        Box::pin(ready(Ok(())))
    }

    fn open_private<'a>(&'a self, _who: &'a Identity) -> Pending<'a, Place> {
        Box::pin(ready(Ok(place(0))))
    }

    fn ask<'a>(&'a self, _event: &'a Event, _form: &'a Form) -> Pending<'a, ()> {
        Box::pin(ready(Ok(())))
    }

    fn describe<'a>(&'a self, _who: &'a Identity) -> Pending<'a, Option<Profile>> {
        Box::pin(ready(Ok(None)))
    }

    fn history<'a>(&'a self, _place: &'a Place, _since: Timestamp) -> Pending<'a, Option<Vec<Event>>> {
        Box::pin(ready(Ok(None)))
    }

    fn find<'a>(&'a self, _place: &'a Place, _key: &'a Key) -> Pending<'a, Option<Sent>> {
        Box::pin(ready(Ok(None)))
    }
}
