//! What is measured of people's work, and by which rule a number counts as moved.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{SkillId, asset::names};

chat::id! {
    /// The name of a measure, as observations name it.
    MeasureId;
}

/// A measure as its author declared it, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Its name.
    pub id: MeasureId,
    /// The skill whose folder it lies in.
    pub skill: SkillId,
    /// How people read it, e.g. `Negotiations that close`.
    pub title: String,
    /// What one case is, in the plural: `negotiations`, `calls`.
    pub unit: String,
    /// What kind of number it is.
    pub kind: MeasureKind,
    /// Which way is better.
    pub better: Better,
    /// The least number of cases (for values: of observations) from which on anything is said about it.
    pub minimum: u32,
    /// What it usually is, where neither the source nor the past tells.
    pub baseline: Option<f64>,
}

names! {
    /// The kinds of number.
    MeasureKind {
        /// So many of so many cases.
        Proportion = "proportion",
        /// So many in a window.
        Count = "count",
        /// So many for so much of something: calls an hour, faults a thousand lines.
        Rate = "rate",
        /// How long something takes.
        Duration = "duration",
        /// Any other number.
        Value = "value",
    }
}

names! {
    /// Which way is better.
    Better {
        /// More is better.
        Higher = "higher",
        /// Less is better.
        Lower = "lower",
    }
}

names! {
    /// How it is decided whether a number has moved.
    DipMethod {
        /// Exact binomial or Poisson test against the baseline.
        Exact = "exact",
        /// Control chart with the usual run rules.
        Chart = "chart",
        /// Cumulated sum: small changes that stay.
        Change = "change",
        /// Plain threshold with a minimum sample.
        Threshold = "threshold",
        /// The source has decided: an alert that fires is taken at its word.
        Source = "source",
    }
}

names! {
    /// Whom a promised rate of false alarms is counted for.
    Counted {
        /// Each person by themselves.
        Person = "person",
        /// Everybody who is measured, together.
        Team = "team",
    }
}

/// The part of a trigger that listens to numbers instead of words.
#[derive(Clone, Debug, PartialEq)]
pub struct Dip {
    /// Which measure; `None` for an alert that carries no number.
    pub measure: Option<MeasureId>,
    /// The name of the alert that it answers, where it answers one.
    pub alert: Option<String>,
    /// How it is decided.
    pub method: DipMethod,
    /// False alarms in a year that are accepted; more than zero.
    pub false_alarms: f64,
    /// For whom that is counted.
    pub counted: Counted,
    /// The past that is looked at together, in days.
    pub window_days: u32,
    /// The least time between two looks, in days.
    pub look_days: u32,
    /// For a plain threshold: the number that must not be passed.
    pub threshold: Option<f64>,
    /// What the card says first: about the task, never about the person.
    pub message: String,
}
