//! Text to word pieces, as BERT's uncased tokenizer cuts it.
//!
//! Invariants
//! - The same ids as the reference implementation (`models/reference.json`), in time linear in the text.
//! - Any text gives ids of the vocabulary; what has no piece is `[UNK]`.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// A word of more characters is not looked up.
const LONGEST_WORD: usize = 100;

/// The vocabulary, ready to cut words with.
#[derive(Debug)]
pub struct WordPieces {
    text: String,
    /// Where each piece stands in `text`, without its `##`.
    pieces: Vec<Range<u32>>,
    beginnings: Table,
    continuations: Table,
    unknown: u32,
}

/// Piece to id, open addressing over the pieces' own text.
#[derive(Debug)]
struct Table {
    /// Id + 1, or 0 where the slot is free; a power of two of them.
    slots: Vec<u32>,
    longest: usize,
}

impl WordPieces {
    /// Reads a vocabulary: a piece a line, its line is its id. `None` when it has no `[UNK]` or is beyond all bounds.
    pub fn read(vocabulary: &str) -> Option<Self> {
        u32::try_from(vocabulary.len()).ok().filter(|bytes| *bytes < 1 << 24)?;
        let count = vocabulary.lines().count();
        let mut read = Self {
            text: vocabulary.to_owned(),
            pieces: Vec::with_capacity(count),
            beginnings: Table::new(count),
            continuations: Table::new(count),
            unknown: 0,
        };
        let mut unknown = None;
        let mut at = 0;
        for line in vocabulary.split_inclusive('\n') {
            let whole = line.trim_end_matches(['\n', '\r']);
            let id = read.pieces.len() as u32;
            let (piece, continues) = match whole.strip_prefix("##") {
                Some(rest) if !rest.is_empty() => (rest, true),
                _ => (whole, false),
            };
            let from = at + (whole.len() - piece.len()) as u32;
            read.pieces.push(from..from + piece.len() as u32);
            let table = if continues { &mut read.continuations } else { &mut read.beginnings };
            table.insert(piece, id);
            if whole == "[UNK]" {
                unknown = Some(id);
            }
            at += line.len() as u32;
        }
        read.unknown = unknown?;
        Some(read)
    }

    /// How many pieces there are.
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// True when there is no piece at all.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The ids of a text's pieces, at most `most`, appended to `ids`.
    pub fn cut(&self, text: &str, most: usize, ids: &mut Vec<u32>) {
        let end = ids.len() + most;
        for token in text.split(is_space) {
            if ids.len() >= end {
                break;
            }
            if token.is_ascii() {
                self.cut_ascii(token, ids);
            } else {
                self.cut_unicode(token, ids);
            }
        }
        ids.truncate(end);
    }

    fn cut_ascii(&self, token: &str, ids: &mut Vec<u32>) {
        let mut lower = token.to_owned();
        lower.make_ascii_lowercase();
        let mut from = 0;
        for (at, byte) in lower.bytes().enumerate() {
            if byte.is_ascii_control() {
                // Control characters vanish and join what stands on both sides; rare enough for the long way.
                let visible: String = lower.chars().filter(|c| !c.is_ascii_control()).collect();
                return self.cut_ascii(&visible, ids);
            }
            if byte.is_ascii_punctuation() {
                self.cut_word(&lower[from..at], ids);
                self.cut_word(&lower[at..=at], ids);
                from = at + 1;
            }
        }
        self.cut_word(&lower[from..], ids);
    }

    fn cut_unicode(&self, token: &str, ids: &mut Vec<u32>) {
        let visible: String = token.chars().filter(|c| !is_control(*c)).collect();
        let mut word = String::with_capacity(visible.len());
        let mut flush = |word: &mut String| {
            self.cut_lowered(&word.to_lowercase(), ids);
            word.clear();
        };
        for c in visible.chars() {
            if is_cjk(c) {
                flush(&mut word);
                word.push(c);
                flush(&mut word);
            } else {
                word.push(c);
            }
        }
        flush(&mut word);
    }

    fn cut_lowered(&self, lowered: &str, ids: &mut Vec<u32>) {
        let bare: String = lowered.nfd().filter(|c| c.general_category() != GeneralCategory::NonspacingMark).collect();
        let mut from = 0;
        for (at, c) in bare.char_indices() {
            if is_punctuation(c) {
                let next = at + c.len_utf8();
                self.cut_word(&bare[from..at], ids);
                self.cut_word(&bare[at..next], ids);
                from = next;
            }
        }
        self.cut_word(&bare[from..], ids);
    }

    /// Greedy: the longest piece first, again and again; all or nothing.
    fn cut_word(&self, word: &str, ids: &mut Vec<u32>) {
        if word.is_empty() {
            return;
        }
        if word.len() > LONGEST_WORD && word.chars().count() > LONGEST_WORD {
            ids.push(self.unknown);
            return;
        }
        let begun = ids.len();
        let mut rest = word;
        while !rest.is_empty() {
            let table = if rest.len() == word.len() { &self.beginnings } else { &self.continuations };
            let Some((id, length)) = table.longest_at(rest, self) else {
                ids.truncate(begun);
                ids.push(self.unknown);
                return;
            };
            ids.push(id);
            rest = &rest[length..];
        }
    }

    fn piece(&self, id: u32) -> &str {
        let at = &self.pieces[id as usize];
        &self.text[at.start as usize..at.end as usize]
    }
}

impl Table {
    fn new(pieces: usize) -> Self {
        Self { slots: vec![0; (pieces * 2).next_power_of_two().max(2)], longest: 0 }
    }

    fn insert(&mut self, piece: &str, id: u32) {
        let mask = self.slots.len() - 1;
        let mut slot = fold(SEED, piece.as_bytes()) as usize & mask;
        while self.slots[slot] != 0 {
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = id + 1;
        self.longest = self.longest.max(piece.len());
    }

    /// The longest piece that `rest` begins with, and its length in bytes.
    fn longest_at(&self, rest: &str, pieces: &WordPieces) -> Option<(u32, usize)> {
        let reach = rest.len().min(self.longest);
        let mut hashes = [0_u32; LONGEST_WORD * 4];
        let mut hash = SEED;
        for (byte, at) in rest.as_bytes()[..reach.min(hashes.len())].iter().zip(&mut hashes) {
            hash = fold(hash, &[*byte]);
            *at = hash;
        }
        (1..=reach.min(hashes.len())).rev().filter(|length| rest.is_char_boundary(*length)).find_map(|length| {
            let id = self.find(hashes[length - 1], &rest[..length], pieces)?;
            Some((id, length))
        })
    }

    fn find(&self, hash: u32, piece: &str, pieces: &WordPieces) -> Option<u32> {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        // At most half of the slots are taken, so that a free one ends the search.
        while self.slots[slot] != 0 {
            let id = self.slots[slot] - 1;
            if pieces.piece(id) == piece {
                return Some(id);
            }
            slot = (slot + 1) & mask;
        }
        None
    }
}

const SEED: u32 = 0x811c_9dc5;

/// FNV-1a, 32 bits, with a last stir so that low bits depend on all.
fn fold(hash: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193).rotate_left(5))
}

fn is_space(c: char) -> bool {
    use GeneralCategory::{LineSeparator, ParagraphSeparator, SpaceSeparator};
    matches!(c, ' ' | '\t' | '\n' | '\r')
        || (!c.is_ascii() && matches!(c.general_category(), SpaceSeparator | LineSeparator | ParagraphSeparator))
}

fn is_control(c: char) -> bool {
    c == '\u{fffd}' || c.general_category_group() == GeneralCategoryGroup::Other
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation() || (!c.is_ascii() && c.general_category_group() == GeneralCategoryGroup::Punctuation)
}

fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{20000}'..='\u{2A6DF}' | '\u{2A700}'..='\u{2B73F}'
        | '\u{2B740}'..='\u{2B81F}' | '\u{2B820}'..='\u{2CEAF}' | '\u{F900}'..='\u{FAFF}' | '\u{2F800}'..='\u{2FA1F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<u32> {
        let pieces = WordPieces::read("[PAD]\n[UNK]\nun\n##aff\n##able\n,\nhello\n##o\n中\n").unwrap();
        let mut ids = Vec::new();
        pieces.cut(text, 64, &mut ids);
        ids
    }

    #[test]
    fn the_longest_piece_comes_first() {
        assert_eq!(cut("Unaffable, hello"), [2, 3, 4, 5, 6]);
        assert_eq!(cut("helloo hellox"), [6, 7, 1]);
        assert_eq!(cut("中un中"), [8, 2, 8]);
        assert_eq!(cut("h\u{301}ello he\u{0}llo"), [6, 6]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_gives_ids_of_the_vocabulary(text in ".{0,300}") {
            let ids = cut(&text);
            proptest::prop_assert!(ids.len() <= 64 && ids.iter().all(|id| *id < 9));
        }
    }
}
