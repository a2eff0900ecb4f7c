//! Recognises needs in what people write.
//!
//! Invariants
//! - Pure and in-process: the same text gives the same needs, in bounded time for any text.
//! - A message's own words never leave: evidence is made of the library's phrases.

mod clean;
mod frequencies;
mod keywords;
mod need_cues;
mod similarity;

use std::collections::HashMap;

use self::{
    clean::{clean, sentences},
    frequencies::Frequencies,
    keywords::Keywords,
    similarity::Features,
};
use super::{Evidence, Need};
use crate::library::{Trigger, TriggerId};

/// The score from which on an overheard message counts as a need. Chosen by reading what fires in real chat.
const OVERHEARD: f32 = 0.5;
/// The score from which on a question put to Kairos is answered: whoever asks wants the nearest thing we have.
const ADDRESSED: f32 = 0.3;
/// What asking adds to a resemblance.
const ASKING_BONUS: f32 = 0.08;
/// Resemblances below this are chance.
const CHANCE: f32 = 0.12;
/// Sentences of one message that are looked at by themselves.
const SENTENCES: usize = 12;
/// Needs that are told of one message.
const TOLD: usize = 5;

/// Knows every trigger's phrases and examples.
#[derive(Debug)]
pub struct Recogniser {
    frequencies: Frequencies,
    keywords: Keywords,
    triggers: Vec<TriggerId>,
    examples: Vec<Example>,
    /// Feature to the examples that have it, with their weights.
    postings: HashMap<u64, Vec<(u32, f32)>>,
}

#[derive(Debug)]
struct Example {
    trigger: usize,
    /// False for what sounds alike and means something else.
    alike: bool,
    text: String,
}

/// How a text resembles one trigger.
#[derive(Clone, Copy, Default)]
struct Resemblance {
    /// The three best examples, best first: example and cosine.
    best: [(u32, f32); 3],
    unlike: f32,
}

impl Recogniser {
    /// Learns the triggers.
    pub fn new<'a>(triggers: impl Iterator<Item = &'a Trigger> + Clone) -> Self {
        let frequencies = Frequencies::new();
        let keywords = Keywords::new(triggers.clone());
        let mut examples = Vec::new();
        let mut postings: HashMap<u64, Vec<(u32, f32)>> = HashMap::new();
        let mut ids = Vec::new();
        for (index, trigger) in triggers.enumerate() {
            ids.push(trigger.id.clone());
            let alike = trigger.examples.iter().map(|text| (true, text));
            for (alike, text) in alike.chain(trigger.unlike.iter().map(|text| (false, text))) {
                let number = u32::try_from(examples.len()).unwrap_or(u32::MAX);
                for (feature, weight) in Features::of(&clean(text), &frequencies).weights {
                    postings.entry(feature).or_default().push((number, weight));
                }
                examples.push(Example { trigger: index, alike, text: text.clone() });
            }
        }
        Self { frequencies, keywords, triggers: ids, examples, postings }
    }

    /// The needs that `text` may mean, strongest first, at most five; those that count are [`Need::is_heard`].
    ///
    /// `addressed`: it was put to Kairos, so that less is enough.
    pub fn hear(&self, text: &str, addressed: bool) -> Vec<Need> {
        let cleaned = clean(text);
        let threshold = if addressed { ADDRESSED } else { OVERHEARD };
        let bonus = if need_cues::asks(&cleaned) { ASKING_BONUS } else { 0.0 };
        let mut needs: Vec<Need> = Vec::new();
        for (trigger, phrase) in self.keywords.find(&cleaned) {
            if needs.iter().all(|need| need.trigger != *trigger) {
                let evidence = Evidence::Keyword { phrase: phrase.clone() };
                needs.push(Need { trigger: trigger.clone(), score: 1.0, threshold, evidence });
            }
        }
        let whole = Features::of(&cleaned, &self.frequencies);
        let mut resemblances = vec![Resemblance::default(); self.triggers.len()];
        self.compare(&whole, &mut resemblances);
        for sentence in sentences(&cleaned, SENTENCES) {
            self.compare(&Features::of(sentence, &self.frequencies), &mut resemblances);
        }
        for (trigger, resemblance) in self.triggers.iter().zip(&resemblances) {
            let score = resemblance.score();
            if score < CHANCE || needs.iter().any(|need| need.trigger == *trigger) {
                continue;
            }
            let evidence = self.evidence(resemblance.best[0].0, &whole);
            needs.push(Need { trigger: trigger.clone(), score: (score + bonus).min(1.0), threshold, evidence });
        }
        needs.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.trigger.cmp(&b.trigger)));
        needs.truncate(TOLD);
        needs
    }

    fn compare(&self, text: &Features, resemblances: &mut [Resemblance]) {
        let mut cosines: HashMap<u32, f32> = HashMap::new();
        for (feature, weight) in &text.weights {
            for (example, other) in self.postings.get(feature).into_iter().flatten() {
                *cosines.entry(*example).or_default() += weight * other;
            }
        }
        for (number, cosine) in cosines {
            let cosine = cosine * text.substance;
            let example = &self.examples[number as usize];
            let resemblance = &mut resemblances[example.trigger];
            if example.alike {
                resemblance.take(number, cosine);
            } else {
                resemblance.unlike = resemblance.unlike.max(cosine);
            }
        }
    }

    fn evidence(&self, nearest: u32, said: &Features) -> Evidence {
        let text = &self.examples[nearest as usize].text;
        let mut shared: Vec<(f32, String)> = Vec::new();
        for (id, word) in Features::of(&clean(text), &self.frequencies).words {
            let weight = said.weights.binary_search_by_key(&id, |(feature, _)| *feature).map(|at| said.weights[at].1);
            if let Ok(weight) = weight
                && shared.iter().all(|(_, other)| *other != word)
            {
                shared.push((weight, word));
            }
        }
        shared.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let words = shared.into_iter().take(3).map(|(_, word)| word).collect();
        Evidence::Example { nearest: text.clone(), words }
    }
}

impl Resemblance {
    fn take(&mut self, number: u32, cosine: f32) {
        if let Some(known) = self.best.iter_mut().find(|(example, best)| *example == number && *best > 0.0) {
            known.1 = known.1.max(cosine);
        } else if cosine > self.best[2].1 {
            self.best[2] = (number, cosine);
        }
        // The number breaks ties, so that the order in which examples come does not matter.
        self.best.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    }

    /// Mostly the nearest example, a little the next two; less where an "unlike" is as near.
    fn score(&self) -> f32 {
        let nearest = self.best[0].1;
        if nearest <= 0.0 {
            return 0.0;
        }
        let three = self.best.iter().map(|(_, cosine)| cosine).sum::<f32>() / 3.0;
        let doubt = (self.unlike / nearest).powi(4);
        (0.8 * nearest + 0.2 * three) / (1.0 + doubt)
    }
}

/// True when a text asks for something.
pub fn asks(text: &str) -> bool {
    need_cues::asks(&clean(text))
}
