//! Events that wait for what a platform is asked, each with what stands behind it in its conversation.
//!
//! Invariants
//! - What happened in one conversation is handled in its order: what comes behind an event that waits, waits with it.
//! - An event that waits longer than it is held for is given up; it is claimed again, by this process or another.
//! - Bounded: what comes beyond [`MOST`] is left to be claimed again.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use chat::Timestamp;

use crate::{
    handlers::{
        Asked,
        asks::{Answer, Question},
    },
    store::{Arrival, Claimed},
};

/// Events that wait at most; more are left to be claimed again.
const MOST: usize = 2_000;

/// An event that was claimed, with what is known of it so far.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) claimed: Claimed<Arrival>,
    pub(super) asked: Asked,
    /// Others may have claimed it from then on.
    pub(super) until: Timestamp,
}

#[derive(Debug)]
struct Lane {
    has_answer: bool,
    /// The first is the one that asks.
    events: VecDeque<Held>,
}

/// Events that wait for a platform, by conversation.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<HashMap<String, Lane>>);

impl Waiting {
    fn lanes(&self) -> MutexGuard<'_, HashMap<String, Lane>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything whose answer has come, with what waited behind it, in its order.
    pub(super) fn take_ready(&self, now: Timestamp) -> Vec<Held> {
        let mut lanes = self.lanes();
        let ready: Vec<String> =
            lanes.iter().filter(|(_, lane)| lane.has_answer).map(|(name, _)| name.clone()).collect();
        let taken = ready.into_iter().filter_map(|name| lanes.remove(&name));
        taken.flat_map(|lane| lane.events).filter(|held| now < held.until).collect()
    }

    /// True where an event of a conversation waits.
    pub(super) fn holds(&self, lane: &str) -> bool {
        self.lanes().contains_key(lane)
    }

    /// Puts an event behind one that waits in its conversation; gives it back where none does.
    pub(super) fn behind(&self, lane: &str, held: Held) -> Option<Held> {
        let mut lanes = self.lanes();
        let waiting: usize = lanes.values().map(|lane| lane.events.len()).sum();
        let Some(lane) = lanes.get_mut(lane) else { return Some(held) };
        if waiting < MOST {
            lane.events.push_back(held);
        }
        None
    }

    /// Lets an event wait; what comes behind it waits with it.
    pub(super) fn wait(&self, conversation: String, held: Held) {
        self.lanes().insert(conversation, Lane { has_answer: false, events: VecDeque::from([held]) });
    }

    /// What an event waits for has come.
    pub(super) fn was_told(&self, conversation: &str, answers: Vec<(Question, Answer)>) {
        let mut lanes = self.lanes();
        let Some(lane) = lanes.get_mut(conversation) else { return };
        lane.has_answer = true;
        if let Some(first) = lane.events.front_mut() {
            for (question, answer) in answers {
                first.asked.was_told(question, answer);
            }
        }
    }
}
