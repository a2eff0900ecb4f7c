//! Everything together, and what people do on it.

use serde_json::{Value, json};

use super::{
    checks::seen,
    house::House,
    peer::{Mode, Peer, free_port, until},
    standin::StandIn,
};

/// A workspace with people, a channel, and Kairos in it.
pub(super) struct Stage {
    pub(super) peer: Peer,
    pub(super) standin: StandIn,
    pub(super) house: House,
    pub(super) mode: Mode,
}

/// The channel that everybody reads.
pub(super) const GENERAL: &str = "C01GEN";
pub(super) const ALICE: &str = "U01ALICE";
pub(super) const BOB: &str = "U02BOB";
/// A question that the starter library answers.
pub(super) const QUESTION: &str = "how do I answer when they say we're too expensive?";

impl Drop for Stage {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let faulty = self.standin.faulty();
            assert!(faulty.is_empty(), "Slack would find fault: {faulty:#?}");
        }
    }
}

impl Stage {
    /// Opens it.
    pub(super) async fn open(mode: Mode) -> Self {
        Self::open_with(mode, &[]).await
    }

    /// Opens it, Kairos with more settings.
    pub(super) async fn open_with(mode: Mode, env: &[(&str, &str)]) -> Self {
        let port = free_port();
        let standin = StandIn::start(format!("http://127.0.0.1:{port}")).await;
        let peer = Peer::start(mode, &standin.events()).await;
        standin.lead_to(&peer.base());
        let house = House::start(mode, port, &standin.api(), env).await;
        let stage = Self { peer, standin, house, mode };
        stage.connected().await;
        stage
    }

    /// Waits until Kairos listens.
    pub(super) async fn connected(&self) {
        if self.mode == Mode::Socket {
            until("two connections", || async { (self.standin.relay().open() == 2).then_some(()) }).await;
        }
    }

    /// Somebody writes into a channel; the message's id.
    pub(super) async fn says(&self, user: &str, channel: &str, text: &str) -> String {
        self.posts(&json!({ "channel": channel, "user": user, "text": text })).await
    }

    /// A message, however odd; its id.
    pub(super) async fn posts(&self, message: &Value) -> String {
        let posted = self.peer.control("message", message).await;
        posted["message"]["ts"].as_str().unwrap().to_owned()
    }

    /// Somebody types `/kairos …` in a channel.
    pub(super) async fn commands(&self, user: &str, channel: &str, text: &str) {
        let command = json!({ "channel": channel, "user": user, "command": "/kairos", "text": text });
        self.peer.control("command", &command).await;
    }

    /// Somebody presses what is labelled so on a message of ours.
    pub(super) async fn presses(&self, user: &str, message: &Value, label: &str) {
        let action = labelled(message, label).unwrap_or_else(|| panic!("no {label:?} on {}", seen(message)));
        let press = json!({
            "channel": message["channel"], "messageTs": message["ts"], "user": user, "action": action,
        });
        self.peer.control("interact", &press).await;
    }

    /// Somebody presses what is labelled so on their own page.
    pub(super) async fn presses_at_home(&self, user: &str, page: &Value, label: &str) {
        let action = labelled(page, label).unwrap_or_else(|| panic!("no {label:?} on {}", seen(page)));
        self.peer.tap_home(user, action).await;
    }

    /// Somebody opens their own page; what stands there then.
    pub(super) async fn opens_home(&self, user: &str) -> Value {
        let before = self.standin.calls("views.publish").len();
        self.peer.control("open-home", &json!({ "user": user })).await;
        self.home_after(before).await
    }

    /// The page as it stands once it was shown more than `before` times.
    pub(super) async fn home_after(&self, before: usize) -> Value {
        self.called("views.publish", before + 1).await;
        self.standin.calls("views.publish").last().unwrap().body["view"].clone()
    }

    /// What Kairos has said in a channel.
    pub(super) async fn said(&self, channel: &str) -> Vec<Value> {
        let all = self.peer.messages(channel).await;
        all.into_iter().filter(|message| message["bot_id"].is_string()).collect()
    }

    /// The private channel between somebody and Kairos, once there is one.
    pub(super) async fn private(&self, user: &str) -> String {
        until("a private conversation", || async {
            let channels = self.peer.channels().await;
            let theirs = channels
                .iter()
                .find(|channel| channel["is_im"] == true && channel["members"].to_string().contains(user));
            theirs.and_then(|channel| channel["id"].as_str().map(ToOwned::to_owned))
        })
        .await
    }

    /// Waits for a message of ours in a channel that holds `words`.
    pub(super) async fn sees(&self, channel: &str, words: &str) -> Value {
        until(&format!("{words:?} in {channel}"), || async {
            self.said(channel).await.into_iter().rfind(|message| seen(message).contains(words))
        })
        .await
    }

    /// Waits for a message of ours to somebody alone that holds `words`.
    pub(super) async fn sees_privately(&self, user: &str, words: &str) -> Value {
        let channel = self.private(user).await;
        self.sees(&channel, words).await
    }

    /// Waits until `times` calls of a method have come.
    pub(super) async fn called(&self, method: &str, times: usize) {
        until(&format!("{times} calls of {method}"), || async {
            (self.standin.calls(method).len() >= times).then_some(())
        })
        .await;
    }

    /// Waits until Kairos has written down that it must wait.
    pub(super) async fn refused_for_now(&self) {
        let due = "SELECT COUNT(*) FROM deliveries WHERE state IN ('pending', 'held') AND last_error IS NOT NULL";
        until("the wait is written down", || async { (self.house.count(due).await > 0).then_some(()) }).await;
    }

    /// Waits until everything said so far has been heard: an answer to a question that comes behind it is there.
    pub(super) async fn has_heard(&self) {
        let before = self.said(GENERAL).await.len() + self.standin.calls("chat.postMessage").len();
        self.says(BOB, GENERAL, "<@U0BOT> something that nobody could ever know about zebras").await;
        until("what comes behind is answered", || async {
            let now = self.said(GENERAL).await.len() + self.standin.calls("chat.postMessage").len();
            (now >= before + 2).then_some(())
        })
        .await;
    }
}

/// The action that pressing a label leads to.
fn labelled(message: &Value, label: &str) -> Option<Value> {
    let blocks = message["blocks"].as_array()?;
    for block in blocks.iter().filter(|block| block["type"] == "actions") {
        for element in block["elements"].as_array()? {
            let mut action = json!({
                "type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"],
            });
            if element["text"]["text"] == label {
                action["value"] = element["value"].clone();
                action["text"] = element["text"].clone();
                return Some(action);
            }
            let options = element["options"].as_array().into_iter().flatten();
            if let Some(option) = options.into_iter().find(|option| option["text"]["text"] == label) {
                action["selected_option"] = option.clone();
                return Some(action);
            }
        }
    }
    None
}
