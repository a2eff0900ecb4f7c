//! Reads the entries of a Slack export: what stands in `<channel>/YYYY-MM-DD.json`, `channels.json` and `users.json`.
//!
//! Invariants
//! - Pure: the same entry gives the same events, with the same ids.
//! - An odd field never loses a message's text: every field is looked at by itself.
//! - A reason names the field that is missing, never what somebody wrote.

mod plain_text;

use std::collections::{BTreeMap, BTreeSet};

use chat::{
    ChannelId, Event, EventId, Identity, Message, MessageId, Place, PlatformKind, Privacy, Profile, Timestamp,
    Unreadable, UserId, What, WorkspaceId,
};
use serde_json::Value;

pub use plain_text::plain_text;

/// The latest second that is believed: the end of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;

/// Kinds of entry that tell of housekeeping, or of something that another entry holds already.
pub(crate) const HOUSEKEEPING: &[&str] = &[
    "app_conversation_join",
    "app_conversation_leave",
    "bot_add",
    "bot_disable",
    "bot_enable",
    "bot_remove",
    "channel_archive",
    "channel_canvas_updated",
    "channel_convert_to_private",
    "channel_convert_to_public",
    "channel_leave",
    "channel_name",
    "channel_posting_permissions",
    "channel_purpose",
    "channel_topic",
    "channel_unarchive",
    "ekm_access_denied",
    "group_archive",
    "group_leave",
    "group_name",
    "group_purpose",
    "group_topic",
    "group_unarchive",
    "huddle_thread",
    "joiner_notification",
    "joiner_notification_for_inviter",
    "message_changed",
    "message_deleted",
    "message_replied",
    "pinned_item",
    "reminder_add",
    "reply_broadcast",
    "sh_room_created",
    "tombstone",
    "unpinned_item",
];

/// What an export tells of itself, which is needed to read its messages.
#[derive(Clone, Debug)]
pub struct Export {
    workspace: WorkspaceId,
    bots: BTreeSet<UserId>,
    people: BTreeMap<UserId, Profile>,
}

impl Export {
    /// An export whose people are not known yet; `workspace` is replaced by the one that its people name.
    pub fn new(workspace: WorkspaceId) -> Self {
        Self { workspace, bots: BTreeSet::from([UserId::new("USLACKBOT")]), people: BTreeMap::new() }
    }

    /// The workspace, by its id where the export names it.
    pub fn workspace(&self) -> &WorkspaceId {
        &self.workspace
    }

    /// Takes one entry of `users.json` in.
    ///
    /// The first person's `team_id` names the workspace, so people come before messages.
    pub fn meet(&mut self, user: &Value) -> Result<(), Unreadable> {
        let id = text(user, "id").ok_or_else(|| Unreadable("a person without id".into()))?;
        if self.people.is_empty()
            && let Some(team) = text(user, "team_id")
        {
            self.workspace = WorkspaceId::new(team);
        }
        if user["is_bot"] == true {
            self.bots.insert(UserId::new(id));
        }
        let about = &user["profile"];
        let name = [about["display_name"].as_str(), about["real_name"].as_str(), text(user, "real_name")]
            .into_iter()
            .chain([text(user, "name")])
            .flatten()
            .find(|name| !name.is_empty());
        let language = text(user, "locale").and_then(|locale| locale.get(..2)).map(str::to_lowercase);
        let roles = about["title"].as_str().filter(|title| !title.is_empty()).map(str::to_lowercase);
        let profile = Profile {
            name: name.unwrap_or_default().to_owned(),
            zone: text(user, "tz").map(str::to_owned),
            language,
            roles: roles.into_iter().collect(),
            email: None,
        };
        self.people.insert(UserId::new(id), profile);
        Ok(())
    }

    /// Everybody of `users.json`, people and programs.
    pub fn people(&self) -> impl Iterator<Item = (Identity, &Profile)> {
        self.people.iter().map(|(user, profile)| (self.identity(user.clone()), profile))
    }

    /// The channel as a place.
    pub fn place(&self, channel: &ChannelId) -> Place {
        Place {
            platform: PlatformKind::Slack,
            workspace: self.workspace.clone(),
            channel: channel.clone(),
            thread: None,
            privacy: Privacy::Shared,
        }
    }

    /// What one entry of a day file tells, in order; nothing for housekeeping.
    ///
    /// An export keeps who reacted, not when: reactions carry the instant of their message.
    pub fn events(&self, channel: &ChannelId, entry: &Value) -> Result<Vec<Event>, Unreadable> {
        if !entry.is_object() {
            return Err(Unreadable("not a message but another kind of value".into()));
        }
        let kind = text(entry, "subtype").unwrap_or_default();
        if text(entry, "type").is_some_and(|name| name != "message")
            || HOUSEKEEPING.contains(&kind)
            || entry["hidden"] == true
        {
            return Ok(Vec::new());
        }
        let ts = stamp(&entry["ts"]).ok_or_else(|| Unreadable("a message without `ts`".into()))?;
        let at = instant(&ts).ok_or_else(|| Unreadable("a message whose `ts` is no instant".into()))?;
        let (user, by_bot) = self.author(entry, kind);
        let mut place = self.place(channel);
        place.thread = stamp(&entry["thread_ts"]).filter(|thread| *thread != ts).map(MessageId::new);
        let id = format!("slack:{}:{channel}:{ts}", self.workspace);
        let message = MessageId::new(ts);
        let what = if matches!(kind, "channel_join" | "group_join") {
            What::Joined
        } else {
            let text = plain_text(entry);
            What::Message(Message { id: message.clone(), text, by_bot, mentions_us: false, replies_to: None })
        };
        let mut events =
            vec![Event { id: EventId::new(id.clone()), at, place: place.clone(), by: self.identity(user), what }];
        for (emoji, user) in reactions(entry) {
            events.push(Event {
                id: EventId::new(format!("{id}:{emoji}:{user}")),
                at,
                place: place.clone(),
                by: self.identity(UserId::new(user)),
                what: What::Reaction { message: message.clone(), emoji: emoji.to_owned(), added: true },
            });
        }
        Ok(events)
    }

    /// Who wrote an entry, and whether that is a program.
    fn author(&self, entry: &Value, kind: &str) -> (UserId, bool) {
        let bot = text(entry, "bot_id");
        let user = text(entry, "user").or(bot).or_else(|| text(entry, "username")).unwrap_or("unknown");
        let user = UserId::new(user);
        let by_bot = kind == "bot_message" || bot.is_some() || self.bots.contains(&user);
        (user, by_bot)
    }

    fn identity(&self, user: UserId) -> Identity {
        Identity { platform: PlatformKind::Slack, workspace: self.workspace.clone(), user }
    }
}

/// One entry of `channels.json` and its kin: the folder its messages lie in, and the channel's id.
///
/// Private conversations have no name: their folder is called by their id.
pub fn channel(entry: &Value) -> Result<(String, ChannelId), Unreadable> {
    let id = text(entry, "id").ok_or_else(|| Unreadable("a channel without id".into()))?;
    Ok((text(entry, "name").unwrap_or(id).to_owned(), ChannelId::new(id)))
}

pub(crate) fn text<'a>(entry: &'a Value, field: &str) -> Option<&'a str> {
    entry[field].as_str().filter(|text| !text.is_empty())
}

/// Slack's message id: seconds, a dot, and digits that make it unique. Some tools write it as a number.
pub(crate) fn stamp(value: &Value) -> Option<String> {
    match value {
        Value::String(ts) if !ts.is_empty() => Some(ts.clone()),
        Value::Number(ts) => Some(ts.to_string()),
        _ => None,
    }
}

pub(crate) fn instant(ts: &str) -> Option<Timestamp> {
    let (secs, digits) = ts.split_once('.').unwrap_or((ts, ""));
    if secs.is_empty() || !ts.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let secs: i64 = secs.parse().ok().filter(|secs| *secs <= LAST_SECOND)?;
    let ms: i64 = format!("{digits:0<3}").get(..3)?.parse().ok()?;
    Some(Timestamp::from_ms(secs * 1000 + ms))
}

fn reactions(entry: &Value) -> impl Iterator<Item = (&str, &str)> {
    let reactions = entry["reactions"].as_array().map(Vec::as_slice).unwrap_or_default();
    reactions
        .iter()
        .filter_map(|reaction| Some((text(reaction, "name")?, reaction["users"].as_array()?)))
        .flat_map(|(name, users)| users.iter().filter_map(Value::as_str).map(move |user| (name, user)))
}

#[cfg(test)]
mod tests;
