//! `PagerDuty`'s webhook, version 3: incidents that were triggered and resolved.
//!
//! Whom it is about are its assignees, as `pagerduty:<id>`; an incident with nobody assigned is about a group. Its first
//! team and its service are the labels `team` and `service`.
//! <https://developer.pagerduty.com/docs/webhooks-overview>

use chat::{Alert, PersonKey, Said, Signal, Unreadable};
use serde_json::Value;

use super::{
    Parsed, SourceContext, canonical,
    values::{EntryError, instant, labels, name, short_text, text},
};

/// Reads one event; none for what is neither the beginning nor the end of an incident.
pub(super) fn read(context: SourceContext<'_>, body: &Value) -> Result<Parsed, Unreadable> {
    let event = body.get("event").ok_or_else(|| Unreadable("there is no `event`".to_owned()))?;
    let signals = read_event(context, event).map_err(|error| Unreadable(error.to_string()))?;
    Ok(Parsed { signals, unread: Vec::new() })
}

fn read_event(context: SourceContext<'_>, event: &Value) -> Result<Vec<Signal>, EntryError> {
    let firing = match event.get("event_type").and_then(Value::as_str) {
        Some("incident.triggered" | "incident.reopened" | "incident.reassigned") => true,
        Some("incident.resolved") => false,
        Some(_) => return Ok(Vec::new()),
        None => return Err(EntryError::new("the event has no `event_type`")),
    };
    let data = event.get("data").ok_or_else(|| EntryError::new("the event has no `data`"))?;
    let at = instant(event, "occurred_at")?.unwrap_or(context.received_at);
    let name = name(data, "title")?.ok_or_else(|| EntryError::new("the incident has no `title`"))?;
    let fingerprint = data.get("id").and_then(text).unwrap_or_default();
    let assignees = data.get("assignees").and_then(Value::as_array).into_iter().flatten();
    let people = assignees.filter_map(|who| PersonKey::new("pagerduty", who.get("id")?.as_str()?));
    let mut people: Vec<Option<PersonKey>> = people.map(Some).collect();
    if people.is_empty() {
        people.push(None);
    }
    let signal = |who: Option<PersonKey>| {
        let mut labels = labels(data.get("labels"), context.team_label);
        let named = |value: Option<&Value>| value?.get("summary").and_then(short_text);
        let first = data.get("teams").and_then(Value::as_array).and_then(|teams| teams.first());
        labels.extend(named(first).map(|team| ("team".to_owned(), team)));
        labels.extend(named(data.get("service")).map(|service| ("service".to_owned(), service)));
        let what = Said::Alert(Alert { name: name.clone(), fingerprint: fingerprint.clone(), firing, at, labels });
        Signal { id: format!("{}:{}", context.source, canonical::of_what(who.as_ref(), &what)), who, what }
    };
    Ok(people.into_iter().map(signal).collect())
}
