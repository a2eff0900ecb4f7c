//! `PagerDuty`'s webhook, version 3: incidents that were triggered and resolved.
//!
//! Whom it is about are its assignees, as `pagerduty:<id>`; an incident with nobody assigned is about a group. Its first
//! team and its service are the labels `team` and `service`.
//! <https://developer.pagerduty.com/docs/webhooks-overview>

use chat::{Alert, PersonKey, Said, Signal, Timestamp, Unreadable};
use serde_json::Value;

use super::canonical;

/// Reads one event; none for what is neither the beginning nor the end of an incident.
pub(super) fn read(source: &str, body: &Value, now: Timestamp) -> Result<Vec<Signal>, Unreadable> {
    let event = body.get("event").ok_or_else(|| Unreadable("there is no `event`".to_owned()))?;
    let firing = match event.get("event_type").and_then(Value::as_str) {
        Some("incident.triggered" | "incident.reopened" | "incident.reassigned") => true,
        Some("incident.resolved") => false,
        Some(_) => return Ok(Vec::new()),
        None => return Err(Unreadable("the event has no `event_type`".to_owned())),
    };
    let data = event.get("data").ok_or_else(|| Unreadable("the event has no `data`".to_owned()))?;
    let at = canonical::instant(event, "occurred_at").map_err(|what| Unreadable(what.to_owned()))?.unwrap_or(now);
    let title = data.get("title").and_then(canonical::text).filter(|title| !title.is_empty() && title.len() <= 200);
    let name = title.ok_or_else(|| Unreadable("the incident has no `title`".to_owned()))?;
    let fingerprint = data.get("id").and_then(canonical::text).unwrap_or_default();
    let assignees = data.get("assignees").and_then(Value::as_array).into_iter().flatten();
    let people = assignees.filter_map(|who| PersonKey::new("pagerduty", who.get("id")?.as_str()?));
    let mut people: Vec<Option<PersonKey>> = people.map(Some).collect();
    if people.is_empty() {
        people.push(None);
    }
    let signal = |who: Option<PersonKey>| {
        let mut labels = canonical::labels(data.get("labels"));
        let named =
            |value: Option<&Value>| value?.get("summary").and_then(canonical::text).filter(|it| it.len() <= 200);
        let first = data.get("teams").and_then(Value::as_array).and_then(|teams| teams.first());
        labels.extend(named(first).map(|team| ("team".to_owned(), team)));
        labels.extend(named(data.get("service")).map(|service| ("service".to_owned(), service)));
        let what = Said::Alert(Alert { name: name.clone(), fingerprint: fingerprint.clone(), firing, at, labels });
        Signal { id: format!("{source}:{}", canonical::of_what(who.as_ref(), &what)), who, what }
    };
    Ok(people.into_iter().map(signal).collect())
}
