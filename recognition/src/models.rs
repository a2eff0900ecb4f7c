//! The models that ship with Kairos, and what is said of those that are missing or damaged.
//!
//! Invariants
//! - Every model may be missing or damaged: what remains still works, and `notes` says what doesn't.
//! - A model is used only with the background that it was measured against.

use std::str;

use crate::{
    background::{Background, Vectors},
    encoder::Encoder,
    lexical::Statistics,
    model_file::{Damaged, Keep, copied, damaged, where_they_lie},
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
    /// The second look, at what is promising; only where there is a first.
    pub second: Option<SecondModel>,
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
    pub background: Vectors,
}

/// The sentence encoder, and what it makes of the background.
#[derive(Debug)]
pub struct SecondModel {
    /// Encodes.
    pub encoder: Encoder,
    /// Its vectors of [`Statistics::background`] and [`Statistics::traffic`], one behind the other.
    pub background: Vectors,
    /// SHA-256 of its file: what it made before is told by it from what another encoder made.
    pub(crate) checksum: [u8; 32],
}

impl Models {
    /// Reads those that were there when Kairos was built; what needs no work stays where it lies in the program.
    pub fn shipped() -> Self {
        Self::read_kept(&ModelFiles::shipped(), where_they_lie)
    }

    /// Reads what can be read.
    pub fn read(files: &ModelFiles<'_>) -> Self {
        Self::read_kept(files, copied)
    }

    fn read_kept<'a>(files: &ModelFiles<'a>, keep: Keep<'a>) -> Self {
        let mut models =
            Self { statistics: Statistics::none(), first: None, second: None, notes: Vec::new(), bytes: 0 };
        match needed(files.lexical, "lexical.bin").and_then(|bytes| Ok((Statistics::read(bytes)?, bytes.len()))) {
            Ok((statistics, bytes)) => {
                models.statistics = statistics;
                models.bytes += bytes;
            }
            Err(why) => models.notes.push(format!("all wordings count as equally rare: {why}")),
        }
        if let Err(why) = models.read_meaning(files, keep) {
            models.notes.push(match models.first {
                None => format!("needs are heard by their wording alone, not by meaning: {why}"),
                Some(_) => format!("promising messages get no second look: {why}"),
            });
        }
        models
    }

    /// Reads the models by meaning, as far as all is well.
    fn read_meaning<'a>(&mut self, files: &ModelFiles<'a>, keep: Keep<'a>) -> Result<(), Damaged> {
        let vocabulary = needed(files.vocabulary, "vocab.txt")?;
        let text = str::from_utf8(vocabulary).map_err(|_| Damaged("vocab.txt is no UTF-8".into()))?;
        let pieces = WordPieces::read(text).ok_or_else(|| Damaged("vocab.txt is no vocabulary".into()))?;
        let bytes = needed(files.static_table, "static.bin")?;
        let table = StaticTable::read_kept(bytes, text, &pieces, keep).map_err(of("static.bin"))?;
        let lines = self.statistics.background.len() + self.statistics.traffic.len();
        let background_bytes = needed(files.background, "background.bin")?;
        let background = Background::read(background_bytes, files, lines, keep).map_err(of("background.bin"))?;
        let encoder = needed(files.encoder, "encoder.bin").and_then(|bytes| {
            let encoder = Encoder::read_kept(bytes, text, &pieces, keep).map_err(of("encoder.bin"))?;
            Ok((encoder, bytes.len()))
        });
        self.first = Some(FirstModel { pieces, table, background: background.first });
        self.bytes += vocabulary.len() + bytes.len() + background_bytes.len();
        let (encoder, bytes) = encoder?;
        if background.second.len() != lines {
            return damaged("background.bin was made with another encoder.bin");
        }
        self.second = Some(SecondModel { encoder, background: background.second, checksum: background.encoder });
        self.bytes += bytes;
        Ok(())
    }
}

fn of(file: &'static str) -> impl Fn(Damaged) -> Damaged {
    move |why| Damaged(format!("{file}: {why}"))
}

fn needed<'a>(file: Option<&'a [u8]>, name: &str) -> Result<&'a [u8], Damaged> {
    file.ok_or_else(|| Damaged(format!("{name} is missing")))
}
