//! What is written into the journal, one line each, and what of it people see.

use chat::{Card, ChannelId, Event, EventId, Form, Identity, Key, MessageId, Place, ShownTo, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Note, Person, Room};

/// One line of the journal. The playground's whole state is what these lines add up to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub(crate) enum Record {
    /// A person did something; offered to the house until it is accepted.
    Done {
        /// What they did.
        event: Event,
    },
    /// The house has it.
    Accepted {
        /// Which happening.
        event: EventId,
    },
    /// Kairos said something.
    Sent {
        /// Under which id.
        message: MessageId,
        /// Where.
        place: Place,
        /// To whom.
        to: ShownTo,
        /// What.
        card: Card,
        /// For which delivery.
        key: Key,
        /// When.
        at: Timestamp,
    },
    /// Kairos changed a message of its own.
    Changed {
        /// Which.
        message: MessageId,
        /// The new card.
        card: Card,
    },
    /// A decision was noted.
    Noted {
        /// The decision.
        note: Note,
        /// When.
        at: Timestamp,
    },
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// One of the people.
    Person(Person),
    /// The bot.
    Kairos,
}

/// A message as it stands now.
#[derive(Clone, Debug, PartialEq)]
pub struct Posted {
    /// Its id, unique in the playground.
    pub id: MessageId,
    /// The room it stands in.
    pub room: Room,
    /// The message that opened its thread, where it stands in one.
    pub thread: Option<MessageId>,
    /// Who wrote it.
    pub by: Author,
    /// A person's words; empty where there is a card.
    pub text: String,
    /// Kairos's card.
    pub card: Option<Card>,
    /// The one person who sees it, where not everybody does.
    pub only: Option<Person>,
    /// When it was written.
    pub at: Timestamp,
    /// True once it was changed.
    pub edited: bool,
    /// Each emoji with the people who reacted with it, in order.
    pub reactions: Vec<(String, Vec<Person>)>,
    /// The happening that brought it, where a person wrote it.
    pub event: Option<EventId>,
}

impl Posted {
    /// True where `person` can see it.
    pub fn seen_by(&self, person: Person) -> bool {
        self.room.open_to(person) && self.only.is_none_or(|only| only == person)
    }

    /// Its place, thread included.
    pub fn place(&self) -> Place {
        self.room.at(self.thread.as_ref())
    }
}

/// A decision with the instant at which it was noted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Noted {
    /// The decision.
    #[serde(flatten)]
    pub note: Note,
    /// When it was noted.
    pub at: Timestamp,
}

/// Something that people see changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A message came, or stands differently now.
    Message(Box<Posted>),
    /// A message was taken back.
    Gone {
        /// Where.
        channel: ChannelId,
        /// Which.
        message: MessageId,
    },
    /// A decision was noted.
    Note(Box<Noted>),
    /// A form waits for somebody.
    Form {
        /// For whom.
        who: Identity,
        /// What is asked.
        form: Form,
    },
    /// The clock was wound.
    Clock,
    /// The limits hold from now on, or no longer.
    Limits {
        /// True where they don't hold.
        loose: bool,
    },
}

impl Change {
    /// True where `person` may hear of it.
    pub fn seen_by(&self, person: Person) -> bool {
        match self {
            Self::Message(posted) => posted.seen_by(person),
            Self::Gone { channel, .. } => open(channel, person),
            Self::Note(noted) => open(&noted.note.channel, person),
            Self::Form { who, .. } => Person::of(who) == Some(person),
            Self::Clock | Self::Limits { .. } => true,
        }
    }
}

/// True where `person` reads `channel`.
pub(crate) fn open(channel: &ChannelId, person: Person) -> bool {
    channel.as_str().parse::<Room>().is_ok_and(|room| room.open_to(person))
}
