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
mod marks;
mod moment;
mod recognise;
#[cfg(test)]
mod samples;
mod tap;
#[cfg(test)]
mod tests;

pub use cadence::{Budget, Cadence, Open, Settled, WorkingHours, settles};
pub use decision::{Act, Audience, Decision, Evidence, Molecule, Need, Plan, Reason, Rule};
pub use facts::{PersonFacts, PlaceFacts, Received};
pub use marks::{LEAST_PEOPLE, Mark, Marked, Restraint, Steered, SteeredTrigger, learn, restrain};
pub use moment::{Conversation, Engine, Facts, is_addressed};
pub use recognise::{
    AlarmBudget, OPENINGS, Opened, Parts, Recent, Recogniser, ScoreSketch, Teaching, Thresholds, WITHIN, asks,
    other_language, shipped,
};
pub use tap::{Setting, Tap};
