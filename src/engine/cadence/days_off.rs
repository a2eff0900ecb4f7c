//! Days on which a person is away: nothing unasked comes then.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::messages::say;

/// How many lines somebody may enter.
const LINES: usize = 40;
/// The longest stretch of one line, in days.
const LONGEST: i32 = 366;

/// Single days and stretches of days, both ends included, the earliest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DaysOff(Vec<(Date, Date)>);

impl DaysOff {
    /// True when nothing was entered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The last day of the stretch that `date` lies in.
    pub fn last_of(&self, date: Date) -> Option<Date> {
        self.0.iter().find(|(first, last)| (*first..=*last).contains(&date)).map(|(_, last)| *last)
    }

    /// How many stretches there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The same without what is over on `today`.
    #[must_use]
    pub fn from_then_on(&self, today: Date) -> Self {
        Self(self.0.iter().filter(|(_, last)| *last >= today).copied().collect())
    }
}

impl FromStr for DaysOff {
    type Err = String;

    /// Reads lines (or what stands between commas) of one date, or of two with `to` or `..` between them; the error
    /// says what would be right. Nothing at all means no days off.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut days = Vec::new();
        for line in text.split(['\n', ',', ';']).map(str::trim).filter(|line| !line.is_empty()) {
            let (first, last) = ["..", " to ", " - ", " – "]
                .into_iter()
                .find_map(|between| line.split_once(between))
                .unwrap_or((line, line));
            let (first, last) = (date(first)?, date(last)?);
            let length = first.until(last).map_or(-1, |span| span.get_days());
            if !(0..LONGEST).contains(&length) {
                return Err(say!("form-stretch-wrong", written = cut(line)));
            }
            days.push((first, last));
        }
        if days.len() > LINES {
            return Err(say!("form-days-many", most = LINES));
        }
        days.sort_unstable();
        Ok(Self(days))
    }
}

fn date(text: &str) -> Result<Date, String> {
    let is_plain = text.trim().len() == 10;
    let date = text.trim().parse().ok().filter(|_| is_plain);
    date.ok_or_else(|| say!("form-day-wrong", written = cut(text.trim())))
}

/// As much of a slip as helps to find it.
fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

impl fmt::Display for DaysOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.0.iter().map(
            |(first, last)| {
                if first == last { first.to_string() } else { format!("{first} to {last}") }
            },
        );
        f.write_str(&lines.collect::<Vec<_>>().join("\n"))
    }
}

impl TryFrom<String> for DaysOff {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<DaysOff> for String {
    fn from(days: DaysOff) -> Self {
        days.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_write_them() {
        let days: DaysOff = "2027-01-01\n 2026-12-24 to 2026-12-26, 2026-07-01..2026-07-14".parse().unwrap();
        assert_eq!(days.to_string(), "2026-07-01 to 2026-07-14\n2026-12-24 to 2026-12-26\n2027-01-01");
        assert_eq!(days.to_string().parse::<DaysOff>().unwrap(), days);
        assert_eq!("".parse::<DaysOff>().unwrap(), DaysOff::default());
        let on = |text: &str| days.last_of(text.parse().unwrap()).map(|date| date.to_string());
        assert_eq!(on("2026-12-24").as_deref(), Some("2026-12-26"));
        assert_eq!(on("2026-12-27"), None);
        assert_eq!(days.from_then_on("2026-12-25".parse().unwrap()).len(), 2);
    }

    #[test]
    fn what_is_no_date_is_told_with_what_would_be_right() {
        for wrong in ["christmas", "24.12.2026", "2026-13-01", "2026-12-26 to 2026-12-24", "2020-01-01 to 2026-01-01"] {
            let right = wrong.parse::<DaysOff>().unwrap_err();
            assert!(right.contains("I understand"), "{wrong}: {right}");
        }
        let many = vec!["2026-12-24"; LINES + 1].join("\n");
        assert!(many.parse::<DaysOff>().is_err());
    }
}
