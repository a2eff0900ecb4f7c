//! The adapter keeps the contract that every platform keeps, against the simulated Discord.

use std::sync::Arc;

use chat::{
    Identity, MessageId, Place, PlatformKind, Privacy, ShownTo,
    contract::{Fault, Look, Peer as Other, Said, Shown, check},
};
use discord::{Clockwork, Connection, Discord};
use kairos::clock::Clock;
use serde_json::{Value, json};

use super::peer::Peer;

#[path = "../../adapters/discord/tests/reader/mod.rs"]
mod reader;

/// The adapter within this process, over the wire to `peer`.
pub(crate) fn adapter(peer: &Peer) -> Arc<Discord> {
    Discord::new(connection(peer)).unwrap()
}

/// How it reaches `peer`.
pub(crate) fn connection(peer: &Peer) -> Connection {
    // Somebody else in this process may have chosen the same before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let machine = Clock::system();
    Connection {
        token: peer.id("/token"),
        api_url: peer.api(),
        gateway_url: None,
        public_key: None,
        clock: Clockwork::new(move || machine.now()),
        picture: Arc::new(|_| Some(b"\x89PNG\r\n\x1a\n".to_vec())),
        suggest: Arc::new(|_| Vec::new()),
        notebook: Arc::new(()),
    }
}

struct Readers(Peer);

impl Readers {
    fn place(&self, channel: &str) -> Place {
        Place {
            platform: PlatformKind::Discord,
            workspace: self.0.id("/guild").as_str().into(),
            channel: channel.into(),
            thread: None,
            privacy: Privacy::Shared,
        }
    }

    fn who(user: &str) -> Identity {
        Identity { platform: PlatformKind::Discord, workspace: "0".into(), user: user.into() }
    }

    fn dispatch(&self, said: &Said) -> Value {
        let author = match &said.by {
            Some(by) => json!({ "id": by.user, "username": "ana" }),
            None => json!({ "id": self.0.id("/bot"), "username": "kairos", "bot": true }),
        };
        json!({ "t": "MESSAGE_CREATE", "us": self.0.id("/bot"), "at": 1, "turn": "s-1", "d": {
            "id": "1573240682359816300", "type": 0, "channel_id": said.place.channel, "guild_id": said.place.workspace,
            "author": author, "content": said.text, "mentions": [], "attachments": [], "embeds": [],
        } })
    }
}

/// Everything that can be read on a message, as Discord shows it.
fn visible(value: &Value, seen: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| visible(item, seen)),
        Value::Object(object) => {
            for (key, value) in object {
                match (key.as_str(), value.as_str()) {
                    ("content" | "title", Some(text)) => seen.push(reader::read(text)),
                    ("label" | "url" | "text", Some(text)) => seen.push(text.to_owned()),
                    // Of a picture, or of an embed, where it is the body.
                    ("description", Some(text)) => seen.extend([text.to_owned(), reader::read(text)]),
                    _ => visible(value, seen),
                }
            }
        }
        _ => {}
    }
}

impl Other for Readers {
    fn shared(&self) -> Place {
        self.place(&self.0.id("/channels/deals"))
    }

    fn closed(&self) -> Place {
        self.place("1")
    }

    fn known(&self) -> Identity {
        Self::who(&self.0.id("/users/ana"))
    }

    fn unknown(&self) -> Identity {
        Self::who("12345")
    }

    fn shown<'a>(&'a self, place: &'a Place) -> Look<'a, Vec<Shown>> {
        Box::pin(async move {
            let ours = self.0.ours(place.channel.as_str());
            ours.iter()
                .map(|message| {
                    let mut seen = Vec::new();
                    for part in ["embeds", "attachments", "components"] {
                        visible(&message[part], &mut seen);
                    }
                    let pings = message["mention_everyone"] == true
                        || [&message["mentions"], &message["mention_roles"]]
                            .iter()
                            .any(|named| named.as_array().is_some_and(|named| !named.is_empty()));
                    let is_for_one = message["flags"].as_u64().unwrap_or_default() & 64 != 0;
                    Shown {
                        message: MessageId::new(message["id"].as_str().unwrap()),
                        text: seen.join(" "),
                        pings,
                        to: if is_for_one { ShownTo::Only(self.known()) } else { ShownTo::Everyone },
                    }
                })
                .collect()
        })
    }

    fn raw(&self, said: &Said) -> String {
        self.dispatch(said).to_string()
    }

    fn odd(&self, said: &Said) -> Vec<String> {
        let odd = |change: &dyn Fn(&mut Value)| {
            let mut dispatch = self.dispatch(said);
            change(&mut dispatch);
            dispatch.to_string()
        };
        vec![
            odd(&|raw| raw["d"]["weather"] = json!({ "sun": [1, 2] })),
            odd(&|raw| raw["d"]["type"] = json!("plain")),
            odd(&|raw| raw["d"]["mentions"] = json!(7)),
            odd(&|raw| raw["d"]["author"] = json!(null)),
            odd(&|raw| raw["d"]["message_reference"] = json!([])),
            odd(&|raw| raw["d"]["webhook_id"] = json!(null)),
            odd(&|raw| raw["us"] = json!({})),
            odd(&|raw| raw["at"] = json!("soon")),
            odd(&|raw| {
                raw["d"].as_object_mut().unwrap().remove("guild_id");
            }),
        ]
    }

    fn fail_next(&self, fault: Fault) -> bool {
        let path = r"^/channels/\d+/messages$";
        let fault = match fault {
            Fault::Busy => json!({ "how": "answer", "method": "POST", "path": path, "status": 429,
                "headers": { "Retry-After": "2" }, "body": { "retry_after": 2.0, "global": false } }),
            Fault::AnswerLost => json!({ "how": "lose", "method": "POST", "path": path }),
        };
        self.0.ask("fault", &fault);
        true
    }
}

#[tokio::test]
async fn the_contract_is_kept() {
    let readers = Readers(Peer::start());
    let discord = adapter(&readers.0);
    readers.0.says("ben", &readers.0.id("/channels/deals"), "Morning!");
    let breaches = check(discord.as_ref(), &readers).await;
    assert!(breaches.is_empty(), "{}", breaches.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
}

#[tokio::test]
async fn the_contract_is_kept_where_there_are_only_embeds() {
    let readers = Readers(Peer::start());
    readers.0.ask("settings", &json!({ "without_v2": true }));
    let discord = adapter(&readers.0);
    readers.0.says("ben", &readers.0.id("/channels/deals"), "Morning!");
    let breaches = check(discord.as_ref(), &readers).await;
    assert!(breaches.is_empty(), "{}", breaches.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
}
