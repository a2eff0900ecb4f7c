//! Multinomial logistic regression over dense and hashed features: which class, and how far from none.
//!
//! Class 0 is "none". A class weighs only those lexical features that stand in its own lessons: what other classes say
//! counts through the competition between classes, and memory stays in step with what managers wrote.
//!
//! Invariants
//! - Training is deterministic and ends after a bounded number of rounds.
//! - Every logit is finite, whatever the lessons are.

mod minimise;
mod train;

pub use train::{Lesson, Training};
pub(crate) use train::{Lessons, loss};

use crate::lexical::{BUCKETS, Features};

/// Numbers that are taken in one go: rows are rounded up to it.
const STRAND: usize = 16;

/// Learnt weights.
#[derive(Clone, Debug)]
pub struct Classifier {
    classes: usize,
    /// Classes rounded up, so that rows of weights are whole vector registers.
    width: usize,
    bias: Vec<f32>,
    /// A row of `width` weights for each dense feature.
    dense: Vec<f32>,
    sparse: Sparse,
}

/// Bucket to the classes that weigh it.
#[derive(Clone, Debug)]
struct Sparse {
    /// Where each bucket's entries begin; one more at the end.
    starts: Vec<u32>,
    classes: Vec<u32>,
    weights: Vec<f32>,
}

impl Sparse {
    fn entries(&self, bucket: u32) -> std::ops::Range<usize> {
        let at = (bucket as usize).min(BUCKETS - 1);
        self.starts[at] as usize..self.starts[at + 1] as usize
    }
}

impl Classifier {
    /// How many classes there are, "none" included.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// How much speaks for each class, as natural logarithms of odds up to a constant: `out[0]` is "none".
    pub fn logits(&self, dense: &[f32], sparse: &Features, out: &mut Vec<f32>) {
        out.clear();
        out.extend(&self.bias);
        add_dense(&self.dense, self.width, dense, out);
        for (bucket, value) in sparse {
            for at in self.sparse.entries(*bucket) {
                out[self.sparse.classes[at] as usize] += value * self.sparse.weights[at];
            }
        }
        out.truncate(self.classes);
    }
}

/// Adds `x · rows` to `out`, four rows at a time, so that `out` is read and written less often.
fn add_dense(rows: &[f32], width: usize, x: &[f32], out: &mut [f32]) {
    let out = &mut out[..width];
    let mut fours = x.chunks_exact(4);
    let mut blocks = rows.chunks_exact(4 * width);
    for (x, block) in (&mut fours).zip(&mut blocks) {
        let (a, rest) = block.split_at(width);
        let (b, rest) = rest.split_at(width);
        let (c, d) = rest.split_at(width);
        for ((((out, a), b), c), d) in out.iter_mut().zip(a).zip(b).zip(c).zip(d) {
            *out += (x[0] * a + x[1] * b) + (x[2] * c + x[3] * d);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson<'a>(dense: &'a [f32], sparse: &'a Features, class: usize) -> Lesson<'a> {
        Lesson { dense, sparse, class, weight: 1.0 }
    }

    fn best(classifier: &Classifier, dense: &[f32], sparse: &Features) -> usize {
        let mut logits = Vec::new();
        classifier.logits(dense, sparse, &mut logits);
        (0..logits.len()).max_by(|a, b| logits[*a].total_cmp(&logits[*b])).unwrap()
    }

    #[test]
    fn what_was_taught_is_known() {
        let (a, b, none) = (vec![(1, 0.7), (2, 0.7)], vec![(3, 1.0)], vec![(9, 1.0)]);
        let dense = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]];
        let lessons = [lesson(&dense[0], &a, 1), lesson(&dense[1], &b, 2), lesson(&dense[2], &none, 0)];
        let classifier = Training::default().classifier(3, 4, &lessons);
        assert_eq!(best(&classifier, &dense[0], &a), 1);
        assert_eq!(best(&classifier, &dense[1], &b), 2);
        assert_eq!(best(&classifier, &dense[2], &none), 0);
        assert_eq!(best(&classifier, &[0.0; 4], &vec![(2, 1.0)]), 1);
    }

    #[test]
    fn nothing_to_learn_gives_finite_logits() {
        let nothing = Features::new();
        for lessons in [vec![], vec![lesson(&[], &nothing, 0); 3], vec![lesson(&[], &nothing, 1); 100]] {
            let classifier = Training::default().classifier(2, 0, &lessons);
            let mut logits = Vec::new();
            classifier.logits(&[], &vec![(5, 1.0)], &mut logits);
            assert!(logits.len() == 2 && logits.iter().all(|logit| logit.is_finite()), "{logits:?}");
        }
    }
}
