//! Has a number really moved? Judged so that a statistician would agree, and said so that a manager does.
//!
//! ```text
//! observations ─▶ look (one window, pooled) ─▶ method (exact, chart, change, threshold) ─▶ verdict: numbers + sentence
//! ```
//!
//! Invariants
//! - Pure: the same series, rule and last look give the same verdict.
//! - A verdict carries every number it rests on and a plain sentence; nothing moved without them.
//! - Below the minimum sample nothing is said and no look is spent.
//! - Of the false alarms that a rule promises, looks at many people and many weeks share one budget (`looks::alpha`).

mod chance;
mod looks;
mod methods;
mod totals;
mod trial;
mod words;

use chat::{Observation, Timestamp};
use serde::{Deserialize, Serialize};

use self::methods::Found;
use crate::{
    library::{Dip, DipMethod, Measure},
    messages::say,
};

/// A series and what is known of earlier looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Watched<'a> {
    /// What was observed, oldest first; the newest is what is judged.
    pub series: &'a [Observation],
    /// When this rule last looked at this person.
    pub last_look: Option<Timestamp>,
    /// How many people are measured, this one included.
    pub people: usize,
}

/// What a look found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// What it comes to.
    pub outcome: Outcome,
    /// In a plain sentence.
    pub sentence: String,
    /// The numbers behind it.
    pub numbers: Numbers,
}

/// What a look comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The number moved to the worse, beyond chance.
    Moved,
    /// It did not, or nobody can tell.
    Steady,
    /// It is back at what is usual.
    Recovered,
    /// No look was taken: too soon, or too few cases.
    Waiting,
}

/// The numbers behind a verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    /// Events (or the sum of values) in the window.
    pub events: f64,
    /// Cases (or exposure, or how many values) in the window.
    pub of: f64,
    /// What is usual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual: Option<f64>,
    /// The chance of a number at least this bad, were nothing different.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chance: Option<f64>,
    /// The chance from which on it counts, at this look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<f64>,
    /// The least that luck alone explains at this look, as a share of the cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// The most that luck alone explains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// True for the number of one person's own work.
    #[serde(default)]
    pub own: bool,
}

/// Judges the newest observation of a series; `None` when it lacks what the measure needs.
pub fn judge(measure: &Measure, dip: &Dip, watched: &Watched<'_>) -> Option<Verdict> {
    let Watched { series, last_look, people } = *watched;
    let look = looks::look(measure, dip, series)?;
    let now = series.last()?.until;
    let mut numbers =
        Numbers { events: look.now.events, of: look.now.of, usual: look.usual.share(), ..Numbers::default() };
    let verdict = |outcome, sentence, numbers| Some(Verdict { outcome, sentence, numbers });
    if methods::recovered(measure, &look, dip.threshold) {
        return verdict(Outcome::Recovered, words::recovered(measure, &look), numbers);
    }
    if look.now.of < f64::from(measure.minimum) {
        return verdict(Outcome::Waiting, words::too_few(measure, &look), numbers);
    }
    if looks::too_early(dip, last_look, now) {
        return verdict(Outcome::Waiting, words::too_early(measure, dip, &look), numbers);
    }
    let alpha = looks::alpha(dip, last_look.map(|last| now.since(last)), people);
    let found = match dip.method {
        DipMethod::Exact => methods::exact(measure, &look, alpha),
        DipMethod::Chart => methods::chart(measure, &look),
        DipMethod::Change => methods::change(measure, &look, 1.0 / alpha.max(1e-6)),
        DipMethod::Threshold => methods::threshold(measure, &look, dip.threshold),
        DipMethod::Source => Found::Unsaid(say!("unsaid-source").to_owned()),
    };
    if let Found::Chance { p, alpha } = found {
        (numbers.chance, numbers.accepted) = (Some(p), Some(alpha));
        (numbers.low, numbers.high) = methods::band(measure, &look, alpha).unzip();
    }
    let outcome = if found.moved() { Outcome::Moved } else { Outcome::Steady };
    verdict(outcome, words::found(measure, &look, &found), numbers)
}

pub use looks::misfit;
pub use totals::{FEWEST, Moved, Part, Total, total};
pub use trial::{Trial, false_alarms, found_within};
pub use words::{number, promise};

#[cfg(test)]
mod tests;
