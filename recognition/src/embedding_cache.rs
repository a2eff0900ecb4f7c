//! Embeddings of training texts by the texts' SHA-256, so that a start with many classes does not encode all anew.
//!
//! Invariants
//! - No text: hashes and vectors alone.
//! - Bounded: [`MOST`] embeddings at most. A cache that is written holds what the last training used and nothing older.
//! - An embedding belongs to the encoder that made it: a cache of another one is not read.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    embedding::Embedding,
    encoder::HIDDEN,
    model_file::{Damaged, ModelFile, ModelWriter, checksum, damaged},
    models::Models,
};

const MAGIC: [u8; 8] = *b"KAIROSEC";
/// Changes with the format, and with the way from a text to its word pieces.
const VERSION: u32 = 1;
/// Embeddings at most: about 40 MB.
const MOST: usize = 100_000;
const HASH: usize = 32;

type Hash = [u8; HASH];

/// Embeddings by the hash of their text.
#[derive(Debug, Default)]
pub struct EmbeddingCache(Mutex<HashMap<Hash, Entry>>);

#[derive(Debug)]
struct Entry {
    embedding: Embedding,
    /// Asked for, or made, since the cache was read.
    is_used: bool,
}

impl EmbeddingCache {
    /// Reads what [`EmbeddingCache::write`] wrote for the same encoder.
    pub fn read(bytes: &[u8], models: &Models) -> Result<Self, Damaged> {
        let mut file = ModelFile::open(bytes, MAGIC, VERSION)?;
        if Some(file.array()?) != encoder_of(models) {
            return damaged("it was made with another encoder");
        }
        let count = file.u32()? as usize;
        if count > MOST {
            return damaged(format!("{count} embeddings are too many"));
        }
        let hashes = file.section(count * HASH)?.as_chunks::<HASH>().0;
        let rows = file.section(count * HIDDEN)?.chunks_exact(HIDDEN);
        let entry = |row: &[u8]| {
            let embedding = Embedding::from_steps(bytemuck::cast_slice(row).into());
            Entry { embedding, is_used: false }
        };
        let entries = hashes.iter().copied().zip(rows.map(entry)).collect();
        file.end()?;
        Ok(Self(Mutex::new(entries)))
    }

    /// What was used since it was read, as a file; `None` without an encoder.
    pub fn write(&self, models: &Models) -> Option<Vec<u8>> {
        let encoder = encoder_of(models)?;
        let held = self.held();
        let mut used: Vec<_> = held.iter().filter(|(_, entry)| entry.is_used).collect();
        used.sort_unstable_by_key(|(hash, _)| **hash);
        used.truncate(MOST);
        let mut file = ModelWriter::new(MAGIC, VERSION);
        file.put(&encoder);
        file.put(&(used.len() as u32).to_le_bytes());
        file.section(&used.iter().flat_map(|(hash, _)| **hash).collect::<Vec<u8>>());
        let rows = used.iter().flat_map(|(_, entry)| bytemuck::cast_slice(entry.embedding.steps()).iter().copied());
        file.section(&rows.collect::<Vec<u8>>());
        Some(file.finish())
    }

    /// True when it was asked for anything since it was read.
    pub fn is_used(&self) -> bool {
        self.held().values().any(|entry| entry.is_used)
    }

    /// How many it holds.
    pub fn len(&self) -> usize {
        self.held().len()
    }

    /// True when it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn get(&self, text: &str) -> Option<Embedding> {
        let mut held = self.held();
        let entry = held.get_mut(&checksum(text.as_bytes()))?;
        entry.is_used = true;
        Some(entry.embedding.clone())
    }

    pub(crate) fn put(&self, text: &str, embedding: Embedding) {
        let mut held = self.held();
        if held.len() < MOST {
            held.insert(checksum(text.as_bytes()), Entry { embedding, is_used: true });
        }
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Hash, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn encoder_of(models: &Models) -> Option<Hash> {
    models.second.as_ref().map(|second| second.checksum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::ModelFiles;

    fn vector(at: usize) -> Embedding {
        Embedding::of(&(0..HIDDEN).map(|d| if d == at { 1.0 } else { 0.0 }).collect::<Vec<f32>>())
    }

    #[test]
    fn what_was_used_is_read_again_and_no_text_stands_in_it() {
        let models = Models::shipped();
        let cache = EmbeddingCache::default();
        cache.put("the secret word", vector(1));
        cache.put("another", vector(2));
        let written = cache.write(&models).unwrap();
        assert!(!written.windows(6).any(|part| part == b"secret"));
        let read = EmbeddingCache::read(&written, &models).unwrap();
        assert_eq!((read.len(), read.get("the secret word"), read.get("unknown")), (2, Some(vector(1)), None));
        let again = EmbeddingCache::read(&read.write(&models).unwrap(), &models).unwrap();
        assert_eq!((again.len(), again.get("another")), (1, None), "what the last training did not use is gone");
    }

    #[test]
    fn what_is_foreign_or_damaged_is_not_read() {
        let models = Models::shipped();
        let cache = EmbeddingCache::default();
        cache.put("a", vector(1));
        let whole = cache.write(&models).unwrap();
        for at in [0, 9, 20, whole.len() / 2, whole.len() - 1] {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            EmbeddingCache::read(&damaged, &models).unwrap_err();
            EmbeddingCache::read(&whole[..at], &models).unwrap_err();
        }
        let without = Models::read(&ModelFiles { encoder: None, ..ModelFiles::shipped() });
        EmbeddingCache::read(&whole, &without).unwrap_err();
        assert!(cache.write(&without).is_none());
        let mut other = Models::shipped();
        other.second.as_mut().unwrap().checksum = [7; 32];
        assert_eq!(EmbeddingCache::read(&whole, &other).unwrap_err().to_string(), "it was made with another encoder");
    }
}
