//! One turn of a scenario: what is said between two choices.
//!
//! Invariants
//! - A turn ends: its lines and the steps of the story's machine are counted, so that no machine is too slow for it.

use std::{cell::Cell, time::Duration};

use bladeink::story::{Story, error::StoryError};

/// How many lines a turn may have before it counts as endless.
const TURN_LINES: usize = 100;
/// How many steps of the story's machine a line may take before it counts as endless.
const STEPS: f32 = 50_000.0;

/// What was said between two choices.
pub(super) struct Turn {
    pub(super) text: String,
    pub(super) feedback: bool,
    pub(super) debrief: bool,
}

/// The reason of a story that never waits.
pub(super) const ENDLESS: &str = "the story goes round in a circle and never waits for a choice";

/// A story at its beginning, with a clock that counts steps: a bound by time would depend on the machine.
pub(super) fn open(compiled: &str) -> Result<Story, String> {
    let mut story = Story::new_with_seed(compiled, 1).map_err(|error| error.to_string())?;
    let steps = Cell::new(0_u64);
    story.set_time_source(move || {
        steps.set(steps.get() + 1);
        Duration::from_millis(steps.get())
    });
    Ok(story)
}

/// Why a story could not go on.
pub(super) struct Broken {
    pub(super) reason: String,
    /// What it said last.
    pub(super) after: Option<String>,
}

impl Broken {
    pub(super) fn new(error: &StoryError) -> Self {
        Self { reason: error.to_string(), after: None }
    }
}

/// Lets the story speak up to the next choice or its end.
pub(super) fn tell(story: &mut Story) -> Result<Turn, Broken> {
    let mut turn = Turn { text: String::new(), feedback: false, debrief: false };
    let mut lines = 0;
    while story.can_continue() {
        let told = tell_line(story, &mut turn);
        lines += 1;
        let reason = match told {
            Ok(true) if lines <= TURN_LINES => continue,
            Ok(_) => ENDLESS.to_owned(),
            Err(error) => error.to_string(),
        };
        return Err(Broken { reason, after: turn.text.trim().lines().last().map(str::to_owned) });
    }
    Ok(turn)
}

/// Lets the story say a line; false when it takes too many steps for that.
fn tell_line(story: &mut Story, turn: &mut Turn) -> Result<bool, StoryError> {
    let told = story.continue_async(STEPS);
    // What was said up to a mistake shows where it is.
    turn.text.push_str(&story.get_current_text().unwrap_or_default());
    told?;
    if story.is_async_continue_active() {
        return Ok(false);
    }
    for tag in story.get_current_tags()? {
        turn.feedback |= tag.trim() == "feedback";
        turn.debrief |= tag.trim() == "debrief";
    }
    Ok(true)
}
