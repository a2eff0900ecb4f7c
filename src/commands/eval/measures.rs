//! Figures over scores.

/// The share of pairs of an `inside` and an `outside` score in which the inside one is higher; ties count half
/// (the area under the receiver operating characteristic; Hanley 1982).
pub(super) fn auroc(inside: &[f32], outside: &[f32]) -> f64 {
    let mut sorted = outside.to_vec();
    sorted.sort_by(f32::total_cmp);
    let wins: f64 = inside
        .iter()
        .map(|score| {
            let below = sorted.partition_point(|other| other < score);
            let not_above = sorted.partition_point(|other| other <= score);
            (below + not_above) as f64 / 2.0
        })
        .sum();
    wins / (inside.len() * outside.len()).max(1) as f64
}

/// The share of `outside` that is refused by the highest threshold which still lets `coverage` of `inside` through.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length is a length")]
pub(super) fn refused_at(coverage: f64, inside: &[f32], outside: &[f32]) -> f64 {
    let mut sorted = inside.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let passing = (coverage * sorted.len() as f64).ceil() as usize;
    let Some(threshold) = passing.checked_sub(1).and_then(|last| sorted.get(last)) else { return 0.0 };
    share(outside.iter().filter(|score| *score < threshold).count(), outside.len())
}

/// `part` of `whole`, 0 of nothing.
pub(super) fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// Mean, median and 99th percentile.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub(super) struct Spread {
    mean: f64,
    pub(super) p50: f64,
    pub(super) p99: f64,
}

impl Spread {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length is a length")]
    pub(super) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values.get(((values.len() as f64 * share) as usize).min(values.len().saturating_sub(1)));
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        Self { mean, p50: at(0.5).copied().unwrap_or(0.0), p99: at(0.99).copied().unwrap_or(0.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_the_textbook() {
        assert!((auroc(&[3.0, 2.0], &[1.0, 2.0]) - 0.875).abs() < 1e-9);
        assert!((auroc(&[3.0, 4.0], &[1.0, 2.0]) - 1.0).abs() < 1e-9);
        assert!((refused_at(0.5, &[4.0, 3.0, 2.0, 1.0], &[2.5, 3.5]) - 0.5).abs() < 1e-9);
        assert!((refused_at(1.0, &[4.0, 1.0], &[0.5, 0.7, 2.0]) - 2.0 / 3.0).abs() < 1e-9);
        assert!(refused_at(0.95, &[], &[1.0]) < 1e-9);
    }
}
