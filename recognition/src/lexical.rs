//! The wording of a text as hashed features: words, pairs of neighbours, and pieces of three to five letters.
//!
//! Invariants
//! - The squares of a text's weights add up to one; a text without a letter or digit has no feature.
//! - Buckets only: no word can be read back from features.

use crate::{
    dot_product::dot,
    model_file::{Damaged, ModelFile, ModelWriter, damaged},
};

/// Features are hashed into so many buckets.
pub const BUCKETS: usize = 1 << 18;
/// Words that are looked at; a longer message is a document.
const MOST_WORDS: usize = 400;
/// Letters of a word that are cut into pieces.
const MOST_LETTERS: usize = 24;
/// How much words and their pairs say beside the pieces, by weight in the cosine.
const WORDS_SHARE: f32 = 0.5;
/// A pair says this much of what its words would.
const PAIR_SHARE: f32 = 0.7;
/// What a step of a stored weight stands for: inverse document frequencies lie between 1 and 13.
const IDF_STEP: f32 = 1.0 / 18.0;
/// Weight of every feature where no statistics are known.
const PLAIN_IDF: u8 = 126;

/// Words up to this inverse document frequency say nothing by themselves: they stand in every thirtieth line.
const EVERYDAY: f32 = 4.5;
/// What two or three words of a subject add up to.
const SUBSTANTIAL: f32 = 6.0;

/// A text's features: bucket and weight, sorted by bucket.
pub type Features = Vec<(u32, f32)>;

/// How alike two texts are, each by a dense vector and its features: the sum of the products of what both have.
pub fn likeness(one: (&[f32], &Features), other: (&[f32], &Features)) -> f32 {
    let mut sum = dot(one.0, other.0);
    let mut rest = other.1.as_slice();
    for (bucket, weight) in one.1 {
        while let Some(((own, value), behind)) = rest.split_first()
            && own <= bucket
        {
            if own == bucket {
                sum += weight * value;
            }
            rest = behind;
        }
    }
    sum
}

/// Knows how rare features are.
#[derive(Debug)]
pub struct Lexical {
    /// Inverse document frequency for each bucket, in steps.
    idf: Vec<u8>,
}

/// Lexical statistics, and lines of background by their features.
#[derive(Debug)]
pub struct Statistics {
    /// How rare features are.
    pub lexical: Lexical,
    /// What is no need: background lines by their features.
    pub background: Vec<Line>,
    /// What passes in a channel: other such lines, which nothing was taught with.
    pub traffic: Vec<Line>,
}

/// A line of background, of which only buckets are known.
#[derive(Clone, Debug)]
pub struct Line {
    /// Whether it asks for something.
    pub asks: bool,
    /// How much it says, from 0 to 1.
    pub substance: f32,
    /// Its heaviest features.
    pub features: Features,
}

impl Line {
    /// Whether it asks in the lowest bit, how much it says in the others.
    fn manner(&self) -> u8 {
        ((self.substance * 127.0).round() as u8) << 1 | u8::from(self.asks)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Word,
    Pair,
    Piece,
}

impl Lexical {
    /// Takes every feature for equally rare.
    pub fn plain() -> Self {
        Self { idf: vec![PLAIN_IDF; BUCKETS] }
    }

    /// Counts in how many of `lines` each feature stands; ln((1 + lines) / (1 + those)) + 1 (Spärck Jones 1972).
    pub fn count<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut counts = vec![0_u32; BUCKETS];
        let mut all = 0_u32;
        for line in lines {
            all += 1;
            let mut buckets: Vec<u32> = raw(line).into_iter().map(|(_, bucket)| bucket).collect();
            buckets.sort_unstable();
            buckets.dedup();
            for bucket in buckets {
                counts[bucket as usize] += 1;
            }
        }
        let idf = |count: u32| (f64::from(all + 1) / f64::from(count + 1)).ln() as f32 + 1.0;
        Self { idf: counts.into_iter().map(|count| (idf(count) / IDF_STEP).round().min(255.0) as u8).collect() }
    }

    /// The features of a cleaned text.
    pub fn features(&self, cleaned: &str) -> Features {
        let mut raw = raw(cleaned);
        raw.sort_unstable();
        let mut features = Features::with_capacity(raw.len());
        let mut lengths = [0.0_f32; 2];
        let mut kinds = Vec::with_capacity(raw.len());
        for same in raw.chunk_by(|a, b| a == b) {
            let (kind, bucket) = same[0];
            // Saying it twice says little more than saying it once.
            let often = 1.0 + (same.len() as f32).ln();
            let share = if kind == Kind::Pair { PAIR_SHARE } else { 1.0 };
            let weight = share * often * f32::from(self.idf[bucket as usize]) * IDF_STEP;
            let group = usize::from(kind == Kind::Piece);
            lengths[group] += weight * weight;
            kinds.push(group);
            features.push((bucket, weight));
        }
        let shares = if lengths[1] == 0.0 { [1.0, 0.0] } else { [WORDS_SHARE, 1.0 - WORDS_SHARE] };
        let scale =
            [0, 1].map(|group| if lengths[group] > 0.0 { (shares[group] / lengths[group]).sqrt() } else { 0.0 });
        for ((_, weight), group) in features.iter_mut().zip(kinds) {
            *weight *= scale[group];
        }
        features.sort_unstable_by_key(|(bucket, _)| *bucket);
        let told_apart = features.len();
        features.dedup_by(|next, first| {
            let same = next.0 == first.0;
            if same {
                first.1 += next.1;
            }
            same
        });
        // Those that share a bucket weigh more together than apart.
        if features.len() < told_apart {
            let length = features.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt();
            for (_, weight) in &mut features {
                *weight /= length.max(f32::MIN_POSITIVE);
            }
        }
        features
    }

    /// How much a cleaned text says, from 0 to 1: a handful of everyday words says little, however well they match.
    pub fn substance(&self, cleaned: &str) -> f32 {
        let mut said: Vec<u32> = words(cleaned).take(MOST_WORDS).map(|word| bucket(whole(&word))).collect();
        said.sort_unstable();
        said.dedup();
        let weight = |bucket: &u32| (f32::from(self.idf[*bucket as usize]) * IDF_STEP - EVERYDAY).max(0.0);
        (said.iter().map(weight).sum::<f32>() / SUBSTANTIAL).min(1.0)
    }

    fn write(&self, file: &mut ModelWriter) {
        file.section(&self.idf);
    }
}

impl Statistics {
    /// Features of one background line that are kept, the heaviest.
    pub const KEPT: usize = 64;

    /// What stands in no file: nothing is rare, and there is no background.
    pub fn none() -> Self {
        Self { lexical: Lexical::plain(), background: Vec::new(), traffic: Vec::new() }
    }

    /// Reads `lexical.bin`.
    pub fn read(bytes: &[u8]) -> Result<Self, Damaged> {
        let mut file = ModelFile::open(bytes, *b"KAIROSLX", 1)?;
        file.expect("the number of buckets", BUCKETS)?;
        let (count, background) = (file.u32()? as usize, file.u32()? as usize);
        let manners = file.section(count)?.to_vec();
        let lexical = Lexical { idf: file.section(BUCKETS)?.to_vec() };
        let mut lines = Vec::with_capacity(count.min(1 << 16));
        let size = count.checked_mul(Self::KEPT * 4).ok_or_else(|| Damaged("too many lines".into()))?;
        for (line, manner) in file.section(size)?.chunks_exact(Self::KEPT * 4).zip(manners) {
            let mut features = Features::new();
            for four in line.chunks_exact(4) {
                let packed = u32::from_le_bytes([four[0], four[1], four[2], four[3]]);
                let (bucket, weight) = (packed >> 8, (packed & 255) as f32 / 255.0);
                if bucket as usize >= BUCKETS {
                    return damaged("a bucket that there is not");
                }
                if weight > 0.0 {
                    features.push((bucket, weight));
                }
            }
            features.sort_unstable_by_key(|(bucket, _)| *bucket);
            lines.push(Line { asks: manner & 1 == 1, substance: f32::from(manner >> 1) / 127.0, features });
        }
        file.end()?;
        let traffic = lines.split_off(background.min(lines.len()));
        Ok(Self { lexical, background: lines, traffic })
    }

    /// Writes `lexical.bin`: `lines` are those of the background, then those of traffic; each with whether it asks.
    pub fn write(lexical: &Lexical, background: usize, lines: &[Line]) -> Vec<u8> {
        let mut file = ModelWriter::new(*b"KAIROSLX", 1);
        file.put(&(BUCKETS as u32).to_le_bytes());
        file.put(&(lines.len() as u32).to_le_bytes());
        file.put(&(background as u32).to_le_bytes());
        file.section(&lines.iter().map(Line::manner).collect::<Vec<u8>>());
        lexical.write(&mut file);
        let mut packed = Vec::with_capacity(lines.len() * Self::KEPT * 4);
        for line in lines {
            let mut heaviest = line.features.clone();
            heaviest.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            heaviest.resize(Self::KEPT, (0, 0.0));
            for (bucket, weight) in heaviest {
                packed.extend((bucket << 8 | (weight * 255.0).round().clamp(0.0, 255.0) as u32).to_le_bytes());
            }
        }
        file.section(&packed);
        file.finish()
    }
}

/// The words of a cleaned text; apostrophes join (`don't` is `dont`).
pub fn words(cleaned: &str) -> impl Iterator<Item = String> + '_ {
    cleaned
        .split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '\u{2019}'))
        .map(|word| word.chars().filter(|c| c.is_alphanumeric()).collect::<String>())
        .filter(|word| !word.is_empty())
}

/// Every feature with its kind, as often as it stands there.
fn raw(cleaned: &str) -> Vec<(Kind, u32)> {
    let mut found = Vec::with_capacity(cleaned.len() * 4);
    let mut before: Option<u64> = None;
    let mut letters: Vec<char> = Vec::with_capacity(MOST_LETTERS + 2);
    for word in words(cleaned).take(MOST_WORDS) {
        letters.clear();
        letters.push(' ');
        letters.extend(word.chars().take(MOST_LETTERS));
        letters.push(' ');
        let whole = whole(&word);
        found.push((Kind::Word, bucket(whole)));
        if let Some(before) = before {
            found.push((Kind::Pair, bucket(step(before, 0x5EED) ^ whole.rotate_left(17))));
        }
        before = Some(whole);
        for from in 0..letters.len() {
            let mut hash = 2;
            for (length, letter) in letters[from..].iter().take(5).enumerate() {
                hash = step(hash, *letter as u32);
                if length >= 2 {
                    found.push((Kind::Piece, bucket(hash)));
                }
            }
        }
    }
    found
}

/// The hash of a word.
fn whole(word: &str) -> u64 {
    let letters = word.chars().take(MOST_LETTERS).chain([' ']);
    letters.fold(step(1, u32::from(' ')), |hash, letter| step(hash, letter as u32))
}

fn step(hash: u64, value: u32) -> u64 {
    (hash ^ u64::from(value)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23)
}

fn bucket(hash: u64) -> u32 {
    // The highest bits have been stirred the most.
    (hash.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - BUCKETS.trailing_zeros())) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_keeps_most_of_a_word() {
        let lexical = Lexical::plain();
        let dot = |a: &Features, b: &Features| -> f32 {
            a.iter().filter_map(|(x, v)| Some(v * b.iter().find(|(y, _)| x == y)?.1)).sum()
        };
        let right = lexical.features("pricing objection");
        assert!((dot(&right, &right) - 1.0).abs() < 1e-4);
        assert!(dot(&right, &lexical.features("prcing objections")) > 0.25);
        assert!(dot(&right, &lexical.features("lunch tomorrow")) < 0.1);
    }

    #[test]
    fn statistics_are_read_as_they_were_written() {
        let lexical = Lexical::count(["the cat", "the dog"].into_iter());
        let line = lexical.features("the cat sat");
        let written = Statistics::write(
            &lexical,
            1,
            &[false, true].map(|asks| Line { asks, substance: 1.0, features: line.clone() }),
        );
        let read = Statistics::read(&written).unwrap();
        assert_eq!(read.lexical.idf, lexical.idf);
        assert!(!read.background[0].asks && read.traffic[0].asks && read.traffic.len() == 1);
        assert!(read.background[0].features.iter().zip(&line).all(|(a, b)| a.0 == b.0 && (a.1 - b.1).abs() < 0.01));
    }

    #[test]
    fn what_shares_a_bucket_weighs_no_more() {
        let features = Lexical::plain().features("Ⱥu\u{3347a}X");
        let length: f32 = features.iter().map(|(_, weight)| weight * weight).sum();
        assert!((length - 1.0).abs() < 1e-3, "{length}");
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_weights_of_length_one_or_none(text in ".*") {
            let features = Lexical::plain().features(&text);
            let length: f32 = features.iter().map(|(_, weight)| weight * weight).sum();
            proptest::prop_assert!(features.is_empty() || (length - 1.0).abs() < 0.05, "{length}");
        }
    }
}
