//! `cargo bench`: the time and the memory of a replayed message, of recognising, of deciding, and of a start.
//!
//! Numbers are of this machine, at this moment: take ratios, and what is slower than its bound by far.

#[path = "../tests/support/synthetic_export.rs"]
mod synthetic_export;

use std::{
    fs,
    hint::black_box,
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use chat::{
    AssetId, ChannelId, DeliveryId, Event, EventId, Identity, Message, MessageId, PersonId, Place, PlatformKind,
    Privacy, ShownTo, Timestamp, UserId, What, WorkspaceId,
};
use jiff::tz::TimeZone;
use kairos::{
    commands::replay::{self, Rehearsal, Replay, Screen},
    config::Config,
    engine::{Audience, Engine, Evidence, Facts, Molecule, Need, PlaceFacts, Plan, Recogniser},
    library::{Hearing, Library, Mode, Source, TriggerId},
    store::{Action, Delivery, DeliveryKey, DeliveryState, Offer, Outcome, Store},
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

const MESSAGES: u32 = 50_000;
const ROWS: u32 = 10_000;
/// Monday, the first of January 2024, at 10:00 UTC.
const NOW: Timestamp = Timestamp::from_ms(1_704_103_200_000);

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // The replay comes first: the highest memory of the process is then its own.
    replayed(&runtime)?;
    recognised()?;
    decided(&runtime)?;
    started()
}

/// One line of the report.
fn tell(what: &str, value: &str, bound: &str) -> Result<()> {
    let bound = if bound.is_empty() { String::new() } else { format!("   (at most {bound})") };
    Ok(writeln!(io::stdout(), "{what:<44} {value:>16}{bound}")?)
}

#[expect(clippy::disallowed_methods, reason = "a bench measures the machine's own time")]
fn now() -> Instant {
    Instant::now()
}

fn micros(time: Duration, times: u32) -> String {
    format!("{:.1} µs", time.as_secs_f64() * 1e6 / f64::from(times))
}

/// A line of `/proc/…/status` in megabytes, where the system has that.
fn memory_mb(process: &str, line: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let found = status.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(':'))?;
    let kilobytes: f64 = found.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes / 1024.0)
}

fn megabytes(found: Option<f64>) -> String {
    found.map_or_else(|| "unknown here".to_owned(), |mb| format!("{mb:.0} MB"))
}

fn replayed(runtime: &Runtime) -> Result<()> {
    let folder = TempDir::new()?;
    synthetic_export::write(folder.path(), MESSAGES as usize, 1)?;
    let config = Config::load(None, std::iter::empty(), Some(folder.path()))?;
    let args = Replay {
        path: folder.path().to_owned(),
        show: 3,
        json: false,
        text: false,
        channels: Vec::new(),
        from: None,
        to: None,
        zone: TimeZone::UTC,
        prompts: None,
    };
    let began = now();
    let summary = runtime.block_on(async {
        let history = args.open()?;
        let mut line = Rehearsal::new(&config, None, &history).await?;
        replay::run(&args, history, &mut line, &mut io::sink(), Screen::stdout()).await
    })?;
    let took = began.elapsed();
    anyhow::ensure!(summary.messages == u64::from(MESSAGES), "{} messages were read", summary.messages);
    let per_second = f64::from(MESSAGES) / took.as_secs_f64();
    tell("50,000 messages replayed", &format!("{:.2} s", took.as_secs_f64()), "60 s")?;
    tell("messages a second", &format!("{per_second:.0}"), "")?;
    tell("a replayed message", &micros(took, MESSAGES), "")?;
    tell("needs heard and spoken to", &format!("{} / {}", summary.total.heard, summary.total.spoken), "")?;
    tell("most memory of a replay", &megabytes(memory_mb("self", "VmHWM")), "300 MB")
}

fn recognised() -> Result<()> {
    let library = Library::read(&Source::Starter).library;
    let began = now();
    let recogniser = Recogniser::new(library.triggers.values());
    tell("learning the starter library", &format!("{:.1} ms", began.elapsed().as_secs_f64() * 1e3), "")?;
    let texts = [
        "how do I answer when they say we're too expensive?",
        "the build of the release branch is green again",
        "Quick one: who owns the integration with the ledger, right?",
        "🎉",
    ];
    for (name, texts) in [
        ("a message recognised", texts.map(str::to_owned).to_vec()),
        (
            "one of 8,000 characters",
            vec!["what do I say when the customer wants thirty per cent off and says it is late? ".repeat(100)],
        ),
    ] {
        let times = 2_000 / u32::try_from(texts.len() * texts.iter().map(String::len).max().unwrap_or(1) / 50 + 1)?;
        let began = now();
        for _ in 0..times {
            for text in &texts {
                black_box(recogniser.hear(black_box(text), false));
            }
        }
        tell(name, &micros(began.elapsed(), times * u32::try_from(texts.len())?), "")?;
    }
    Ok(())
}

fn decided(runtime: &Runtime) -> Result<()> {
    let library = Arc::new(Library::read(&Source::Starter).library);
    let config = Config::load(None, std::iter::empty(), Some(Path::new("/")))?;
    let engine = Engine::new(library, config.cadence);
    let folder = TempDir::new()?;
    runtime.block_on(async {
        let store = Store::open(&format!("sqlite:{}", folder.path().join("bench.sqlite").display())).await?;
        let who = identity();
        let ana = store.person_of(&who, &PersonId::new("ana"), NOW).await?.id;
        let deliveries = (0..ROWS).map(|n| delivered(n, &ana)).collect();
        store.conclude(&Outcome { deliveries, ..Outcome::default() }).await?;
        let (times, since) = (50, NOW - Duration::from_hours(24 * 400));
        let (event, message) = question();
        let needs = [need()];
        let began = now();
        for _ in 0..times {
            let person = store.facts_about(&ana, since).await?;
            let last_spoke = store.place_facts(&place(), since).await?;
            let place = PlaceFacts {
                mode: Mode::Live,
                hearing: Hearing::Balanced,
                channel: "deals".to_owned(),
                last_spoke,
                steered: Vec::new(),
            };
            let facts = Facts { person: &person, place: &place, heard_at: NOW, now: NOW, addressed: false };
            black_box(engine.decide(&event, &message, &needs, &facts));
        }
        tell("a decision over 10,000 rows of history", &micros(began.elapsed(), times), "")?;
        let person = store.facts_about(&ana, since).await?;
        let place = PlaceFacts {
            mode: Mode::Live,
            hearing: Hearing::Balanced,
            channel: "deals".to_owned(),
            last_spoke: Vec::new(),
            steered: Vec::new(),
        };
        let facts = Facts { person: &person, place: &place, heard_at: NOW, now: NOW, addressed: false };
        let began = now();
        for _ in 0..times {
            black_box(engine.decide(&event, &message, &needs, &facts));
        }
        tell("of that the engine's own part", &micros(began.elapsed(), times), "")
    })
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

fn question() -> (Event, Message) {
    let message = Message {
        id: MessageId::new("m"),
        text: "any line for a price objection?".to_owned(),
        by_bot: false,
        mentions_us: false,
        replies_to: None,
    };
    let what = What::Message(message.clone());
    (Event { id: EventId::new("e"), at: NOW, place: place(), by: identity(), what }, message)
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

/// A server of the bench, gone with it.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn started() -> Result<()> {
    let folder = TempDir::new()?;
    for what in ["first start to ready, with the story", "a later start to ready"] {
        let began = now();
        let (server, _) = serve(folder.path())?;
        tell(what, &format!("{:.0} ms", began.elapsed().as_secs_f64() * 1e3), "2,000 ms")?;
        drop(server);
    }
    let (server, _lines) = serve(folder.path())?;
    let process = server.0.id().to_string();
    tell("memory of an idle server", &megabytes(memory_mb(&process, "VmRSS")), "60 MB")?;
    tell("the most it needed to start", &megabytes(memory_mb(&process, "VmHWM")), "")
}

/// Starts `kairos serve` and returns once it says where it is.
fn serve(folder: &Path) -> Result<(Server, impl Iterator<Item = io::Result<String>>)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kairos"));
    command.arg("serve").current_dir(folder).env_clear().env("HOME", folder).env("KAIROS_HTTP_LISTEN", "127.0.0.1:0");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let stdout = child.stdout.take().context("it has no output")?;
    let server = Server(child);
    let mut lines = BufReader::new(stdout).lines();
    let ready = lines.by_ref().map_while(Result::ok).any(|line| line.starts_with("Open the playground"));
    anyhow::ensure!(ready, "kairos serve does not start here");
    Ok((server, lines))
}
