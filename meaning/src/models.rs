//! The models that ship with Kairos, and what is said of those that are missing or damaged.
//!
//! Invariants
//! - Every model may be missing or damaged: what remains still works, and `notes` says what doesn't.
//! - A model is used only with the background that it was measured against.

use std::str;

use crate::{
    background::Background,
    lexical::Statistics,
    model_file::Damaged,
    static_table::StaticTable,
    word_pieces::WordPieces,
};

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The bytes of the model files, as far as they are there.
#[derive(Clone, Copy, Debug, Default)]
pub struct ModelFiles<'a> {
    /// `vocab.txt`
    pub vocabulary: Option<&'a [u8]>,
    /// `lexical.bin`
    pub lexical: Option<&'a [u8]>,
    /// `static.bin`
    pub static_table: Option<&'a [u8]>,
    /// `encoder.bin`
    pub encoder: Option<&'a [u8]>,
    /// `background.bin`
    pub background: Option<&'a [u8]>,
}

impl ModelFiles<'static> {
    /// Those that were there when Kairos was built.
    pub const fn shipped() -> Self {
        Self {
            vocabulary: VOCABULARY,
            lexical: LEXICAL,
            static_table: STATIC,
            encoder: ENCODER,
            background: BACKGROUND,
        }
    }
}

/// Everything that turns text into numbers.
#[derive(Debug)]
pub struct Models {
    /// How rare wordings are.
    pub statistics: Statistics,
    /// The first look by meaning.
    pub first: Option<FirstModel>,
    /// What is missing, in words for an operator; empty when all is there.
    pub notes: Vec<String>,
    /// Bytes of the files that are in use.
    pub bytes: usize,
}

/// Word pieces, their rows, and the rows of the background.
#[derive(Debug)]
pub struct FirstModel {
    /// Cuts words.
    pub pieces: WordPieces,
    /// Adds rows up.
    pub table: StaticTable,
    /// Static vectors of [`Statistics::background`] and [`Statistics::traffic`], one behind the other.
    pub background: Vec<Vec<f32>>,
}

impl Models {
    /// Reads what can be read.
    pub fn read(files: &ModelFiles<'_>) -> Self {
        let mut models = Self { statistics: Statistics::none(), first: None, notes: Vec::new(), bytes: 0 };
        match needed(files.lexical, "lexical.bin").and_then(|bytes| Ok((Statistics::read(bytes)?, bytes.len()))) {
            Ok((statistics, bytes)) => {
                models.statistics = statistics;
                models.bytes += bytes;
            }
            Err(why) => models.notes.push(format!("all wordings count as equally rare: {why}")),
        }
        match FirstModel::read(files, &models.statistics) {
            Ok((first, bytes)) => {
                models.first = Some(first);
                models.bytes += bytes;
            }
            Err(why) => models.notes.push(format!("needs are heard by their wording alone, not by meaning: {why}")),
        }
        models
    }
}

impl FirstModel {
    fn read(files: &ModelFiles<'_>, statistics: &Statistics) -> Result<(Self, usize), Damaged> {
        let bytes = needed(files.static_table, "static.bin")?;
        let vocabulary = needed(files.vocabulary, "vocab.txt")?;
        let text = str::from_utf8(vocabulary).map_err(|_| Damaged("vocab.txt is no UTF-8".into()))?;
        let pieces = WordPieces::read(text).ok_or_else(|| Damaged("vocab.txt is no vocabulary".into()))?;
        let table = StaticTable::read(bytes, text, &pieces).map_err(|why| Damaged(format!("static.bin: {why}")))?;
        let background = needed(files.background, "background.bin")?;
        let rows = Background::read(background, files, statistics.background.len() + statistics.traffic.len())
            .map_err(|why| Damaged(format!("background.bin: {why}")))?;
        Ok((Self { pieces, table, background: rows.first }, bytes.len() + vocabulary.len() + background.len()))
    }
}

fn needed<'a>(file: Option<&'a [u8]>, name: &str) -> Result<&'a [u8], Damaged> {
    file.ok_or_else(|| Damaged(format!("{name} is missing")))
}
