//! `CloudEvents` 1.0 over HTTP: structured (`application/cloudevents+json`), batched, and binary (`ce-*` headers).
//!
//! The data is in Kairos's own words. <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>

use std::collections::BTreeMap;

use chat::{Signal, Timestamp, Unreadable};
use serde_json::Value;

use super::canonical;

/// Reads an event in either mode.
pub(super) fn read(
    source: &str,
    headers: &BTreeMap<String, String>,
    body: &str,
    now: Timestamp,
) -> Result<Vec<Signal>, Unreadable> {
    let body: Value =
        serde_json::from_str(body).map_err(|error| Unreadable(format!("no JSON at line {}", error.line())))?;
    if let Some(version) = headers.get("ce-specversion") {
        let attribute = |name: &str| headers.get(&format!("ce-{name}")).map(String::as_str);
        check(version, attribute("id"), attribute("source"), attribute("type"))?;
        let at = attribute("time").and_then(canonical::read_instant).unwrap_or(now);
        return of_event(source, (attribute("source"), attribute("id")), &body, at);
    }
    let events: Vec<&Value> = match &body {
        Value::Array(events) => events.iter().collect(),
        event => vec![event],
    };
    let mut signals = Vec::new();
    for event in events {
        let attribute = |name: &str| event.get(name).and_then(Value::as_str);
        check(attribute("specversion").unwrap_or_default(), attribute("id"), attribute("source"), attribute("type"))?;
        let at = attribute("time").and_then(canonical::read_instant).unwrap_or(now);
        let data = event.get("data").ok_or_else(|| Unreadable("the event has no JSON `data`".to_owned()))?;
        signals.extend(of_event(source, (attribute("source"), attribute("id")), data, at)?);
    }
    Ok(signals)
}

fn check(version: &str, id: Option<&str>, source: Option<&str>, kind: Option<&str>) -> Result<(), Unreadable> {
    if version != "1.0" {
        return Err(Unreadable("`specversion` is not 1.0".to_owned()));
    }
    for (name, value) in [("id", id), ("source", source), ("type", kind)] {
        if value.is_none_or(str::is_empty) {
            return Err(Unreadable(format!("the attribute `{name}` is missing")));
        }
    }
    Ok(())
}

/// Source and id make an event unique; several signals of one are numbered.
fn of_event(
    source: &str,
    (of, id): (Option<&str>, Option<&str>),
    data: &Value,
    at: Timestamp,
) -> Result<Vec<Signal>, Unreadable> {
    let mut signals = canonical::read(source, data, at)?;
    for (index, signal) in signals.iter_mut().enumerate() {
        let unique = format!("{}#{}#{index}", of.unwrap_or_default(), id.unwrap_or_default());
        signal.id = format!("{source}:{}", super::digest(&unique));
    }
    Ok(signals)
}
