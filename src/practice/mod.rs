//! A person's practice: one scenario, one card a turn.
//!
//! Invariants
//! - Pure over stored state: the same story, state and choice give the same turn.
//! - Feedback is about the task; what was chosen stays between the person and Kairos.

mod cards;
mod turn;

use chat::{PersonId, Timestamp};

pub use cards::{taken_card, turn_card};
pub use chat::SessionId;
pub use turn::{PlayError, Turn, begin, take};

use crate::library::ScenarioId;

/// A practice as it is stored between two turns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Who practises.
    pub person: PersonId,
    /// What.
    pub scenario: ScenarioId,
    /// Turns taken so far.
    pub turn: u32,
    /// The story's state and the turn it shows (JSON).
    pub state: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When the debrief was reached.
    pub finished_at: Option<Timestamp>,
}
