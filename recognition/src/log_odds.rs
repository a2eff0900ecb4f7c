//! Sums over the log-odds of all classes, of which there may be ten thousand.

/// The strongest and where it stands; of equals the first.
pub fn strongest(odds: &[f32]) -> Option<(usize, f32)> {
    // In lanes: a maximum in one lane waits for each comparison.
    let mut lanes = [f32::NEG_INFINITY; 16];
    let (chunks, rest) = odds.as_chunks::<16>();
    for chunk in chunks {
        for (lane, odds) in lanes.iter_mut().zip(chunk) {
            *lane = if *odds > *lane { *odds } else { *lane };
        }
    }
    let top = lanes.iter().chain(rest).copied().max_by(f32::total_cmp)?;
    let at = odds.iter().position(|odds| *odds >= top)?;
    Some((at, odds[at]))
}

/// The `count` strongest, strongest first; of equals the first.
pub fn strongest_few(odds: &[f32], count: usize) -> Vec<(usize, f32)> {
    let mut few: Vec<(usize, f32)> = Vec::with_capacity(count + 1);
    let mut least = f32::NEG_INFINITY;
    for (at, odds) in odds.iter().copied().enumerate() {
        if few.len() < count || odds > least {
            let place = few.partition_point(|(_, other)| other.total_cmp(&odds).is_ge());
            few.insert(place, (at, odds));
            few.truncate(count);
            least = if few.len() < count { f32::NEG_INFINITY } else { few.last().map_or(least, |(_, odds)| *odds) };
        }
    }
    few
}

/// Log-odds up to which even ten thousand add nothing that could be told: exponentials take their time.
const NEGLIGIBLE: f32 = -20.0;

/// Adds to each.
pub fn add_to_all(odds: &mut [f32], what: f32) {
    for odds in odds {
        *odds += what;
    }
}

/// ln(1 + Σ e^odds) over all but one: how much speaks for any of the others.
pub fn others(odds: &[f32], but: Option<usize>) -> f32 {
    let others = odds.iter().enumerate().filter(|(at, odds)| **odds > NEGLIGIBLE && Some(*at) != but);
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
