//! Texts as the two stages see them: whole while they are scored, in eight bits while they are kept.
//!
//! Invariants
//! - Without a model for meaning, wording alone decides; nothing else changes.
//! - Of a text in a language that the models don't know, meaning is zero: what they would make of it is chance.

use std::{
    num::NonZeroUsize,
    panic::resume_unwind,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::{
    DIMS, EmbeddingCache, Features, HIDDEN, Models, asks, clean, dot_product::dot, embedding::Embedding,
    lexical::likeness, other_language, recent_embeddings::RecentEmbeddings,
};

/// How much meaning says beside wording, by weight in the cosine (MATCHING.md).
pub(crate) const MEANING: f32 = 0.7;
/// What asking adds to the odds: a bonus, never a gate, since many need something without asking.
const ASKING_BONUS: f32 = 1.5;
/// What a text of everyday words alone loses: it resembles much and means little.
const LOW_CONTENT_PENALTY: f32 = 1.0;
/// Word pieces of stage 1.
const MOST_PIECES: usize = 256;
/// Word pieces of stage 2: what somebody needs is said by then, and time grows with every piece.
const MOST_PIECES_ENCODED: usize = 62;

/// Threads that encode together, at most.
const MOST_THREADS: usize = 8;
/// Texts of about one length that are encoded together; fewer are not worth a thread.
const TOGETHER: usize = 16;

/// A text while it is scored.
#[derive(Debug)]
pub struct Text {
    cleaned: String,
    bonus: f32,
    is_foreign: bool,
    ids: Vec<u32>,
    /// Its wording, weighed.
    pub(crate) wording: Features,
    /// Its meaning at stage 1, weighed; empty without a model.
    pub(crate) first: Vec<f32>,
    /// Its meaning at stage 2, weighed; made when it is needed: it takes a hundred times as long.
    pub(crate) second: Option<Vec<f32>>,
    /// How strong the strongest class is at stage 1, once a model has said so.
    pub(crate) strongest: Option<f32>,
}

impl Text {
    /// A text at stage 1.
    pub fn new(models: &Models, text: &str) -> Self {
        let cleaned = clean(text);
        let mut wording = models.statistics.lexical.features(&cleaned);
        let share = wording_share(models);
        wording.iter_mut().for_each(|(_, weight)| *weight *= share);
        let mut ids = Vec::new();
        let is_foreign = other_language(&cleaned).is_some();
        let first = match &models.first {
            Some(first) if !is_foreign => {
                first.pieces.cut(&cleaned, MOST_PIECES, &mut ids);
                first.table.embed(&ids).map(|value| value * MEANING.sqrt()).to_vec()
            }
            Some(_) => vec![0.0; DIMS],
            None => Vec::new(),
        };
        let bonus = bonus(asks(&cleaned), models.statistics.lexical.substance(&cleaned));
        Self { cleaned, bonus, is_foreign, ids, wording, first, second: None, strongest: None }
    }

    /// A text at both stages.
    pub fn encoded(models: &Models, text: &str) -> Self {
        let mut text = Self::new(models, text);
        text.encode(models, None);
        text
    }

    /// What the person said.
    pub fn cleaned(&self) -> &str {
        &self.cleaned
    }

    /// True for a text that the models can't read.
    pub fn is_foreign(&self) -> bool {
        self.is_foreign
    }

    /// What its manner adds to the odds of any class.
    pub(crate) fn bonus(&self) -> f32 {
        self.bonus
    }

    /// Makes its meaning for stage 2, unless the same was encoded recently; true where there is an encoder.
    pub(crate) fn encode(&mut self, models: &Models, recent: Option<&Mutex<RecentEmbeddings>>) -> bool {
        let Some(second) = &models.second else { return false };
        if self.second.is_some() {
            return true;
        }
        let held = || recent.map(|recent| recent.lock().unwrap_or_else(PoisonError::into_inner));
        let key = recent.map(|_| RecentEmbeddings::key(&self.cleaned));
        let known = key.and_then(|key| held()?.get(&key)).filter(|_| !self.is_foreign);
        let vector = if self.is_foreign {
            vec![0.0; HIDDEN]
        } else if let Some(known) = known {
            known.to_vec()
        } else {
            let vector = second.encoder.embed(self.pieces());
            if let (Some(mut held), Some(key)) = (held(), key) {
                held.put(key, vector.as_slice().into());
            }
            vector
        };
        self.second = Some(weighed(&vector));
        true
    }

    fn pieces(&self) -> &[u32] {
        &self.ids[..self.ids.len().min(MOST_PIECES_ENCODED)]
    }

    /// How alike two texts are, by the most thorough stage that both had: 1 is the same, 0 is chance.
    pub fn similarity(&self, other: &Self) -> f32 {
        let dense = match (&self.second, &other.second) {
            (Some(ours), Some(theirs)) => dot(ours, theirs),
            _ => dot(&self.first, &other.first),
        };
        dense + likeness((&[], &self.wording), (&[], &other.wording))
    }
}

fn weighed(vector: &[f32]) -> Vec<f32> {
    vector.iter().map(|value| value * MEANING.sqrt()).collect()
}

/// What the manner of a text adds to the odds of any class, whatever it is about.
pub(crate) fn bonus(asks: bool, substance: f32) -> f32 {
    let asking = if asks { ASKING_BONUS } else { 0.0 };
    asking - LOW_CONTENT_PENALTY * (1.0 - substance)
}

/// What wording weighs beside meaning, or alone.
pub(crate) fn wording_share(models: &Models) -> f32 {
    if models.first.is_some() { (1.0 - MEANING).sqrt() } else { 1.0 }
}

/// A text that is kept, to train on and to compare with: about a kilobyte.
#[derive(Clone, Debug)]
pub struct StoredText {
    /// Its meaning at stage 1; `None` without a model.
    pub(crate) first: Option<Embedding>,
    /// The same at stage 2.
    pub(crate) second: Option<Embedding>,
    wording: Box<[PackedFeature]>,
}

/// A bucket in the high bits, its weight in the low ones.
#[derive(Clone, Copy, Debug)]
struct PackedFeature(u32);

const WEIGHT_BITS: u32 = 14;
const MOST_WEIGHT: f32 = ((1 << WEIGHT_BITS) - 1) as f32;

impl PackedFeature {
    fn of(bucket: u32, weight: f32) -> Self {
        Self(bucket << WEIGHT_BITS | (weight.clamp(0.0, 1.0) * MOST_WEIGHT).round() as u32)
    }

    fn bucket(self) -> u32 {
        self.0 >> WEIGHT_BITS
    }

    fn weight(self) -> f32 {
        (self.0 & MOST_WEIGHT as u32) as f32 / MOST_WEIGHT
    }
}

impl StoredText {
    /// Texts at both stages, by all cores of the machine. A text that `cache` knows is not encoded again.
    pub fn all(models: &Models, texts: &[&str], cache: Option<&EmbeddingCache>) -> Vec<Self> {
        // Texts of a length go together.
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|at| texts[*at].len());
        let shares: Vec<&[usize]> = order.chunks(TOGETHER).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done: Vec<(usize, Self)> = Vec::new();
            while let Some(share) = shares.get(next.fetch_add(1, Ordering::Relaxed)) {
                let own: Vec<&str> = share.iter().map(|at| texts[*at]).collect();
                done.extend(share.iter().copied().zip(Self::together(models, &own, cache)));
            }
            done
        };
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let others = cores.min(MOST_THREADS).min(shares.len()).saturating_sub(1);
        let mut all = thread::scope(|scope| {
            let others: Vec<_> = (0..others).map(|_| scope.spawn(work)).collect();
            let mut all = work();
            for other in others {
                all.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
            }
            all
        });
        all.sort_unstable_by_key(|(at, _)| *at);
        all.into_iter().map(|(_, text)| text).collect()
    }

    fn together(models: &Models, texts: &[&str], cache: Option<&EmbeddingCache>) -> Vec<Self> {
        let begun: Vec<Text> = texts.iter().map(|text| Text::new(models, text)).collect();
        let mut stored: Vec<Self> = begun.iter().map(|text| Self::of(models, text)).collect();
        let Some(second) = &models.second else { return stored };
        let mut unknown = Vec::new();
        for (at, (text, kept)) in begun.iter().zip(&mut stored).enumerate() {
            kept.second = if text.is_foreign {
                Some(Embedding::of(&[0.0; HIDDEN]))
            } else {
                cache.and_then(|cache| cache.get(texts[at]))
            };
            if kept.second.is_none() {
                unknown.push(at);
            }
        }
        let pieces: Vec<&[u32]> = unknown.iter().map(|at| begun[*at].pieces()).collect();
        for (at, vector) in unknown.into_iter().zip(second.encoder.embed_all(&pieces)) {
            let embedding = Embedding::of(&vector);
            if let Some(cache) = cache {
                cache.put(texts[at], embedding.clone());
            }
            stored[at].second = Some(embedding);
        }
        stored
    }

    fn of(models: &Models, text: &Text) -> Self {
        let first = models.first.as_ref().map(|_| {
            let unit: Vec<f32> = text.first.iter().map(|value| value / MEANING.sqrt()).collect();
            Embedding::of(&unit)
        });
        let wording = text.wording.iter().map(|(bucket, weight)| PackedFeature::of(*bucket, *weight)).collect();
        Self { first, second: None, wording }
    }

    /// Its wording, weighed.
    pub(crate) fn wording(&self) -> Features {
        self.wording.iter().map(|feature| (feature.bucket(), feature.weight())).collect()
    }

    /// The same at stage 1 or 2, with what the background has as well.
    pub(crate) fn meaning(&self, stage: usize) -> Option<&Embedding> {
        if stage == 1 { self.first.as_ref() } else { self.second.as_ref() }
    }

    /// How alike the two are, by the most thorough stage that both had: 1 is the same, 0 is chance.
    pub fn similarity(&self, text: &Text) -> f32 {
        let dense = match (&self.second, &text.second, &self.first) {
            (Some(ours), Some(theirs), _) => ours.dot(theirs),
            (_, _, Some(ours)) => ours.dot(&text.first),
            _ => 0.0,
        };
        MEANING.sqrt() * dense + self.shared_wording(&text.wording)
    }

    fn shared_wording(&self, wording: &[(u32, f32)]) -> f32 {
        let mut rest = wording.iter().peekable();
        let mut sum = 0.0;
        for feature in &self.wording {
            while rest.next_if(|(bucket, _)| *bucket < feature.bucket()).is_some() {}
            if let Some((_, weight)) = rest.next_if(|(bucket, _)| *bucket == feature.bucket()) {
                sum += feature.weight() * weight;
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_kept_compares_as_the_text_itself() {
        let models = Models::shipped();
        let texts = ["the buyer says it is too expensive", "client pushes back on the price", "lunch at noon?", ""];
        let stored = StoredText::all(&models, &texts, None);
        for (kept, text) in stored.iter().zip(texts) {
            let own = Text::encoded(&models, text);
            for other in texts {
                let other = Text::encoded(&models, other);
                let (kept, whole) = (kept.similarity(&other), own.similarity(&other));
                assert!((kept - whole).abs() < 5e-3, "{text}: {kept} {whole}");
            }
        }
    }
}
