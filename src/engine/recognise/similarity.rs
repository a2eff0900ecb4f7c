//! How much a message resembles an example: the cosine of their weighted words.
//!
//! Words count by how rare they are, pairs of neighbours and the insides of long words a little, so that a typo or
//! another ending still meets. It hears wording, not meaning.

use std::collections::HashMap;

use super::{
    clean::{stem, words},
    frequencies::Frequencies,
};

/// Weight of a word that stands in no table: as much as a fairly rare one, since it may be just a name.
const UNKNOWN_WORD_MOST: f32 = 6.0;
/// Share of a word's weight that its pair with the next word adds.
const PAIR_SHARE: f32 = 0.35;
/// Share of a word's weight that its inner four-letter pieces add together.
const PIECES_SHARE: f32 = 0.45;

/// The length, before it is made one, from which on a text is worth its full resemblance: five or six words of which
/// two are not everyday ones.
const SUBSTANTIAL: f32 = 5.0;

/// A text as weighted features; the weights' squares add up to one.
#[derive(Debug)]
pub(super) struct Features {
    /// Hash of the feature and its weight.
    pub(super) weights: Vec<(u64, f32)>,
    /// How much the text says, from 0 to 1: a handful of everyday words says little, however well they match.
    pub(super) substance: f32,
    /// Words with their share of the whole, for evidence.
    pub(super) words: Vec<(u64, String)>,
}

impl Features {
    /// The features of a cleaned text; none when it has no word.
    pub(super) fn of(cleaned: &str, frequencies: &Frequencies) -> Self {
        let mut weights: HashMap<u64, f32> = HashMap::new();
        let mut named = Vec::new();
        let mut before: Option<(String, f32)> = None;
        for word in words(cleaned) {
            let root = stem(&word).to_owned();
            let weight = frequencies.weight(&root).min(UNKNOWN_WORD_MOST);
            let id = hash(b'w', &root);
            *weights.entry(id).or_default() += weight;
            named.push((id, word.clone()));
            if let Some((previous, previous_weight)) = &before {
                let pair = hash(b'p', &format!("{previous} {root}"));
                *weights.entry(pair).or_default() += PAIR_SHARE * (weight + previous_weight) / 2.0;
            }
            add_pieces(&mut weights, &word, weight);
            before = Some((root, weight));
        }
        // Saying a word twice says little more than saying it once.
        let norm = weights.values().map(|w| w.ln_1p().powi(2)).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        let mut weights: Vec<_> = weights.into_iter().map(|(id, w)| (id, w.ln_1p() / norm)).collect();
        weights.sort_unstable_by_key(|(id, _)| *id);
        Self { weights, substance: (norm / SUBSTANTIAL).min(1.0), words: named }
    }
}

fn add_pieces(weights: &mut HashMap<u64, f32>, word: &str, weight: f32) {
    let letters: Vec<char> = word.chars().take(24).collect();
    if letters.len() < 5 {
        return;
    }
    let pieces = letters.windows(4);
    let share = PIECES_SHARE * weight / (pieces.len() as f32).sqrt();
    for piece in pieces {
        *weights.entry(hash(b'c', &piece.iter().collect::<String>())).or_default() += share;
    }
}

/// FNV-1a, 64 bits, with the feature's kind first.
fn hash(kind: u8, text: &str) -> u64 {
    text.bytes().fold((0xcbf2_9ce4_8422_2325 ^ u64::from(kind)).wrapping_mul(0x0100_0000_01b3), |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
