//! `kairos replay PATH`: what the triggers would have done in a history that Slack or Discord exported.
//!
//! Every channel of the history is taken as live, and every message as overheard: an export names no bot of ours.
//!
//! Invariants
//! - Nothing is sent or kept; the text of a message is printed only where it was asked for.
//! - Time stands still but for the history's own instants.
//! - With `--json` every line of the output is a JSON object, the summary the last.

mod decision_lines;
mod rehearsal;
mod report;
mod table;

use std::{
    collections::HashMap,
    future::Future,
    io::{self, IsTerminal, Write},
    path::PathBuf,
};

use anyhow::Context;
use chat::{Event, EventId, MessageId, PersonId, Profile, Timestamp, What};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::{civil::Date, tz::TimeZone};

pub use rehearsal::Rehearsal;
pub use report::{Day, Example, Report, Summary, TriggerSummary, Week};
pub use table::Screen;

use crate::{
    engine::{Act, Decision},
    history::{History, NotHistory, Wanted, plain_line},
    library::TriggerId,
};

/// The longest text that is shown of a message, in characters.
const SHOWN_TEXT: usize = 200;

/// See what the triggers would have done: how often, for whom, and on which day the most.
#[derive(Args, Clone, Debug)]
pub struct Replay {
    /// A Slack export (zip or folder), or JSON of `DiscordChatExporter` (a file or a folder of them)
    pub path: PathBuf,
    /// Show this many examples of each trigger, with their text
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub show: usize,
    /// Print one decision a line as JSON, and a summary as the last line
    #[arg(long)]
    pub json: bool,
    /// With --json, print the messages' text too
    #[arg(long, requires = "json")]
    pub text: bool,
    /// Only this channel; may be given more than once
    #[arg(long = "channel", value_name = "NAME")]
    pub channels: Vec<String>,
    /// From this day on, e.g. 2024-03-01
    #[arg(long, value_name = "DATE")]
    pub from: Option<Date>,
    /// Up to this day, itself included
    #[arg(long, value_name = "DATE")]
    pub to: Option<Date>,
    /// The time zone of dates, days and weeks, e.g. Europe/Lisbon
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = zone)]
    pub zone: TimeZone,
    /// The folder of the library, in place of what ships with Kairos
    #[arg(long, value_name = "DIR")]
    pub prompts: Option<PathBuf>,
}

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| format!("“{name}” isn’t a time zone; try one like Europe/Lisbon"))
}

impl Replay {
    /// Opens the history that is asked for.
    pub fn open(&self) -> Result<History, NotHistory> {
        let start = |date: Date| date.to_zoned(self.zone.clone()).ok().map(|at| at.timestamp().as_millisecond());
        let end = self.to.and_then(|to| to.tomorrow().ok()).and_then(start);
        let from = self.from.and_then(start);
        let wanted = Wanted {
            channels: self.channels.clone(),
            from: from.map(Timestamp::from_ms),
            to: end.map(Timestamp::from_ms),
        };
        History::open(&self.path, wanted)
    }
}

/// What became of one need, or of a message without any, at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The event it was heard in.
    pub event: EventId,
    /// The message it was heard in.
    pub message: MessageId,
    /// When that message was written.
    pub said_at: Timestamp,
    /// When this was decided.
    pub at: Timestamp,
    /// The channel's name, without `#`.
    pub channel: String,
    /// Who wrote the message.
    pub person: PersonId,
    /// What was decided, and why. For a need that was held, `need` (or the plan) names its trigger at every look.
    pub decision: Decision,
    /// The title of the card that would be shown first, where one would be.
    pub card: Option<String>,
    /// Which look at it this was.
    pub phase: Phase,
}

/// Which look at a need an outcome comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The first, when the message came.
    First,
    /// A later one, when the time it was held for was over.
    Again,
    /// A person answered while it was held: it is taken back.
    Cancelled,
}

/// The line from an event to decisions, as the live bot has it, with a clock that the history winds.
///
/// For each event, `wind_to` its instant comes first, then `take`; `finish` comes once, at the end.
pub trait Line {
    /// Moves the clock to `at` and decides what fell due before.
    fn wind_to(&mut self, at: Timestamp) -> impl Future<Output = anyhow::Result<Vec<Outcome>>>;

    /// Decides about an event; `by` is what the history knows of its author.
    fn take(&mut self, event: Event, by: Option<&Profile>) -> impl Future<Output = anyhow::Result<Vec<Outcome>>>;

    /// Decides what is still held after the last event, as far as it can be known.
    fn finish(&mut self) -> impl Future<Output = anyhow::Result<Vec<Outcome>>>;
}

/// Sends a history down the line and tells what came of it.
///
/// The summary comes back too. A reader of `out` that goes away (as `head` does) ends it without an error.
pub async fn run(
    replay: &Replay,
    mut history: History,
    line: &mut impl Line,
    out: &mut dyn Write,
    screen: Screen,
) -> anyhow::Result<Summary> {
    let mut telling = Telling::new(replay, &history, out);
    let bar = progress_bar(&history);
    let told = telling.all(&mut history, line, &bar).await;
    bar.finish_and_clear();
    let summary = telling.report.summary();
    let told = told.and_then(|()| {
        if replay.json {
            decision_lines::write_summary(telling.out, &summary)?;
        } else {
            telling.out.write_all(table::render(&summary, screen).as_bytes())?;
        }
        Ok(telling.out.flush()?)
    });
    match told {
        Err(error) if !is_closed_pipe(&error) => Err(error),
        _ => Ok(summary),
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// On a terminal, how far the reading is; anywhere else, nothing.
fn progress_bar(history: &History) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {percent:>3} %  {eta} left");
    let bar = ProgressBar::new(history.total_bytes());
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// Takes outcomes in, prints them where asked, and remembers the texts of what is held.
struct Telling<'a> {
    replay: &'a Replay,
    report: Report,
    out: &'a mut dyn Write,
    /// Texts of messages whose need is held, until it is settled.
    held: HashMap<(EventId, Option<TriggerId>), String>,
}

impl<'a> Telling<'a> {
    fn new(replay: &'a Replay, history: &History, out: &'a mut dyn Write) -> Self {
        let mut report = Report::new(replay.zone.clone(), if replay.json { 0 } else { replay.show });
        report.opened(history.channels().len(), history.left_out(), history.not_read().clone());
        Self { replay, report, out, held: HashMap::new() }
    }

    async fn all(&mut self, history: &mut History, line: &mut impl Line, bar: &ProgressBar) -> anyhow::Result<()> {
        while let Some(next) = history.next() {
            bar.set_position(history.done_bytes());
            match next {
                Err(broken) => self.report.broken(broken),
                Ok(event) => {
                    let by = history.profile(&event.by);
                    self.event(event, by, line).await?;
                }
            }
        }
        for outcome in line.finish().await.context("at the end of the history")? {
            self.outcome(&outcome, None)?;
        }
        Ok(())
    }

    async fn event(&mut self, event: Event, by: Option<&Profile>, line: &mut impl Line) -> anyhow::Result<()> {
        for outcome in line.wind_to(event.at).await.with_context(|| format!("before event {}", event.id))? {
            self.outcome(&outcome, None)?;
        }
        self.report.read(&event);
        let id = event.id.clone();
        let text = match &event.what {
            What::Message(message) if self.wants_text() => plain_line(&message.text, SHOWN_TEXT),
            _ => String::new(),
        };
        for outcome in line.take(event, by).await.with_context(|| format!("at event {id}"))? {
            let own = (outcome.event == id && !text.is_empty()).then_some(text.as_str());
            self.outcome(&outcome, own)?;
        }
        Ok(())
    }

    fn wants_text(&self) -> bool {
        if self.replay.json { self.replay.text } else { self.replay.show > 0 }
    }

    fn outcome(&mut self, outcome: &Outcome, text: Option<&str>) -> io::Result<()> {
        let key = (outcome.event.clone(), outcome.trigger().cloned());
        let remembered = self.held.remove(&key);
        let text = text.or(remembered.as_deref());
        self.report.take(outcome, text);
        if self.replay.json {
            decision_lines::write(self.out, outcome, text)?;
        }
        if let (Act::Hold { .. }, Some(text)) = (&outcome.decision.act, text) {
            let text = text.to_owned();
            self.held.insert(key, text);
        }
        Ok(())
    }
}

impl Outcome {
    /// The trigger it is about: that of the plan, else that of the need.
    pub fn trigger(&self) -> Option<&TriggerId> {
        match &self.decision.act {
            Act::Speak(plan) | Act::Hold { plan, .. } => Some(&plan.trigger),
            Act::Silent { .. } => self.decision.need.as_ref().map(|need| &need.trigger),
        }
    }
}

#[cfg(test)]
mod tests;
