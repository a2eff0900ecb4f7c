//! What the operator may choose, read once at the start into types that can't be wrong.
//!
//! `kairos.toml` beside this file is the documentation, the defaults and the list of known keys in one.
//!
//! Invariants
//! - [`Config::load`] is pure: the file, the environment and the data directory are handed to it.
//! - Defaults < file < environment.
//! - Every mistake is told in one go, with its place and what would be right; a secret is never shown.

mod alerts;
mod log_level;
mod mistake;
mod reader;
mod secret;
#[cfg(test)]
mod tests;
mod values;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use chat::{Identity, Place};

use crate::{
    alerts::Sources,
    engine::{Budget, Cadence, Restraint, WorkingHours},
    library::{Hearing, Mode},
};
use reader::Reader;
use values::{Switch, address, number, people, public_key, secret, word, zone};

pub use log_level::LogLevel;
pub use mistake::{Mistake, Mistakes, Source};
pub use reader::Setting;
pub use secret::Secret;
pub use values::{ChannelKey, LogFormat, StoreUrl};

/// The configuration that is its own documentation.
pub const DEFAULT_TOML: &str = include_str!("kairos.toml");

/// Everything the operator chose.
#[derive(Clone, Debug)]
pub struct Config {
    /// The configuration file that was read; `None`: there was none.
    pub file: Option<PathBuf>,
    /// Where everything is kept.
    pub store: StoreUrl,
    /// Where pages, webhooks and health checks are served.
    pub listen: SocketAddr,
    /// The folder of prompts; `None`: the starter library inside the program.
    pub prompts: Option<PathBuf>,
    /// What is logged, and how it looks.
    pub log: Log,
    /// True when the playground is open.
    pub playground: bool,
    /// How Slack is reached.
    pub slack: Slack,
    /// How Discord is reached.
    pub discord: Discord,
    /// When and how often somebody may be spoken to unasked.
    pub cadence: Cadence,
    /// Who answers for triggers.
    pub managers: Vec<Identity>,
    /// Where Kairos listens and speaks.
    pub channels: Channels,
    /// Who may send numbers and alerts.
    pub alerts: Sources,
    /// How long things are remembered.
    pub retention: Retention,
    /// Every value as it was written, masked, with where it was read; for people, never to be read back.
    pub settings: Vec<Setting>,
}

/// What is logged, and how it looks.
#[derive(Clone, Debug)]
pub struct Log {
    /// How much, from which part.
    pub level: LogLevel,
    /// How a line looks.
    pub format: LogFormat,
}

/// How Slack is reached.
#[derive(Clone, Debug)]
pub struct Slack {
    /// The app-level token for Socket Mode.
    pub app_token: Option<Secret>,
    /// The bot token of the workspace.
    pub bot_token: Option<Secret>,
    /// The secret that signs events sent over HTTP.
    pub signing_secret: Option<Secret>,
    /// The base address of the Web API, without a slash at the end.
    pub api_url: String,
}

impl Slack {
    /// True when there is a workspace to connect to.
    pub fn is_configured(&self) -> bool {
        self.bot_token.is_some()
    }
}

/// How Discord is reached.
#[derive(Clone, Debug)]
pub struct Discord {
    /// The bot's token.
    pub token: Option<Secret>,
    /// The base address of the API, without a slash at the end.
    pub api_url: String,
    /// The address of the gateway, without a slash at the end; `None`: the one that the API names.
    pub gateway_url: Option<String>,
    /// The application's public key, where commands arrive over HTTP: 64 hexadecimal digits.
    pub public_key: Option<String>,
}

impl Discord {
    /// True when there is a bot to connect as.
    pub fn is_configured(&self) -> bool {
        self.token.is_some()
    }
}

/// Where Kairos listens and speaks.
#[derive(Clone, Debug)]
pub struct Channels {
    /// The mode of every channel that isn't named.
    pub default: Mode,
    /// How soon triggers are heard, where neither a channel nor a trigger says it.
    pub hearing: Hearing,
    /// The modes of those that are named, and how soon triggers are heard there.
    pub modes: BTreeMap<ChannelKey, (Mode, Option<Hearing>)>,
}

impl Channels {
    /// True where the mode of this very channel is configured.
    pub fn is_named(&self, place: &Place) -> bool {
        self.modes.contains_key(&ChannelKey::of(place))
    }

    /// The mode of the channel in which a conversation is.
    pub fn mode_of(&self, place: &Place) -> Mode {
        self.modes.get(&ChannelKey::of(place)).map_or(self.default, |(mode, _)| *mode)
    }

    /// How soon triggers are heard in that channel.
    pub fn hearing_of(&self, place: &Place) -> Hearing {
        self.modes.get(&ChannelKey::of(place)).and_then(|(_, hearing)| *hearing).unwrap_or(self.hearing)
    }
}

/// How long things are remembered.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// Decisions, with their reasons.
    pub decisions_days: u32,
    /// Deliveries.
    pub deliveries_days: u32,
    /// Numbers and alerts of other systems.
    pub observations_days: u32,
}

impl Config {
    /// Reads the configuration `file` (its path and text) and the environment over the defaults. `data_dir` is where
    /// this user's data belongs, and holds the SQLite file unless another store is named.
    pub fn load(
        file: Option<(PathBuf, String)>,
        env: impl Iterator<Item = (String, String)>,
        data_dir: Option<&Path>,
    ) -> Result<Self, Mistakes> {
        let path = file.as_ref().map(|(path, _)| path.clone());
        let mut reader = Reader::new(file, env);
        let store = reader.read("store.url", |text| StoreUrl::read(text, data_dir));
        let listen = reader.read("http.listen", |text| {
            text.parse().map_err(|_| "an IP address with a port, such as 127.0.0.1:8080,".to_owned())
        });
        let prompts = reader.read("prompts.dir", |text| Ok((!text.is_empty()).then(|| PathBuf::from(text))));
        let (log, playground) = (log(&mut reader), playground(&mut reader));
        let (slack, discord) = (slack(&mut reader), discord(&mut reader));
        let (cadence, channels, retention) = (cadence(&mut reader), channels(&mut reader), retention(&mut reader));
        let managers = reader.read("managers.people", people);
        let mut alerts = alerts::read(&mut reader);
        let settings = reader.settings();
        let whole = move || {
            let (slack, discord) = (slack?, discord?);
            let playground = match playground? {
                Switch::On => true,
                Switch::Off => false,
                Switch::Auto => !slack.is_configured() && !discord.is_configured(),
            };
            if playground && !slack.is_configured() && !discord.is_configured() {
                alerts.0.entry(alerts::demo().0).or_insert(alerts::demo().1);
            }
            Some(Self {
                file: path,
                store: store?,
                listen: listen?,
                prompts: prompts?,
                log: log?,
                playground,
                slack,
                discord,
                cadence: cadence?,
                managers: managers?,
                channels: channels?,
                alerts,
                retention: retention?,
                settings,
            })
        };
        match whole() {
            Some(config) if reader.mistakes.is_empty() => Ok(config),
            _ => Err(Mistakes::new(reader.mistakes)),
        }
    }
}

fn log(reader: &mut Reader) -> Option<Log> {
    let level = reader.read("log.level", LogLevel::read);
    let words = [("auto", LogFormat::Auto), ("text", LogFormat::Text), ("json", LogFormat::Json)];
    let format = reader.read("log.format", |text| word(text, &words));
    Some(Log { level: level?, format: format? })
}

fn playground(reader: &mut Reader) -> Option<Switch> {
    let words = [("auto", Switch::Auto), ("on", Switch::On), ("off", Switch::Off)];
    reader.read("playground.enabled", |text| word(text, &words))
}

fn slack(reader: &mut Reader) -> Option<Slack> {
    let app_token = reader.read("slack.app_token", |text| secret(text, "xapp-", "an app-level token, xapp-…,"));
    let bot_token = reader.read("slack.bot_token", |text| secret(text, "xoxb-", "a bot token, xoxb-…,"));
    let signing_secret = reader.read("slack.signing_secret", |text| secret(text, "", "a secret without spaces"));
    let api_url = reader.read("slack.api_url", |text| address(text, &["https", "http"]));
    Some(Slack { app_token: app_token?, bot_token: bot_token?, signing_secret: signing_secret?, api_url: api_url? })
}

fn discord(reader: &mut Reader) -> Option<Discord> {
    let right = "the bot's token, without spaces or \"Bot\" before it,";
    let token = reader.read("discord.token", |text| secret(text, "", right));
    let api_url = reader.read("discord.api_url", |text| address(text, &["https", "http"]));
    let gateway_url = reader.read("discord.gateway_url", |text| {
        if text.is_empty() { Ok(None) } else { address(text, &["wss", "ws"]).map(Some) }
    });
    let public_key = reader.read("discord.public_key", public_key);
    Some(Discord { token: token?, api_url: api_url?, gateway_url: gateway_url?, public_key: public_key? })
}

fn cadence(reader: &mut Reader) -> Option<Cadence> {
    let minutes = reader.read("cadence.grace_minutes", |text| number(text, 0..=1_440));
    let budget_per_day = reader.read("cadence.budget_per_day", |text| number(text, 0..=100));
    let budget_per_week = reader.read("cadence.budget_per_week", |text| number(text, 0..=100));
    let hours = reader.read("cadence.working_hours", str::parse);
    let days = reader.read("cadence.working_days", str::parse);
    let zone = reader.read("cadence.zone", zone);
    let percent = reader.read("cadence.pause_percent", |text| number(text, 0..=100));
    let people = reader.read("cadence.pause_people", |text| number(text, 3..=1_000));
    let (budget_per_day, budget_per_week) = (budget_per_day?, budget_per_week?);
    if budget_per_week < budget_per_day {
        reader.mistakes.push(budgets_disagree(reader, budget_per_day, budget_per_week));
    }
    Some(Cadence {
        grace: Duration::from_mins(u64::from(minutes?)),
        budget: Budget { per_day: budget_per_day, per_week: budget_per_week },
        hours: WorkingHours { days: days?, hours: hours? },
        restraint: Restraint { percent: percent?, people: people? },
        zone: zone?,
    })
}

/// Blames the budget that somebody wrote: the other one may be a default.
fn budgets_disagree(reader: &Reader, per_day: u32, per_week: u32) -> Mistake {
    let (day, week) = ("cadence.budget_per_day", "cadence.budget_per_week");
    if reader.source(week) == Source::Default {
        let right = format!("at most {week}, which is {per_week},");
        return Mistake::value(reader.source(day), day, &per_day.to_string(), &right);
    }
    let right = format!("at least {day}, which is {per_day},");
    Mistake::value(reader.source(week), week, &per_week.to_string(), &right)
}

fn channels(reader: &mut Reader) -> Option<Channels> {
    let words: Vec<(&str, Mode)> = Mode::ALL.iter().map(|mode| (mode.as_str(), *mode)).collect();
    let default = reader.read("channels.default", |text| word(text, &words));
    let names: Vec<(&str, Hearing)> = Hearing::ALL.iter().map(|hearing| (hearing.as_str(), *hearing)).collect();
    let hearing = reader.read("channels.hearing", |text| word(text, &names));
    let setting = |text: &str| -> Result<(Mode, Option<Hearing>), String> {
        let (mode, how) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
        let how = if how.is_empty() { Ok(None) } else { word(how.trim(), &names).map(Some) };
        Ok((word(mode, &words)?, how?))
    };
    let mut modes = BTreeMap::new();
    for (name, found) in reader.entries() {
        let key = format!("channels.modes.\"{name}\"");
        match (name.parse::<ChannelKey>(), setting(&found.text)) {
            (Ok(channel), Ok(setting)) => {
                modes.insert(channel, setting);
            }
            (Err(right), _) => reader.mistakes.push(Mistake::other(found.source, format!("{key}: {right}"))),
            (_, Err(right)) => reader.mistakes.push(Mistake::value(found.source, &key, &found.text, &right)),
        }
    }
    Some(Channels { default: default?, hearing: hearing?, modes })
}

fn retention(reader: &mut Reader) -> Option<Retention> {
    let decisions_days = reader.read("retention.decisions_days", |text| number(text, 1..=3_650));
    let deliveries_days = reader.read("retention.deliveries_days", |text| number(text, 1..=3_650));
    let observations_days = reader.read("retention.observations_days", |text| number(text, 1..=3_650));
    Some(Retention {
        decisions_days: decisions_days?,
        deliveries_days: deliveries_days?,
        observations_days: observations_days?,
    })
}
