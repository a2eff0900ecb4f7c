//! What happens on Discord reaches the house's door, each thing once, and nothing of our own.

use std::sync::{Arc, Mutex};

use chat::{Accepted, Accepting, Event, EventSink, Mistake, Outage, Platform, What, WorkspaceId};
use discord::Discord;
use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinHandle};

use super::{
    contract::connection,
    peer::{Peer, eventually},
};

/// Flags of an application that may hear who joins and read every message.
const MEMBERS_AND_CONTENT: u64 = 1 << 15 | 1 << 19;

/// A sink that notes what comes, and what it is told of connections.
#[derive(Default)]
pub(crate) struct Noting {
    came: Mutex<Vec<String>>,
    told: Mutex<Vec<String>>,
    /// What is wrong with every form.
    mistakes: Vec<Mistake>,
}

impl Noting {
    fn tell(&self, told: String) {
        self.told.lock().unwrap().push(told);
    }
}

impl EventSink for Noting {
    fn accept(&self, raw: String) -> Accepting<'_> {
        let is_form = raw.contains("\"type\":5");
        self.came.lock().unwrap().push(raw);
        let mistaken = is_form && !self.mistakes.is_empty();
        let accepted = if mistaken { Accepted::Mistaken(self.mistakes.clone()) } else { Accepted::New };
        Box::pin(async move { Ok(accepted) })
    }

    fn connected(&self, connection: &str) {
        self.tell(format!("{connection} stands"));
    }

    fn disconnected(&self, connection: &str, outage: &Outage) {
        let how = match outage {
            Outage::Lost(_) => "lost",
            Outage::Refused(_) => "refused",
            Outage::Closed => "closed",
        };
        self.tell(format!("{connection} {how}"));
    }

    fn gap(&self, _workspace: Option<&WorkspaceId>) {
        self.tell("gap".to_owned());
    }
}

/// The adapter, connected; its sink notes what comes.
struct Listening {
    peer: Peer,
    discord: Arc<Discord>,
    sink: Arc<Noting>,
    stopping: watch::Sender<bool>,
    connected: JoinHandle<()>,
}

impl Listening {
    /// Within a runtime.
    fn to(peer: Peer) -> Self {
        let listening = Self::trying(peer, Noting::default());
        tokio::task::block_in_place(|| listening.peer.connected());
        listening
    }

    /// The same, perhaps refused.
    fn trying(peer: Peer, sink: Noting) -> Self {
        let discord = Discord::new(connection(&peer)).unwrap();
        let (stopping, stop) = watch::channel(false);
        let sink = Arc::new(sink);
        let connected = tokio::spawn(Arc::clone(&discord).connect(Arc::clone(&sink) as Arc<dyn EventSink>, stop));
        Self { peer, discord, sink, stopping, connected }
    }

    /// What came, in neutral words, as soon as `is_there` is content with it.
    fn events(&self, is_there: impl Fn(&[Event]) -> bool) -> Vec<Event> {
        eventually("what happened", || {
            let came = self.sink.came.lock().unwrap().clone();
            let events: Vec<_> = came.iter().flat_map(|raw| self.discord.translate(raw).unwrap()).collect();
            is_there(&events).then_some(events)
        })
    }

    /// Waits until the sink was told something.
    fn told(&self, what: &str) {
        eventually(what, || self.sink.told.lock().unwrap().iter().any(|told| told == what).then_some(()));
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_is_handed_on_in_the_order_in_which_it_was_said() {
    let listening = Listening::to(Peer::start());
    let peer = &listening.peer;
    tokio::task::block_in_place(|| {
        let deals = peer.id("/channels/deals");
        let said: Vec<_> = (0..60).map(|n| peer.says("ana", &deals, &format!("word {n}"))).collect();
        let events = listening.events(|events| events.len() == said.len());
        let heard: Vec<_> = events
            .iter()
            .map(|event| match &event.what {
                What::Message(message) => message.id.as_str().to_owned(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(heard, said);
    });
    listening.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_house_is_told_how_it_stands_and_where_something_may_be_missing() {
    let listening = Listening::to(Peer::start());
    tokio::task::block_in_place(|| {
        listening.told("shard 0 stands");
        let peer = &listening.peer;
        peer.ask("drop", &json!({ "code": 4000 }));
        eventually("the resume", || (peer.state("resumed") == 1).then_some(()));
        let gaps = || listening.sink.told.lock().unwrap().iter().filter(|told| *told == "gap").count();
        assert_eq!(gaps(), 0, "neither a start nor a resume misses anything");
        peer.ask("frame", &json!({ "frame": { "op": 9, "s": null, "t": null, "d": false } }));
        listening.told("gap");
        assert_eq!(gaps(), 1);
    });
    let sink = Arc::clone(&listening.sink);
    listening.stop().await;
    assert_eq!(sink.told.lock().unwrap().last().unwrap(), "shard 0 closed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_token_is_told_to_the_house() {
    let peer = Peer::start();
    peer.ask("settings", &json!({ "token": "another" }));
    let listening = Listening::trying(peer, Noting::default());
    tokio::task::block_in_place(|| listening.told("shard 0 refused"));
    let who = chat::Identity { platform: chat::PlatformKind::Discord, workspace: "0".into(), user: "5".into() };
    let opened = listening.discord.open_private(&who).await;
    assert!(matches!(opened, Err(chat::Refusal::TokenRefused(_) | chat::Refusal::Transient { .. })));
    listening.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_key_by_which_people_are_answered_is_kept_with_what_they_did() {
    let listening = Listening::to(Peer::start());
    tokio::task::block_in_place(|| {
        let peer = &listening.peer;
        peer.commands("ana", &peer.id("/channels/deals"), "help", None);
        listening.events(|events| !events.is_empty());
        assert!(listening.sink.came.lock().unwrap().iter().all(|raw| !raw.contains("\"token\"")));
    });
    listening.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mistakes_in_a_form_are_said_at_once_and_it_opens_again_with_what_was_typed() {
    let mistakes = vec![Mistake { field: "text".to_owned(), reason: "Try Mon-Fri 09:00-17:30".to_owned() }];
    let listening = Listening::trying(Peer::start(), Noting { mistakes, ..Noting::default() });
    tokio::task::block_in_place(|| {
        let (peer, deals) = (&listening.peer, listening.peer.id("/channels/deals"));
        peer.connected();
        let data = json!({ "custom_id": "form:hours", "components": [
            { "type": 1, "components": [{ "type": 4, "custom_id": "text", "value": "when the sun shines" }] }] });
        let sent = peer.interact(5, "ana", &deals, &data, None);
        let answer = peer.answer_to(&sent);
        assert_eq!(answer["flags"].as_u64().unwrap() & 64, 64, "only she sees it");
        let said = answer["content"].as_str().unwrap().replace('\\', "");
        assert!(said.contains("Try Mon-Fri 09:00-17:30"), "{said}");
        let opened = peer.presses("ana", &answer, "Correct it");
        let modal = peer.answered(&opened, |answers| !answers["modal"].is_null())["modal"].clone();
        assert_eq!(modal["components"][0]["components"][0]["value"], "when the sun shines");
    });
    listening.stop().await;
}
