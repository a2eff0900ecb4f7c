//! Working hours in a person's own time zone.
//!
//! Invariants
//! - [`WorkingHours::next_open`] is never before the instant it is asked for, and lies in working hours.
//! - Hours are civil time: they stay where they are over the nights when clocks change.

use std::str::FromStr;

use chat::Timestamp;
use jiff::{
    Zoned,
    civil::{Time, Weekday},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

/// From when to when, and on which days, a person may be written to unasked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WorkingHours {
    from: Time,
    until: Time,
    /// Monday first.
    days: [bool; 7],
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Default for WorkingHours {
    /// Monday to Friday, 09:00 to 17:30.
    fn default() -> Self {
        Self {
            from: Time::constant(9, 0, 0, 0),
            until: Time::constant(17, 30, 0, 0),
            days: [true, true, true, true, true, false, false],
        }
    }
}

impl WorkingHours {
    /// The first instant from `now` on that lies in working hours of `zone`; `now` itself when it does.
    pub fn next_open(&self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let Ok(instant) = jiff::Timestamp::from_millisecond(now.as_ms()) else { return now };
        let local = instant.to_zoned(zone.clone());
        if self.is_open(&local) {
            return now;
        }
        // Two weeks hold every pattern of days, also when a change of clocks swallows an opening.
        let mut date = local.date();
        for _ in 0..15 {
            if self.days[usize::from(day_index(date.weekday()))]
                && let Ok(opening) = date.to_datetime(self.from).to_zoned(zone.clone())
                && opening.timestamp() > instant
            {
                return Timestamp::from_ms(opening.timestamp().as_millisecond());
            }
            let Ok(next) = date.tomorrow() else { return now };
            date = next;
        }
        now
    }

    fn is_open(&self, local: &Zoned) -> bool {
        self.days[usize::from(day_index(local.weekday()))] && (self.from..self.until).contains(&local.time())
    }
}

fn day_index(day: Weekday) -> u8 {
    u8::try_from(day.to_monday_zero_offset()).unwrap_or(0)
}

impl FromStr for WorkingHours {
    type Err = String;

    /// Reads `Mon-Fri 09:00-17:30`; days are a range or a list joined by commas.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("working hours {text:?}: `Mon-Fri 09:00-17:30` would be right");
        let (days_text, hours) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let (from, until) = hours.trim().split_once('-').ok_or_else(wrong)?;
        let time = |part: &str| Time::strptime("%H:%M", part.trim()).map_err(|_| wrong());
        let (from, until) = (time(from)?, time(until)?);
        let index = |name: &str| DAYS.iter().position(|day| day.eq_ignore_ascii_case(name.trim())).ok_or_else(wrong);
        let mut days = [false; 7];
        for part in days_text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (index(first)?, index(last)?);
            let length = (last + 7 - first) % 7;
            (0..=length).for_each(|step| days[(first + step) % 7] = true);
        }
        if from >= until { Err(wrong()) } else { Ok(Self { from, until, days }) }
    }
}

impl TryFrom<String> for WorkingHours {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<WorkingHours> for String {
    fn from(hours: WorkingHours) -> Self {
        hours.to_string()
    }
}

impl std::fmt::Display for WorkingHours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let days: Vec<_> = DAYS.iter().zip(self.days).filter_map(|(day, on)| on.then_some(*day)).collect();
        let days = if days == DAYS[..5] { "Mon-Fri".to_owned() } else { days.join(",") };
        write!(f, "{days} {}-{}", self.from.strftime("%H:%M"), self.until.strftime("%H:%M"))
    }
}
