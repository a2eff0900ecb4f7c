//! Makes `lexical.bin` (and, where models are there, `background.bin`) from lists of lines that stay out of the repository.
//!
//! ```text
//! cargo run --release -p kairos-recognition --example background -- recognition/models irc.txt handbooks.txt
//! ```
//! Lines are taken in the order of their SHA-256, so that the same lists give the same files. The first list is chat: three
//! of four lines of the background come from it, and all lines that stand for ordinary traffic.

use std::{env, error::Error, fs, path::Path};

use recognition::{
    DIMS, Encoder, Lexical, Line, ModelFiles, StaticTable, Statistics, WordPieces, asks, checksum, clean,
    write_background,
};

/// Lines that teach what is no need.
const BACKGROUND: usize = 2_000;
/// Lines that stand for traffic of a channel whose own is not known yet.
const TRAFFIC: usize = 2_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let dir = args.next().ok_or("name the folder of the models, then the lists of lines")?;
    let mut lists = Vec::new();
    for path in args {
        let mut lines: Vec<String> = fs::read_to_string(path)?.lines().map(clean).collect();
        lines.retain(|line| line.split_whitespace().count() >= 2);
        lines.sort_by_cached_key(|line| checksum(line.as_bytes()));
        lines.dedup();
        lists.push(lines);
    }
    let lexical = Lexical::count(lists.iter().flatten().map(String::as_str));
    let (chat, others) = lists.split_first().ok_or("name a list of lines")?;
    let from_others = BACKGROUND / 4;
    let mut chosen: Vec<&String> = chat.iter().take(BACKGROUND - from_others).collect();
    chosen.extend(others.iter().flatten().take(from_others));
    chosen.extend(chat.iter().skip(BACKGROUND - from_others).take(TRAFFIC));
    let features: Vec<Line> = chosen
        .iter()
        .map(|line| Line { asks: asks(line), substance: lexical.substance(line), features: lexical.features(line) })
        .collect();
    let written = Statistics::write(&lexical, BACKGROUND, &features);
    let dir = Path::new(&dir);
    fs::write(dir.join("lexical.bin"), &written)?;
    let read = |name: &str| fs::read(dir.join(name)).ok();
    let (vocabulary, table, encoder) = (read("vocab.txt"), read("static.bin"), read("encoder.bin"));
    let (Some(vocabulary), Some(table)) = (&vocabulary, &table) else { return Ok(()) };
    let text = str::from_utf8(vocabulary)?;
    let pieces = WordPieces::read(text).ok_or("vocab.txt is no vocabulary")?;
    let statics = StaticTable::read(table, text, &pieces)?;
    let first: Vec<Vec<f32>> = chosen.iter().map(|line| statics.embed(&cut(&pieces, line)).to_vec()).collect();
    let files = ModelFiles {
        vocabulary: Some(vocabulary),
        lexical: Some(&written),
        static_table: Some(table),
        encoder: encoder.as_deref(),
        background: None,
    };
    let encoder = encoder.as_deref().map(|bytes| Encoder::read(bytes, text, &pieces)).transpose()?;
    let second: Vec<Vec<f32>> =
        encoder.iter().flat_map(|encoder| chosen.iter().map(|line| encoder.embed(&cut(&pieces, line)))).collect();
    fs::write(dir.join("background.bin"), write_background(&files, &first, &second))?;
    Ok(())
}

fn cut(pieces: &WordPieces, line: &str) -> Vec<u32> {
    let mut ids = Vec::new();
    pieces.cut(line, DIMS, &mut ids);
    ids
}
