//! Embeds the model files that are there: a missing one is no mistake, Kairos then works without it.

use std::{env, fmt::Write, fs, path::PathBuf};

const FILES: [(&str, &str); 5] = [
    ("VOCABULARY", "vocab.txt"),
    ("LEXICAL", "lexical.bin"),
    ("STATIC", "static.bin"),
    ("ENCODER", "encoder.bin"),
    ("BACKGROUND", "background.bin"),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Other models can be measured without moving any file: `KAIROS_MODELS=folder cargo run -- eval …`.
    println!("cargo::rerun-if-env-changed=KAIROS_MODELS");
    let shipped = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("models");
    let folder = env::var_os("KAIROS_MODELS").map_or(shipped, PathBuf::from);
    let mut code = String::new();
    for (name, file) in FILES {
        let path = folder.join(file);
        println!("cargo::rerun-if-changed={}", path.display());
        let value = match path.canonicalize() {
            Ok(path) => format!("Some(include_bytes!({:?}))", path.display().to_string()),
            Err(_) => "None".to_owned(),
        };
        writeln!(code, "const {name}: Option<&[u8]> = {value};")?;
    }
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("files.rs"), code)?;
    Ok(())
}
