//! Reads the entries of `DiscordChatExporter`'s JSON: its root without the messages, and one message at a time.
//!
//! Invariants
//! - Pure: the same entry gives the same events, with the same ids.
//! - An odd field never loses a message's text: every field is looked at by itself.
//! - Places, people and messages bear the ids that they have live: a replay is about the same as what comes in.
//! - A reason names the field that is missing, never what somebody wrote.

use chat::{Event, EventId, Identity, Message, MessageId, Place, Profile, Unreadable, What};
use serde_json::{Map, Value};

use crate::wire::{EVERYWHERE, identity, instant, place, text, words};

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
        // A private conversation is exported as of a server of the number 0.
        let guild = root.get("guild").and_then(|guild| text(&guild["id"])).filter(|guild| guild != EVERYWHERE);
        let id = text(&channel["id"]).ok_or_else(|| Unreadable("a channel without id".into()))?;
        let kind = channel["type"].as_str().unwrap_or_default();
        let name = channel["name"].as_str().unwrap_or_default();
        let parent = text(&channel["categoryId"]).filter(|_| kind.ends_with("Thread"));
        let name = parent.as_ref().and_then(|_| channel["category"].as_str()).unwrap_or(name);
        let place = place(guild, id, parent);
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
                text: words(entry, author["isBot"] == true),
                by_bot: author["isBot"] == true,
                mentions_us: false,
                replies_to: replies_to.map(MessageId::new),
            })
        };
        let by = identity(text(&author["id"]).unwrap_or_else(|| "unknown".into()));
        let mut events = vec![Event { id: EventId::new(id.clone()), at, place: self.place.clone(), by, what }];
        for (emoji, user) in reactions(entry) {
            events.push(Event {
                id: EventId::new(format!("{id}:{emoji}:{user}")),
                at,
                place: self.place.clone(),
                by: identity(user),
                what: What::Reaction { message: message.clone(), emoji, added: true },
            });
        }
        Ok(events)
    }

    /// What an entry tells about its author; `None` where it doesn't name one.
    pub fn author(&self, entry: &Value) -> Option<(Identity, Profile)> {
        let author = &entry["author"];
        let who = identity(text(&author["id"])?);
        let name = author["nickname"].as_str().filter(|name| !name.is_empty()).or_else(|| author["name"].as_str());
        let roles = author["roles"].as_array().into_iter().flatten();
        let roles = roles.filter_map(|role| role["name"].as_str()).map(str::to_lowercase).collect();
        Some((who, Profile { name: name.unwrap_or_default().to_owned(), roles, ..Profile::default() }))
    }
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
