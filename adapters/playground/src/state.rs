//! What the journal's records add up to.
//!
//! Invariants
//! - Pure: the same records give the same state; no clock, no file, no lock.
//! - Bounded: old messages, notes, delivery keys and changes fall away.

use std::collections::{HashMap, VecDeque};

use chat::{ChannelId, Event, EventId, Form, Key, MessageId, Place, Sent, ShownTo, What};

use crate::{
    Person, Room,
    record::{Author, Change, Noted, Posted, Record},
};

/// Messages kept, over all rooms.
const MESSAGES: usize = 2_000;
/// Decisions kept, over all messages.
const NOTES: usize = 4_000;
/// Delivery keys remembered beyond their message.
const KEYS: usize = 10_000;
/// Changes that a page can catch up on after a break.
const CHANGES: usize = 512;
/// Different emoji on one message.
const REACTIONS: usize = 20;

/// The playground as it stands.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Oldest first.
    pub(crate) messages: VecDeque<Posted>,
    /// Oldest first; several may speak of one message, the last is the latest.
    pub(crate) notes: VecDeque<Noted>,
    /// What the house has not accepted yet, in order of happening.
    pub(crate) pending: VecDeque<Event>,
    /// The form each person is asked to fill in; not journalled, as it lives for a moment.
    pub(crate) forms: HashMap<Person, Form>,
    /// The latest changes with their numbers, for pages that lost their connection.
    pub(crate) changes: VecDeque<(u64, Change)>,
    /// The number of the latest change.
    pub(crate) changed: u64,
    /// How many ids were given out.
    given: u64,
    /// What each key left in each channel.
    sent: HashMap<(ChannelId, Key), Sent>,
    keys: VecDeque<(ChannelId, Key)>,
}

impl State {
    /// A number that no other id has.
    pub(crate) fn next_number(&self) -> u64 {
        self.given + 1
    }

    /// The message with this id.
    pub(crate) fn message(&self, id: &MessageId) -> Option<&Posted> {
        self.messages.iter().rev().find(|posted| posted.id == *id)
    }

    /// What an earlier attempt with `key` left at `place`.
    pub(crate) fn sent(&self, place: &Place, key: &Key) -> Option<&Sent> {
        self.sent.get(&(place.channel.clone(), key.clone()))
    }

    /// Takes a record in; what people see changed is remembered and returned with its number.
    pub(crate) fn apply(&mut self, record: Record) -> Option<(u64, Change)> {
        let change = match record {
            Record::Done { event } => {
                self.given += 1;
                let change = self.happened(&event);
                self.pending.push_back(event);
                change
            }
            Record::Accepted { event } => {
                self.pending.retain(|pending| pending.id != event);
                None
            }
            Record::Sent { message, place, to, card, key, at } => {
                self.given += 1;
                self.remember(key, Sent { place: place.clone(), message: message.clone() });
                let only = match &to {
                    ShownTo::Everyone => None,
                    ShownTo::Only(who) => Some(Person::of(who)?),
                };
                Some(self.push(Posted {
                    id: message,
                    room: Room::of(&place)?,
                    thread: place.thread,
                    by: Author::Kairos,
                    text: String::new(),
                    card: Some(card),
                    only,
                    at,
                    edited: false,
                    reactions: Vec::new(),
                    event: None,
                }))
            }
            Record::Changed { message, card } => self.alter(&message, |posted| {
                posted.card = Some(card);
                posted.edited = true;
            }),
            Record::Noted { note, at } => {
                let noted = Noted { note, at };
                self.notes.push_back(noted.clone());
                bound(&mut self.notes, NOTES);
                Some(Change::Note(Box::new(noted)))
            }
        }?;
        Some(self.publish(change))
    }

    /// Numbers a change and remembers it.
    pub(crate) fn publish(&mut self, change: Change) -> (u64, Change) {
        self.changed += 1;
        self.changes.push_back((self.changed, change.clone()));
        bound(&mut self.changes, CHANGES);
        (self.changed, change)
    }

    fn happened(&mut self, event: &Event) -> Option<Change> {
        let person = Person::of(&event.by)?;
        match &event.what {
            What::Message(message) => Some(self.push(Posted {
                id: message.id.clone(),
                room: Room::of(&event.place)?,
                thread: event.place.thread.clone(),
                by: Author::Person(person),
                text: message.text.clone(),
                card: None,
                only: None,
                at: event.at,
                edited: false,
                reactions: Vec::new(),
                event: Some(event.id.clone()),
            })),
            What::Edited(message) => self.alter(&message.id, |posted| {
                posted.text.clone_from(&message.text);
                posted.edited = true;
            }),
            What::Deleted { message } => {
                let at = self.messages.iter().rposition(|posted| posted.id == *message)?;
                let posted = self.messages.remove(at)?;
                Some(Change::Gone { channel: posted.room.channel(), message: posted.id })
            }
            What::Reaction { message, emoji, added } => {
                self.alter(message, |posted| react(&mut posted.reactions, emoji, person, *added))
            }
            What::Form { form, .. } => {
                if self.forms.get(&person).is_some_and(|asked| asked.id == *form) {
                    self.forms.remove(&person);
                }
                None
            }
            What::Joined | What::HomeOpened | What::Command { .. } | What::Choice { .. } => None,
        }
    }

    fn push(&mut self, posted: Posted) -> Change {
        self.messages.push_back(posted.clone());
        bound(&mut self.messages, MESSAGES);
        Change::Message(Box::new(posted))
    }

    fn alter(&mut self, id: &MessageId, how: impl FnOnce(&mut Posted)) -> Option<Change> {
        let posted = self.messages.iter_mut().rev().find(|posted| posted.id == *id)?;
        how(posted);
        Some(Change::Message(Box::new(posted.clone())))
    }

    fn remember(&mut self, key: Key, sent: Sent) {
        let key = (sent.place.channel.clone(), key);
        if self.sent.insert(key.clone(), sent).is_none() {
            self.keys.push_back(key);
        }
        if self.keys.len() > KEYS
            && let Some(old) = self.keys.pop_front()
        {
            self.sent.remove(&old);
        }
    }

    /// The raw form of what the house has not accepted yet, the oldest first.
    pub(crate) fn next_pending(&self) -> Option<(EventId, String)> {
        let event = self.pending.front()?;
        // An event is made of strings and numbers: it always serialises.
        Some((event.id.clone(), serde_json::to_string(event).unwrap_or_default()))
    }
}

fn react(reactions: &mut Vec<(String, Vec<Person>)>, emoji: &str, person: Person, added: bool) {
    let at = reactions.iter().position(|(known, _)| known == emoji);
    match (at, added) {
        (None, true) if reactions.len() < REACTIONS => reactions.push((emoji.to_owned(), vec![person])),
        (Some(at), true) if !reactions[at].1.contains(&person) => reactions[at].1.push(person),
        (Some(at), false) => {
            reactions[at].1.retain(|other| *other != person);
            if reactions[at].1.is_empty() {
                reactions.remove(at);
            }
        }
        _ => {}
    }
}

fn bound<T>(queue: &mut VecDeque<T>, most: usize) {
    while queue.len() > most {
        queue.pop_front();
    }
}
