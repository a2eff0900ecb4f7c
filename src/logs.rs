//! Log lines: for reading on a terminal, one JSON object a line for a collector, always to standard error.
//!
//! Invariants
//! - Standard output belongs to the command's answer.
//! - Never a message's text, a token or a person's name: our own code keeps to ids, at every level.
//! - A dependency never says more than `most` allows, whatever level somebody asks for: at `trace` most of them print
//!   what goes over the wire, and the chat libraries print messages that they can't read even as warnings.

use std::io::{self, IsTerminal};

use anyhow::{Context, Result, anyhow};
use tracing::{Metadata, level_filters::LevelFilter};
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::{FilterExt, filter_fn},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::config::{Log, LogFormat};

/// The crates whose lines are ours to answer for.
const OURS: [&str; 6] = ["kairos", "slack", "discord", "playground", "chat", "meaning"];

/// Dependencies that print what people write, or what opens a door, already above `trace`: the most that each may say.
const TELLING: [(&str, LevelFilter); 7] = [
    // Their warnings and errors quote the event or the answer that could not be read.
    ("serenity", LevelFilter::OFF),
    ("slack_morphism", LevelFilter::OFF),
    // Frames, and why a connection was closed.
    ("tungstenite", LevelFilter::INFO),
    ("tokio_tungstenite", LevelFilter::INFO),
    ("h2", LevelFilter::INFO),
    // Addresses; those of Discord's interactions end in a token.
    ("reqwest", LevelFilter::INFO),
    ("tower_http", LevelFilter::INFO),
];

/// The most that is ever logged of a target.
fn most(target: &str) -> LevelFilter {
    let from = target.split("::").next().unwrap_or_default();
    if OURS.contains(&from) {
        return LevelFilter::TRACE;
    }
    TELLING.iter().find(|(telling, _)| *telling == from).map_or(LevelFilter::DEBUG, |(_, most)| *most)
}

/// Starts logging for the whole process; fails when it has been started before.
pub fn start(log: &Log) -> Result<()> {
    let asked = EnvFilter::try_new(log.level.directives()).context("the log level can't be used")?;
    let allowed = filter_fn(|line: &Metadata<'_>| *line.level() <= most(line.target()));
    let is_terminal = io::stderr().is_terminal();
    let lines = fmt::layer::<Registry>().with_writer(io::stderr);
    let lines = if as_json(log.format, is_terminal) {
        lines.json().flatten_event(true).boxed()
    } else {
        lines.with_ansi(is_terminal).boxed()
    };
    let started = tracing_subscriber::registry().with(lines.with_filter(asked.and(allowed))).try_init();
    // The error is boxed without `Sync`-safe context of its own; its text is all there is to know.
    started.map_err(|error| anyhow!("logging can't be started: {error}"))
}

/// True when lines are for a collector.
fn as_json(format: LogFormat, is_terminal: bool) -> bool {
    match format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !is_terminal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_text_and_a_collector_json_unless_one_is_chosen() {
        assert!(!as_json(LogFormat::Auto, true));
        assert!(as_json(LogFormat::Auto, false));
        assert!(as_json(LogFormat::Json, true));
        assert!(!as_json(LogFormat::Text, false));
    }

    #[test]
    fn dependencies_say_no_more_than_they_may() {
        assert_eq!(most("kairos::ingest::worker"), LevelFilter::TRACE);
        assert_eq!(most("slack"), LevelFilter::TRACE);
        assert_eq!(most("slack_morphism::listener"), LevelFilter::OFF);
        assert_eq!(most("serenity::gateway::ws"), LevelFilter::OFF);
        assert_eq!(most("tungstenite::protocol"), LevelFilter::INFO);
        assert_eq!(most("sqlx::query"), LevelFilter::DEBUG);
        assert_eq!(most("whatever_comes_next"), LevelFilter::DEBUG);
    }
}
