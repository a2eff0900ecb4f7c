//! What happens on Discord reaches the house's door, each thing once, and nothing of our own.

use std::sync::{Arc, Mutex};

use chat::{Event, Platform, What};
use discord::Discord;
use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinHandle};

use super::{
    contract::connection,
    peer::{Peer, eventually},
};

/// Flags of an application that may hear who joins and read every message.
const MEMBERS_AND_CONTENT: u64 = 1 << 15 | 1 << 19;

/// The adapter, connected; the door notes what comes.
struct Listening {
    peer: Peer,
    discord: Arc<Discord>,
    came: Arc<Mutex<Vec<String>>>,
    stopping: watch::Sender<bool>,
    connected: JoinHandle<()>,
}

impl Listening {
    /// Within a runtime.
    fn to(peer: Peer) -> Self {
        let discord = Discord::new(connection(&peer)).unwrap();
        let (stopping, stop) = watch::channel(false);
        let came = Arc::<Mutex<Vec<String>>>::default();
        let noted = Arc::clone(&came);
        let door: discord::Door = Arc::new(move |raw| {
            noted.lock().unwrap().push(raw);
            Box::pin(async { Ok(true) })
        });
        let connected = tokio::spawn(Arc::clone(&discord).connect(door, stop));
        tokio::task::block_in_place(|| peer.connected());
        Self { peer, discord, came, stopping, connected }
    }

    /// What came, in neutral words, as soon as `is_there` is content with it.
    fn events(&self, is_there: impl Fn(&[Event]) -> bool) -> Vec<Event> {
        eventually("what happened", || {
            let came = self.came.lock().unwrap().clone();
            let events: Vec<_> = came.iter().flat_map(|raw| self.discord.translate(raw).unwrap()).collect();
            is_there(&events).then_some(events)
        })
    }

    async fn stop(self) {
        self.stopping.send_replace(true);
        self.connected.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edits_deletions_reactions_and_joins_are_heard() {
    let peer = Peer::start();
    peer.ask("settings", &json!({ "flags": MEMBERS_AND_CONTENT }));
    let listening = Listening::to(peer);
    let peer = &listening.peer;
    tokio::task::block_in_place(|| {
        let deals = peer.id("/channels/deals");
        let said = peer.says("ana", &deals, "how do I do this?");
        peer.ask("edit", &json!({ "channel": deals, "message": said, "text": "how do I do that?" }));
        let reaction =
            |added: bool| json!({ "channel": deals, "message": said, "user": "ben", "emoji": "👀", "added": added });
        peer.ask("react", &reaction(true));
        peer.ask("react", &reaction(false));
        peer.ask("delete", &json!({ "channel": deals, "message": said }));
        peer.ask("join", &json!({ "name": "cleo" }));
        let events = listening.events(|events| events.iter().any(|event| event.what == What::Joined));
        let kinds: Vec<_> = events
            .iter()
            .map(|event| match &event.what {
                What::Message(message) => format!("said {}", message.text),
                What::Edited(message) => format!("changed to {}", message.text),
                What::Reaction { emoji, added, .. } => format!("{emoji} {added}"),
                What::Deleted { message } => format!("took back {}", *message.as_str() == *said),
                What::Joined => "joined".to_owned(),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(
            kinds,
            [
                "said how do I do this?",
                "changed to how do I do that?",
                "👀 true",
                "👀 false",
                "took back true",
                "joined"
            ]
        );
        let ids: std::collections::HashSet<_> = events.iter().map(|event| &event.id).collect();
        assert_eq!(ids.len(), events.len(), "each has an id of its own");
        assert_eq!(peer.ask("state", &json!({}))["intents"][0].as_u64().unwrap() & 2, 2, "who joins was asked for");
    });
    listening.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_other_programs_report_is_heard_as_theirs_and_ours_is_not() {
    let listening = Listening::to(Peer::start());
    let peer = &listening.peer;
    tokio::task::block_in_place(|| {
        let deals = peer.id("/channels/deals");
        let post = |id: &str, author: &str, more: Value| {
            let mut message = json!({ "id": id, "type": 0, "channel_id": deals, "guild_id": peer.id("/guild"),
                "content": "", "author": { "id": author, "username": "x", "bot": true } });
            for (key, value) in more.as_object().unwrap() {
                message[key] = value.clone();
            }
            message
        };
        let (first, second, third) = ("1573240682359816199", "1573240682359816200", "1573240682359816201");
        let alert = json!({ "embeds": [{ "title": "DealsSlow", "fields": [{ "name": "owner", "value": "ana" }] }] });
        let ours = post(first, &peer.id("/bot"), json!({ "content": "our own words" }));
        let theirs = post(second, "42", alert);
        // Discord delivers again what it isn't sure of, and programs unfold and change what they wrote.
        for (event, message) in [
            ("MESSAGE_CREATE", &ours),
            ("MESSAGE_UPDATE", &ours),
            ("MESSAGE_CREATE", &theirs),
            ("MESSAGE_CREATE", &theirs),
            ("MESSAGE_UPDATE", &theirs),
        ] {
            peer.ask("emit", &json!({ "event": event, "data": message }));
        }
        let last = post(third, "7", json!({ "content": "done", "author": { "id": "7", "username": "ben" } }));
        peer.ask("emit", &json!({ "event": "MESSAGE_CREATE", "data": last }));
        let events = listening.events(|events| events.iter().any(|event| event.by.user.as_str() == "7"));
        let said: Vec<_> = events
            .iter()
            .map(|event| match &event.what {
                What::Message(message) => (message.text.as_str(), message.by_bot),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(said, [("DealsSlow\nowner\nana", true), ("DealsSlow\nowner\nana", true), ("done", false)]);
        assert_eq!(events[0].id, events[1].id, "what comes twice is one thing to the house");
    });
    listening.stop().await;
}
