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

use crate::{
    engine::{Evidence, Need},
    library::Hearing,
};

/// Width of a bin of scores, in logarithms of odds.
const STEP: f32 = 0.02;
/// Scores beyond this count as this.
const FARTHEST: f32 = 30.0;
/// When so many scores are held, all counts are halved: what is long ago fades.
const FADE_AT: u64 = 50_000;
/// Scores that set a threshold by themselves, at the least …
const ENOUGH: u64 = 1_000;
/// … and so many that twice the budget's one alarm is among them: the highest score of a few is chance.
const ALARMS_SEEN: f64 = 2.0;
/// No threshold is as low as this: all scores below count as one.
const QUIET: f32 = -1.5;

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

    /// What a manager's word for it allows.
    pub const fn of(hearing: Hearing) -> Self {
        Self::per_1000(match hearing {
            Hearing::Careful => 0.5,
            Hearing::Balanced => 1.0,
            Hearing::Eager => 5.0,
        })
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
    /// The sketch of counts that are kept: as they are, whatever their sum.
    pub fn of(counts: impl IntoIterator<Item = (i16, u32)>) -> Self {
        Counts { counts: counts.into_iter().collect() }.into()
    }

    /// Counts the score of one message: that of its strongest need.
    pub fn add(&mut self, score: f32) {
        self.add_to(bin(score), 1);
    }

    /// The bin of a message in which `needs` were heard, strongest first: that of the strongest by resemblance. A phrase
    /// that means a need by itself passes any threshold, and says nothing about where one should be.
    pub fn bin_of(needs: &[Need]) -> i16 {
        let by_likeness = needs.iter().filter(|need| matches!(need.evidence, Evidence::Example { .. }));
        // As [`Need::score`] shows it: a logistic of the odds.
        let odds = by_likeness.map(|need| (need.score / (1.0 - need.score)).ln()).max_by(f32::total_cmp);
        bin(odds.unwrap_or(QUIET).max(QUIET))
    }

    /// Counts so many messages more (or fewer) in a bin; true when it was time to halve what was there before.
    pub fn add_to(&mut self, bin: i16, messages: i64) -> bool {
        let fades = messages > 0 && self.held >= FADE_AT;
        if fades {
            self.counts.values_mut().for_each(|count| *count /= 2);
            self.held = self.counts.values().map(|count| u64::from(*count)).sum();
        }
        let count = self.counts.entry(bin).or_default();
        let before = u64::from(*count);
        *count = u32::try_from(i64::from(*count).saturating_add(messages).max(0)).unwrap_or(u32::MAX);
        self.held = self.held - before + u64::from(*count);
        if fades || messages < 0 {
            self.counts.retain(|_, count| *count > 0);
        }
        fades
    }

    /// True when a message was counted in a bin.
    pub fn holds(&self, bin: i16) -> bool {
        self.counts.contains_key(&bin)
    }

    /// True when so many scores are held that the budget can be read from them: 2,000 at one message in a thousand.
    pub fn knows(&self, budget: AlarmBudget) -> bool {
        self.len() >= ENOUGH && self.len() as f64 * budget.share() >= ALARMS_SEEN
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

/// The bin of a score.
#[expect(clippy::cast_possible_truncation, reason = "a score within bounds is one of 3,001 bins")]
fn bin(score: f32) -> i16 {
    let score = if score.is_nan() { -FARTHEST } else { score.clamp(-FARTHEST, FARTHEST) };
    (score / STEP).round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enough_is_twice_the_budget() {
        let mut sketch = ScoreSketch::default();
        let mut knows = Vec::new();
        for count in 1..=4_000_u16 {
            sketch.add(0.0);
            let words = Hearing::ALL.iter().filter(|hearing| sketch.knows(AlarmBudget::of(**hearing))).count();
            if knows.len() < words {
                knows.push(count);
            }
        }
        assert_eq!(knows, [1_000, 2_000, 4_000], "eager, balanced, careful");
    }

    #[test]
    fn what_is_taken_back_is_as_if_it_had_never_been_counted() {
        let mut sketch = ScoreSketch::default();
        (0..100).for_each(|_| sketch.add(0.0));
        let before = sketch.clone();
        sketch.add(3.0);
        assert_ne!(sketch, before);
        sketch.add_to(bin(3.0), -1);
        assert_eq!(sketch, before);
        assert!(!sketch.holds(bin(3.0)) && sketch.holds(bin(0.0)));
    }

    #[test]
    fn long_ago_fades() {
        let mut sketch = ScoreSketch::default();
        let faded = (0..60_000).filter(|_| sketch.add_to(bin(1.0), 1)).count();
        assert_eq!((faded, sketch.len()), (1, 35_000));
    }

    #[test]
    fn a_need_counts_by_its_odds_and_a_phrase_does_not() {
        let need = |score: f32, evidence| Need { trigger: "a".into(), score, threshold: 0.5, evidence };
        let example = || Evidence::Example { nearest: String::new(), words: Vec::new() };
        let phrase = || Evidence::Keyword { phrase: String::new() };
        assert_eq!(ScoreSketch::bin_of(&[need(1.0, phrase()), need(0.5, example())]), bin(0.0));
        assert_eq!(ScoreSketch::bin_of(&[need(0.952_574_1, example())]), bin(3.0));
        assert_eq!(ScoreSketch::bin_of(&[need(1.0, example())]), bin(FARTHEST));
        assert_eq!(ScoreSketch::bin_of(&[need(1.0, phrase())]), bin(QUIET));
        assert_eq!(ScoreSketch::bin_of(&[]), bin(QUIET));
    }

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
