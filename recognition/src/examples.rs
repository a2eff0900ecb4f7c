//! How near a text comes to the examples of a class: what a classifier's one direction for each class can't say.
//!
//! Invariants
//! - A class without an example is near to nothing.

use crate::strands::dot;

/// Examples whose nearness counts; one alone may be near by chance.
const NEAREST: usize = 3;

/// The vectors of the examples of every class.
#[derive(Debug, Default)]
pub struct Examples {
    dims: usize,
    /// One row behind the other for each class.
    classes: Vec<Vec<f32>>,
}

impl Examples {
    /// Examples of `classes` classes, each with its class and its vector of length one; all of the same length.
    pub fn of<'a>(classes: usize, dims: usize, examples: impl Iterator<Item = (usize, &'a [f32])>) -> Self {
        let mut found = Self { dims, classes: vec![Vec::new(); classes] };
        for (class, vector) in examples {
            if let Some(rows) = found.classes.get_mut(class)
                && vector.len() == dims
            {
                rows.extend(vector);
            }
        }
        found
    }

    /// The other examples of one class, or those of the next.
    pub fn replace<'a>(&mut self, class: usize, examples: impl Iterator<Item = &'a [f32]>) {
        if class >= self.classes.len() {
            self.classes.resize(class + 1, Vec::new());
        }
        let vectors = examples.filter(|vector| vector.len() == self.dims);
        self.classes[class] = vectors.flatten().copied().collect();
    }

    /// The mean cosine with the three nearest examples of a class; 0 where it has none.
    pub fn nearness(&self, class: usize, vector: &[f32]) -> f32 {
        let Some(rows) = self.classes.get(class).filter(|rows| !rows.is_empty() && vector.len() == self.dims) else {
            return 0.0;
        };
        let mut nearest = [f32::NEG_INFINITY; NEAREST];
        for row in rows.chunks_exact(self.dims) {
            let mut cosine = dot(row, vector);
            for known in &mut nearest {
                if cosine > *known {
                    std::mem::swap(known, &mut cosine);
                }
            }
        }
        let count = (rows.len() / self.dims).min(NEAREST);
        nearest[..count].iter().sum::<f32>() / count as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(at: usize) -> Vec<f32> {
        (0..16).map(|d| f32::from(u8::from(d == at))).collect()
    }

    #[test]
    fn the_three_nearest_count() {
        let rows: Vec<Vec<f32>> = [0, 0, 1, 2].into_iter().map(unit).collect();
        let mut examples = Examples::of(2, 16, rows.iter().map(|row| (0, row.as_slice())));
        assert!((examples.nearness(0, &unit(0)) - 2.0 / 3.0).abs() < 1e-6);
        assert!(examples.nearness(0, &unit(5)).abs() < 1e-6);
        assert!(examples.nearness(1, &unit(0)).abs() < 1e-6 && examples.nearness(9, &unit(0)).abs() < 1e-6);
        examples.replace(2, [unit(3).as_slice()].into_iter());
        assert!((examples.nearness(2, &unit(3)) - 1.0).abs() < 1e-6);
    }
}
