//! `kairos slack history CHANNEL`: a channel's past, written as Slack's own export is, for `kairos replay` to read.
//!
//! Invariants
//! - What people wrote is written where the operator said, for their eyes alone, and nowhere else.
//! - What lies there already is added to: each channel and each user once, each day as it is now.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use ::chat::ChannelId;
use ::slack::{Recorded, record};
use anyhow::{Context, Result, bail};
use jiff::{civil::Date, tz::TimeZone};
use serde_json::Value;

use super::{Outcome, runtime};
use crate::{clock::Clock, config::Config, run::Installed, store::Store};

/// What of which channel.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The channel's id, such as C0123456 (in Slack: the channel's name, About, at the bottom)
    channel: String,
    /// How many days back
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    days: u32,
    /// The folder to write to; it will hold what people wrote
    #[arg(long, value_name = "DIR", default_value = "slack-history")]
    into: PathBuf,
    /// The workspace's id, such as T0123456, where several installed Kairos
    #[arg(long, value_name = "ID")]
    workspace: Option<String>,
}

/// Reads it from Slack, and writes it.
pub fn run(args: &Args, config: &Config, out: &mut dyn Write) -> Result<Outcome> {
    let clock = Clock::system();
    let since = clock.now() - Duration::from_hours(24 * u64::from(args.days));
    let recorded = runtime()?.block_on(async {
        let token = token(args, config).await?;
        let (channel, now) = (ChannelId::new(&args.channel), Arc::new(move || clock.now()));
        record(&config.slack.api_url, &token, &channel, since, now).await.map_err(|refusal| {
            let hint = "is Kairos in that channel (/invite @Kairos), and the id right?";
            anyhow::anyhow!("Slack does not give the history of {}: {refusal}; {hint}", args.channel)
        })
    })?;
    let days = write(&args.into, &recorded)?;
    let into = args.into.display();
    writeln!(out, "{} messages of {days} days are in {into}: read them with", recorded.entries.len())?;
    writeln!(out, "  kairos replay {into}")?;
    writeln!(out, "It holds what people wrote: remove it when you are done.")?;
    Ok(Outcome::Well)
}

/// The token of the workspace that is meant.
async fn token(args: &Args, config: &Config) -> Result<String> {
    if let Some(token) = &config.slack.bot_token {
        return Ok(token.expose().to_owned());
    }
    if config.slack.app.is_none() {
        bail!("Slack is not configured: set KAIROS_SLACK_BOT_TOKEN");
    }
    let store = Store::open(&config.store.expose()).await?;
    let mut all = Installed::of(config, store)?.all().await?;
    if let Some(wanted) = &args.workspace {
        all.retain(|(_, kept)| kept.as_ref().is_ok_and(|kept| kept.team.as_str() == wanted));
    }
    match all.len() {
        0 => bail!("no such workspace has installed Kairos"),
        1 => Ok(all.remove(0).1?.token),
        _ => bail!("several workspaces have installed Kairos: say which with --workspace"),
    }
}

/// Writes what was recorded; of how many days it is.
fn write(into: &Path, recorded: &Recorded) -> Result<usize> {
    // Its name is Slack's word: nothing of it may lead out of the folder.
    let is_plain = recorded.folder.chars().all(|c| c.is_alphanumeric() || "-_".contains(c));
    let folder = if is_plain { recorded.folder.clone() } else { "channel".to_owned() };
    for made in [into.to_owned(), into.join(&folder)] {
        make_for_one(&made).with_context(|| format!("{} can't be made", made.display()))?;
    }
    let mut days: BTreeMap<Date, Vec<&Value>> = BTreeMap::new();
    for entry in &recorded.entries {
        if let Some(day) = day_of(entry) {
            days.entry(day).or_default().push(entry);
        }
    }
    for (day, entries) in &days {
        write_list(&into.join(&folder).join(format!("{day}.json")), entries)?;
    }
    let mut channel = recorded.channel.clone();
    channel["name"] = folder.into();
    add(&into.join("channels.json"), std::slice::from_ref(&channel))?;
    add(&into.join("users.json"), &recorded.users)?;
    Ok(days.len())
}

/// The day of a message, by UTC as in Slack's exports.
fn day_of(entry: &Value) -> Option<Date> {
    let secs = entry["ts"].as_str()?.split('.').next()?.parse().ok()?;
    Some(jiff::Timestamp::from_second(secs).ok()?.to_zoned(TimeZone::UTC).date())
}

/// Adds to a list what is not there by its id, and replaces what is.
fn add(path: &Path, entries: &[Value]) -> Result<()> {
    let mut all: Vec<Value> = match fs::read_to_string(path) {
        Ok(text) => serde_json::from_str(&text).with_context(|| format!("{} is no list", path.display()))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error).with_context(|| format!("{} can't be read", path.display())),
    };
    all.retain(|known| entries.iter().all(|entry| entry["id"] != known["id"]));
    all.extend(entries.iter().cloned());
    write_list(path, &all.iter().collect::<Vec<_>>())
}

fn write_list(path: &Path, entries: &[&Value]) -> Result<()> {
    fs::write(path, serde_json::to_vec_pretty(entries)?).with_context(|| format!("{} can't be written", path.display()))
}

/// A folder that its owner alone reads.
fn make_for_one(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}
