//! Teaches a classifier: the penalised likelihood of the samples, and its slope.

use super::{Classifier, LANES, Sparse, minimise::minimise};
use crate::{
    encoder::{Lanes, Multiply},
    lexical::BUCKETS,
    simd,
};

/// Something that is of a class.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample<'a> {
    /// Its dense features.
    pub(crate) dense: &'a [f32],
    /// Its hashed features.
    pub(crate) sparse: &'a [(u32, f32)],
    /// Its class; 0 is "none".
    pub(crate) class: usize,
    /// How much it counts.
    pub(crate) weight: f32,
}

/// How to train.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Training {
    /// Half of this times the sum of all squared weights is added to the loss.
    pub(crate) penalty: f32,
    /// Rounds at most.
    pub(crate) rounds: usize,
    /// A round that gains less than this share ends the training.
    pub(crate) enough: f64,
}

impl Default for Training {
    fn default() -> Self {
        Self { penalty: 0.05, rounds: 40, enough: 1e-3 }
    }
}

impl Training {
    /// Learns `classes` classes (with "none") from samples whose dense part has `dims` numbers.
    ///
    /// A sample of a class that there is not, or of another length, is left out.
    pub(crate) fn classifier(&self, classes: usize, dims: usize, samples: &[Sample<'_>]) -> Classifier {
        let fits = |sample: &&Sample<'_>| sample.class < classes && sample.dense.len() == dims;
        let samples: Vec<Sample<'_>> = samples.iter().filter(fits).copied().collect();
        let dims = dims - dims % TOGETHER;
        let width = classes.next_multiple_of(LANES);
        let sparse = support(&samples);
        let mut weights = vec![0.0; width + dims * width + sparse.weights.len()];
        let taught = TrainingSet { all: &samples, classes, width, dims, sparse: &sparse, penalty: self.penalty };
        minimise(&mut weights, self.rounds, self.enough, |weights, slope| simd::loss(&taught, weights, slope));
        let sparse_weights = weights.split_off(width + dims * width);
        let dense = weights.split_off(width);
        Classifier { classes, width, bias: weights, dense, sparse: Sparse { weights: sparse_weights, ..sparse } }
    }

    /// Learns one class anew (or the next one that there is not yet) from all samples, and leaves the others as they are.
    ///
    /// It is the step of a descent that turns one class at a time: the others count by what they say already.
    pub(crate) fn retrain_one(&self, classifier: &mut Classifier, class: usize, samples: &[Sample<'_>]) {
        let class = class.clamp(1, classifier.classes);
        let dims = classifier.dense.len() / classifier.width;
        let fits = |sample: &&Sample<'_>| sample.dense.len() >= dims && sample.class <= classifier.classes.max(class);
        let samples: Vec<Sample<'_>> = samples.iter().filter(fits).copied().collect();
        classifier.make_room_for(class);
        classifier.clear_class(class);
        let mut z = Vec::new();
        let others: Vec<f32> = samples
            .iter()
            .map(|sample| {
                classifier.logits(sample.dense, sample.sparse, &mut z);
                z[class] = f32::NEG_INFINITY;
                let top = z.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                top + z.iter().map(|value| (value - top).exp()).sum::<f32>().ln()
            })
            .collect();
        let mut buckets: Vec<u32> = samples
            .iter()
            .filter(|sample| sample.class == class)
            .flat_map(|sample| sample.sparse.iter().map(|(bucket, _)| *bucket))
            .filter(|bucket| (*bucket as usize) < BUCKETS)
            .collect();
        buckets.sort_unstable();
        buckets.dedup();
        let own = Own { samples: &samples, others: &others, class, dims, buckets: &buckets, penalty: self.penalty };
        let mut weights = vec![0.0; 1 + dims + buckets.len()];
        minimise(&mut weights, self.rounds, self.enough, |weights, slope| own.loss(weights, slope));
        classifier.set_class(class, &weights, &buckets);
    }
}

/// One class against what all others say.
struct Own<'a> {
    samples: &'a [Sample<'a>],
    /// For each sample, ln Σ e^logit over all other classes.
    others: &'a [f32],
    class: usize,
    dims: usize,
    /// What the class weighs, sorted.
    buckets: &'a [u32],
    penalty: f32,
}

impl Own<'_> {
    /// The loss at `weights` (bias, dense, sparse), with its slope.
    fn loss(&self, weights: &[f32], slope: &mut [f32]) -> f64 {
        slope.fill(0.0);
        let (dense, sparse) = weights[1..].split_at(self.dims);
        let mut loss = 0.0_f64;
        for (sample, others) in self.samples.iter().zip(self.others) {
            let known = || {
                let at = |bucket: &u32| self.buckets.binary_search(bucket).ok();
                sample.sparse.iter().filter_map(move |(bucket, value)| Some((at(bucket)?, *value)))
            };
            let meaning: f32 = dense.iter().zip(sample.dense).map(|(weight, x)| weight * x).sum();
            let wording: f32 = known().map(|(at, value)| sparse[at] * value).sum();
            let odds = weights[0] + meaning + wording - others;
            let truth = f32::from(u8::from(sample.class == self.class));
            // ln(1 + e^odds), without overflow.
            let surprise = odds.max(0.0) + (-odds.abs()).exp().ln_1p() - truth * odds;
            loss += f64::from(sample.weight * surprise);
            let error = sample.weight * (1.0 / (1.0 + (-odds).exp()) - truth);
            slope[0] += error;
            for (slope, x) in slope[1..].iter_mut().zip(&sample.dense[..self.dims]) {
                *slope += error * x;
            }
            for (at, value) in known() {
                slope[1 + self.dims + at] += error * value;
            }
        }
        for (slope, weight) in slope.iter_mut().zip(weights) {
            loss += 0.5 * f64::from(self.penalty * weight * weight);
            *slope += self.penalty * weight;
        }
        loss
    }
}

/// TrainingSet, and the shape of what they teach.
pub(crate) struct TrainingSet<'a> {
    all: &'a [Sample<'a>],
    classes: usize,
    /// Classes rounded up to whole registers.
    width: usize,
    dims: usize,
    /// Which class weighs which bucket.
    sparse: &'a Sparse,
    penalty: f32,
}

/// So many samples and so many dense features are taken together: each number that is read serves four products.
const TOGETHER: usize = 4;

/// The loss at `weights` (biases, dense, sparse, one behind the other), with its slope.
#[inline(always)]
pub(crate) fn loss<M: Multiply>(taught: &TrainingSet<'_>, weights: &[f32], slope: &mut [f32], multiply: M) -> f64 {
    let (width, dims) = (taught.width, taught.dims);
    let (bias, rest) = weights.split_at(width);
    let (dense, sparse) = rest.split_at(dims * width);
    slope.fill(0.0);
    let (bias_slope, rest) = slope.split_at_mut(width);
    let (dense_slope, sparse_slope) = rest.split_at_mut(dims * width);
    let mut loss = 0.0_f64;
    let mut z = vec![0.0_f32; TOGETHER * width];
    for four in taught.all.chunks(TOGETHER) {
        // Behind the last sample it is taken again, and nothing is learnt from it.
        let xs: [&[f32]; TOGETHER] = std::array::from_fn(|at| &four[at.min(four.len() - 1)].dense[..dims]);
        for z in z.chunks_exact_mut(width) {
            z.copy_from_slice(bias);
        }
        add_dense(dense, width, xs, &mut z, multiply);
        for (at, z) in z.chunks_exact_mut(width).enumerate() {
            let Some(sample) = four.get(at) else {
                z.fill(0.0);
                continue;
            };
            for (bucket, value) in sample.sparse {
                let entries = taught.sparse.entries(*bucket);
                for (class, weight) in taught.sparse.classes[entries.clone()].iter().zip(&sparse[entries]) {
                    z[*class as usize] += value * weight;
                }
            }
            loss += f64::from(sample.weight * to_errors(&mut z[..taught.classes], sample.class));
            z[taught.classes..].fill(0.0);
            for (error, slope) in z.iter_mut().zip(bias_slope.iter_mut()) {
                *error *= sample.weight;
                *slope += *error;
            }
            for (bucket, value) in sample.sparse {
                let entries = taught.sparse.entries(*bucket);
                for (class, slope) in taught.sparse.classes[entries.clone()].iter().zip(&mut sparse_slope[entries]) {
                    *slope += value * z[*class as usize];
                }
            }
        }
        add_outer(dense_slope, width, xs, &z, multiply);
    }
    let mut squares = 0.0_f64;
    for (slopes, weights) in slope.chunks_mut(4096).zip(weights.chunks(4096)) {
        let mut lanes = [0.0_f32; LANES];
        for (slopes, weights) in slopes.chunks_mut(LANES).zip(weights.chunks(LANES)) {
            for ((slope, weight), lane) in slopes.iter_mut().zip(weights).zip(&mut lanes) {
                *lane += weight * weight;
                *slope += taught.penalty * weight;
            }
        }
        squares += f64::from(lanes.iter().sum::<f32>());
    }
    loss + 0.5 * f64::from(taught.penalty) * squares
}

/// Adds the products of four samples with the rows of weights to their logits.
#[inline(always)]
fn add_dense<M: Multiply>(rows: &[f32], width: usize, xs: [&[f32]; TOGETHER], z: &mut [f32], multiply: M) {
    let [z0, z1, z2, z3] = quarters_mut(z, width);
    for (number, block) in rows.chunks_exact(TOGETHER * width).enumerate() {
        let x: [[f32; TOGETHER]; TOGETHER] =
            std::array::from_fn(|sample| std::array::from_fn(|d| xs[sample][number * TOGETHER + d]));
        let [r0, r1, r2, r3] = quarters(block, width);
        for at in 0..r0.len() {
            let r = [r0[at], r1[at], r2[at], r3[at]];
            z0[at] = four(x[0], r, z0[at], multiply);
            z1[at] = four(x[1], r, z1[at], multiply);
            z2[at] = four(x[2], r, z2[at], multiply);
            z3[at] = four(x[3], r, z3[at], multiply);
        }
    }
}

/// Adds the outer products of four samples and their errors to the slopes of the rows.
#[inline(always)]
fn add_outer<M: Multiply>(rows: &mut [f32], width: usize, xs: [&[f32]; TOGETHER], errors: &[f32], multiply: M) {
    let [e0, e1, e2, e3] = quarters(errors, width);
    for (number, block) in rows.chunks_exact_mut(TOGETHER * width).enumerate() {
        let x: [[f32; TOGETHER]; TOGETHER] =
            std::array::from_fn(|d| std::array::from_fn(|sample| xs[sample][number * TOGETHER + d]));
        let [r0, r1, r2, r3] = quarters_mut(block, width);
        for at in 0..e0.len() {
            let e = [e0[at], e1[at], e2[at], e3[at]];
            r0[at] = four(x[0], e, r0[at], multiply);
            r1[at] = four(x[1], e, r1[at], multiply);
            r2[at] = four(x[2], e, r2[at], multiply);
            r3[at] = four(x[3], e, r3[at], multiply);
        }
    }
}

/// Four numbers times a register each, and what was there.
#[inline(always)]
fn four<M: Multiply>(a: [f32; TOGETHER], b: [Lanes; TOGETHER], sum: Lanes, multiply: M) -> Lanes {
    let [b0, b1, b2, b3] = b;
    let sum = multiply.multiply_add([a[0]; LANES], b0, sum);
    let sum = multiply.multiply_add([a[1]; LANES], b1, sum);
    let sum = multiply.multiply_add([a[2]; LANES], b2, sum);
    multiply.multiply_add([a[3]; LANES], b3, sum)
}

type Registers = [[f32; LANES]];

#[inline(always)]
fn quarters(block: &[f32], width: usize) -> [&Registers; TOGETHER] {
    std::array::from_fn(|at| block[at * width..(at + 1) * width].as_chunks().0)
}

#[inline(always)]
fn quarters_mut(block: &mut [f32], width: usize) -> [&mut Registers; TOGETHER] {
    let (a, rest) = block.split_at_mut(width);
    let (b, rest) = rest.split_at_mut(width);
    let (c, d) = rest.split_at_mut(width);
    [a, b, c, d].map(|part| part.as_chunks_mut().0)
}

/// Turns logits into "probability minus truth", and returns the surprise, −ln p(class).
#[inline(always)]
fn to_errors(z: &mut [f32], class: usize) -> f32 {
    let top = z.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let truth = z[class];
    let mut sum = 0.0;
    for value in z.iter_mut() {
        *value = (*value - top).exp();
        sum += *value;
    }
    for value in z.iter_mut() {
        *value /= sum;
    }
    z[class] -= 1.0;
    sum.ln() + top - truth
}

/// Which class weighs which bucket: those that stand in its own samples.
fn support(samples: &[Sample<'_>]) -> Sparse {
    let mut pairs: Vec<(u32, u32)> = samples
        .iter()
        .flat_map(|sample| sample.sparse.iter().map(|(bucket, _)| (*bucket, sample.class as u32)))
        .filter(|(bucket, _)| (*bucket as usize) < BUCKETS)
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    // What "none" alone says needs no weight: there is nobody to tell it from.
    let mut kept: Vec<(u32, u32)> = Vec::with_capacity(pairs.len());
    for same in pairs.chunk_by(|a, b| a.0 == b.0) {
        if same.iter().any(|(_, class)| *class > 0) {
            kept.extend(same);
        }
    }
    let mut starts = vec![0_u32; BUCKETS + 1];
    for (bucket, _) in &kept {
        starts[*bucket as usize + 1] += 1;
    }
    for at in 0..BUCKETS {
        starts[at + 1] += starts[at];
    }
    Sparse { starts, classes: kept.iter().map(|(_, class)| *class).collect(), weights: vec![0.0; kept.len()] }
}
