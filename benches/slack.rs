//! What an event of Slack costs: CPU from the request to its acknowledgement, and to the posted card.
//!
//! ```text
//! npm ci --prefix benches/bolt     # once, to compare with Bolt for JavaScript
//! cargo bench --bench slack         # KAIROS_BENCH_TRIGGERS=10 for the small library alone
//! ```
//!
//! Each bot is a process of its own between the senders and an imitation of the Web API, both in this process; its CPU
//! is what the system says it took. Triggers are keywords, so that what recognising by meaning takes stands apart.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures the machine, and tells")]

#[path = "slack/bare.rs"]
mod bare;
#[path = "slack/world.rs"]
mod world;

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::Result;
use chat::{EventId, PlatformKind, Timestamp};
use kairos::{
    engine::Recogniser,
    library::{Library, Source},
    store::{Arrival, Store},
};
use tempfile::TempDir;
use world::{Bot, Senders, Web, event, own_cpu, write_prompts};

/// Events of one measurement.
const EVENTS: usize = 1_000;
/// People who write them: nobody gets the same card twice.
const PEOPLE: usize = EVENTS / 10;
/// Events at a time, at full load.
const AT_ONCE: usize = 32;

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    if args.next().as_deref() == Some(bare::ARGUMENT) {
        return bare::run(args.collect());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        // Kairos alone has tables; what the others know is gone when they stop.
        for triggers in libraries() {
            let web = Web::start().await?;
            let folder = TempDir::new()?;
            write_prompts(folder.path(), triggers)?;
            let bot = Bot::start(&mut kairos(folder.path(), &web, triggers), &web).await?;
            kairos_costs(&bot, &web, triggers).await?;
            drop(bot);
            recognising(&folder.path().join("prompts"), triggers);
        }
        for triggers in libraries() {
            for kept in ["nothing", "sqlite"] {
                let web = Web::start().await?;
                let mut command = Command::new(std::env::current_exe()?);
                let folder = TempDir::new()?;
                let file = folder.path().join("bare.sqlite");
                let kept_in = if kept == "sqlite" { file.to_string_lossy().into_owned() } else { String::new() };
                command.args([
                    bare::ARGUMENT,
                    &web.bot_port().to_string(),
                    &web.api(),
                    &triggers.to_string(),
                    &kept_in,
                ]);
                let bot = Bot::start(&mut command, &web).await?;
                others_cost(&format!("a bare loop in Rust, {kept} kept"), &bot, &web, triggers).await?;
            }
            bolt(triggers).await?;
        }
        commits().await
    })
}

fn kairos(folder: &Path, web: &Web, triggers: usize) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kairos"));
    let store = format!("sqlite:{}", folder.join("kairos.sqlite").display());
    command.arg("serve").env_clear().current_dir(folder).envs([
        ("KAIROS_STORE_URL", store.as_str()),
        ("KAIROS_HTTP_LISTEN", &format!("127.0.0.1:{}", web.bot_port())),
        ("KAIROS_SLACK_API_URL", &web.api()),
        ("KAIROS_SLACK_BOT_TOKEN", "xoxb-bench"),
        ("KAIROS_SLACK_SIGNING_SECRET", "bench"),
        ("KAIROS_PROMPTS_DIR", &folder.join("prompts").to_string_lossy()),
        ("KAIROS_CHANNELS_DEFAULT", "live"),
        ("KAIROS_CADENCE_GRACE_MINUTES", "0"),
        ("KAIROS_CADENCE_BUDGET_PER_DAY", "100"),
        ("KAIROS_CADENCE_BUDGET_PER_WEEK", "100"),
        ("KAIROS_CADENCE_WORKING_DAYS", "Mon-Sun"),
        ("KAIROS_CADENCE_WORKING_HOURS", "00:00-23:59"),
        ("KAIROS_LOG_LEVEL", "error"),
    ]);
    println!("\nKairos, {triggers} triggers, every event durable before it is acknowledged");
    command
}

/// How many triggers each run has; `KAIROS_BENCH_TRIGGERS=10` for one of them.
fn libraries() -> Vec<usize> {
    let chosen = std::env::var("KAIROS_BENCH_TRIGGERS").ok().and_then(|number| number.parse().ok());
    chosen.map_or_else(|| vec![10, 10_000], |number| vec![number])
}

async fn kairos_costs(bot: &Bot, web: &Web, triggers: usize) -> Result<()> {
    tell("memory after the start", &bot.memory());
    let senders = Senders::new(web);
    // Everybody is described once, as they ask for what is not known: nothing unasked is said to whom nobody knows.
    senders.all((0..PEOPLE).map(|n| event("hello", n, n, &format!("<@U0BOT> zebra {n}"))), AT_ONCE).await?;
    web.posted(PEOPLE).await;
    web.described(PEOPLE).await;

    let quiet = |n: usize| event("quiet", n, n % PEOPLE, &format!("lunch at {n}, who joins?"));
    let cost = bot.cpu_of(senders.all((0..EVENTS).map(quiet), AT_ONCE)).await?;
    bot.is_quiet().await;
    tell("CPU of an event that is heard and left alone", &cost.each(EVENTS, bot));

    let before = web.count();
    let about = |n: usize| event("card", n, n / 10, &format!("what about topic {:05}?", topic(n, triggers)));
    let cost = bot
        .cpu_of(async {
            senders.all((0..EVENTS).map(about), AT_ONCE).await?;
            web.posted(before + EVENTS).await;
            Ok(())
        })
        .await?;
    tell("CPU of an event, to the card in its thread", &cost.each(EVENTS, bot));

    let before = web.count();
    senders.all((0..1_000).map(|_| about(0)), AT_ONCE).await?;
    bot.is_quiet().await;
    tell("cards after 1,000 repetitions", &(web.count() - before).to_string());

    let pace = Duration::from_millis(20);
    let waits = senders.paced((0..500).map(|n| event("paced", n, n % PEOPLE, "who has the keys?")), pace).await?;
    tell("acknowledged after, at 50 events a second", &percentiles(waits));
    tell("memory now", &bot.memory());
    Ok(())
}

/// What hearing alone takes of it.
fn recognising(prompts: &Path, triggers: usize) {
    let library = Library::read(&Source::Folder(prompts.to_owned())).library;
    let recogniser = Recogniser::of(&library);
    let quiet = |n: u32| format!("lunch at {n}, who joins?");
    let card = |n: u32| format!("what about topic {:05}?", n % 10);
    let cases: [(&str, &dyn Fn(u32) -> String); 2] = [("left alone", &quiet), ("answered", &card)];
    for (what, text) in cases {
        let began = own_cpu();
        let times = if triggers > 100 { 20 } else { 200 };
        for n in 0..times {
            std::hint::black_box(recogniser.hear(&text(n), false));
        }
        let each = own_cpu().saturating_sub(began).as_secs_f64() * 1e3 / f64::from(times);
        tell(&format!("of it recognising, where it is {what}"), &format!("{each:.3} ms"));
    }
}

/// Spread over all triggers; the cards of one person differ.
fn topic(n: usize, triggers: usize) -> usize {
    (n * (triggers / 10) + n % 10) % triggers / 10 * 10 + n % 10
}

async fn others_cost(name: &str, bot: &Bot, web: &Web, triggers: usize) -> Result<()> {
    let senders = Senders::new(web);
    let about = |n: usize| event("card", n, n / 10, &format!("what about topic {:05}?", topic(n, triggers)));
    senders.all((0..100).map(about), AT_ONCE).await?;
    web.posted(100).await;
    let cost = bot
        .cpu_of(async {
            senders.all((100..EVENTS).map(about), AT_ONCE).await?;
            web.posted(EVENTS).await;
            Ok(())
        })
        .await?;
    println!("\n{name}, {triggers} triggers");
    tell("CPU of an event, to the card in its thread", &cost.each(EVENTS - 100, bot));
    tell("memory now", &bot.memory());
    Ok(())
}

async fn bolt(triggers: usize) -> Result<()> {
    let app = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/bolt");
    if !app.join("node_modules").exists() {
        println!("\nBolt for JavaScript is not installed: npm ci --prefix benches/bolt");
        return Ok(());
    }
    let web = Web::start().await?;
    let mut command = Command::new("node");
    command.current_dir(&app).args(["app.mjs", &web.bot_port().to_string(), &web.api(), &triggers.to_string()]);
    let bot = Bot::start(&mut command, &web).await?;
    others_cost("Bolt for JavaScript", &bot, &web, triggers).await
}

/// What the commit itself takes, at the same pace and on the same disk.
async fn commits() -> Result<()> {
    let folder = TempDir::new()?;
    let store = Store::open(&format!("sqlite:{}", folder.path().join("kairos.sqlite").display())).await?;
    let mut waits = Vec::new();
    for n in 0..500 {
        let raw = event("commit", n, n % PEOPLE, "who has the keys?").to_string();
        let id = EventId::new(format!("slack:T1:C1:{n}"));
        let at = Timestamp::from_ms(1_700_000_000_000);
        let arrival = Arrival { id, origin: PlatformKind::Slack.into(), raw, received_at: at };
        let began = Instant::now();
        store.accept(&arrival).await?;
        waits.push(began.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!();
    tell("the commit itself, at 50 a second", &percentiles(waits));
    Ok(())
}

fn percentiles(mut waits: Vec<Duration>) -> String {
    waits.sort_unstable();
    let at = |percent: usize| waits[(waits.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    format!("{:.2} ms at the median, {:.2} ms at 99 %", at(50), at(99))
}

fn tell(what: &str, value: &str) {
    println!("  {what:<50} {value}");
}
