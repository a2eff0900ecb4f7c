//! Messages: posted, changed, taken back.

use chat::{Event, EventId, Message, MessageId, Timestamp, Unreadable, What};
use serde_json::Value;

use super::{Around, missing, text::every_word};
use crate::export::{HOUSEKEEPING, instant, plain_text, stamp, text as field};

/// What a `message` or `app_mention` tells.
pub(super) fn event(event: &Value, kind: &str, around: &Around<'_>) -> Result<Option<Event>, Unreadable> {
    match field(event, "subtype") {
        Some("message_changed") => changed(event, around),
        Some("message_deleted") => deleted(event, around),
        // `member_joined_channel` says the same, and says it everywhere.
        Some("channel_join" | "group_join") => Ok(None),
        Some(subtype) if HOUSEKEEPING.contains(&subtype) => Ok(None),
        _ if event["hidden"] == true => Ok(None),
        _ => {
            let channel = super::required(event, "channel")?;
            let entry = Entry { told: event, channel, kind: field(event, "channel_type") };
            posted(&entry, kind == "app_mention", around).map(Some)
        }
    }
}

/// A message out of `conversations.history`; `None` for housekeeping.
pub(crate) fn of_history(entry: &Value, at: &chat::Place) -> Option<Event> {
    let subtype = field(entry, "subtype").unwrap_or_default();
    if HOUSEKEEPING.contains(&subtype) || matches!(subtype, "channel_join" | "group_join") {
        return None;
    }
    let around = Around { team: &at.workspace, us: None, id: None };
    let kind = at.is_private().then_some("im");
    posted(&Entry { told: entry, channel: at.channel.as_str(), kind }, false, &around).ok()
}

/// A message and the channel it stands in.
struct Entry<'a> {
    told: &'a Value,
    channel: &'a str,
    kind: Option<&'a str>,
}

impl Entry<'_> {
    fn message(&self, around: &Around<'_>) -> Result<(Message, Timestamp), Unreadable> {
        let ts = stamp(&self.told["ts"]).ok_or_else(|| missing("ts"))?;
        let at = instant(&ts).ok_or_else(|| Unreadable("ts is no instant".to_owned()))?;
        let by_bot = self.by_bot(around);
        let text = if by_bot { every_word(self.told) } else { plain_text(self.told) };
        let mentions_us = around.us.is_some_and(|us| text.contains(&format!("<@{us}>")));
        Ok((Message { id: MessageId::new(ts), text, by_bot, mentions_us, replies_to: None }, at))
    }

    fn author(&self) -> &str {
        let entry = self.told;
        field(entry, "user")
            .or_else(|| field(entry, "bot_id"))
            .or_else(|| field(entry, "username"))
            .unwrap_or("unknown")
    }

    fn by_bot(&self, around: &Around<'_>) -> bool {
        let entry = self.told;
        field(entry, "subtype") == Some("bot_message")
            || field(entry, "bot_id").is_some()
            || entry["bot_profile"].is_object()
            || field(entry, "user").is_none_or(|user| Some(user) == around.us || user == "USLACKBOT")
    }

    /// The place it stands at: in its thread, unless it opened that.
    fn place(&self, around: &Around<'_>) -> chat::Place {
        let mut place = around.place(self.channel, self.kind);
        let own = stamp(&self.told["ts"]);
        place.thread = stamp(&self.told["thread_ts"]).filter(|thread| Some(thread) != own.as_ref()).map(MessageId::new);
        place
    }
}

fn posted(entry: &Entry<'_>, mentioned: bool, around: &Around<'_>) -> Result<Event, Unreadable> {
    let (mut message, at) = entry.message(around)?;
    message.mentions_us |= mentioned;
    Ok(Event {
        id: EventId::new(format!("slack:{}:{}:{}", around.team, entry.channel, message.id)),
        at,
        place: entry.place(around),
        by: around.identity(entry.author()),
        what: What::Message(message),
    })
}

/// Slack tells of a change too when it only unfolds a link: then the words are the same.
fn changed(event: &Value, around: &Around<'_>) -> Result<Option<Event>, Unreadable> {
    let (now, before) = (&event["message"], &event["previous_message"]);
    let channel = super::required(event, "channel")?;
    let entry = Entry { told: now, channel, kind: field(event, "channel_type") };
    // What was taken back while others had answered in its thread stays behind as a tombstone.
    if field(now, "subtype") == Some("tombstone") {
        let ts = stamp(&now["ts"]).ok_or_else(|| missing("message.ts"))?;
        return take_back(event, ts, before, around);
    }
    if before.is_object() && plain_text(now) == plain_text(before) {
        return Ok(None);
    }
    let (message, _) = entry.message(around)?;
    let author = entry.author().to_owned();
    around.event(event, entry.place(around), &author, What::Edited(message)).map(Some)
}

fn deleted(event: &Value, around: &Around<'_>) -> Result<Option<Event>, Unreadable> {
    let before = &event["previous_message"];
    let ts = stamp(&event["deleted_ts"]).or_else(|| stamp(&before["ts"])).ok_or_else(|| missing("deleted_ts"))?;
    take_back(event, ts, before, around)
}

fn take_back(event: &Value, ts: String, before: &Value, around: &Around<'_>) -> Result<Option<Event>, Unreadable> {
    let channel = super::required(event, "channel")?;
    let entry = Entry { told: before, channel, kind: field(event, "channel_type") };
    let author = entry.author().to_owned();
    let what = What::Deleted { message: MessageId::new(ts) };
    around.event(event, entry.place(around), &author, what).map(Some)
}
