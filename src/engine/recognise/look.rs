//! One look at a message: how far each trigger stands from "no need", by meaning and wording.
//!
//! Invariants
//! - Without a model for meaning, wording alone decides; nothing else changes.

use meaning::{Classifier, Features, Lesson, Statistics, Training, likeness};

/// How much meaning and wording say, by weight in the cosine (MATCHING.md).
pub(super) const MEANING: f32 = 0.7;
/// What teaches none, for each background line; a trigger's own lessons count one.
const BACKGROUND_WEIGHT: f32 = 0.25;
/// What a description of the need teaches beside a message that means it.
const DESCRIBED_WEIGHT: f32 = 0.5;

/// A text as a look sees it.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// By meaning; empty without a model.
    dense: Vec<f32>,
    /// By wording.
    features: Features,
}

impl Seen {
    /// Weighs meaning (a vector of length one, or none) and wording against each other.
    pub(super) fn new(meaning: &[f32], wording: &Features) -> Self {
        let (a, b) = if meaning.is_empty() { (0.0, 1.0) } else { (MEANING.sqrt(), (1.0 - MEANING).sqrt()) };
        Self {
            dense: meaning.iter().map(|value| value * a).collect(),
            features: wording.iter().map(|(bucket, weight)| (*bucket, weight * b)).collect(),
        }
    }

    /// Its meaning, weighed.
    pub(super) fn dense(&self) -> &[f32] {
        &self.dense
    }

    /// With its heaviest features only: the others cost time and teach nothing that could be measured.
    fn cut(mut self) -> Self {
        if self.features.len() > Statistics::KEPT {
            self.features.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            self.features.truncate(Statistics::KEPT);
            self.features.sort_unstable_by_key(|(bucket, _)| *bucket);
        }
        self
    }

    /// How alike two texts are: 1 is the same, 0 is chance.
    pub(super) fn likeness(&self, other: &Self) -> f32 {
        likeness((&self.dense, &self.features), (&other.dense, &other.features))
    }
}

/// What a text was given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meant {
    /// The need of the trigger with this number.
    Need(usize),
    /// A description of that need.
    Described(usize),
    /// Something that sounds like that need and is none.
    Alike(usize),
    /// What people write all day.
    Background,
}

impl Meant {
    /// The trigger that said it.
    pub(super) fn whose(self) -> Option<usize> {
        match self {
            Self::Need(trigger) | Self::Described(trigger) | Self::Alike(trigger) => Some(trigger),
            Self::Background => None,
        }
    }
}

/// What was learnt of all triggers.
#[derive(Debug)]
pub(super) struct Look {
    classifier: Classifier,
}

impl Look {
    /// Learns `triggers` triggers from texts.
    pub(super) fn learn<'a>(triggers: usize, texts: impl Iterator<Item = (Meant, &'a Seen)>) -> Self {
        let texts: Vec<(Meant, Seen)> = texts.map(|(meant, seen)| (meant, seen.clone().cut())).collect();
        let lessons = lessons(&texts);
        let dims = lessons.iter().map(|lesson| lesson.dense.len()).max().unwrap_or(0);
        Self { classifier: Training::default().classifier(triggers + 1, dims, &lessons) }
    }

    /// Learns one trigger anew, or the next, from all texts; the others stay as they are.
    pub(super) fn relearn<'a>(&mut self, trigger: usize, texts: impl Iterator<Item = (Meant, &'a Seen)>) {
        let texts: Vec<(Meant, Seen)> = texts.map(|(meant, seen)| (meant, seen.clone().cut())).collect();
        Training::default().relearn(&mut self.classifier, trigger + 1, &lessons(&texts));
    }

    /// For each trigger, the logarithm of the odds that its need is meant and not none.
    pub(super) fn odds(&self, seen: &Seen) -> Vec<f32> {
        let mut logits = Vec::with_capacity(self.classifier.classes() + 8);
        self.classifier.logits(&seen.dense, &seen.features, &mut logits);
        let none = logits[0];
        logits.iter().skip(1).map(|logit| logit - none).collect()
    }
}

fn lessons(texts: &[(Meant, Seen)]) -> Vec<Lesson<'_>> {
    texts
        .iter()
        .map(|(meant, seen)| {
            let (class, weight) = match *meant {
                Meant::Need(trigger) => (trigger + 1, 1.0),
                Meant::Described(trigger) => (trigger + 1, DESCRIBED_WEIGHT),
                Meant::Alike(_) => (0, 1.0),
                Meant::Background => (0, BACKGROUND_WEIGHT),
            };
            Lesson { dense: &seen.dense, sparse: &seen.features, class, weight }
        })
        .collect()
}
