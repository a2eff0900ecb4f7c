//! What was said lately, and under which key: so that a key that is used twice says nothing new.
//!
//! The outbox is the truth about deliveries; this is a shortcut that a restart may lose.
//!
//! Invariants
//! - Bounded: the oldest are forgotten first.
//! - A key leaves the house as its digest alone: it names triggers and people.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use chat::{ChannelId, Key, MessageId, Place, Sent, WorkspaceId};
use sha2::{Digest, Sha256};

/// How many are remembered.
const ROOM: usize = 4_096;

type Slot = (WorkspaceId, ChannelId, Option<MessageId>, String);

/// What is known of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trace {
    /// It is there.
    Arrived(Sent),
    /// No answer came; it may be there, and can be looked up.
    Unclear,
    /// No answer came, and what one person alone sees can't be looked up.
    UnclearForOne,
}

/// The latest deliveries.
#[derive(Debug, Default)]
pub(crate) struct Delivered {
    known: Mutex<(HashMap<Slot, Trace>, VecDeque<Slot>)>,
}

impl Delivered {
    /// What is known of the delivery with that digest at a place.
    pub(crate) fn trace(&self, place: &Place, digest: &str) -> Option<Trace> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.0.get(&slot(place, digest)).cloned()
    }

    /// It is known not to be there: whoever says it now need not look again.
    pub(crate) fn forget(&self, place: &Place, digest: &str) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = slot(place, digest);
        known.0.remove(&slot);
        known.1.retain(|other| *other != slot);
    }

    /// Remembers what became of it.
    pub(crate) fn note(&self, place: &Place, digest: &str, trace: Trace) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = slot(place, digest);
        if known.0.insert(slot.clone(), trace).is_none() {
            known.1.push_back(slot);
        }
        if known.1.len() > ROOM
            && let Some(oldest) = known.1.pop_front()
        {
            known.0.remove(&oldest);
        }
    }
}

fn slot(place: &Place, digest: &str) -> Slot {
    (place.workspace.clone(), place.channel.clone(), place.thread.clone(), digest.to_owned())
}

/// A key as others may see it: 32 hexadecimal digits.
pub(crate) fn digest(key: &Key) -> String {
    hex::encode(&Sha256::digest(&key.0)[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten_and_no_place_answers_for_another() {
        let delivered = Delivered::default();
        let team = WorkspaceId::new("T1");
        let (here, there) = (crate::translate::place(&team, "C1", None), crate::translate::place(&team, "C2", None));
        for n in 0..=ROOM {
            delivered.note(&here, &n.to_string(), Trace::Unclear);
        }
        assert_eq!(delivered.trace(&here, "0"), None);
        assert_eq!(delivered.trace(&here, "1"), Some(Trace::Unclear));
        assert_eq!(delivered.trace(&there, "1"), None);
        delivered.forget(&here, "1");
        assert_eq!((delivered.trace(&here, "1"), delivered.trace(&here, "2")), (None, Some(Trace::Unclear)));
    }
}
