//! `cargo bench`: the time and the memory of a replayed message, of recognising, and of a start.
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
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use jiff::tz::TimeZone;
use kairos::{
    commands::replay::{self, Rehearsal, Replay, Screen},
    config::Config,
    engine::Recogniser,
    library::{Library, Source},
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

const MESSAGES: u32 = 50_000;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // The replay comes first: the highest memory of the process is then its own.
    replayed(&runtime)?;
    recognised()?;
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
        let mut took = Duration::ZERO;
        for n in 0..times {
            for text in &texts {
                // No two alike: what was looked at lately is remembered.
                let text = format!("({n}) {text}");
                let began = now();
                black_box(recogniser.hear(black_box(&text), false));
                took += began.elapsed();
            }
        }
        tell(name, &micros(took, times * u32::try_from(texts.len())?), "")?;
    }
    Ok(())
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
