//! Events that are handled before anything is written: decided one after the other, committed together.
//!
//! Invariants
//! - An event sees what was decided before it: where it shares a person or a channel with one that is not committed yet, or
//!   is no mere message, that is committed first.
//! - Its door hears "handled" once what came of it is committed; where it can't be, the event is kept and tried again.
//! - The same id a second time is known for the next [`SEEN`] events; where something came of it, by its row as well.

use std::collections::{HashSet, VecDeque};

use chat::{Event, EventId, Identity, Place, What};
use tracing::warn;

use super::{
    Dispatcher,
    direct::{Offered, Reply},
    dispatch::Ran,
    profiles::shows_a_page,
};
use crate::{
    crash::may_crash_at,
    handlers::{Asked, Changes, Input},
    store::{Concluded, Outcome},
};

/// Events whose ids are remembered.
const SEEN: usize = 10_000;

/// Ids of the latest events that were handled.
#[derive(Debug, Default)]
pub(super) struct Seen {
    known: HashSet<EventId>,
    order: VecDeque<EventId>,
}

impl Seen {
    fn contains(&self, id: &EventId) -> bool {
        self.known.contains(id)
    }

    fn insert(&mut self, id: EventId) {
        if !self.known.insert(id.clone()) {
            return;
        }
        self.order.push_back(id);
        if self.order.len() > SEEN
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

/// Events that are decided and not committed yet.
pub(super) struct Batch<'a> {
    dispatcher: &'a Dispatcher,
    decided: Vec<(Changes, Offered)>,
    /// Whom and where they concern.
    people: HashSet<Identity>,
    channels: HashSet<Place>,
    /// Something is among them that may concern everybody.
    is_wide: bool,
    /// How many changed something.
    changed: usize,
}

impl<'a> Batch<'a> {
    pub(super) fn new(dispatcher: &'a Dispatcher) -> Self {
        Self {
            dispatcher,
            decided: Vec::new(),
            people: HashSet::new(),
            channels: HashSet::new(),
            is_wide: false,
            changed: 0,
        }
    }

    /// Handles events and commits what comes of them; how many changed something.
    pub(super) async fn handle_all(mut self, all: Vec<Offered>) -> usize {
        for offered in all {
            if offered.take() {
                self.handle(offered).await;
            }
        }
        self.commit().await;
        self.changed
    }

    async fn handle(&mut self, offered: Offered) {
        // A page is put off until its owner is known, and what stands behind an event that waits, waits with it.
        if offered.events.iter().any(shows_a_page) || self.dispatcher.has_to_wait(&offered.events) {
            return offered.reply(Reply::Keep);
        }
        if self.touches(&offered.events) {
            self.commit().await;
        }
        if self.is_known(&offered).await {
            return offered.reply(Reply::Repeated);
        }
        let Some(mut changes) = self.decide(&offered.events).await else { return offered.reply(Reply::Keep) };
        if changes.is_noop() && changes.signals.is_empty() && changes.forms.is_empty() {
            self.dispatcher.remember(&changes);
            self.dispatcher.seen().insert(offered.id.clone());
            return offered.reply(Reply::New);
        }
        if let Err(failed) = self.dispatcher.before_commit(&mut changes).await {
            warn!(origin = %offered.origin, error = %failed, "an event is kept and tried again");
            return offered.reply(Reply::Keep);
        }
        changes.stored.direct = Some((offered.id.clone(), offered.origin.clone(), offered.received_at));
        self.note(&offered.events);
        self.decided.push((changes, offered));
    }

    /// True where an event was handled before. A tap is looked up in the store as well: another process may have handled it,
    /// and handling it again would bring back somebody who was just forgotten.
    async fn is_known(&self, offered: &Offered) -> bool {
        if self.dispatcher.seen().contains(&offered.id) {
            return true;
        }
        let store = &self.dispatcher.services.store;
        offered.events.iter().any(is_wide) && store.knows_event(&offered.id).await.unwrap_or(false)
    }

    /// What comes of events; `None` where a platform has to be waited for, or it failed: both are done with what is kept.
    async fn decide(&self, events: &[Event]) -> Option<Changes> {
        let (mut asked, mut all) = (Asked::default(), Changes::default());
        for event in events {
            match self.dispatcher.handle(&Input::Event(event), &mut asked).await {
                Ok(Ran::Done(changes)) => all.extend(*changes),
                Ok(Ran::Waits(_)) => return None,
                Err(failed) => {
                    warn!(error = %failed, "an event is kept and tried again");
                    return None;
                }
            }
        }
        Some(all)
    }

    /// True where events share something with what is not committed yet.
    fn touches(&self, events: &[Event]) -> bool {
        let is_shared = |event: &Event| {
            self.people.contains(&event.by) || self.channels.contains(&event.place.channel_itself()) || is_wide(event)
        };
        !self.decided.is_empty() && (self.is_wide || events.iter().any(is_shared))
    }

    fn note(&mut self, events: &[Event]) {
        for event in events {
            self.people.insert(event.by.clone());
            self.channels.insert(event.place.channel_itself());
            self.is_wide |= is_wide(event);
        }
    }

    /// Commits what is decided, and tells each door.
    async fn commit(&mut self) {
        let decided = std::mem::take(&mut self.decided);
        (self.people, self.channels, self.is_wide) = (HashSet::new(), HashSet::new(), false);
        if decided.is_empty() {
            return;
        }
        may_crash_at("ingest::decided");
        let outcomes: Vec<&Outcome> = decided.iter().map(|(changes, _)| &changes.stored).collect();
        let concluded = match self.dispatcher.services.store.conclude_together(&outcomes).await {
            Ok(concluded) => concluded.into_iter().map(Some).collect(),
            // One of them may be what does not go: each by itself then.
            Err(_) => self.one_by_one(&outcomes).await,
        };
        may_crash_at("ingest::committed");
        for ((changes, offered), concluded) in decided.into_iter().zip(concluded) {
            if concluded.is_some() {
                self.dispatcher.seen().insert(offered.id.clone());
            }
            match concluded {
                Some(Concluded::Done { .. }) => {
                    self.changed += 1;
                    self.dispatcher.after_commit(&changes).await;
                    offered.reply(Reply::New);
                }
                Some(Concluded::Stale) => offered.reply(Reply::Repeated),
                None => offered.reply(Reply::Keep),
            }
        }
    }

    async fn one_by_one(&self, outcomes: &[&Outcome]) -> Vec<Option<Concluded>> {
        let mut concluded = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            let one = self.dispatcher.services.store.conclude(outcome).await;
            if let Err(error) = &one {
                warn!(%error, "what came of an event could not be written; it is kept and tried again");
            }
            concluded.push(one.ok());
        }
        concluded
    }
}

/// What may look at more than one person and one channel: taps, commands, forms.
fn is_wide(event: &Event) -> bool {
    !matches!(event.what, What::Message(_) | What::Edited(_) | What::Deleted { .. } | What::Reaction { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_ids_are_remembered() {
        let mut seen = Seen::default();
        let id = |number: usize| EventId::new(number.to_string());
        for number in 0..=SEEN {
            seen.insert(id(number));
            seen.insert(id(number));
        }
        assert!(!seen.contains(&id(0)) && seen.contains(&id(1)) && seen.contains(&id(SEEN)));
        assert_eq!((seen.known.len(), seen.order.len()), (SEEN, SEEN));
    }
}
