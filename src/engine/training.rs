//! What the engine hears with: a recogniser of the library, and one for each set of examples that managers approved beside it.
//!
//! Invariants
//! - Approved examples are heard where they are in force, and shift nothing anywhere else: each set of them has a copy of the
//!   library's recogniser in which their triggers alone are trained anew. Until it is trained, the library's own hears.
//! - At most [`SETS`] sets are held, the one that was trained first goes first, and none that is said to be out of force.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock, PoisonError},
};

use recognition::EmbeddingCache;
use sha2::{Digest, Sha256};

use super::{
    Engine, LearntTrigger,
    recognise::{Recogniser, TrainingData},
};
use crate::library::{Library, TriggerId};

/// Sets of approved examples that are held at the same time.
const SETS: usize = 16;

/// A set of approved examples, and the recogniser that was trained on them as soon as somebody needs it.
#[derive(Debug, Default)]
pub(super) struct TrainedSet {
    /// What was approved, as it was told.
    approved: Vec<(TriggerId, Vec<String>)>,
    recogniser: OnceLock<Arc<Recogniser>>,
}

impl TrainedSet {
    /// That of what is in force.
    fn of(learnt: &[LearntTrigger]) -> Self {
        let approved = approved(learnt).map(|(id, texts)| (id.clone(), texts.to_vec())).collect();
        Self { approved, recogniser: OnceLock::new() }
    }

    /// All examples of the triggers for which something was approved.
    fn examples(&self, library: &Library) -> BTreeMap<TriggerId, Vec<String>> {
        let mut examples = BTreeMap::new();
        for (id, texts) in &self.approved {
            // What listens to numbers, or to keywords alone, is heard in no other words.
            let Some(trigger) = library.triggers.get(id).filter(|trigger| trigger.hears_examples()) else { continue };
            let mut all = trigger.examples.clone();
            all.extend(texts.iter().filter(|text| !trigger.examples.contains(text)).cloned());
            examples.insert(id.clone(), all);
        }
        examples
    }

    /// Trains the triggers for which something was approved, on a copy of the library's recogniser: from there and from
    /// nowhere else, so that the same set hears the same in every process.
    fn train(&self, library: &Library, base: Arc<Recogniser>) -> Arc<Recogniser> {
        let examples = self.examples(library);
        let mut changes = Vec::new();
        for (id, examples) in &examples {
            let Some(trigger) = library.triggers.get(id) else { continue };
            let (id, data) = TrainingData::within(library, trigger);
            changes.push((id, TrainingData { examples, ..data }));
        }
        if changes.is_empty() { base } else { Arc::new(base.retrain(&changes)) }
    }

    /// True where it was trained on just this.
    fn is_of(&self, learnt: &[LearntTrigger]) -> bool {
        approved(learnt).eq(self.approved.iter().map(|(id, texts)| (id, texts.as_slice())))
    }
}

/// The library's own, and those of each set of approved examples, the newest last.
#[derive(Debug, Default)]
pub(super) struct TrainedSets {
    library: Arc<TrainedSet>,
    approved: Vec<Arc<TrainedSet>>,
}

impl TrainedSets {
    /// The set by which somebody is heard for whom this is in force, where it is trained.
    fn of(&self, learnt: &[LearntTrigger]) -> Option<&Arc<TrainedSet>> {
        if self.library.is_of(learnt) {
            return Some(&self.library);
        }
        self.approved.iter().find(|set| set.is_of(learnt))
    }

    fn add(&mut self, set: Arc<TrainedSet>) {
        if self.approved.len() >= SETS {
            self.approved.remove(0);
        }
        self.approved.push(set);
    }
}

impl Engine {
    /// Trains on the library's examples now, so that nobody waits for it later. It takes about a second, all cores of the
    /// machine, and no time at all where an engine of this process was trained on the same.
    pub fn learn(&self) {
        self.recogniser(&[]);
    }

    /// The same; a text that `cache` knows is not encoded again, and the cache knows every text of the library then.
    pub fn learn_remembering(&self, cache: &EmbeddingCache) {
        self.library_recogniser(Some(cache));
    }

    /// Trains on what was approved beside the library, where that is not done yet: a moment for each trigger that has
    /// such examples. True where it did. Until it is done, the library's examples alone are heard there.
    pub fn take_in(&self, learnt: &[LearntTrigger]) -> bool {
        let _one_at_a_time = self.learning.lock().unwrap_or_else(PoisonError::into_inner);
        if self.has_taken_in(learnt) {
            return false;
        }
        let set = TrainedSet::of(learnt);
        let base = self.library_recogniser(None);
        set.recogniser.get_or_init(|| set.train(&self.library, base));
        self.trained.write().unwrap_or_else(PoisonError::into_inner).add(Arc::new(set));
        true
    }

    /// Forgets every set of approved examples but these. A recogniser goes once no event uses it.
    pub fn keep_only<'a>(&self, in_force: impl Iterator<Item = &'a [LearntTrigger]> + Clone) {
        let mut trained = self.trained.write().unwrap_or_else(PoisonError::into_inner);
        trained.approved.retain(|set| in_force.clone().any(|learnt| set.is_of(learnt)));
    }

    /// True where it can hear with just what was taken in.
    pub fn has_taken_in(&self, learnt: &[LearntTrigger]) -> bool {
        self.trained.read().unwrap_or_else(PoisonError::into_inner).of(learnt).is_some()
    }

    /// Whether a text is about the need behind a trigger, or about the very question, where that is still known.
    pub fn is_about(&self, trigger: &TriggerId, question: Option<&str>, text: &str) -> bool {
        self.recogniser(&[]).is_about(trigger, question, text)
    }

    /// Who hears where this is in force.
    pub(super) fn recogniser(&self, learnt: &[LearntTrigger]) -> Arc<Recogniser> {
        let set = self.trained.read().unwrap_or_else(PoisonError::into_inner).of(learnt).map(Arc::clone);
        // What was approved is trained before its set is added; the library's own when it is first asked.
        let own = set.and_then(|set| set.recogniser.get().map(Arc::clone));
        own.unwrap_or_else(|| self.library_recogniser(None))
    }

    fn library_recogniser(&self, cache: Option<&EmbeddingCache>) -> Arc<Recogniser> {
        let library = Arc::clone(&self.trained.read().unwrap_or_else(PoisonError::into_inner).library);
        Arc::clone(library.recogniser.get_or_init(|| Recogniser::remembering(&self.library, cache)))
    }
}

fn approved(learnt: &[LearntTrigger]) -> impl Iterator<Item = (&TriggerId, &[String])> {
    let some = learnt.iter().filter(|(_, of)| !of.taken_in.is_empty());
    some.map(|(id, of)| (id, of.taken_in.as_slice()))
}

/// A digest of everything that a library's triggers are trained on. What was approved beside it changes scores too little to give
/// up what a channel's traffic has told.
pub(super) fn name_of(library: &Library) -> String {
    let mut digest = Sha256::new();
    for trigger in library.triggers.values() {
        let (id, data) = TrainingData::within(library, trigger);
        digest.update(format!("{id}{data:?}"));
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
    fn a_set_that_is_out_of_force_leaves_nothing_behind() {
        let engine = engine();
        let (old, new) = (taken_in(&[OWN]), taken_in(&[OWN, "the second page made them gasp"]));
        engine.take_in(&old);
        let used = engine.recogniser(&old);
        let trained = Arc::downgrade(&used);
        engine.take_in(&new);
        engine.keep_only([new.as_slice()].into_iter());
        assert!(engine.has_taken_in(&new) && !engine.has_taken_in(&old));
        assert!(trained.upgrade().is_some(), "an event still uses it");
        drop(used);
        assert!(trained.upgrade().is_none(), "nothing in the process keeps it");
    }

    #[test]
    fn one_trigger_trained_anew_says_what_all_trained_anew_say() {
        let engine = engine();
        let (own, other) = (taken_in(&[OWN]), taken_in(&["the second page made them gasp"]));
        engine.take_in(&own);
        let mut trigger = samples::trigger("price");
        trigger.examples.push(OWN.to_owned());
        let library = Library { triggers: BTreeMap::from([(trigger.id.clone(), trigger)]), ..Library::default() };
        let (copy, anew) = (engine.recogniser(&own), Recogniser::of(&library));
        for text in [OWN, "they say it is too expensive", "lunch at noon?"] {
            let (copy, anew) = (copy.scores(text)[0], anew.scores(text)[0]);
            assert!((copy - anew).abs() < 0.5, "{text}: {copy} {anew}");
        }
        engine.take_in(&other);
        assert_eq!(engine.recogniser(&own).scores(OWN), copy.scores(OWN));
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
