//! How many unasked messages a person may still get: one hard limit across all triggers.

use std::time::Duration;

use chat::Timestamp;

use crate::engine::{Reason, Received, Rule};

const DAY: Duration = Duration::from_hours(24);
const WEEK: Duration = Duration::from_hours(7 * 24);
/// Alerts come in bursts: whatever the budget, one message in this time is enough.
const BURST: Duration = Duration::from_hours(1);

/// Stops an alert that comes within an hour of another unasked message, whatever the budget.
pub(crate) fn burst(received: &[Received], now: Timestamp) -> Option<Reason> {
    let recent = received.iter().any(|card| card.unasked && card.at > now - BURST);
    recent.then(|| Reason::stopped(Rule::Budget, "another unasked message within the hour: one is enough for a burst"))
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
        let value = format!("{day} of {} in 24 hours, {week} of {} in 7 days", self.per_day, self.per_week);
        if day < self.per_day as usize && week < self.per_week as usize {
            Reason::passed(Rule::Budget, value)
        } else {
            Reason::stopped(Rule::Budget, value)
        }
    }
}
