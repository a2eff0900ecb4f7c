//! `kairos import`: people, duties and numbers from CSV files, with a bar on a terminal and a report of what was refused.
//!
//! Invariants
//! - A row that can't be read is told with its line and why, and stops nothing; what it says is not shown.
//! - The same file twice changes nothing the second time.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, Read, Write},
    path::{Path, PathBuf},
};

use ::chat::{PersonKey, Signal, Timestamp};
use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Map, Value};

use super::{Outcome, duty, people::introduce, runtime};
use crate::{
    alerts::{read_entry, read_instant},
    clock::{Clock, Ids},
    config::Config,
    store::{DipChange, EVERY_TEAM, Outcome as Change, Store},
};

/// What can be taken in.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Import {
    /// People: a line each, a column for each way in which systems name them (email, crm, slack, discord, …)
    ///
    /// The first line names the columns. A cell of `slack` is workspace/user, e.g. T0123/U0456; one of
    /// `discord` is the user's id.
    People {
        /// The CSV file
        file: PathBuf,
    },
    /// Who is on call: a line each with person, from, until, and team (none: every team)
    #[command(name = "on-call", alias = "duties")]
    Duties {
        /// The CSV file
        file: PathBuf,
    },
    /// Numbers: a line each with person, measure, numerator and denominator or value, from, until, baseline
    ///
    /// A running Kairos looks at them as at those that come by webhook; what is older than a rule's window only counts
    /// as the past.
    Observations {
        /// The CSV file
        file: PathBuf,
    },
}

/// The most rows whose refusal is told one by one.
const TOLD: usize = 50;
/// Rows that are written together.
const BATCH: usize = 500;

/// Takes a file in.
pub fn run(import: &Import, config: &Config, out: &mut dyn Write) -> Result<Outcome> {
    runtime()?.block_on(async {
        let store = Store::open(&config.store.expose()).await?;
        let report = match import {
            Import::People { file } => people(&store, file).await,
            Import::Duties { file } => duties(&store, file).await,
            Import::Observations { file } => observations(&store, file).await,
        };
        let waiting = store.signals_waiting(1_000).await;
        store.close().await;
        report?.print(&waiting?, out)
    })
}

/// What became of a file's rows.
#[derive(Debug, Default)]
struct Report {
    taken: u64,
    known: u64,
    refused: Vec<(u64, String)>,
}

impl Report {
    fn refuse(&mut self, line: u64, why: impl Into<String>) {
        self.refused.push((line, why.into()));
    }

    fn print(&self, waiting: &[crate::store::Waiting], out: &mut dyn Write) -> Result<Outcome> {
        for (line, why) in self.refused.iter().take(TOLD) {
            writeln!(out, "line {line}: {why}")?;
        }
        if self.refused.len() > TOLD {
            writeln!(out, "and {} more", self.refused.len() - TOLD)?;
        }
        let Self { taken, known, refused } = self;
        writeln!(out, "{taken} rows taken in, {known} known before, {} refused", refused.len())?;
        if !waiting.is_empty() {
            let signals: u64 = waiting.iter().map(|it| it.count).sum();
            writeln!(out, "{signals} numbers or alerts wait for {} names that nobody bears yet:", waiting.len())?;
            for it in waiting.iter().take(20) {
                writeln!(out, "  {}:{} ({})", it.who.scheme, it.who.value, it.count)?;
            }
        }
        Ok(if refused.is_empty() { Outcome::Well } else { Outcome::Found })
    }
}

/// A CSV file with its bar.
fn open(file: &Path) -> Result<(csv::Reader<impl Read>, ProgressBar)> {
    let opened = File::open(file).with_context(|| format!("{} can't be read", file.display()))?;
    let bar = ProgressBar::with_draw_target(Some(opened.metadata()?.len()), ProgressDrawTarget::stderr());
    // The template is a constant; the plain bar would do as well.
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta}") {
        bar.set_style(style);
    }
    let reader = bar.wrap_read(BufReader::new(opened));
    Ok((csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(reader), bar))
}

fn columns(reader: &mut csv::Reader<impl Read>) -> Result<Vec<String>> {
    let columns: Vec<String> =
        reader.headers()?.iter().map(|name| name.trim_start_matches('\u{feff}').to_lowercase()).collect();
    if columns.iter().all(String::is_empty) {
        bail!("the file is empty: its first line names the columns");
    }
    Ok(columns)
}

/// The cells of a row by column; empty ones left out. `None` after telling why.
fn cells<'a>(
    columns: &'a [String],
    record: &Result<csv::StringRecord, csv::Error>,
    report: &mut Report,
) -> Option<(u64, BTreeMap<&'a str, String>)> {
    match record {
        Ok(record) => {
            let line = record.position().map_or(0, csv::Position::line);
            if record.len() > columns.len() {
                report.refuse(line, format!("{} cells in {} columns", record.len(), columns.len()));
                return None;
            }
            let cells = columns.iter().map(String::as_str).zip(record.iter()).filter(|(_, cell)| !cell.is_empty());
            Some((line, cells.map(|(name, cell)| (name, cell.to_owned())).collect()))
        }
        Err(error) => {
            report.refuse(error.position().map_or(0, csv::Position::line), "the row is no text in UTF-8");
            None
        }
    }
}

async fn people(store: &Store, file: &Path) -> Result<Report> {
    let (mut reader, bar) = open(file)?;
    let columns = columns(&mut reader)?;
    for name in &columns {
        if PersonKey::new(name, "x").is_none() {
            bail!("a column isn’t a kind of name; use email, crm, slack or discord");
        }
    }
    let (clock, ids) = (Clock::system(), Ids::random());
    let mut report = Report::default();
    for record in reader.records() {
        let Some((line, cells)) = cells(&columns, &record, &mut report) else { continue };
        let names: Option<Vec<PersonKey>> = cells.iter().map(|(scheme, cell)| PersonKey::new(scheme, cell)).collect();
        let Some(names) = names else {
            report.refuse(line, "a name is too long or holds what is no text");
            continue;
        };
        match introduce(store, &names, &ids, clock.now()).await? {
            Ok(_) => report.taken += 1,
            Err(why) => report.refuse(line, why),
        }
    }
    bar.finish_and_clear();
    Ok(report)
}

/// A rota: who is on duty, for which team, from when until when.
async fn duties(store: &Store, file: &Path) -> Result<Report> {
    let (mut reader, bar) = open(file)?;
    let columns = columns(&mut reader)?;
    for needed in ["person", "from", "until"] {
        if !columns.iter().any(|name| name == needed) {
            bail!("the column `{needed}` is missing: person, team, from, until");
        }
    }
    let now = Clock::system().now();
    let mut report = Report::default();
    for record in reader.records() {
        let Some((line, cells)) = cells(&columns, &record, &mut report) else { continue };
        let cell = |name: &str| cells.get(name).map(String::as_str);
        let (Some(from), Some(until)) = (cell("from").and_then(read_instant), cell("until").and_then(read_instant))
        else {
            report.refuse(line, "`from` and `until` aren’t times I understand; try 2026-11-20 or 2026-11-20T09:00:00Z");
            continue;
        };
        let team = cell("team").unwrap_or(EVERY_TEAM);
        match duty::put(store, cell("person").unwrap_or_default(), team, (from, until), now).await? {
            Ok(()) => report.taken += 1,
            Err(why) => report.refuse(line, why),
        }
    }
    bar.finish_and_clear();
    Ok(report)
}

async fn observations(store: &Store, file: &Path) -> Result<Report> {
    let (mut reader, bar) = open(file)?;
    let columns = columns(&mut reader)?;
    for needed in ["person", "measure"] {
        if !columns.iter().any(|name| name == needed) {
            bail!(
                "the column `{needed}` is missing: person, measure, numerator, denominator, value, from, until, baseline"
            );
        }
    }
    let now = Clock::system().now();
    let (mut report, mut batch) = (Report::default(), Vec::new());
    for record in reader.records() {
        let Some((line, cells)) = cells(&columns, &record, &mut report) else { continue };
        let entry: Map<String, Value> =
            cells.into_iter().map(|(name, cell)| (name.to_owned(), Value::String(cell))).collect();
        match read_entry("import", &Value::Object(entry), now) {
            Ok(signal) if signal.who.is_none() => report.refuse(line, "`person` is empty"),
            Ok(signal) => {
                if keep(store, signal, now, &mut batch).await? {
                    report.taken += 1;
                } else {
                    report.known += 1;
                }
            }
            Err(why) => report.refuse(line, why),
        }
        if batch.len() >= BATCH {
            write(store, &mut batch).await?;
        }
    }
    write(store, &mut batch).await?;
    bar.finish_and_clear();
    Ok(report)
}

/// Puts a number among those to be written; false when it is there already.
async fn keep(store: &Store, signal: Signal, now: Timestamp, batch: &mut Vec<DipChange>) -> Result<bool> {
    let is_batched =
        batch.iter().any(|it| matches!(it, DipChange::Keep { signal: other, .. } if other.id == signal.id));
    if is_batched || store.knows_signal(&signal.id).await? {
        return Ok(false);
    }
    // Without a person yet: the line finds it, looks at the number, and decides, as for everything that waited.
    batch.push(DipChange::Keep { signal: Box::new(signal), person: None, received_at: now });
    Ok(true)
}

async fn write(store: &Store, batch: &mut Vec<DipChange>) -> Result<()> {
    let dips = std::mem::take(batch);
    store.conclude(&Change { dips, ..Change::default() }).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imported(store_file: &Path, import: &Import) -> (Outcome, String) {
        let url = format!("sqlite:{}", store_file.display());
        let config = Config::load(None, [("KAIROS_STORE_URL".to_owned(), url)].into_iter(), None).unwrap();
        let mut out = Vec::new();
        let outcome = run(import, &config, &mut out).unwrap();
        (outcome, String::from_utf8(out).unwrap())
    }

    #[test]
    fn every_row_that_is_refused_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let (people, numbers) = (folder.path().join("people.csv"), folder.path().join("numbers.csv"));
        std::fs::write(&people, "email,crm,slack\nana@example.org,0055,T1/U1\nben@example.org,0056,U2\n,,\n").unwrap();
        std::fs::write(
            &numbers,
            "person,measure,numerator,denominator,from,until,baseline\n\
             crm:0055,close-rate,9,60,2026-01-01,2026-02-28,25 %\n\
             crm:0099,close-rate,9,60,2026-01-01,2026-02-28,\n\
             somebody,close-rate,9,60,2026-01-01,2026-02-28,\n\
             crm:0055,close-rate,,60,2026-01-01,2026-02-28,\n\
             crm:0055,close-rate,9,60,2026-03-01,2026-02-28,\n",
        )
        .unwrap();
        let store = folder.path().join("kairos.sqlite");
        let (outcome, told) = imported(&store, &Import::People { file: people });
        assert_eq!(outcome, Outcome::Found);
        insta::assert_snapshot!(told);
        let import = Import::Observations { file: numbers };
        insta::assert_snapshot!(imported(&store, &import).1);
        let again = imported(&store, &import).1;
        assert!(again.contains("0 rows taken in, 2 known before, 3 refused"), "{again}");
    }
}
