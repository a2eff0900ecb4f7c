//! The models say what their reference implementation says.

use std::{fs, path::Path};

use recognition::{Encoder, StaticTable, WordPieces};
use serde_json::Value;

struct Files {
    vocabulary: String,
    pieces: WordPieces,
    reference: Value,
}

fn file(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; the scripts beside it make it", path.display()))
}

fn files() -> Files {
    let vocabulary = String::from_utf8(file("vocab.txt")).unwrap();
    let pieces = WordPieces::read(&vocabulary).unwrap();
    Files { vocabulary, pieces, reference: serde_json::from_slice(&file("reference.json")).unwrap() }
}

impl Files {
    fn cut(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        self.pieces.cut(text, 512, &mut ids);
        ids
    }

    /// The lowest cosine between what we say and what the reference says.
    fn lowest_cosine(&self, of: &str, embed: impl Fn(&[u32]) -> Vec<f32>) -> f32 {
        let samples = self.reference[of].as_array().unwrap();
        assert!(samples.len() >= 10, "{} samples of {of}", samples.len());
        let cosine = |sample: &Value| {
            let ours = embed(&self.cut(sample["text"].as_str().unwrap()));
            let theirs: Vec<f32> = serde_json::from_value(sample["vector"].clone()).unwrap();
            assert_eq!(ours.len(), theirs.len());
            let length = theirs.iter().map(|x| x * x).sum::<f32>().sqrt();
            ours.iter().zip(&theirs).map(|(a, b)| a * b).sum::<f32>() / length
        };
        samples.iter().map(cosine).fold(1.0, f32::min)
    }
}

#[test]
fn words_are_cut_like_the_reference_cuts_them() {
    let files = files();
    let samples = files.reference["tokens"].as_array().unwrap();
    assert!(samples.len() >= 200);
    for sample in samples {
        let text = sample["text"].as_str().unwrap();
        let right: Vec<u64> = sample["ids"].as_array().unwrap().iter().map(|id| id.as_u64().unwrap()).collect();
        // The reference stops at 128 with its marks.
        let ours: Vec<u64> = files.cut(text).into_iter().take(126).map(u64::from).collect();
        assert_eq!(ours, right[1..right.len() - 1], "{text:?}");
    }
}

#[test]
fn the_static_table_says_what_the_reference_says() {
    let files = files();
    let table = StaticTable::read(&file("static.bin"), &files.vocabulary, &files.pieces).unwrap();
    let lowest = files.lowest_cosine("static", |ids| table.embed(ids).to_vec());
    assert!(lowest > 0.999, "{lowest}");
}

#[test]
fn the_encoder_says_what_the_reference_says() {
    let files = files();
    let encoder = Encoder::read(&file("encoder.bin"), &files.vocabulary, &files.pieces).unwrap();
    let lowest = files.lowest_cosine("encoder", |ids| encoder.embed(ids));
    assert!(lowest > 0.99, "{lowest}");
}
