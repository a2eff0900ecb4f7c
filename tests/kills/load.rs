//! People who ask Kairos by name, in many channels, and Slack, which offers an event again until it is acknowledged.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use kairos::clock::Clock;
use ring::hmac;
use serde_json::json;

/// Who calls the program; TLS is never spoken here, and its library wants to be chosen all the same.
pub(super) fn client() -> reqwest::Client {
    // It fails only when one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().timeout(Duration::from_secs(3)).build().unwrap()
}

/// Everybody who writes at once.
const WRITERS: u64 = 6;
/// Channels: Slack takes one message a second in each.
const CHANNELS: u64 = 240;
/// What every question is signed with.
pub(super) const SECRET: &str = "test-signing-secret";
/// How long somebody waits before the next question.
const BREATH: Duration = Duration::from_millis(60);

/// A question, by where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Question {
    pub(super) channel: String,
    pub(super) ts: String,
}

/// The load, running.
pub(super) struct Load {
    writers: Vec<tokio::task::JoinHandle<Vec<Question>>>,
    ending: Arc<AtomicBool>,
}

impl Load {
    /// Begins to ask at `doors`, one of which is tried after the other.
    pub(super) fn start(doors: &Arc<Vec<String>>) -> Self {
        let ending = Arc::<AtomicBool>::default();
        let number = Arc::<AtomicU64>::default();
        let writers = (0..WRITERS).map(|writer| {
            let (doors, ending, number) = (Arc::clone(doors), Arc::clone(&ending), Arc::clone(&number));
            tokio::spawn(async move { writes(writer, &doors, &ending, &number).await })
        });
        Self { writers: writers.collect(), ending }
    }

    /// Ends; the questions that were accepted.
    pub(super) async fn stop(self) -> Vec<Question> {
        self.ending.store(true, Ordering::Relaxed);
        let mut accepted = Vec::new();
        for writer in self.writers {
            accepted.extend(writer.await.unwrap());
        }
        accepted
    }
}

async fn writes(writer: u64, doors: &[String], ending: &AtomicBool, number: &AtomicU64) -> Vec<Question> {
    let http = client();
    let mut accepted = Vec::new();
    while !ending.load(Ordering::Relaxed) {
        let n = number.fetch_add(1, Ordering::Relaxed);
        let question = Question { channel: format!("C{:03}", n % CHANNELS), ts: format!("1790000000.{n:06}") };
        let body = json!({
            "type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": format!("Ev{n}"),
            "authorizations": [{ "team_id": "T1", "user_id": "U0BOT", "is_bot": true }],
            "event": {
                "type": "app_mention", "channel": question.channel, "user": format!("U{writer}"), "ts": question.ts,
                "text": format!("<@U0BOT> how do I do the price talk in case {n}?"),
            },
        });
        if offered(&http, doors, n, &body.to_string()).await {
            accepted.push(question);
        }
        tokio::time::sleep(BREATH).await;
    }
    accepted
}

/// Offers an event, a few times as Slack does; true once it was acknowledged. One that never was may be answered or not.
async fn offered(http: &reqwest::Client, doors: &[String], n: u64, body: &str) -> bool {
    for attempt in 0..40 {
        let door = &doors[usize::try_from(n).unwrap().wrapping_add(attempt) % doors.len()];
        let now = seconds();
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        let signed = hmac::sign(&key, format!("v0:{now}:{body}").as_bytes());
        let signature = signed.as_ref().iter().fold("v0=".to_owned(), |text, byte| format!("{text}{byte:02x}"));
        let sent = http
            .post(format!("{door}/slack/events"))
            .header("content-type", "application/json")
            .header("x-slack-request-timestamp", now.to_string())
            .header("x-slack-signature", signature)
            .body(body.to_owned())
            .send()
            .await;
        if sent.is_ok_and(|answer| answer.status().is_success()) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    false
}

fn seconds() -> i64 {
    Clock::system().now().as_ms() / 1_000
}
