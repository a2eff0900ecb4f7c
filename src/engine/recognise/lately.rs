//! What the second look made of texts a moment ago: people repeat themselves, and what somebody said is looked at again
//! together with what they say next.
//!
//! Invariants
//! - No text: it is known by its checksum. No more than a bounded number, the oldest goes first.
//! - What is remembered is what another look would see.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use recognition::checksum;

/// Texts that are remembered.
const REMEMBERED: usize = 1_000;

/// By what a text is known.
pub(super) type Key = [u8; 32];

/// Vectors of the last texts.
#[derive(Debug, Default)]
pub(super) struct Lately {
    vectors: HashMap<Key, Arc<[f32]>>,
    /// The oldest first.
    order: VecDeque<Key>,
}

impl Lately {
    /// The key of a cleaned text.
    pub(super) fn key(cleaned: &str) -> Key {
        checksum(cleaned.as_bytes())
    }

    /// What was seen, if that was lately.
    pub(super) fn get(&self, key: &Key) -> Option<Arc<[f32]>> {
        self.vectors.get(key).cloned()
    }

    /// Remembers what was seen.
    pub(super) fn put(&mut self, key: Key, vector: Arc<[f32]>) {
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
        let mut lately = Lately::default();
        let key = |number: usize| Lately::key(&number.to_string());
        for number in 0..REMEMBERED + 10 {
            lately.put(key(number), Arc::from([1.0]));
            lately.put(key(number), Arc::from([2.0]));
        }
        assert_eq!((lately.vectors.len(), lately.order.len()), (REMEMBERED, REMEMBERED));
        assert!(lately.get(&key(9)).is_none() && lately.get(&key(10)).is_some());
    }
}
