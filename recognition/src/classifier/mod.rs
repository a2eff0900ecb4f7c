//! Multinomial logistic regression over dense and hashed features: which class, and how far from none.
//!
//! Class 0 is "none". A class weighs only those lexical features that stand in its own samples: what other classes say
//! counts through the competition between classes, and memory stays in step with what managers wrote.
//!
//! Invariants
//! - Training is deterministic and ends after a bounded number of rounds.
//! - Every logit is finite, whatever the samples are.

mod minimise;
mod train;

pub(crate) use train::{Sample, Training, TrainingSet, loss};

use crate::lexical::BUCKETS;

/// Numbers that are taken in one go: rows are rounded up to it.
const LANES: usize = 16;

/// Learnt weights.
#[derive(Clone, Debug)]
pub(crate) struct Classifier {
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
    pub(crate) fn classes(&self) -> usize {
        self.classes
    }

    /// How much speaks for each class, as natural logarithms of odds up to a constant: `out[0]` is "none".
    pub(crate) fn logits(&self, dense: &[f32], sparse: &[(u32, f32)], out: &mut Vec<f32>) {
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

    /// Adds the class, where it is the next; it weighs nothing yet.
    fn make_room_for(&mut self, class: usize) {
        if class < self.classes {
            return;
        }
        self.classes = class + 1;
        let (old, new) = (self.width, self.classes.next_multiple_of(LANES));
        if new > old {
            self.dense = self.dense.chunks_exact(old).flat_map(|row| widened(row, new)).collect();
            self.bias = widened(&self.bias, new);
            self.width = new;
        }
    }

    /// Takes all weights of a class away.
    fn clear_class(&mut self, class: usize) {
        self.bias[class] = 0.0;
        for row in self.dense.chunks_exact_mut(self.width) {
            row[class] = 0.0;
        }
        for (other, weight) in self.sparse.classes.iter().zip(&mut self.sparse.weights) {
            if *other as usize == class {
                *weight = 0.0;
            }
        }
    }

    /// Sets the weights of a class: bias, dense, and those of its buckets, which are sorted.
    fn set_class(&mut self, class: usize, weights: &[f32], buckets: &[u32]) {
        let (dense, sparse) = weights[1..].split_at(self.dense.len() / self.width);
        self.bias[class] = weights[0];
        for (row, weight) in self.dense.chunks_exact_mut(self.width).zip(dense) {
            row[class] = *weight;
        }
        let mut next = Sparse { starts: vec![0; BUCKETS + 1], classes: Vec::new(), weights: Vec::new() };
        let mut own = buckets.iter().zip(sparse).peekable();
        for bucket in 0..BUCKETS {
            for at in self.sparse.entries(bucket as u32) {
                if self.sparse.classes[at] as usize != class {
                    next.classes.push(self.sparse.classes[at]);
                    next.weights.push(self.sparse.weights[at]);
                }
            }
            while let Some((_, weight)) = own.next_if(|(own, _)| **own as usize == bucket) {
                next.classes.push(class as u32);
                next.weights.push(*weight);
            }
            next.starts[bucket + 1] = next.classes.len() as u32;
        }
        self.sparse = next;
    }
}

fn widened(row: &[f32], width: usize) -> Vec<f32> {
    let mut row = row.to_vec();
    row.resize(width, 0.0);
    row
}

/// Adds `x · rows` to `out`, four rows at a time, so that `out` is read and written less often.
fn add_dense(rows: &[f32], width: usize, x: &[f32], out: &mut [f32]) {
    let out = &mut out[..width];
    let mut fours = x.chunks_exact(4);
    let mut blocks = rows.chunks_exact(4 * width);
    for (x, block) in (&mut fours).zip(&mut blocks) {
        let (first, second) = block.split_at(2 * width);
        let ((r0, r1), (r2, r3)) = (first.split_at(width), second.split_at(width));
        for (out, (((r0, r1), r2), r3)) in out.iter_mut().zip(r0.iter().zip(r1).zip(r2).zip(r3)) {
            *out += (x[0] * r0 + x[1] * r1) + (x[2] * r2 + x[3] * r3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Features;

    fn sample<'a>(dense: &'a [f32], sparse: &'a Features, class: usize) -> Sample<'a> {
        Sample { dense, sparse, class, weight: 1.0 }
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
        let samples = [sample(&dense[0], &a, 1), sample(&dense[1], &b, 2), sample(&dense[2], &none, 0)];
        let classifier = Training::default().classifier(3, 4, &samples);
        assert_eq!(best(&classifier, &dense[0], &a), 1);
        assert_eq!(best(&classifier, &dense[1], &b), 2);
        assert_eq!(best(&classifier, &dense[2], &none), 0);
        assert_eq!(best(&classifier, &[0.0; 4], &vec![(2, 1.0)]), 1);
    }

    #[test]
    fn one_class_learns_anew_and_another_comes() {
        let words: Vec<Features> = (0..20).map(|word| vec![(word, 1.0)]).collect();
        let dense: Vec<Vec<f32>> = (0..20).map(|at| (0..20).map(|d| f32::from(u8::from(at == d))).collect()).collect();
        let samples = |classes: usize| -> Vec<Sample<'_>> {
            (0..classes).map(|class| sample(&dense[class], &words[class], class)).collect()
        };
        let mut classifier = Training::default().classifier(16, 20, &samples(16));
        for class in 16..20 {
            Training::default().retrain_one(&mut classifier, class, &samples(class + 1));
        }
        assert_eq!(classifier.classes(), 20);
        for class in 1..20 {
            assert_eq!(best(&classifier, &dense[class], &words[class]), class);
        }
        let mut changed = samples(20);
        changed[5] = sample(&dense[0], &words[0], 5);
        changed[0] = sample(&dense[5], &words[5], 0);
        changed[0].weight = 0.1;
        Training::default().retrain_one(&mut classifier, 5, &changed);
        assert_eq!(best(&classifier, &dense[0], &words[0]), 5);
        assert_eq!(best(&classifier, &dense[7], &words[7]), 7);
    }

    #[test]
    fn nothing_to_learn_gives_finite_logits() {
        let nothing = Features::new();
        for samples in [vec![], vec![sample(&[], &nothing, 0); 3], vec![sample(&[], &nothing, 1); 100]] {
            let classifier = Training::default().classifier(2, 0, &samples);
            let mut logits = Vec::new();
            classifier.logits(&[], &vec![(5, 1.0)], &mut logits);
            assert!(logits.len() == 2 && logits.iter().all(|logit| logit.is_finite()), "{logits:?}");
        }
    }
}
