//! Recognition: from labelled texts to a model ([`Model::train`], [`Model::retrain_one`]), from a text to the scores of
//! classes ([`Model::scores`]).
//!
//! It knows texts, numbers and classes by opaque names, nothing of triggers or chat: what is decided with the scores stands
//! in the engine. It is a crate of its own so that a debug build of Kairos can have it optimised.
//!
//! Invariants
//! - Pure: no clock, no chance, no network, no file; the same text gives the same numbers.
//! - Bounded: every function ends in time for any text, and no input makes it panic.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "files of models are read byte by byte, and every size in them is checked before it is used"
)]
#![expect(
    clippy::inline_always,
    reason = "a loop is compiled for the instructions of the function that it stands in, so it has to stand there"
)]

mod background;
mod class;
mod classifier;
mod clean;
mod discriminant;
mod dot_product;
mod embedding;
mod embedding_cache;
mod encoder;
mod language;
mod lexical;
mod log_odds;
mod model;
mod model_file;
mod models;
mod need_cues;
mod recent_embeddings;
mod simd;
mod stage;
mod static_table;
mod text;
mod word_pieces;

pub use background::{Vectors, write_background};
pub use class::{ClassId, ClassTexts};
pub use clean::{clean, sentences};
pub use embedding_cache::EmbeddingCache;
pub use encoder::{Encoder, HIDDEN};
pub use language::other_language;
pub use lexical::{BUCKETS, Features, Lexical, Line, Statistics, likeness, words};
pub use log_odds::{add_to_all, others, strongest, strongest_few};
pub use model::{Gate, Model};
pub use model_file::{Damaged, ModelWriter, checksum};
pub use models::{FirstModel, ModelFiles, Models, SecondModel};
pub use need_cues::asks;
pub use static_table::{DIMS, StaticTable, to_length_one};
pub use text::{StoredText, Text};
pub use word_pieces::WordPieces;
