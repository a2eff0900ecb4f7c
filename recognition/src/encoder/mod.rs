//! The second look at a message: a sentence encoder of MiniLM-L6's shape, with weights of eight bits.
//!
//! Invariants
//! - Within 1e-2 in cosine of the reference implementation with its full weights (`models/reference.json`).
//! - A text's vector has length one; the same on every machine up to rounding.
//! - Bounded: at most [`POSITIONS`] positions are looked at.

mod forward;
mod lanes;
mod panels;

use std::borrow::Cow;

use self::panels::Panels;
pub(crate) use self::{
    forward::{embed as forward, multiply},
    panels::{BLOCKS, Block, Lanes, Multiply, OUTPUTS, Plain, Products, Row},
};
use crate::{
    model_file::{Damaged, Keep, ModelFile, checksum, copied, damaged},
    simd,
    word_pieces::WordPieces,
};

/// Numbers in a vector.
pub const HIDDEN: usize = 384;
const LAYERS: usize = 6;
const HEADS: usize = 12;
const HEAD: usize = HIDDEN / HEADS;
const INTERMEDIATE: usize = 1536;
/// Word pieces that are looked at, with the marks of beginning and end.
pub(crate) const POSITIONS: usize = 128;
const BEGIN: u32 = 101;
const END: u32 = 102;

/// A sentence encoder.
#[derive(Debug)]
pub struct Encoder {
    word_scales: Vec<f32>,
    words: Cow<'static, [i8]>,
    positions: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
}

#[derive(Debug)]
struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    attended: Linear,
    attended_norm: Norm,
    widen: Linear,
    narrow: Linear,
    narrow_norm: Norm,
}

/// Scale and shift after bringing to mean zero and variance one.
#[derive(Debug)]
struct Norm {
    gamma: Vec<f32>,
    beta: Vec<f32>,
}

/// A matrix product with bias.
#[derive(Clone, Debug)]
pub(crate) struct Linear {
    scales: Vec<f32>,
    bias: Vec<f32>,
    weights: Panels,
}

impl Encoder {
    /// Reads `encoder.bin`, which must have been made for this vocabulary.
    pub fn read(bytes: &[u8], vocabulary: &str, pieces: &WordPieces) -> Result<Self, Damaged> {
        Self::read_kept(bytes, vocabulary, pieces, copied)
    }

    pub(crate) fn read_kept<'a>(
        bytes: &'a [u8],
        vocabulary: &str,
        pieces: &WordPieces,
        keep: Keep<'a>,
    ) -> Result<Self, Damaged> {
        let mut file = ModelFile::open(bytes, *b"KAIROSEN", 1)?;
        let shape = [
            ("the number of word pieces", pieces.len()),
            ("the number of positions", POSITIONS),
            ("the width", HIDDEN),
            ("the number of layers", LAYERS),
            ("the number of heads", HEADS),
            ("the width within", INTERMEDIATE),
        ];
        for (what, right) in shape {
            file.expect(what, right)?;
        }
        let epsilon = file.f32()?;
        if !(0.0..1e-3).contains(&epsilon) {
            return damaged("the epsilon is no small number");
        }
        if file.array()? != checksum(vocabulary.as_bytes()) {
            return damaged("it was made for another vocabulary");
        }
        let word_scales = file.floats(pieces.len())?;
        let words = keep(file.section(pieces.len() * HIDDEN)?);
        let positions = file.floats(POSITIONS * HIDDEN)?;
        let norm = Norm::read(&mut file)?;
        let layers = (0..LAYERS).map(|_| Layer::read(&mut file)).collect::<Result<_, _>>()?;
        file.end()?;
        Ok(Self { word_scales, words, positions, norm, layers })
    }

    /// The vector of a text by its pieces, without marks of beginning and end.
    pub fn embed(&self, ids: &[u32]) -> Vec<f32> {
        simd::embed(self, &[marked(ids)]).pop().unwrap_or_default()
    }

    /// The vectors of texts, which takes less than one after the other.
    pub fn embed_all(&self, texts: &[&[u32]]) -> Vec<Vec<f32>> {
        let texts: Vec<Vec<u32>> = texts.iter().map(|ids| marked(ids)).collect();
        texts.chunks(TOGETHER).flat_map(|some| simd::embed(self, some)).collect()
    }
}

/// Texts that go through the layers together: more would not stay in the machine's near memory.
const TOGETHER: usize = 16;

/// The pieces that are looked at, between the marks.
fn marked(ids: &[u32]) -> Vec<u32> {
    let mut marked = Vec::with_capacity(ids.len().min(POSITIONS) + 2);
    marked.push(BEGIN);
    marked.extend(ids.iter().take(POSITIONS - 2));
    marked.push(END);
    marked
}

impl Layer {
    fn read(file: &mut ModelFile<'_>) -> Result<Self, Damaged> {
        Ok(Self {
            query: Linear::read(file, HIDDEN, HIDDEN)?,
            key: Linear::read(file, HIDDEN, HIDDEN)?,
            value: Linear::read(file, HIDDEN, HIDDEN)?,
            attended: Linear::read(file, HIDDEN, HIDDEN)?,
            attended_norm: Norm::read(file)?,
            widen: Linear::read(file, INTERMEDIATE, HIDDEN)?,
            narrow: Linear::read(file, HIDDEN, INTERMEDIATE)?,
            narrow_norm: Norm::read(file)?,
        })
    }
}

impl Norm {
    fn read(file: &mut ModelFile<'_>) -> Result<Self, Damaged> {
        Ok(Self { gamma: file.floats(HIDDEN)?, beta: file.floats(HIDDEN)? })
    }
}

impl Linear {
    /// Inputs come in groups of so many.
    pub(crate) const INPUTS: usize = panels::GROUP;

    /// A matrix without a row yet.
    pub(crate) fn empty(inputs: usize) -> Self {
        Self { scales: Vec::new(), bias: Vec::new(), weights: Panels { inputs, blocks: Vec::new() } }
    }

    /// Outputs, rounded up to whole panels.
    pub(crate) fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// Sets the row of an output, or of the next; they are rounded to eight bits.
    pub(crate) fn set_row(&mut self, output: usize, weights: &[f32], bias: f32) {
        while self.bias.len() <= output {
            self.weights.add_panel();
            self.scales.extend([0.0; OUTPUTS]);
            self.bias.extend([0.0; OUTPUTS]);
        }
        let step = weights.iter().fold(0.0_f32, |most, weight| most.max(weight.abs())).max(1e-12) / 127.0;
        let rounded: Vec<i8> = weights.iter().map(|weight| (weight / step).round() as i8).collect();
        self.weights.set(output, &rounded);
        (self.scales[output], self.bias[output]) = (step, bias);
    }

    fn read(file: &mut ModelFile<'_>, outputs: usize, inputs: usize) -> Result<Self, Damaged> {
        let (scales, bias) = (file.floats(outputs)?, file.floats(outputs)?);
        let weights = Panels::of(bytemuck::cast_slice(file.section(outputs * inputs)?), inputs);
        Ok(Self { scales, bias, weights })
    }
}
