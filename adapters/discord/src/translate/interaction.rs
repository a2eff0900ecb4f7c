//! Commands, clicks and forms in neutral words.

use chat::{ChoiceId, Event, EventId, FormId, MessageId, Place, Unreadable, What};
use serde_json::Value;

use super::{needed, unreadable};
use crate::{
    commands::{HELP_WITH_THIS, NAME},
    wire::{between_people, identity, instant, is_thread, place, text},
};

/// The event of an interaction by its id: every answer to it bears this in its key.
pub(crate) fn event_id(interaction: &str) -> EventId {
    EventId::new(format!("discord:interaction:{interaction}"))
}

/// The context of an interaction in a conversation between people, which Kairos is no member of.
const BETWEEN_PEOPLE: u64 = 2;

/// True in somebody's own conversation with Kairos: where there is no server, and nobody else either.
pub(crate) fn is_private(data: &Value) -> bool {
    data["guild_id"].is_null() && data["context"] != BETWEEN_PEOPLE
}

/// Where an interaction happened.
pub(crate) fn place_of(data: &Value) -> Option<Place> {
    let channel = text(&data["channel_id"]).or_else(|| text(&data["channel"]["id"]))?;
    if data["guild_id"].is_null() && !is_private(data) {
        return Some(between_people(channel));
    }
    let parent = text(&data["channel"]["parent_id"]).filter(|_| is_thread(&data["channel"]["type"]));
    Some(place(text(&data["guild_id"]), channel, parent))
}

/// Who did it.
pub(crate) fn user_of(data: &Value) -> Option<String> {
    text(&data["member"]["user"]["id"]).or_else(|| text(&data["user"]["id"]))
}

pub(super) fn events(data: &Value) -> Result<Vec<Event>, Unreadable> {
    let id = needed(&data["id"], "id")?;
    let at = instant(&id).ok_or_else(|| unreadable("`d.id` is none of Discord's"))?;
    let place = place_of(data).ok_or_else(|| unreadable("`d.channel_id` is missing"))?;
    let by = identity(user_of(data).ok_or_else(|| unreadable("`d.user.id` is missing"))?);
    let what = match data["type"].as_u64() {
        Some(2) => command(&data["data"])?,
        Some(3) => chosen(data)?,
        Some(5) => filled_in(data)?,
        _ => None,
    };
    Ok(what.map(|what| Event { id: event_id(&id), at, place, by, what }).into_iter().collect())
}

fn command(data: &Value) -> Result<Option<What>, Unreadable> {
    if data["type"] == 3 || data["name"] == HELP_WITH_THIS {
        let target = needed(&data["target_id"], "data.target_id")?;
        let content = data["resolved"]["messages"][&target]["content"].as_str().unwrap_or_default();
        return Ok(Some(What::Command { text: format!("ask {content}") }));
    }
    if data["name"] != NAME {
        return Ok(None);
    }
    let mut words = Vec::new();
    let mut options = &data["options"];
    while let Some(option) = options.as_array().and_then(|options| options.first()) {
        match &option["value"] {
            Value::Null => words.extend(text(&option["name"])),
            value => words.extend(text(value)),
        }
        options = &option["options"];
    }
    Ok(Some(What::Command { text: words.join(" ") }))
}

fn chosen(data: &Value) -> Result<Option<What>, Unreadable> {
    let message = MessageId::new(needed(&data["message"]["id"], "message.id")?);
    let custom = needed(&data["data"]["custom_id"], "data.custom_id")?;
    // A menu hands back what was picked, a button what it carries itself.
    let choice = match custom.strip_prefix("choice:") {
        Some(choice) => Some(choice.to_owned()),
        None if custom.starts_with("more-") => text(&data["data"]["values"][0]),
        None => None,
    };
    Ok(choice.map(|choice| What::Choice { message, choice: ChoiceId::new(choice) }))
}

fn filled_in(data: &Value) -> Result<Option<What>, Unreadable> {
    let custom = needed(&data["data"]["custom_id"], "data.custom_id")?;
    let Some(form) = custom.strip_prefix("form:") else { return Ok(None) };
    let fields = filled_fields(&data["data"]["components"]);
    let message = text(&data["message"]["id"]).map(MessageId::new);
    Ok(Some(What::Form { form: FormId::new(form), message, fields }))
}

/// What was filled in, field by field.
pub(crate) fn filled_fields(components: &Value) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    collect(components, &mut fields);
    fields
}

/// Every input below, whether it stands in a row (as modals had it first) or below a label (as they have it now).
fn collect(value: &Value, fields: &mut Vec<(String, String)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, fields)),
        Value::Object(object) => {
            if let Some(name) = object.get("custom_id").and_then(text) {
                let written = object.get("value").and_then(Value::as_str).map(ToOwned::to_owned);
                let picked = object.get("values").and_then(|values| text(&values[0]));
                fields.extend(written.or(picked).map(|value| (name, value)));
            }
            ["components", "component"]
                .iter()
                .filter_map(|key| object.get(*key))
                .for_each(|below| collect(below, fields));
        }
        _ => {}
    }
}
