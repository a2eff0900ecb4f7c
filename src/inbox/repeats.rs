//! A tap that is repeated within a moment is one: people press again where nothing seems to happen.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chat::{ChannelId, ChoiceId, Event, EventId, Identity, MessageId, Timestamp, What};

/// Within this time it is the same tap.
const A_MOMENT: Duration = Duration::from_secs(5);
/// Taps that are remembered of all people together.
const REMEMBERED: usize = 1_000;

/// The taps of a moment ago.
#[derive(Debug, Default)]
pub(super) struct Repeats(Mutex<VecDeque<Tapped>>);

#[derive(Debug)]
struct Tapped {
    by: Identity,
    channel: ChannelId,
    message: MessageId,
    choice: ChoiceId,
    event: EventId,
    at: Timestamp,
}

impl Repeats {
    /// True where the same person made the same choice a moment before, by another event. The first is remembered.
    pub(super) fn is_repeated(&self, event: &Event) -> bool {
        let What::Choice { message, choice } = &event.what else { return false };
        let mut taps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = taps.iter().find(|tap| {
            (&tap.by, &tap.channel, &tap.message, &tap.choice) == (&event.by, &event.place.channel, message, choice)
                && event.at.is_within(A_MOMENT, tap.at)
        });
        if let Some(tap) = same {
            return tap.event != event.id;
        }
        if taps.len() >= REMEMBERED {
            taps.pop_front();
        }
        taps.push_back(Tapped {
            by: event.by.clone(),
            channel: event.place.channel.clone(),
            message: message.clone(),
            choice: choice.clone(),
            event: event.id.clone(),
            at: event.at,
        });
        false
    }
}
