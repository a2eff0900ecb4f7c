//! The rules a manager can choose, each over the same look.
//!
//! Invariants
//! - "Worse" is one side: nobody is ever told about a number that got better.
//! - A rule that can't judge says why; it never alarms on what it does not know.

use super::{
    chance::{self, Tails, normal_quantile},
    looks::{Amount, Look, Usual},
};
use crate::{
    library::{Better, Measure, MeasureKind},
    messages::say,
};

/// What a rule found, before it is put into words.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Found {
    /// The chance of a number at least this bad, were nothing different, against what was accepted.
    Chance {
        /// That chance.
        p: f64,
        /// The most that counts as moved.
        alpha: f64,
    },
    /// A run rule of a control chart; `None`: the chart is quiet.
    Chart(Option<&'static str>),
    /// The cumulated sum, and the limit from which on it counts.
    Sum {
        /// How far it has risen.
        sum: f64,
        /// The limit.
        limit: f64,
    },
    /// The threshold is passed, or it isn't.
    Passed(bool),
    /// Why nothing can be said.
    Unsaid(String),
}

impl Found {
    pub(super) fn moved(&self) -> bool {
        match self {
            Self::Chance { p, alpha } => p <= alpha,
            Self::Chart(rule) => rule.is_some(),
            Self::Sum { sum, limit } => sum > limit,
            Self::Passed(passed) => *passed,
            Self::Unsaid(_) => false,
        }
    }
}

/// The exact test: binomial for proportions, Poisson for counts and rates; where only the person's own past is known,
/// that past counts as the sample it is.
pub(super) fn exact(measure: &Measure, look: &Look, alpha: f64) -> Found {
    match tail(measure, look.now, look.usual) {
        Some(p) => Found::Chance { p, alpha },
        None if matches!(look.usual, Usual::Unknown) => unsaid(say!("unsaid-usual")),
        None => unsaid(say!("unsaid-kind")),
    }
}

/// The chance of a number at least as bad as `now`.
fn tail(measure: &Measure, now: Amount, usual: Usual) -> Option<f64> {
    tails(measure, now, usual).map(|(worse, _)| worse)
}

/// The chances of a number at least as bad as `now`, and of one at least as good.
fn tails(measure: &Measure, now: Amount, usual: Usual) -> Option<(f64, f64)> {
    let Tails { low, high } = match (measure.kind, usual) {
        (MeasureKind::Proportion, Usual::Known(p)) => chance::binomial(whole(now.events), whole(now.of), p),
        (MeasureKind::Proportion, Usual::Past(past)) => {
            chance::fisher(whole(now.events), whole(now.of), whole(past.events), whole(past.of))
        }
        (MeasureKind::Count | MeasureKind::Rate, Usual::Known(rate)) => {
            chance::poisson(whole(now.events), rate * now.of)
        }
        (MeasureKind::Count | MeasureKind::Rate, Usual::Past(past)) => {
            chance::two_poissons(whole(now.events), now.of, whole(past.events), past.of)
        }
        (MeasureKind::Duration | MeasureKind::Value, _) | (_, Usual::Unknown) => return None,
    };
    Some(if measure.better == Better::Higher { (low, high) } else { (high, low) })
}

/// The shares between which a number of as many cases lies by luck alone: on neither side as rare as `alpha`.
pub(super) fn band(measure: &Measure, look: &Look, alpha: f64) -> Option<(f64, f64)> {
    let (of, usual) = (look.now.of, look.usual.share()?);
    let tails = |events: u64| tails(measure, Amount { events: events as f64, of }, look.usual);
    // Where more is better, the worse tail is that of few; of luck's numbers both tails are larger than alpha.
    let is_low = |events: u64| {
        let (worse, better) = tails(events)?;
        Some(if measure.better == Better::Higher { worse } else { better } <= alpha)
    };
    let is_high = |events: u64| {
        let (worse, better) = tails(events)?;
        Some(if measure.better == Better::Higher { better } else { worse } <= alpha)
    };
    let middle = whole(usual * of);
    let most =
        if measure.kind == MeasureKind::Proportion { whole(of) } else { middle.saturating_mul(4).saturating_add(50) };
    // From the usual number outwards chances only fall, so both ends are found by halving.
    let (mut low, mut from) = (middle, 0);
    while from < low {
        let half = from.midpoint(low);
        if is_low(half)? { from = half + 1 } else { low = half }
    }
    let (mut high, mut until) = (middle, most);
    while high < until {
        let half = until - (until - high) / 2;
        if is_high(half)? { until = half - 1 } else { high = half }
    }
    Some((low as f64 / of, high as f64 / of))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of floats saturates")]
fn whole(number: f64) -> u64 {
    number.round() as u64
}

/// Points that a chart needs before its limits mean anything (Montgomery, Introduction to Statistical Quality Control,
/// asks for 20 to 25; twelve are the least that is in use, a year of months).
const CHART_POINTS: usize = 12;

/// How much of a number's own chance counts as its tail.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tail {
    Whole,
    Middle,
}

/// How far each point lies on the worse side, in standard deviations; `None` when the series is too short.
///
/// p-chart and its kin for counted things: a point's place is that of its exact tail in the normal distribution, which
/// keeps every zone's chance at or below the one that run rules are made for. With `Tail::Middle` half of the chance of
/// the very number is left out (the mid-p value, Lancaster 1961): then places add up to nothing as long as nothing is
/// different, where whole tails would drift to the better side the fewer cases there are. Individuals chart for values: mean and
/// mean moving range / 1.128 (Shewhart; Wheeler, Understanding Variation).
fn places(measure: &Measure, look: &Look, tail: Tail) -> Option<Vec<f64>> {
    let points = look.past.len();
    let known = matches!(look.usual, Usual::Known(_));
    let counted = !matches!(measure.kind, MeasureKind::Duration | MeasureKind::Value);
    if points < CHART_POINTS && !(known && counted) {
        return None;
    }
    let all = look.past.iter().chain([&look.now]).copied();
    if counted {
        let usual = if known { look.usual } else { Usual::Known(look.usual.share()?) };
        let place = |now| {
            let (worse, better) = tails(measure, now, usual)?;
            let of_the_number = (worse + better - 1.0).max(0.0);
            Some(-normal_quantile(if tail == Tail::Middle { worse - of_the_number / 2.0 } else { worse }))
        };
        return all.map(place).collect();
    }
    let values: Vec<f64> = look.past.iter().map(|amount| amount.share()).collect();
    let ranges: f64 = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum();
    let sigma = ranges / (values.len() - 1) as f64 / 1.128;
    if sigma <= 0.0 {
        return None;
    }
    let sign = if measure.better == Better::Higher { -1.0 } else { 1.0 };
    let centre = look.usual.share()?;
    Some(all.map(|amount| sign * (amount.share() - centre) / sigma).collect())
}

/// The control chart with the run rules of Western Electric (1956), on the worse side.
pub(super) fn chart(measure: &Measure, look: &Look) -> Found {
    let Some(places) = places(measure, look, Tail::Whole) else { return unsaid(say!("unsaid-short")) };
    let last = |count: usize| &places[places.len().saturating_sub(count)..];
    let beyond = |count: usize, sigmas: f64| last(count).iter().filter(|place| **place > sigmas).count();
    let newest = places.last().copied().unwrap_or_default();
    let rule = if newest > 3.0 {
        Some(say!("pattern-three-sigma"))
    } else if newest > 2.0 && beyond(3, 2.0) >= 2 {
        Some(say!("pattern-two-sigma"))
    } else if newest > 1.0 && beyond(5, 1.0) >= 4 {
        Some(say!("pattern-one-sigma"))
    } else if places.len() >= 8 && beyond(8, 0.0) == 8 {
        Some(say!("pattern-eight"))
    } else {
        None
    };
    Found::Chart(rule)
}

/// The cumulated sum for changes that stay (Page 1954), with reference value 0.5 and a limit whose average run length
/// is one false alarm in `looks` looks by Siegmund's formula (1985; NIST/SEMATECH e-Handbook, 6.3.2.3.1).
///
/// `augurs-changepoint` 0.10.3 (Bayesian online detection, Adams and `MacKay` 2007) was run on the same people, an alarm
/// being where the newest part began lately on the worse side. As it comes it finds 2 % of the falls from 25 % to 15 % at
/// 40 cases a month within two months, its Gaussian process 4 %. Of 81 settings the best that keeps to one false alarm a
/// year (hazard 5, prior 0, 1, 10, 10: 0.99) finds 70, 76 and 83 % in two, three and six months; this sum 81, 94 and
/// 100 % at 0.83. In weeks of ten cases the best of 24 finds 38, 53 and 66 % at 0.73, this sum 56, 76 and 97 % at 0.85.
/// Each such setting has to be found by trying, for every rule; the sum has its promise from a formula.
pub(super) fn change(measure: &Measure, look: &Look, looks: f64) -> Found {
    let Some(places) = places(measure, look, Tail::Middle) else { return unsaid(say!("unsaid-short")) };
    let sum = places.iter().fold(0.0_f64, |sum, place| (sum + place - REFERENCE).max(0.0));
    Found::Sum { sum, limit: limit_for(looks * MARGIN) }
}

const REFERENCE: f64 = 0.5;

/// Siegmund's formula is for places that are exactly normal; with those of counts there were up to 1.34 times as many
/// false alarms (usual 10, 25 and 50 %; 5 to 100 cases; months and weeks; 3,000 person-years each).
const MARGIN: f64 = 1.5;

fn limit_for(looks: f64) -> f64 {
    let run_length = |limit: f64| {
        let b = limit + 1.166;
        let twice = 2.0 * REFERENCE * b;
        (twice.exp() - twice - 1.0) / (2.0 * REFERENCE * REFERENCE)
    };
    let (mut low, mut high) = (0.0_f64, 20.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if run_length(middle) < looks { low = middle } else { high = middle }
    }
    high
}

/// Worse than a number that somebody has set.
pub(super) fn threshold(measure: &Measure, look: &Look, threshold: Option<f64>) -> Found {
    let Some(threshold) = threshold else { return unsaid(say!("unsaid-no-limit")) };
    let share = look.now.share();
    Found::Passed(if measure.better == Better::Higher { share < threshold } else { share > threshold })
}

/// True when the number is back where it usually is, or on the right side of the threshold.
pub(super) fn recovered(measure: &Measure, look: &Look, threshold: Option<f64>) -> bool {
    let Some(usual) = threshold.or(look.usual.share()) else { return false };
    let share = look.now.share();
    if measure.better == Better::Higher { share >= usual } else { share <= usual }
}

fn unsaid(why: &str) -> Found {
    Found::Unsaid(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST/SEMATECH e-Handbook, 6.3.2.3.1: k = 0.5 and h = 4 have a one-sided average run length of about 336.
    #[test]
    fn the_limit_of_the_sum_is_that_of_the_handbook() {
        assert!((limit_for(336.0) - 4.0).abs() < 0.05, "{}", limit_for(336.0));
        assert!((limit_for(930.0) - 5.0).abs() < 0.05, "{}", limit_for(930.0));
    }
}
