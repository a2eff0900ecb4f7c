//! Finds the lowest point of a smooth convex function: L-BFGS (Nocedal and Wright 2006, algorithms 7.4 and 3.1).

use std::collections::VecDeque;

use crate::dot_product;

/// Steps that are remembered.
const MEMORY: usize = 6;
/// A step must gain this share of what the slope promises (Armijo).
const GAIN: f64 = 1e-4;

/// Lowers `function` from `x` on, for at most `rounds` rounds or until a round gains less than `enough` of the whole.
///
/// `function` returns the value at a point and writes the gradient there.
pub(super) fn minimise(x: &mut Vec<f32>, rounds: usize, enough: f64, function: impl Fn(&[f32], &mut [f32]) -> f64) {
    let mut gradient = vec![0.0; x.len()];
    let mut value = function(x, &mut gradient);
    let mut memory: VecDeque<(Vec<f32>, Vec<f32>, f64)> = VecDeque::new();
    let mut next = vec![0.0; x.len()];
    let mut next_gradient = vec![0.0; x.len()];
    for _ in 0..rounds {
        let direction = direction(&gradient, &memory);
        let slope = -dot(&direction, &gradient);
        if slope >= 0.0 || !slope.is_finite() {
            break;
        }
        let mut length = if memory.is_empty() { 1.0 / dot(&gradient, &gradient).sqrt().max(1.0) } else { 1.0 };
        let mut next_value = f64::INFINITY;
        for _ in 0..20 {
            for ((next, x), direction) in next.iter_mut().zip(x.iter()).zip(&direction) {
                *next = x - length as f32 * direction;
            }
            next_value = function(&next, &mut next_gradient);
            if next_value <= value + GAIN * length * slope {
                break;
            }
            length /= 2.0;
        }
        if next_value.is_nan() || next_value >= value {
            break;
        }
        let moved: Vec<f32> = next.iter().zip(x.iter()).map(|(next, x)| next - x).collect();
        let turned: Vec<f32> = next_gradient.iter().zip(&gradient).map(|(next, old)| next - old).collect();
        let curvature = dot(&moved, &turned);
        if curvature > f64::MIN_POSITIVE {
            memory.push_back((moved, turned, 1.0 / curvature));
            if memory.len() > MEMORY {
                memory.pop_front();
            }
        }
        std::mem::swap(x, &mut next);
        std::mem::swap(&mut gradient, &mut next_gradient);
        let gained = (value - next_value) / value.abs().max(1.0);
        value = next_value;
        if gained < enough {
            break;
        }
    }
}

/// The gradient, bent by what earlier steps told of the curvature.
fn direction(gradient: &[f32], memory: &VecDeque<(Vec<f32>, Vec<f32>, f64)>) -> Vec<f32> {
    let mut q = gradient.to_vec();
    let mut alphas = Vec::with_capacity(memory.len());
    for (moved, turned, rho) in memory.iter().rev() {
        let alpha = rho * dot(moved, &q);
        add(&mut q, turned, -alpha);
        alphas.push(alpha);
    }
    if let Some((moved, turned, _)) = memory.back() {
        let scale = (dot(moved, turned) / dot(turned, turned)) as f32;
        for q in &mut q {
            *q *= scale;
        }
    }
    for ((moved, turned, rho), alpha) in memory.iter().zip(alphas.into_iter().rev()) {
        let beta = rho * dot(turned, &q);
        add(&mut q, moved, alpha - beta);
    }
    q
}

fn add(to: &mut [f32], what: &[f32], times: f64) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += times as f32 * what;
    }
}

/// In parts, so that the sum of a long vector stays as exact as its parts.
fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.chunks(4096).zip(b.chunks(4096)).map(|(a, b)| f64::from(dot_product::dot(a, b))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valley_is_found() {
        let mut x = vec![5.0, -3.0];
        minimise(&mut x, 60, 1e-12, |x, gradient| {
            gradient[0] = 2.0 * (x[0] - 1.0);
            gradient[1] = 20.0 * (x[1] - 2.0);
            f64::from((x[0] - 1.0).powi(2) + 10.0 * (x[1] - 2.0).powi(2))
        });
        assert!((x[0] - 1.0).abs() < 1e-3 && (x[1] - 2.0).abs() < 1e-3, "{x:?}");
    }
}
