//! `cargo bench --bench decide`: what a decision costs over a long past, the store's reading included.
//!
//! Numbers are of this machine, at this moment: take ratios, and what is slower than its bound by far.

use std::{
    hint::black_box,
    io::{self, Write},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use chat::{
    AssetId, ChannelId, DeliveryId, EventId, Identity, MessageId, PersonId, Place, PlatformKind, Privacy, ShownTo,
    Timestamp, UserId, WorkspaceId,
};
use kairos::{
    config::Config,
    engine::{Audience, Engine, Evidence, Facts, Limits, Molecule, Need, PersonFacts, PlaceFacts, Plan},
    library::{Hearing, Library, Mode, Source, TriggerId},
    store::{Action, Delivery, DeliveryKey, DeliveryState, Offer, Outcome, Store},
};
use tempfile::TempDir;

const ROWS: u32 = 10_000;
const TIMES: u32 = 2_000;
/// Monday, the first of January 2024, at 10:00 UTC.
const NOW: Timestamp = Timestamp::from_ms(1_704_103_200_000);

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let library = Arc::new(Library::read(&Source::Starter).library);
    let config = Config::load(None, std::iter::empty(), Some(Path::new("/")))?;
    let engine = Engine::new(library, config.cadence);
    let folder = TempDir::new()?;
    runtime.block_on(async {
        let store = Store::open(&format!("sqlite:{}", folder.path().join("bench.sqlite").display())).await?;
        let ana = store.person_of(&identity(), &PersonId::new("ana"), NOW).await?;
        let deliveries = (0..ROWS).map(|n| delivered(n, &ana.id)).collect();
        store.conclude(&Outcome { deliveries, ..Outcome::default() }).await?;
        let facts = past(&store, &engine).await?;
        let unspoken = here(Vec::new());
        tell("the engine's own part", &engine, &facts, &unspoken)?;
        let began = now();
        for _ in 0..TIMES {
            black_box(store.person_of(&identity(), &PersonId::new("new"), NOW).await?);
        }
        line("the person read", began)?;
        let began = now();
        for _ in 0..TIMES {
            let facts = past(&store, &engine).await?;
            decide(&engine, &facts, &unspoken)?;
        }
        line("with the person and their past read", began)?;
        let began = now();
        for _ in 0..TIMES {
            let facts = past(&store, &engine).await?;
            store.channel(&place()).await?;
            store.pauses(&chat::Scope::All).await?;
            let place = here(store.place_facts(&place(), NOW - engine.longest_cooldown()).await?);
            decide(&engine, &facts, &place)?;
        }
        line("with the channel read as well", began)?;
        let began = now();
        for _ in 0..50 {
            black_box(store.facts_about(&ana.id, NOW - Duration::from_hours(24 * 400)).await?);
        }
        writeln!(io::stdout(), "{:<44} {:>16}", "all of it, for their own page", micros(began, 50))?;
        Ok(())
    })
}

async fn past(store: &Store, engine: &Engine) -> Result<PersonFacts> {
    let person = store.person_of(&identity(), &PersonId::new("new"), NOW).await?;
    let assets = engine.assets_of([&need().trigger]);
    Ok(store.facts_for(person, &assets, NOW - engine.longest_recovery(), NOW).await?)
}

fn here(last_spoke: Vec<(TriggerId, Timestamp)>) -> PlaceFacts {
    PlaceFacts {
        limits: Limits::default(),
        mode: Mode::Live,
        hearing: Hearing::Balanced,
        channel: "deals".to_owned(),
        last_spoke,
        paused: Vec::new(),
        learnt: Arc::default(),
    }
}

fn decide(engine: &Engine, person: &PersonFacts, place: &PlaceFacts) -> Result<()> {
    let heard_at = NOW - Duration::from_mins(10);
    let facts = Facts { person, place, heard_at, now: NOW, addressed: false };
    let offer = delivered(0, &person.id).offer.context("it has one")?;
    let plan = Plan { trigger: need().trigger, ..offer.plan };
    black_box(engine.reconsider(&need(), &plan, &facts));
    Ok(())
}

/// The time of one of many, up to now.
fn line(what: &str, began: Instant) -> Result<()> {
    Ok(writeln!(io::stdout(), "{what:<44} {:>16}   (at most 100 µs)", micros(began, TIMES))?)
}

fn tell(what: &str, engine: &Engine, person: &PersonFacts, place: &PlaceFacts) -> Result<()> {
    let began = now();
    for _ in 0..TIMES {
        decide(engine, person, place)?;
    }
    line(what, began)
}

#[expect(clippy::disallowed_methods, reason = "a bench measures the machine's own time")]
fn now() -> Instant {
    Instant::now()
}

fn micros(began: Instant, times: u32) -> String {
    format!("{:.1} µs", began.elapsed().as_secs_f64() * 1e6 / f64::from(times))
}

fn place() -> Place {
    Place {
        platform: PlatformKind::Slack,
        workspace: WorkspaceId::new("T1"),
        channel: ChannelId::new("C1"),
        thread: None,
        privacy: Privacy::Shared,
    }
}

fn identity() -> Identity {
    Identity { platform: PlatformKind::Slack, workspace: WorkspaceId::new("T1"), user: UserId::new("U1") }
}

fn need() -> Need {
    let evidence = Evidence::Keyword { phrase: "price objection".to_owned() };
    Need { trigger: TriggerId::new("too-expensive"), score: 1.0, threshold: 0.5, evidence }
}

/// One of the cards that a person got in the last year, an hour apart.
fn delivered(n: u32, person: &PersonId) -> Delivery {
    let at = NOW - Duration::from_mins(u64::from(n) * 50 + 3_000);
    let plan = Plan {
        trigger: TriggerId::new("customer-is-angry"),
        person: person.clone(),
        to: Audience::Thread,
        molecule: Molecule { assets: vec![AssetId::new(format!("asset-{}", n % 40))], scenario: None },
        shadow: false,
        unasked: n.is_multiple_of(100),
        among: Vec::new(),
    };
    let key = DeliveryKey {
        tenant: "slack/T1".to_owned(),
        event: EventId::new(format!("e{n}")),
        trigger: plan.trigger.clone(),
        person: person.clone(),
        step: 0,
    };
    let offer = Offer {
        plan,
        need: need(),
        place: place(),
        message: MessageId::new(format!("m{n}")),
        heard_in: key.event.clone(),
        asker: identity(),
        heard_at: at,
        put_by: false,
    };
    Delivery {
        id: DeliveryId::new(format!("d{n}")),
        key,
        state: DeliveryState::Sent,
        action: Action::Post { place: place(), shown_to: ShownTo::Everyone },
        card: None,
        offer: Some(offer),
        due_at: at,
        expires_at: at + Duration::from_hours(24),
        created_at: at,
        sent: Some((place(), MessageId::new(format!("s{n}")))),
        sent_at: Some(at),
        last_error: None,
    }
}
