//! Kairos's own words for what is told: what every mapping ends in.
//!
//! ```json
//! [{ "person": "crm:0055", "measure": "negotiation-close-rate", "numerator": 9, "denominator": 60, "baseline": 0.25,
//!    "from": "2026-09-01T00:00:00Z", "until": "2026-10-31T00:00:00Z" },
//!  { "person": "ben@example.org", "alert": "CloseRateLow", "state": "firing", "fingerprint": "b2c3", "at": 1780000000 }]
//! ```

use chat::{Alert, Observation, PersonKey, Said, Signal, Unreadable};
use serde_json::Value;

use super::{
    Parsed, SourceContext, digest,
    values::{EntryError, Percent, instant, labels, name, number, short_text, text},
};

/// Reads one object, a list of them, or an object with the list under `observations` or `alerts`. One entry that can't
/// be read costs itself alone.
pub(super) fn read(context: SourceContext<'_>, told: &Value) -> Result<Parsed, Unreadable> {
    let mut entries: Vec<&Value> = Vec::new();
    match told {
        Value::Array(list) => entries.extend(list),
        Value::Object(fields) => {
            let mut is_list = false;
            for key in ["observations", "alerts"] {
                match fields.get(key) {
                    None | Some(Value::Null) => continue,
                    Some(Value::Array(list)) => entries.extend(list),
                    Some(other) => {
                        return Err(Unreadable(format!("`{key}` is {}: a list would be right", kind(other))));
                    }
                }
                is_list = true;
            }
            if !is_list {
                let signal = signal(context, 0, told).map_err(|error| Unreadable(error.to_string()))?;
                return Ok(Parsed { signals: vec![signal], unread: Vec::new() });
            }
        }
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            return Err(Unreadable(
                "it is JSON inside a JSON text, encoded twice: an object would be right".to_owned(),
            ));
        }
        other => return Err(Unreadable(format!("it is {}: an object or a list would be right", kind(other)))),
    }
    Ok(Parsed::of_each("entry", entries, |index, entry| Ok(vec![signal(context, index, entry)?])))
}

/// What a value is, in words.
pub(super) const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Reads the entry at `index`; the error says what is missing, without any of its content.
pub(super) fn signal(context: SourceContext<'_>, index: usize, entry: &Value) -> Result<Signal, EntryError> {
    if !entry.is_object() {
        return Err(EntryError::new(format!("it is {}: an object would be right", kind(entry))));
    }
    let who = match entry.get("person").filter(|person| !person.is_null()) {
        None => None,
        Some(person) => Some(person_key("person", person)?),
    };
    let what = if let Some(name) = name(entry, "alert")? {
        Said::Alert(alert(context, entry, name)?)
    } else {
        Said::Observation(observation(context, entry)?)
    };
    let id = match context.event {
        // The event that carries the entries is unique by itself; its entries are numbered.
        Some(event) => digest(&format!("{event}#{index}")),
        None => entry
            .get("id")
            .and_then(short_text)
            .filter(|id| !id.is_empty())
            .unwrap_or_else(|| of_what(who.as_ref(), &what)),
    };
    Ok(Signal { id: format!("{}:{id}", context.source), who, what })
}

/// Whom `value` names.
pub(super) fn person_key(field: &str, value: &Value) -> Result<PersonKey, EntryError> {
    let key = text(value).as_deref().and_then(PersonKey::read);
    key.ok_or_else(|| EntryError::of(field, "an e-mail address or `scheme:name` would be right", value))
}

/// What is told of the same person, subject and window is the same, and only once an alert begins or ends.
pub(super) fn of_what(who: Option<&PersonKey>, what: &Said) -> String {
    let who = who.map(|who| format!("{}:{}", who.scheme, who.value)).unwrap_or_default();
    digest(&match what {
        Said::Observation(seen) => {
            let Observation { measure, numerator, denominator, value, from, until, .. } = seen;
            format!("{who}\n{measure}\n{numerator:?}\n{denominator:?}\n{value:?}\n{from:?}\n{until:?}")
        }
        Said::Alert(alert) => {
            format!("{who}\n{}\n{}\n{}\n{}", alert.name, alert.fingerprint, alert.firing, alert.at.as_ms())
        }
    })
}

fn observation(context: SourceContext<'_>, entry: &Value) -> Result<Observation, EntryError> {
    let measure = name(entry, "measure")?.ok_or_else(|| EntryError::new("neither `measure` nor `alert` is named"))?;
    let measure = measure_name(&measure);
    let seen = Observation {
        measure,
        numerator: number(entry, "numerator", Percent::Refused)?,
        denominator: number(entry, "denominator", Percent::Refused)?,
        value: number(entry, "value", Percent::Share)?,
        from: instant(entry, "from")?,
        until: instant(entry, "until")?.unwrap_or(context.received_at),
        baseline: number(entry, "baseline", Percent::Share)?,
        labels: labels(entry.get("labels"), context.team_label),
    };
    check(context, &seen)?;
    Ok(seen)
}

/// Whether the parts of an observation fit each other.
pub(super) fn check(context: SourceContext<'_>, seen: &Observation) -> Result<(), EntryError> {
    let wrong = |reason: &str| Err(EntryError::new(reason));
    if seen.numerator.is_none() && seen.value.is_none() {
        return wrong("there is neither `numerator` nor `value`");
    }
    if seen.numerator.zip(seen.denominator).is_some_and(|(part, whole)| part < 0.0 || whole <= 0.0) {
        return wrong("`numerator` and `denominator` are no number of cases");
    }
    if seen.from.is_some_and(|from| from >= seen.until) {
        return wrong("`from` does not lie before `until`");
    }
    if seen.until.since(context.received_at) > std::time::Duration::from_hours(24) {
        return wrong("`until` lies ahead");
    }
    Ok(())
}

/// A measure's name as the library writes it: `kairos_close_rate`, a CRM's way, means `close-rate`.
pub(super) fn measure_name(text: &str) -> String {
    let name = text.to_lowercase().replace('_', "-");
    name.strip_prefix("kairos-").unwrap_or(&name).to_owned()
}

fn alert(context: SourceContext<'_>, entry: &Value, name: String) -> Result<Alert, EntryError> {
    let firing = match entry.get("state") {
        None | Some(Value::Null) => true,
        Some(state) => match state.as_str() {
            Some("firing") => true,
            Some("resolved") => false,
            _ => return Err(EntryError::of("state", "`firing` or `resolved` would be right", state)),
        },
    };
    Ok(Alert {
        name,
        fingerprint: entry.get("fingerprint").and_then(short_text).unwrap_or_default(),
        firing,
        at: instant(entry, "at")?.unwrap_or(context.received_at),
        labels: labels(entry.get("labels"), context.team_label),
    })
}
