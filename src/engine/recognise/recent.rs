//! What people wrote a moment ago: many ask in three short messages what one would hold.
//!
//! Invariants
//! - Text stays in memory for [`WITHIN`] and is never written anywhere; there is a bound to how much.
//! - Only a person's own messages in the same place are taken together.

use std::{collections::VecDeque, time::Duration};

use chat::{PersonId, Place, Timestamp};

/// Messages of one person within this time are one.
pub const WITHIN: Duration = Duration::from_mins(2);
/// A longer message stands for itself.
const SHORT: usize = 280;
/// Messages that are taken together.
const MOST: usize = 5;
/// Messages that are remembered, of all people together; the oldest goes first.
const REMEMBERED: usize = 2_000;

/// The last short messages of everybody.
#[derive(Debug, Default)]
pub struct Recent {
    said: VecDeque<Said>,
}

#[derive(Debug)]
struct Said {
    who: PersonId,
    place: Place,
    at: Timestamp,
    text: String,
}

impl Recent {
    /// What `who` wrote in `place` in the two minutes before, the oldest first; and remembers what they write now.
    pub fn before(&mut self, who: &PersonId, place: &Place, at: Timestamp, text: &str) -> Vec<String> {
        let oldest = at.as_ms().saturating_sub(i64::try_from(WITHIN.as_millis()).unwrap_or(i64::MAX));
        while self.said.front().is_some_and(|said| said.at.as_ms() < oldest) || self.said.len() >= REMEMBERED {
            self.said.pop_front();
        }
        let is_short = |text: &str| text.chars().take(SHORT + 1).count() <= SHORT;
        let own = self.said.iter().rev().filter(|said| said.who == *who && said.place == *place && said.at <= at);
        let recent = own.take_while(|said| said.at.as_ms() >= oldest);
        let mut before: Vec<String> = recent.take(MOST - 1).map(|said| said.text.clone()).collect();
        before.reverse();
        if is_short(text) {
            self.said.push_back(Said { who: who.clone(), place: place.clone(), at, text: text.to_owned() });
        }
        if is_short(text) { before } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use chat::{ChannelId, PlatformKind, Privacy, WorkspaceId};

    use super::*;

    fn place(channel: &str) -> Place {
        Place {
            platform: PlatformKind::Playground,
            workspace: WorkspaceId::new("W"),
            channel: ChannelId::new(channel),
            thread: None,
            privacy: Privacy::Shared,
        }
    }

    #[test]
    fn short_messages_of_one_person_are_taken_together_for_two_minutes() {
        let mut recent = Recent::default();
        let (ana, ben) = (PersonId::new("ana"), PersonId::new("ben"));
        let mut says = |who: &PersonId, channel: &str, second: i64, text: &str| {
            recent.before(who, &place(channel), Timestamp::from_ms(second * 1000), text)
        };
        assert!(says(&ana, "deals", 0, "hey").is_empty());
        assert!(says(&ben, "deals", 10, "hi").is_empty());
        assert!(says(&ana, "lunch", 20, "pizza?").is_empty());
        assert_eq!(says(&ana, "deals", 30, "they say it's too expensive"), ["hey"]);
        assert_eq!(says(&ana, "deals", 125, "any tips?"), ["they say it's too expensive"]);
        assert!(says(&ana, "deals", 130, &"long ".repeat(100)).is_empty());
        assert!(says(&ana, "deals", 400, "what now").is_empty());
    }

    #[test]
    fn memory_is_bounded() {
        let mut recent = Recent::default();
        for second in 0..10_000 {
            recent.before(&PersonId::new("ana"), &place("deals"), Timestamp::from_ms(second), "again");
        }
        assert!(recent.said.len() <= REMEMBERED);
    }
}
