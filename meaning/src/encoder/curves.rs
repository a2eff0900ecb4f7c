//! Curves and sums as registers take them: near enough, and without a branch.

use super::panels::Multiply;

/// Sums run in so many strands, so that whole registers add.
pub(super) const STRANDS: usize = 16;

#[inline(always)]
pub(super) fn total(strands: [f32; STRANDS]) -> f32 {
    folded(strands, |a, b| a + b)
}

/// All strands in one, by halves.
#[inline(always)]
pub(super) fn folded(mut strands: [f32; STRANDS], join: impl Fn(f32, f32) -> f32) -> f32 {
    let mut half = STRANDS / 2;
    while half > 0 {
        for at in 0..half {
            strands[at] = join(strands[at], strands[at + half]);
        }
        half /= 2;
    }
    strands[0]
}

/// As `max`, without its care for what is no number.
#[inline(always)]
pub(super) fn greater(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// x · Φ(x), with the error function to 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26).
#[inline(always)]
pub(super) fn gelu<M: Multiply>(x: f32, multiply: M) -> f32 {
    let plus = |a, b, sum| multiply.plus(a, b, sum);
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / plus(0.327_591_1, z, 1.0);
    let series = plus(t, plus(t, plus(t, plus(t, 1.061_405_4, -1.453_152), 1.421_413_7), -0.284_496_7), 0.254_829_6);
    let tail = 0.5 * t * series * exp(-z * z, multiply);
    x * if x > 0.0 { 1.0 - tail } else { tail }
}

/// e^x to 1e-6 for x ≤ 0; below −87 it is as good as nothing. Split into 2^whole · 2^part, the part by its series.
#[inline(always)]
pub(super) fn exp<M: Multiply>(x: f32, multiply: M) -> f32 {
    let plus = |a, b, sum| multiply.plus(a, b, sum);
    let powers = if x > -87.0 { x } else { -87.0 } * std::f32::consts::LOG2_E;
    let shifted = powers + MAGIC;
    let part = (powers - (shifted - MAGIC)) * std::f32::consts::LN_2;
    let cubic = plus(part, plus(part, plus(part, 1.0 / 720.0, 1.0 / 120.0), 1.0 / 24.0), 1.0 / 6.0);
    let series = plus(part, plus(part, plus(part, cubic, 0.5), 1.0), 1.0);
    let whole = shifted.to_bits() as i32 - MAGIC.to_bits() as i32;
    series * f32::from_bits(((whole + 127) << 23) as u32)
}

/// Added and taken away again, it leaves a whole number: its own last digit is one.
pub(super) const MAGIC: f32 = 12_582_912.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::Plain;

    #[test]
    fn short_cuts_are_near_the_truth() {
        for step in -2000_i16..=2000 {
            let x = f32::from(step) / 100.0;
            if x <= 0.0 {
                assert!((exp(x, Plain) - x.exp()).abs() < 1e-6, "exp({x})");
            }
            let z = f64::from(x);
            // The logistic curve is a poor Φ; tanh with the cubic term is within 5e-4 of the true one.
            let near = 0.5 * z * (1.0 + (0.797_884_6 * (z + 0.044_715 * z.powi(3))).tanh());
            assert!((f64::from(gelu(x, Plain)) - near).abs() < 1e-3, "gelu({x})");
        }
    }
}
