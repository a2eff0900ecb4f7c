//! Vectors of length one in steps of eight bits: a quarter of the memory, and the same scores to the third digit.

use std::sync::Arc;

use crate::dot_product::dot_steps;

/// Steps to each side of zero.
const STEPS: f32 = 127.0;

/// A vector of length one, or zero. Copies share the steps.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Embedding {
    steps: Arc<[i8]>,
    /// What a step stands for.
    scale: f32,
}

impl Embedding {
    /// Rounds a vector of length one, or zero.
    pub(crate) fn of(vector: &[f32]) -> Self {
        let largest = vector.iter().fold(0.0_f32, |most, value| most.max(value.abs())).max(f32::MIN_POSITIVE);
        Self::from_steps(vector.iter().map(|value| (value / largest * STEPS).round() as i8).collect())
    }

    /// The steps themselves; their scale follows from the length.
    pub(crate) fn from_steps(steps: Arc<[i8]>) -> Self {
        let squares: f32 = steps.iter().map(|step| f32::from(*step).powi(2)).sum();
        let scale = if squares > 0.0 { 1.0 / squares.sqrt() } else { 0.0 };
        Self { steps, scale }
    }

    pub(crate) fn steps(&self) -> &[i8] {
        &self.steps
    }

    /// The dot product with a vector of as many numbers; 0 with any other.
    pub(crate) fn dot(&self, vector: &[f32]) -> f32 {
        if vector.len() == self.steps.len() { self.scale * dot_steps(&self.steps, vector) } else { 0.0 }
    }

    /// Appends the vector, brought to `length`.
    pub(crate) fn append(&self, length: f32, out: &mut Vec<f32>) {
        let scale = length * self.scale;
        out.extend(self.steps.iter().map(|step| f32::from(*step) * scale));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_keeps_length_and_direction() {
        let mut vector: Vec<f32> = (0..384).map(|at| ((at * 37) as f32 * 0.731).sin()).collect();
        crate::to_length_one(&mut vector);
        let embedding = Embedding::of(&vector);
        assert!((embedding.dot(&vector) - 1.0).abs() < 1e-3);
        let mut again = Vec::new();
        embedding.append(1.0, &mut again);
        assert!(again.iter().zip(&vector).all(|(a, b)| (a - b).abs() < 1e-3));
        assert_eq!(Embedding::from_steps(embedding.steps().into()), embedding);
        assert!(Embedding::of(&[0.0; 4]).dot(&[1.0; 4]).abs() < 1e-9 && embedding.dot(&[1.0]).abs() < 1e-9);
    }
}
