//! What the engine hears with: what the library teaches, and the words that managers took in beside it.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock, PoisonError},
};

use sha2::{Digest, Sha256};

use super::{
    Engine, LearntTrigger,
    recognise::{Recogniser, Teaching},
};
use crate::library::{Library, TriggerId};

/// Lessons, and who has learnt them as soon as somebody needs it.
#[derive(Debug, Default)]
pub(super) struct Lessons {
    /// What was taken in, as it was told.
    taken_in: Vec<(TriggerId, Vec<String>)>,
    /// All examples of the triggers for which something was.
    examples: BTreeMap<TriggerId, Vec<String>>,
    recogniser: OnceLock<Arc<Recogniser>>,
}

impl Lessons {
    /// Those of a library with what is in force beside it.
    pub(super) fn taking_in(library: &Library, learnt: &[LearntTrigger]) -> Self {
        let taken_in: Vec<_> = taken_in(learnt).map(|(id, texts)| (id.clone(), texts.to_vec())).collect();
        let mut examples = BTreeMap::new();
        for (id, texts) in &taken_in {
            // What listens to numbers, or to keywords alone, is heard in no other words.
            let Some(trigger) = library.triggers.get(id).filter(|trigger| trigger.hears_examples()) else { continue };
            let mut all = trigger.examples.clone();
            all.extend(texts.iter().filter(|text| !trigger.examples.contains(text)).cloned());
            examples.insert(id.clone(), all);
        }
        Self { taken_in, examples, recogniser: OnceLock::new() }
    }

    /// True where this is what they teach already.
    pub(super) fn are_of(&self, learnt: &[LearntTrigger]) -> bool {
        taken_in(learnt).eq(self.taken_in.iter().map(|(id, texts)| (id, texts.as_slice())))
    }

    /// Who has learnt them; whoever asks first learns, and others wait.
    pub(super) fn recogniser(&self, library: &Library) -> Arc<Recogniser> {
        let learn = || {
            if self.examples.is_empty() { Recogniser::of(library) } else { Recogniser::with(library, &self.examples) }
        };
        Arc::clone(self.recogniser.get_or_init(learn))
    }
}

impl Engine {
    /// Learns the library's examples now, so that nobody waits for it later. It takes about a second, all cores of the
    /// machine, and no time at all where an engine of this process has learnt the same.
    pub fn learn(&self) {
        self.recogniser();
    }

    /// Learns anew where other words were taken in than it hears with, which takes about as long; true where it did. Until
    /// it is done, others are heard as before.
    pub fn take_in(&self, learnt: &[LearntTrigger]) -> bool {
        let _one_at_a_time = self.learning.lock().unwrap_or_else(PoisonError::into_inner);
        if self.has_taken_in(learnt) {
            return false;
        }
        let lessons = Lessons::taking_in(&self.library, learnt);
        lessons.recogniser(&self.library);
        *self.lessons.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(lessons);
        true
    }

    /// True where it hears with just what was taken in.
    pub fn has_taken_in(&self, learnt: &[LearntTrigger]) -> bool {
        self.lessons().are_of(learnt)
    }

    fn lessons(&self) -> Arc<Lessons> {
        Arc::clone(&self.lessons.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether a text is about the need behind a trigger, or about the very question, where that is still known.
    pub fn is_about(&self, trigger: &TriggerId, question: Option<&str>, text: &str) -> bool {
        self.recogniser().is_about(trigger, question, text)
    }

    /// Who hears just now.
    pub(super) fn recogniser(&self) -> Arc<Recogniser> {
        self.lessons().recogniser(&self.library)
    }
}

fn taken_in(learnt: &[LearntTrigger]) -> impl Iterator<Item = (&TriggerId, &[String])> {
    let some = learnt.iter().filter(|(_, of)| !of.taken_in.is_empty());
    some.map(|(id, of)| (id, of.taken_in.as_slice()))
}

/// A digest of everything that a library's triggers teach. What was taken in beside it changes scores too little to give
/// up what a channel's traffic has told.
pub(super) fn name_of(library: &Library) -> String {
    let mut digest = Sha256::new();
    for trigger in library.triggers.values() {
        let (id, teaching) = Teaching::within(library, trigger);
        digest.update(format!("{id}{teaching:?}"));
    }
    let number = digest.finalize().iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{number:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Conversation, Learnt, samples};

    /// Nothing that the trigger's examples come near to.
    const OWN: &str = "procurement turned pale at the second page";

    fn taken_in(texts: &[&str]) -> Vec<LearntTrigger> {
        let taken_in = texts.iter().map(|text| (*text).to_owned()).collect();
        vec![(TriggerId::new("price"), Learnt { taken_in, ..Learnt::default() })]
    }

    fn engine() -> Engine {
        let library = Library {
            triggers: BTreeMap::from([(TriggerId::new("price"), samples::trigger("price"))]),
            ..Library::default()
        };
        Engine::new(Arc::new(library), samples::cadence())
    }

    /// The example that is nearest to its words, where it is heard.
    fn heard(engine: &Engine) -> Option<String> {
        let needs = engine.hear(OWN, &Conversation::none(false));
        let heard = needs.iter().find(|need| need.is_heard())?;
        heard.evidence.example().map(ToOwned::to_owned)
    }

    #[test]
    fn what_is_taken_in_is_heard_until_it_is_taken_out() {
        let engine = engine();
        assert_eq!(heard(&engine), None);
        assert!(!engine.take_in(&[]), "there is nothing to learn");
        assert!(engine.take_in(&taken_in(&[OWN])));
        assert_eq!(heard(&engine).as_deref(), Some(OWN));
        assert!(!engine.take_in(&taken_in(&[OWN])), "it is learnt already");
        assert!(engine.take_in(&taken_in(&[])));
        assert_eq!(heard(&engine), None);
    }

    #[test]
    fn what_is_left_out_is_not_heard_even_where_it_was_taken_in() {
        let engine = engine();
        let mut learnt = taken_in(&[OWN]);
        engine.take_in(&learnt);
        learnt[0].1.left_out = vec![OWN.to_owned()];
        let said = Conversation { learnt: &learnt, ..Conversation::none(false) };
        assert!(engine.hear(OWN, &said).iter().all(|need| !need.is_heard()));
    }

    #[test]
    fn words_for_what_the_library_no_longer_has_are_learnt_once_and_do_no_harm() {
        let engine = engine();
        let gone = vec![(TriggerId::new("gone"), taken_in(&[OWN]).remove(0).1)];
        assert!(engine.take_in(&gone));
        assert!(engine.has_taken_in(&gone) && !engine.has_taken_in(&taken_in(&[OWN])));
        assert_eq!(heard(&engine), None);
    }
}
