//! What a look at a number sees: the observations of one window, pooled, and what they are compared with.
//!
//! Invariants
//! - Observations that overlap are never counted twice: of two, the newer counts.
//! - What lies inside the window is never part of the past it is compared with.

use std::time::Duration;

use chat::{Observation, Timestamp};

use crate::library::{Dip, Measure, MeasureKind};

const DAY: Duration = Duration::from_hours(24);

/// What one look sees.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Look {
    /// Events, or the mean of values.
    pub(super) now: Amount,
    /// What it is compared with.
    pub(super) usual: Usual,
    /// The values before the window, the oldest first, for charts.
    pub(super) past: Vec<Amount>,
}

/// Events among cases, or events in an exposure, or a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Amount {
    /// Events; for values their sum.
    pub(super) events: f64,
    /// Cases or exposure; for values how many there were.
    pub(super) of: f64,
}

impl Amount {
    /// Events per case.
    pub(super) fn share(self) -> f64 {
        if self.of > 0.0 { self.events / self.of } else { 0.0 }
    }
}

/// What is usual.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Usual {
    /// Somebody says so: the source or the measure.
    Known(f64),
    /// The person's own past, itself a sample.
    Past(Amount),
    /// Nobody can say.
    Unknown,
}

impl Usual {
    /// As one number.
    pub(super) fn share(self) -> Option<f64> {
        match self {
            Self::Known(share) => Some(share),
            Self::Past(amount) => Some(amount.share()),
            Self::Unknown => None,
        }
    }
}

/// One observation as events of cases; `None` when it lacks what its kind needs.
pub(super) fn amount(measure: &Measure, seen: &Observation) -> Option<Amount> {
    let finite = |number: Option<f64>| number.filter(|number| number.is_finite());
    let amount = match measure.kind {
        MeasureKind::Proportion => {
            let amount = Amount { events: finite(seen.numerator)?, of: finite(seen.denominator)? };
            (amount.events <= amount.of).then_some(amount)?
        }
        MeasureKind::Rate => Amount { events: finite(seen.numerator)?, of: finite(seen.denominator)? },
        MeasureKind::Count => Amount { events: finite(seen.value.or(seen.numerator))?, of: 1.0 },
        MeasureKind::Duration | MeasureKind::Value => Amount { events: finite(seen.value)?, of: 1.0 },
    };
    let is_whole = amount.of > 0.0 && (amount.events >= 0.0 || measure.kind == MeasureKind::Value);
    is_whole.then_some(amount)
}

/// Why an observation can't be one of `measure`; `None` where it can.
pub fn misfit(measure: &Measure, seen: &Observation) -> Option<&'static str> {
    let over = seen.numerator.zip(seen.denominator).is_some_and(|(part, whole)| part > whole);
    match measure.kind {
        MeasureKind::Proportion if over => Some("`numerator` is over `denominator`, and the measure is a proportion"),
        _ if amount(measure, seen).is_none() => Some("it lacks the numbers that the measure's kind needs"),
        _ => None,
    }
}

/// Looks at a series, oldest first; `None` when nothing in it can be read.
pub(super) fn look(measure: &Measure, dip: &Dip, series: &[Observation]) -> Option<Look> {
    let newest = series.last()?;
    let first = amount(measure, newest)?;
    let window_begins = newest.until - DAY * dip.window_days;
    let (mut now, mut past, mut begun) = (first, Vec::new(), newest.from);
    for seen in series.iter().rev().skip(1) {
        let Some(found) = amount(measure, seen) else { continue };
        // Without a beginning nobody knows whether two windows overlap; such a number stands alone.
        let Some(begins) = begun.filter(|begins| seen.until <= *begins) else {
            if begun.is_none() && seen.until < newest.until {
                past.push(found);
            }
            continue;
        };
        if seen.until > window_begins && seen.from.is_some_and(|from| from >= window_begins - DAY * 3) {
            now = Amount { events: now.events + found.events, of: now.of + found.of };
        } else {
            past.push(found);
        }
        begun = seen.from.map(|from| from.min(begins)).or(Some(seen.until));
    }
    past.reverse();
    let known = newest.baseline.or(measure.baseline).filter(|number| number.is_finite());
    let usual = known.map_or_else(|| sum(&past), Usual::Known);
    Some(Look { now, usual, past })
}

fn sum(past: &[Amount]) -> Usual {
    if past.is_empty() {
        return Usual::Unknown;
    }
    let events = past.iter().map(|amount| amount.events).sum();
    Usual::Past(Amount { events, of: past.iter().map(|amount| amount.of).sum() })
}

/// The share of a year's false alarms that this look may spend: as much as the time since the last look is of a year.
///
/// The expected number of false alarms of a year is the sum over its looks, however they hang together, so that it
/// stays at or under what was promised (linearity of expectation; spending as in Lan and `DeMets` 1983).
pub(super) fn alpha(dip: &Dip, since_last: Option<Duration>, people: usize) -> f64 {
    let most = f64::from(dip.look_days.max(1));
    let days = since_last.map_or(most, |since| (since.as_secs_f64() / 86_400.0).min(most));
    let shared = match dip.counted {
        crate::library::Counted::Person => 1.0,
        crate::library::Counted::Team => people.max(1) as f64,
    };
    (dip.false_alarms * days / 365.25 / shared).clamp(0.0, 0.25)
}

/// True when it is too early for another look: `look_days` less a tenth, so that a short month is not skipped.
pub(super) fn too_early(dip: &Dip, last: Option<Timestamp>, now: Timestamp) -> bool {
    let gap = DAY.mul_f64(f64::from(dip.look_days) * 0.9);
    last.is_some_and(|last| now < last + gap)
}
