//! What Slack tells, in neutral words.
//!
//! A raw event is what stands in the body of a request or in the payload of a Socket Mode envelope: an event, an
//! interaction, or a slash command. All three are JSON here; a command's form was read into JSON at the door.
//!
//! Invariants
//! - Pure: the same raw event gives the same events, with the same ids, whichever way it came.
//! - Every field is looked at by itself: an odd one never loses the text.
//! - A reason names the field that is missing, never what somebody wrote.
//! - A message has one id, whether it comes as `message`, as `app_mention`, out of a history or out of an export.

mod interaction;
mod message;
mod text;

use chat::{
    ChannelId, Event, EventId, Identity, MessageId, Place, PlatformKind, Privacy, Timestamp, Unreadable, UserId, What,
    WorkspaceId,
};
use serde_json::Value;

use crate::export::{instant, stamp, text as field};

pub(crate) use interaction::{Opening, opening, trigger_of};
pub(crate) use message::of_history;

/// What has to be subscribed to, and what that asks for: everything that is read here, and nothing else.
pub(crate) const SUBSCRIPTIONS: &[(&str, &[&str])] = &[
    ("app_home_opened", &[]),
    ("app_mention", &["app_mentions:read"]),
    // Those two end an installation, and are heeded at the door.
    ("app_uninstalled", &[]),
    ("member_joined_channel", &["channels:read", "groups:read"]),
    ("message.channels", &["channels:history"]),
    ("message.groups", &["groups:history"]),
    ("message.im", &["im:history"]),
    ("message.mpim", &["mpim:history"]),
    ("reaction_added", &["reactions:read"]),
    ("reaction_removed", &["reactions:read"]),
    ("tokens_revoked", &[]),
];

/// The events in a raw event; none for what doesn't matter to us.
pub(crate) fn events(raw: &str) -> Result<Vec<Event>, Unreadable> {
    let value: Value = serde_json::from_str(raw)
        .map_err(|error| Unreadable(format!("not JSON at line {}, column {}", error.line(), error.column())))?;
    if !value.is_object() {
        return Err(Unreadable("not an object".to_owned()));
    }
    let found = match field(&value, "type") {
        Some("event_callback") => event_callback(&value)?,
        Some("block_actions") => interaction::pressed(&value)?,
        Some("view_submission") => interaction::submitted(&value)?,
        Some("message_action") => interaction::shortcut(&value)?,
        Some(_) => None,
        None if value["command"].is_string() => Some(interaction::command(&value)?),
        None => return Err(missing("type")),
    };
    Ok(found.into_iter().collect())
}

/// Something that happened in a conversation.
fn event_callback(value: &Value) -> Result<Option<Event>, Unreadable> {
    let event = &value["event"];
    let kind = field(event, "type").ok_or_else(|| missing("event.type"))?;
    let ours = value["authorizations"].as_array().into_iter().flatten().find(|one| one["is_bot"] != false);
    // In a channel shared between workspaces the event may be from the other one: ours is the one that let us in.
    let team = ours.and_then(|one| field(one, "team_id")).or_else(|| field(value, "team_id"));
    let team = WorkspaceId::new(team.or_else(|| field(event, "team")).ok_or_else(|| missing("team_id"))?);
    let us = ours.and_then(|one| field(one, "user_id"));
    let around = Around { team: &team, us, id: field(value, "event_id") };
    match kind {
        "message" | "app_mention" => message::event(event, kind, &around),
        "reaction_added" | "reaction_removed" => reaction(event, kind == "reaction_added", &around),
        "member_joined_channel" => {
            let user = required(event, "user")?;
            if Some(user) == us {
                return Ok(None);
            }
            let place = around.place(required(event, "channel")?, field(event, "channel_type"));
            around.event(event, place, user, What::Joined).map(Some)
        }
        "app_home_opened" if field(event, "tab").is_none_or(|tab| tab == "home") => {
            let user = required(event, "user")?;
            around.event(event, around.home_of(user), user, What::HomeOpened).map(Some)
        }
        _ => Ok(None),
    }
}

fn reaction(event: &Value, added: bool, around: &Around<'_>) -> Result<Option<Event>, Unreadable> {
    let item = &event["item"];
    // Files and their comments can be reacted to as well.
    let (Some(channel), Some(ts)) = (field(item, "channel"), stamp(&item["ts"])) else { return Ok(None) };
    let user = required(event, "user")?;
    let emoji = required(event, "reaction")?.to_owned();
    let what = What::Reaction { message: MessageId::new(ts), emoji, added };
    around.event(event, around.place(channel, None), user, what).map(Some)
}

/// What stands around an event.
struct Around<'a> {
    team: &'a WorkspaceId,
    /// The user that Kairos is in this workspace.
    us: Option<&'a str>,
    /// The id of the delivery, the same for each repetition.
    id: Option<&'a str>,
}

impl Around<'_> {
    fn identity(&self, user: &str) -> Identity {
        Identity { platform: PlatformKind::Slack, workspace: self.team.clone(), user: UserId::new(user) }
    }

    fn place(&self, channel: &str, kind: Option<&str>) -> Place {
        place(self.team, channel, kind)
    }

    /// The private conversation with somebody by their own id: Slack opens it when something is said there.
    fn home_of(&self, user: &str) -> Place {
        place(self.team, user, Some("im"))
    }

    /// An event whose id is that of the delivery.
    fn event(&self, event: &Value, place: Place, user: &str, what: What) -> Result<Event, Unreadable> {
        let id = self.id.ok_or_else(|| missing("event_id"))?;
        let at = stamp(&event["event_ts"]).or_else(|| stamp(&event["ts"])).and_then(|ts| instant(&ts));
        Ok(Event {
            id: EventId::new(format!("slack:{}:{id}", self.team)),
            at: at.unwrap_or_default(),
            place,
            by: self.identity(user),
            what,
        })
    }
}

/// A channel as a place: one whose id begins with D is a private conversation, and one by a person's id leads there.
pub(crate) fn place(team: &WorkspaceId, channel: &str, kind: Option<&str>) -> Place {
    let is_private = kind.map_or_else(|| channel.starts_with('D'), |kind| kind == "im");
    Place {
        platform: PlatformKind::Slack,
        workspace: team.clone(),
        channel: ChannelId::new(channel),
        thread: None,
        privacy: if is_private { Privacy::Private } else { Privacy::Shared },
    }
}

/// What the door writes into an interaction that tells no time: when it was received.
pub(crate) const RECEIVED: &str = "kairos_received_ts";

/// The instant of an interaction, as its action tells, or the door.
fn acted_at(value: &Value) -> Timestamp {
    let told = stamp(&value["actions"][0]["action_ts"]).or_else(|| stamp(&value["action_ts"]));
    told.or_else(|| stamp(&value[RECEIVED])).and_then(|ts| instant(&ts)).unwrap_or_default()
}

fn required<'a>(value: &'a Value, name: &str) -> Result<&'a str, Unreadable> {
    field(value, name).ok_or_else(|| missing(name))
}

fn missing(name: &str) -> Unreadable {
    Unreadable(format!("{name} is missing"))
}

#[cfg(test)]
mod tests;
