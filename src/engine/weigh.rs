//! How strongly a text means each topic: for somebody who tries it out, not for deciding.

use super::{AlarmBudget, Conversation, Engine, Need};
use crate::library::TriggerId;

impl Engine {
    /// Every topic that listens to texts, strongest first, each with the score from which on it is heard.
    pub fn weigh(&self, text: &str, said: &Conversation<'_>) -> Vec<Need> {
        let recogniser = self.recogniser();
        let threshold = |id: &TriggerId| {
            let own = self.library().triggers.get(id).and_then(|trigger| trigger.hearing);
            recogniser.threshold(AlarmBudget::of(own.unwrap_or(said.hearing)), said.traffic)
        };
        recogniser.weigh(text, &threshold)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        engine::samples,
        library::{Library, Source},
    };

    #[test]
    fn every_topic_is_weighed_and_what_is_heard_stands_first() {
        let library = Arc::new(Library::read(&Source::Starter).library);
        let topics = library.triggers.values().filter(|trigger| trigger.dip.is_none()).count();
        let engine = Engine::new(library, samples::cadence());
        let said = Conversation::none(false);
        for text in ["how do I answer when they say we're too expensive?", "lunch at twelve?", ""] {
            let (weighed, heard) = (engine.weigh(text, &said), engine.hear(text, &said));
            assert_eq!(weighed.len(), topics, "{text}");
            assert!(weighed.is_sorted_by(|a, b| a.score >= b.score), "{text}");
            let names = |needs: &[Need]| {
                needs.iter().filter(|need| need.is_heard()).map(|need| need.trigger.clone()).collect::<Vec<_>>()
            };
            assert_eq!(names(&weighed), names(&heard), "{text}");
        }
    }
}
