//! local-slack as the contract's other side: who is there, and what they see.

use chat::{
    Identity, MessageId, Place, PlatformKind, Privacy, ShownTo,
    contract::{Fault, Look, Peer as OtherSide, Said, Shown},
};
use serde_json::{Value, json};

use super::{
    checks::{pings, seen},
    peer::Peer,
    stage::{ALICE, GENERAL},
    standin::{StandIn, Wrong},
};

/// The people of the workspace.
pub(super) struct People {
    pub(super) peer: Peer,
    pub(super) standin: StandIn,
}

fn place(channel: &str) -> Place {
    Place {
        platform: PlatformKind::Slack,
        workspace: "T01TEST".into(),
        channel: channel.into(),
        thread: None,
        privacy: Privacy::Shared,
    }
}

fn person(user: &str) -> Identity {
    Identity { platform: PlatformKind::Slack, workspace: "T01TEST".into(), user: user.into() }
}

impl OtherSide for People {
    fn shared(&self) -> Place {
        place(GENERAL)
    }

    fn closed(&self) -> Place {
        place("C0ARCHIVED")
    }

    fn known(&self) -> Identity {
        person(ALICE)
    }

    fn unknown(&self) -> Identity {
        person("U9NOBODY")
    }

    fn shown<'a>(&'a self, place: &'a Place) -> Look<'a, Vec<Shown>> {
        Box::pin(async move {
            let messages = self.peer.messages(place.channel.as_str()).await;
            let ours = messages.into_iter().filter(|message| message["bot_id"].is_string());
            ours.map(|message| Shown {
                message: MessageId::new(message["ts"].as_str().unwrap()),
                text: seen(&message),
                pings: pings(&message),
                to: message["ephemeral_to"].as_str().map_or(ShownTo::Everyone, |user| ShownTo::Only(person(user))),
            })
            .collect()
        })
    }

    fn raw(&self, said: &Said) -> String {
        envelope(said).to_string()
    }

    fn odd(&self, said: &Said) -> Vec<String> {
        let odd = |change: &dyn Fn(&mut Value)| {
            let mut envelope = envelope(said);
            change(&mut envelope);
            envelope.to_string()
        };
        let without = |name: &'static str| {
            odd(&|envelope| drop(envelope["event"].as_object_mut().map(|event| event.remove(name))))
        };
        let words = json!([{ "type": "rich_text", "elements": [
            { "type": "rich_text_section", "elements": [{ "type": "text", "text": said.text }] }] }]);
        vec![
            odd(&|envelope| envelope["event"]["attachments"] = json!([{ "id": "one", "fields": [{ "value": 7 }] }])),
            odd(&|envelope| envelope["event"]["attachments"] = json!({ "not": "a list" })),
            odd(&|envelope| envelope["event"]["metadata"] = json!({ "event_type": 7, "event_payload": "text" })),
            odd(&|envelope| envelope["event"]["blocks"] = json!("none")),
            odd(&|envelope| envelope["event"]["files"] = json!([null, 7])),
            odd(&|envelope| envelope["event"]["thread_ts"] = json!({ "at": 1 })),
            odd(&|envelope| envelope["event"]["edited"] = json!(true)),
            odd(&|envelope| envelope["authorizations"] = json!("none")),
            odd(&|envelope| envelope["event_time"] = json!("noon")),
            odd(&|envelope| {
                envelope["event"]["text"] = json!("");
                envelope["event"]["blocks"] = words.clone();
            }),
            without("channel_type"),
            without("event_ts"),
            odd(&|envelope| drop(envelope.as_object_mut().map(|envelope| envelope.remove("authorizations")))),
            odd(&|envelope| drop(envelope.as_object_mut().map(|envelope| envelope.remove("event_id")))),
        ]
    }

    fn fail_next(&self, fault: Fault) -> bool {
        let wrong = match fault {
            Fault::Busy => Wrong::TooFast(2),
            Fault::AnswerLost => Wrong::AnswerLost,
        };
        self.standin.next("chat.postMessage", [wrong]);
        true
    }
}

/// What Slack delivers for a message.
fn envelope(said: &Said) -> Value {
    let mut event = json!({
        "type": "message", "channel": said.place.channel, "channel_type": "channel", "text": said.text,
        "user": said.by.as_ref().map_or("U0BOT", |by| by.user.as_str()),
        "ts": "1795158889.000009", "event_ts": "1795158889.000009",
    });
    if said.by.is_none() {
        event["bot_id"] = json!("B0BOT");
    }
    json!({
        "token": "t", "team_id": "T01TEST", "api_app_id": "A01APP", "type": "event_callback",
        "event_id": "Ev1", "event_time": 1_795_158_889, "event": event,
        "authorizations": [{ "team_id": "T01TEST", "user_id": "U0BOT", "is_bot": true }],
    })
}
