//! What a look found, in sentences that need no statistics to read.

use super::{
    looks::{Amount, Look, Usual},
    methods::Found,
};
use crate::library::{Better, Counted, Dip, DipMethod, Measure, MeasureKind};

/// What a rule promises about false alarms, as a manager reads it.
pub fn promise(dip: &Dip) -> String {
    let whom = match dip.counted {
        Counted::Person => "person",
        Counted::Team => "team",
    };
    match dip.method {
        DipMethod::Exact | DipMethod::Change => {
            let many = dip.false_alarms;
            if (many - 1.0).abs() < 0.05 {
                format!("at most about one false alarm per {whom} and year")
            } else if many > 1.0 {
                format!("at most about {many:.0} false alarms per {whom} and year")
            } else {
                format!("at most about one false alarm per {whom} in {:.0} years", 1.0 / many)
            }
        }
        // One-sided: half the alarms of Champ and Woodall (1987), whose average run length is 92 points.
        DipMethod::Chart => "about one false alarm in 180 numbers, as run rules have it".to_owned(),
        DipMethod::Threshold => "no promise about false alarms: a threshold knows nothing of chance".to_owned(),
        DipMethod::Source => "whatever the source promises".to_owned(),
    }
}

/// `9 of 60 negotiations (15 %)`.
fn told(measure: &Measure, amount: Amount) -> String {
    let Amount { events, of } = amount;
    match measure.kind {
        MeasureKind::Proportion => {
            format!("{events:.0} of {of:.0} {} ({})", measure.unit, number(measure, amount.share()))
        }
        MeasureKind::Count => format!("{events:.0} {}", measure.unit),
        MeasureKind::Rate => format!("{events:.0} in {of:.0} {} ({})", measure.unit, number(measure, amount.share())),
        MeasureKind::Duration | MeasureKind::Value => format!("{} {}", number(measure, amount.share()), measure.unit),
    }
}

/// A number as people write one of its kind.
fn number(measure: &Measure, share: f64) -> String {
    if measure.kind == MeasureKind::Proportion {
        let percent = share * 100.0;
        return if (percent - percent.round()).abs() < 0.05 {
            format!("{percent:.0} %")
        } else {
            format!("{percent:.1} %")
        };
    }
    if share.fract().abs() < 1e-9 { format!("{share:.0}") } else { format!("{share:.2}") }
}

fn usual(measure: &Measure, look: &Look) -> String {
    match look.usual {
        Usual::Known(share) => format!("usual are {}", number(measure, share)),
        Usual::Past(past) => format!("before it was {}", told(measure, past)),
        Usual::Unknown => "what is usual is not known yet".to_owned(),
    }
}

pub(super) fn recovered(measure: &Measure, look: &Look) -> String {
    format!("{}: {}; {}: back at what is usual.", measure.title, told(measure, look.now), usual(measure, look))
}

pub(super) fn too_few(measure: &Measure, look: &Look) -> String {
    let (title, now, least) = (&measure.title, told(measure, look.now), measure.minimum);
    format!("{title}: {now}: too few to tell anything; from {least} on it counts.")
}

pub(super) fn too_early(measure: &Measure, dip: &Dip, look: &Look) -> String {
    let (title, now, days) = (&measure.title, told(measure, look.now), dip.look_days);
    format!("{title}: {now}: it is looked at once in {days} days, so that chance gets no more tries.")
}

pub(super) fn found(measure: &Measure, dip: &Dip, look: &Look, found: &Found) -> String {
    let numbers = format!("{}: {}; {}.", measure.title, told(measure, look.now), usual(measure, look));
    let direction = if measure.better == Better::Higher { "few" } else { "many" };
    let because = match found {
        Found::Chance { p, alpha } => {
            let moved = if p <= alpha { "so it moved" } else { "so it may be chance" };
            let (p, alpha) = (percent(*p), percent(*alpha));
            format!(
                "Were nothing different, so {direction} would come by chance in {p} of such looks; up to {alpha} counts \
                 as moved ({}), {moved}.",
                promise(dip)
            )
        }
        Found::Chart(Some(rule)) => format!("The control chart shows {rule}: it moved ({}).", promise(dip)),
        Found::Chart(None) => "The control chart shows nothing unusual.".to_owned(),
        Found::Sum { sum, limit } => {
            let moved = if sum > limit { "it moved, and stays" } else { "no change that stays" };
            format!(
                "Added up, the series lies {sum:.1} from usual, where {limit:.1} counts ({}): {moved}.",
                promise(dip)
            )
        }
        Found::Passed(true) => "It passed the threshold that was set.".to_owned(),
        Found::Passed(false) => "It is on the right side of the threshold.".to_owned(),
        Found::Unsaid(why) => format!("Nothing can be said: {why}."),
    };
    format!("{numbers} {because}")
}

fn percent(chance: f64) -> String {
    let percent = chance * 100.0;
    if percent >= 1.0 { format!("{percent:.1} %") } else { format!("{percent:.2} %") }
}
