//! What a person can do here: each becomes an event, written down first and then offered to the house.
//!
//! Invariants
//! - Nobody writes in, reads from or taps in somebody else's private conversation.
//! - A tap is on a choice that its card shows now.

use std::sync::Arc;

use chat::{ChoiceId, Event, EventId, FormId, Message, MessageId, Place, What};

use crate::{
    Fault, Person, Playground, Room,
    record::{Author, Posted, Record},
    state::State,
};

/// The longest text of a message, in characters.
pub const LONGEST_TEXT: usize = 8_000;
const LONGEST_EMOJI: usize = 40;
const MOST_FIELDS: usize = 10;

impl Playground {
    /// Does what a text says: `/kairos …` is a command and leaves no message (`None`), all else is posted.
    pub async fn say(
        self: &Arc<Self>,
        person: Person,
        room: Room,
        thread: Option<&MessageId>,
        text: &str,
    ) -> Result<Option<MessageId>, Fault> {
        match command(text) {
            Some(rest) => self.command(person, room, thread, rest).await.map(|()| None),
            None => self.post(person, room, thread, text).await.map(Some),
        }
    }

    /// Posts a message, in the thread that `thread` opened (or stands in), or in the room itself.
    pub async fn post(
        self: &Arc<Self>,
        person: Person,
        room: Room,
        thread: Option<&MessageId>,
        text: &str,
    ) -> Result<MessageId, Fault> {
        let text = readable(text)?;
        enter(person, room)?;
        let (at, thread) = (self.host()?.now(), thread.cloned());
        self.happen(move |state| {
            let thread = thread.map(|id| opening(state, room, person, &id)).transpose()?;
            let id = MessageId::new(format!("{}-{}", at.as_ms(), state.next_number()));
            let what = What::Message(message(id.clone(), text));
            Ok((id, done(state, at, room.at(thread.as_ref()), person, what)))
        })
        .await
    }

    /// Gives the command `/kairos`, with what stands behind it; may be empty.
    pub async fn command(
        self: &Arc<Self>,
        person: Person,
        room: Room,
        thread: Option<&MessageId>,
        text: &str,
    ) -> Result<(), Fault> {
        let text = text.trim().to_owned();
        short(&text, LONGEST_TEXT)?;
        enter(person, room)?;
        let (at, thread) = (self.host()?.now(), thread.cloned());
        self.happen(move |state| {
            let thread = thread.map(|id| opening(state, room, person, &id)).transpose()?;
            Ok(((), done(state, at, room.at(thread.as_ref()), person, What::Command { text })))
        })
        .await
    }

    /// Changes a message of one's own.
    pub async fn edit_message(self: &Arc<Self>, person: Person, id: &MessageId, text: &str) -> Result<(), Fault> {
        let text = readable(text)?;
        self.upon(person, id, move |posted| {
            own(posted, person)?;
            Ok(What::Edited(message(posted.id.clone(), text)))
        })
        .await
    }

    /// Takes a message of one's own back.
    pub async fn delete(self: &Arc<Self>, person: Person, id: &MessageId) -> Result<(), Fault> {
        self.upon(person, id, move |posted| {
            own(posted, person)?;
            Ok(What::Deleted { message: posted.id.clone() })
        })
        .await
    }

    /// Reacts with an emoji, or takes it back.
    pub async fn react(
        self: &Arc<Self>,
        person: Person,
        id: &MessageId,
        emoji: &str,
        added: bool,
    ) -> Result<(), Fault> {
        let emoji = emoji.trim().to_owned();
        if emoji.is_empty() {
            return Err(Fault::Empty);
        }
        short(&emoji, LONGEST_EMOJI)?;
        self.upon(person, id, move |posted| Ok(What::Reaction { message: posted.id.clone(), emoji, added })).await
    }

    /// Chooses a button or menu entry of a card.
    pub async fn tap(self: &Arc<Self>, person: Person, id: &MessageId, choice: &ChoiceId) -> Result<(), Fault> {
        let choice = choice.clone();
        self.upon(person, id, move |posted| {
            let card = posted.card.as_ref().ok_or(Fault::Outdated)?;
            if !card.choices.iter().any(|offered| offered.id == choice) {
                return Err(Fault::Outdated);
            }
            Ok(What::Choice { message: posted.id.clone(), choice })
        })
        .await
    }

    /// Sends the free text of a card.
    pub async fn submit(self: &Arc<Self>, person: Person, id: &MessageId, text: &str) -> Result<(), Fault> {
        let text = readable(text)?;
        self.upon(person, id, move |posted| {
            let input = posted.card.as_ref().and_then(|card| card.input.as_ref()).ok_or(Fault::Outdated)?;
            let fields = vec![("text".to_owned(), text)];
            Ok(What::Form { form: input.form.clone(), message: Some(posted.id.clone()), fields })
        })
        .await
    }

    /// Sends the form that Kairos asked this person to fill in.
    pub async fn fill_in(
        self: &Arc<Self>,
        person: Person,
        room: Room,
        form: &FormId,
        fields: Vec<(String, String)>,
    ) -> Result<(), Fault> {
        enter(person, room)?;
        if fields.len() > MOST_FIELDS {
            return Err(Fault::TooLong { found: fields.len(), limit: MOST_FIELDS });
        }
        fields.iter().try_for_each(|(id, value)| short(id, 100).and_then(|()| short(value, LONGEST_TEXT)))?;
        let (at, form) = (self.host()?.now(), form.clone());
        self.happen(move |state| {
            if state.forms.get(&person).is_none_or(|asked| asked.id != form) {
                return Err(Fault::Unknown("form"));
            }
            let what = What::Form { form, message: None, fields };
            Ok(((), done(state, at, room.place(), person, what)))
        })
        .await
    }

    /// Does something upon a message that the person sees.
    async fn upon(
        self: &Arc<Self>,
        person: Person,
        id: &MessageId,
        make: impl FnOnce(&Posted) -> Result<What, Fault> + Send + 'static,
    ) -> Result<(), Fault> {
        let (at, id) = (self.host()?.now(), id.clone());
        self.happen(move |state| {
            let posted = state.message(&id).filter(|posted| posted.seen_by(person)).ok_or(Fault::Unknown("message"))?;
            let what = make(posted)?;
            Ok(((), done(state, at, posted.place(), person, what)))
        })
        .await
    }
}

fn done(state: &State, at: chat::Timestamp, place: Place, person: Person, what: What) -> Record {
    let id = EventId::new(format!("playground:{}-{}", at.as_ms(), state.next_number()));
    Record::Done { event: Event { id, at, place, by: person.identity(), what } }
}

fn message(id: MessageId, text: String) -> Message {
    let mentions_us = mentions_us(&text);
    Message { id, text, by_bot: false, mentions_us, replies_to: None }
}

/// True where a text has `@Kairos` as a word, in any case.
pub(crate) fn mentions_us(text: &str) -> bool {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric() && c != '@').any(|word| word == "@kairos")
}

/// The message that opened the thread of `id`: itself, or what it stands under.
fn opening(state: &State, room: Room, person: Person, id: &MessageId) -> Result<MessageId, Fault> {
    let posted = state
        .message(id)
        .filter(|posted| posted.room == room && posted.seen_by(person))
        .ok_or(Fault::Unknown("thread"))?;
    Ok(posted.thread.clone().unwrap_or_else(|| id.clone()))
}

fn command(text: &str) -> Option<&str> {
    let rest = text.trim_start().strip_prefix("/kairos")?;
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| rest.trim())
}

fn enter(person: Person, room: Room) -> Result<(), Fault> {
    if room.open_to(person) { Ok(()) } else { Err(Fault::NotYours("that conversation is somebody else's")) }
}

fn own(posted: &Posted, person: Person) -> Result<(), Fault> {
    if posted.by == Author::Person(person) { Ok(()) } else { Err(Fault::NotYours("that message is somebody else's")) }
}

fn readable(text: &str) -> Result<String, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Fault::Empty);
    }
    short(text, LONGEST_TEXT)?;
    Ok(text.replace('\0', ""))
}

fn short(text: &str, limit: usize) -> Result<(), Fault> {
    let found = text.chars().count();
    if found > limit { Err(Fault::TooLong { found, limit }) } else { Ok(()) }
}
