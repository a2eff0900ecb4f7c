//! What CRM and monitoring send, turned into signals: numbers that were observed, and alerts.
//!
//! ```text
//! POST /alerts/{source} ─▶ verify (signature or token, fresh) ─▶ inbox, raw ─▶ translate ─▶ signals ─▶ the line
//! ```
//!
//! Invariants
//! - Pure: headers, body and the instant are handed in; nothing here waits, stores or sends.
//! - What is not verified leaves no trace but a counter; no secret, token or name stands in an error or a log.
//! - No sequence of bytes makes a decoder panic. A body of no readable shape is refused with the reason; an entry that
//!   can't be read costs itself alone, and its body is kept, counted and shown.
//! - A signal's id is the same for every delivery of the same, so that a repeat has no second effect.

mod canonical;
mod cloudevents;
mod mapping;
mod pagerduty;
mod parsed;
mod posted;
mod prometheus;
#[cfg(test)]
mod tests;
mod values;
mod verify;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, panic,
    str::FromStr,
};

use chat::{Place, Said, Scope, Signal, Tenant, Timestamp, Unreadable};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

pub use mapping::Mapping;
pub use parsed::{Parsed, Unread};
pub use values::EntryError;
pub use verify::Forged;

use mapping::mapped;
use parsed::{NotRead, SourceContext};

/// The largest body that is taken, in bytes.
pub const BODY_BYTES: usize = 1024 * 1024;
/// The label that names the team, where a source names no other.
pub const TEAM_LABEL: &str = "team";
/// The most signals that one body may hold.
const SIGNALS: usize = 10_000;

/// What a source speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Kairos's own: observations and alerts as JSON, signed as Standard Webhooks.
    Kairos,
    /// `CloudEvents` 1.0, structured or binary.
    CloudEvents,
    /// Prometheus Alertmanager's webhook, version 4.
    Alertmanager,
    /// Grafana's webhook.
    Grafana,
    /// `PagerDuty`'s webhook, version 3.
    PagerDuty,
    /// Datadog's webhook with our template.
    Datadog,
    /// A Salesforce Flow's HTTP callout.
    Salesforce,
    /// `HubSpot`'s webhook, signature version 3.
    HubSpot,
    /// Zendesk's webhook.
    Zendesk,
    /// Anything, by a mapping of the manager's own.
    Mapped,
}

impl Format {
    /// Every one, with its name in the configuration.
    pub const ALL: [(&str, Self); 10] = [
        ("kairos", Self::Kairos),
        ("cloudevents", Self::CloudEvents),
        ("alertmanager", Self::Alertmanager),
        ("grafana", Self::Grafana),
        ("pagerduty", Self::PagerDuty),
        ("datadog", Self::Datadog),
        ("salesforce", Self::Salesforce),
        ("hubspot", Self::HubSpot),
        ("zendesk", Self::Zendesk),
        ("mapped", Self::Mapped),
    ];

    /// The mapping that comes with it, where it is read by one.
    const fn ready_made(self) -> Option<&'static str> {
        match self {
            Self::Datadog => Some(include_str!("ready/datadog.cel")),
            Self::Salesforce => Some(include_str!("ready/salesforce.cel")),
            Self::HubSpot => Some(include_str!("ready/hubspot.cel")),
            Self::Zendesk => Some(include_str!("ready/zendesk.cel")),
            _ => None,
        }
    }
}

impl FromStr for Format {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|(name, _)| *name == text).map(|(_, format)| format).ok_or(())
    }
}

/// One source of alerts. Its `Debug` shows no secret.
#[derive(Clone)]
pub struct Source {
    /// What it speaks.
    pub format: Format,
    /// Secrets that sign: the current one, then the previous one while it is being replaced.
    pub secrets: Vec<String>,
    /// The bearer token of a source that can't sign.
    pub token: Option<String>,
    /// How its JSON becomes signals, in place of the ready-made way.
    pub mapping: Option<Mapping>,
    /// Where alerts about a group go while nobody is on duty.
    pub channel: Option<Place>,
    /// The same for single teams, by their names in lower case.
    pub teams: BTreeMap<String, Place>,
    /// The label of an alert that names the team.
    pub team_label: String,
    /// The channel in which other bots post this source's alerts.
    pub reads: Option<Place>,
    /// The address that the source posts to, as it writes it: part of some signatures.
    pub url: Option<String>,
    /// The workspaces whose people it tells of; `None`: there is but one.
    pub workspaces: Option<BTreeSet<Tenant>>,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("format", &self.format).finish_non_exhaustive()
    }
}

/// A request as it came in.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Its headers.
    pub headers: &'a http::HeaderMap,
    /// Its path and query.
    pub uri: &'a str,
    /// Its body.
    pub body: &'a [u8],
}

/// What may be stored and acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The same for every delivery of the same.
    pub id: String,
    /// What is stored.
    pub raw: String,
    /// Entries that can't be read, in words; they are kept with the rest.
    pub unread: Option<String>,
}

/// Why a request is turned away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no such source.
    Unknown,
    /// It is not from whom it says, or too old.
    Forged,
    /// It is no text.
    NoText,
    /// Nobody could read it, ever: it is no JSON, or of another shape than its format has. The reason names no content.
    Unreadable(String),
}

/// What is stored of a request: enough to translate it later, and no header that could hold a secret.
#[derive(Serialize, Deserialize)]
struct Raw {
    /// `content-type` and `ce-*`.
    headers: BTreeMap<String, String>,
    body: String,
    /// When it came in: what it says nothing about happened then.
    at: Timestamp,
}

/// Every source by its name. Clones are cheap enough: it is made once.
#[derive(Clone, Debug, Default)]
pub struct Sources(pub BTreeMap<String, Source>);

impl Sources {
    /// Whether a request may come in, and what is then stored. `clock` is the machine's time, by which signatures are
    /// fresh; `now` is the house's, by which things happen.
    pub fn accept(
        &self,
        name: &str,
        request: &Request<'_>,
        clock: Timestamp,
        now: Timestamp,
    ) -> Result<Accepted, Refused> {
        let source = self.0.get(name).ok_or(Refused::Unknown)?;
        let given = verify::verify(source, request, clock).map_err(|Forged| Refused::Forged)?;
        let body = str::from_utf8(request.body).map_err(|_| Refused::NoText)?;
        let id = given.unwrap_or_else(|| identify(source.format, request, body));
        let keep = |name: &str| name == "content-type" || name.starts_with("ce-");
        let headers = request.headers.iter().filter(|(name, _)| keep(name.as_str()));
        let headers =
            headers.filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
        let raw = Raw { headers: headers.collect(), body: body.to_owned(), at: now };
        let unread = match source.read_guarded(name, &raw) {
            Ok(parsed) => parsed.told(),
            Err(NotRead::Mapping(reason)) => Some(reason),
            Err(NotRead::Body(reason)) => return Err(Refused::Unreadable(reason)),
        };
        // Strings and a number always serialise.
        let raw = serde_json::to_string(&raw).unwrap_or_default();
        Ok(Accepted { id: format!("alerts/{name}:{}", short(&id)), raw, unread })
    }

    /// Reads what was stored of a source; an error names the place in it, never its content.
    pub fn translate(&self, name: &str, raw: &str) -> Result<Parsed, Unreadable> {
        let source = self.0.get(name).ok_or_else(|| Unreadable("its source is no longer configured".to_owned()))?;
        let raw: Raw =
            serde_json::from_str(raw).map_err(|_| Unreadable("it was stored by another Kairos".to_owned()))?;
        let read = source.read_guarded(name, &raw);
        read.map_err(|(NotRead::Body(reason) | NotRead::Mapping(reason))| Unreadable(reason))
    }

    /// Reads what a program posted in a channel, where a source names it: by the source's mapping over `body.text`, or as
    /// the templates of monitoring systems have it.
    ///
    /// `known` are the names of alerts that somebody listens for.
    pub fn overhear(&self, place: &Place, text: &str, known: &[&str], at: Timestamp) -> Option<(&str, Vec<Signal>)> {
        let same = |channel: &Place| channel.channel == place.channel && channel.tenant() == place.tenant();
        let (name, source) = self.0.iter().find(|(_, source)| source.reads.as_ref().is_some_and(same))?;
        let Some(mapping) = &source.mapping else { return Some((name, posted::read(name, text, known, at))) };
        let body = serde_json::json!({ "text": text });
        // The parsers of others are guarded here too.
        let context = SourceContext { source: name, team_label: &source.team_label, event: None, received_at: at };
        let read = || canonical::read(context, &mapping.apply(&body)?);
        let read = panic::catch_unwind(panic::AssertUnwindSafe(read));
        Some((name, read.ok()?.ok()?.signals))
    }

    /// The workspaces of people that a source reaches: nobody by a source that is not configured.
    pub fn scope(&self, name: &str) -> Scope {
        match self.0.get(name) {
            Some(Source { workspaces: None, .. }) => Scope::All,
            Some(Source { workspaces: Some(tenants), .. }) => Scope::Of(tenants.clone()).of_people(),
            None => Scope::Of(BTreeSet::new()),
        }
    }

    /// The team that the labels of a source's alert or number name, in lower case; empty where they name none.
    pub fn team(&self, name: &str, labels: &BTreeMap<String, String>) -> String {
        let label = self.0.get(name).and_then(|source| labels.get(&source.team_label));
        label.map(|team| team.trim().to_lowercase()).unwrap_or_default()
    }

    /// The channel for alerts of a source that are about a team, or about nobody in particular.
    pub fn channel(&self, name: &str, team: &str) -> Option<&Place> {
        let source = self.0.get(name)?;
        source.teams.get(team).or(source.channel.as_ref())
    }
}

impl Source {
    /// Reads a body. The parsers of others are guarded: a panic in one body must not end the work on all others.
    fn read_guarded(&self, name: &str, raw: &Raw) -> Result<Parsed, NotRead> {
        let read = panic::catch_unwind(panic::AssertUnwindSafe(|| self.read(name, raw)));
        let parsed = read.unwrap_or_else(|_| Err(NotRead::Mapping("the reader gave up on it".to_owned())))?;
        if parsed.signals.len() > SIGNALS {
            return Err(NotRead::Body(format!("more than {SIGNALS} signals in one body")));
        }
        Ok(parsed)
    }

    fn read(&self, name: &str, raw: &Raw) -> Result<Parsed, NotRead> {
        let context = SourceContext { source: name, team_label: &self.team_label, event: None, received_at: raw.at };
        let body: Value = serde_json::from_str(&raw.body)
            .map_err(|error| NotRead::Body(format!("no JSON at line {}, column {}", error.line(), error.column())))?;
        if let Some(mapping) = &self.mapping {
            return mapped(context, mapping, &body);
        }
        match self.format {
            Format::Kairos => Ok(canonical::read(context, &body)?),
            Format::CloudEvents => Ok(cloudevents::read(context, &raw.headers, &body)?),
            Format::Alertmanager | Format::Grafana => Ok(prometheus::read(context, &body)?),
            Format::PagerDuty => Ok(pagerduty::read(context, &body)?),
            format => {
                let broken = |reason: &str| NotRead::Mapping(reason.to_owned());
                let text = format.ready_made().ok_or_else(|| broken("its source has no mapping"))?;
                let mapping = Mapping::new(text).map_err(|_| broken("the ready-made mapping is broken"))?;
                let mut parsed = mapped(context, &mapping, &body)?;
                if format == Format::Datadog {
                    parsed.signals.iter_mut().for_each(without_state);
                }
                Ok(parsed)
            }
        }
    }
}

/// Datadog's titles begin with the state, `[Triggered on {host:a}] Close rate is low`: the alert is the same in each.
fn without_state(signal: &mut Signal) {
    if let Said::Alert(alert) = &mut signal.what
        && let Some((_, name)) = alert.name.strip_prefix('[').and_then(|name| name.split_once("] "))
        && !name.trim().is_empty()
    {
        alert.name = name.trim().to_owned();
    }
}

/// Reads an instant as people and programs write it: RFC 3339, a date, or seconds since 1970. The error says what would
/// be right.
pub fn read_instant(text: &str) -> Result<Timestamp, &'static str> {
    values::read_instant(text)
}

/// Reads one entry in Kairos's own words.
pub fn read_entry(source: &str, entry: &Value, now: Timestamp) -> Result<Signal, EntryError> {
    let context = SourceContext { source, team_label: TEAM_LABEL, event: None, received_at: now };
    canonical::signal(context, 0, entry)
}

/// The id of what has none of its signature's: the sender's own, or else the digest of what it says.
fn identify(format: Format, request: &Request<'_>, body: &str) -> String {
    let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok());
    let of_body = |path: &[&str]| {
        let body: Value = serde_json::from_str(body).ok()?;
        path.iter().try_fold(&body, |value, key| value.get(key))?.as_str().map(str::to_owned)
    };
    let own = match format {
        Format::CloudEvents => header("ce-id")
            .map(|id| format!("{}#{id}", header("ce-source").unwrap_or_default()))
            .or_else(|| Some(format!("{}#{}", of_body(&["source"])?, of_body(&["id"])?))),
        Format::PagerDuty => of_body(&["event", "id"]),
        Format::Zendesk => header("x-zendesk-webhook-invocation-id").map(str::to_owned),
        _ => None,
    };
    own.unwrap_or_else(|| digest(body))
}

/// An id as it is, or its digest where it is long.
fn short(id: &str) -> String {
    if id.len() <= 200 && !id.contains(char::is_control) { id.to_owned() } else { digest(id) }
}

fn digest(text: &str) -> String {
    use fmt::Write as _;
    Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String can't fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
