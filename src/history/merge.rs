//! Many streams that are each in time order become one.
//!
//! Invariants
//! - Events come out in the order of their instants.
//! - A stream is loaded only when its time has come.

use std::{cmp::Reverse, collections::BinaryHeap};

use chat::{Event, Timestamp};

/// A stream of events in time order.
pub(super) trait Stream {
    /// What the streams of one history share.
    type Shared;

    /// No event that is still to come is earlier; `None` at the end.
    fn not_before(&self) -> Option<Timestamp>;

    /// Takes the next event, or loads something and gives none.
    fn step(&mut self, shared: &mut Self::Shared) -> Option<Event>;
}

/// The streams, by the instant from which on each has something to tell.
pub(super) struct Merge<S> {
    streams: Vec<S>,
    due: BinaryHeap<Reverse<(Timestamp, usize)>>,
}

impl<S: Stream> Merge<S> {
    /// Puts the streams together.
    pub(super) fn new(streams: Vec<S>) -> Self {
        let due = streams.iter().enumerate().filter_map(|(i, s)| Some(Reverse((s.not_before()?, i)))).collect();
        Self { streams, due }
    }

    #[cfg(test)]
    pub(super) fn streams(&self) -> &[S] {
        &self.streams
    }

    /// True when all streams are at their end.
    pub(super) fn has_ended(&self) -> bool {
        self.due.is_empty()
    }

    /// Goes one step on, with the stream that is due first; none where only something was loaded.
    pub(super) fn step(&mut self, shared: &mut S::Shared) -> Option<Event> {
        let Reverse((_, index)) = self.due.pop()?;
        let stream = &mut self.streams[index];
        let event = stream.step(shared);
        if let Some(at) = stream.not_before() {
            self.due.push(Reverse((at, index)));
        }
        event
    }
}
