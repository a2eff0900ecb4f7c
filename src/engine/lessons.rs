//! What the engine hears with: what the library teaches, and the words that managers took in beside it.
//!
//! Invariants
//! - Words that were taken in are heard where they are in force, and shift nothing anywhere else: each set of them has a
//!   recogniser of its own. Until it is learnt, the library's alone hears.
//! - At most [`SETS`] sets are held; the one that was learnt first goes first.

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

/// Sets of such words that are held at the same time: each costs as much memory as the library's own lessons.
const SETS: usize = 16;

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

/// The library's lessons, and those of each set of words that was taken in beside it, the newest last.
#[derive(Debug, Default)]
pub(super) struct AllLessons {
    library: Arc<Lessons>,
    with_words: Vec<Arc<Lessons>>,
}

impl AllLessons {
    /// The lessons by which somebody is heard for whom this is in force, where they are learnt.
    fn of(&self, learnt: &[LearntTrigger]) -> Option<&Arc<Lessons>> {
        if self.library.are_of(learnt) {
            return Some(&self.library);
        }
        self.with_words.iter().find(|lessons| lessons.are_of(learnt))
    }

    fn add(&mut self, lessons: Arc<Lessons>) {
        if self.with_words.len() >= SETS {
            self.with_words.remove(0);
        }
        self.with_words.push(lessons);
    }
}

impl Engine {
    /// Learns the library's examples now, so that nobody waits for it later. It takes about a second, all cores of the
    /// machine, and no time at all where an engine of this process has learnt the same.
    pub fn learn(&self) {
        self.recogniser(&[]);
    }

    /// Learns what was taken in beside the library, where that is not learnt yet, which takes about as long; true where it
    /// did. Until it is done, the library's examples alone are heard there.
    pub fn take_in(&self, learnt: &[LearntTrigger]) -> bool {
        let _one_at_a_time = self.learning.lock().unwrap_or_else(PoisonError::into_inner);
        if self.has_taken_in(learnt) {
            return false;
        }
        let lessons = Lessons::taking_in(&self.library, learnt);
        lessons.recogniser(&self.library);
        self.lessons.write().unwrap_or_else(PoisonError::into_inner).add(Arc::new(lessons));
        true
    }

    /// True where it can hear with just what was taken in.
    pub fn has_taken_in(&self, learnt: &[LearntTrigger]) -> bool {
        self.lessons.read().unwrap_or_else(PoisonError::into_inner).of(learnt).is_some()
    }

    /// Whether a text is about the need behind a trigger, or about the very question, where that is still known.
    pub fn is_about(&self, trigger: &TriggerId, question: Option<&str>, text: &str) -> bool {
        self.recogniser(&[]).is_about(trigger, question, text)
    }

    /// Who hears where this is in force.
    pub(super) fn recogniser(&self, learnt: &[LearntTrigger]) -> Arc<Recogniser> {
        let lessons = {
            let all = self.lessons.read().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.of(learnt).unwrap_or(&all.library))
        };
        lessons.recogniser(&self.library)
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

    /// The example that is nearest to its words, where it is heard by whom this is in force for.
    fn heard(engine: &Engine, learnt: &[LearntTrigger]) -> Option<String> {
        let needs = engine.hear(OWN, &Conversation { learnt, ..Conversation::none(false) });
        let heard = needs.iter().find(|need| need.is_heard())?;
        heard.evidence.example().map(ToOwned::to_owned)
    }

    #[test]
    fn what_is_taken_in_is_heard_until_it_is_taken_out() {
        let (engine, own) = (engine(), taken_in(&[OWN]));
        assert_eq!(heard(&engine, &own), None);
        assert!(!engine.take_in(&[]), "there is nothing to learn");
        assert!(engine.take_in(&own));
        assert_eq!(heard(&engine, &own).as_deref(), Some(OWN));
        assert!(!engine.take_in(&own), "it is learnt already");
        assert_eq!(heard(&engine, &taken_in(&[])), None);
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
        assert_eq!(heard(&engine, &gone), None);
    }

    #[test]
    fn what_is_taken_in_in_one_place_changes_no_score_in_another() {
        let (engine, other) = (engine(), engine());
        let texts = [OWN, "they say it is too expensive", "procurement turned pale", "is it too much?"];
        engine.take_in(&taken_in(&[OWN]));
        for text in texts {
            let hears = |engine: &Engine| engine.hear(text, &Conversation::none(false));
            assert_eq!(hears(&engine), hears(&other), "{text}");
        }
    }

    #[test]
    fn as_many_sets_are_held_as_there_is_room_for_and_each_can_be_learnt_again() {
        let engine = engine();
        let sets: Vec<_> =
            (0..=SETS).map(|n| vec![(TriggerId::new(format!("gone{n}")), taken_in(&[OWN]).remove(0).1)]).collect();
        for set in &sets {
            assert!(engine.take_in(set));
        }
        assert!(!engine.has_taken_in(&sets[0]) && engine.has_taken_in(&sets[1]) && engine.has_taken_in(&sets[SETS]));
        assert!(engine.take_in(&sets[0]));
    }
}
