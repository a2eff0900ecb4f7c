//! The background lines of `lexical.bin` as the models see them.
//!
//! Invariants
//! - It belongs to exactly those models that it names by checksum.

use std::borrow::Cow;

use crate::{
    model_file::{Damaged, Keep, ModelFile, ModelWriter, checksum, damaged},
    models::ModelFiles,
    static_table,
};

const MAGIC: [u8; 8] = *b"KAIROSBG";
/// Numbers in a vector of the sentence encoder.
const ENCODER_DIMS: usize = 384;

/// Vectors of the background, a line each, in the order of `lexical.bin`.
#[derive(Debug)]
pub(crate) struct Background {
    pub(crate) first: Vectors,
    pub(crate) second: Vectors,
    /// The checksum of the encoder that made the second.
    pub(crate) encoder: [u8; 32],
}

/// Vectors of length one, in steps of eight bits.
#[derive(Debug, Default)]
pub struct Vectors {
    dims: usize,
    rows: Cow<'static, [i8]>,
}

impl Vectors {
    /// Numbers in a vector.
    pub(crate) fn dims(&self) -> usize {
        self.dims
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len() / self.dims.max(1)
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Appends the vector with this number to `out`, brought to `length`.
    pub(crate) fn append(&self, number: usize, length: f32, out: &mut Vec<f32>) {
        let row = self.rows.get(number * self.dims..(number + 1) * self.dims).unwrap_or_default();
        let squares: f32 = row.iter().map(|step| f32::from(*step).powi(2)).sum();
        let scale = length / squares.sqrt().max(f32::MIN_POSITIVE);
        out.extend(row.iter().map(|step| f32::from(*step) * scale));
    }
}

impl Background {
    pub(crate) fn read<'a>(
        bytes: &'a [u8],
        files: &ModelFiles<'_>,
        lines: usize,
        keep: Keep<'a>,
    ) -> Result<Self, Damaged> {
        let mut file = ModelFile::open(bytes, MAGIC, 1)?;
        file.expect("the number of lines", lines)?;
        let has_second = file.u32()? != 0;
        for (name, made_by) in [("lexical.bin", files.lexical), ("static.bin", files.static_table)] {
            if file.array()? != sum(made_by) {
                return damaged(format!("it was made with another {name}"));
            }
        }
        let encoder = file.array()?;
        let first = Vectors { dims: static_table::DIMS, rows: keep(file.section(lines * static_table::DIMS)?) };
        let mut second = Vectors::default();
        if has_second {
            let read = Vectors { dims: ENCODER_DIMS, rows: keep(file.section(lines * ENCODER_DIMS)?) };
            if encoder == sum(files.encoder) {
                second = read;
            }
        }
        file.end()?;
        Ok(Self { first, second, encoder })
    }

    /// Writes `background.bin` for the models in `files`; `second` is empty where there is no encoder.
    pub(crate) fn write(files: &ModelFiles<'_>, first: &[Vec<f32>], second: &[Vec<f32>]) -> Vec<u8> {
        let mut file = ModelWriter::new(MAGIC, 1);
        file.put(&(first.len() as u32).to_le_bytes());
        file.put(&u32::from(!second.is_empty()).to_le_bytes());
        for made_by in [files.lexical, files.static_table, files.encoder] {
            file.put(&sum(made_by));
        }
        for vectors in [first, second].into_iter().filter(|vectors| !vectors.is_empty()) {
            let rounded =
                vectors.iter().flatten().map(|value| (value * STEPS).round().clamp(-127.0, 127.0) as i8 as u8);
            file.section(&rounded.collect::<Vec<u8>>());
        }
        file.finish()
    }
}

/// Vectors of length one have small parts: a step is a fraction of what is usual, and larger ones are cut.
const STEPS: f32 = 400.0;

fn sum(file: Option<&[u8]>) -> [u8; 32] {
    file.map(checksum).unwrap_or_default()
}

/// Makes `background.bin`.
pub fn write_background(files: &ModelFiles<'_>, first: &[Vec<f32>], second: &[Vec<f32>]) -> Vec<u8> {
    Background::write(files, first, second)
}
