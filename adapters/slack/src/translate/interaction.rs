//! What people press, fill in and type behind `/kairos`.
//!
//! An interaction has no event id; its `trigger_id` is made once for each, so it is the id, and whoever has the event
//! has what opens a form.

use chat::{ChoiceId, Event, EventId, FormId, MessageId, Place, Unreadable, What, WorkspaceId};
use serde_json::Value;

use super::{Around, acted_at, missing, place, required};
use crate::{
    export::{plain_text, stamp, text as field},
    form::{FIELD, Origin},
};

/// The one part that stands before a trigger in an event's id.
const TRIGGER: &str = "trigger";

/// The id of what was done with `trigger`.
fn id_of(team: &WorkspaceId, trigger: &str) -> EventId {
    EventId::new(format!("slack:{team}:{TRIGGER}:{trigger}"))
}

/// The trigger that an event's id holds, where it came from an interaction.
pub(crate) fn trigger_of(id: &EventId) -> Option<&str> {
    let mut parts = id.as_str().splitn(4, ':').skip(2);
    (parts.next() == Some(TRIGGER)).then(|| parts.next()).flatten()
}

fn team_of(value: &Value) -> Result<WorkspaceId, Unreadable> {
    let team =
        field(&value["team"], "id").or_else(|| field(&value["user"], "team_id")).or_else(|| field(value, "team_id"));
    team.map(WorkspaceId::new).ok_or_else(|| missing("team.id"))
}

fn user_of(value: &Value) -> Result<&str, Unreadable> {
    field(&value["user"], "id").ok_or_else(|| missing("user.id"))
}

/// Where a pressed card stands, and under which id.
fn standing(value: &Value, team: &WorkspaceId) -> Result<(Place, MessageId), Unreadable> {
    let (message, container) = (&value["message"], &value["container"]);
    let channel = field(&value["channel"], "id").or_else(|| field(container, "channel_id"));
    let Some(channel) = channel else {
        // On the App Home there is no channel: what is answered goes to the person alone.
        let user = user_of(value)?;
        return Ok((place(team, user, Some("im")), MessageId::new(chat::HOME)));
    };
    let ts = stamp(&message["ts"]).or_else(|| stamp(&container["message_ts"])).ok_or_else(|| missing("message.ts"))?;
    let mut at = place(team, channel, None);
    at.thread = stamp(&message["thread_ts"])
        .or_else(|| stamp(&container["thread_ts"]))
        .filter(|thread| *thread != ts)
        .map(MessageId::new);
    Ok((at, MessageId::new(ts)))
}

/// A button or a menu entry; a button that opens a form is no choice yet.
pub(super) fn pressed(value: &Value) -> Result<Option<Event>, Unreadable> {
    let action = &value["actions"][0];
    let chosen = field(action, "value").or_else(|| field(&action["selected_option"], "value"));
    let (Some(chosen), false) = (chosen, opens_form(action)) else { return Ok(None) };
    // A link opens in the browser, and Slack tells of it all the same.
    if action["url"].is_string() {
        return Ok(None);
    }
    let team = team_of(value)?;
    let (place, message) = standing(value, &team)?;
    let around = Around { team: &team, us: None, id: None };
    Ok(Some(Event {
        id: id_of(&team, required(value, "trigger_id")?),
        at: acted_at(value),
        place,
        by: around.identity(user_of(value)?),
        what: What::Choice { message, choice: ChoiceId::new(chosen) },
    }))
}

fn opens_form(action: &Value) -> bool {
    field(action, "action_id") == Some("form")
}

/// What is needed to open the form behind a pressed button, within the three seconds that Slack gives.
pub(crate) struct Opening {
    /// The workspace.
    pub(crate) team: WorkspaceId,
    /// What Slack opens it for.
    pub(crate) trigger: String,
    /// Which form.
    pub(crate) form: FormId,
    /// What people read above the field: what the button said.
    pub(crate) label: String,
    /// Where the card stands.
    pub(crate) origin: Origin,
}

/// The form that a raw interaction asks for, where it does.
pub(crate) fn opening(raw: &Value) -> Option<Opening> {
    let action = &raw["actions"][0];
    if field(raw, "type") != Some("block_actions") || !opens_form(action) {
        return None;
    }
    let team = team_of(raw).ok()?;
    let (place, message) = standing(raw, &team).ok()?;
    Some(Opening {
        trigger: field(raw, "trigger_id")?.to_owned(),
        form: FormId::new(field(action, "value")?),
        label: plain_text(&serde_json::json!({ "text": action["text"]["text"] })),
        origin: Origin::of(&place, Some(&message)),
        team,
    })
}

/// A form was sent.
pub(super) fn submitted(value: &Value) -> Result<Option<Event>, Unreadable> {
    let view = &value["view"];
    let team = team_of(value)?;
    let user = user_of(value)?;
    let origin = Origin::read(view["private_metadata"].as_str().unwrap_or_default());
    let (at, message) = origin.place(&team, user);
    let form = FormId::new(required(view, "callback_id")?);
    let fields = view["state"]["values"].as_object().into_iter().flatten().map(|(block, actions)| {
        let field = &actions[FIELD];
        let written = field["value"].as_str().or_else(|| field["selected_option"]["value"].as_str());
        (block.clone(), written.unwrap_or_default().to_owned())
    });
    let fields = fields.collect();
    let around = Around { team: &team, us: None, id: None };
    // A view is sent once; its hash changes with each.
    let unique = field(value, "trigger_id")
        .map(ToOwned::to_owned)
        .or_else(|| Some(format!("{}-{}", field(view, "id")?, field(view, "hash").unwrap_or_default())));
    Ok(Some(Event {
        id: id_of(&team, &unique.ok_or_else(|| missing("trigger_id"))?),
        at: acted_at(value),
        place: at,
        by: around.identity(user),
        what: What::Form { form, message, fields },
    }))
}

/// *Help with this* on a message: the same as asking with its words.
pub(super) fn shortcut(value: &Value) -> Result<Option<Event>, Unreadable> {
    let team = team_of(value)?;
    let (place, _) = standing(value, &team)?;
    let text = plain_text(&value["message"]);
    let around = Around { team: &team, us: None, id: None };
    Ok(Some(Event {
        id: id_of(&team, required(value, "trigger_id")?),
        at: acted_at(value),
        place,
        by: around.identity(user_of(value)?),
        what: What::Command { text: format!("ask {text}") },
    }))
}

/// `/kairos …`.
pub(super) fn command(value: &Value) -> Result<Event, Unreadable> {
    let team = WorkspaceId::new(required(value, "team_id")?);
    let around = Around { team: &team, us: None, id: None };
    let kind = (field(value, "channel_name") == Some("directmessage")).then_some("im");
    let text = plain_text(&serde_json::json!({ "text": value["text"] }));
    Ok(Event {
        id: id_of(&team, required(value, "trigger_id")?),
        at: acted_at(value),
        place: place(&team, required(value, "channel_id")?, kind),
        by: around.identity(required(value, "user_id")?),
        what: What::Command { text },
    })
}
