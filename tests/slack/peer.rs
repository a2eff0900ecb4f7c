//! local-slack: an imitation of Slack, written by others.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_tungstenite::{connect_async, tungstenite::Message};

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_mins(2);

/// Looks until there is something to see.
pub(super) async fn until<T, Done: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> Done) -> T {
    let looking = async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}

/// A client for everything in a test; TLS is never spoken here, and its library wants to be chosen all the same.
pub(super) fn client() -> reqwest::Client {
    // It fails only when one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// A port that nobody listens on.
pub(super) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// How Slack hands events over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Socket,
    Http,
}

/// A running local-slack.
pub(super) struct Peer {
    child: Child,
    port: u16,
    folder: TempDir,
    http: reqwest::Client,
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Peer {
    /// Starts one that sends its events to `events`.
    pub(super) async fn start(mode: Mode, events: &str) -> Self {
        Self::start_changed(mode, events, &[]).await
    }

    /// Starts one whose configuration reads otherwise here and there.
    pub(super) async fn start_changed(mode: Mode, events: &str, changes: &[(&str, &str)]) -> Self {
        let name = if mode == Mode::Socket { "local-slack-socket.yaml" } else { "local-slack-http.yaml" };
        let config = std::fs::read_to_string(root().join("tests/peers/slack").join(name)).unwrap();
        let config = config.replace("http://127.0.0.1:4000/slack/events", events);
        let config = changes.iter().fold(config, |config, (was, is)| config.replace(was, is));
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("slack.yaml"), config).unwrap();
        let port = free_port();
        let child = spawn(folder.path(), port);
        let peer = Self { child, port, folder, http: client() };
        peer.is_up().await;
        peer
    }

    /// Stops it and starts it again where it was; it forgets everything.
    pub(super) async fn restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.child = spawn(self.folder.path(), self.port);
        self.is_up().await;
    }

    async fn is_up(&self) {
        until("local-slack is up", || async { self.http.get(self.url("_control/state")).send().await.ok() }).await;
    }

    /// Its address.
    pub(super) fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.base())
    }

    /// Does something there, as a person would.
    pub(super) async fn control(&self, what: &str, body: &Value) -> Value {
        let answer = self.http.post(self.url(&format!("_control/{what}"))).json(body).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["ok"], true, "{what} {body}: {answer}");
        answer
    }

    /// Milliseconds by its clock.
    pub(super) async fn now_ms(&self) -> i64 {
        let tick = json!({ "channel": "C02CLOCK", "user": "U02BOB", "text": "tick" });
        let posted = self.control("message", &tick).await;
        posted["message"]["ts"].as_str().unwrap().replace('.', "")[..13].parse().unwrap()
    }

    /// Calls a method of its Web API by hand.
    pub(super) async fn call(&self, method: &str, body: &Value) -> Value {
        self.http.post(self.url(&format!("api/{method}"))).json(body).send().await.unwrap().json().await.unwrap()
    }

    /// What stands in a channel, the oldest first.
    pub(super) async fn messages(&self, channel: &str) -> Vec<Value> {
        let answer = self.http.get(self.url(&format!("_control/messages/{channel}"))).send().await.unwrap();
        let mut answer: Value = answer.json().await.unwrap();
        answer["messages"].as_array_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The channels there are.
    pub(super) async fn channels(&self) -> Vec<Value> {
        let answer = self.http.get(self.url("_control/state")).send().await.unwrap();
        let mut answer: Value = answer.json().await.unwrap();
        answer["channels"].as_array_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Sends the modal that is open, filled in.
    pub(super) async fn submit_view(&self, user: &str, values: Value) {
        self.on_page(&json!({ "t": "view_submit", "user": user, "values": values })).await;
    }

    /// Somebody taps on their own page, where there is no message.
    pub(super) async fn tap_home(&self, user: &str, action: Value) {
        self.on_page(&json!({ "t": "block_action", "user": user, "appId": "A01APP", "action": action })).await;
    }

    /// Does something in the browser page, and waits until the page shows it.
    async fn on_page(&self, what: &Value) {
        let (mut page, _) = connect_async(format!("ws://127.0.0.1:{}/ui", self.port)).await.unwrap();
        // The first frame is the page itself.
        page.next().await.unwrap().unwrap();
        page.send(Message::Text(what.to_string().into())).await.unwrap();
        // Nothing is shown where there was nothing to do it on; whoever looks for more comes again.
        let _ = tokio::time::timeout(Duration::from_secs(1), page.next()).await;
    }
}

/// The root of the repository.
pub(super) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn spawn(folder: &Path, port: u16) -> Child {
    let program = root().join("tests/peers/node_modules/local-slack-linux-x64/bin/local-slack");
    assert!(
        program.exists(),
        "local-slack isn't installed: run `npm ci --prefix tests/peers`, or tests/run, which does it for you"
    );
    Command::new(program)
        .args(["--config", "slack.yaml", "--base-host", "127.0.0.1", "--port", &port.to_string()])
        .args(["--files-dir", "."])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
