//! Discord's JSON, looked at field by field: an odd field is a missing field, never an error.

use std::num::NonZeroU64;

use chat::{ChannelId, Identity, MessageId, Place, PlatformKind, Privacy, Timestamp, UserId, WorkspaceId};
use serde_json::Value;
use serenity::model::id;

use crate::fault::Fault;

/// Discord's ids begin at this instant, the first of January 2015, in milliseconds.
const DISCORD_EPOCH_MS: u64 = 1_420_070_400_000;

/// The workspace of what belongs to no one server: people, whose ids hold everywhere, and private conversations.
pub(crate) const EVERYWHERE: &str = "0";

/// Says that only one person sees the message.
pub(crate) const EPHEMERAL: u64 = 1 << 6;

/// An id or a name; some tools write ids as numbers.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An id in serenity's words; what is none of Discord's is not there.
pub(crate) fn id<T: From<NonZeroU64>>(text: &str) -> Result<T, Fault> {
    text.parse::<NonZeroU64>().map(T::from).map_err(|_| Fault::Refused { status: 404, code: 0 })
}

/// The channel of Discord's in which a place's messages stand, as an id.
pub(crate) fn channel_id(place: &Place) -> Result<id::ChannelId, Fault> {
    id(channel_of(place))
}

/// The instant that an id carries in all but its 22 lowest bits.
pub(crate) fn instant(id: &str) -> Option<Timestamp> {
    let id: u64 = id.parse().ok()?;
    let ms = i64::try_from((id >> 22) + DISCORD_EPOCH_MS).ok()?;
    (id >> 22 > 0).then_some(Timestamp::from_ms(ms))
}

/// The smallest id that something can have which happens at `at`.
pub(crate) fn first_id(at: Timestamp) -> u64 {
    u64::try_from(at.as_ms()).unwrap_or_default().saturating_sub(DISCORD_EPOCH_MS) << 22
}

/// What stands in a list, or in a map by id: Discord gives lists, serenity keeps channels and roles as maps.
pub(crate) fn each(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(items) => Box::new(items.iter()),
        Value::Object(fields) => Box::new(fields.values()),
        _ => Box::new(std::iter::empty()),
    }
}

/// True for a kind of channel that is a thread.
pub(crate) fn is_thread(kind: &Value) -> bool {
    matches!(kind.as_u64(), Some(10..=12))
}

/// Somebody on Discord. Their id holds in every server and in private, so that one person stays one person.
pub(crate) fn identity(user: impl Into<String>) -> Identity {
    Identity { platform: PlatformKind::Discord, workspace: WorkspaceId::new(EVERYWHERE), user: UserId::new(user) }
}

/// A channel of a server.
pub(crate) fn shared(guild: impl Into<String>, channel: impl Into<String>) -> Place {
    Place {
        platform: PlatformKind::Discord,
        workspace: WorkspaceId::new(guild),
        channel: ChannelId::new(channel),
        thread: None,
        privacy: Privacy::Shared,
    }
}

/// A private conversation.
pub(crate) fn private(channel: impl Into<String>) -> Place {
    Place { privacy: Privacy::Private, ..shared(EVERYWHERE, channel) }
}

/// A conversation between people: others read along, and it belongs to no server.
pub(crate) fn between_people(channel: impl Into<String>) -> Place {
    shared(EVERYWHERE, channel)
}

/// Where something happened: in a thread of `parent` where there is one. Without a server it was in private.
pub(crate) fn place(guild: Option<String>, channel: String, parent: Option<String>) -> Place {
    match (guild, parent) {
        (Some(guild), Some(parent)) => Place { thread: Some(MessageId::new(channel)), ..shared(guild, parent) },
        (Some(guild), None) => shared(guild, channel),
        (None, _) => private(channel),
    }
}

/// The channel of Discord's in which a place's messages stand: a thread is a channel of its own.
pub(crate) fn channel_of(place: &Place) -> &str {
    place.thread.as_ref().map_or(place.channel.as_str(), MessageId::as_str)
}

/// What a message says. A program's alerts stand in embeds and components; with a person's message those are previews of
/// links, which count only where there is nothing else.
pub(crate) fn words(message: &Value, by_program: bool) -> String {
    let content = message["content"].as_str().unwrap_or_default();
    if !by_program && !content.trim().is_empty() {
        return content.to_owned();
    }
    let mut parts = vec![content];
    for embed in message["embeds"].as_array().into_iter().flatten() {
        parts.extend([&embed["author"]["name"], &embed["title"], &embed["description"]].map(said));
        for field in embed["fields"].as_array().into_iter().flatten() {
            parts.extend([said(&field["name"]), said(&field["value"])]);
        }
        parts.push(said(&embed["footer"]["text"]));
    }
    displayed(&message["components"], &mut parts);
    parts.retain(|part| !part.trim().is_empty());
    parts.join("\n")
}

fn said(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The texts of components, as they stand below each other.
fn displayed<'a>(components: &'a Value, parts: &mut Vec<&'a str>) {
    for component in components.as_array().into_iter().flatten() {
        parts.push(said(&component["content"]));
        displayed(&component["components"], parts);
    }
}
