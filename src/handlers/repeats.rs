//! A tap that is repeated within a moment is one: people press again where nothing seems to happen.

use std::{collections::VecDeque, time::Duration};

use chat::{ChannelId, ChoiceId, Event, EventId, Identity, MessageId, Timestamp, What};

/// Within this time it is the same tap.
const A_MOMENT: Duration = Duration::from_secs(5);
/// Taps that are remembered of all people together.
const REMEMBERED: usize = 1_000;

/// The taps of a moment ago.
#[derive(Debug, Default)]
pub(crate) struct Repeats(VecDeque<Tapped>);

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
    /// True where the same person made the same choice a moment before, by another event.
    pub(super) fn is_repeated(&self, event: &Event) -> bool {
        let What::Choice { message, choice } = &event.what else { return false };
        self.0.iter().find(|tap| tap.is_like(event, message, choice)).is_some_and(|tap| tap.event != event.id)
    }

    /// Remembers a choice, unless one like it is remembered.
    pub(super) fn note(&mut self, event: &Event) {
        let What::Choice { message, choice } = &event.what else { return };
        if self.0.iter().any(|tap| tap.is_like(event, message, choice)) {
            return;
        }
        if self.0.len() >= REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(Tapped {
            by: event.by.clone(),
            channel: event.place.channel.clone(),
            message: message.clone(),
            choice: choice.clone(),
            event: event.id.clone(),
            at: event.at,
        });
    }
}

impl Tapped {
    fn is_like(&self, event: &Event, message: &MessageId, choice: &ChoiceId) -> bool {
        (&self.by, &self.channel, &self.message, &self.choice) == (&event.by, &event.place.channel, message, choice)
            && event.at.is_within(A_MOMENT, self.at)
    }
}
