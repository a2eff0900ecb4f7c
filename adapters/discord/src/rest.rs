//! Discord's HTTP API, asked at the pace its headers give.
//!
//! Invariants
//! - Every request goes through [`Rest::call`]: one place paces, one place reads limits.
//! - The base address is the configured one; no other is ever asked.
//! - Neither the token nor an address that holds one gets into an error or a log line.

use std::{
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use chat::{Note, Notebook, Timestamp};
use reqwest::{
    Client, Method, Response,
    header::{HeaderMap, HeaderValue},
    multipart::{Form, Part},
};
use serde_json::Value;

use crate::{
    connection::{Clockwork, Connection},
    fault::Fault,
    pace::{Pace, Told, route},
    recall::PACE,
};

/// How long one request may take; the outbox allows ten seconds for a call.
const REQUEST: Duration = Duration::from_secs(8);
const CONNECT: Duration = Duration::from_secs(4);
/// A shorter wait is waited out here; a longer one goes back to whoever asked, so that it is kept across a restart.
const PATIENCE: Duration = Duration::from_millis(2_500);
/// How long everything is silent after the token was refused.
const TOKEN_REFUSED: Duration = Duration::from_mins(5);
/// No answer of Discord's that we ask for is larger.
const MOST_BYTES: usize = 8 * 1024 * 1024;

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
        let agent = concat!("DiscordBot (https://kairos.example, ", env!("CARGO_PKG_VERSION"), ")");
        let http = Client::builder()
            .user_agent(agent)
            .timeout(REQUEST)
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|_| "no HTTP client can be made on this machine".to_owned())?;
        let (base, clock) = (connection.api_url.trim_end_matches('/').to_owned(), connection.clock.clone());
        Ok(Self { http, base, token, clock, notebook: Arc::clone(&connection.notebook), pace: Mutex::default() })
    }

    /// Asks, without a body.
    pub(crate) async fn get(&self, path: &str) -> Result<Value, Fault> {
        self.call(Method::GET, path, None, &[]).await
    }

    /// Asks `path` (from `/` on) at the right time, and reads the answer; `Value::Null` for one without a body.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        files: &[File],
    ) -> Result<Value, Fault> {
        let route = route(method.as_str(), path);
        // The token in the address is what lets an interaction be answered; Discord paces those by themselves.
        let is_callback = path.starts_with("/interactions/");
        if !is_callback {
            self.wait_for(&route).await?;
        }
        let changes = method != Method::GET;
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        request = request.header("authorization", self.token.clone());
        request = match body {
            Some(body) if files.is_empty() => request.json(body),
            Some(body) => request.multipart(with_files(body, files)),
            None => request,
        };
        let response = request.send().await.map_err(|error| unanswered(&error, changes))?;
        if self.learn(&route, &response) {
            self.note_pace().await;
        }
        self.read(response, changes).await
    }

    async fn wait_for(&self, route: &str) -> Result<(), Fault> {
        let mut left = PATIENCE;
        loop {
            let wait = self.pace().take(route, self.clock.now());
            if wait.is_zero() {
                return Ok(());
            }
            if wait > left {
                return Err(Fault::Wait(wait));
            }
            left -= wait;
            tokio::time::sleep(wait).await;
        }
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
            500.. if changes => Fault::NoAnswer("Discord failed while it was at work"),
            500.. => Fault::NotDone("Discord failed"),
            status => Fault::Refused { status, code: told["code"].as_u64().unwrap_or_default() },
        })
    }

    fn pace(&self) -> std::sync::MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn with_files(body: &Value, files: &[File]) -> Form {
    let form = Form::new().text("payload_json", body.to_string());
    files.iter().enumerate().fold(form, |form, (n, file)| {
        form.part(format!("files[{n}]"), Part::bytes(file.bytes.clone()).file_name(file.name.clone()))
    })
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
