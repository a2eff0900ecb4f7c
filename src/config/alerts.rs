//! The sources of alerts: `[alerts.sources.NAME]`, one table each.

use std::collections::{BTreeMap, BTreeSet};

use chat::{Place, Privacy, Tenant};

use super::{
    mistake::{Mistake, Source as WrittenAt},
    reader::{Found, Reader},
    secret::masked,
    values::{ChannelKey, address, either, secret},
};
use crate::alerts::{Format, Mapping, Source, Sources, TEAM_LABEL};

/// What a source's table may hold.
pub(super) const KEYS: [&str; 10] =
    ["format", "secret", "previous_secret", "token", "mapping", "channel", "team_label", "reads", "url", "workspaces"];

/// The source by which a newcomer tries alerts out: in a playground that nobody is connected to.
pub(super) fn demo() -> (String, Source) {
    let source = Source {
        format: Format::Kairos,
        secrets: Vec::new(),
        token: Some("playground".to_owned()),
        mapping: None,
        channel: None,
        teams: BTreeMap::new(),
        team_label: TEAM_LABEL.to_owned(),
        reads: None,
        url: None,
        workspaces: None,
    };
    ("demo".to_owned(), source)
}

/// Reads every source; what is wrong is noted and left out. Where Kairos is, or may come to be, in several workspaces, each
/// source says whose people it tells of: an alert goes to nobody rather than to the wrong one.
pub(super) fn read(reader: &mut Reader, in_several: bool) -> Sources {
    let mut sources = BTreeMap::new();
    for (name, table) in reader.sources() {
        let mut mistakes = Vec::new();
        let source = one(&name, &table, in_several, &mut mistakes);
        reader.mistakes.append(&mut mistakes);
        sources.insert(name, source);
    }
    Sources(sources)
}

fn one(name: &str, table: &BTreeMap<String, Found>, in_several: bool, mistakes: &mut Vec<Mistake>) -> Source {
    let place = table.values().next().map_or(WrittenAt::Default, |found| found.source.clone());
    let is_name = !name.is_empty()
        && name.len() <= 40
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !is_name {
        let right = "letters, digits, - and _, at most 40, would be right";
        mistakes.push(Mistake::other(place.clone(), format!("alerts.sources: {name:?} is no name: {right}")));
    }
    let formats = Format::ALL.map(|(name, _)| name);
    let mut field = |key: &str, read: &dyn Fn(&str) -> Result<Value, String>| -> Option<Value> {
        let found = table.get(key).filter(|found| !found.text.is_empty())?;
        let full = format!("alerts.sources.{name}.{key}");
        match read(&found.text) {
            Ok(value) => Some(value),
            Err(right) => {
                let shown = masked(&full, &found.text);
                mistakes.push(Mistake::value(found.source.clone(), &full, &shown, &right));
                None
            }
        }
    };
    let format = field("format", &|text| text.parse().map(Value::Format).map_err(|()| either(&formats)));
    let right = "a secret without spaces";
    let plain = |text: &str| secret(text, "", right).map(|secret| Value::Text(secret.map(|it| it.expose().to_owned())));
    let secrets = [field("secret", &plain), field("previous_secret", &plain)];
    let token = field("token", &plain);
    let mapping = field("mapping", &|text| Mapping::new(text).map(Value::Mapping));
    let channels = field("channel", &|text| channels(text).map(Value::Channels));
    let label = field("team_label", &|text| Ok(Value::Text(Some(text.to_owned()))));
    let reads = field("reads", &|text| text.parse().map(Value::Channel));
    let url = field("url", &|text| address(text, &["https", "http"]).map(|url| Value::Text(Some(url))));
    let workspaces = field("workspaces", &|text| tenants(text).map(Value::Tenants));
    let text = |value: Option<Value>| if let Some(Value::Text(text)) = value { text } else { None };
    let (channel, teams) = if let Some(Value::Channels(channels)) = channels { channels } else { Default::default() };
    let source = Source {
        format: if let Some(Value::Format(format)) = format { format } else { Format::Kairos },
        secrets: secrets.into_iter().filter_map(text).collect(),
        token: text(token),
        mapping: if let Some(Value::Mapping(mapping)) = mapping { Some(mapping) } else { None },
        channel,
        teams,
        team_label: text(label).unwrap_or_else(|| TEAM_LABEL.to_owned()),
        reads: if let Some(Value::Channel(channel)) = reads { Some(place_of(channel)) } else { None },
        url: text(url),
        workspaces: if let Some(Value::Tenants(tenants)) = workspaces { Some(tenants) } else { None },
    };
    if in_several && source.workspaces.is_none() {
        let text = format!(
            "alerts.sources.{name} has no workspaces, and Kairos is in several: say whose people it tells of, such as \
             workspaces = [\"slack/T0123\"]"
        );
        mistakes.push(Mistake::other(place.clone(), text));
    }
    let named = source.channel.iter().chain(source.teams.values()).chain(&source.reads);
    let outside = |place: &&Place| source.workspaces.as_ref().is_some_and(|all| !all.contains(&place.tenant()));
    for channel in named.filter(outside) {
        let text =
            format!("alerts.sources.{name} names a channel of {}, which is not among its workspaces", channel.tenant());
        mistakes.push(Mistake::other(place.clone(), text));
    }
    if source.format == Format::Mapped && source.mapping.is_none() {
        let text = format!("alerts.sources.{name} has the format mapped and no mapping");
        mistakes.push(Mistake::other(place.clone(), text));
    }
    if source.secrets.is_empty() && source.token.is_none() && source.reads.is_none() {
        let text = format!("alerts.sources.{name} has neither a secret nor a token: nobody could be let in");
        mistakes.push(Mistake::other(place, text));
    }
    source
}

enum Value {
    Format(Format),
    Text(Option<String>),
    Mapping(Mapping),
    Channel(ChannelKey),
    Channels(Channels),
    Tenants(BTreeSet<Tenant>),
}

/// The channel for all, and those of single teams.
type Channels = (Option<Place>, BTreeMap<String, Place>);

/// Reads `team=platform/workspace/channel`, separated by commas; the one without a team is for all others.
fn channels(text: &str) -> Result<Channels, String> {
    let (mut all, mut teams) = (None, BTreeMap::new());
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        match part.split_once('=') {
            Some((team, channel)) if !team.trim().is_empty() => {
                teams.insert(team.trim().to_lowercase(), place_of(channel.trim().parse()?));
            }
            Some(_) => return Err("team=platform/workspace/channel, such as support=slack/T1/C1,".to_owned()),
            None => all = Some(place_of(part.parse()?)),
        }
    }
    Ok((all, teams))
}

fn place_of(ChannelKey { platform, workspace, channel }: ChannelKey) -> Place {
    Place { platform, workspace, channel, thread: None, privacy: Privacy::Shared }
}

/// Reads `platform/workspace`, separated by commas.
fn tenants(text: &str) -> Result<BTreeSet<Tenant>, String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::parse).collect()
}
