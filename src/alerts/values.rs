//! Single values as programs and spreadsheets write them: numbers, instants, names, labels. Read by a stated rule, or
//! refused.
//!
//! Invariants
//! - A value that can't be read is an error that names its field; it never counts as left out.
//! - The error's `Display` holds nothing of the content; [`EntryError::with_found`] is for whoever owns the file.

use std::{collections::BTreeMap, fmt};

use chat::Timestamp;
use serde_json::Value;

/// The longest name of a measure or an alert, and the longest value of a label, in characters: `PagerDuty`'s titles are
/// the longest of all, <https://developer.pagerduty.com/docs/events-api-v2/trigger-events/>.
const NAME_CHARACTERS: usize = 1_024;
/// The most labels that are kept; those that say whom an alert is about come first.
const LABELS: usize = 32;
/// The largest number that counts as an observation of somebody's work.
const LARGEST: f64 = 1e12;
/// Labels that decide whom an alert reaches, and which rule listens for it.
const DECIDING_LABELS: [&str; 5] = ["alertname", "person", "email", "team", "measure"];

/// Why one entry can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryError {
    /// The field, where one is to blame.
    pub field: Option<String>,
    /// What is wrong with it, and what would be right.
    pub reason: String,
    /// The value that was found, shortened.
    found: Option<String>,
}

impl EntryError {
    /// Wrong in a way that no single value shows.
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { field: None, reason: reason.into(), found: None }
    }

    pub(super) fn of(field: &str, reason: impl Into<String>, found: &Value) -> Self {
        let found = match found {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let found = found.chars().take(40).collect();
        Self { field: Some(field.to_owned()), reason: reason.into(), found: Some(found) }
    }

    /// The error with the value that was found: only for whoever owns the file.
    pub fn with_found(&self) -> String {
        match (&self.field, &self.found) {
            (Some(field), Some(found)) => format!("`{field}` is {found:?}: {}", self.reason),
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for EntryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "`{field}`: {}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

impl std::error::Error for EntryError {}

/// A name under `key`; `None` where it is left out or empty.
pub(super) fn name(entry: &Value, key: &str) -> Result<Option<String>, EntryError> {
    let Some(value) = entry.get(key).filter(|value| !value.is_null()) else { return Ok(None) };
    let Some(name) = value.as_str().map(str::trim) else {
        return Err(EntryError::of(key, "a name in words would be right", value));
    };
    if name.is_empty() {
        return Ok(None);
    }
    if name.chars().count() > NAME_CHARACTERS {
        return Err(EntryError::of(key, format!("longer than {NAME_CHARACTERS} characters"), value));
    }
    if name.contains(char::is_control) {
        return Err(EntryError::of(key, "holds control characters", value));
    }
    Ok(Some(name.to_owned()))
}

/// A single value as text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The same where it is short enough to be a name.
pub(super) fn short_text(value: &Value) -> Option<String> {
    text(value).filter(|text| text.chars().count() <= NAME_CHARACTERS)
}

/// What a number may be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Percent {
    /// `25 %` is 0.25.
    Share,
    /// A number of cases: a percent sign is a mistake.
    Refused,
}

/// A number, also where it stands in quotes: templates write it so. `None` where it is left out or empty.
pub(super) fn number(entry: &Value, key: &str, percent: Percent) -> Result<Option<f64>, EntryError> {
    let Some(value) = entry.get(key).filter(|value| !value.is_null()) else { return Ok(None) };
    let read = match value {
        Value::Number(number) => number.as_f64().ok_or("a number would be right"),
        Value::String(text) if text.trim().is_empty() => return Ok(None),
        Value::String(text) => written_number(text.trim(), percent),
        _ => Err("a number would be right"),
    };
    match read {
        Ok(number) if number.is_finite() && number.abs() <= LARGEST => Ok(Some(number)),
        Ok(_) => Err(EntryError::of(key, "too large for a number that was observed", value)),
        Err(reason) => Err(EntryError::of(key, reason, value)),
    }
}

/// Reads `12`, `0.25`, `25,5 %`, `1,200,300`, `1.200,50`, `1 200`. A single comma before exactly three digits may mean
/// thousands or decimals, and is refused.
fn written_number(text: &str, percent: Percent) -> Result<f64, &'static str> {
    const RIGHT: &str = "a number such as 1200 or 0.25 would be right";
    if let Some(share) = text.strip_suffix('%') {
        return match percent {
            Percent::Share => Ok(written_number(share.trim(), Percent::Refused)? / 100.0),
            Percent::Refused => Err("a number of cases has no percent sign"),
        };
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(RIGHT);
    }
    // Spaces and apostrophes stand between thousands only.
    let spaced: Vec<&str> = digits.split([' ', '\u{a0}', '\u{202f}', '\'', '’']).collect();
    if !are_thousands(&spaced) && spaced.len() > 1 {
        return Err(RIGHT);
    }
    let tight = spaced.concat();
    let (commas, dots) = (tight.matches(',').count(), tight.matches('.').count());
    let plain = match (commas, dots) {
        (0, 0 | 1) => tight,
        (1, 0) => {
            let (_, behind) = tight.split_once(',').unwrap_or_default();
            if behind.len() == 3 {
                return Err("a comma before three digits may mean thousands or decimals: write 1200 or 1.2");
            }
            tight.replace(',', ".")
        }
        (_, 0) => without_thousands(&tight, ',').ok_or(RIGHT)?,
        (0, _) => without_thousands(&tight, '.').ok_or(RIGHT)?,
        // Of two marks the last one begins the decimals.
        _ if commas == 1 && tight.rfind(',') > tight.rfind('.') => {
            let (whole, decimals) = tight.split_once(',').unwrap_or_default();
            format!("{}.{decimals}", without_thousands(whole, '.').ok_or(RIGHT)?)
        }
        _ if dots == 1 => {
            let (whole, decimals) = tight.split_once('.').unwrap_or_default();
            format!("{}.{decimals}", without_thousands(whole, ',').ok_or(RIGHT)?)
        }
        _ => return Err(RIGHT),
    };
    let number: f64 = plain.parse().map_err(|_| RIGHT)?;
    Ok(if text.starts_with('-') { -number } else { number })
}

fn without_thousands(text: &str, mark: char) -> Option<String> {
    let groups: Vec<&str> = text.split(mark).collect();
    are_thousands(&groups).then(|| groups.concat())
}

/// One to three digits, then groups of three; the last may go on with decimals.
fn are_thousands(groups: &[&str]) -> bool {
    let are_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let Some((first, rest)) = groups.split_first() else { return false };
    let last = rest.len().saturating_sub(1);
    (1..=3).contains(&first.len())
        && are_digits(first)
        && rest.iter().enumerate().all(|(index, group)| {
            let whole = if index == last { group.split([',', '.']).next().unwrap_or_default() } else { group };
            whole.len() == 3 && are_digits(whole)
        })
}

/// RFC 3339, a date, or seconds (or milliseconds) since 1970; `None` where it is left out.
pub(super) fn instant(entry: &Value, key: &str) -> Result<Option<Timestamp>, EntryError> {
    let Some(value) = entry.get(key).filter(|value| !value.is_null()) else { return Ok(None) };
    let read = match value {
        Value::Number(number) => number.as_f64().ok_or(INSTANT).and_then(since_1970),
        Value::String(text) if text.trim().is_empty() => return Ok(None),
        Value::String(text) => read_instant(text.trim()),
        _ => Err(INSTANT),
    };
    read.map(Some).map_err(|reason| EntryError::of(key, reason, value))
}

const INSTANT: &str = "no instant: 2026-11-20, 2026-11-20T10:00:00Z or seconds since 1970 would be right";

/// Reads an instant as people and programs write it. A date is its first moment in UTC.
pub(super) fn read_instant(text: &str) -> Result<Timestamp, &'static str> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(Timestamp::from_ms(at.as_millisecond()));
    }
    if let Ok(number) = text.parse::<f64>() {
        return since_1970(number);
    }
    // A date and a time of day would read as a date as well: the time must not be lost.
    if text.contains(':') && text.parse::<jiff::civil::DateTime>().is_ok() {
        return Err("a time without its zone: 2026-11-20T18:00:00+01:00 or 2026-11-20T17:00:00Z would be right");
    }
    let date: jiff::civil::Date = text.parse().map_err(|_| INSTANT)?;
    let at = date.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| INSTANT)?;
    Ok(Timestamp::from_ms(at.timestamp().as_millisecond()))
}

/// Seconds or milliseconds since 1970, of the years 2001 to 2096: what lies outside is something else.
fn since_1970(number: f64) -> Result<Timestamp, &'static str> {
    const SECONDS: std::ops::Range<f64> = 1e9..4e9;
    let ms = if SECONDS.contains(&number) {
        number * 1_000.0
    } else if SECONDS.contains(&(number / 1_000.0)) {
        number
    } else if (1_900.0..2_200.0).contains(&number) {
        return Err("looks like a year: a date such as 2026-11-20 would be right");
    } else if (20_000.0..80_000.0).contains(&number) {
        return Err("looks like a spreadsheet's serial date: format the column as 2026-11-20");
    } else {
        return Err(INSTANT);
    };
    #[expect(clippy::cast_possible_truncation, reason = "bounded by the range above")]
    Ok(Timestamp::from_ms(ms as i64))
}

/// Labels, as many and as long as are kept; also as tags in one text, `team:sales,env:prod`. Those that decide whom an
/// alert reaches, `team_label` among them, are kept before all others.
pub(super) fn labels(value: Option<&Value>, team_label: &str) -> BTreeMap<String, String> {
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
    bounded(texts, team_label)
}

/// As many labels as are kept, the deciding ones first.
pub(super) fn bounded(
    labels: impl IntoIterator<Item = (String, String)>,
    team_label: &str,
) -> BTreeMap<String, String> {
    let is_short = |text: &str| text.chars().count() <= NAME_CHARACTERS;
    let decides = |key: &str| DECIDING_LABELS.contains(&key) || key == team_label;
    let kept = labels.into_iter().filter(|(key, value)| is_short(key) && is_short(value));
    let (deciding, rest): (Vec<_>, Vec<_>) = kept.partition(|(key, _)| decides(key));
    deciding.into_iter().chain(rest).take(LABELS).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn share(text: &str) -> Result<Option<f64>, String> {
        number(&json!({ "baseline": text }), "baseline", Percent::Share).map_err(|error| error.with_found())
    }

    #[test]
    fn numbers_are_read_by_one_rule_or_refused() {
        for (text, number) in [
            ("9", 9.0),
            ("0.25", 0.25),
            ("25 %", 0.25),
            ("25,5 %", 0.255),
            ("0,25", 0.25),
            ("1,200,300", 1_200_300.0),
            ("1.200.300", 1_200_300.0),
            ("1,200.50", 1_200.5),
            ("1.200,50", 1_200.5),
            ("1 200", 1_200.0),
            ("12'345.5", 12_345.5),
            ("-3", -3.0),
        ] {
            assert_eq!(share(text), Ok(Some(number)), "{text}");
        }
        assert_eq!(share(" "), Ok(None));
        for wrong in
            ["1,200", "n/a", "inf", "NaN", "1e400", "12 34", "1,2,3", "1.2,3.4", "12%%", "--1", "9999999999999"]
        {
            let told = share(wrong).unwrap_err();
            assert!(told.starts_with(&format!("`baseline` is {wrong:?}: ")), "{told}");
        }
        let cases = number(&json!({ "numerator": "9 %" }), "numerator", Percent::Refused).unwrap_err();
        assert_eq!(cases.to_string(), "`numerator`: a number of cases has no percent sign");
    }

    #[test]
    fn an_instant_says_its_zone_and_is_no_spreadsheets_number() {
        let ms = |text: &str| read_instant(text).map(Timestamp::as_ms);
        assert_eq!(ms("2026-12-01"), Ok(1_796_083_200_000));
        assert_eq!(ms("2026-12-01T18:00:00+01:00"), Ok(1_796_144_400_000));
        assert_eq!(ms("1796083200"), Ok(1_796_083_200_000));
        assert_eq!(ms("1796083200000"), Ok(1_796_083_200_000));
        for (text, told) in [
            ("2026-12-01 18:00", "without its zone"),
            ("2026-12-01T18:00:00", "without its zone"),
            ("46357.75", "serial date"),
            ("45900", "serial date"),
            ("2026", "a year"),
            ("12", "no instant"),
            ("yesterday", "no instant"),
        ] {
            assert!(read_instant(text).unwrap_err().contains(told), "{text}");
        }
    }

    #[test]
    fn labels_that_decide_are_kept_before_all_others() {
        let mut many: serde_json::Map<String, Value> =
            (0..60).map(|number| (format!("a{number}"), json!("x"))).collect();
        many.insert("person".to_owned(), json!("ben@example.org"));
        many.insert("squad".to_owned(), json!("support"));
        let kept = labels(Some(&Value::Object(many)), "squad");
        assert_eq!(kept.len(), LABELS);
        assert_eq!((kept["person"].as_str(), kept["squad"].as_str()), ("ben@example.org", "support"));
    }

    proptest::proptest! {
        /// A grouped number means what it means without its groups.
        #[test]
        fn thousands_change_nothing(number in 1_000_000_u64..999_999_999) {
            let plain = number.to_string();
            let groups: Vec<&str> = {
                let head = plain.len() % 3;
                let mut parts = vec![&plain[..head]];
                parts.extend((head..plain.len()).step_by(3).map(|at| &plain[at..at + 3]));
                parts.into_iter().filter(|part| !part.is_empty()).collect()
            };
            let read = share(&plain);
            for mark in [",", ".", " ", "'"] {
                proptest::prop_assert_eq!(share(&groups.join(mark)), read.clone());
            }
        }
    }
}
