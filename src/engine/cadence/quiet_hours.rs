//! Working hours in a person's own time zone.
//!
//! Invariants
//! - [`WorkingHours::next_open`] is never before the instant it is asked for, and lies in working hours on no day off.
//! - Hours are civil time: they stay where they are over the nights when clocks change.

use std::{fmt, str::FromStr};

use chat::Timestamp;
use jiff::{
    Zoned,
    civil::{Time, Weekday},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use super::DaysOff;
use crate::messages::say;

/// From when to when, and on which days, a person may be written to unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WorkingHours {
    /// The days.
    pub days: Days,
    /// The hours on each of them.
    pub hours: Hours,
}

/// The part of a working day in which a message may arrive. The start lies before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    from: Time,
    until: Time,
}

/// The days on which a message may arrive, Monday first; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days([bool; 7]);

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Default for WorkingHours {
    /// Monday to Friday, 09:00 to 17:30.
    fn default() -> Self {
        Self {
            days: Days([true, true, true, true, true, false, false]),
            hours: Hours { from: Time::constant(9, 0, 0, 0), until: Time::constant(17, 30, 0, 0) },
        }
    }
}

impl WorkingHours {
    /// The first instant from `now` on that lies in working hours of `zone` on none of the days `off`; `now` itself when
    /// it does.
    pub fn next_open(&self, now: Timestamp, zone: &TimeZone, off: &DaysOff) -> Timestamp {
        let Ok(instant) = jiff::Timestamp::from_millisecond(now.as_ms()) else { return now };
        let local = instant.to_zoned(zone.clone());
        if self.is_open(&local) && off.last_of(local.date()).is_none() {
            return now;
        }
        // Two weeks hold every pattern of days, also when a change of clocks swallows an opening; and so again behind
        // every stretch of days off.
        let mut date = local.date();
        for _ in 0..15 * (off.len() + 1) {
            if let Some(last) = off.last_of(date) {
                date = last;
            } else if self.days.contains(date.weekday())
                && let Ok(opening) = date.to_datetime(self.hours.from).to_zoned(zone.clone())
                && opening.timestamp() > instant
                && self.is_open(&opening)
            {
                return Timestamp::from_ms(opening.timestamp().as_millisecond());
            }
            let Ok(next) = date.tomorrow() else { return now };
            date = next;
        }
        now
    }

    fn is_open(&self, local: &Zoned) -> bool {
        self.days.contains(local.weekday()) && (self.hours.from..self.hours.until).contains(&local.time())
    }
}

impl Days {
    /// True when `day` is one of them.
    pub fn contains(self, day: Weekday) -> bool {
        usize::try_from(day.to_monday_zero_offset()).is_ok_and(|index| self.0[index])
    }
}

impl FromStr for Hours {
    type Err = String;

    /// Reads `09:00-17:30`; the error says what would be right.
    fn from_str(text: &str) -> Result<Self, String> {
        let right = "two times of one day, the later one last, such as 09:00-17:30";
        let (from, until) = text.split_once('-').ok_or(right)?;
        let (from, until) = (hour_and_minute(from).ok_or(right)?, hour_and_minute(until).ok_or(right)?);
        if from < until { Ok(Self { from, until }) } else { Err(right.to_owned()) }
    }
}

/// Reads `Thu`.
pub(super) fn weekday(name: &str) -> Option<Weekday> {
    let index = DAYS.iter().position(|day| day.eq_ignore_ascii_case(name.trim()))?;
    Weekday::from_monday_zero_offset(i8::try_from(index).ok()?).ok()
}

/// Writes `Thu`.
pub(super) fn name_of(day: Weekday) -> &'static str {
    usize::try_from(day.to_monday_zero_offset()).map_or("", |index| DAYS[index])
}

/// Reads `HH:MM`.
pub(super) fn hour_and_minute(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !two_digits(hour) || !two_digits(minute) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

impl FromStr for Days {
    type Err = String;

    /// Reads ranges and lists, `Mon-Fri` or `Mon,Wed,Fri`; the error says what would be right.
    fn from_str(text: &str) -> Result<Self, String> {
        let right = "days such as Mon-Fri or Mon,Wed,Fri";
        let index = |name: &str| DAYS.iter().position(|day| day.eq_ignore_ascii_case(name.trim())).ok_or(right);
        let mut days = [false; 7];
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (index(first)?, index(last)?);
            // A range may run over the end of the week: Sun-Thu is a working week in many places.
            let length = (last + 7 - first) % 7;
            (0..=length).for_each(|step| days[(first + step) % 7] = true);
        }
        Ok(Self(days))
    }
}

impl FromStr for WorkingHours {
    type Err = String;

    /// Reads `Mon-Fri 09:00-17:30`.
    fn from_str(text: &str) -> Result<Self, String> {
        let right = || say!("form-hours-wrong").to_owned();
        let (days, hours) = text.trim().split_once(' ').ok_or_else(right)?;
        Ok(Self { days: days.parse().map_err(|_| right())?, hours: hours.parse().map_err(|_| right())? })
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = self.0.iter().filter(|on| **on).count();
        let begins = |day: &usize| self.0[*day] && !self.0[(day + 6) % 7];
        let first = if on == 7 { 0 } else { (0..7).find(begins).unwrap_or_default() };
        if on > 2 && (0..on).all(|step| self.0[(first + step) % 7]) {
            return write!(f, "{}-{}", DAYS[first], DAYS[(first + on - 1) % 7]);
        }
        let days: Vec<_> = DAYS.iter().zip(self.0).filter_map(|(day, on)| on.then_some(*day)).collect();
        f.write_str(&days.join(","))
    }
}

impl fmt::Display for WorkingHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Hours { from, until } = self.hours;
        write!(f, "{} {}-{}", self.days, from.strftime("%H:%M"), until.strftime("%H:%M"))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, zone: &str) -> (Timestamp, TimeZone) {
        let zone = TimeZone::get(zone).unwrap();
        let civil: jiff::civil::DateTime = text.parse().unwrap();
        (Timestamp::from_ms(civil.to_zoned(zone.clone()).unwrap().timestamp().as_millisecond()), zone)
    }

    fn opening(now: &str, zone: &str) -> String {
        let (now, zone) = at(now, zone);
        let open = WorkingHours::default().next_open(now, &zone, &DaysOff::default());
        let local = jiff::Timestamp::from_millisecond(open.as_ms()).unwrap().to_zoned(zone);
        local.strftime("%a %Y-%m-%d %H:%M").to_string()
    }

    #[test]
    fn within_hours_is_now_and_outside_is_the_next_opening() {
        assert_eq!(opening("2026-11-18T10:00", "Europe/Lisbon"), "Wed 2026-11-18 10:00");
        assert_eq!(opening("2026-11-18T17:30", "Europe/Lisbon"), "Thu 2026-11-19 09:00");
        assert_eq!(opening("2026-11-18T03:00", "Asia/Kolkata"), "Wed 2026-11-18 09:00");
        assert_eq!(opening("2026-11-20T18:00", "America/New_York"), "Mon 2026-11-23 09:00");
    }

    #[test]
    fn hours_stay_where_they_are_when_clocks_change() {
        // Back an hour in the night to 2026-10-25, on an hour in the night to 2026-03-29.
        assert_eq!(opening("2026-10-23T20:00", "Europe/Berlin"), "Mon 2026-10-26 09:00");
        assert_eq!(opening("2026-03-27T20:00", "Europe/Berlin"), "Mon 2026-03-30 09:00");
    }

    #[test]
    fn what_cannot_be_read_says_what_would_be_right() {
        for wrong in ["", "9-5", "Mon-Fri", "Mon-Fri 17:30-09:00", "Mon-Fry 09:00-17:30", "Mon-Fri 24:00-25:00"] {
            assert!(wrong.parse::<WorkingHours>().unwrap_err().contains("Try: Mon-Fri"), "{wrong}");
        }
        for wrong in ["", "9-17", "9:00-17:30", "09:00-09:00", "09:00-24:00", "09:00-17:60", "+9:00-17:00"] {
            assert!(wrong.parse::<Hours>().unwrap_err().contains("such as"), "{wrong}");
        }
        for wrong in ["", "Monday", "Mon-", "Mon,,Tue", "Mon-Fri-Sun"] {
            assert!(wrong.parse::<Days>().unwrap_err().contains("such as"), "{wrong}");
        }
        let told = |text: &str| text.parse::<WorkingHours>().unwrap().to_string();
        for text in ["Sun-Thu 08:00-16:00", "Mon-Sun 08:00-16:00", "Mon,Tue 08:00-16:00", "Mon,Wed,Fri 08:00-16:00"] {
            assert_eq!(told(text), text);
        }
        assert_eq!(told("Mon,Tue,Wed,Thu,Sun 08:00-16:00"), "Sun-Thu 08:00-16:00");
    }

    #[test]
    fn days_off_are_passed_over() {
        let (now, zone) = at("2026-12-23T18:00", "Europe/Lisbon");
        let off: DaysOff = "2026-12-24 to 2027-01-03\n2027-01-05".parse().unwrap();
        let open = |now| WorkingHours::default().next_open(now, &zone, &off);
        assert_eq!(open(now), at("2027-01-04T09:00", "Europe/Lisbon").0);
        assert_eq!(open(at("2027-01-05T10:00", "Europe/Lisbon").0), at("2027-01-06T09:00", "Europe/Lisbon").0);
    }

    /// Some hours that begin or end within the hour that a change of clocks swallows or repeats.
    const HOURS: [&str; 6] = ["09:00-17:30", "00:00-23:59", "01:30-02:00", "02:00-03:00", "02:15-02:45", "23:00-23:59"];
    const ZONES: [&str; 8] = [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "America/Santiago",
        "Africa/Cairo",
        "Pacific/Apia",
    ];

    fn night_of_change(zone: &TimeZone, from: i64) -> Option<jiff::Timestamp> {
        let from = jiff::Timestamp::from_millisecond(from).ok()?;
        zone.following(from).next().map(|change| change.timestamp())
    }

    proptest::proptest! {
        #[test]
        fn an_opening_is_never_early_and_always_open(
            ms in 0_i64..4_000_000_000_000,
            around in -172_800_000_i64..172_800_000,
            at_a_change in proptest::bool::ANY,
            zone in proptest::sample::select(ZONES.to_vec()),
            hours in proptest::sample::select(HOURS.to_vec()),
            days in proptest::sample::select(vec!["Mon-Fri", "Sun", "Sat,Sun", "Mon-Sun"]),
            away in proptest::option::of((-3_i64..10, 0_i64..30)),
        ) {
            let zone = TimeZone::get(zone).unwrap();
            // Every second case lies near a night in which clocks change.
            let ms = match night_of_change(&zone, ms).filter(|_| at_a_change) {
                Some(change) => change.as_millisecond() + around,
                None => ms,
            };
            let now = Timestamp::from_ms(ms);
            let hours: WorkingHours = format!("{days} {hours}").parse().unwrap();
            let local = |at: Timestamp| jiff::Timestamp::from_millisecond(at.as_ms()).unwrap().to_zoned(zone.clone());
            let off: DaysOff = away.map_or_else(String::new, |(starts, lasts)| {
                let first = local(now).date().checked_add(jiff::Span::new().days(starts)).unwrap();
                format!("{first} to {}", first.checked_add(jiff::Span::new().days(lasts)).unwrap())
            }).parse().unwrap();
            let open = hours.next_open(now, &zone, &off);
            let then = local(open);
            proptest::prop_assert!(open >= now);
            proptest::prop_assert!(hours.is_open(&then), "{then} is outside {hours}");
            proptest::prop_assert_eq!(off.last_of(then.date()), None, "{} is a day off", then);
            proptest::prop_assert_eq!(hours.next_open(open, &zone, &off), open);
        }
    }
}
