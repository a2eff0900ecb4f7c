//! Raw events in neutral words.
//!
//! A raw event is one dispatch of the gateway as it came, `{ "t": …, "d": … }`, to which `receive` has added what it
//! knew at that moment: `us` (our own id), `guild` and `parent` of the channel, `at` (when it came), `turn` (the
//! session and number of the dispatch). An interaction that came over HTTP is kept in the same form.
//!
//! Invariants
//! - Pure: the same raw event gives the same events, with the same ids, however often Discord repeats it.
//! - A message's text is kept whatever else is odd.
//! - A reason names the field, never its content.

mod interaction;

use chat::{Event, EventId, Message, MessageId, Place, Timestamp, Unreadable, What};
use serde_json::Value;

use crate::wire::{identity, instant, place, text, words};

pub(crate) use interaction::{event_id, filled_fields, is_private, place_of, user_of};

/// Kinds of message that somebody wrote: plain, a reply, the answers to commands, the first of a forum's thread.
const WRITTEN: [u64; 5] = [0, 19, 20, 21, 23];
/// "Somebody joined", which servers write into a channel of theirs.
pub(crate) const JOINED: u64 = 7;

/// What a raw event tells; nothing for what doesn't matter.
pub(crate) fn events(raw: &str) -> Result<Vec<Event>, Unreadable> {
    let raw: Value = serde_json::from_str(raw).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Unreadable(format!("no JSON from line {line}, column {column} on"))
    })?;
    let kind = raw["t"].as_str().ok_or_else(|| unreadable("`t`, the kind of dispatch, is missing"))?;
    let data = &raw["d"];
    match kind {
        "MESSAGE_CREATE" | "MESSAGE_UPDATE" => message(&raw, data, kind == "MESSAGE_UPDATE"),
        "MESSAGE_DELETE" => deleted(&raw, data),
        "MESSAGE_REACTION_ADD" | "MESSAGE_REACTION_REMOVE" => reaction(&raw, data, kind == "MESSAGE_REACTION_ADD"),
        "GUILD_MEMBER_ADD" => joined(&raw, data),
        "INTERACTION_CREATE" => interaction::events(data),
        _ => Ok(Vec::new()),
    }
}

fn unreadable(reason: &str) -> Unreadable {
    Unreadable(reason.to_owned())
}

fn needed(value: &Value, name: &str) -> Result<String, Unreadable> {
    text(value).ok_or_else(|| Unreadable(format!("`d.{name}` is missing")))
}

/// Where a dispatch happened.
fn where_it_was(raw: &Value, data: &Value) -> Result<Place, Unreadable> {
    let channel = needed(&data["channel_id"], "channel_id")?;
    let guild = text(&data["guild_id"]).or_else(|| text(&raw["guild"]));
    Ok(place(guild, channel, text(&raw["parent"])))
}

/// The id of what happens to a message, as the history's reader gives it to the message itself.
fn id_of(place: &Place, message: &str, what: &str) -> EventId {
    EventId::new(format!("discord:{}:{}:{message}{what}", place.workspace, place.channel))
}

fn received(raw: &Value, otherwise: &str) -> Timestamp {
    raw["at"].as_i64().map(Timestamp::from_ms).or_else(|| instant(otherwise)).unwrap_or_default()
}

fn message(raw: &Value, data: &Value, is_edit: bool) -> Result<Vec<Event>, Unreadable> {
    let place = where_it_was(raw, data)?;
    read_message(&place, data, text(&raw["us"]).as_deref(), is_edit)
}

/// What one message object of Discord's tells. Histories hold the same objects.
pub(crate) fn read_message(
    place: &Place,
    data: &Value,
    us: Option<&str>,
    is_edit: bool,
) -> Result<Vec<Event>, Unreadable> {
    let id = needed(&data["id"], "id")?;
    let at = instant(&id).ok_or_else(|| unreadable("`d.id` is none of Discord's"))?;
    let by = identity(text(&data["author"]["id"]).unwrap_or_else(|| "unknown".to_owned()));
    let event = |id, at, what| vec![Event { id, at, place: place.clone(), by: by.clone(), what }];
    match data["type"].as_u64().unwrap_or_default() {
        JOINED => return Ok(event(id_of(place, &id, ""), at, What::Joined)),
        kind if !WRITTEN.contains(&kind) => return Ok(Vec::new()),
        _ => {}
    }
    let by_bot = is_by_bot(data, us);
    let content = words(data, by_bot);
    let written = Message {
        id: MessageId::new(id.clone()),
        by_bot,
        mentions_us: us.is_some_and(|us| mentions(data, &content, us)),
        replies_to: replies_to(data).map(MessageId::new),
        text: content,
    };
    if !is_edit {
        return Ok(event(id_of(place, &id, ""), at, What::Message(written)));
    }
    // Discord also "updates" a message when it unfolds a link in it; only a person's change has an instant.
    let Some(edited) = text(&data["edited_timestamp"]) else { return Ok(Vec::new()) };
    Ok(event(id_of(place, &id, &format!(":edited:{edited}")), at, What::Edited(written)))
}

fn is_by_bot(data: &Value, us: Option<&str>) -> bool {
    let author = &data["author"];
    author["bot"] == true
        || text(&data["webhook_id"]).is_some()
        || (us.is_some() && text(&author["id"]).as_deref() == us)
}

fn mentions(data: &Value, content: &str, us: &str) -> bool {
    let named = data["mentions"].as_array().into_iter().flatten();
    let mut ids = named.filter_map(|user| text(&user["id"]));
    ids.any(|id| id == us) || content.contains(&format!("<@{us}>")) || content.contains(&format!("<@!{us}>"))
}

fn replies_to(data: &Value) -> Option<String> {
    (data["type"] == 19).then(|| text(&data["message_reference"]["message_id"])).flatten()
}

fn deleted(raw: &Value, data: &Value) -> Result<Vec<Event>, Unreadable> {
    let place = where_it_was(raw, data)?;
    let id = needed(&data["id"], "id")?;
    // Discord doesn't say who took it back.
    let (by, at) = (identity("unknown"), received(raw, &id));
    let what = What::Deleted { message: MessageId::new(id.clone()) };
    Ok(vec![Event { id: id_of(&place, &id, ":deleted"), at, place, by, what }])
}

fn reaction(raw: &Value, data: &Value, added: bool) -> Result<Vec<Event>, Unreadable> {
    let place = where_it_was(raw, data)?;
    let message = needed(&data["message_id"], "message_id")?;
    let user = needed(&data["user_id"], "user_id")?;
    let emoji = needed(&data["emoji"]["name"], "emoji.name")?;
    if data["member"]["user"]["bot"] == true || text(&raw["us"]).as_ref() == Some(&user) {
        return Ok(Vec::new());
    }
    let (way, turn) = (if added { "added" } else { "removed" }, text(&raw["turn"]).unwrap_or_default());
    Ok(vec![Event {
        id: id_of(&place, &message, &format!(":{emoji}:{user}:{way}:{turn}")),
        at: received(raw, &message),
        by: identity(user),
        what: What::Reaction { message: MessageId::new(message), emoji, added },
        place,
    }])
}

/// Somebody entered the server; the channel is the one that all members share, which bears the server's id.
fn joined(raw: &Value, data: &Value) -> Result<Vec<Event>, Unreadable> {
    let guild = needed(&data["guild_id"], "guild_id")?;
    let user = needed(&data["user"]["id"], "user.id")?;
    if data["user"]["bot"] == true {
        return Ok(Vec::new());
    }
    let since = text(&data["joined_at"]).unwrap_or_default();
    Ok(vec![Event {
        id: EventId::new(format!("discord:{guild}:joined:{user}:{since}")),
        at: received(raw, &user),
        place: place(Some(guild.clone()), guild, None),
        by: identity(user),
        what: What::Joined,
    }])
}

#[cfg(test)]
mod tests;
