//! What stands between Kairos and local-slack: it lets calls go wrong, and adds what local-slack lacks.
//!
//! local-slack keeps no message metadata, knows no administrators, opens conversations with nobody, checks no token
//! and no Block Kit, and never answers with 429 or 500. Slack does all of that; so does this.

use std::{
    collections::{HashMap, VecDeque},
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::{net::TcpListener, task::AbortHandle};

use super::{checkers, checks, peer::client, relay::Relay};

/// How a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Nothing: this one is let through.
    Done,
    /// 429 with so many seconds to wait; nothing is done.
    TooFast(u32),
    /// A status; nothing is done.
    Status(u16),
    /// It is done, and the answer breaks off.
    AnswerLost,
    /// It is refused with an error code.
    Error(&'static str),
}

/// A call that came.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) method: String,
    pub(super) token: String,
    pub(super) body: Value,
}

/// A request that local-slack sent on to Kairos.
#[derive(Clone, Debug)]
pub(super) struct Posted {
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

#[derive(Default)]
struct Seen {
    calls: Vec<Call>,
    wrong: HashMap<String, VecDeque<Wrong>>,
    metadata: HashMap<String, Value>,
    faulty: Vec<String>,
    posted: Vec<Posted>,
    lacking: Option<String>,
    /// Who wants to be left in peace: from when until when, in seconds.
    peace: HashMap<String, (i64, i64)>,
    /// Where the workspace of each token is.
    peers: HashMap<String, String>,
    /// What each code is exchanged for, once.
    codes: HashMap<String, Value>,
}

struct Inner {
    kairos: String,
    http: reqwest::Client,
    seen: Mutex<Seen>,
    relay: Relay,
}

/// The stand-in, running.
pub(super) struct StandIn {
    inner: Arc<Inner>,
    address: String,
    serving: AbortHandle,
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl StandIn {
    /// Starts it in front of Kairos at `kairos`.
    pub(super) async fn start(kairos: String) -> Self {
        let inner = Arc::new(Inner { kairos, http: client(), seen: Mutex::default(), relay: Relay::start().await });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(pass).with_state(Arc::clone(&inner));
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() }).abort_handle();
        Self { inner, address, serving }
    }

    /// Where local-slack is.
    pub(super) fn lead_to(&self, peer: &str) {
        for token in ["xoxb-test-token", "xapp-test-token"] {
            self.lead(token, peer);
        }
    }

    /// Where the workspace of a token is.
    pub(super) fn lead(&self, token: &str, peer: &str) {
        lock(&self.inner.seen).peers.insert(token.to_owned(), peer.to_owned());
    }

    /// The token is worth nothing any more.
    pub(super) fn revoke(&self, token: &str) {
        lock(&self.inner.seen).peers.remove(token);
    }

    /// Somebody agreed: the code is good for this, once.
    pub(super) fn grant(&self, code: &str, answer: Value) {
        lock(&self.inner.seen).codes.insert(code.to_owned(), answer);
    }

    /// Where Kairos finds the Web API.
    pub(super) fn api(&self) -> String {
        format!("{}/api", self.address)
    }

    /// Where local-slack sends events to.
    pub(super) fn events(&self) -> String {
        format!("{}/slack/events", self.address)
    }

    /// Lets the next calls of `method` go wrong, one after the other.
    pub(super) fn next(&self, method: &str, wrong: impl IntoIterator<Item = Wrong>) {
        lock(&self.inner.seen).wrong.entry(method.to_owned()).or_default().extend(wrong);
    }

    /// The calls of a method so far.
    pub(super) fn calls(&self, method: &str) -> Vec<Call> {
        lock(&self.inner.seen).calls.iter().filter(|call| call.method == method).cloned().collect()
    }

    /// Takes a scope from the bot's token.
    pub(super) fn take_away(&self, scope: &str) {
        lock(&self.inner.seen).lacking = Some(scope.to_owned());
    }

    /// Somebody wants to be left in peace.
    pub(super) fn leave_in_peace(&self, user: &str, from: i64, until: i64) {
        lock(&self.inner.seen).peace.insert(user.to_owned(), (from, until));
    }

    /// What Slack would have found fault with, by our checks and by those of others.
    pub(super) fn faulty(&self) -> Vec<String> {
        let seen = lock(&self.inner.seen);
        let shown: Vec<_> = seen.calls.iter().filter_map(checkers::Shown::by).collect();
        [seen.faulty.clone(), checkers::faults(&shown)].concat()
    }

    /// What was sent on to Kairos.
    pub(super) fn posted(&self) -> Vec<Posted> {
        lock(&self.inner.seen).posted.clone()
    }

    /// The connections of Socket Mode.
    pub(super) fn relay(&self) -> &Relay {
        &self.inner.relay
    }

    /// Sends an event of our own making, signed as Slack signs it at the instant `secs`.
    pub(super) async fn tell(&self, event: &Value, secs: i64) -> StatusCode {
        self.tell_and_hear(event, secs).await.0
    }

    /// The same, with what is answered.
    pub(super) async fn tell_and_hear(&self, event: &Value, secs: i64) -> (StatusCode, String) {
        let (body, at) = (event.to_string(), secs.to_string());
        let mut mac = Hmac::<Sha256>::new_from_slice(b"test-signing-secret").unwrap();
        mac.update(format!("v0:{at}:{body}").as_bytes());
        let signature =
            mac.finalize().into_bytes().iter().fold("v0=".to_owned(), |text, byte| format!("{text}{byte:02x}"));
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-slack-request-timestamp", at),
            ("x-slack-signature", signature),
            ("content-type", "application/json".to_owned()),
        ] {
            headers.insert(name, value.parse().unwrap());
        }
        let url = format!("{}/slack/events", self.inner.kairos);
        let answer = self.inner.http.post(url).headers(headers).body(body).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    /// Sends a request to Kairos once more, as Slack does when it heard no answer.
    pub(super) async fn deliver(&self, posted: &Posted) -> StatusCode {
        let url = format!("{}{}", self.inner.kairos, posted.path);
        let request = self.inner.http.post(url).headers(posted.headers.clone()).body(posted.body.clone());
        request.send().await.unwrap().status()
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn pass(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let (mut parts, body) = request.into_parts();
    let mut body = axum::body::to_bytes(body, 8 << 20).await.unwrap();
    if let Some(query) = parts.uri.query() {
        // What is read comes with its parameters in the address; local-slack takes them as a form.
        body = Bytes::from(query.to_owned());
        parts.headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
    }
    match path.strip_prefix("/api/") {
        Some(method) => inner.call(method, &parts.headers, body).await,
        None => inner.post(path, parts.headers, body).await,
    }
}

/// How often an event is offered that nobody acknowledges.
const OFFERS: usize = 50;

impl Inner {
    /// An event on its way to Kairos.
    async fn post(&self, path: String, mut headers: HeaderMap, body: Bytes) -> Response {
        for name in ["host", "content-length", "connection", "accept-encoding"] {
            headers.remove(name);
        }
        lock(&self.seen).posted.push(Posted { path: path.clone(), headers: headers.clone(), body: body.clone() });
        // Slack offers an event again that nobody acknowledged: whoever was to may have been killed.
        for _ in 0..OFFERS {
            let url = format!("{}{path}", self.kairos);
            let sent = self.http.post(url).headers(headers.clone()).body(body.clone()).send().await;
            if let Ok(answer) = sent {
                return (answer.status(), answer.bytes().await.unwrap_or_default()).into_response();
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        StatusCode::BAD_GATEWAY.into_response()
    }

    /// A call of Kairos.
    async fn call(&self, method: &str, headers: &HeaderMap, body: Bytes) -> Response {
        let asked = read(headers, &body);
        let token = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let token = token.trim_start_matches("Bearer ").to_owned();
        let wrong = {
            let mut seen = lock(&self.seen);
            seen.calls.push(Call { method: method.to_owned(), token: token.clone(), body: asked.clone() });
            let faults = checks::of_call(method, &asked);
            seen.faulty.extend(faults.into_iter().map(|fault| format!("{method}: {fault}")));
            seen.wrong.get_mut(method).and_then(VecDeque::pop_front)
        };
        match wrong {
            Some(Wrong::TooFast(secs)) => {
                let said = axum::Json(json!({ "ok": false, "error": "ratelimited" }));
                return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", secs.to_string())], said).into_response();
            }
            Some(Wrong::Status(status)) => return StatusCode::from_u16(status).unwrap().into_response(),
            Some(Wrong::Error(code)) => return axum::Json(json!({ "ok": false, "error": code })).into_response(),
            Some(Wrong::AnswerLost | Wrong::Done) | None => {}
        }
        if method == "oauth.v2.access" {
            return axum::Json(self.exchanged(&token, &asked)).into_response();
        }
        let is_of_the_app = token.starts_with("xapp-");
        let peer = lock(&self.seen).peers.get(&token).cloned();
        let Some(peer) = peer.filter(|_| is_of_the_app == (method == "apps.connections.open")) else {
            return axum::Json(json!({ "ok": false, "error": "invalid_auth" })).into_response();
        };
        if method == "dnd.info" {
            return axum::Json(self.peace_of(asked["user"].as_str().unwrap_or_default())).into_response();
        }
        if method == "conversations.open" && !is_known(asked["users"].as_str().unwrap_or_default()) {
            return axum::Json(json!({ "ok": false, "error": "user_not_found" })).into_response();
        }
        let Some(mut answer) = self.forward(&peer, method, headers, body).await else {
            return StatusCode::BAD_GATEWAY.into_response();
        };
        self.complete(method, &asked, &mut answer);
        if wrong == Some(Wrong::AnswerLost) {
            let broken =
                futures_util::stream::iter([Ok(Bytes::from_static(b"{\"ok\":")), Err(io::ErrorKind::BrokenPipe)]);
            return Body::from_stream(futures_util::StreamExt::map(broken, |part| part.map_err(io::Error::from)))
                .into_response();
        }
        let mut listed = scopes();
        if let Some(lacking) = &lock(&self.seen).lacking {
            listed = listed.replace(lacking.as_str(), "");
        }
        ([("x-oauth-scopes", listed)], axum::Json(answer)).into_response()
    }

    /// local-slack knows no peace.
    fn peace_of(&self, user: &str) -> Value {
        let (start, end) = lock(&self.seen).peace.get(user).copied().unwrap_or((1, 1));
        json!({ "ok": true, "dnd_enabled": end > 1, "next_dnd_start_ts": start, "next_dnd_end_ts": end })
    }

    /// A code for a token, as Slack does it: for the app alone, to the address it named, once.
    fn exchanged(&self, pass: &str, asked: &Value) -> Value {
        let is_the_app = pass == "Basic MS4yOmNsaWVudC1zZWNyZXQ=";
        let returns = asked["redirect_uri"].as_str().unwrap_or_default();
        let code = asked["code"].as_str().unwrap_or_default();
        if !is_the_app || !returns.ends_with("/slack/oauth") {
            return json!({ "ok": false, "error": if is_the_app { "bad_redirect_uri" } else { "invalid_client_id" } });
        }
        lock(&self.seen).codes.remove(code).unwrap_or_else(|| json!({ "ok": false, "error": "invalid_code" }))
    }

    async fn forward(&self, peer: &str, method: &str, headers: &HeaderMap, body: Bytes) -> Option<Value> {
        let url = format!("{peer}/api/{method}");
        let mut request = self.http.post(url).body(body);
        for name in ["authorization", "content-type"] {
            if let Some(value) = headers.get(name) {
                request = request.header(name, value);
            }
        }
        request.send().await.ok()?.json().await.ok()
    }

    /// What local-slack leaves out of its answers.
    fn complete(&self, method: &str, asked: &Value, answer: &mut Value) {
        match method {
            "chat.postMessage" if answer["ok"] == true && asked["metadata"].is_object() => {
                let ts = answer["ts"].as_str().unwrap_or_default().to_owned();
                lock(&self.seen).metadata.insert(ts, asked["metadata"].clone());
            }
            "conversations.history" | "conversations.replies" => {
                let shown = asked["include_all_metadata"] == "true";
                let entries = answer["messages"].as_array_mut().map(std::mem::take).unwrap_or_default();
                let entries: Vec<Value> = entries
                    .into_iter()
                    .filter(|entry| entry["subtype"] != "ephemeral")
                    .map(|mut entry| {
                        let ts = entry["ts"].as_str().unwrap_or_default().to_owned();
                        if let Some(metadata) = lock(&self.seen).metadata.get(&ts).filter(|_| shown) {
                            entry["metadata"] = metadata.clone();
                        }
                        entry
                    })
                    .collect();
                answer["messages"] = json!(entries);
            }
            // local-slack knows nobody who made a channel.
            "conversations.info" if asked["channel"] == "C03BOB" => answer["channel"]["creator"] = json!("U02BOB"),
            "users.info" if asked["user"] == "U01ALICE" => answer["user"]["is_admin"] = json!(true),
            "apps.connections.open" => {
                if let Some(url) = answer["url"].as_str() {
                    answer["url"] = json!(self.relay.instead_of(url));
                }
            }
            _ => {}
        }
    }
}

/// What the manifest asks for, as Slack lists it.
fn scopes() -> String {
    let manifest = slack::manifest(&slack::Mode::Socket, None);
    let listed = manifest["oauth_config"]["scopes"]["bot"].as_array().into_iter().flatten();
    listed.filter_map(Value::as_str).collect::<Vec<_>>().join(",")
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

fn is_known(user: &str) -> bool {
    ["U01ALICE", "U02BOB"].contains(&user)
}
