//! What a look found, in sentences that need no statistics to read.

use super::{
    looks::{Amount, Look, Usual},
    methods::Found,
};
use crate::{
    library::{Better, Counted, Dip, DipMethod, Measure, MeasureKind},
    messages::say,
};

/// What a rule promises about false alarms, as a manager reads it.
pub fn promise(dip: &Dip) -> String {
    match dip.method {
        DipMethod::Exact | DipMethod::Change => of_exact(dip),
        // One-sided: half the alarms of Champ and Woodall (1987), whose average run length is 92 points.
        DipMethod::Chart => say!("promise-chart").to_owned(),
        DipMethod::Threshold => say!("promise-threshold").to_owned(),
        DipMethod::Source => say!("promise-source").to_owned(),
    }
}

fn of_exact(dip: &Dip) -> String {
    let many = dip.false_alarms;
    let is_person = dip.counted == Counted::Person;
    if (many - 1.0).abs() < 0.05 {
        return if is_person { say!("promise-person-one") } else { say!("promise-team-one") }.to_owned();
    }
    if many > 1.0 {
        let many = format!("{many:.0}");
        return if is_person {
            say!("promise-person-many", many = many)
        } else {
            say!("promise-team-many", many = many)
        };
    }
    let years = format!("{:.0}", 1.0 / many);
    if is_person { say!("promise-person-years", years = years) } else { say!("promise-team-years", years = years) }
}

/// `9 of 60 negotiations (15 %)`.
fn told(measure: &Measure, amount: Amount) -> String {
    let (unit, share) = (&measure.unit, number(measure, amount.share()));
    let (events, of) = (format!("{:.0}", amount.events), format!("{:.0}", amount.of));
    match measure.kind {
        MeasureKind::Proportion => say!("number-cases", events = events, of = of, unit = unit, share = share),
        MeasureKind::Count => say!("number-count", events = events, unit = unit),
        MeasureKind::Rate => say!("number-rate", events = events, of = of, unit = unit, share = share),
        MeasureKind::Duration | MeasureKind::Value => say!("number-count", events = share, unit = unit),
    }
}

/// A number as people write one of its kind.
pub fn number(measure: &Measure, share: f64) -> String {
    if measure.kind == MeasureKind::Proportion {
        let percent = share * 100.0;
        let is_whole = (percent - percent.round()).abs() < 0.05;
        let percent = if is_whole { format!("{percent:.0}") } else { format!("{percent:.1}") };
        return say!("number-percent", percent = percent);
    }
    if share.fract().abs() < 1e-9 { format!("{share:.0}") } else { format!("{share:.2}") }
}

fn usual(measure: &Measure, look: &Look) -> String {
    match look.usual {
        Usual::Known(share) => say!("number-usual", usual = number(measure, share)),
        Usual::Past(past) => say!("number-before", past = told(measure, past)),
        Usual::Unknown => say!("number-usual-unknown").to_owned(),
    }
}

pub(super) fn recovered(measure: &Measure, look: &Look) -> String {
    let (now, usual) = (told(measure, look.now), usual(measure, look));
    say!("number-recovered", title = &measure.title, now = now, usual = usual)
}

pub(super) fn too_few(measure: &Measure, look: &Look) -> String {
    say!("number-too-few", title = &measure.title, now = told(measure, look.now), least = measure.minimum)
}

pub(super) fn too_early(measure: &Measure, dip: &Dip, look: &Look) -> String {
    say!("number-too-early", title = &measure.title, now = told(measure, look.now), days = dip.look_days)
}

pub(super) fn found(measure: &Measure, look: &Look, found: &Found) -> String {
    let because = match found {
        Found::Chance { p, alpha } => luck(measure, *p, p <= alpha),
        Found::Chart(Some(pattern)) => say!("number-chart-moved", pattern = *pattern),
        Found::Chart(None) => say!("number-chart-steady").to_owned(),
        Found::Sum { sum, limit } => {
            let (far, most) = (format!("{sum:.1}"), format!("{limit:.1}"));
            if sum > limit {
                say!("number-sum-moved", sum = far, limit = most)
            } else {
                say!("number-sum-steady", sum = far, limit = most)
            }
        }
        Found::Passed(true) => say!("number-threshold-moved").to_owned(),
        Found::Passed(false) => say!("number-threshold-steady").to_owned(),
        Found::Unsaid(why) => say!("number-unsaid", why = why),
    };
    let (now, usual) = (told(measure, look.now), usual(measure, look));
    say!("number-found", title = &measure.title, now = now, usual = usual, because = because)
}

/// A chance as how often such a number comes by luck: one time in so many.
fn luck(measure: &Measure, p: f64, moved: bool) -> String {
    let times = 1.0 / p.max(1e-9);
    if !moved && times < 2.5 {
        return say!("number-luck-usual").to_owned();
    }
    let times = format!("{times:.0}");
    match (measure.better, moved) {
        (Better::Higher, true) => say!("number-luck-moved-low", times = times),
        (Better::Lower, true) => say!("number-luck-moved-high", times = times),
        (Better::Higher, false) => say!("number-luck-steady-low", times = times),
        (Better::Lower, false) => say!("number-luck-steady-high", times = times),
    }
}
