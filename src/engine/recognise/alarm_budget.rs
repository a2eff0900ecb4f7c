//! How many false alarms a channel can bear, and the threshold that keeps to it.
//!
//! Nearly all that people write means no need that a trigger knows, so the scores of ordinary traffic tell where false
//! alarms begin. Scores are enough: no text is kept.
//!
//! Invariants
//! - A sketch holds counts of scores, at most 3,001 of them, whatever passes.
//! - A larger budget never gives a higher threshold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Width of a bin of scores, in logarithms of odds.
const STEP: f32 = 0.02;
/// Scores beyond this count as this.
const FARTHEST: f32 = 30.0;
/// When so many scores are held, all counts are halved: what is long ago fades.
const FADE_AT: u64 = 50_000;

/// Messages of a thousand that may be taken for a need and are none.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlarmBudget(f32);

impl AlarmBudget {
    /// So many of a thousand messages; from 0.01 to 1000.
    pub const fn per_1000(messages: f32) -> Self {
        Self(messages.clamp(0.01, 1000.0))
    }

    /// So many a week in a channel where so many messages are written a week.
    pub fn per_week(alarms: f32, messages: f32) -> Self {
        Self::per_1000(1000.0 * alarms / messages.max(1.0))
    }

    fn share(self) -> f64 {
        f64::from(self.0) / 1000.0
    }
}

/// How the scores of a channel's messages are spread.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Counts", into = "Counts")]
pub struct ScoreSketch {
    /// Bin to how many scores fell into it.
    counts: BTreeMap<i16, u32>,
    /// The sum of all counts; changed with them.
    held: u64,
}

/// A sketch as it is stored.
#[derive(Serialize, Deserialize)]
struct Counts {
    counts: BTreeMap<i16, u32>,
}

impl From<Counts> for ScoreSketch {
    fn from(Counts { counts }: Counts) -> Self {
        let held = counts.values().map(|count| u64::from(*count)).sum();
        Self { counts, held }
    }
}

impl From<ScoreSketch> for Counts {
    fn from(ScoreSketch { counts, .. }: ScoreSketch) -> Self {
        Self { counts }
    }
}

impl ScoreSketch {
    /// Counts the score of one message: that of its strongest need.
    #[expect(clippy::cast_possible_truncation, reason = "a score within bounds is one of 3,001 bins")]
    pub fn add(&mut self, score: f32) {
        let score = if score.is_nan() { -FARTHEST } else { score.clamp(-FARTHEST, FARTHEST) };
        let count = self.counts.entry((score / STEP).round() as i16).or_default();
        *count = count.saturating_add(1);
        self.held += 1;
        if self.held >= FADE_AT {
            self.counts.retain(|_, count| {
                *count /= 2;
                *count > 0
            });
            self.held = self.counts.values().map(|count| u64::from(*count)).sum();
        }
    }

    /// How many scores it holds.
    pub fn len(&self) -> u64 {
        self.held
    }

    /// True when nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The lowest score that no more than the budget's share of these messages reached.
    ///
    /// Without any score it is so high that nothing is heard.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count is a count")]
    pub fn threshold(&self, budget: AlarmBudget) -> f32 {
        let allowed = (self.len() as f64 * budget.share()).floor() as u64;
        let mut above = 0;
        for (bin, count) in self.counts.iter().rev() {
            above += u64::from(*count);
            if above > allowed {
                return (f32::from(*bin) + 0.5) * STEP;
            }
        }
        if self.is_empty() { FARTHEST } else { -FARTHEST }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_kept_on_what_was_counted() {
        let mut sketch = ScoreSketch::default();
        let scores: Vec<f32> = (0..1000_u16).map(|i| f32::from(i) / 100.0).collect();
        for score in &scores {
            sketch.add(*score);
        }
        for allowed in [1_u16, 2, 5, 50] {
            let threshold = sketch.threshold(AlarmBudget::per_1000(f32::from(allowed)));
            let over = scores.iter().filter(|score| **score >= threshold).count();
            assert!(over <= usize::from(allowed) && over + 3 >= usize::from(allowed), "{over} of {allowed}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_larger_budget_never_hears_less(
            scores in proptest::collection::vec(proptest::num::f32::ANY, 0..200), a in 0.0_f32..1000.0, b in 0.0_f32..1000.0
        ) {
            let mut sketch = ScoreSketch::default();
            for score in &scores {
            sketch.add(*score);
        }
            let [small, large] = [a.min(b), a.max(b)].map(|budget| sketch.threshold(AlarmBudget::per_1000(budget)));
            proptest::prop_assert!(large <= small && small.is_finite());
            let read: ScoreSketch = serde_json::from_str(&serde_json::to_string(&sketch).unwrap()).unwrap();
            proptest::prop_assert_eq!(read, sketch);
        }
    }
}
