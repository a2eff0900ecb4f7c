//! When the digest comes: once a week, in working hours, with what the budget held back.
//!
//! Invariants
//! - Never in quiet hours, and never two in one calendar week of the person's own.

use std::{fmt, str::FromStr};

use chat::Timestamp;
use jiff::{
    ToSpan, Zoned,
    civil::{Date, ISOWeekDate, Time, Weekday},
    tz::TimeZone,
};

use super::{Cadence, quiet_hours};
use crate::engine::PersonFacts;

/// The weeks that are looked through: longer than any stretch of days off.
const WEEKS: i64 = 60;

/// The hour of the week at which a digest comes, in each person's own time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigestHour {
    day: Weekday,
    at: Time,
}

impl FromStr for DigestHour {
    type Err = String;

    /// Reads `Thu 14:00`; the error says what would be right.
    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (day, at) = text.trim().split_once(' ')?;
            Some(Self { day: quiet_hours::weekday(day)?, at: quiet_hours::hour_and_minute(at)? })
        };
        read().ok_or_else(|| "a day and a time such as Thu 14:00".to_owned())
    }
}

impl fmt::Display for DigestHour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", quiet_hours::name_of(self.day), self.at.strftime("%H:%M"))
    }
}

impl Cadence {
    /// Whether what the budget holds back is put by for a digest.
    pub(crate) fn digests(&self, person: &PersonFacts) -> bool {
        self.digest.is_some() && !person.own.no_digest
    }

    /// The day of the week on which an instant lies for somebody, as people name it: `Thursday`.
    pub(super) fn weekday_of(&self, person: &PersonFacts, at: Timestamp) -> String {
        in_zone(at, &self.zone_of(person)).map_or_else(String::new, |date| date.strftime("%A").to_string())
    }

    /// The day on which an instant lies for somebody, as people write it: `19 Nov`.
    pub fn date_of(&self, person: &PersonFacts, at: Timestamp) -> String {
        let date = in_zone(at, &self.zone_of(person));
        date.map_or_else(String::new, |date| date.strftime("%-d %b").to_string())
    }

    /// When the next digest comes: the first hour for it from `now` on, moved into working hours, that lies in another
    /// week than the `last` one. `None` where the house or the person has no digest.
    pub fn next_digest(&self, person: &PersonFacts, last: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        let hour = self.digest.filter(|_| self.digests(person))?;
        let zone = self.zone_of(person);
        let told = last.and_then(|last| week_of(last, &zone));
        let this_week = in_zone(now, &zone)?;
        (0..WEEKS).find_map(|weeks| {
            let date = this_week.date().checked_add(weeks.weeks()).ok()?;
            let date = on_day(date, hour.day)?;
            let at = date.to_datetime(hour.at).to_zoned(zone.clone()).ok()?;
            let at = Timestamp::from_ms(at.timestamp().as_millisecond());
            let open = self.opens(person, at).0;
            (at >= now && week_of(open, &zone) != told).then_some(open)
        })
    }
}

fn in_zone(at: Timestamp, zone: &TimeZone) -> Option<Zoned> {
    Some(jiff::Timestamp::from_millisecond(at.as_ms()).ok()?.to_zoned(zone.clone()))
}

/// The calendar week, Monday first, in which an instant lies: its year and number.
fn week_of(at: Timestamp, zone: &TimeZone) -> Option<(i16, i8)> {
    let week = ISOWeekDate::from_date(in_zone(at, zone)?.date());
    Some((week.year(), week.week()))
}

/// The day of that name in the week of `date`.
fn on_day(date: Date, day: Weekday) -> Option<Date> {
    let week = ISOWeekDate::from_date(date);
    Some(ISOWeekDate::new(week.year(), week.week(), day).ok()?.date())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::samples;

    fn cadence() -> Cadence {
        Cadence { digest: Some("Thu 14:00".parse().unwrap()), ..samples::cadence() }
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::from_ms(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn it_comes_on_its_day_in_the_persons_own_zone() {
        let mut ana = samples::person();
        ana.profile.zone = Some("Asia/Kolkata".to_owned());
        let next = |now| cadence().next_digest(&ana, None, at(now));
        assert_eq!(next("2026-11-18T10:00:00Z"), Some(at("2026-11-19T08:30:00Z")));
        assert_eq!(next("2026-11-19T08:30:00Z"), Some(at("2026-11-19T08:30:00Z")));
        assert_eq!(next("2026-11-19T08:31:00Z"), Some(at("2026-11-26T08:30:00Z")));
    }

    #[test]
    fn one_a_week_also_where_the_last_one_came_late() {
        let mut ana = samples::person();
        let next = |ana: &PersonFacts, last| cadence().next_digest(ana, last, at("2026-11-23T09:30:00Z")).unwrap();
        assert_eq!(next(&ana, None), at("2026-11-26T14:00:00Z"));
        // The one of the week before came on this Monday: this week has had its own.
        assert_eq!(next(&ana, Some(at("2026-11-23T09:00:00Z"))), at("2026-12-03T14:00:00Z"));
        ana.own.days_off = "2026-11-26 to 2026-11-27".parse().unwrap();
        assert_eq!(next(&ana, None), at("2026-11-30T09:00:00Z"));
    }

    #[test]
    fn none_for_whoever_refuses_and_none_in_a_house_without() {
        let mut ana = samples::person();
        let now = at("2026-11-18T10:00:00Z");
        assert_eq!(samples::cadence().next_digest(&ana, None, now), None);
        ana.own.no_digest = true;
        assert_eq!(cadence().next_digest(&ana, None, now), None);
    }

    #[test]
    fn an_hour_is_read_as_it_is_written() {
        assert_eq!("Thu 14:00".parse::<DigestHour>().unwrap().to_string(), "Thu 14:00");
        for wrong in ["", "Thu", "14:00", "Thursday 14:00", "Thu 25:00"] {
            assert!(wrong.parse::<DigestHour>().unwrap_err().contains("such as"), "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_early_never_in_quiet_hours_never_two_in_a_week(
            ms in 1_700_000_000_000_i64..2_000_000_000_000,
            last in proptest::option::of(0_i64..30 * 86_400_000),
            zone in proptest::sample::select(vec!["Europe/Berlin", "America/St_Johns", "Asia/Kolkata", "Pacific/Apia"]),
        ) {
            let mut ana = samples::person();
            ana.profile.zone = Some(zone.to_owned());
            let (now, last) = (Timestamp::from_ms(ms), last.map(|ago| Timestamp::from_ms(ms - ago)));
            let next = cadence().next_digest(&ana, last, now).unwrap();
            let zone = TimeZone::get(zone).unwrap();
            proptest::prop_assert!(next >= now);
            proptest::prop_assert_eq!(cadence().opens(&ana, next).0, next);
            proptest::prop_assert!(last.is_none_or(|last| week_of(last, &zone) != week_of(next, &zone)));
            let wait = next.since(now).as_secs() / 86_400;
            proptest::prop_assert!(wait <= 15, "{wait} days");
        }
    }
}
