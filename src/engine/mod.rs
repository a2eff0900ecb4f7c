//! Decides what a person should be offered now, or that we stay silent.
//!
//! Invariants
//! - Pure: the same event, facts and instant give the same decision.
//! - Silence is the default; every decision carries its reasons.

mod cadence;
mod decision;
mod facts;

pub use cadence::WorkingHours;
pub use decision::{Act, Audience, Decision, Evidence, Molecule, Need, Plan, Reason, Rule};
pub use facts::{PersonFacts, PlaceFacts, Received};
