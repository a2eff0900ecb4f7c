//! `kairos eval`: how well needs are recognised, measured on files of labelled messages with the live recogniser.
//!
//! Invariants
//! - What is measured is [`Recogniser`] as the live bot has it; thresholds come from traffic, never from the test.
//! - The same files and seed give the same figures, but for times.

mod intents;
mod lines;
mod measures;
mod workplace;

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use chat::What;

use super::Outcome;
use crate::{
    engine::{AlarmBudget, Recogniser, ScoreSketch},
    history::{History, Wanted},
};

/// False alarms per thousand messages that are tried.
const BUDGETS: [u16; 3] = [1, 2, 5];
/// The share of a history that sets thresholds; the rest is what they are measured on.
const SETTING_PERCENT: usize = 40;

/// What can be asked of `kairos eval`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Examples to learn from: CSV with the header text,label
    #[arg(long, value_name = "CSV", requires = "test", required_unless_present = "workplace")]
    train: Option<PathBuf>,
    /// Messages to recognise: CSV with the header text,label
    #[arg(long, value_name = "CSV", requires = "train")]
    test: Option<PathBuf>,
    /// The label of messages that mean none of the others
    #[arg(long, value_name = "LABEL")]
    none: Option<String>,
    /// Learn from so many examples of each label, drawn by the seed
    #[arg(long, value_name = "N", requires = "train")]
    shots: Option<usize>,
    /// What chance begins with
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Triggers with the messages that mean them, and near misses: JSON like data/workplace-triggers.json
    #[arg(long, value_name = "JSON", conflicts_with_all = ["train", "test", "none"])]
    workplace: Option<PathBuf>,
    /// Only triggers of these areas of the JSON
    #[arg(long = "area", value_name = "AREA", requires = "workplace")]
    areas: Vec<String>,
    /// What ordinary messages are: an export of Slack or Discord, for thresholds and false alarms
    #[arg(long, value_name = "EXPORT")]
    history: Option<PathBuf>,
    /// One JSON object, for programs
    #[arg(long)]
    json: bool,
}

/// Measures what was asked for and writes it to `out`.
pub fn run(args: &Args, out: &mut dyn Write) -> Result<Outcome> {
    let history = args.history.as_deref().map(messages).transpose()?;
    let (json, text) = match (&args.train, &args.test, &args.workplace) {
        (Some(train), Some(test), None) => intents::measure(args, train, test, history.as_deref())?.told()?,
        (_, _, Some(file)) => {
            let history = history.context("--workplace needs --history, to know what ordinary messages are")?;
            workplace::measure(file, &args.areas, &history)?.told()?
        }
        _ => bail!("name --train and --test, or --workplace"),
    };
    if args.json {
        writeln!(out, "{json:#}")?;
    } else {
        write!(out, "{text}")?;
    }
    Ok(Outcome::Well)
}

/// What people wrote, in the order of time.
fn messages(path: &Path) -> Result<Vec<String>> {
    let history = History::open(path, Wanted::default())?;
    let said = history.filter_map(|event| match event.ok()?.what {
        What::Message(message) if !message.by_bot => Some(message.text),
        _ => None,
    });
    let said: Vec<String> = said.collect();
    if said.is_empty() {
        bail!("{} holds no message", path.display());
    }
    Ok(said)
}

/// A budget, the threshold that the first part of a history sets for it, and what it lets through in the rest.
struct Measured {
    budget: u16,
    threshold: f32,
    realised_per_1000: f64,
}

/// Sets the thresholds as a channel's own traffic would.
fn thresholds(recogniser: &Recogniser, history: &[String]) -> Vec<Measured> {
    let scores: Vec<f32> = history.iter().map(|text| strongest(&recogniser.scores(text)).1).collect();
    let (setting, rest) = scores.split_at(scores.len() * SETTING_PERCENT / 100);
    let mut sketch = ScoreSketch::default();
    for score in setting {
        sketch.add(*score);
    }
    BUDGETS
        .into_iter()
        .map(|budget| {
            let threshold = sketch.threshold(AlarmBudget::per_1000(f32::from(budget)));
            let alarms = rest.iter().filter(|score| **score >= threshold).count();
            Measured { budget, threshold, realised_per_1000: 1000.0 * alarms as f64 / rest.len().max(1) as f64 }
        })
        .collect()
}

/// The strongest need and its score; without any trigger it is as weak as can be.
fn strongest(scores: &[f32]) -> (usize, f32) {
    let best = scores.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
    best.unwrap_or((usize::MAX, f32::MIN))
}
