//! `kairos import`: people, duties and numbers from CSV files, with a bar on a terminal and a report of what was refused.
//!
//! Invariants
//! - A row that can't be read is told with its line and why, and stops nothing.
//! - A column that is not known stops the file, by its name: what it means is not guessed.
//! - Two people never become one: a row that would join them is refused.
//! - The same file twice changes nothing the second time.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead as _, BufReader, Read, Write},
    path::{Path, PathBuf},
};

use ::chat::{PersonId, PersonKey, Said, Scope, Signal, Tenant, Timestamp};
use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Map, Value};

use super::{Outcome, duty, people::introduce, runtime};
use crate::{
    alerts::{read_entry, read_instant},
    clock::{Clock, Ids},
    config::Config,
    engine::dip::misfit,
    library::{Library, MeasureId},
    run::library,
    store::{DipChange, EVERY_TEAM, Outcome as Change, Store},
};

/// What can be taken in.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Import {
    /// People: a line each, a column for each way in which systems name them (email, crm, slack, discord, …)
    ///
    /// The first line names the columns: email, slack, discord, crm, hubspot, pagerduty, salesforce, zendesk, or
    /// id:SYSTEM for any other. A cell of `slack` is workspace/user, e.g. T0123/U0456; one of `discord` is the
    /// user's id.
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
        /// Whose people it tells of, such as slack/T0123; needed where Kairos is in several workspaces
        #[arg(long, value_delimiter = ',')]
        workspaces: Vec<Tenant>,
    },
}

/// Columns of a file of people.
const PEOPLE: [&str; 9] =
    ["email", "slack", "discord", "playground", "crm", "hubspot", "pagerduty", "salesforce", "zendesk"];
/// Begins the column of a system that has no column of its own.
const OTHER_SYSTEM: &str = "id:";
/// Columns of a rota.
const DUTIES: [&str; 4] = ["person", "team", "from", "until"];
/// Columns of a file of numbers.
const OBSERVATIONS: [&str; 8] = ["person", "measure", "numerator", "denominator", "value", "from", "until", "baseline"];
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
            Import::Observations { file, workspaces } => {
                match scope(config, workspaces).and_then(|it| Ok((it, library(config)?))) {
                    Ok((scope, library)) => observations(&store, file, &scope, &library).await,
                    Err(error) => Err(error),
                }
            }
        };
        let waiting = store.signals_waiting(1_000).await;
        store.close().await;
        report?.print(&waiting?, out)
    })
}

/// Whom numbers may reach: the only workspace there is, or those that are named.
fn scope(config: &Config, workspaces: &[Tenant]) -> Result<Scope> {
    if workspaces.is_empty() && config.in_several {
        bail!("Kairos is in several workspaces: say whose people these are, such as --workspaces slack/T0123");
    }
    let named = workspaces.iter().cloned().collect();
    Ok(if workspaces.is_empty() { Scope::All } else { Scope::Of(named).of_people() })
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
            writeln!(out, "{signals} numbers or alerts wait for {} names not linked to a person yet:", waiting.len())?;
            for it in waiting.iter().take(20) {
                writeln!(out, "  {}:{} ({})", it.who.scheme, it.who.value, it.count)?;
            }
        }
        Ok(if refused.is_empty() { Outcome::Well } else { Outcome::Found })
    }
}

/// A CSV file with its bar. Cells are separated as its first line is: by commas, semicolons or tabs.
fn open(file: &Path) -> Result<(csv::Reader<impl Read>, ProgressBar)> {
    let unread = || format!("{} can't be read", file.display());
    let opened = File::open(file).with_context(unread)?;
    let bar = ProgressBar::with_draw_target(Some(opened.metadata()?.len()), ProgressDrawTarget::stderr());
    // The template is a constant; the plain bar would do as well.
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta}") {
        bar.set_style(style);
    }
    let mut reader = BufReader::new(bar.wrap_read(opened));
    let separator = separator(reader.fill_buf().with_context(unread)?);
    let reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).delimiter(separator).from_reader(reader);
    Ok((reader, bar))
}

/// What separates the cells of a file that begins like this: spreadsheets write semicolons where a comma is decimal.
fn separator(beginning: &[u8]) -> u8 {
    let mut line = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default().to_vec();
    let mut quoted = false;
    line.retain(|byte| {
        quoted ^= *byte == b'"';
        !quoted
    });
    let count = |separator: &u8| line.split(|byte| byte == separator).count();
    // Of two as frequent ones the last wins: commas are the standard.
    [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

/// The columns of a file, each known and named once, with those that are needed.
fn columns(
    reader: &mut csv::Reader<impl Read>,
    is_known: impl Fn(&str) -> bool,
    needed: &[&str],
    right: &str,
) -> Result<Vec<String>> {
    let columns: Vec<String> =
        reader.headers()?.iter().map(|name| name.trim_start_matches('\u{feff}').to_lowercase()).collect();
    if columns.iter().all(String::is_empty) {
        bail!("the file is empty: its first line names the columns");
    }
    for (index, name) in columns.iter().enumerate() {
        if !is_known(name) {
            bail!("the column {name:?} is not known: {right}");
        }
        if columns[..index].contains(name) {
            bail!("the column {name:?} is there twice: leave one out, or merge them");
        }
    }
    for needed in needed {
        if !columns.iter().any(|name| name == needed) {
            bail!("the column `{needed}` is missing: {right}");
        }
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
    let is_known = |name: &str| {
        let other = name.strip_prefix(OTHER_SYSTEM).is_some_and(|system| PersonKey::new(system, "x").is_some());
        PEOPLE.contains(&name) || other
    };
    let right = format!("use {} or {OTHER_SYSTEM}SYSTEM", PEOPLE.join(", "));
    let columns = columns(&mut reader, is_known, &[], &right)?;
    let (clock, ids) = (Clock::system(), Ids::random());
    let mut report = Report::default();
    for record in reader.records() {
        let Some((line, cells)) = cells(&columns, &record, &mut report) else { continue };
        let key = |(column, cell): (&&str, &String)| {
            PersonKey::new(column.strip_prefix(OTHER_SYSTEM).unwrap_or(column), cell)
                .ok_or_else(|| (*column).to_owned())
        };
        let names = match cells.iter().map(key).collect::<Result<Vec<PersonKey>, String>>() {
            Ok(names) => names,
            Err(column) => {
                report.refuse(line, format!("`{column}` is too long or holds control characters"));
                continue;
            }
        };
        if let Some(why) = would_join(store, &names).await? {
            report.refuse(line, why);
            continue;
        }
        match introduce(store, &names, &ids, clock.now()).await? {
            Ok(_) => report.taken += 1,
            Err(why) => report.refuse(line, why),
        }
    }
    bar.finish_and_clear();
    Ok(report)
}

/// Why a row would make two people one: its names belong to different people, or to somebody who has another name of
/// the same kind. `None` where it does not.
async fn would_join(store: &Store, names: &[PersonKey]) -> Result<Option<String>> {
    let mut owner: Option<(PersonId, &str)> = None;
    for key in names {
        let Some(person) = store.person_named(key, &Scope::All, true).await? else { continue };
        match &owner {
            Some((other, scheme)) if *other != person => {
                return Ok(Some(format!("`{scheme}` and `{}` belong to two different people", key.scheme)));
            }
            _ => owner = Some((person, &key.scheme)),
        }
    }
    let Some((person, scheme)) = owner else { return Ok(None) };
    let kept = store.names_of(&person).await?;
    let other = names.iter().find(|key| {
        let mut of_kind = kept.iter().filter(|it| it.scheme == key.scheme).peekable();
        of_kind.peek().is_some() && !of_kind.any(|it| it.value == key.value)
    });
    Ok(other.map(|key| {
        format!(
            "`{scheme}` belongs to somebody with another `{}`; `kairos people add` joins them on purpose",
            key.scheme
        )
    }))
}

/// A rota: who is on duty, for which team, from when until when.
async fn duties(store: &Store, file: &Path) -> Result<Report> {
    let (mut reader, bar) = open(file)?;
    let right = format!("use {}", DUTIES.join(", "));
    let columns = columns(&mut reader, |name| DUTIES.contains(&name), &["person", "from", "until"], &right)?;
    let now = Clock::system().now();
    let mut report = Report::default();
    for record in reader.records() {
        let Some((line, cells)) = cells(&columns, &record, &mut report) else { continue };
        let cell = |name: &str| cells.get(name).map(String::as_str);
        let instant = |name: &str| {
            let text = cell(name).unwrap_or_default();
            read_instant(text).map_err(|reason| format!("`{name}` is “{text}”: {reason}"))
        };
        let (from, until) = match (instant("from"), instant("until")) {
            (Ok(from), Ok(until)) => (from, until),
            (Err(why), _) | (_, Err(why)) => {
                report.refuse(line, why);
                continue;
            }
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

async fn observations(store: &Store, file: &Path, scope: &Scope, library: &Library) -> Result<Report> {
    let (mut reader, bar) = open(file)?;
    let right = format!("use {}", OBSERVATIONS.join(", "));
    let columns = columns(&mut reader, |name| OBSERVATIONS.contains(&name), &["person", "measure"], &right)?;
    let now = Clock::system().now();
    let (mut report, mut batch) = (Report::default(), Vec::new());
    for record in reader.records() {
        let Some((line, cells)) = cells(&columns, &record, &mut report) else { continue };
        let entry: Map<String, Value> =
            cells.into_iter().map(|(name, cell)| (name.to_owned(), Value::String(cell))).collect();
        match read_entry("import", &Value::Object(entry), now) {
            Ok(signal) if signal.who.is_none() => report.refuse(line, "`person` is empty"),
            Ok(Signal { what: Said::Observation(seen), .. })
                if let Some(why) =
                    library.measures.get(&MeasureId::new(&seen.measure)).and_then(|it| misfit(it, &seen)) =>
            {
                report.refuse(line, why);
            }
            Ok(signal) => {
                if keep(store, signal, (scope, now), &mut batch).await? {
                    report.taken += 1;
                } else {
                    report.known += 1;
                }
            }
            Err(why) => report.refuse(line, why.with_found()),
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
async fn keep(
    store: &Store,
    signal: Signal,
    (scope, now): (&Scope, Timestamp),
    batch: &mut Vec<DipChange>,
) -> Result<bool> {
    let is_batched =
        batch.iter().any(|it| matches!(it, DipChange::Keep { signal: other, .. } if other.id == signal.id));
    if is_batched || store.knows_signal(&signal.id).await? {
        return Ok(false);
    }
    // Without a person yet: the line finds it, looks at the number, and decides, as for everything that waited.
    let (signal, scope) = (Box::new(signal), scope.clone());
    batch.push(DipChange::Keep { signal, person: None, scope, received_at: now });
    Ok(true)
}

async fn write(store: &Store, batch: &mut Vec<DipChange>) -> Result<()> {
    let dips = std::mem::take(batch);
    store.conclude(&Change { dips, ..Change::default() }).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
