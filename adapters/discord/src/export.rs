//! Reads the entries of `DiscordChatExporter`'s JSON: its root without the messages, and one message at a time.
//!
//! Invariants
//! - Pure: the same entry gives the same events, with the same ids.
//! - An odd field never loses a message's text: every field is looked at by itself.
//! - A reason names the field that is missing, never what somebody wrote.

use chat::{
    ChannelId, Event, EventId, Identity, Message, MessageId, Place, PlatformKind, Privacy, Profile, Timestamp,
    Unreadable, UserId, What, WorkspaceId,
};
use serde_json::{Map, Value};

/// Discord's ids begin at this instant, the first of January 2015, in milliseconds.
const DISCORD_EPOCH_MS: u64 = 1_420_070_400_000;

/// Kinds of entry that tell of housekeeping.
const HOUSEKEEPING: &[&str] = &[
    "RecipientAdd",
    "RecipientRemove",
    "Call",
    "ChannelNameChange",
    "ChannelIconChange",
    "ChannelPinnedMessage",
    "ThreadCreated",
    // Kinds without a name in the exporter are written as Discord's number: boosts, follows, stages and the like.
    "8",
    "9",
    "10",
    "11",
    "12",
    "14",
    "15",
    "16",
    "17",
    "22",
    "24",
    "25",
    "26",
    "27",
    "28",
    "29",
    "31",
    "32",
    "36",
    "37",
    "38",
    "39",
    "44",
    "46",
];

/// The channel or thread that one exported file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    place: Place,
    name: String,
    direct: bool,
}

impl Export {
    /// Reads the root's fields, without `messages`.
    ///
    /// A thread belongs to the channel that the exporter calls its category.
    pub fn new(root: &Map<String, Value>) -> Result<Self, Unreadable> {
        let channel = root.get("channel").ok_or_else(|| Unreadable("no `channel` before `messages`".into()))?;
        let guild = root.get("guild").and_then(|guild| text(&guild["id"])).unwrap_or_else(|| "0".into());
        let id = text(&channel["id"]).ok_or_else(|| Unreadable("a channel without id".into()))?;
        let kind = channel["type"].as_str().unwrap_or_default();
        let name = channel["name"].as_str().unwrap_or_default();
        let parent = text(&channel["categoryId"]).filter(|_| kind.ends_with("Thread"));
        let (channel_id, thread, name) = match parent {
            Some(parent) => (parent, Some(MessageId::new(id)), channel["category"].as_str().unwrap_or(name)),
            None => (id, None, name),
        };
        let place = Place {
            platform: PlatformKind::Discord,
            workspace: WorkspaceId::new(guild),
            channel: ChannelId::new(channel_id),
            thread,
            privacy: Privacy::Shared,
        };
        Ok(Self { place, name: name.to_owned(), direct: kind.starts_with("Direct") })
    }

    /// Where its messages stand.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The channel's name; of a thread, that of the channel it belongs to.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// True for a private conversation between people.
    pub fn is_direct(&self) -> bool {
        self.direct
    }

    /// What one entry of `messages` tells, in order; nothing for housekeeping.
    ///
    /// The instant is read from the message's id, which carries it. An export keeps who reacted, not when:
    /// reactions carry the instant of their message.
    pub fn events(&self, entry: &Value) -> Result<Vec<Event>, Unreadable> {
        if !entry.is_object() {
            return Err(Unreadable("not a message but another kind of value".into()));
        }
        let kind = text(&entry["type"]).unwrap_or_default();
        if HOUSEKEEPING.contains(&kind.as_str()) {
            return Ok(Vec::new());
        }
        let number = text(&entry["id"]).ok_or_else(|| Unreadable("a message without id".into()))?;
        let at = instant(&number).ok_or_else(|| Unreadable("a message whose id is none of Discord's".into()))?;
        let author = &entry["author"];
        let message = MessageId::new(number);
        let id = format!("discord:{}:{}:{message}", self.place.workspace, self.place.channel);
        let what = if matches!(kind.as_str(), "GuildMemberJoin" | "7") {
            What::Joined
        } else {
            let replies_to = text(&entry["reference"]["messageId"]).filter(|_| matches!(kind.as_str(), "Reply" | "19"));
            What::Message(Message {
                id: message.clone(),
                text: words(entry),
                by_bot: author["isBot"] == true,
                mentions_us: false,
                replies_to: replies_to.map(MessageId::new),
            })
        };
        let by = self.identity(text(&author["id"]).unwrap_or_else(|| "unknown".into()));
        let mut events = vec![Event { id: EventId::new(id.clone()), at, place: self.place.clone(), by, what }];
        for (emoji, user) in reactions(entry) {
            events.push(Event {
                id: EventId::new(format!("{id}:{emoji}:{user}")),
                at,
                place: self.place.clone(),
                by: self.identity(user),
                what: What::Reaction { message: message.clone(), emoji, added: true },
            });
        }
        Ok(events)
    }

    /// What an entry tells about its author; `None` where it doesn't name one.
    pub fn author(&self, entry: &Value) -> Option<(Identity, Profile)> {
        let author = &entry["author"];
        let who = self.identity(text(&author["id"])?);
        let name = author["nickname"].as_str().filter(|name| !name.is_empty()).or_else(|| author["name"].as_str());
        let roles = author["roles"].as_array().into_iter().flatten();
        let roles = roles.filter_map(|role| role["name"].as_str()).map(str::to_lowercase).collect();
        Some((who, Profile { name: name.unwrap_or_default().to_owned(), roles, ..Profile::default() }))
    }

    fn identity(&self, user: String) -> Identity {
        Identity { platform: PlatformKind::Discord, workspace: self.place.workspace.clone(), user: UserId::new(user) }
    }
}

/// An id or a name; some tools write ids as numbers.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The instant that an id carries in all but its 22 lowest bits.
fn instant(id: &str) -> Option<Timestamp> {
    let id: u64 = id.parse().ok()?;
    let ms = i64::try_from((id >> 22) + DISCORD_EPOCH_MS).ok()?;
    (id >> 22 > 0).then_some(Timestamp::from_ms(ms))
}

/// The content; where that is empty, what its embeds say.
fn words(entry: &Value) -> String {
    let content = entry["content"].as_str().unwrap_or_default();
    if !content.trim().is_empty() {
        return content.to_owned();
    }
    let embeds = entry["embeds"].as_array().into_iter().flatten();
    let parts: Vec<_> =
        embeds.flat_map(|embed| [&embed["title"], &embed["description"]]).filter_map(Value::as_str).collect();
    parts.join("\n")
}

fn reactions(entry: &Value) -> Vec<(String, String)> {
    let reactions = entry["reactions"].as_array().into_iter().flatten();
    let named =
        reactions.filter_map(|reaction| Some((text(&reaction["emoji"]["name"])?, reaction["users"].as_array()?)));
    named
        .flat_map(|(name, users)| users.iter().filter_map(move |user| Some((name.clone(), text(&user["id"])?))))
        .collect()
}

#[cfg(test)]
mod tests;
