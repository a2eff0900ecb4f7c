//! The sums behind recognising a need: word pieces, embeddings, lexical features and a linear classifier.
//!
//! It knows numbers and words, nothing of triggers or chat: what is decided with the numbers stands in the engine. It is
//! a crate of its own so that a debug build of Kairos can have it optimised.
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
mod classifier;
mod clean;
mod crowd;
mod encoder;
mod examples;
mod language;
mod lexical;
mod machine;
mod model_file;
mod models;
mod need_cues;
mod odds;
mod static_table;
mod strands;
mod word_pieces;

pub use background::{Vectors, write_background};
pub use classifier::{Classifier, Lesson, Training};
pub use clean::{clean, sentences};
pub use crowd::Crowd;
pub use encoder::{Encoder, HIDDEN};
pub use examples::Examples;
pub use language::other_language;
pub use lexical::{BUCKETS, Features, Lexical, Line, Statistics, likeness, words};
pub use model_file::{Damaged, ModelWriter, checksum};
pub use models::{FirstModel, ModelFiles, Models, SecondModel};
pub use need_cues::asks;
pub use odds::{add_to_all, others, strongest, strongest_few};
pub use static_table::{DIMS, StaticTable, to_length_one};
pub use word_pieces::WordPieces;
