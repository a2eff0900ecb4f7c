//! How much a word says: rare words say more.

use std::collections::HashMap;

use super::clean::stem;

/// Sentences out of 100,000 in which a word stands; `word_frequencies.py` made the table.
const TABLE: &str = include_str!("word_frequencies.tsv");

/// Weights of words by how rare they are in everyday work.
#[derive(Debug)]
pub(super) struct Frequencies {
    by_stem: HashMap<&'static str, u32>,
}

impl Frequencies {
    /// Reads the table.
    pub(super) fn new() -> Self {
        let mut by_stem: HashMap<&str, u32> = HashMap::with_capacity(8_000);
        for (word, count) in TABLE.lines().filter_map(|line| line.split_once('\t')) {
            *by_stem.entry(stem(word)).or_default() += count.parse::<u32>().unwrap_or(0);
        }
        Self { by_stem }
    }

    /// Inverse document frequency (Spärck Jones 1972), smoothed: ln(1 + 100,000 / (1 + sentences with the word)).
    #[expect(clippy::cast_possible_truncation, reason = "a logarithm of at most 100,000 needs no second half")]
    pub(super) fn weight(&self, stem: &str) -> f32 {
        let sentences = self.by_stem.get(stem).copied().unwrap_or(0);
        (1.0 + 100_000.0 / (1.0 + f64::from(sentences))).ln() as f32
    }
}
