//! Forms as modals.
//!
//! Invariants
//! - What stands in the modal's private metadata leads back to the message whose card opened it, and to nothing else.
//! - Every input has the action [`FIELD`]; its block bears the field's id.

use chat::{Field, Form, MessageId, Place, WorkspaceId};
use serde_json::{Value, json};

use crate::{
    translate::place,
    writing::{one_line, plain_text},
};

/// The action of every input.
pub(crate) const FIELD: &str = "field";
/// How long a title may be.
const TITLE: usize = 24;
/// How long the label of a field may be.
const LABEL: usize = 2_000;

/// Where a form was opened: in which channel, thread, and on which message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    channel: Option<String>,
    thread: Option<String>,
    message: Option<String>,
}

impl Origin {
    /// That place and message.
    pub(crate) fn of(place: &Place, message: Option<&MessageId>) -> Self {
        Self {
            channel: Some(place.channel.to_string()),
            thread: place.thread.as_ref().map(ToString::to_string),
            message: message.map(ToString::to_string),
        }
    }

    /// What [`Origin::write`] wrote; nothing where somebody else wrote it.
    pub(crate) fn read(text: &str) -> Self {
        let value: Value = serde_json::from_str(text).unwrap_or_default();
        let of = |name: &str| value[name].as_str().map(ToOwned::to_owned);
        Self { channel: of("channel"), thread: of("thread"), message: of("message") }
    }

    fn write(&self) -> String {
        json!({ "channel": self.channel, "thread": self.thread, "message": self.message }).to_string()
    }

    /// The place, or the private conversation with `user` where there is none.
    pub(crate) fn place(&self, team: &WorkspaceId, user: &str) -> (Place, Option<MessageId>) {
        let mut at = match &self.channel {
            // A channel by a person's own id is their private conversation.
            Some(channel) if channel.starts_with(['U', 'W']) => place(team, channel, Some("im")),
            Some(channel) => place(team, channel, None),
            None => place(team, user, Some("im")),
        };
        at.thread = self.thread.as_deref().map(MessageId::new);
        (at, self.message.as_deref().map(MessageId::new))
    }
}

/// `form` as a modal.
pub(crate) fn modal(form: &Form, origin: &Origin) -> Value {
    let blocks: Vec<_> = form.fields.iter().map(input).collect();
    json!({
        "type": "modal",
        "callback_id": form.id,
        "private_metadata": origin.write(),
        "title": plain_text(&within(&one_line(&form.title), TITLE)),
        "submit": plain_text("Send"),
        "close": plain_text("Cancel"),
        "blocks": blocks,
    })
}

fn input(field: &Field) -> Value {
    let mut element = json!({ "type": "plain_text_input", "action_id": FIELD, "multiline": field.long });
    if !field.value.is_empty() {
        element["initial_value"] = json!(field.value);
    }
    json!({
        "type": "input",
        "block_id": field.id,
        "label": plain_text(&within(&one_line(&field.label), LABEL)),
        "element": element,
    })
}

/// Labels are ours and short; one that is not is cut rather than refused in front of somebody who waits.
fn within(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit { text.to_owned() } else { text.chars().take(limit - 1).chain(['…']).collect() }
}
