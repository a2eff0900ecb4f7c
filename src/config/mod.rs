//! What the operator may choose, read once at the start into types that can't be wrong.
//!
//! `kairos.toml` beside this file is the documentation, the defaults and the list of known keys in one.
//!
//! Invariants
//! - [`Config::load`] is pure: the file, the environment and the data directory are handed to it.
//! - Defaults < file < environment.
//! - Every mistake is told in one go, with its place and what would be right; a secret is never shown.

mod alerts;
mod channels;
mod log_level;
mod mistake;
mod reader;
mod secret;
mod slack;
#[cfg(test)]
mod tests;
mod values;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use chat::Identity;

use crate::{
    alerts::Sources,
    engine::{Budget, Cadence, DigestHour, Restraint, WorkingHours},
    outbox::Terms,
};
use reader::Reader;
use values::{Switch, address, identities, number, public_key, word, zone};

pub use channels::Channels;
pub use log_level::LogLevel;
pub use mistake::{Mistake, Mistakes, Source};
pub use reader::Setting;
pub use secret::Secret;
pub use slack::{SecretKeys, Slack, SlackApp};
pub use values::{ChannelKey, LogFormat, MetricsAt, StoreUrl};

/// The configuration that is its own documentation.
pub const DEFAULT_TOML: &str = include_str!("kairos.toml");

/// Everything the operator chose.
#[derive(Clone, Debug)]
pub struct Config {
    /// The configuration file that was read; `None`: there was none.
    pub file: Option<PathBuf>,
    /// What stops nothing and may be a slip: variables that begin like ours and are no setting.
    pub warnings: Vec<Mistake>,
    /// Where everything is kept.
    pub store: StoreUrl,
    /// Where pages, webhooks and health checks are served.
    pub listen: SocketAddr,
    /// What a connection may take.
    pub http: HttpBounds,
    /// Where what is counted is shown.
    pub metrics: MetricsAt,
    /// Where they are reached from outside, without a slash at the end.
    pub public_url: Option<String>,
    /// What seals the secrets that are kept.
    pub secret: SecretKeys,
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
    /// Who answers for triggers, beside whoever runs a workspace.
    pub managers: Vec<Identity>,
    /// Where Kairos listens and speaks.
    pub channels: Channels,
    /// Who may send numbers and alerts.
    pub alerts: Sources,
    /// Kairos is in several workspaces, or may come to be.
    pub in_several: bool,
    /// How long things are remembered.
    pub retention: Retention,
    /// How long what arrived is held by whoever decides about it.
    pub inbox_lease: Duration,
    /// How far back channels are read after an absence, and how much of each.
    pub catch_up: Reach,
    /// How long a replica may do alone what only one may do, unless it goes on.
    pub replicas_lease: Duration,
    /// How long a delivery is held, how long a call may take, how often it is tried.
    pub outbox: Terms,
    /// Every value as it was written, masked, with where it was read; for people, never to be read back.
    pub settings: Vec<Setting>,
}

/// How far back, and how much, is read of a channel after an absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Not longer ago than this; nothing where it is zero.
    pub back: Duration,
    /// The last so many messages.
    pub messages: usize,
}

/// What is logged, and how it looks.
#[derive(Clone, Debug)]
pub struct Log {
    /// How much, from which part.
    pub level: LogLevel,
    /// How a line looks.
    pub format: LogFormat,
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

/// What the connections to our pages may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpBounds {
    /// How long one may say nothing, or take to send the head of a request.
    pub idle: Duration,
    /// How long a request may take, its body and the answer included.
    pub request: Duration,
    /// How many there may be.
    pub connections: usize,
    /// How long what is under way may go on when Kairos is told to stop.
    pub stop: Duration,
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
    /// What people tapped.
    pub taps_days: u32,
    /// Practices.
    pub practices_days: u32,
    /// People of whom nothing was heard.
    pub people_days: u32,
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
        let (http, metrics) = (http(&mut reader), reader.read("metrics.listen", str::parse));
        let public_url = reader.read("http.public_url", |text| {
            if text.is_empty() { Ok(None) } else { address(text, &["https", "http"]).map(Some) }
        });
        let secret = slack::secret_keys(&mut reader);
        let prompts = reader.read("prompts.dir", |text| Ok((!text.is_empty()).then(|| PathBuf::from(text))));
        let (log, playground) = (log(&mut reader), playground(&mut reader));
        let beside =
            (secret.as_ref().is_some_and(|keys| keys.current.is_some()), public_url.clone().flatten().is_some());
        let (slack, discord) = (slack::slack(&mut reader, beside), discord(&mut reader));
        let (cadence, channels, retention) =
            (cadence(&mut reader), channels::read(&mut reader), retention(&mut reader));
        let (inbox_lease, outbox) = (lease(&mut reader, "inbox.lease_ms"), outbox(&mut reader));
        let replicas_lease = lease(&mut reader, "replicas.lease_ms");
        let hours = reader.read("catch_up.hours", |text| number(text, 0..=168));
        let messages = reader.read("catch_up.messages", |text| number(text, 1..=10_000));
        let managers = reader.read("people.managers", identities);
        let platforms = [
            slack.as_ref().is_some_and(Slack::is_configured),
            discord.as_ref().is_some_and(Discord::is_configured),
            matches!(playground, Some(Switch::On)),
        ];
        let may_be_installed = slack.as_ref().is_some_and(|slack| slack.app.is_some());
        let in_several = may_be_installed || platforms.into_iter().filter(|is_there| *is_there).count() > 1;
        let mut alerts = alerts::read(&mut reader, in_several);
        let (settings, warnings) = (reader.settings(), std::mem::take(&mut reader.warnings));
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
                in_several,
                file: path,
                warnings,
                store: store?,
                listen: listen?,
                http: http?,
                metrics: metrics?,
                public_url: public_url?,
                secret: secret?,
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
                inbox_lease: inbox_lease?,
                replicas_lease: replicas_lease?,
                catch_up: Reach { back: Duration::from_hours(u64::from(hours?)), messages: messages? as usize },
                outbox: outbox?,
                settings,
            })
        };
        match whole() {
            Some(config) if reader.mistakes.is_empty() => Ok(config),
            _ => Err(Mistakes::new(reader.mistakes)),
        }
    }
}

fn http(reader: &mut Reader) -> Option<HttpBounds> {
    let idle = reader.read("http.idle_ms", |text| number(text, 100..=600_000));
    let request = reader.read("http.request_ms", |text| number(text, 100..=600_000));
    let connections = reader.read("http.connections", |text| number(text, 10..=100_000));
    let stop = reader.read("http.stop_ms", |text| number(text, 0..=600_000));
    let ms = |ms: u32| Duration::from_millis(u64::from(ms));
    let connections = usize::try_from(connections?).ok()?;
    Some(HttpBounds { idle: ms(idle?), request: ms(request?), connections, stop: ms(stop?) })
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

fn discord(reader: &mut Reader) -> Option<Discord> {
    let right = "the bot's token, without spaces or \"Bot\" before it,";
    let token = reader.read("discord.token", |text| values::secret(text, "", right));
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
    let digest = reader
        .read("cadence.digest", |text| if text.is_empty() { Ok(None) } else { text.parse::<DigestHour>().map(Some) });
    let percent = reader.read("cadence.pause_percent", |text| number(text, 0..=100));
    let people = reader.read("cadence.pause_people", |text| number(text, 5..=1_000));
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
        digest: digest?,
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

fn lease(reader: &mut Reader, key: &str) -> Option<Duration> {
    let lease = reader.read(key, |text| number(text, 100..=600_000));
    Some(Duration::from_millis(u64::from(lease?)))
}

fn outbox(reader: &mut Reader) -> Option<Terms> {
    let lease_ms = reader.read("outbox.lease_ms", |text| number(text, 200..=600_000));
    let call_ms = reader.read("outbox.call_ms", |text| number(text, 100..=300_000));
    let tries = reader.read("outbox.tries", |text| number(text, 1..=20))?;
    let repeats_unknown = reader.read("outbox.unknown", |text| word(text, &[("leave", false), ("repeat", true)]));
    let (lease_ms, call_ms) = (lease_ms?, call_ms?);
    if lease_ms < call_ms + call_ms / 4 {
        let right = format!("at least a quarter more than outbox.call_ms, which is {call_ms},");
        let (source, key) = (reader.source("outbox.lease_ms"), "outbox.lease_ms");
        reader.mistakes.push(Mistake::value(source, key, &lease_ms.to_string(), &right));
    }
    let ms = |ms: u32| Duration::from_millis(u64::from(ms));
    Some(Terms { repeats_unknown: repeats_unknown?, ..Terms::new(ms(lease_ms), ms(call_ms), tries) })
}

fn retention(reader: &mut Reader) -> Option<Retention> {
    let mut days = |key: &str| reader.read(&format!("retention.{key}_days"), |text| number(text, 1..=3_650));
    let (decisions, deliveries, observations) = (days("decisions"), days("deliveries"), days("observations"));
    let (taps, practices, people) = (days("taps"), days("practices"), days("people"));
    Some(Retention {
        decisions_days: decisions?,
        deliveries_days: deliveries?,
        observations_days: observations?,
        taps_days: taps?,
        practices_days: practices?,
        people_days: people?,
    })
}
