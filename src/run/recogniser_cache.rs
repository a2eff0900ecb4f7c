//! Embeddings of the library's texts in a file beside the SQLite database, so that a start with many triggers does not encode
//! all anew.
//!
//! Invariants
//! - Hashes and vectors of the library's own texts alone: no text, and nothing that a person wrote.
//! - Readable by its owner alone. A file that is damaged, or was made with another encoder, is told in the log and replaced.
//! - Nothing depends on it: without one, all is encoded anew.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use recognition::EmbeddingCache;
use tracing::{info, warn};

use crate::{
    config::StoreUrl,
    engine::{Engine, shipped},
};

const NAME: &str = "recogniser-cache";
/// A file that is larger was not written by us.
const MOST_BYTES: u64 = 64 << 20;

/// Where the file lies, where the store is a file.
pub(super) fn beside(store: &StoreUrl) -> Option<PathBuf> {
    match store {
        StoreUrl::File(path) => Some(path.with_file_name(NAME)),
        StoreUrl::Memory | StoreUrl::Postgres(_) => None,
    }
}

/// Trains the engine with what the file remembers, and writes what is new.
pub(super) fn train(engine: &Engine, file: Option<&Path>) {
    let Some(file) = file else { return engine.learn() };
    let (cache, read) = read(file);
    engine.learn_remembering(&cache);
    let Some(bytes) = cache.write(&shipped()).filter(|bytes| Some(bytes) != read.as_ref()) else { return };
    // Where the same content was trained already, nothing was encoded: what the file holds stays.
    if cache.is_used()
        && let Err(error) = write(file, &bytes)
    {
        warn!(%error, file = %file.display(), "embeddings can't be kept: the next start encodes all texts anew");
    }
}

/// What the file remembers, and its bytes.
fn read(file: &Path) -> (EmbeddingCache, Option<Vec<u8>>) {
    let bytes = match fs::metadata(file).and_then(|found| Ok((found.len() <= MOST_BYTES).then_some(fs::read(file)?))) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Default::default(),
        Err(error) => {
            warn!(%error, file = %file.display(), "remembered embeddings can't be read: all texts are encoded anew");
            return Default::default();
        }
    };
    let cache = bytes.as_deref().map(|bytes| EmbeddingCache::read(bytes, &shipped()));
    match cache {
        Some(Ok(cache)) => (cache, bytes),
        Some(Err(error)) => {
            info!(reason = %error, file = %file.display(), "remembered embeddings are of no use: all texts are encoded anew");
            Default::default()
        }
        None => {
            info!(file = %file.display(), "remembered embeddings are too large: all texts are encoded anew");
            Default::default()
        }
    }
}

/// Writes beside it and moves it there: whoever reads finds the old file or the new one.
fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A temporary file is its owner's alone from the beginning.
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(bytes)?;
    new.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        config::Config,
        library::{Library, Source},
    };

    fn engine() -> Engine {
        let config = Config::load(None, std::iter::empty(), Some(Path::new("."))).unwrap();
        // A library of one trigger of its own: another test may be using a recogniser of the whole.
        let mut library = Library::read(&Source::Starter).library;
        let id = library.triggers.keys().next().unwrap().clone();
        library.triggers.retain(|other, _| *other == id);
        library.triggers.get_mut(&id).unwrap().examples.push(format!("example number {}", another()));
        Engine::new(Arc::new(library), config.cadence)
    }

    /// A number that no other call gives.
    fn another() -> usize {
        static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
    }

    #[test]
    fn what_was_encoded_is_remembered_in_a_file_of_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(NAME);
        train(&engine(), Some(&file));
        let (cache, bytes) = read(&file);
        assert!(cache.len() > 3 && bytes.is_some());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_file_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(NAME);
        for damaged in [b"no cache".to_vec(), vec![0; 100_000]] {
            fs::write(&file, damaged).unwrap();
            train(&engine(), Some(&file));
            assert!(read(&file).0.len() > 3);
        }
    }

    #[test]
    fn only_a_store_in_a_file_has_one() {
        let beside_file = beside(&StoreUrl::File("/data/kairos.sqlite".into()));
        assert_eq!(beside_file.as_deref(), Some(Path::new("/data/recogniser-cache")));
        assert_eq!(beside(&StoreUrl::Memory), None);
    }
}
