//! What is remembered from a moment ago: in memory alone, bounded, and changed by [`Memory::apply`] and nothing else.
//!
//! Invariants
//! - The same changes make the same memory, live, in a replay and in a test.
//! - Nothing in it outlives the process: what must is in the store.

use chat::Timestamp;

use super::{changes::Remember, histograms::Histograms, repeats::Repeats};
use crate::{engine::Recent, store::ChannelScores};

/// What is remembered from a moment ago.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// What people wrote.
    pub(super) recent: Recent,
    /// What they chose.
    pub(super) choices: Repeats,
    /// How channels' messages score.
    pub(super) histograms: Histograms,
}

impl Memory {
    /// Takes in what a handler wants remembered; what of it is to be written down. `model` names what scored.
    pub(crate) fn apply(&mut self, changes: &[Remember], model: &str, now: Timestamp) -> Vec<ChannelScores> {
        let mut scores = Vec::new();
        for change in changes {
            match change {
                Remember::Said(event, message) => self.recent.remember(event, message, now),
                Remember::Recognised(event, message, triggers, addressed) => {
                    self.recent.heard(event, message, triggers, *addressed);
                }
                Remember::Opening(place, message, said) => self.recent.open(place, message, said.clone(), now),
                Remember::Resolved(place, message) => self.recent.settle(place, message),
                Remember::TakenBack(place, message) => self.recent.take_back(place, message),
                Remember::Forget(who) => self.recent.forget(who),
                Remember::Chosen(event) => self.choices.note(event),
                Remember::Histogram(read) => self.histograms.take(read, now),
                Remember::Scored(place, bin, more) => {
                    scores.extend(self.histograms.count(place, (*bin, *more), (model, now)));
                }
            }
        }
        scores
    }

    /// Forgets what has had its time.
    pub(crate) fn sweep(&mut self, now: Timestamp) {
        self.recent.sweep(now);
    }
}
