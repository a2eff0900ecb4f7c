//! So many classes that they can't be told from each other all at once: each is told from what people write all day.
//!
//! A class lies where its samples have their mean; which directions count is known from the covariance of the background
//! (linear discriminant, Fisher 1936, with a ridge as of Friedman 1989). A class needs its own samples alone.
//!
//! Invariants
//! - A class that comes or changes costs the same among ten thousand as among ten, and moves no other.
//! - Every log-odds is finite. Weights have eight bits: a message is scored against all classes in microseconds.

use std::sync::Arc;

use crate::{
    dot_product::dot,
    encoder::Linear,
    lexical::{BUCKETS, Features},
    simd,
};

/// How much the ridge adds to the variance of every direction, beside the mean variance of all.
const RIDGE: f32 = 1.0;
/// What a discriminant is worth in odds: it takes its few samples for more than they are. Both weights were chosen on
/// CLINC150's validation file, so that similarity to the examples counts beside them.
const MEANING: f32 = 0.09;
/// The same for the wording that a message and a class have in common.
const WORDING: f32 = 5.0;
/// Features of a class that are kept: its heaviest.
const KEPT: usize = 48;
/// A feature that more classes have tells none from the others, and would cost time.
const COMMON: usize = 512;

/// The samples of one class, each with its weight.
pub(crate) type Weighted<T> = Vec<(f32, T)>;

/// What people write all day, by its mean and covariance.
#[derive(Debug)]
struct Background {
    mean: Vec<f32>,
    /// The Cholesky factor of the covariance, row by row.
    lower: Vec<f32>,
    /// Its transpose.
    upper: Vec<f32>,
}

/// Classes, each by itself.
#[derive(Clone, Debug)]
pub(crate) struct OneVsBackground {
    classes: usize,
    background: Arc<Background>,
    directions: Linear,
    /// Both stages weigh it the same, so that they share it.
    wording: Arc<Wording>,
}

impl OneVsBackground {
    /// No class yet, before a background of lines with `dims` numbers each, one behind the other.
    pub(crate) fn before(dims: usize, lines: &[f32], wording: Arc<Wording>) -> Self {
        let background = Arc::new(Background::of(dims - dims % Linear::INPUTS, dims, lines));
        let directions = Linear::empty(background.mean.len());
        Self { classes: 0, background, directions, wording }
    }

    /// The wording of its classes.
    pub(crate) fn wording(&self) -> &Arc<Wording> {
        &self.wording
    }

    /// The same with the wording of other classes.
    pub(crate) fn set_wording(&mut self, wording: Arc<Wording>) {
        self.wording = wording;
    }

    /// Trains one class anew, or the next, on its own samples.
    pub(crate) fn set_class(&mut self, class: usize, samples: &Weighted<Vec<f32>>) {
        self.classes = self.classes.max(class + 1);
        let dims = self.background.mean.len();
        let total: f32 = samples.iter().map(|(weight, _)| weight).sum();
        if total <= 0.0 {
            self.directions.set_row(class, &vec![0.0; dims], 0.0);
            return;
        }
        let mut mean = vec![0.0_f32; dims];
        for (weight, dense) in samples {
            mean.iter_mut().zip(dense).for_each(|(mean, x)| *mean += weight / total * x);
        }
        let (weights, bias) = self.background.discriminant(&mean);
        self.directions.set_row(class, &weights, bias);
    }

    /// For each class the log-odds against the background.
    pub(crate) fn odds(&self, dense: &[f32], wording: &[(u32, f32)]) -> Vec<f32> {
        let mut odds = vec![0.0; self.directions.outputs()];
        if let Some(dense) = dense.get(..self.background.mean.len()).filter(|dense| !dense.is_empty()) {
            simd::multiply(&self.directions, dense, &mut odds);
        }
        odds.resize(self.classes, 0.0);
        self.wording.add_to(&mut odds, wording);
        odds
    }
}

/// For each bucket the classes that have it, and its weight there.
#[derive(Debug)]
pub(crate) struct Wording {
    /// Where the entries of each bucket begin; one more at the end.
    starts: Vec<u32>,
    classes: Vec<u32>,
    weights: Vec<f32>,
}

impl Wording {
    /// That of all classes, each given by its samples' features.
    pub(crate) fn of(classes: impl Iterator<Item = Weighted<Features>>) -> Self {
        let mut entries: Vec<(u32, u32, f32)> = Vec::new();
        for (class, samples) in classes.enumerate() {
            entries.extend(heaviest(&samples).into_iter().map(|(bucket, weight)| (bucket, class as u32, weight)));
        }
        entries.sort_unstable_by_key(|(bucket, class, _)| (*bucket, *class));
        Self::sorted(entries.into_iter())
    }

    /// The same with other samples of one class, or with the next.
    pub(crate) fn with_class(&self, class: usize, samples: &Weighted<Features>) -> Self {
        let mut own = heaviest(samples);
        own.sort_unstable_by_key(|(bucket, _)| *bucket);
        let mut own = own.into_iter().map(|(bucket, weight)| (bucket, class as u32, weight)).peekable();
        let mut entries = Vec::with_capacity(self.classes.len() + KEPT);
        for bucket in 0..BUCKETS as u32 {
            let range = self.range(bucket);
            let others = self.classes[range.clone()].iter().zip(&self.weights[range]);
            entries.extend(others.filter(|(at, _)| **at as usize != class).map(|(at, weight)| (bucket, *at, *weight)));
            entries.extend(std::iter::from_fn(|| own.next_if(|(of, ..)| *of == bucket)));
        }
        Self::sorted(entries.into_iter())
    }

    fn sorted(entries: impl ExactSizeIterator<Item = (u32, u32, f32)>) -> Self {
        let count = entries.len();
        let (mut classes, mut weights) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let mut starts = vec![0_u32; BUCKETS + 1];
        for (bucket, class, weight) in entries {
            starts[bucket as usize + 1] += 1;
            classes.push(class);
            weights.push(weight);
        }
        for at in 0..BUCKETS {
            starts[at + 1] += starts[at];
        }
        Self { starts, classes, weights }
    }

    fn range(&self, bucket: u32) -> std::ops::Range<usize> {
        let at = (bucket as usize).min(BUCKETS - 1);
        self.starts[at] as usize..self.starts[at + 1] as usize
    }

    fn add_to(&self, odds: &mut [f32], wording: &[(u32, f32)]) {
        for (bucket, value) in wording {
            let range = self.range(*bucket);
            if range.len() > COMMON {
                continue;
            }
            for (class, weight) in self.classes[range.clone()].iter().zip(&self.weights[range]) {
                odds[*class as usize] += value * weight;
            }
        }
    }
}

/// The heaviest features of a class, each once, as they count.
fn heaviest(samples: &Weighted<Features>) -> Features {
    let total: f32 = samples.iter().map(|(weight, _)| weight).sum();
    if total <= 0.0 {
        return Features::new();
    }
    let shared = |(share, features): &(f32, Features)| {
        let share = WORDING * share / total;
        features.iter().map(move |(bucket, weight)| (*bucket, share * weight)).collect::<Features>()
    };
    let mut all: Features = samples.iter().flat_map(shared).collect();
    all.retain(|(bucket, _)| (*bucket as usize) < BUCKETS);
    all.sort_by_key(|(bucket, _)| *bucket);
    all.dedup_by(|next, first| {
        let same = next.0 == first.0;
        first.1 += if same { next.1 } else { 0.0 };
        same
    });
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    all.truncate(KEPT);
    all
}

impl Background {
    /// Of lines of `length` numbers, of which the first `dims` count.
    fn of(dims: usize, length: usize, lines: &[f32]) -> Self {
        let rows = || lines.chunks_exact(length.max(1)).map(|line| &line[..dims]);
        let each = 1.0 / rows().len().max(1) as f32;
        let mut mean = vec![0.0_f32; dims];
        for line in rows() {
            mean.iter_mut().zip(line).for_each(|(mean, x)| *mean += each * x);
        }
        let mut lower = vec![0.0_f32; dims * dims];
        for line in rows() {
            let off: Vec<f32> = line.iter().zip(&mean).map(|(x, mean)| x - mean).collect();
            for (row, (covariance, x)) in lower.chunks_exact_mut(dims.max(1)).zip(&off).enumerate() {
                covariance[..=row].iter_mut().zip(&off).for_each(|(covariance, y)| *covariance += each * x * y);
            }
        }
        let ridge = (RIDGE * (0..dims).map(|at| lower[at * dims + at]).sum::<f32>() / dims.max(1) as f32).max(1e-6);
        (0..dims).for_each(|at| lower[at * dims + at] += ridge);
        cholesky(&mut lower, dims);
        let mut upper = vec![0.0_f32; dims * dims];
        for (row, column) in (0..dims).flat_map(|row| (0..=row).map(move |column| (row, column))) {
            upper[column * dims + row] = lower[row * dims + column];
        }
        Self { mean, lower, upper }
    }

    /// What tells a class with its mean at `mean` from the background: weights and bias.
    fn discriminant(&self, mean: &[f32]) -> (Vec<f32>, f32) {
        let dims = self.mean.len();
        let mut weights: Vec<f32> = mean.iter().zip(&self.mean).map(|(own, background)| own - background).collect();
        for row in 0..dims {
            let known = dot(&self.lower[row * dims..][..row], &weights[..row]);
            weights[row] = (weights[row] - known) / self.lower[row * dims + row];
        }
        for row in (0..dims).rev() {
            let known = dot(&self.upper[row * dims..][row + 1..dims], &weights[row + 1..]);
            weights[row] = (weights[row] - known) / self.upper[row * dims + row];
        }
        for weight in &mut weights {
            *weight *= MEANING;
        }
        let middle: f32 = mean.iter().zip(&self.mean).zip(&weights).map(|((a, b), weight)| (a + b) * weight).sum();
        (weights, -0.5 * middle)
    }
}

/// Turns the lower triangle of a matrix into its Cholesky factor.
fn cholesky(matrix: &mut [f32], dims: usize) {
    for row in 0..dims {
        for column in 0..=row {
            let (above, own) = matrix.split_at(row * dims);
            let other = if column == row { &own[..column] } else { &above[column * dims..][..column] };
            let rest = matrix[row * dims + column] - dot(&own[..column], other);
            matrix[row * dims + column] =
                if column == row { rest.max(1e-12).sqrt() } else { rest / matrix[column * dims + column] };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIMS: usize = 64;

    fn vector(seed: usize) -> Vec<f32> {
        let mut vector: Vec<f32> = (0..DIMS).map(|at| ((seed * 131 + at * 37) as f32 * 0.731).sin()).collect();
        crate::to_length_one(&mut vector);
        vector
    }

    fn words(of: usize) -> Weighted<Features> {
        vec![(1.0, vec![(of as u32, 1.0)])]
    }

    fn meaning(of: usize) -> Weighted<Vec<f32>> {
        vec![(1.0, vector(of))]
    }

    fn best(model: &OneVsBackground, of: usize) -> usize {
        let odds = model.odds(&vector(of), &words(of)[0].1);
        assert!(odds.len() == model.classes && odds.iter().all(|odds| odds.is_finite()));
        (0..odds.len()).max_by(|a, b| odds[*a].total_cmp(&odds[*b])).unwrap()
    }

    #[test]
    fn each_class_is_known_by_its_own_samples_and_one_more_moves_none() {
        let lines: Vec<f32> = (0..300).flat_map(vector).collect();
        let wording = Arc::new(Wording::of((300..398).map(words)));
        let mut model = OneVsBackground::before(DIMS, &lines, Arc::clone(&wording));
        (0..98).for_each(|class| model.set_class(class, &meaning(class + 300)));
        assert!((0..98).all(|class| best(&model, class + 300) == class));
        let odds = |model: &OneVsBackground| model.odds(&vector(310), &words(310)[0].1);
        let before = odds(&model);
        let set = |model: &mut OneVsBackground, class: usize, of: Option<usize>| {
            let (meaning, words) = (of.map(meaning).unwrap_or_default(), of.map(words).unwrap_or_default());
            model.set_wording(Arc::new(model.wording.with_class(class, &words)));
            model.set_class(class, &meaning);
        };
        set(&mut model, 98, Some(399));
        assert_eq!(best(&model, 399), 98);
        assert_eq!(odds(&model)[..98], before[..]);
        set(&mut model, 9, Some(5));
        assert_eq!(best(&model, 5), 9);
        assert_ne!(best(&model, 309), 9);
        set(&mut model, 9, None);
        assert_ne!(best(&model, 5), 9);
    }

    #[test]
    fn without_meaning_wording_decides() {
        let mut model = OneVsBackground::before(0, &[], Arc::new(Wording::of((1..40).map(words))));
        (0..39).for_each(|class| model.set_class(class, &vec![(1.0, Vec::new())]));
        let odds = model.odds(&[], &[(7, 1.0)]);
        assert_eq!(crate::strongest(&odds).map(|(class, _)| class), Some(6));
        let nothing = OneVsBackground::before(0, &[], Arc::new(Wording::of(std::iter::empty())));
        assert_eq!(nothing.odds(&[], &[(7, 1.0)]), [] as [f32; 0]);
    }

    #[test]
    fn a_changed_wording_is_that_of_all_classes_anew() {
        let all = |of: [usize; 4]| Wording::of(of.into_iter().map(words));
        let changed = all([1, 2, 3, 4]).with_class(1, &words(9));
        let anew = all([1, 9, 3, 4]);
        assert_eq!((changed.starts, changed.classes, changed.weights), (anew.starts, anew.classes, anew.weights));
    }
}
