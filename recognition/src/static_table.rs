//! The first look at a message: a row for every word piece, added up.
//!
//! Invariants
//! - A text's vector has length one, or zero where no piece of it has a row.

use std::borrow::Cow;

use crate::{
    model_file::{Damaged, Keep, ModelFile, checksum, copied, damaged},
    word_pieces::WordPieces,
};

/// Numbers in a row.
pub const DIMS: usize = 256;
/// Pieces of a text that are added up.
const MOST_PIECES: usize = 256;

/// Rows of small whole numbers, one for each word piece.
#[derive(Debug)]
pub struct StaticTable {
    rows: Cow<'static, [i8]>,
}

impl StaticTable {
    /// Reads `static.bin`, which must have been made for this vocabulary.
    pub fn read(bytes: &[u8], vocabulary: &str, pieces: &WordPieces) -> Result<Self, Damaged> {
        Self::read_kept(bytes, vocabulary, pieces, copied)
    }

    pub(crate) fn read_kept<'a>(
        bytes: &'a [u8],
        vocabulary: &str,
        pieces: &WordPieces,
        keep: Keep<'a>,
    ) -> Result<Self, Damaged> {
        let mut file = ModelFile::open(bytes, *b"KAIROSST", 1)?;
        file.expect("the number of rows", pieces.len())?;
        file.expect("the length of a row", DIMS)?;
        // The scale of all rows: it falls out when the sum is brought to length one.
        file.f32()?;
        if file.array()? != checksum(vocabulary.as_bytes()) {
            return damaged("it was made for another vocabulary");
        }
        let rows = keep(file.section(pieces.len() * DIMS)?);
        file.end()?;
        Ok(Self { rows })
    }

    /// The vector of a text by its pieces.
    pub fn embed(&self, ids: &[u32]) -> [f32; DIMS] {
        let mut sum = [0_i32; DIMS];
        for id in ids.iter().take(MOST_PIECES) {
            let at = *id as usize * DIMS;
            let row = self.rows.get(at..at + DIMS).unwrap_or_default();
            for (sum, value) in sum.iter_mut().zip(row) {
                *sum += i32::from(*value);
            }
        }
        let mut vector = sum.map(|value| value as f32);
        to_length_one(&mut vector);
        vector
    }
}

/// Divides a vector by its length; a zero vector stays.
pub fn to_length_one(vector: &mut [f32]) {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        for value in vector {
            *value /= length;
        }
    }
}
