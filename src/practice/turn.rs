//! One turn of a scenario: what happened, what comes next, and what can be done.

use bladeink::story::{Story, error::StoryError};
use serde::{Deserialize, Serialize};
use thiserror::Error;

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
    /// The option is not offered at this turn.
    #[error("option {0} is not offered at this turn")]
    NoSuchOption(usize),
}

/// The same for every play, so that a story told twice is the same story.
const SEED: i32 = 1;

/// Opens a compiled story: its first turn and the state to keep.
pub fn begin(story: &str) -> Result<(Turn, String), PlayError> {
    let mut story = Story::new_with_seed(story, SEED)?;
    advance(&mut story)
}

/// Takes `option` from where `state` stands: the next turn and the state to keep.
pub fn take(story: &str, state: &str, option: usize) -> Result<(Turn, String), PlayError> {
    let mut story = Story::new_with_seed(story, SEED)?;
    story.load_state(state)?;
    if option >= story.get_current_choice_infos().len() {
        return Err(PlayError::NoSuchOption(option));
    }
    story.choose_choice_index(option)?;
    advance(&mut story)
}

fn advance(story: &mut Story) -> Result<(Turn, String), PlayError> {
    let mut turn = Turn::default();
    while story.can_continue() {
        let line = story.cont()?.trim().to_owned();
        if line.is_empty() {
            continue;
        }
        let tags = story.get_current_tags()?;
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
    turn.options = story.get_current_choice_infos().into_iter().map(|choice| choice.text).collect();
    Ok((turn, story.save_state()?))
}
