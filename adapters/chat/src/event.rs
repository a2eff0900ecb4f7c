//! What happened, in neutral words.

use serde::{Deserialize, Serialize};

use crate::{ChoiceId, EventId, FormId, Identity, MessageId, Place, Timestamp};

/// Something that happened in a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The same for every delivery of the same happening.
    pub id: EventId,
    /// When it happened, by the platform's clock.
    pub at: Timestamp,
    /// Where it happened.
    pub place: Place,
    /// Who did it.
    pub by: Identity,
    /// What happened.
    pub what: What,
}

/// The kinds of happening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// A message was posted.
    Message(Message),
    /// A message was changed; carries the new text.
    Edited(Message),
    /// A message was taken back.
    Deleted {
        /// Which one.
        message: MessageId,
    },
    /// Somebody reacted with an emoji, or took it back.
    Reaction {
        /// The message reacted to.
        message: MessageId,
        /// The emoji itself or its name without colons.
        emoji: String,
        /// False when it was taken back.
        added: bool,
    },
    /// Somebody entered the channel; or the workspace, where the place is the channel that all its members share.
    Joined,
    /// Somebody opened the page that the platform keeps for Kairos and them alone.
    HomeOpened,
    /// A slash command; the text behind its name.
    Command {
        /// What was typed behind the command's name.
        text: String,
    },
    /// A button or menu entry on one of our cards was chosen.
    Choice {
        /// The message that carries the card.
        message: MessageId,
        /// What the button carried.
        choice: ChoiceId,
    },
    /// A form was sent, or the free text of a card was filled in.
    Form {
        /// What the form carried.
        form: FormId,
        /// The message whose card carried it, where there is one.
        message: Option<MessageId>,
        /// Field id and what was written into it.
        fields: Vec<(String, String)>,
    },
}

/// A message that somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The message's own id.
    pub id: MessageId,
    /// Its text, with mentions and markup as the platform wrote them.
    pub text: String,
    /// Written by a program, ourselves included.
    #[serde(default)]
    pub by_bot: bool,
    /// True when Kairos itself was mentioned.
    #[serde(default)]
    pub mentions_us: bool,
    /// The message it answers outside a thread, where the platform has that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replies_to: Option<MessageId>,
}

/// A question with fields to fill in: a modal where the platform has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// Comes back in [`What::Form`].
    pub id: FormId,
    /// The heading, at most 24 characters.
    pub title: String,
    /// What to fill in, at most five.
    pub fields: Vec<Field>,
}

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Unique within the form.
    pub id: String,
    /// What people read above it, at most 45 characters.
    pub label: String,
    /// What it holds at first.
    #[serde(default)]
    pub value: String,
    /// More than one line.
    #[serde(default)]
    pub long: bool,
}
