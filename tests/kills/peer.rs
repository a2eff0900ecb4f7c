//! The peer that counts: as much of Slack's Web API as a card needs, with faults, and a history that can be searched.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
    routing::any,
};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{load::Question, lots::Lots};

/// Of so many calls one goes wrong in each of three ways: 3 %.
const ONE_IN: u64 = 100;
const EACH: u64 = 3;

/// The peer, running as long as the test's runtime.
pub(super) struct Peer {
    inner: Arc<Mutex<Inner>>,
    address: String,
}

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) too_fast: u64,
    pub(super) failed: u64,
    pub(super) lost: u64,
    /// Questions that were answered more than once, and how often.
    pub(super) doubled: Vec<(Question, usize)>,
}

struct Inner {
    lots: Lots,
    /// Of a hundred calls so many go wrong, in each of three ways.
    each: u64,
    next: u64,
    /// By channel.
    messages: HashMap<String, Vec<Value>>,
    counted: Counted,
}

enum Wrong {
    TooFast,
    /// True where it was done all the same.
    Failed(bool),
    AnswerLost,
}

impl Peer {
    /// One on which everything goes well.
    pub(super) async fn without_faults() -> Self {
        Self::open(0, 0).await
    }

    pub(super) async fn start(seed: u64) -> Self {
        Self::open(seed, EACH).await
    }

    async fn open(seed: u64, each: u64) -> Self {
        let inner =
            Inner { lots: Lots::from(seed), each, next: 0, messages: HashMap::new(), counted: Counted::default() };
        let inner = Arc::new(Mutex::new(inner));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().route("/api/{method}", any(call)).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { inner, address }
    }

    /// Where the Web API is.
    pub(super) fn api(&self) -> String {
        format!("{}/api", self.address)
    }

    /// Questions that have no answer yet.
    pub(super) fn missing(&self, questions: &[Question]) -> Vec<Question> {
        let answers = lock(&self.inner).answers();
        questions.iter().filter(|question| !answers.contains_key(question)).cloned().collect()
    }

    /// What was seen so far.
    pub(super) fn counted(&self) -> Counted {
        let inner = lock(&self.inner);
        let doubled = inner.answers().into_iter().filter(|(_, count)| *count > 1).collect();
        Counted { doubled, ..inner.counted }
    }
}

fn lock(inner: &Mutex<Inner>) -> MutexGuard<'_, Inner> {
    inner.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn call(
    State(inner): State<Arc<Mutex<Inner>>>,
    Path(method): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // What only reads is asked with its fields in the address.
    let fields = uri.query().filter(|_| body.is_empty()).map(|query| Bytes::copy_from_slice(query.as_bytes()));
    let asked = read(&headers, &fields.unwrap_or(body));
    let mut inner = lock(&inner);
    match inner.goes_wrong() {
        Some(Wrong::TooFast) => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")]).into_response(),
        Some(Wrong::Failed(is_done)) => {
            if is_done {
                inner.act(&method, &asked);
            }
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Some(Wrong::AnswerLost) => {
            inner.act(&method, &asked);
            let broken = stream::iter([Ok(Bytes::from_static(b"{\"ok\":")), Err(io::ErrorKind::BrokenPipe)]);
            Body::from_stream(broken.map(|part| part.map_err(io::Error::from))).into_response()
        }
        None => axum::Json(inner.act(&method, &asked)).into_response(),
    }
}

impl Inner {
    fn goes_wrong(&mut self) -> Option<Wrong> {
        let each = self.each;
        match self.lots.below(ONE_IN) {
            lot if lot < each => {
                self.counted.too_fast += 1;
                Some(Wrong::TooFast)
            }
            lot if lot < 2 * each => {
                self.counted.failed += 1;
                Some(Wrong::Failed(self.lots.below(2) == 0))
            }
            lot if lot < 3 * each => {
                self.counted.lost += 1;
                Some(Wrong::AnswerLost)
            }
            _ => None,
        }
    }

    /// Does what is asked.
    fn act(&mut self, method: &str, asked: &Value) -> Value {
        let channel = asked["channel"].as_str().unwrap_or_default().to_owned();
        match method {
            "chat.postMessage" => {
                self.next += 1;
                let ts = format!("1800000000.{:06}", self.next);
                let message = json!({
                    "type": "message", "ts": ts, "bot_id": "B0BOT", "user": "U0BOT",
                    "thread_ts": asked["thread_ts"], "metadata": asked["metadata"], "text": asked["text"],
                });
                self.messages.entry(channel.clone()).or_default().push(message);
                json!({ "ok": true, "channel": channel, "ts": ts })
            }
            "conversations.replies" | "conversations.history" => {
                let thread = (method == "conversations.replies").then(|| asked["ts"].clone());
                let all = self.messages.get(&channel).map(Vec::as_slice).unwrap_or_default();
                let found = all.iter().filter(|message| thread.as_ref().is_none_or(|ts| message["thread_ts"] == *ts));
                json!({ "ok": true, "messages": found.rev().collect::<Vec<_>>(), "has_more": false })
            }
            "users.info" => json!({
                "ok": true,
                "user": { "id": asked["user"], "name": "somebody", "tz": "UTC", "profile": { "real_name": "Somebody" } },
            }),
            "conversations.open" => {
                json!({ "ok": true, "channel": { "id": format!("D{}", asked["users"].as_str().unwrap_or_default()) } })
            }
            "conversations.info" => {
                json!({ "ok": true, "channel": { "id": channel, "name": "somewhere", "creator": "U1" } })
            }
            "auth.test" => json!({
                "ok": true, "team_id": "T1", "team": "House", "user_id": "U0BOT", "user": "kairos", "bot_id": "B0BOT",
                "url": "https://house.example/",
            }),
            _ => json!({ "ok": true, "ts": asked["ts"] }),
        }
    }

    /// How often each question was answered.
    fn answers(&self) -> BTreeMap<Question, usize> {
        let mut answers = BTreeMap::new();
        for (channel, messages) in &self.messages {
            for message in messages {
                let ts = message["thread_ts"].as_str().unwrap_or_default().to_owned();
                *answers.entry(Question { channel: channel.clone(), ts }).or_default() += 1;
            }
        }
        answers
    }
}

/// A body as JSON, whichever way it came.
fn read(headers: &HeaderMap, body: &Bytes) -> Value {
    let is_json = headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if is_json {
        return serde_json::from_slice(body).unwrap_or_default();
    }
    let url = reqwest::Url::parse(&format!("http://form/?{}", String::from_utf8_lossy(body))).unwrap();
    let fields = url.query_pairs().map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())));
    Value::Object(fields.collect())
}
