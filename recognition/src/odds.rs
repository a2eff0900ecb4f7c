//! Sums over the odds of all classes, of which there may be ten thousand.

/// The strongest and where it stands; of equals the first.
pub fn strongest(odds: &[f32]) -> Option<(usize, f32)> {
    let top = odds.iter().copied().max_by(f32::total_cmp)?;
    let at = odds.iter().position(|odds| odds.total_cmp(&top).is_eq())?;
    Some((at, top))
}

/// The `count` strongest, strongest first; of equals the first.
pub fn strongest_few(odds: &[f32], count: usize) -> Vec<(usize, f32)> {
    let mut few: Vec<(usize, f32)> = odds.iter().copied().enumerate().collect();
    let by_odds = |a: &(usize, f32), b: &(usize, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if few.len() > count {
        few.select_nth_unstable_by(count, by_odds);
        few.truncate(count);
    }
    few.sort_by(by_odds);
    few
}

/// Adds to each.
pub fn add_to_all(odds: &mut [f32], what: f32) {
    for odds in odds {
        *odds += what;
    }
}

/// ln(1 + Σ e^odds) over all but one: how much speaks for any of the others.
pub fn others(odds: &[f32], but: Option<usize>) -> f32 {
    let others = odds.iter().enumerate().filter(|(at, _)| Some(*at) != but);
    others.map(|(_, odds)| odds.exp()).sum::<f32>().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equals_the_first_is_the_strongest() {
        let odds = [1.0, 3.0, 3.0, -2.0];
        assert_eq!(strongest(&odds), Some((1, 3.0)));
        assert_eq!(strongest_few(&odds, 3), [(1, 3.0), (2, 3.0), (0, 1.0)]);
        assert_eq!((strongest(&[]), strongest_few(&odds[..1], 3)), (None, vec![(0, 1.0)]));
        assert!((others(&odds, Some(1)) - (1.0 + 1_f32.exp() + 3_f32.exp() + (-2_f32).exp()).ln()).abs() < 1e-5);
    }
}
