//! What a message on Discord costs: CPU of the real binary and of a bot of discord.js, on the same fake gateway and API.
//!
//! ```text
//! npm ci --prefix benches/discord          once: discord.js
//! cargo bench --bench discord              or, with how many messages are said: cargo bench --bench discord -- 10000
//! ```
//! Each connects, gets the same messages as fast as it takes them, and answers the same questions in threads. The time is
//! what the kernel counted for the process, user and system together, from the first message to the last answer; as
//! many come before, to warm up. Kairos has every message on the disk before it counts as taken; the bot of
//! discord.js, a loop over the same keywords, keeps nothing. Kairos runs twice: in channels that are off, where it takes
//! and answers what it is asked, and in live ones, where it recognises needs in every message besides.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures the machine, and tells")]

#[path = "discord/fake.rs"]
mod fake;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use fake::Fake;
use kairos::library::{Library, Source};

const MESSAGES: usize = 3_000;
/// The kernel counts in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);
/// How long one run may take before it counts as broken.
const PATIENCE: Duration = Duration::from_mins(10);

fn main() {
    let asked = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let messages = asked.unwrap_or(MESSAGES);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    println!("{messages} messages each; one in a hundred asks, and is answered");
    let theirs = runtime.block_on(measure("discord.js", messages, discord_js));
    let taking = runtime.block_on(measure("Kairos, taking", messages, |fake, home| kairos(fake, home, "off")));
    let hearing = runtime.block_on(measure("Kairos, recognising", messages, |fake, home| kairos(fake, home, "live")));
    println!("taking: {:.2} of discord.js's CPU a message; recognising too: {:.2}", taking / theirs, hearing / theirs);
}

/// Runs a bot against a fake Discord; microseconds of CPU a message.
async fn measure(name: &str, messages: usize, start: impl Fn(&Fake, &Path) -> Child) -> f64 {
    let fake = Fake::start().await;
    let home = tempfile::TempDir::new().unwrap();
    let mut bot = start(&fake, home.path());
    let in_time = async |what: &str, done: &mut (dyn Future<Output = ()> + Unpin)| {
        tokio::time::timeout(PATIENCE, done).await.unwrap_or_else(|_| panic!("{name} does not {what}"));
    };
    in_time("connect", &mut Box::pin(fake.connected())).await;
    fake.say(messages);
    in_time("answer", &mut Box::pin(fake.answered())).await;
    let (before, began) = (cpu(bot.id()), Instant::now());
    fake.say(messages);
    in_time("answer", &mut Box::pin(fake.answered())).await;
    let (spent, took) = (cpu(bot.id()).saturating_sub(before), began.elapsed());
    bot.kill().unwrap();
    bot.wait().unwrap();
    let each = spent.as_secs_f64() * 1e6 / messages as f64;
    println!(
        "{name:20} {each:7.0} µs of CPU a message; {:5.1} s for all; {} answers",
        took.as_secs_f64(),
        fake.answers()
    );
    each
}

/// What the kernel counted for a process, user and system, all threads.
fn cpu(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The name, in parentheses, may hold blanks.
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    let ticks = |field: usize| fields[field].parse::<u32>().unwrap();
    TICK * (ticks(11) + ticks(12))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/discord")
}

fn discord_js(fake: &Fake, _home: &Path) -> Child {
    assert!(folder().join("node_modules/discord.js").exists(), "run `npm ci --prefix benches/discord` first");
    let library = Library::read(&Source::Starter).library;
    let keywords: Vec<_> = library.triggers.values().flat_map(|trigger| trigger.keywords.clone()).collect();
    let mut command = Command::new("node");
    command.arg(folder().join("bot.mjs")).env("NODE_ENV", "production");
    command.env("API", fake.api()).env("TOKEN", fake::TOKEN).env("KEYWORDS", keywords.join("|"));
    command.stdout(Stdio::null()).spawn().expect("there is no node")
}

fn kairos(fake: &Fake, home: &Path, mode: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kairos"));
    command.arg("serve").current_dir(home).env_clear().env("HOME", home);
    command.env("KAIROS_HTTP_LISTEN", "127.0.0.1:0").env("KAIROS_LOG_LEVEL", "error");
    command.env("KAIROS_DISCORD_TOKEN", fake::TOKEN).env("KAIROS_DISCORD_API_URL", format!("{}/v10", fake.api()));
    command.env("KAIROS_CHANNELS_DEFAULT", mode);
    command.env("KAIROS_STORE_URL", format!("sqlite:{}", home.join("kairos.sqlite").display()));
    command.stdout(Stdio::null()).spawn().unwrap()
}
