//! Calls to Slack's Web API.
//!
//! Invariants
//! - A call is paced before it goes out ([`crate::pace`]), and ends within [`CALL`].
//! - Tokens and secrets stand in the header alone; nothing of them is ever shown.
//! - What Slack answers is read field by field: no answer is refused for a field that is odd.

use std::{fmt, sync::Arc, time::Duration};

use chat::{Refusal, Timestamp};
use reqwest::{
    StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::{
    pace::{Pace, Rate},
    refusal::{self, Repeat},
};

/// How long one call may take; the outbox allows a call ten seconds, waiting included.
const CALL: Duration = Duration::from_secs(6);
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(3);
/// The longest answer that is read.
const LONGEST_ANSWER: usize = 8 * 1024 * 1024;

/// Where the time comes from.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A token, never shown.
#[derive(Clone)]
pub(crate) struct Token(pub(crate) String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What a call shows that it may be made.
#[derive(Clone, Debug)]
enum Pass {
    Bearer(Token),
    /// The app's id and secret.
    Basic(String, Token),
}

/// The way to one workspace, or to Slack as the app: its own pass, and its own pace.
#[derive(Debug)]
pub(crate) struct Pipe {
    pass: Pass,
    pace: Pace,
    /// People are described two at a time: more would wait in the pace for longer than a call may.
    pub(crate) describing: Semaphore,
}

impl Pipe {
    /// With a token.
    pub(crate) fn bearer(token: Token) -> Self {
        Self { pass: Pass::Bearer(token), pace: Pace::default(), describing: Semaphore::new(2) }
    }

    /// With an id and a secret.
    pub(crate) fn basic(id: String, secret: Token) -> Self {
        Self { pass: Pass::Basic(id, secret), pace: Pace::default(), describing: Semaphore::new(2) }
    }
}

/// A method of the Web API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Method {
    name: &'static str,
    rate: Rate,
    repeat: Repeat,
    /// True where Slack counts each channel by itself.
    by_channel: bool,
    /// Methods that read take a form; those that write take JSON.
    as_form: bool,
    /// What the bot's token must allow.
    scopes: &'static [&'static str],
}

/// Declares the methods that are used: how often, whether a repetition shows something, whether each channel is counted
/// by itself, whether they take a form, and what the bot's token must allow.
macro_rules! methods {
    ($($const:ident = $name:literal, $rate:expr, $repeat:ident, $by_channel:literal, $as_form:literal, $scopes:expr;)+) => {
        $(pub(crate) const $const: Method = Method {
            name: $name,
            rate: $rate,
            repeat: Repeat::$repeat,
            by_channel: $by_channel,
            as_form: $as_form,
            scopes: $scopes,
        };)+

        /// Every method that is called.
        pub(crate) const METHODS: &[Method] = &[$($const),+];
    };
}

/// To read conversations of every kind.
const READING: &[&str] = &["channels:history", "groups:history", "im:history", "mpim:history"];

methods! {
    AUTH_TEST = "auth.test", Rate::per_minute(100), Harmless, false, true, &[];
    // This one takes the app's own token.
    CONNECTIONS_OPEN = "apps.connections.open", Rate::per_minute(20), Harmless, false, true, &[];
    // This one takes the app's id and secret.
    OAUTH_ACCESS = "oauth.v2.access", Rate::per_minute(100), Harmless, false, true, &[];
    POST_MESSAGE = "chat.postMessage", Rate::per_channel(), Shows, true, false, &["chat:write"];
    POST_EPHEMERAL = "chat.postEphemeral", Rate::per_minute(100), Shows, false, false, &["chat:write"];
    UPDATE = "chat.update", Rate::per_minute(50), Harmless, false, false, &["chat:write"];
    UPLOAD_URL = "files.getUploadURLExternal", Rate::per_minute(100), Harmless, false, true, &["files:write"];
    COMPLETE_UPLOAD = "files.completeUploadExternal", Rate::per_minute(100), Harmless, false, false, &["files:write"];
    OPEN_CONVERSATION = "conversations.open", Rate::per_minute(50), Harmless, false, false, &["im:write"];
    CONVERSATION = "conversations.info", Rate::per_minute(50), Harmless, false, true, &["channels:read", "groups:read"];
    HISTORY = "conversations.history", Rate::per_minute(50), Harmless, false, true, READING;
    REPLIES = "conversations.replies", Rate::per_minute(50), Harmless, false, true, READING;
    USER = "users.info", Rate::per_minute(100), Harmless, false, true, &["users:read"];
    DO_NOT_DISTURB = "dnd.info", Rate::per_minute(50), Harmless, false, true, &["dnd:read"];
    OPEN_VIEW = "views.open", Rate::per_minute(100), Harmless, false, false, &[];
    PUBLISH_VIEW = "views.publish", Rate::per_minute(100), Harmless, false, false, &[];
}

/// What has to be allowed before people can be found by their e-mail address; asked for only where an operator wants it.
pub(crate) const EMAIL_SCOPE: &str = "users:read.email";

/// Finds somebody by their e-mail address. It stands beside the table, since most houses do without it.
pub(crate) const USER_BY_EMAIL: Method = Method {
    name: "users.lookupByEmail",
    rate: Rate::per_minute(50),
    repeat: Repeat::Harmless,
    by_channel: false,
    as_form: true,
    scopes: &[EMAIL_SCOPE],
};

impl Method {
    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        self.name
    }

    /// What the bot's token must allow.
    pub(crate) const fn scopes(self) -> &'static [&'static str] {
        self.scopes
    }

    fn lane(self, body: &Value) -> (&'static str, String) {
        let channel = if self.by_channel { body["channel"].as_str().unwrap_or_default() } else { "" };
        (self.name, channel.to_owned())
    }
}

/// An answer, and the scopes that the token has.
pub(crate) struct Answer {
    pub(crate) body: Value,
    /// As Slack lists them in a header, where it does.
    pub(crate) scopes: Option<String>,
}

/// The Web API at one address.
#[derive(Clone)]
pub(crate) struct Api {
    http: reqwest::Client,
    base: String,
    now: Now,
}

impl Api {
    /// The API at `base`, an address without a slash at its end.
    pub(crate) fn new(base: String, now: Now) -> Result<Self, Refusal> {
        let http = reqwest::Client::builder()
            .timeout(CALL)
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent("kairos")
            .build()
            .map_err(|_| Refusal::Definite("no client for Slack's address can be made".to_owned()))?;
        Ok(Self { http, base, now })
    }

    /// Its address, without a slash at its end.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// Calls `method`; the answer when Slack says that it was done.
    pub(crate) async fn call(&self, method: Method, pipe: &Pipe, body: &Value) -> Result<Value, Refusal> {
        self.ask(method, pipe, body).await.map(|answer| answer.body)
    }

    /// Calls `method`, and keeps what its header tells.
    pub(crate) async fn ask(&self, method: Method, pipe: &Pipe, body: &Value) -> Result<Answer, Refusal> {
        let name = method.name;
        let lane = method.lane(body);
        if let Err(wait) = pipe.pace.turn(&[(lane.clone(), method.rate)], self.now()).await {
            let reason = format!("{name}: as many as Slack takes are under way");
            return Err(Refusal::Transient { reason, retry_after: Some(wait) });
        }
        let request = self.http.post(format!("{}/{name}", self.base));
        let request = match &pipe.pass {
            Pass::Bearer(token) => request.bearer_auth(&token.0),
            Pass::Basic(id, secret) => request.basic_auth(id, Some(&secret.0)),
        };
        let request = if method.as_form { request.form(&form(body)) } else { request.json(body) };
        let response = request.send().await.map_err(|error| unanswered(method, &error))?;
        let status = response.status();
        if status == StatusCode::TOO_MANY_REQUESTS {
            let seconds = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            let wait = Duration::from_secs(seconds.unwrap_or(30).min(3_600));
            pipe.pace.shut(&lane, self.now() + wait);
            return Err(Refusal::Transient { reason: format!("{name}: status 429"), retry_after: Some(wait) });
        }
        if !status.is_success() {
            return Err(refusal::of_status(name, status.as_u16(), method.repeat));
        }
        let scopes =
            response.headers().get("x-oauth-scopes").and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
        let body = read(method, response).await?;
        if body["ok"] == true {
            return Ok(Answer { body, scopes });
        }
        Err(refusal::of_code(name, body["error"].as_str().unwrap_or_default(), method.repeat))
    }
}

impl Api {
    /// Puts `bytes` where Slack said, with no token.
    pub(crate) async fn upload(&self, url: &str, bytes: Vec<u8>) -> Result<(), Refusal> {
        let failed = |reason: &str| Refusal::Transient { reason: format!("upload: {reason}"), retry_after: None };
        let sent = self.http.post(url).header(CONTENT_TYPE, "application/octet-stream").body(bytes).send().await;
        match sent.map_err(|_| failed("no answer"))?.status() {
            status if status.is_success() => Ok(()),
            status => Err(failed(&format!("status {}", status.as_u16()))),
        }
    }
}

/// The body of an answer, no longer than is believed.
async fn read(method: Method, mut response: reqwest::Response) -> Result<Value, Refusal> {
    let broken = || refusal::unclear(format!("{}: the answer broke off", method.name), method.repeat);
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| broken())? {
        if bytes.len() + chunk.len() > LONGEST_ANSWER {
            return Err(refusal::unclear(format!("{}: the answer is too long", method.name), method.repeat));
        }
        bytes.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&bytes)
        .map_err(|_| refusal::unclear(format!("{}: the answer can't be read", method.name), method.repeat))
}

/// No answer: surely nothing happened where there was no connection.
fn unanswered(method: Method, error: &reqwest::Error) -> Refusal {
    if error.is_connect() || error.is_builder() {
        return Refusal::Transient { reason: format!("{}: no connection", method.name), retry_after: None };
    }
    let how = if error.is_timeout() { "no answer in time" } else { "the connection was lost" };
    refusal::unclear(format!("{}: {how}", method.name), method.repeat)
}

/// The fields of a form: text as it stands, everything else as JSON, nothing for what is not there.
fn form(body: &Value) -> Vec<(&str, String)> {
    let fields = body.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    fields
        .map(|(name, value)| (name.as_str(), value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)))
        .collect()
}
