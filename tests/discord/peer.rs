//! The simulated Discord: a process of its own, with people who write and press, and a record of what was asked.
//!
//! Invariants
//! - A peer that isn't installed is a failure that says how to install it.
//! - Nothing waits for a fixed time: what must come to pass is looked for until a deadline.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use serde_json::{Value, json};

use crate::support::program::post;

const SERVE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/discord/serve.py");
const TWIN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/discord/twin.mjs");
const REQUIREMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/discord/requirements.txt");
/// What Kairos asks once whoever turned to it.
const ASKED_BACK: &str = "What time zone are you in?";
/// How long something may take to come to pass, and how often it is looked for.
const LOOKS: u32 = 600;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// The simulated Discord, with a channel `deals` and two people, `ana` and `ben`.
pub(crate) struct Peer {
    process: Child,
    address: SocketAddr,
    info: Value,
}

/// The Python in which `simcord` is installed.
fn python() -> PathBuf {
    if let Some(named) = std::env::var_os("KAIROS_TEST_SIMCORD") {
        return named.into();
    }
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    home.join(".cache/kairos-tests/simcord/bin/python")
}

impl Peer {
    pub(crate) fn start() -> Self {
        let python = python();
        assert!(
            python.exists(),
            "there is no simulated Discord in {0}; install it with: python3.11 -m venv \"$HOME/.cache/kairos-tests/simcord\" \
             && \"$HOME/.cache/kairos-tests/simcord/bin/pip\" install -r {REQUIREMENTS}",
            python.display()
        );
        Self::of(Command::new(&python).arg(SERVE))
    }

    /// The second one, `discord-digital-twin`; it does less, and in its own way.
    pub(crate) fn twin() -> Self {
        let folder = Path::new(TWIN).parent().unwrap();
        assert!(
            folder.join("node_modules/discord-digital-twin").exists(),
            "the second simulated Discord isn't installed: run `npm ci --prefix tests/peers/discord`"
        );
        Self::of(Command::new("node").arg(TWIN))
    }

    fn of(command: &mut Command) -> Self {
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut process = started.unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display()));
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let info: Value = serde_json::from_str(&line).expect("the simulated Discord says where it is");
        let address = info["base"].as_str().unwrap().trim_start_matches("http://").parse().unwrap();
        Self { process, address, info }
    }

    /// What of its ids are called, e.g. `/users/ana`.
    pub(crate) fn id(&self, path: &str) -> String {
        self.info.pointer(path).and_then(Value::as_str).unwrap_or_else(|| panic!("no {path}")).to_owned()
    }

    pub(crate) fn api(&self) -> String {
        format!("http://{}/api/v10", self.address)
    }

    /// Asks the simulation for something that a test may ask for.
    pub(crate) fn ask(&self, name: &str, body: &Value) -> Value {
        post(self.address, &format!("/__ctl/{name}"), body).unwrap_or_else(|error| panic!("{name} {body}: {error}"))
    }

    /// Somebody writes in a channel (or thread, or private conversation); the message's id.
    pub(crate) fn says(&self, user: &str, channel: &str, text: &str) -> String {
        let said = self.ask("say", &json!({ "user": user, "channel": channel, "text": text }));
        said["id"].as_str().unwrap().to_owned()
    }

    /// Our messages in a channel, oldest first.
    pub(crate) fn ours(&self, channel: &str) -> Vec<Value> {
        let messages = self.ask("messages", &json!({ "channel": channel }));
        let bot = self.id("/bot");
        let written = |message: &&Value| message["author"]["id"] == *bot && message["type"] != 18;
        messages.as_array().unwrap().iter().filter(written).cloned().collect()
    }

    /// The `n`th message of ours in a channel, as soon as it is there.
    pub(crate) fn our_message(&self, channel: &str, n: usize) -> Value {
        eventually(&format!("message {n} of ours"), || {
            let exists = self.ask("exists", &json!({ "channel": channel }))["exists"] == true;
            let message = (if exists { self.ours(channel) } else { Vec::new() }).get(n).cloned()?;
            (message["flags"].as_u64().unwrap_or_default() & 128 == 0).then_some(message)
        })
    }

    /// Somebody presses a button of a message by its label, or picks it from a menu; the interaction's id.
    pub(crate) fn presses(&self, user: &str, message: &Value, label: &str) -> String {
        let data = pressed(&message["components"], label).unwrap_or_else(|| panic!("no {label:?} on {message}"));
        self.interact(3, user, message["channel_id"].as_str().unwrap(), &data, Some(message))
    }

    /// Somebody uses `/kairos SUBCOMMAND`, with the value of its one option.
    pub(crate) fn commands(&self, user: &str, channel: &str, subcommand: &str, value: Option<(&str, &str)>) -> String {
        let options: Vec<_> =
            value.iter().map(|(name, value)| json!({ "type": 3, "name": name, "value": value })).collect();
        let data = json!({ "id": "1", "name": "kairos", "type": 1,
            "options": [{ "type": 1, "name": subcommand, "options": options }] });
        self.interact(2, user, channel, &data, None)
    }

    pub(crate) fn interact(
        &self,
        kind: u8,
        user: &str,
        channel: &str,
        data: &Value,
        message: Option<&Value>,
    ) -> String {
        let mut asked = json!({ "kind": kind, "user": user, "channel": channel, "data": data });
        if let Some(message) = message {
            asked["message"] = message["id"].clone();
        }
        self.ask("interact", &asked)["id"].as_str().unwrap().to_owned()
    }

    /// What became of an interaction, once `is_done` is content with it.
    pub(crate) fn answered(&self, interaction: &str, is_done: impl Fn(&Value) -> bool) -> Value {
        eventually("the answer to an interaction", || {
            let answers = self.ask("answers", &json!({ "interaction": interaction }));
            is_done(&answers).then_some(answers)
        })
    }

    /// The one message that answers an interaction; what is asked back half a minute later is none.
    pub(crate) fn answer_to(&self, interaction: &str) -> Value {
        let is_one = |message: &&Value| {
            let text = text_of(message);
            !text.is_empty() && !text.contains(ASKED_BACK)
        };
        let done = |answers: &Value| answers["messages"].as_array().unwrap().iter().any(|message| is_one(&message));
        let answers = self.answered(interaction, |answers| answers["kind"] != "deferred" && done(answers));
        answers["messages"].as_array().unwrap().iter().rfind(is_one).unwrap().clone()
    }

    /// Every request that Kairos made.
    pub(crate) fn requests(&self) -> Vec<Value> {
        self.ask("requests", &json!({})).as_array().unwrap().clone()
    }

    /// Waits until Kairos is connected.
    pub(crate) fn connected(&self) {
        eventually("the connection", || (self.state("identified") > 0).then_some(()));
    }

    /// A number of the gateway's.
    pub(crate) fn state(&self, name: &str) -> u64 {
        self.ask("state", &json!({}))[name].as_u64().unwrap()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Looks until it is there.
pub(crate) fn eventually<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let (_nobody, silence) = mpsc::channel::<()>();
    for _ in 0..LOOKS {
        if let Some(found) = look() {
            return found;
        }
        let _ = silence.recv_timeout(BETWEEN_LOOKS);
    }
    panic!("{what} did not come to pass")
}

/// What can be read on a message: every text of its components and embeds.
pub(crate) fn text_of(message: &Value) -> String {
    fn collect(value: &Value, texts: &mut Vec<String>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
            Value::Object(object) => {
                for (key, value) in object {
                    match (key.as_str(), value.as_str()) {
                        ("content" | "label" | "description" | "placeholder" | "title" | "text", Some(text)) => {
                            texts.push(text.to_owned());
                        }
                        ("url", Some(url)) => texts.push(url.to_owned()),
                        _ => collect(value, texts),
                    }
                }
            }
            _ => {}
        }
    }
    let mut texts = vec![message["content"].as_str().unwrap_or_default().to_owned()];
    collect(&message["embeds"], &mut texts);
    collect(&message["components"], &mut texts);
    texts.join("\n").trim().to_owned()
}

/// What pressing the button, or picking the entry, of this label sends.
fn pressed(components: &Value, label: &str) -> Option<Value> {
    components.as_array()?.iter().find_map(|component| {
        if component["label"] == label && !component["custom_id"].is_null() {
            return Some(json!({ "custom_id": component["custom_id"], "component_type": 2 }));
        }
        let entry = component["options"].as_array().into_iter().flatten().find(|option| option["label"] == label);
        if let Some(entry) = entry {
            let value = &entry["value"];
            return Some(json!({ "custom_id": component["custom_id"], "component_type": 3, "values": [value] }));
        }
        pressed(&component["components"], label)
    })
}
