//! Whoever trains on the same content while a recogniser of it is in use shares that one.
//!
//! Invariants
//! - The key is all that training depends on, so that what is found is what would have been trained.
//! - Nothing here keeps a recogniser alive: the last user drops it. Only a test binary, which makes hundreds of engines over
//!   the same content, asks to keep a few.

use std::sync::{
    Arc, Mutex, PoisonError, Weak,
    atomic::{AtomicBool, Ordering},
};

use sha2::{Digest, Sha256};

use super::{Recogniser, TrainingData};
use crate::library::TriggerId;

/// Places that are known. A program has one; tests have a few.
const KNOWN: usize = 4;

/// By what training data are known.
type Key = [u8; 32];

/// Whoever comes second while the first still trains waits for it.
type Place = Arc<Mutex<Weak<Recogniser>>>;

static TRAINED: Mutex<Vec<(Key, Place)>> = Mutex::new(Vec::new());
static KEPT: Mutex<Vec<Arc<Recogniser>>> = Mutex::new(Vec::new());
static KEEPS: AtomicBool = AtomicBool::new(cfg!(test));

/// Keeps the last few recognisers for the life of the process: for tests, which make many engines over the same content.
pub fn keep_models() {
    KEEPS.store(true, Ordering::Relaxed);
}

/// The recogniser that was trained on `data` with the models that ship; `train` is asked where nobody uses one.
pub(super) fn trained<'a>(
    data: impl Iterator<Item = (TriggerId, TrainingData<'a>)>,
    train: impl FnOnce() -> Recogniser,
) -> Arc<Recogniser> {
    let place = place(key(data));
    let mut known = place.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.upgrade() {
        return known;
    }
    let new = Arc::new(train());
    *known = Arc::downgrade(&new);
    if KEEPS.load(Ordering::Relaxed) {
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(Arc::clone(&new));
        if kept.len() > KNOWN {
            kept.remove(0);
        }
    }
    new
}

fn place(key: Key) -> Place {
    let mut all = TRAINED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, known)) = all.iter().find(|(other, _)| *other == key) {
        return Arc::clone(known);
    }
    if all.len() >= KNOWN {
        all.remove(0);
    }
    let new = Place::default();
    all.push((key, Arc::clone(&new)));
    new
}

fn key<'a>(data: impl Iterator<Item = (TriggerId, TrainingData<'a>)>) -> Key {
    let mut digest = Sha256::new();
    for (id, data) in data {
        // Quoted, so that no two lists read the same.
        digest.update(format!("{:?}{data:?}", id.as_str()));
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_the_data_counts() {
        let texts = [["a, b".to_owned()].to_vec(), ["a".to_owned(), "b".to_owned()].to_vec()];
        let mut keys: Vec<Key> = Vec::new();
        for list in &texts {
            let none = TrainingData::default;
            for data in [
                TrainingData { examples: list, ..none() },
                TrainingData { unlike: list, ..none() },
                TrainingData { keywords: list, ..none() },
                TrainingData { described: list.iter().map(String::as_str).collect(), ..none() },
            ] {
                keys.extend(["x", "y"].map(|id| key([(TriggerId::new(id), data.clone())].into_iter())));
            }
        }
        let different: std::collections::BTreeSet<&Key> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
    }
}
