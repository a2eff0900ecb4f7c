//! `kairos on-call`: who is on call for which team. Alerts about a team reach them in private.

use std::io::Write;

use ::chat::{Scope, Timestamp};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{
    Outcome,
    people::{introduce, named, written},
    runtime,
};
use crate::{
    alerts::read_instant,
    clock::{Clock, Ids},
    config::Config,
    store::{self, EVERY_TEAM, Store},
};

/// What to do about duties; `kairos import on-call FILE` takes a whole rota.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Duty {
    /// Put somebody on call
    Add {
        /// A name of theirs: an e-mail address that is known, slack:T0123/U0456, discord:4711
        person: String,
        /// The team, as alerts name it; without it: every team
        #[arg(long, default_value = EVERY_TEAM)]
        team: String,
        /// From when: 2026-11-20 or 2026-11-20T09:00:00Z; without it: from now
        #[arg(long)]
        from: Option<String>,
        /// Until when
        #[arg(long)]
        until: String,
    },
    /// Take somebody off call
    Remove {
        /// A name of theirs
        person: String,
        /// The team; without it: the shift for every team
        #[arg(long, default_value = EVERY_TEAM)]
        team: String,
    },
    /// List who is on call, now and later
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

/// Does it.
pub fn run(duty: &Duty, config: &Config, out: &mut dyn Write) -> Result<Outcome> {
    runtime()?.block_on(async {
        let store = Store::open(&config.store.expose()).await?;
        let done = obey(duty, &store, Clock::system().now(), out).await;
        store.close().await;
        done
    })
}

async fn obey(duty: &Duty, store: &Store, now: Timestamp, out: &mut dyn Write) -> Result<Outcome> {
    match duty {
        Duty::Add { person, team, from, until } => {
            let read = |text: &str| read_instant(text).map_err(|reason| anyhow::anyhow!("“{text}”: {reason}"));
            let from = from.as_deref().map(read).transpose()?.unwrap_or(now);
            match put(store, person, team, (from, read(until)?), now).await? {
                Ok(()) => writeln!(out, "on call for {}", words_for(team))?,
                Err(why) => bail!("{why}"),
            }
        }
        Duty::Remove { person, team } => {
            let key = named(person)?;
            let known = store.person_named(&key, &Scope::All, true).await?.context("no person has that name")?;
            let duties = store.take_off_duty(&known, team).await?;
            writeln!(out, "removed {duties} shifts for {}", words_for(team))?;
        }
        Duty::List { json } => list(store, now, *json, out).await?,
    }
    Ok(Outcome::Well)
}

/// Puts somebody on duty; the inner error says what is wrong with what was asked.
pub(super) async fn put(
    store: &Store,
    person: &str,
    team: &str,
    (from, until): (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<Result<(), &'static str>> {
    let Ok(key) = named(person) else { return Ok(Err("`person` has to be `scheme:name` or an e-mail address")) };
    if until <= from {
        return Ok(Err("`until` has to be after `from`"));
    }
    if team.trim().is_empty() || team.len() > 200 {
        return Ok(Err("`team` isn’t the name of a team"));
    }
    let known = match store.person_named(&key, &Scope::All, true).await? {
        Some(person) => person,
        None => match introduce(store, &[key], &Ids::random(), now).await? {
            Ok(person) => person,
            Err(why) => return Ok(Err(why)),
        },
    };
    let duty = store::Duty { person: known, team: team.trim().to_owned(), from, until };
    store.put_on_duty(&duty).await?;
    Ok(Ok(()))
}

fn words_for(team: &str) -> &str {
    if team == EVERY_TEAM { "every team" } else { team }
}

async fn list(store: &Store, now: Timestamp, as_json: bool, out: &mut dyn Write) -> Result<()> {
    let duties = store.duties(now).await?;
    let at = |at: Timestamp| {
        jiff::Timestamp::from_millisecond(at.as_ms())
            .map(|at| at.strftime("%Y-%m-%dT%H:%MZ").to_string())
            .unwrap_or_default()
    };
    let mut rows: Vec<Value> = Vec::new();
    for duty in &duties {
        let names: Vec<String> = store.identities_of(&duty.person).await?.iter().map(written).collect();
        rows.push(json!({
            "team": duty.team, "person": names.join(" "), "from": at(duty.from), "until": at(duty.until),
            "now": duty.from <= now,
        }));
    }
    if as_json {
        serde_json::to_writer_pretty(&mut *out, &json!({ "duties": rows }))?;
        writeln!(out)?;
        return Ok(());
    }
    for (duty, row) in duties.iter().zip(&rows) {
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let (from, until, person) = (text("from"), text("until"), text("person"));
        let state = if duty.from <= now { "now  " } else { "later" };
        writeln!(out, "{state}  {from} to {until}  {}  {person}", words_for(&duty.team))?;
    }
    writeln!(out, "{} shifts", duties.len())?;
    Ok(())
}
