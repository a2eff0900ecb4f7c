//! Exact probabilities of counts, and the normal distribution, without a dependency.
//!
//! Invariants
//! - A tail is a sum of exact terms; nothing is approximated by a normal curve.
//! - Every function is total: numbers out of bounds give a probability all the same.

/// The most cases that are summed one by one; a larger sample is cut to it in proportion, which only loses power.
pub(super) const MOST_CASES: u64 = 100_000;

/// Natural logarithm of the gamma function, by Lanczos' approximation with g = 7 and nine terms: relative error below
/// 1e-13 for x ≥ 0.5 (Numerical Recipes, 3rd edition, § 6.1; coefficients by P. Godfrey).
fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let mut sum = 0.999_999_999_999_809_9;
    let mut place = 1.0;
    for term in TERMS {
        sum += term / (x + place);
        place += 1.0;
    }
    let t = x + 7.5;
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

fn ln_choose(n: u64, k: u64) -> f64 {
    ln_gamma(n as f64 + 1.0) - ln_gamma(k as f64 + 1.0) - ln_gamma((n - k) as f64 + 1.0)
}

/// A count's chance to lie at the observed number or further on one side: both tails hold the observed number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tails {
    /// That few or fewer.
    pub(super) low: f64,
    /// That many or more.
    pub(super) high: f64,
}

impl Tails {
    fn of(at_most: u64, term: impl Fn(u64) -> f64, below: f64, most: u64) -> Self {
        let at = term(at_most);
        let low: f64 = (0..at_most).map(&term).sum::<f64>() + below + at;
        let high: f64 =
            if most == u64::MAX { 1.0 - low + at } else { (at_most + 1..=most).map(&term).sum::<f64>() + at };
        Self { low: low.clamp(0.0, 1.0), high: high.clamp(0.0, 1.0) }
    }
}

/// `x` of `n` where each case has the chance `p`: the exact binomial test (Clopper and Pearson 1934).
pub(super) fn binomial(x: u64, n: u64, p: f64) -> Tails {
    let (x, n) = cut(x, n);
    let p = p.clamp(1e-9, 1.0 - 1e-9);
    let term = |k: u64| (ln_choose(n, k) + k as f64 * p.ln() + (n - k) as f64 * (1.0 - p).ln()).exp();
    Tails::of(x, term, 0.0, n)
}

/// `x` where `mean` are usual: the exact Poisson test.
pub(super) fn poisson(x: u64, mean: f64) -> Tails {
    let (mean, x) = (mean.max(1e-9), x.min(MOST_CASES));
    let term = |k: u64| (k as f64 * mean.ln() - mean - ln_gamma(k as f64 + 1.0)).exp();
    Tails::of(x, term, 0.0, u64::MAX)
}

/// `x` of `n` against `x0` of `n0` in the past, where the past is a sample too: Fisher's exact test, one-sided.
pub(super) fn fisher(x: u64, n: u64, x0: u64, n0: u64) -> Tails {
    let ((x, n), (x0, n0)) = (cut(x, n), cut(x0, n0));
    let (total, hits) = (n + n0, x + x0);
    let (least, most) = (hits.saturating_sub(n0), hits.min(n));
    let all = ln_choose(total, hits);
    let term = |k: u64| {
        if k < least || k > most { 0.0 } else { (ln_choose(n, k) + ln_choose(n0, hits - k) - all).exp() }
    };
    Tails::of(x, term, 0.0, most)
}

/// `x` in an exposure of `t` against `x0` in `t0` of the past: given their sum, `x` is binomial (Przyborowski and
/// Wilenski 1940).
pub(super) fn two_poissons(x: u64, t: f64, x0: u64, t0: f64) -> Tails {
    binomial(x, x + x0, t / (t + t0).max(1e-12))
}

fn cut(x: u64, n: u64) -> (u64, u64) {
    let x = x.min(n);
    if n <= MOST_CASES {
        return (x, n);
    }
    // u128: the product of two numbers of 64 bits.
    let part = u128::from(x) * u128::from(MOST_CASES) / u128::from(n);
    (u64::try_from(part).unwrap_or(MOST_CASES), MOST_CASES)
}

/// How many standard deviations below the mean a lower tail of `p` begins: the inverse of the normal distribution, by
/// Acklam's rational approximation (2003), relative error below 1.2e-9. Bounded to ±8.
pub(super) fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -39.696_830_286_653_76,
        220.946_098_424_520_5,
        -275.928_510_446_968_7,
        138.357_751_867_269,
        -30.664_798_066_147_16,
        2.506_628_277_459_239,
    ];
    const B: [f64; 5] = [
        -54.476_098_798_224_06,
        161.585_836_858_040_9,
        -155.698_979_859_886_6,
        66.801_311_887_719_72,
        -13.280_681_552_885_72,
    ];
    const C: [f64; 6] = [
        -0.007_784_894_002_430_293,
        -0.322_396_458_041_136_5,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 4] =
        [0.007_784_695_709_041_462, 0.322_467_129_070_039_8, 2.445_134_137_142_996, 3.754_408_661_907_416];
    let horner = |terms: &[f64], x: f64| terms.iter().fold(0.0, |sum, term| sum * x + term);
    let p = p.clamp(1e-15, 1.0 - 1e-15);
    let tail = |q: f64| horner(&C, q) / (horner(&D, q) * q + 1.0);
    let z = if p < 0.024_25 {
        tail((-2.0 * p.ln()).sqrt())
    } else if p > 1.0 - 0.024_25 {
        -tail((-2.0 * (1.0 - p).ln()).sqrt())
    } else {
        let q = p - 0.5;
        let r = q * q;
        horner(&A, r) * q / (horner(&B, r) * r + 1.0)
    };
    z.clamp(-8.0, 8.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, right: f64) {
        assert!((found - right).abs() < 1e-6 * right.abs().max(1e-3), "{found}, not {right}");
    }

    /// Numbers of R 4.2: pbinom, ppois, phyper, qnorm.
    #[test]
    fn tails_are_those_of_r() {
        near(binomial(9, 60, 0.25).low, 0.045_167_48);
        near(binomial(0, 10, 0.5).low, 1.0 / 1024.0);
        near(binomial(10, 10, 0.5).high, 1.0 / 1024.0);
        near(poisson(3, 7.5).low, 0.059_145_46);
        near(poisson(3, 7.5).high, 0.979_743_3);
        near(fisher(1, 10, 9, 14).low, 0.010_718_13);
        near(normal_quantile(0.025), -1.959_963_985);
        near(-normal_quantile(0.001_349_898_031_6), 3.0);
    }

    #[test]
    fn nothing_is_out_of_bounds() {
        for x in [0, 1, 5, u64::MAX] {
            for n in [0, 1, 5, 100_001, u64::MAX] {
                for p in [-1.0, 0.0, 0.3, 1.0, f64::NAN] {
                    let Tails { low, high } = binomial(x, n, if p.is_nan() { 0.5 } else { p });
                    assert!((0.0..=1.0).contains(&low) && (0.0..=1.0).contains(&high), "{x} {n} {p}");
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn the_two_tails_share_one_number(n in 1_u64..300, share in 0.0..1.0_f64, p in 0.01..0.99_f64) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 300")]
            let x = (share * n as f64) as u64;
            let Tails { low, high } = binomial(x, n, p);
            proptest::prop_assert!(low + high >= 1.0 - 1e-9);
            proptest::prop_assert!(binomial(x + 1, n + 1, p).low <= 1.0);
        }
    }
}
