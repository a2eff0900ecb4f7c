//! One turn of a scenario: what is said between two choices. Checking and playing go through the same bounds.
//!
//! Invariants
//! - A turn ends: its lines and the steps of the story's machine are counted, so that no machine is too slow for it.
//! - A story can't take the memory: what it holds is measured every few steps.

use std::{cell::Cell, time::Duration};

use bladeink::story::{Story, error::StoryError};

/// How many lines a turn may have before it counts as endless.
const TURN_LINES: usize = 100;
/// How many steps of the story's machine a line may take before it counts as endless.
const STEPS: u32 = 50_000;
/// After how many steps what a story holds is measured: fewer than it takes to double a text a dozen times.
const SLICE: u32 = 64;
/// How many bytes a story's state may have. Practices that people write take a few thousand.
const STATE_BYTES: usize = 256 * 1024;

/// What was said between two choices.
pub(super) struct Turn {
    pub(super) text: String,
    pub(super) feedback: bool,
    pub(super) debrief: bool,
}

/// The reason of a story that never waits.
pub(super) const ENDLESS: &str = "the story goes round in a circle and never waits for a choice";
/// The reason of a story that keeps more and more.
pub(super) const GROWS: &str = "a text of the story grows without end";

/// A story with a clock that counts steps: a bound by time would depend on the machine.
pub struct BoundedStory {
    story: Story,
    /// Whether a text of it can grow at all: most stories can't, and need not be measured.
    can_grow: bool,
    unmeasured: u32,
}

/// Why a line could not be said.
#[derive(Debug)]
pub enum LineError {
    /// It takes more steps than a line may.
    Endless,
    /// It keeps more than a story may.
    Grows,
    /// The story is at fault, or does not fit its state.
    Story(StoryError),
}

impl From<StoryError> for LineError {
    fn from(error: StoryError) -> Self {
        Self::Story(error)
    }
}

impl BoundedStory {
    /// A compiled story at its beginning. The same seed for every play: a story told twice is the same story.
    pub fn open(compiled: &str) -> Result<Self, StoryError> {
        let mut story = Story::new_with_seed(compiled, 1)?;
        let steps = Cell::new(0_u64);
        story.set_time_source(move || {
            steps.set(steps.get() + 1);
            Duration::from_millis(steps.get())
        });
        // A text grows by being joined to itself and kept.
        let joins = compiled.contains("\"+\"") || compiled.contains("\"str\"");
        let keeps = compiled.contains("\"VAR=\"") || compiled.contains("\"temp=\"");
        Ok(Self { story, can_grow: joins && keeps, unmeasured: 0 })
    }

    /// The story itself, for everything but going on.
    pub fn story(&mut self) -> &mut Story {
        &mut self.story
    }

    /// Says the next line, with its tags.
    pub fn next_line(&mut self) -> Result<(String, Vec<String>), LineError> {
        self.go_on()?;
        let line = self.story.get_current_text()?;
        Ok((line, self.story.get_current_tags()?))
    }

    /// Goes on to the end of the next line.
    fn go_on(&mut self) -> Result<(), LineError> {
        let mut steps = 0;
        loop {
            #[expect(clippy::cast_precision_loss, reason = "64 is exact")]
            self.story.continue_async(SLICE as f32)?;
            let is_over = !self.story.is_async_continue_active();
            // A line that ends early took fewer steps; counting it as half a slice errs on the careful side.
            self.unmeasured += if is_over { SLICE / 2 } else { SLICE };
            if self.can_grow && self.unmeasured >= SLICE {
                self.unmeasured = 0;
                if self.story.save_state()?.len() > STATE_BYTES {
                    return Err(LineError::Grows);
                }
            }
            if is_over {
                return Ok(());
            }
            steps += SLICE;
            if steps >= STEPS {
                return Err(LineError::Endless);
            }
        }
    }
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
pub(super) fn tell(bounded: &mut BoundedStory) -> Result<Turn, Broken> {
    let mut turn = Turn { text: String::new(), feedback: false, debrief: false };
    let mut lines = 0;
    while bounded.story.can_continue() {
        let told = tell_line(bounded, &mut turn);
        lines += 1;
        let reason = match told {
            Ok(()) if lines <= TURN_LINES => continue,
            Ok(()) | Err(LineError::Endless) => ENDLESS.to_owned(),
            Err(LineError::Grows) => GROWS.to_owned(),
            Err(LineError::Story(error)) => error.to_string(),
        };
        return Err(Broken { reason, after: turn.text.trim().lines().last().map(str::to_owned) });
    }
    Ok(turn)
}

fn tell_line(bounded: &mut BoundedStory, turn: &mut Turn) -> Result<(), LineError> {
    let told = bounded.go_on();
    // What was said up to a mistake shows where it is.
    turn.text.push_str(&bounded.story.get_current_text().unwrap_or_default());
    told?;
    for tag in bounded.story.get_current_tags()? {
        turn.feedback |= tag.trim() == "feedback";
        turn.debrief |= tag.trim() == "debrief";
    }
    Ok(())
}
