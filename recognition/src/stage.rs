//! One stage of scoring: how far each class stands from "none", by meaning and wording.
//!
//! Invariants
//! - A stage is never changed in place: a copy with one class trained anew shares what did not change.

use std::sync::Arc;

use crate::{
    Models, Vectors,
    class::{Class, heaviest},
    classifier::{Classifier, Sample, Training},
    discriminant::{OneVsBackground, Wording},
    lexical::Features,
    text::{MEANING, wording_share},
};

/// What a line of the background counts as "none"; a sample of a class counts one.
const BACKGROUND_WEIGHT: f32 = 0.25;
/// Up to so many classes are told from each other; more of them each by itself from what people write all day, which
/// knows less and takes no longer the more there are.
pub(crate) const MOST_JOINT: usize = 500;

/// What was trained for all classes.
#[derive(Clone, Debug)]
pub(crate) enum Stage {
    /// Told from each other.
    Joint(Arc<Classifier>),
    /// Each by itself.
    Each(Arc<OneVsBackground>),
}

impl Stage {
    /// Trains all classes for stage 1 or 2. `wording` is that of all classes where each stands by itself.
    pub(crate) fn train(models: &Models, stage: usize, classes: &[Arc<Class>], wording: Option<&Arc<Wording>>) -> Self {
        let Some(wording) = wording else {
            let rows = Rows::of(models, stage, classes);
            return Self::Joint(Arc::new(Training::default().classifier(
                classes.len() + 1,
                rows.dims,
                &rows.samples(),
            )));
        };
        let background = Rows::of(models, stage, &[]);
        let mut each = OneVsBackground::before(background.dims, &background.dense, Arc::clone(wording));
        for (number, class) in classes.iter().enumerate() {
            each.set_class(number, &class.meanings(stage));
        }
        Self::Each(Arc::new(each))
    }

    /// The same with some classes trained anew, or the next; the others stay as they are.
    pub(crate) fn retrain(
        &self,
        models: &Models,
        stage: usize,
        (classes, changed): (&[Arc<Class>], &[usize]),
        wording: Option<&Arc<Wording>>,
    ) -> Self {
        match self {
            Self::Joint(classifier) => {
                let rows = Rows::of(models, stage, classes);
                let samples = rows.samples();
                let mut classifier = Classifier::clone(classifier);
                for number in changed {
                    Training::default().retrain_one(&mut classifier, number + 1, &samples);
                }
                Self::Joint(Arc::new(classifier))
            }
            Self::Each(each) => {
                let mut each = OneVsBackground::clone(each);
                if let Some(wording) = wording {
                    each.set_wording(Arc::clone(wording));
                }
                for number in changed {
                    each.set_class(*number, &classes[*number].meanings(stage));
                }
                Self::Each(Arc::new(each))
            }
        }
    }

    /// For each class the log-odds against "none", and how much speaks for "none" by itself; `None` where each class is
    /// known by odds alone.
    pub(crate) fn odds(&self, dense: &[f32], wording: &[(u32, f32)]) -> (Vec<f32>, Option<f32>) {
        let classifier = match self {
            Self::Joint(classifier) => classifier,
            Self::Each(each) => return (each.odds(dense, wording), None),
        };
        let mut logits = Vec::with_capacity(classifier.classes() + 16);
        classifier.logits(dense, wording, &mut logits);
        let none = logits.remove(0);
        logits.iter_mut().for_each(|logit| *logit -= none);
        (logits, Some(none))
    }
}

/// The wording of all classes, where each is to stand by itself.
pub(crate) fn wording_of(classes: &[Arc<Class>]) -> Option<Arc<Wording>> {
    let is_each = classes.len() > MOST_JOINT;
    is_each.then(|| Arc::new(Wording::of(classes.iter().map(|class| class.wordings()))))
}

/// The same where some of the classes changed since `of` was trained.
pub(crate) fn changed_wording(of: &Stage, classes: &[Arc<Class>], changed: &[usize]) -> Option<Arc<Wording>> {
    let Stage::Each(each) = of else { return None };
    let mut wording = Arc::clone(each.wording());
    for number in changed {
        wording = Arc::new(wording.with_class(*number, &classes[*number].wordings()));
    }
    Some(wording)
}

/// Ordinary lines with which nothing was trained, as a stage scores them: meaning and wording.
pub(crate) fn ordinary_lines(models: &Models, stage: usize) -> impl Iterator<Item = (Vec<f32>, Features)> {
    let (vectors, share) = (background_of(models, stage), wording_share(models));
    let from = models.statistics.background.len();
    models.statistics.traffic.iter().enumerate().map(move |(number, line)| {
        let mut dense = Vec::new();
        if let Some(vectors) = vectors {
            vectors.append(from + number, MEANING.sqrt(), &mut dense);
        }
        (dense, line.features.iter().map(|(bucket, weight)| (*bucket, weight * share)).collect())
    })
}

fn background_of(models: &Models, stage: usize) -> Option<&Vectors> {
    match stage {
        1 => models.first.as_ref().map(|first| &first.background),
        _ => models.second.as_ref().map(|second| &second.background),
    }
}

/// What is trained on, one behind the other: samples of all classes, then the background.
struct Rows {
    dims: usize,
    dense: Vec<f32>,
    wording: Features,
    /// Where each one's wording ends, its class and its weight.
    ends: Vec<(usize, usize, f32)>,
}

impl Rows {
    fn of(models: &Models, stage: usize, classes: &[Arc<Class>]) -> Self {
        let vectors = background_of(models, stage);
        let dims = vectors.map_or(0, Vectors::dims);
        let lines = models.statistics.background.iter();
        let count = lines.len() + classes.iter().map(|class| class.len()).sum::<usize>();
        let dense = Vec::with_capacity(count * dims);
        let mut rows = Self { dims, dense, wording: Features::new(), ends: Vec::with_capacity(count) };
        for (number, class) in classes.iter().enumerate() {
            for (class, weight, text) in class.samples(number + 1) {
                if let Some(embedding) = text.meaning(stage) {
                    embedding.append(MEANING.sqrt(), &mut rows.dense);
                }
                rows.wording.extend(heaviest(text.wording()));
                rows.ends.push((rows.wording.len(), class, weight));
            }
        }
        let share = wording_share(models);
        for (number, line) in lines.enumerate() {
            if let Some(vectors) = vectors {
                vectors.append(number, MEANING.sqrt(), &mut rows.dense);
            }
            rows.wording.extend(line.features.iter().map(|(bucket, weight)| (*bucket, weight * share)));
            rows.ends.push((rows.wording.len(), 0, BACKGROUND_WEIGHT));
        }
        rows
    }

    fn samples(&self) -> Vec<Sample<'_>> {
        let mut from = 0;
        let sample = |(number, (end, class, weight)): (usize, &(usize, usize, f32))| {
            let sparse = &self.wording[std::mem::replace(&mut from, *end)..*end];
            let dense = &self.dense[number * self.dims..(number + 1) * self.dims];
            Sample { dense, sparse, class: *class, weight: *weight }
        };
        self.ends.iter().enumerate().map(sample).collect()
    }
}
