//! So many classes that they can't be told from each other all at once: each is told from what people write all day.
//!
//! A class lies where its lessons have their mean; which directions count is known from the spread of the background
//! (linear discriminant, Fisher 1936, with a ridge as of Friedman 1989). A class needs its own lessons alone.
//!
//! Invariants
//! - A class that comes or changes costs the same among ten thousand as among ten, and moves no other.
//! - Every logarithm of odds is finite. Weights of eight bits: a message is held against all classes in microseconds.

use crate::{
    classifier::Lesson,
    encoder::Linear,
    lexical::{BUCKETS, Features},
    machine,
};

/// How much the ridge adds to the spread of every direction, beside the mean spread of all.
const RIDGE: f32 = 1.0;
/// What a discriminant is worth in odds: it takes its few lessons for more than they are. Both weights were chosen on
/// CLINC150's validation file, so that nearness to the examples counts beside them.
const MEANING: f32 = 0.09;
/// The same for the wording that a message and a class have in common.
const WORDING: f32 = 5.0;
/// Features of a class that are known: its heaviest.
const KEPT: usize = 48;
/// A feature that more classes have tells none from the others, and would cost time.
const COMMON: usize = 512;

/// What people write all day, by its middle and its spread.
#[derive(Debug)]
struct Ground {
    mean: Vec<f32>,
    /// The lower triangle whose product with its mirror is the spread (Cholesky), row by row.
    spread: Vec<f32>,
}

/// Classes, each by itself.
#[derive(Debug)]
pub struct Crowd {
    ground: Ground,
    meaning: Linear,
    /// For each bucket the classes that have it, and its weight there.
    wording: Vec<Vec<(u32, f32)>>,
    /// The buckets of each class.
    buckets: Vec<Vec<u32>>,
}

impl Crowd {
    /// Learns classes 1 to `classes` from lessons whose dense part has `dims` numbers; those of class 0 are the background.
    pub fn of(classes: usize, dims: usize, lessons: &[Lesson<'_>]) -> Self {
        let dims = dims - dims % Linear::INPUTS;
        let ground = Ground::of(dims, lessons.iter().filter(|lesson| lesson.class == 0 && lesson.dense.len() >= dims));
        let meaning = Linear::silent(dims);
        let mut crowd = Self { ground, meaning, wording: vec![Vec::new(); BUCKETS], buckets: Vec::new() };
        let mut by_class: Vec<Vec<Lesson<'_>>> = vec![Vec::new(); classes];
        for lesson in lessons {
            if let Some(own) = lesson.class.checked_sub(1).and_then(|class| by_class.get_mut(class)) {
                own.push(*lesson);
            }
        }
        for (number, own) in by_class.iter().enumerate() {
            crowd.learn(number + 1, own);
        }
        crowd
    }

    /// How many classes there are, without the background.
    pub fn len(&self) -> usize {
        self.buckets.len()
    }

    /// True when there is no class.
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// Learns one class anew, or the next, from its own lessons.
    pub fn learn(&mut self, class: usize, lessons: &[Lesson<'_>]) {
        let at = class.max(1).min(self.len() + 1) - 1;
        if at == self.len() {
            self.buckets.push(Vec::new());
        }
        for bucket in std::mem::take(&mut self.buckets[at]) {
            self.wording[bucket as usize].retain(|(class, _)| *class as usize != at);
        }
        let dims = self.ground.mean.len();
        let own: Vec<&Lesson<'_>> = lessons.iter().filter(|lesson| lesson.dense.len() >= dims).collect();
        let total: f32 = own.iter().map(|lesson| lesson.weight).sum();
        if total <= 0.0 {
            self.meaning.speak(at, &vec![0.0; dims], 0.0);
            return;
        }
        let mut mean = vec![0.0_f32; dims];
        let mut wording: Vec<(u32, f32)> = Vec::new();
        for lesson in own {
            let share = lesson.weight / total;
            mean.iter_mut().zip(lesson.dense).for_each(|(mean, x)| *mean += share * x);
            wording.extend(lesson.sparse.iter().map(|(bucket, weight)| (*bucket, share * weight)));
        }
        let (weights, bias) = self.ground.discriminant(&mean);
        self.meaning.speak(at, &weights, bias);
        for (bucket, weight) in heaviest(wording) {
            self.wording[bucket as usize].push((at as u32, WORDING * weight));
            self.buckets[at].push(bucket);
        }
    }

    /// For each class, from the first on, the logarithm of its odds against the background.
    pub fn odds(&self, dense: &[f32], sparse: &Features) -> Vec<f32> {
        let mut odds = vec![0.0; self.meaning.outputs()];
        if let Some(dense) = dense.get(..self.ground.mean.len()) {
            machine::multiply(&self.meaning, dense, &mut odds);
        }
        odds.truncate(self.len());
        for (bucket, value) in sparse {
            let Some(known) = self.wording.get(*bucket as usize).filter(|known| known.len() <= COMMON) else {
                continue;
            };
            for (class, weight) in known {
                odds[*class as usize] += value * weight;
            }
        }
        odds
    }
}

/// The heaviest features, each once, by bucket.
fn heaviest(mut all: Vec<(u32, f32)>) -> Vec<(u32, f32)> {
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

impl Ground {
    fn of<'a>(dims: usize, lines: impl Iterator<Item = &'a Lesson<'a>>) -> Self {
        let lines: Vec<&[f32]> = lines.map(|lesson| &lesson.dense[..dims]).collect();
        let each = 1.0 / lines.len().max(1) as f32;
        let mut mean = vec![0.0_f32; dims];
        for line in &lines {
            mean.iter_mut().zip(*line).for_each(|(mean, x)| *mean += each * x);
        }
        let mut spread = vec![0.0_f32; dims * dims];
        for line in &lines {
            let off: Vec<f32> = line.iter().zip(&mean).map(|(x, mean)| x - mean).collect();
            for (row, (spread, x)) in spread.chunks_exact_mut(dims.max(1)).zip(&off).enumerate() {
                spread[..=row].iter_mut().zip(&off).for_each(|(spread, y)| *spread += each * x * y);
            }
        }
        let ridge = (RIDGE * (0..dims).map(|at| spread[at * dims + at]).sum::<f32>() / dims.max(1) as f32).max(1e-6);
        (0..dims).for_each(|at| spread[at * dims + at] += ridge);
        halve(&mut spread, dims);
        Self { mean, spread }
    }

    /// What tells a class with its middle at `mean` from the background: weights and bias.
    fn discriminant(&self, mean: &[f32]) -> (Vec<f32>, f32) {
        let dims = self.mean.len();
        let mut weights: Vec<f32> = mean.iter().zip(&self.mean).map(|(own, ground)| own - ground).collect();
        for row in 0..dims {
            let known: f32 = (0..row).map(|at| self.spread[row * dims + at] * weights[at]).sum();
            weights[row] = (weights[row] - known) / self.spread[row * dims + row];
        }
        for row in (0..dims).rev() {
            let known: f32 = (row + 1..dims).map(|at| self.spread[at * dims + row] * weights[at]).sum();
            weights[row] = (weights[row] - known) / self.spread[row * dims + row];
        }
        for weight in &mut weights {
            *weight *= MEANING;
        }
        let middle: f32 = mean.iter().zip(&self.mean).zip(&weights).map(|((a, b), weight)| (a + b) * weight).sum();
        (weights, -0.5 * middle)
    }
}

/// Turns the lower triangle of a matrix into its Cholesky factor.
fn halve(matrix: &mut [f32], dims: usize) {
    for row in 0..dims {
        for column in 0..=row {
            let (above, own) = matrix.split_at(row * dims);
            let other = if column == row { &own[..column] } else { &above[column * dims..][..column] };
            let known: f32 = own[..column].iter().zip(other).map(|(a, b)| a * b).sum();
            let rest = matrix[row * dims + column] - known;
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

    fn lesson<'a>(dense: &'a [f32], sparse: &'a Features, class: usize) -> Lesson<'a> {
        Lesson { dense, sparse, class, weight: 1.0 }
    }

    fn best(crowd: &Crowd, dense: &[f32], sparse: &Features) -> usize {
        let odds = crowd.odds(dense, sparse);
        assert!(odds.len() == crowd.len() && odds.iter().all(|odds| odds.is_finite()));
        (0..odds.len()).max_by(|a, b| odds[*a].total_cmp(&odds[*b])).unwrap() + 1
    }

    #[test]
    fn each_class_is_known_by_its_own_lessons_and_one_more_moves_none() {
        let vectors: Vec<Vec<f32>> = (0..400).map(vector).collect();
        let words: Vec<Features> = (0..400).map(|word| vec![(word, 1.0)]).collect();
        let lessons: Vec<Lesson<'_>> =
            (0..400).map(|at| lesson(&vectors[at], &words[at], at.saturating_sub(300))).collect();
        let mut crowd = Crowd::of(98, DIMS, &lessons);
        for at in 301..399 {
            assert_eq!(best(&crowd, &vectors[at], &words[at]), at - 300);
        }
        let before = crowd.odds(&vectors[310], &words[310]);
        crowd.learn(99, &[lesson(&vectors[399], &words[399], 99)]);
        assert_eq!(best(&crowd, &vectors[399], &words[399]), 99);
        assert_eq!(crowd.odds(&vectors[310], &words[310])[..98], before[..]);
        crowd.learn(10, &[lesson(&vectors[5], &words[5], 10)]);
        assert_eq!(best(&crowd, &vectors[5], &words[5]), 10);
        assert_ne!(best(&crowd, &vectors[310], &words[310]), 10);
        crowd.learn(10, &[]);
        assert_ne!(best(&crowd, &vectors[5], &words[5]), 10);
    }

    #[test]
    fn without_meaning_wording_decides() {
        let words: Vec<Features> = (0..40).map(|word| vec![(word, 1.0)]).collect();
        let lessons: Vec<Lesson<'_>> = (0..40).map(|at| lesson(&[], &words[at], at)).collect();
        let crowd = Crowd::of(39, 0, &lessons);
        assert_eq!(best(&crowd, &[], &words[7]), 7);
        assert_eq!(Crowd::of(0, 0, &[]).odds(&[], &words[7]), []);
    }
}
