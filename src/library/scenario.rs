//! A branching practice with feedback at every choice, written in Ink.

use super::SkillId;

chat::id! {
    /// The name of a scenario.
    ScenarioId;
}

/// A scenario as its author wrote it, compiled and walked to every end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Its name.
    pub id: ScenarioId,
    /// The skill whose folder it lies in.
    pub skill: SkillId,
    /// The heading people see.
    pub title: String,
    /// How long it takes, in seconds.
    pub seconds: u32,
    /// The story in Ink's compiled form (JSON).
    pub story: String,
    /// Turns on the shortest and on the longest way to an end.
    pub turns: (usize, usize),
}
