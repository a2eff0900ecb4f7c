//! Dot products in lanes, so that whole registers add: a sum in one lane waits for each addition.

const LANES: usize = 16;

/// The dot product of two vectors of one length.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let ((a, a_end), (b, b_end)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for at in 0..LANES {
            lanes[at] += a[at] * b[at];
        }
    }
    let rest: f32 = a_end.iter().zip(b_end).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f32>() + rest
}

/// The same with a vector of small whole numbers.
pub(crate) fn dot_steps(a: &[i8], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let ((a, a_end), (b, b_end)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for at in 0..LANES {
            lanes[at] += f32::from(a[at]) * b[at];
        }
    }
    let rest: f32 = a_end.iter().zip(b_end).map(|(a, b)| f32::from(*a) * b).sum();
    lanes.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_counts_once() {
        let a: Vec<f32> = (0..37_u8).map(f32::from).collect();
        let plain: f32 = a.iter().map(|value| value * value).sum();
        assert!((dot(&a, &a) - plain).abs() < 1e-2);
        assert!((dot(&a[..5], &a[..5]) - 30.0).abs() < 1e-6);
        let steps: Vec<i8> = (0..37).collect();
        assert!((dot_steps(&steps, &a) - plain).abs() < 1e-2);
    }
}
