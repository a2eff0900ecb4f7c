//! What the sentence encoder made of texts a moment ago: people repeat themselves, and a message is scored again
//! together with what its author says next.
//!
//! Invariants
//! - No text: it is known by its checksum. No more than a bounded number, the oldest goes first.
//! - An embedding that is remembered equals the one that would be computed.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use crate::model_file::checksum;

/// Texts that are remembered.
const REMEMBERED: usize = 1_000;

/// By what a text is known.
pub(crate) type Key = [u8; 32];

/// Vectors of the last texts.
#[derive(Debug, Default)]
pub(crate) struct RecentEmbeddings {
    vectors: HashMap<Key, Arc<[f32]>>,
    /// The oldest first.
    order: VecDeque<Key>,
}

impl RecentEmbeddings {
    /// The key of a cleaned text.
    pub(crate) fn key(cleaned: &str) -> Key {
        checksum(cleaned.as_bytes())
    }

    /// What was seen, if that was recent.
    pub(crate) fn get(&self, key: &Key) -> Option<Arc<[f32]>> {
        self.vectors.get(key).cloned()
    }

    /// Remembers what was seen.
    pub(crate) fn put(&mut self, key: Key, vector: Arc<[f32]>) {
        if self.vectors.insert(key, vector).is_some() {
            return;
        }
        self.order.push_back(key);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.vectors.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_texts_are_remembered_and_no_more() {
        let mut recent = RecentEmbeddings::default();
        let key = |number: usize| RecentEmbeddings::key(&number.to_string());
        for number in 0..REMEMBERED + 10 {
            recent.put(key(number), Arc::from([1.0]));
            recent.put(key(number), Arc::from([2.0]));
        }
        assert_eq!((recent.vectors.len(), recent.order.len()), (REMEMBERED, REMEMBERED));
        assert!(recent.get(&key(9)).is_none() && recent.get(&key(10)).is_some());
    }
}
