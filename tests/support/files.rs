//! Looks for words in every file of a folder.

use std::{fs, path::Path, time::Duration};

/// How often it is looked for, and how long between two looks.
const LOOKS: u32 = 200;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// The files in which `words` stand, folders within included.
pub(crate) fn files_with(folder: &Path, words: &str) -> Vec<String> {
    let mut with = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            with.extend(files_with(&path, words));
        } else if fs::read(&path).is_ok_and(|bytes| holds(&bytes, words.as_bytes())) {
            with.push(path.display().to_string());
        }
    }
    with
}

/// No file holds `words` any more, soon: the log of SQLite is folded once a second.
pub(crate) async fn is_soon_in_no_file(folder: &Path, words: &str) {
    for _ in 0..LOOKS {
        if files_with(folder, words).is_empty() {
            return;
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    panic!("{words:?} stays in {:?}", files_with(folder, words));
}

fn holds(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}
