//! Tries a rule out on people who don't exist: how often it cries wolf, and how soon it sees a wolf.
//!
//! Invariants
//! - What is tried is [`judge`] itself, month after month, with looks and recovery as the live line has them.
//! - The same seed gives the same numbers.

use std::time::Duration;

use chat::{Observation, Timestamp};

use super::{Outcome, Watched, judge};
use crate::library::{Counted, Dip, Measure};

/// Observations that a rule sees of a person at most: two years of months.
const SERIES: usize = 24;
/// Months before counting begins: rules that learn from the past have one then.
const RUN_UP: u32 = 13;

/// What is tried.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// Cases of a person in an observation.
    pub cases: u32,
    /// The truth at first.
    pub truth: f64,
    /// Days from one observation to the next.
    pub days: u32,
    /// How many people.
    pub people: u32,
    /// For how many years each, after the run-up.
    pub years: u32,
    /// How many people share the false alarms of a rule that counts them for a team.
    pub together: u32,
}

/// Draws numbers that look random: xorshift64* (Vigna 2016).
struct Draw(u64);

impl Draw {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn share(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn of(&mut self, cases: u32, truth: f64) -> u32 {
        (0..cases).map(|_| u32::from(self.share() < truth)).sum()
    }
}

/// One person under a rule.
struct Somebody<'a> {
    measure: &'a Measure,
    dip: &'a Dip,
    series: Vec<Observation>,
    at: Timestamp,
    last_look: Option<Timestamp>,
    open: bool,
}

impl<'a> Somebody<'a> {
    fn new(measure: &'a Measure, dip: &'a Dip) -> Self {
        let at = Timestamp::from_ms(1_700_000_000_000);
        Self { measure, dip, series: Vec::new(), at, last_look: None, open: false }
    }

    /// One more observation; true when an alarm is raised by it.
    fn observe(&mut self, numerator: u32, trial: &Trial) -> bool {
        let from = self.at;
        self.at = from + Duration::from_hours(24) * trial.days;
        if self.series.len() == SERIES {
            self.series.remove(0);
        }
        self.series.push(Observation {
            measure: self.measure.id.as_str().to_owned(),
            numerator: Some(f64::from(numerator)),
            denominator: Some(f64::from(trial.cases)),
            from: Some(from),
            until: self.at,
            ..Observation::default()
        });
        let people = usize::try_from(trial.together).unwrap_or(usize::MAX);
        let watched = Watched { series: &self.series, last_look: self.last_look, people };
        let Some(verdict) = judge(self.measure, self.dip, &watched) else { return false };
        match verdict.outcome {
            Outcome::Recovered => self.open = false,
            Outcome::Moved | Outcome::Steady => self.last_look = Some(self.at),
            Outcome::Waiting => {}
        }
        let alarm = verdict.outcome == Outcome::Moved && !self.open;
        self.open |= alarm;
        alarm
    }
}

/// False alarms in a year at a truth that never changes: of one person, or of a whole team where the rule counts so.
pub fn false_alarms(measure: &Measure, dip: &Dip, trial: &Trial, seed: u64) -> f64 {
    let mut draw = Draw::new(seed);
    let a_year = 365 / trial.days;
    let mut alarms = 0_u32;
    for _ in 0..trial.people {
        let mut somebody = Somebody::new(measure, dip);
        for number in 0..run_up(trial) + trial.years * a_year {
            let alarm = somebody.observe(draw.of(trial.cases, trial.truth), trial);
            alarms += u32::from(alarm && number >= run_up(trial));
        }
    }
    let counted = if dip.counted == Counted::Team { f64::from(trial.together) } else { 1.0 };
    f64::from(alarms) * counted / f64::from(trial.people * trial.years)
}

/// The share of people whose fall from the truth to `fallen` is found within `days`; whoever has an alarm open when the
/// fall begins is left out.
pub fn found_within(measure: &Measure, dip: &Dip, trial: &Trial, fallen: f64, days: u32, seed: u64) -> f64 {
    let mut draw = Draw::new(seed);
    let (mut found, mut counted) = (0_u32, 0_u32);
    for _ in 0..trial.people {
        let mut somebody = Somebody::new(measure, dip);
        for _ in 0..run_up(trial) {
            somebody.observe(draw.of(trial.cases, trial.truth), trial);
        }
        if somebody.open {
            continue;
        }
        counted += 1;
        let alarm = (0..days / trial.days).any(|_| somebody.observe(draw.of(trial.cases, fallen), trial));
        found += u32::from(alarm);
    }
    f64::from(found) / f64::from(counted.max(1))
}

fn run_up(trial: &Trial) -> u32 {
    RUN_UP * 30 / trial.days
}
