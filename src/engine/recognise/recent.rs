//! What people wrote a moment ago: many ask in three short messages what one would hold, and many a follow-up in a
//! thread says little without the message that opened it.
//!
//! Invariants
//! - Text is held in memory alone: a person's short messages for [`WITHIN`], openings of conversations for [`OPENINGS`].
//!   It is never written anywhere, there is a bound to how much, and a restart forgets it: a question whose parts stand
//!   on both sides of one is heard by its later parts alone.
//! - Only a person's own messages in the same place are taken together.
//! - What its author takes back, or asks to have forgotten, is forgotten here too.

use std::{collections::VecDeque, time::Duration};

use chat::{Event, Identity, Message, MessageId, Place, Timestamp, What};

use crate::library::TriggerId;

/// Messages of one person within this time are one.
pub const WITHIN: Duration = Duration::from_mins(2);
/// How long the opening of a conversation is at hand for the follow-ups in its thread.
pub const OPENINGS: Duration = Duration::from_hours(1);
/// A longer message stands for itself.
const SHORT: usize = 280;
/// How much of an opening is kept, in characters: what it is about stands at its beginning.
const OPENING_CHARS: usize = 1_000;
/// Messages that are taken together.
const MOST: usize = 5;
/// Messages, and as many openings, that are remembered of all people together; the oldest goes first.
const REMEMBERED: usize = 2_000;

/// The last messages of everybody.
#[derive(Debug, Default)]
pub struct Recent {
    said: VecDeque<Said>,
    openings: VecDeque<Opening>,
}

#[derive(Debug)]
struct Said {
    who: Identity,
    place: Place,
    message: MessageId,
    at: Timestamp,
    text: String,
    /// What was heard in it, and whether it was put to Kairos.
    heard: Vec<(TriggerId, bool)>,
    forget_at: Timestamp,
}

#[derive(Debug)]
struct Opening {
    /// The channel, without a thread.
    place: Place,
    message: MessageId,
    /// `None`: it was looked for and not found.
    said: Option<(Identity, String)>,
    forget_at: Timestamp,
}

/// What goes with a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// What the same person wrote in the same place in the two minutes before, the oldest first.
    pub before: Vec<String>,
    /// What was heard in that, and in what they wrote since, with whether it was put to Kairos.
    pub heard: Vec<(TriggerId, bool)>,
}

/// What is known of the message that opened a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Who wrote it, and what it says.
    By(Identity, String),
    /// It was looked for in vain.
    Nowhere,
    /// Nobody has looked for it yet.
    Unknown,
}

impl Recent {
    /// Remembers `message` for its time, and tells what goes with it.
    #[cfg(test)]
    fn take(&mut self, event: &Event, message: &Message, now: Timestamp) -> Parts {
        let parts = self.parts_of(event, message, now);
        self.remember(event, message, now);
        parts
    }

    /// What goes with a message that comes now.
    pub fn parts_of(&self, event: &Event, message: &Message, now: Timestamp) -> Parts {
        let said = || self.said.iter().filter(|said| said.forget_at > now);
        let known = said().find(|said| said.message == message.id && channel(&said.place, &event.place));
        let at = match known {
            Some(said) => said.at,
            // A change to what was written long ago belongs to nothing that is said now.
            None if matches!(event.what, What::Edited(_)) => return Parts::default(),
            None => event.at,
        };
        let near = |said: &&Said| {
            let apart = if at > said.at { at.since(said.at) } else { said.at.since(at) };
            said.who == event.by && said.place == event.place && said.message != message.id && apart <= WITHIN
        };
        let heard = said().filter(near).flat_map(|said| said.heard.clone()).collect();
        if !is_short(message) {
            return Parts { before: Vec::new(), heard };
        }
        let earlier: Vec<&Said> = said().filter(near).filter(|said| said.at <= at && !said.text.is_empty()).collect();
        let before = earlier[earlier.len().saturating_sub(MOST - 1)..].iter().map(|said| said.text.clone()).collect();
        Parts { before, heard }
    }

    /// Remembers a message for its time. One that is known, as it comes again or was changed, takes the place of what it
    /// said before.
    pub fn remember(&mut self, event: &Event, message: &Message, now: Timestamp) {
        self.sweep(now);
        if event.place.thread.is_none() {
            self.open(&event.place, &message.id, Some((event.by.clone(), message.text.clone())), now);
        }
        let text = if is_short(message) { message.text.clone() } else { String::new() };
        let known = self.said.iter_mut().find(|said| said.message == message.id && channel(&said.place, &event.place));
        if let Some(said) = known {
            said.text = text;
            return;
        }
        if matches!(event.what, What::Edited(_)) {
            return;
        }
        if self.said.len() >= REMEMBERED {
            self.said.pop_front();
        }
        self.said.push_back(Said {
            who: event.by.clone(),
            place: event.place.clone(),
            message: message.id.clone(),
            at: event.at,
            text,
            heard: Vec::new(),
            forget_at: now + WITHIN,
        });
    }

    /// Notes what was heard in a message, so that the others that go with it are not heard as the same once more.
    pub fn heard(&mut self, event: &Event, message: &Message, triggers: &[TriggerId], addressed: bool) {
        let known = self.said.iter_mut().find(|said| said.message == message.id && channel(&said.place, &event.place));
        if let Some(said) = known {
            said.heard = triggers.iter().map(|trigger| (trigger.clone(), addressed)).collect();
        }
    }

    /// The message that opened the thread of `place`.
    pub fn opened(&self, place: &Place) -> Opened {
        let Some(opening) = &place.thread else { return Opened::Nowhere };
        match self.openings.iter().rev().find(|opened| opened.message == *opening && channel(&opened.place, place)) {
            Some(Opening { said: Some((who, text)), .. }) => Opened::By(who.clone(), text.clone()),
            Some(_) => Opened::Nowhere,
            None => Opened::Unknown,
        }
    }

    /// Remembers an opening for its time, or that it is nowhere to be found.
    pub fn open(&mut self, place: &Place, message: &MessageId, said: Option<(Identity, String)>, now: Timestamp) {
        let said = said.map(|(who, text)| (who, text.chars().take(OPENING_CHARS).collect()));
        self.openings.retain(|opened| opened.message != *message || !channel(&opened.place, place));
        if self.openings.len() >= REMEMBERED {
            self.openings.pop_front();
        }
        let place = place.channel_itself();
        self.openings.push_back(Opening { place, message: message.clone(), said, forget_at: now + OPENINGS });
    }

    /// Forgets a question that people have settled: whoever asks again asks anew. What opened its thread stays at hand.
    pub fn settle(&mut self, place: &Place, message: &MessageId) {
        self.said.retain(|said| said.message != *message || !channel(&said.place, place));
    }

    /// Forgets a message that was taken back.
    pub fn take_back(&mut self, place: &Place, message: &MessageId) {
        self.settle(place, message);
        self.openings.retain(|opened| opened.message != *message || !channel(&opened.place, place));
    }

    /// Forgets what somebody wrote.
    pub fn forget(&mut self, who: &Identity) {
        self.said.retain(|said| said.who != *who);
        self.openings.retain(|opened| opened.said.as_ref().is_none_or(|(by, _)| by != who));
    }

    /// Forgets what has had its time.
    pub fn sweep(&mut self, now: Timestamp) {
        while self.said.front().is_some_and(|said| said.forget_at <= now) {
            self.said.pop_front();
        }
        while self.openings.front().is_some_and(|opened| opened.forget_at <= now) {
            self.openings.pop_front();
        }
    }
}

/// True for places in the same channel, in whatever thread.
/// Whether a message may be part of a question that is written in several.
fn is_short(message: &Message) -> bool {
    message.text.chars().take(SHORT + 1).count() <= SHORT
}

fn channel(a: &Place, b: &Place) -> bool {
    a.channel == b.channel && a.workspace == b.workspace && a.platform == b.platform
}

#[cfg(test)]
mod tests {
    use chat::{ChannelId, EventId, PlatformKind, Privacy, UserId, WorkspaceId};

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

    fn message(id: &str, text: &str) -> Message {
        Message { id: MessageId::new(id), text: text.to_owned(), by_bot: false, mentions_us: false, replies_to: None }
    }

    fn event(who: &str, channel: &str, second: i64, what: What) -> Event {
        let by =
            Identity { platform: PlatformKind::Playground, workspace: WorkspaceId::new("W"), user: UserId::new(who) };
        let at = Timestamp::from_ms(second * 1_000);
        Event { id: EventId::new(format!("{who}{second}")), at, place: place(channel), by, what }
    }

    fn says(recent: &mut Recent, who: &str, channel: &str, second: i64, text: &str) -> Parts {
        let message = message(&format!("{who}-{second}"), text);
        let event = event(who, channel, second, What::Message(message.clone()));
        recent.take(&event, &message, event.at)
    }

    #[test]
    fn short_messages_of_one_person_are_taken_together_for_two_minutes() {
        let mut recent = Recent::default();
        let mut says =
            |who: &str, channel: &str, second, text: &str| says(&mut recent, who, channel, second, text).before;
        assert!(says("ana", "deals", 0, "hey").is_empty());
        assert!(says("ben", "deals", 10, "hi").is_empty());
        assert!(says("ana", "lunch", 20, "pizza?").is_empty());
        assert_eq!(says("ana", "deals", 30, "they say it's too expensive"), ["hey"]);
        assert_eq!(says("ana", "deals", 125, "any tips?"), ["they say it's too expensive"]);
        assert!(says("ana", "deals", 130, &"long ".repeat(100)).is_empty());
        assert!(says("ana", "deals", 400, "what now").is_empty());
    }

    #[test]
    fn what_arrives_late_is_taken_together_by_when_it_was_written() {
        let (mut recent, late) = (Recent::default(), Timestamp::from_ms(90_000_000));
        for (second, before) in [(0, vec![]), (60, vec!["0"]), (300, vec![])] {
            let message = message(&second.to_string(), &second.to_string());
            let event = event("ana", "deals", second, What::Message(message.clone()));
            assert_eq!(recent.take(&event, &message, late).before, before, "{second}");
        }
    }

    #[test]
    fn a_message_that_comes_again_or_is_changed_stands_once() {
        let mut recent = Recent::default();
        says(&mut recent, "ana", "deals", 0, "they say its too dear");
        let changed = message("ana-0", "they say it's too dear");
        let edit = event("ana", "deals", 20, What::Edited(changed.clone()));
        assert_eq!(recent.take(&edit, &changed, edit.at), Parts::default());
        assert_eq!(says(&mut recent, "ana", "deals", 30, "what now?").before, ["they say it's too dear"]);
        assert_eq!(says(&mut recent, "ana", "deals", 30, "what now?").before, ["they say it's too dear"]);
        let old = message("ana-9", "long ago");
        let edit = event("ana", "deals", 40, What::Edited(old.clone()));
        assert_eq!(recent.take(&edit, &old, edit.at), Parts::default(), "an edit of something old is no part of it");
        assert_eq!(says(&mut recent, "ana", "deals", 50, "?").before.len(), 2);
    }

    #[test]
    fn what_was_heard_in_one_part_is_known_to_the_others() {
        let mut recent = Recent::default();
        let first = message("ana-0", "too expensive, they say");
        let posted = event("ana", "deals", 0, What::Message(first.clone()));
        recent.take(&posted, &first, posted.at);
        recent.heard(&posted, &first, &[TriggerId::new("price")], false);
        assert_eq!(says(&mut recent, "ana", "deals", 60, "any tips?").heard, [(TriggerId::new("price"), false)]);
        assert_eq!(recent.take(&posted, &first, posted.at).heard, [], "not to itself");
        assert_eq!(says(&mut recent, "ana", "deals", 130, "any tips?").heard, [], "two minutes later");
    }

    #[test]
    fn an_opening_is_known_for_an_hour_unless_it_is_taken_back_or_forgotten() {
        let forgets: [fn(&mut Recent); 3] = [
            |recent| recent.take_back(&place("deals"), &MessageId::new("ana-0")),
            |recent| recent.forget(&event("ana", "deals", 0, What::Joined).by),
            |recent| recent.sweep(Timestamp::from_ms(3_600_000)),
        ];
        for forget in forgets {
            let mut recent = Recent::default();
            says(&mut recent, "ana", "deals", 0, "the quote is on their desk");
            recent.sweep(Timestamp::from_ms(3_599_000));
            let thread = place("deals").in_thread(&MessageId::new("ana-0"));
            assert!(matches!(recent.opened(&thread), Opened::By(_, text) if text == "the quote is on their desk"));
            forget(&mut recent);
            assert_eq!(recent.opened(&thread), Opened::Unknown);
            assert!(recent.said.is_empty() && recent.openings.is_empty());
        }
    }

    #[test]
    fn memory_is_bounded() {
        let mut recent = Recent::default();
        for second in 0..5_000 {
            let message = message(&second.to_string(), &"again ".repeat(if second % 2 == 0 { 2 } else { 10_000 }));
            let event = event("ana", "deals", second, What::Message(message.clone()));
            recent.take(&event, &message, Timestamp::from_ms(0));
        }
        assert!(recent.said.len() <= REMEMBERED && recent.openings.len() <= REMEMBERED);
        assert!(recent.openings.iter().all(|opened| opened.said.as_ref().unwrap().1.len() <= OPENING_CHARS));
    }
}
