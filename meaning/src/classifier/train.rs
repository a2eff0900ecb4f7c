//! Teaches a classifier: the penalised likelihood of the lessons, and its slope.

use super::{Classifier, Sparse, add_dense, minimise::minimise};
use crate::lexical::{BUCKETS, Features};

/// Something that is of a class.
#[derive(Clone, Copy, Debug)]
pub struct Lesson<'a> {
    /// Its dense features.
    pub dense: &'a [f32],
    /// Its hashed features.
    pub sparse: &'a Features,
    /// Its class; 0 is "none".
    pub class: usize,
    /// How much it counts.
    pub weight: f32,
}

/// How to train.
#[derive(Clone, Copy, Debug)]
pub struct Training {
    /// Half of this times the sum of all squared weights is added to the loss.
    pub penalty: f32,
    /// Rounds at most.
    pub rounds: usize,
    /// A round that gains less than this share ends the training.
    pub enough: f64,
}

impl Default for Training {
    fn default() -> Self {
        Self { penalty: 0.05, rounds: 40, enough: 1e-4 }
    }
}

impl Training {
    /// Learns `classes` classes (with "none") from lessons whose dense part has `dims` numbers.
    ///
    /// A lesson of a class that there is not, or of another length, is left out.
    pub fn classifier(&self, classes: usize, dims: usize, lessons: &[Lesson<'_>]) -> Classifier {
        let fits = |lesson: &&Lesson<'_>| lesson.class < classes && lesson.dense.len() == dims;
        let lessons: Vec<Lesson<'_>> = lessons.iter().filter(fits).copied().collect();
        let dims = dims - dims % 4;
        let width = classes.next_multiple_of(8);
        let sparse = support(&lessons);
        let mut classifier = Classifier {
            classes,
            width,
            dims,
            bias: vec![0.0; width],
            dense: vec![0.0; dims * width],
            sparse,
        };
        let mut weights = vec![0.0; width + dims * width + classifier.sparse.weights.len()];
        let shape = &classifier;
        minimise(&mut weights, self.rounds, self.enough, |weights, slope| self.loss(shape, &lessons, weights, slope));
        classifier.bias.copy_from_slice(&weights[..width]);
        classifier.dense.copy_from_slice(&weights[width..width + dims * width]);
        classifier.sparse.weights.copy_from_slice(&weights[width + dims * width..]);
        classifier
    }

    /// The loss at `weights` (biases, dense, sparse, one behind the other), with its slope.
    fn loss(&self, shape: &Classifier, lessons: &[Lesson<'_>], weights: &[f32], slope: &mut [f32]) -> f64 {
        let (width, dims) = (shape.width, shape.dims);
        let (bias, rest) = weights.split_at(width);
        let (dense, sparse) = rest.split_at(dims * width);
        slope.fill(0.0);
        let (bias_slope, rest) = slope.split_at_mut(width);
        let (dense_slope, sparse_slope) = rest.split_at_mut(dims * width);
        let mut loss = 0.0_f64;
        let mut z = vec![0.0_f32; width];
        for lesson in lessons {
            z.copy_from_slice(bias);
            add_dense(dense, width, &lesson.dense[..dims], &mut z);
            for (bucket, value) in lesson.sparse {
                for at in shape.sparse.entries(*bucket) {
                    z[shape.sparse.classes[at] as usize] += value * sparse[at];
                }
            }
            loss += f64::from(lesson.weight * to_errors(&mut z[..shape.classes], lesson.class));
            z[shape.classes..].fill(0.0);
            z.iter_mut().for_each(|error| *error *= lesson.weight);
            for (slope, error) in bias_slope.iter_mut().zip(&z) {
                *slope += error;
            }
            add_outer(dense_slope, width, &lesson.dense[..dims], &z);
            for (bucket, value) in lesson.sparse {
                for at in shape.sparse.entries(*bucket) {
                    sparse_slope[at] += value * z[shape.sparse.classes[at] as usize];
                }
            }
        }
        let mut squares = 0.0_f64;
        for (slope, weight) in slope.iter_mut().zip(weights) {
            squares += f64::from(weight * weight);
            *slope += self.penalty * weight;
        }
        loss + 0.5 * f64::from(self.penalty) * squares
    }
}

/// Turns logits into "probability minus truth", and returns the surprise, −ln p(class).
fn to_errors(z: &mut [f32], class: usize) -> f32 {
    let top = z.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let truth = z[class];
    let mut sum = 0.0;
    for value in z.iter_mut() {
        *value = (*value - top).exp();
        sum += *value;
    }
    z.iter_mut().for_each(|value| *value /= sum);
    z[class] -= 1.0;
    sum.ln() + top - truth
}

/// Adds the outer product of `x` and `errors` to the rows.
fn add_outer(rows: &mut [f32], width: usize, x: &[f32], errors: &[f32]) {
    for (row, x) in rows.chunks_exact_mut(width).zip(x) {
        for (row, error) in row.iter_mut().zip(errors) {
            *row += x * error;
        }
    }
}

/// Which class weighs which bucket: those that stand in its own lessons.
fn support(lessons: &[Lesson<'_>]) -> Sparse {
    let mut pairs: Vec<(u32, u32)> = lessons
        .iter()
        .flat_map(|lesson| lesson.sparse.iter().map(|(bucket, _)| (*bucket, lesson.class as u32)))
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
