//! Log lines: for reading on a terminal, one JSON object a line for a collector, always to standard error.
//!
//! Invariants
//! - Standard output belongs to the command's answer.
//! - Never a message's text, a token or a person's name: whoever logs keeps to ids.

use std::io::{self, IsTerminal};

use anyhow::{Context, Result, anyhow};
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Starts logging for the whole process; fails when it has been started before.
pub fn start(log: &Log) -> Result<()> {
    let filter = EnvFilter::try_new(log.level.directives()).context("the log level can't be used")?;
    let is_terminal = io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let started = if as_json(log.format, is_terminal) {
        lines.json().flatten_event(true).try_init()
    } else {
        lines.with_ansi(is_terminal).try_init()
    };
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
}
