//! How long the encoder takes for a text of about a dozen words.

use std::{fs, time::Instant};

use meaning::{Encoder, WordPieces};

fn main() {
    let dir = "src/engine/recognise/models/";
    let vocabulary = fs::read_to_string(format!("{dir}vocab.txt")).unwrap();
    let pieces = WordPieces::read(&vocabulary).unwrap();
    let bytes = fs::read(format!("{dir}encoder.bin")).unwrap();
    let start = Instant::now();
    let encoder = Encoder::read(&bytes, &vocabulary, &pieces).unwrap();
    println!("read in {:?}", start.elapsed());
    for text in
        ["what now", "the buyer at acme just told me we cost twice what they planned to spend", &"word ".repeat(60)]
    {
        let mut ids = Vec::new();
        pieces.cut(text, 126, &mut ids);
        let mut times: Vec<u128> = (0..300)
            .map(|_| {
                let start = Instant::now();
                std::hint::black_box(encoder.embed(&ids));
                start.elapsed().as_micros()
            })
            .collect();
        times.sort_unstable();
        println!("{} pieces: median {} µs, p99 {} µs", ids.len(), times[150], times[297]);
    }
}
