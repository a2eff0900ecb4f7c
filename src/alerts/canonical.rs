//! Kairos's own words for what is told: what every mapping ends in.
//!
//! ```json
//! [{ "person": "crm:0055", "measure": "negotiation-close-rate", "numerator": 9, "denominator": 60, "baseline": 0.25,
//!    "from": "2026-09-01T00:00:00Z", "until": "2026-10-31T00:00:00Z" },
//!  { "person": "ben@example.org", "alert": "CloseRateLow", "state": "firing", "fingerprint": "b2c3", "at": 1780000000 }]
//! ```

use std::collections::BTreeMap;

use chat::{Alert, Observation, PersonKey, Said, Signal, Timestamp, Unreadable};
use serde_json::Value;

use super::digest;

/// The longest name of a measure, an alert or a label, in bytes.
const NAME_BYTES: usize = 200;
/// The most labels that are kept.
const LABELS: usize = 32;

/// Reads one object, a list of them, or an object with the list under `observations` or `alerts`.
pub(super) fn read(source: &str, told: &Value, now: Timestamp) -> Result<Vec<Signal>, Unreadable> {
    let mut signals = Vec::new();
    let lists = ["observations", "alerts"].into_iter().filter_map(|key| told.get(key)?.as_array());
    let entries: Vec<&Value> = match told {
        Value::Array(entries) => entries.iter().collect(),
        _ => lists.flatten().collect(),
    };
    let entries =
        if entries.is_empty() && told.is_object() && told.get("observations").is_none() { vec![told] } else { entries };
    for (index, entry) in entries.into_iter().enumerate() {
        signals.push(signal(source, entry, now).map_err(|what| Unreadable(format!("entry {}: {what}", index + 1)))?);
    }
    Ok(signals)
}

/// Reads one entry; the error says what is missing, without any of its content.
pub(super) fn signal(source: &str, entry: &Value, now: Timestamp) -> Result<Signal, &'static str> {
    let who = match entry.get("person") {
        None | Some(Value::Null) => None,
        Some(person) => Some(PersonKey::read(&text(person).ok_or(PERSON)?).ok_or(PERSON)?),
    };
    let what = if let Some(name) = name(entry, "alert") {
        Said::Alert(alert(entry, name, now)?)
    } else {
        Said::Observation(observation(entry, now)?)
    };
    let id = entry.get("id").and_then(text).filter(|id| id.len() <= NAME_BYTES);
    let id = id.unwrap_or_else(|| of_what(who.as_ref(), &what));
    Ok(Signal { id: format!("{source}:{id}"), who, what })
}

const PERSON: &str = "`person` is no `scheme:name` and no e-mail address";

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

fn observation(entry: &Value, now: Timestamp) -> Result<Observation, &'static str> {
    let measure = name(entry, "measure").ok_or("neither `measure` nor `alert` is named")?;
    let measure = measure_name(&measure);
    let seen = Observation {
        measure,
        numerator: number(entry, "numerator"),
        denominator: number(entry, "denominator"),
        value: number(entry, "value"),
        from: instant(entry, "from")?,
        until: instant(entry, "until")?.unwrap_or(now),
        baseline: number(entry, "baseline"),
        labels: labels(entry.get("labels")),
    };
    if seen.numerator.is_none() && seen.value.is_none() {
        return Err("there is neither `numerator` nor `value`");
    }
    if seen.numerator.zip(seen.denominator).is_some_and(|(part, whole)| part < 0.0 || whole <= 0.0) {
        return Err("`numerator` and `denominator` are no number of cases");
    }
    if seen.from.is_some_and(|from| from >= seen.until) {
        return Err("`from` does not lie before `until`");
    }
    if seen.until.since(now) > std::time::Duration::from_hours(24) {
        return Err("`until` lies ahead");
    }
    Ok(seen)
}

/// A measure's name as the library writes it: `kairos_close_rate`, a CRM's way, means `close-rate`.
pub(super) fn measure_name(text: &str) -> String {
    let name = text.to_lowercase().replace('_', "-");
    name.strip_prefix("kairos-").unwrap_or(&name).to_owned()
}

fn alert(entry: &Value, name: String, now: Timestamp) -> Result<Alert, &'static str> {
    let firing = match entry.get("state").and_then(Value::as_str) {
        None | Some("firing") => true,
        Some("resolved") => false,
        Some(_) => return Err("`state` is neither `firing` nor `resolved`"),
    };
    let fingerprint = entry.get("fingerprint").and_then(text).filter(|it| it.len() <= NAME_BYTES).unwrap_or_default();
    Ok(Alert {
        name,
        fingerprint,
        firing,
        at: instant(entry, "at")?.unwrap_or(now),
        labels: labels(entry.get("labels")),
    })
}

fn name(entry: &Value, key: &str) -> Option<String> {
    let name = entry.get(key)?.as_str()?.trim();
    (!name.is_empty() && name.len() <= NAME_BYTES && !name.contains(char::is_control)).then(|| name.to_owned())
}

/// A single value as text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A number, also where it stands in quotes: templates write it so.
pub(super) fn number(entry: &Value, key: &str) -> Option<f64> {
    let number = match entry.get(key)? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => {
            let text = text.trim();
            let share = text.strip_suffix('%').and_then(|percent| percent.trim().parse::<f64>().ok());
            share.map(|percent| percent / 100.0).or_else(|| text.parse().ok())?
        }
        _ => return None,
    };
    number.is_finite().then_some(number)
}

/// RFC 3339, a date, or seconds (or milliseconds) since 1970; `None` where it is left out.
pub(super) fn instant(entry: &Value, key: &str) -> Result<Option<Timestamp>, &'static str> {
    let Some(value) = entry.get(key).filter(|value| !value.is_null()) else { return Ok(None) };
    let read = match value {
        Value::Number(number) => number.as_f64().and_then(since_1970),
        Value::String(text) => read_instant(text.trim()),
        _ => None,
    };
    read.map(Some).ok_or("an instant can't be read: 2026-11-20T10:00:00Z or seconds since 1970 would be right")
}

/// Reads an instant as people and programs write it.
pub(super) fn read_instant(text: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(Timestamp::from_ms(at.as_millisecond()));
    }
    if let Ok(date) = text.parse::<jiff::civil::Date>() {
        let at = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        return Some(Timestamp::from_ms(at.timestamp().as_millisecond()));
    }
    text.parse().ok().and_then(since_1970)
}

fn since_1970(number: f64) -> Option<Timestamp> {
    // Seconds until the year 5138, milliseconds beyond.
    let ms = if number.abs() < 1e11 { number * 1_000.0 } else { number };
    #[expect(clippy::cast_possible_truncation, reason = "bounded here")]
    (ms.is_finite() && ms.abs() < 1e15).then(|| Timestamp::from_ms(ms as i64))
}

/// Labels, as many and as long as are kept; also as tags in one text, `team:sales,env:prod`.
pub(super) fn labels(value: Option<&Value>) -> BTreeMap<String, String> {
    let texts: Vec<(String, String)> = match value {
        Some(Value::Object(entries)) => {
            entries.iter().filter_map(|(key, value)| Some((key.clone(), text(value)?))).collect()
        }
        Some(Value::String(tags)) => {
            let tags = tags.split(',').filter_map(|tag| tag.trim().split_once(':'));
            tags.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
        }
        _ => Vec::new(),
    };
    let bounded = |text: &str| text.len() <= NAME_BYTES;
    texts.into_iter().filter(|(key, text)| bounded(key) && bounded(text)).take(LABELS).collect()
}
