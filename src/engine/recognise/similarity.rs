//! Whether what somebody says beside a question is about it: what people answer is seldom worded like the question, yet it
//! is about the same thing.

use super::Recogniser;
use crate::library::TriggerId;

/// How similar a text has to be to a question, or to what is known of its need, to be about it (0 to 1). Answers of colleagues to
/// the starter library's questions lie above it, what people write beside them all day below.
const ABOUT_IT: f32 = 0.335;
/// A shorter text says too little to be about anything: "thanks", "on my way".
const FEWEST_WORDS: usize = 3;

impl Recogniser {
    /// Whether `text` is about the need behind `trigger`, or about the very `question`, where that is still known.
    pub fn is_about(&self, trigger: &TriggerId, question: Option<&str>, text: &str) -> bool {
        text.split_whitespace().count() >= FEWEST_WORDS && self.similarity(trigger, question, text) >= ABOUT_IT
    }

    /// How similar `text` is to the question and to what the trigger is trained on: the most similar counts.
    pub(super) fn similarity(&self, trigger: &TriggerId, question: Option<&str>, text: &str) -> f32 {
        let said = self.model.encoded(text);
        let own = self.triggers.iter().position(|id| id == trigger);
        let own = own.map_or(0.0, |number| self.model.similarity_with(number, &said));
        question.map_or(own, |question| self.model.encoded(question).similarity(&said).max(own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::{Library, Source};

    const QUESTION: &str = "how do I answer when they say we're too expensive?";

    #[test]
    fn what_colleagues_answer_is_about_it_and_what_they_say_all_day_is_not() {
        let recogniser = Recogniser::of(&Library::read(&Source::Starter).library);
        let need = recogniser.hear(QUESTION, false).swap_remove(0).trigger;
        let answers = [
            "ask them what they compare it with, worked for me",
            "I'd talk about what it saves them before I talk about the price",
            "never discount first, ask what the budget is",
            "too expensive compared to what? that's what I always ask back",
            "show them the ROI sheet, it makes the price look small",
        ];
        let others = [
            "lunch is ready in the kitchen",
            "the build is green again",
            "I'm out this afternoon, back tomorrow",
            "happy birthday Chloe, have a great day",
            "the printer on the second floor is broken",
            "standup moved to half past nine",
            "new slides are in the shared folder",
            "who took my mug from the shelf",
        ];
        for known in [Some(QUESTION), None] {
            assert!(answers.iter().all(|text| recogniser.is_about(&need, known, text)), "{known:?}");
            assert!(!others.iter().any(|text| recogniser.is_about(&need, known, text)), "{known:?}");
        }
    }
}
