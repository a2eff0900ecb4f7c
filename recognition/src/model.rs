//! A model of all classes: trained on labelled texts, with one class trained anew on a copy, and asked for scores.
//!
//! Every text passes stage 1, which is quick; the few that are promising pass stage 2, the re-ranker.
//!
//! Invariants
//! - A text without stage 2 never scores as high as one with it. Without the sentence encoder stage 1 decides alone.
//! - A model never changes. A copy with some classes trained anew shares all other parts with it.
//! - What speaks for other classes lowers all alike: it never changes which is the strongest.

use std::{
    panic::resume_unwind,
    sync::{Arc, Mutex},
    thread,
};

use crate::{
    EmbeddingCache, Models, add_to_all,
    class::{Class, ClassId, ClassTexts},
    others,
    recent_embeddings::RecentEmbeddings,
    stage::{MOST_JOINT, Stage, changed_wording, ordinary_lines, wording_of},
    strongest, strongest_few,
    text::{Text, bonus},
};

/// The share of ordinary messages that pass the gate to stage 2. People say what they need in words that nobody typed as an
/// example: a narrow gate throws away what the encoder learnt (`models/README.md`, "What stage 1 lets through"). Stage 2
/// takes about a millisecond.
const GATE_SHARE: f64 = 0.2;
/// Steps in which the gate is set, in log-odds, and the farthest that it may be.
const GATE_STEP: f32 = 0.02;
const FARTHEST: f32 = 30.0;
/// What a text without stage 2 loses.
const UNPROMISING: f32 = 20.0;

/// What it adds to the odds that the nearest three examples are as similar as can be, and not at right angles.
const SIMILARITY: f32 = 12.0;
/// The similarity that neither adds nor takes: what ordinary messages seldom reach.
const USUAL_SIMILARITY: f32 = 0.45;
/// How much it lowers the odds that other classes are as likely: a message that means one need seldom sounds like three.
const COMPETITION_PENALTY: f32 = 0.5;
/// How much of what speaks for "none" counts against a class. Somebody who needs nothing that we know may speak as little
/// like a day's chatter as whoever does: then what speaks for the class itself tells more. Chosen on CLINC150's validation file.
const NONE: f32 = 0.7;
/// What speaks for "none" where that share changes nothing: between messages that mean a need and chatter.
const USUAL_NONE: f32 = 4.0;
/// Classes whose examples are compared.
const LIKELIEST: usize = 32;

/// Which texts pass on to stage 2.
#[derive(Clone, Copy)]
pub enum Gate<'a> {
    /// Any.
    Open,
    /// Those that are among the strongest of ordinary messages.
    Promising,
    /// The same; so much more than usual is asked of each class, by its number, to count, and at stage 1 as well.
    PromisingFor(&'a dyn Fn(usize) -> f32),
}

/// A trained model.
#[derive(Clone, Debug)]
pub struct Model {
    models: Arc<Models>,
    classes: Vec<Arc<Class>>,
    first: Stage,
    second: Option<Stage>,
    /// From this score on at stage 1, stage 2 is worth its time.
    gate: f32,
    /// The highest scores of ordinary messages.
    ordinary: Arc<[f32]>,
    /// What was encoded a moment ago; copies share it, since the encoder is the same.
    recent: Arc<Mutex<RecentEmbeddings>>,
}

impl Model {
    /// Trains all classes. `cache` spares encoding what was encoded before, and remembers what was not.
    pub fn train(models: Arc<Models>, classes: &[(ClassId, ClassTexts<'_>)], cache: Option<&EmbeddingCache>) -> Self {
        let classes = Class::all(&models, classes, cache);
        let recent = Arc::default();
        Self::of(models, classes, recent)
    }

    fn of(models: Arc<Models>, classes: Vec<Arc<Class>>, recent: Arc<Mutex<RecentEmbeddings>>) -> Self {
        let wording = wording_of(&classes);
        let (first, second) = both(&models, |stage| Stage::train(&models, stage, &classes, wording.as_ref()));
        Self { models, classes, first, second, gate: f32::MIN, ordinary: Arc::default(), recent }.measured()
    }

    /// A copy with one class trained anew, or one more, in a fraction of the time that all take.
    #[must_use]
    pub fn retrain_one(&self, id: &ClassId, texts: &ClassTexts<'_>) -> Self {
        self.retrain(&[(id.clone(), texts.clone())])
    }

    /// The same for several classes, one after the other.
    #[must_use]
    pub fn retrain(&self, changes: &[(ClassId, ClassTexts<'_>)]) -> Self {
        let mut classes = self.classes.clone();
        let mut changed = Vec::new();
        for class in Class::all(&self.models, changes, None) {
            let number = classes.iter().position(|other| other.id == class.id).unwrap_or(classes.len());
            if number == classes.len() {
                classes.push(class);
            } else {
                classes[number] = class;
            }
            changed.push(number);
        }
        if classes.len() > MOST_JOINT && matches!(self.first, Stage::Joint(_)) {
            return Self::of(Arc::clone(&self.models), classes, Arc::clone(&self.recent));
        }
        let wording = changed_wording(&self.first, &classes, &changed);
        let (first, second) = both(&self.models, |stage| {
            let before = if stage == 1 { Some(&self.first) } else { self.second.as_ref() };
            let retrained = before
                .map(|stage_before| stage_before.retrain(&self.models, stage, (&classes, &changed), wording.as_ref()));
            retrained.unwrap_or_else(|| Stage::train(&self.models, stage, &classes, wording.as_ref()))
        });
        Self { classes, first, second, ..self.clone() }.measured()
    }

    /// What ordinary messages reach decides where the gate stands, and is told to whoever sets thresholds.
    fn measured(mut self) -> Self {
        let bonuses: Vec<f32> =
            self.models.statistics.traffic.iter().map(|line| bonus(line.asks, line.substance)).collect();
        let firsts: Vec<Option<f32>> = ordinary_lines(&self.models, 1)
            .zip(&bonuses)
            .map(|((dense, wording), bonus)| Some(strongest(&self.first.odds(&dense, &wording).0)?.1 + bonus))
            .collect();
        let Some(second) = &self.second else {
            self.ordinary = firsts.into_iter().flatten().collect();
            return self;
        };
        let gate = gate_of(firsts.iter().copied().flatten().collect());
        let mut scores = Vec::with_capacity(firsts.len());
        for (((dense, wording), bonus), first) in ordinary_lines(&self.models, 2).zip(&bonuses).zip(firsts) {
            let Some(first) = first else { continue };
            let score = if first >= gate {
                strongest(&self.reranked(second, &dense, &wording, false, *bonus)).map(|(_, score)| score)
            } else {
                Some(first - UNPROMISING)
            };
            scores.extend(score);
        }
        self.gate = gate;
        self.ordinary = scores.into();
        self
    }

    /// What turns text into numbers.
    pub fn models(&self) -> &Models {
        &self.models
    }

    /// The number of a class: its place in [`Model::scores`].
    pub fn number_of(&self, id: &ClassId) -> Option<usize> {
        self.classes.iter().position(|class| class.id == *id)
    }

    /// The highest score that each of many ordinary messages reached, with which nothing was trained: thresholds are set by
    /// them where nothing better is known.
    pub fn ordinary_scores(&self) -> &[f32] {
        &self.ordinary
    }

    /// A text at stage 1.
    pub fn text(&self, text: &str) -> Text {
        Text::new(&self.models, text)
    }

    /// A text at both stages.
    pub fn encoded(&self, text: &str) -> Text {
        Text::encoded(&self.models, text)
    }

    /// How strong the strongest class is at stage 1.
    pub fn strongest_at_first(&self, text: &mut Text) -> f32 {
        if let Some(known) = text.strongest {
            return known;
        }
        let odds = self.first.odds(&text.first, &text.wording).0;
        let found = strongest(&odds).map_or(f32::MIN, |(_, odds)| odds + text.bonus());
        text.strongest = Some(found);
        found
    }

    /// For each class, the log-odds that the text is of it and not of none.
    pub fn scores(&self, text: &mut Text, gate: Gate<'_>) -> Vec<f32> {
        let mut first = self.first.odds(&text.first, &text.wording).0;
        let bonus = text.bonus();
        let top = strongest(&first).map(|(_, odds)| odds + bonus);
        text.strongest = Some(top.unwrap_or(f32::MIN));
        let Some(second) = &self.second else {
            add_to_all(&mut first, bonus);
            return first;
        };
        let among_strongest = top.is_some_and(|odds| odds >= self.gate);
        let is_promising = match gate {
            Gate::Open => true,
            Gate::Promising => among_strongest,
            Gate::PromisingFor(more) => {
                let asked = |class: usize| self.gate + more(class).max(0.0);
                let passes = |(class, odds): (usize, &f32)| odds + bonus >= self.gate && odds + bonus >= asked(class);
                among_strongest && first.iter().enumerate().any(passes)
            }
        };
        if is_promising && text.encode(&self.models, Some(&self.recent)) {
            let dense = text.second.as_deref().unwrap_or_default();
            return self.reranked(second, dense, &text.wording, text.is_foreign(), bonus);
        }
        add_to_all(&mut first, bonus - UNPROMISING);
        first
    }

    /// Stage 2: what it says of each class, how similar the nearest examples are, and how much speaks for others.
    ///
    /// Of a text in a language that the models don't know, nothing is near or far.
    fn reranked(&self, stage: &Stage, dense: &[f32], wording: &[(u32, f32)], is_foreign: bool, bonus: f32) -> Vec<f32> {
        let (odds, none) = stage.odds(dense, wording);
        let mut scores = odds.clone();
        if is_foreign {
            add_to_all(&mut scores, bonus);
            return scores;
        }
        for (class, _) in strongest_few(&odds, LIKELIEST) {
            scores[class] += SIMILARITY * self.classes[class].k_nearest_similarity(dense);
        }
        let competition = COMPETITION_PENALTY * others(&odds, strongest(&scores).map(|(class, _)| class));
        let spared = none.map_or(0.0, |none| (1.0 - NONE) * (none - USUAL_NONE));
        add_to_all(&mut scores, bonus + spared - SIMILARITY * USUAL_SIMILARITY - competition);
        scores
    }

    /// The positive of a class that is most similar to a text.
    pub fn nearest_positive(&self, class: usize, text: &Text) -> Option<&str> {
        self.classes.get(class)?.nearest_positive(text).map(|(nearest, _)| nearest)
    }

    /// The highest similarity of a text with a positive of any class.
    pub fn similarity(&self, text: &Text) -> f32 {
        let all = self.classes.iter().filter_map(|class| class.nearest_positive(text));
        all.map(|(_, similarity)| similarity).fold(0.0, f32::max)
    }

    /// The highest similarity of a text with any text that a class was trained on.
    pub fn similarity_with(&self, class: usize, text: &Text) -> f32 {
        self.classes.get(class).map_or(0.0, |class| class.similarity(text))
    }
}

/// Both stages at the same time.
fn both(models: &Models, make: impl Fn(usize) -> Stage + Sync) -> (Stage, Option<Stage>) {
    thread::scope(|scope| {
        let first = scope.spawn(|| make(1));
        let second = models.second.as_ref().map(|_| make(2));
        (first.join().unwrap_or_else(|panic| resume_unwind(panic)), second)
    })
}

/// The score that no more than the gate's share of ordinary messages reached.
fn gate_of(mut scores: Vec<f32>) -> f32 {
    scores.sort_by(|a, b| b.total_cmp(a));
    let allowed = (scores.len() as f64 * GATE_SHARE).floor() as usize;
    let Some(score) = scores.get(allowed) else { return FARTHEST };
    ((score.clamp(-FARTHEST, FARTHEST) / GATE_STEP).round() + 0.5) * GATE_STEP
}

#[cfg(test)]
mod tests;
