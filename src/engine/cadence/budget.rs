//! How many unasked messages a person may still get: one hard limit across all triggers.

use std::{fmt, str::FromStr, time::Duration};

use chat::Timestamp;

use crate::{
    engine::{Reason, Received, Rule},
    messages::say,
};

const DAY: Duration = Duration::from_hours(24);
const WEEK: Duration = Duration::from_hours(7 * 24);
/// The most that anybody may choose for a week.
const MOST: u32 = 100;
/// Alerts come in bursts: whatever the budget, one message in this time is enough.
const BURST: Duration = Duration::from_hours(1);

/// Stops an alert that comes within an hour of another unasked message, whatever the budget: the digest tells it.
pub(crate) fn burst(received: &[Received], now: Timestamp) -> Option<Reason> {
    let recent = received.iter().any(|card| card.unasked && card.at > now - BURST);
    recent.then(|| Reason::stopped(Rule::Budget, say!("limit-burst")))
}

/// Unasked messages that one person may get in any 24 hours and in any seven days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// In any 24 hours.
    pub per_day: u32,
    /// In any seven days.
    pub per_week: u32,
}

impl Budget {
    /// Whether one more fits beside what the person has `received`.
    pub(crate) fn check(self, received: &[Received], now: Timestamp) -> Reason {
        let within = |span| received.iter().filter(|card| card.unasked && card.at > now - span).count();
        let (day, week) = (within(DAY), within(WEEK));
        let value = say!("limit-used", day = day, per_day = self.per_day, week = week, per_week = self.per_week);
        if day < self.per_day as usize && week < self.per_week as usize {
            Reason::passed(Rule::Budget, value)
        } else {
            Reason::stopped(Rule::Budget, value)
        }
    }
}

impl FromStr for Budget {
    type Err = String;

    /// Reads `1 a day, 3 a week`, or just the two numbers; the error says what would be right.
    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Result<Vec<u32>, _> =
            text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).map(str::parse).collect();
        match numbers.as_deref() {
            Ok([per_day, per_week]) if per_day <= per_week && *per_week <= MOST => {
                Ok(Self { per_day: *per_day, per_week: *per_week })
            }
            _ => Err(say!("form-limit-wrong", most = MOST)),
        }
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} a day, {} a week", self.per_day, self.per_week)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_read_as_people_write_it() {
        let read = |text: &str| text.parse::<Budget>();
        assert_eq!(read("1 a day, 3 a week").unwrap(), Budget { per_day: 1, per_week: 3 });
        assert_eq!(read("0 0").unwrap().to_string(), "0 a day, 0 a week");
        for wrong in ["", "3", "3 a day, 1 a week", "1 2 3", "1 a day, 101 a week", "99999999999 99999999999"] {
            assert!(read(wrong).unwrap_err().contains("e.g."), "{wrong}");
        }
    }
}
