//! One look at a message: how far each trigger stands from "no need", by meaning and wording.
//!
//! Invariants
//! - Without a model for meaning, wording alone decides; nothing else changes.

use std::borrow::Cow;

use recognition::{Classifier, Crowd, Features, Lesson, Statistics, Training, likeness};

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
    fn cut(&self) -> Cow<'_, Self> {
        if self.features.len() <= Statistics::KEPT {
            return Cow::Borrowed(self);
        }
        let mut cut = self.clone();
        cut.features.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        cut.features.truncate(Statistics::KEPT);
        cut.features.sort_unstable_by_key(|(bucket, _)| *bucket);
        Cow::Owned(cut)
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

/// Up to so many triggers are told from each other; more of them each by itself from what people write all day, which
/// knows less and takes no longer the more there are.
const MOST_TOGETHER: usize = 500;

/// What was learnt of all triggers.
#[derive(Debug)]
pub(super) enum Look {
    /// Told from each other.
    Together(Classifier),
    /// Each by itself.
    Apart(Crowd),
}

impl Look {
    /// Learns `triggers` triggers from texts.
    pub(super) fn learn<'a>(triggers: usize, texts: impl Iterator<Item = (Meant, &'a Seen)>) -> Self {
        let texts: Vec<(Meant, Cow<'_, Seen>)> = texts.map(|(meant, seen)| (meant, seen.cut())).collect();
        let lessons = lessons(&texts);
        let dims = lessons.iter().map(|lesson| lesson.dense.len()).max().unwrap_or(0);
        if triggers > MOST_TOGETHER {
            return Self::Apart(Crowd::of(triggers, dims, &lessons));
        }
        Self::Together(Training::default().classifier(triggers + 1, dims, &lessons))
    }

    /// Learns one trigger anew, or the next, from all texts; the others stay as they are.
    pub(super) fn relearn<'a>(&mut self, trigger: usize, texts: impl Iterator<Item = (Meant, &'a Seen)>) {
        match self {
            Self::Together(_) if trigger >= MOST_TOGETHER => {
                *self = Self::learn(trigger + 1, texts);
            }
            Self::Together(classifier) => {
                let texts: Vec<(Meant, Cow<'_, Seen>)> = texts.map(|(meant, seen)| (meant, seen.cut())).collect();
                Training::default().relearn(classifier, trigger + 1, &lessons(&texts));
            }
            Self::Apart(crowd) => {
                let own = texts
                    .filter(|(meant, _)| matches!(meant, Meant::Need(own) | Meant::Described(own) if *own == trigger));
                let own: Vec<(Meant, Cow<'_, Seen>)> = own.map(|(meant, seen)| (meant, seen.cut())).collect();
                crowd.learn(trigger + 1, &lessons(&own));
            }
        }
    }

    /// For each trigger, the logarithm of the odds that its need is meant and not none.
    pub(super) fn odds(&self, seen: &Seen) -> Vec<f32> {
        self.odds_and_none(seen).0
    }

    /// [`Look::odds`], and how much speaks for none by itself; `None` where each trigger is known by odds alone.
    pub(super) fn odds_and_none(&self, seen: &Seen) -> (Vec<f32>, Option<f32>) {
        let classifier = match self {
            Self::Together(classifier) => classifier,
            Self::Apart(crowd) => return (crowd.odds(&seen.dense, &seen.features), None),
        };
        let mut logits = Vec::with_capacity(classifier.classes() + 8);
        classifier.logits(&seen.dense, &seen.features, &mut logits);
        let none = logits[0];
        (logits.iter().skip(1).map(|logit| logit - none).collect(), Some(none))
    }
}

fn lessons<'a>(texts: &'a [(Meant, Cow<'_, Seen>)]) -> Vec<Lesson<'a>> {
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
