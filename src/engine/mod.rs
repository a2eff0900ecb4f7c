//! Decides what a person should be offered now, or that we stay silent.
//!
//! Invariants
//! - Pure: the same event, facts and instant give the same decision.
//! - Silence is the default; every decision carries its reasons.

mod cadence;
pub mod compose;
mod condition;
mod decision;
pub mod dip;
mod facts;
mod follow_up;

mod marks;
mod moment;
mod named;
mod own_words;
mod recognise;
#[cfg(test)]
mod samples;
mod tap;
#[cfg(test)]
mod tests;
mod topics;
mod totals;
mod training;
mod which_need;

pub use cadence::{
    Beside, Budget, Cadence, DaysOff, DigestHour, Load, Open, Settled, WorkingHours, settles, turns_to, zone_named,
};
pub use decision::{Act, Audience, Candidate, Decision, Evidence, Molecule, Need, Plan, Reason, Rule, percents};
pub use facts::{Limits, Own, PersonFacts, PlaceFacts, Received};
pub use follow_up::follows_on;
pub use marks::{LEAST_PEOPLE, Learnt, LearntTrigger, Mark, Marked, Restraint, code_of, learn, restrain, worth_a_look};
pub use moment::{Conversation, Engine, Facts, is_addressed};
pub use own_words::{Admission, MOST_TAKEN_IN, OWN_WORDS_DAYS, Waits, admit, read_own_words};
pub use recognise::{
    AlarmBudget, OPENINGS, Opened, Parts, Recent, Recogniser, ScoreSketch, Thresholds, TrainingData, WITHIN, asks,
    keep_models, likeness, other_language, shipped,
};
pub use tap::{Setting, Tap};
pub use topics::TopicScore;
pub use totals::{FEWEST, Total, Totals};
