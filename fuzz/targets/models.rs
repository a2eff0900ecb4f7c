//! Any bytes as a model file, or a shipped one with some bytes changed: read or refused with a note, never a panic.
//!
//! The first byte says which file, the second how: as it is, or from where on the shipped one is overwritten.
#![no_main]

use libfuzzer_sys::fuzz_target;
use recognition::{ModelFiles, Models};

fuzz_target!(|bytes: &[u8]| {
    let [which, how, rest @ ..] = bytes else { return };
    let shipped = ModelFiles::shipped();
    let files = [shipped.vocabulary, shipped.lexical, shipped.static_table, shipped.background, shipped.encoder];
    let at = usize::from(*which) % files.len();
    let mut damaged = rest.to_vec();
    if how % 4 != 0
        && let Some(whole) = files[at]
    {
        damaged = whole.to_vec();
        // Beginnings are where sizes stand; the rest is spread over the file.
        let from = if how % 4 == 1 { usize::from(*how) } else { damaged.len() / 256 * usize::from(*how) };
        for (byte, other) in damaged.iter_mut().skip(from).zip(rest) {
            *byte = *other;
        }
        if how % 4 == 3 {
            damaged.truncate(from);
        }
    }
    let mut files = shipped;
    let file = [
        &mut files.vocabulary,
        &mut files.lexical,
        &mut files.static_table,
        &mut files.background,
        &mut files.encoder,
    ];
    let changed = *file[at] != Some(&*damaged);
    for (number, place) in file.into_iter().enumerate() {
        if number == at {
            *place = Some(&damaged);
        }
    }
    let models = Models::read(&files);
    assert!(!changed || !models.notes.is_empty(), "a damaged file passes unnoticed");
});
