//! Any bytes as a message: cleaned, cut, counted, embedded by both models; and what comes out is what is promised.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use recognition::{ModelFiles, Models, asks, clean, likeness, other_language, sentences, words};

fn models() -> &'static Models {
    static MODELS: OnceLock<Models> = OnceLock::new();
    MODELS.get_or_init(|| Models::read(&ModelFiles::shipped()))
}

fn length(vector: &[f32]) -> f32 {
    vector.iter().map(|value| value * value).sum::<f32>().sqrt()
}

fuzz_target!(|bytes: &[u8]| {
    let models = models();
    let text = String::from_utf8_lossy(bytes);
    let cleaned = clean(&text);
    asks(&cleaned);
    other_language(&cleaned);
    assert!(sentences(&cleaned, 8).count() <= 8);
    assert!(words(&cleaned).all(|word| word.chars().all(char::is_alphanumeric)));
    let substance = models.statistics.lexical.substance(&cleaned);
    assert!((0.0..=1.0).contains(&substance), "{substance}");
    let features = models.statistics.lexical.features(&cleaned);
    assert!(features.is_sorted_by(|a, b| a.0 < b.0));
    assert!(features.is_empty() || (likeness((&[], &features), (&[], &features)) - 1.0).abs() < 0.05);
    let (Some(first), Some(second)) = (&models.first, &models.second) else { panic!("{:?}", models.notes) };
    let mut ids = Vec::new();
    first.pieces.cut(&cleaned, 256, &mut ids);
    assert!(ids.len() <= 256);
    let vector = first.table.embed(&ids);
    assert!(length(&vector) < 1e-6 || (length(&vector) - 1.0).abs() < 1e-3);
    let alone = second.encoder.embed(&ids);
    assert!((length(&alone) - 1.0).abs() < 1e-3);
    // What stands beside it in a batch changes nothing.
    let beside = second.encoder.embed_all(&[&ids[..ids.len() / 2], &ids]);
    let cosine: f32 = alone.iter().zip(&beside[1]).map(|(a, b)| a * b).sum();
    assert!(cosine > 0.9999, "{cosine}");
});
