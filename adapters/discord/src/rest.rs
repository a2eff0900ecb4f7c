//! Discord's HTTP API, asked at the pace its headers give.
//!
//! serenity knows the routes and builds each request; our own client sends it. serenity's `Http::request` gives an error
//! without headers for a 429 when its limiter is off, and its limiter forgets in a restart what Discord asked for.
//!
//! Invariants
//! - Every request goes through [`Rest::ask`]: one place paces, one place reads limits.
//! - The base address is the configured one; no other is ever asked.
//! - Neither the token nor an address that holds one gets into an error or a log line.
//! - A request that meets a short 429 waits here, ahead of those that come later.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use chat::{Note, Notebook, Timestamp};
use reqwest::{
    Client, Response, Url,
    header::{AUTHORIZATION, HeaderMap, HeaderValue},
};
use serde_json::Value;
use serenity::{
    builder::CreateAttachment,
    http::{LightMethod, Multipart, MultipartUpload, Request, Route},
};

use crate::{
    connection::{Clockwork, Connection},
    fault::Fault,
    pace::{Pace, Told, route_name},
    recall::PACE,
};

/// How long one request may take; the outbox allows ten seconds for a call.
const REQUEST: Duration = Duration::from_secs(8);
const CONNECT: Duration = Duration::from_secs(4);
/// A shorter wait is waited out here; a longer one goes back to whoever asked, so that it is kept across a restart.
const PATIENCE: Duration = Duration::from_millis(2_500);
/// A 429 that asks for no longer wait than this is waited out here, and the request keeps its place.
const MOMENT: Duration = Duration::from_secs(1);
/// What a 429 costs of that patience at least, so that one that asks for no wait can't go on for ever.
const SHORTEST: Duration = Duration::from_millis(100);
/// How long everything is silent after the token was refused.
const TOKEN_REFUSED: Duration = Duration::from_mins(5);
/// No answer of Discord's that we ask for is larger.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// Where serenity's routes begin; the configured address takes its place.
const API: &str = "https://discord.com/api/v10";
/// Routes whose callers wait in line, at most; a line that nobody stands in is forgotten.
const LINES: usize = 4_096;

/// A file that goes along with a message.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Its name, as `attachment://` refers to it.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) bytes: Vec<u8>,
}

/// The API.
pub(crate) struct Rest {
    http: Client,
    base: String,
    token: HeaderValue,
    clock: Clockwork,
    /// Where it is written down how long to be silent.
    notebook: Arc<dyn Notebook>,
    /// Changed before and after every request, never held while one is under way.
    pace: Mutex<Pace>,
    /// Who waits for a route's bucket, first come first served.
    lines: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl fmt::Debug for Rest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rest").field("base", &self.base).finish_non_exhaustive()
    }
}

impl Rest {
    /// The API that `connection` names.
    pub(crate) fn new(connection: &Connection) -> Result<Self, String> {
        let mut token = HeaderValue::from_str(&format!("Bot {}", connection.token))
            .map_err(|_| "the token holds a sign that no token has".to_owned())?;
        token.set_sensitive(true);
        let http = client()?;
        let (base, clock) = (connection.api_url.trim_end_matches('/').to_owned(), connection.clock.clone());
        let (notebook, pace, lines) = (Arc::clone(&connection.notebook), Mutex::default(), Mutex::default());
        Ok(Self { http, base, token, clock, notebook, pace, lines })
    }

    /// Asks, without a body.
    pub(crate) async fn get(&self, route: Route<'_>) -> Result<Value, Fault> {
        self.ask(Request::new(route, LightMethod::Get), None, &[]).await
    }

    /// The same with parameters.
    pub(crate) async fn get_with(&self, route: Route<'_>, params: &[(&'static str, String)]) -> Result<Value, Fault> {
        self.ask(Request::new(route, LightMethod::Get).params(Some(params.to_vec())), None, &[]).await
    }

    /// Asks with a body.
    pub(crate) async fn send(&self, method: LightMethod, route: Route<'_>, body: &Value) -> Result<Value, Fault> {
        self.ask(Request::new(route, method), Some(body), &[]).await
    }

    /// Asks at the right time, and reads the answer; `Value::Null` for one without a body.
    pub(crate) async fn ask(&self, request: Request<'_>, body: Option<&Value>, files: &[File]) -> Result<Value, Fault> {
        let (route, method) = (*request.route_ref(), *request.method_ref());
        let name = route_name(method.reqwest_method().as_str(), route.path().trim_start_matches(API));
        // The token in the address is what lets an interaction be answered; Discord paces those by themselves.
        let is_paced = !matches!(route, Route::InteractionResponse { .. });
        let changes = !matches!(method, LightMethod::Get);
        let request = with_body(request, body, files);
        let mut patience = PATIENCE;
        loop {
            if is_paced {
                patience = self.wait_for(&name, patience).await?;
            }
            let request = self.built(request.clone())?;
            let response = self.http.execute(request).await.map_err(|error| unanswered(&error, changes))?;
            if self.learn(&name, &response) {
                self.note_pace().await;
            }
            match self.read(response, changes).await {
                // The pace knows by now until when; whoever asks later stands behind us.
                Err(Fault::Wait(wait)) if is_paced && wait <= MOMENT && patience >= SHORTEST => patience -= SHORTEST,
                read => return read,
            }
        }
    }

    /// The request to the configured address, its token marked as a secret.
    fn built(&self, request: Request<'_>) -> Result<reqwest::Request, Fault> {
        let odd = |_| Fault::NotDone("a request that can't be made");
        let built = request.build(&self.http, "", None).map_err(|_| Fault::NotDone("a request that can't be made"))?;
        let mut built = built.build().map_err(|_| Fault::NotDone("a request that can't be made"))?;
        let path = built.url().as_str().trim_start_matches(API).to_owned();
        *built.url_mut() = Url::parse(&format!("{}{path}", self.base)).map_err(odd)?;
        built.headers_mut().insert(AUTHORIZATION, self.token.clone());
        Ok(built)
    }

    /// Waits for the turn on a route; what is left of `patience`.
    async fn wait_for(&self, route: &str, mut patience: Duration) -> Result<Duration, Fault> {
        let line = self.line(route);
        let came = self.clock.now();
        // Fair: who came first is let through first. Those behind wait no longer than they would for the bucket itself.
        let Ok(_first) = tokio::time::timeout(patience, line.lock()).await else { return Err(Fault::Wait(MOMENT)) };
        patience = patience.saturating_sub(self.clock.now().since(came));
        loop {
            let now = self.clock.now();
            if self.pace().is_hushed(now) {
                return Err(Fault::Refused { status: 401, code: 0 });
            }
            let wait = self.pace().take(route, now);
            if wait.is_zero() {
                return Ok(patience);
            }
            if wait > patience {
                return Err(Fault::Wait(wait));
            }
            patience -= wait;
            tokio::time::sleep(wait).await;
        }
    }

    fn line(&self, route: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut lines = self.lines.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if lines.len() > LINES {
            lines.retain(|_, line| Arc::strong_count(line) > 1);
        }
        Arc::clone(lines.entry(route.to_owned()).or_default())
    }

    /// Learns from an answer; true where it must not be forgotten in a restart.
    fn learn(&self, route: &str, response: &Response) -> bool {
        let told = told(response.status().as_u16(), response.headers());
        let now = self.clock.now();
        self.pace().heard(route, &told, now);
        if told.status == 401 && !route.contains("/webhooks/") {
            tracing::error!("Discord refuses the token; nothing is asked for five minutes");
            self.pace().hush(now + TOKEN_REFUSED);
        }
        matches!(told.status, 401 | 403 | 429)
    }

    async fn note_pace(&self) {
        let (text, until) = {
            let pace = self.pace();
            (pace.told().to_string(), pace.over_at())
        };
        if let Err(reason) = self.notebook.write(Note { name: PACE.to_owned(), text, until }, self.clock.now()).await {
            tracing::debug!(reason, "how long to be silent could not be written down");
        }
    }

    /// Takes up the silence that Discord asked for before a restart.
    pub(crate) fn recall_pace(&self, told: &Value, now: Timestamp) {
        self.pace().recall(told, now);
    }

    async fn read(&self, response: Response, changes: bool) -> Result<Value, Fault> {
        let status = response.status();
        let retry_after = told(status.as_u16(), response.headers()).retry_after;
        if response.content_length().is_some_and(|length| length > MOST_BYTES as u64) {
            return Err(Fault::NotDone("Discord's answer is too long to be read"));
        }
        let bytes = response.bytes().await.map_err(|error| unanswered(&error, changes));
        if status.is_success() {
            let bytes = bytes?;
            return Ok(serde_json::from_slice(&bytes).unwrap_or(Value::Null));
        }
        let told: Value = bytes.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or(Value::Null);
        Err(match status.as_u16() {
            429 => {
                let said = told["retry_after"].as_f64().and_then(|secs| Duration::try_from_secs_f64(secs).ok());
                Fault::Wait(retry_after.or(said).unwrap_or(Duration::from_secs(1)))
            }
            503 => Fault::NotDone("Discord is not available"),
            500.. if changes => Fault::Failed,
            500.. => Fault::NotDone("Discord failed"),
            status => Fault::Refused { status, code: told["code"].as_u64().unwrap_or_default() },
        })
    }

    fn pace(&self) -> std::sync::MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A client as each part of the adapter uses it. Proxies of the environment and the system's certificates count.
pub(crate) fn client() -> Result<Client, &'static str> {
    let client = Client::builder().timeout(REQUEST).connect_timeout(CONNECT);
    let client = client.redirect(reqwest::redirect::Policy::none()).build();
    client.map_err(|_| "no HTTP client can be made on this machine")
}

fn with_body<'a>(request: Request<'a>, body: Option<&Value>, files: &[File]) -> Request<'a> {
    let Some(body) = body else { return request };
    if files.is_empty() {
        return request.body(Some(body.to_string().into_bytes()));
    }
    let attachments = files.iter().map(|file| CreateAttachment::bytes(file.bytes.clone(), file.name.clone()));
    let upload = MultipartUpload::Attachments(attachments.collect());
    request.multipart(Some(Multipart { upload, fields: Vec::new(), payload_json: Some(body.to_string()) }))
}

/// Nothing of the error itself is kept: it would quote the address, which may hold a token.
fn unanswered(error: &reqwest::Error, changes: bool) -> Fault {
    if error.is_connect() || error.is_builder() {
        Fault::NotDone("Discord can't be reached")
    } else if !changes {
        Fault::NotDone("Discord gave no answer")
    } else {
        Fault::NoAnswer("Discord gave no answer in time")
    }
}

fn told(status: u16, headers: &HeaderMap) -> Told {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let secs = |name: &str| {
        text(name).and_then(|text| text.parse().ok()).and_then(|secs| Duration::try_from_secs_f64(secs).ok())
    };
    let scope = text("x-ratelimit-scope").unwrap_or_default();
    Told {
        status,
        bucket: text("x-ratelimit-bucket").map(ToOwned::to_owned),
        remaining: text("x-ratelimit-remaining").and_then(|text| text.parse().ok()),
        reset_after: secs("x-ratelimit-reset-after"),
        retry_after: secs("retry-after"),
        global: scope == "global" || text("x-ratelimit-global").is_some_and(|text| text == "true"),
        shared: scope == "shared",
    }
}
