//! Recognises needs in what people write.
//!
//! The `recognition` crate trains a model on what managers typed as examples, and says for every message how likely each
//! class is. Here classes are triggers: keywords, thresholds, conversations and evidence stand in this module. The
//! threshold is where ordinary traffic seldom comes.
//!
//! Invariants
//! - Pure and in-process: the same text gives the same needs, in bounded time for any text.
//! - A message's own words never leave: evidence is made of the library's phrases.
//! - A model that is missing or damaged is told by [`Recogniser::notes`]; what remains still recognises.

mod alarm_budget;
mod cards;
mod keywords;
mod once;
mod recent;
mod similarity;
mod talks;
mod training_data;

use std::sync::{Arc, OnceLock};

use recognition::{ClassId, EmbeddingCache, Gate, Model, Models, Text, clean, strongest_few, words};

use self::keywords::Keywords;
pub use self::{
    alarm_budget::{AlarmBudget, ScoreSketch},
    cards::likeness,
    once::keep_models,
    recent::{OPENINGS, Opened, Parts, Recent, WITHIN},
    training_data::TrainingData,
};
pub(super) use self::{cards::CardIndex, talks::TalkIndex};
use super::{Evidence, Need};
use crate::library::{Library, Trigger, TriggerId};

/// How often a thousand ordinary messages may be mistaken for a need, where nobody chose.
const USUAL_BUDGET: AlarmBudget = AlarmBudget::per_1000(1.0);
/// The same for a question put to Kairos: whoever asks wants the nearest thing we have.
const ADDRESSED_BUDGET: AlarmBudget = AlarmBudget::per_1000(50.0);
/// The odds below which nothing is heard, however quiet the traffic: about three in ten that a need is meant. A library of
/// few triggers would keep its budget with a threshold near nothing, and then hear what it has never learnt. Of what is put to
/// Kairos, the nearest cards are named below it instead of one being shown.
const LEAST: f32 = -0.85;
/// Needs that are told of one message.
const TOLD: usize = 5;
/// Words of an example that are told as evidence.
const TOLD_WORDS: usize = 3;

/// Knows every trigger's phrases and examples.
#[derive(Clone, Debug)]
pub struct Recogniser {
    keywords: Arc<Keywords>,
    /// The classes of the model, by their numbers.
    triggers: Vec<TriggerId>,
    model: Model,
    /// Scores of ordinary messages: they set the thresholds where a channel has none of its own.
    ordinary: ScoreSketch,
}

/// The odds from which on each trigger is heard.
pub type Thresholds<'a> = &'a dyn Fn(&TriggerId) -> f32;

impl Recogniser {
    /// Trains on the triggers, with the models that ship.
    pub fn new<'a>(triggers: impl Iterator<Item = &'a Trigger> + Clone) -> Self {
        Self::learn(shipped(), triggers.map(TrainingData::of))
    }

    /// Knows all triggers of a library, and what they offer, with the models that ship. It is trained once: as long as
    /// anybody uses it, the same triggers give the same recogniser again.
    pub fn of(library: &Library) -> Arc<Self> {
        Self::remembering(library, None)
    }

    /// The same; a text that `cache` knows is not encoded again, and the cache knows every text then.
    pub fn remembering(library: &Library, cache: Option<&EmbeddingCache>) -> Arc<Self> {
        // A trigger that listens to numbers is not heard in what people write, whatever it offers.
        let heard = library.triggers.values().filter(|trigger| trigger.dip.is_none());
        let data = heard.map(|trigger| TrainingData::within(library, trigger));
        once::trained(data.clone(), || Self::train(shipped(), data, cache))
    }

    /// Trains on what is known of each trigger, with given models.
    pub fn learn<'a>(models: Arc<Models>, data: impl Iterator<Item = (TriggerId, TrainingData<'a>)> + Clone) -> Self {
        Self::train(models, data, None)
    }

    fn train<'a>(
        models: Arc<Models>,
        data: impl Iterator<Item = (TriggerId, TrainingData<'a>)> + Clone,
        cache: Option<&EmbeddingCache>,
    ) -> Self {
        let keywords = Keywords::new(data.clone());
        let (triggers, classes): (Vec<_>, Vec<_>) =
            data.map(|(id, data)| (id.clone(), (ClassId::new(id.as_str()), data.texts()))).unzip();
        Self::around(keywords, triggers, Model::train(models, &classes, cache))
    }

    fn around(keywords: Keywords, triggers: Vec<TriggerId>, model: Model) -> Self {
        let mut ordinary = ScoreSketch::default();
        for score in model.ordinary_scores() {
            ordinary.add(*score);
        }
        Self { keywords: Arc::new(keywords), triggers, model, ordinary }
    }

    /// A copy with one trigger trained anew, or one more, in a fraction of the time that all take. It shares what did not
    /// change.
    #[must_use]
    pub fn retrain_one(&self, id: &TriggerId, data: &TrainingData<'_>) -> Self {
        self.retrain(&[(id.clone(), data.clone())])
    }

    /// The same for several triggers, one after the other.
    #[must_use]
    pub fn retrain(&self, changes: &[(TriggerId, TrainingData<'_>)]) -> Self {
        let (mut keywords, mut triggers) = (Keywords::clone(&self.keywords), self.triggers.clone());
        let mut classes = Vec::new();
        for (id, data) in changes {
            if !triggers.contains(id) {
                triggers.push(id.clone());
            }
            keywords.replace(id, data.keywords);
            classes.push((ClassId::new(id.as_str()), data.texts()));
        }
        Self::around(keywords, triggers, self.model.retrain(&classes))
    }

    /// The needs that `text` may mean, strongest first, at most five; those that count are [`Need::is_heard`].
    ///
    /// `addressed`: it was put to Kairos, so that less is enough, and several misses are told and not only the nearest.
    pub fn hear(&self, text: &str, addressed: bool) -> Vec<Need> {
        let usual = if addressed { self.threshold_addressed() } else { self.threshold(USUAL_BUDGET, &[]) };
        self.hear_within(text, addressed, &|_| usual)
    }

    /// The odds from which on a need is heard that nobody put to Kairos: set by the first of `traffic` that knows the
    /// budget, the channel's own before its workspace's, or by the messages that ship.
    pub fn threshold(&self, budget: AlarmBudget, traffic: &[Arc<ScoreSketch>]) -> f32 {
        let own = traffic.iter().find(|sketch| sketch.knows(budget)).map(|sketch| sketch.threshold(budget));
        own.unwrap_or_else(|| self.ordinary.threshold(budget)).max(LEAST)
    }

    /// A threshold that people's taps moved by so many hundredths of a logarithm of odds: never so far that what is hardly likely is heard.
    pub fn moved(&self, threshold: f32, shift: i32) -> f32 {
        (threshold + shift as f32 / 100.0).max(LEAST)
    }

    /// The same for what was put to Kairos.
    pub fn threshold_addressed(&self) -> f32 {
        self.ordinary.threshold(ADDRESSED_BUDGET).max(LEAST)
    }

    /// [`Recogniser::hear`] with thresholds that were set elsewhere, e.g. from a channel's own traffic: the odds from
    /// which on each trigger is heard.
    pub fn hear_within(&self, text: &str, addressed: bool, threshold: Thresholds<'_>) -> Vec<Need> {
        self.hear_text(&mut self.model.text(text), addressed, threshold)
    }

    fn hear_text(&self, heard: &mut Text, addressed: bool, threshold: Thresholds<'_>) -> Vec<Need> {
        let mut needs: Vec<Need> = Vec::new();
        for (trigger, phrase) in self.keywords.find(heard.cleaned()) {
            if needs.iter().all(|need| need.trigger != *trigger) {
                let evidence = Evidence::Keyword { phrase: phrase.clone() };
                let threshold = shown(threshold(trigger));
                needs.push(Need { trigger: trigger.clone(), score: 1.0, threshold, evidence });
            }
        }
        let usual = self.threshold(USUAL_BUDGET, &[]);
        let more = |trigger: usize| threshold(&self.triggers[trigger]) - usual;
        let gate = if addressed { Gate::Open } else { Gate::PromisingFor(&more) };
        for (trigger, score) in strongest_few(&self.model.scores(heard, gate), TOLD) {
            let id = &self.triggers[trigger];
            if needs.iter().any(|need| need.trigger == *id) {
                continue;
            }
            let from = threshold(id);
            // Of what nobody asked for, the nearest miss is told and no other: evidence takes longer than the odds.
            if !addressed && score < from && needs.iter().any(|need| !need.is_heard()) {
                continue;
            }
            let Some(evidence) = self.evidence(trigger, heard, score >= from) else { continue };
            needs.push(Need { trigger: id.clone(), score: shown(score), threshold: shown(from), evidence });
        }
        needs.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.trigger.cmp(&b.trigger)));
        needs.truncate(TOLD);
        needs
    }

    /// [`Recogniser::hear_within`] of a message that goes on from others: the same person's of a moment ago ([`Recent`]), or
    /// the opening of its thread.
    ///
    /// A need of all together counts only where nothing was heard without the last message, nor in it alone: what was
    /// heard before has had its answer, and a text of several sentences resembles some other need soon enough. What is
    /// no stronger together than in parts is not looked at.
    pub fn hear_on(&self, before: &[String], text: &str, addressed: bool, threshold: Thresholds<'_>) -> Vec<Need> {
        let mut last = self.model.text(text);
        let mut needs = self.hear_text(&mut last, addressed, threshold);
        let is_any_heard = |needs: &[Need]| needs.iter().any(Need::is_heard);
        if before.is_empty() || is_any_heard(&needs) {
            return needs;
        }
        let so_far = before.join("\n");
        let mut together = self.model.text(&format!("{so_far}\n{text}"));
        let strength = self.model.strongest_at_first(&mut together);
        if strength <= self.model.strongest_at_first(&mut last) {
            return needs;
        }
        let mut so_far = self.model.text(&so_far);
        if strength <= self.model.strongest_at_first(&mut so_far)
            || is_any_heard(&self.hear_text(&mut so_far, addressed, threshold))
        {
            return needs;
        }
        for need in self.hear_text(&mut together, addressed, threshold) {
            let alone = needs.iter().find(|other| other.trigger == need.trigger).map(|other| other.score);
            if alone.is_none_or(|alone| need.score > alone) {
                needs.retain(|other| other.trigger != need.trigger);
                needs.push(need);
            }
        }
        needs.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.trigger.cmp(&b.trigger)));
        needs.truncate(TOLD);
        needs
    }

    /// How much a text resembles the example that is nearest to it, of whatever trigger.
    pub(super) fn nearest(&self, text: &str) -> f32 {
        self.model.similarity(&self.model.encoded(text))
    }

    /// How strongly each trigger is meant: the log-odds against no need, in the order of the triggers.
    pub fn scores(&self, text: &str) -> Vec<f32> {
        self.model.scores(&mut self.model.text(text), Gate::Promising)
    }

    /// The triggers, in the order of [`Recogniser::scores`].
    pub fn triggers(&self) -> &[TriggerId] {
        &self.triggers
    }

    /// What is missing for hearing as well as it could, in words for an operator; empty when all is there.
    pub fn notes(&self) -> &[String] {
        &self.model.models().notes
    }

    /// Bytes of the models in use.
    pub fn model_bytes(&self) -> usize {
        self.model.models().bytes
    }

    /// The example that is nearest, and (`closely`) those of its words that the message comes closest to.
    fn evidence(&self, trigger: usize, heard: &Text, closely: bool) -> Option<Evidence> {
        let nearest = self.model.nearest_positive(trigger, heard)?;
        let words = if closely { self.words(nearest, heard) } else { Vec::new() };
        Some(Evidence::Example { nearest: nearest.to_owned(), words })
    }

    /// The words of an example that a message comes closest to, of those that it has: what nobody wrote is no evidence.
    fn words(&self, example: &str, heard: &Text) -> Vec<String> {
        let mut by_word: Vec<(f32, String)> = Vec::new();
        let said: Vec<String> = words(heard.cleaned()).collect();
        for word in words(&clean(example)).filter(|word| said.contains(word)) {
            let weight = self.model.text(&word).similarity(heard);
            if weight > 0.1 && by_word.iter().all(|(_, known)| *known != word) {
                by_word.push((weight, word));
            }
        }
        by_word.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        by_word.into_iter().take(TOLD_WORDS).map(|(_, word)| word).collect()
    }
}

/// The models that ship, read once.
pub fn shipped() -> Arc<Models> {
    static SHIPPED: OnceLock<Arc<Models>> = OnceLock::new();
    Arc::clone(SHIPPED.get_or_init(|| Arc::new(Models::shipped())))
}

/// The language of a text as two letters, where it is not English; `und` where it is none that is known.
///
/// What is not English is met by its wording alone: the models would make chance of it.
pub fn other_language(text: &str) -> Option<&'static str> {
    recognition::other_language(&clean(text))
}

/// True when a text asks for something.
pub fn asks(text: &str) -> bool {
    recognition::asks(&clean(text))
}

/// Odds as people read them: from 0 to 1.
pub(super) fn shown(odds: f32) -> f32 {
    1.0 / (1.0 + (-odds).exp())
}

#[cfg(test)]
mod tests;
