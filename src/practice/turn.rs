//! One turn of a scenario: what happened, what comes next, and what can be done.

use bladeink::story::error::StoryError;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::library::{BoundedStory, LineError};

/// The most lines of a turn; a story that was checked says far fewer.
const LINES: usize = 200;

/// What a person sees at one turn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// What the last choice led to.
    pub feedback: Vec<String>,
    /// The scene.
    pub scene: Vec<String>,
    /// What to take along; filled at the end.
    pub debrief: Vec<String>,
    /// What can be done; none at the end.
    pub options: Vec<String>,
}

impl Turn {
    /// True when nothing is left to choose.
    pub fn is_last(&self) -> bool {
        self.options.is_empty()
    }
}

/// Why a story can't go on.
#[derive(Debug, Error)]
pub enum PlayError {
    /// The story or its state does not fit the runtime, e.g. since the scenario was rewritten meanwhile.
    #[error("the scenario can't go on from where it was")]
    Story(#[from] StoryError),
    /// The story goes on without end.
    #[error("the scenario goes on without end")]
    Endless,
    /// The option is not offered at this turn.
    #[error("option {0} is not offered at this turn")]
    NoSuchOption(usize),
}

/// Opens a compiled story: its first turn and the state to keep.
pub fn begin(story: &str) -> Result<(Turn, String), PlayError> {
    advance(&mut BoundedStory::open(story)?)
}

/// Takes `option` from where `state` stands: the next turn and the state to keep.
pub fn take(story: &str, state: &str, option: usize) -> Result<(Turn, String), PlayError> {
    let mut bounded = BoundedStory::open(story)?;
    let story = bounded.story();
    story.load_state(state)?;
    if option >= story.get_current_choice_infos().len() {
        return Err(PlayError::NoSuchOption(option));
    }
    story.choose_choice_index(option)?;
    advance(&mut bounded)
}

fn advance(bounded: &mut BoundedStory) -> Result<(Turn, String), PlayError> {
    let mut turn = Turn::default();
    let mut lines = 0;
    while bounded.story().can_continue() {
        let (line, tags) = bounded.next_line()?;
        lines += 1;
        if lines > LINES {
            return Err(PlayError::Endless);
        }
        let line = line.trim().to_owned();
        if line.is_empty() {
            continue;
        }
        let tagged = |name: &str| tags.iter().any(|tag| tag.trim() == name);
        let part = if tagged("feedback") {
            &mut turn.feedback
        } else if tagged("debrief") {
            &mut turn.debrief
        } else {
            &mut turn.scene
        };
        part.push(line);
    }
    let story = bounded.story();
    turn.options = story.get_current_choice_infos().into_iter().map(|choice| choice.text).collect();
    Ok((turn, story.save_state()?))
}

impl From<LineError> for PlayError {
    fn from(error: LineError) -> Self {
        match error {
            LineError::Endless | LineError::Grows => Self::Endless,
            LineError::Story(error) => Self::Story(error),
        }
    }
}
