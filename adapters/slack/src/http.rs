//! Events over HTTP: `/slack/events`, `/slack/interactions`, `/slack/commands`.
//!
//! Invariants
//! - What isn't genuine gets 401, is read no further, and leaves nothing but a higher count.
//! - 200 means: it is durable. 503 means: offer it again.
//! - Each of the three addresses takes all three kinds, so that a request URL in the wrong field works all the same.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::Value;
use slack_morphism::signature_verifier::SlackEventSignatureVerifier;
use tracing::warn;

use crate::door::Door;

/// The longest body: Slack's own are far shorter.
const LONGEST: usize = 1024 * 1024;

/// What the addresses need.
#[derive(Clone)]
pub(crate) struct Receiving {
    pub(crate) verifier: SlackEventSignatureVerifier,
    pub(crate) door: Door,
    /// How many requests were not genuine.
    pub(crate) forged: Arc<AtomicU64>,
}

/// The addresses.
pub(crate) fn router(receiving: Receiving) -> Router {
    Router::new()
        .route("/slack/events", post(receive))
        .route("/slack/interactions", post(receive))
        .route("/slack/commands", post(receive))
        .layer(DefaultBodyLimit::max(LONGEST))
        .with_state(receiving)
}

async fn receive(State(at): State<Receiving>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (timestamp, signature) = (header("x-slack-request-timestamp"), header("x-slack-signature"));
    let genuine = std::str::from_utf8(&body).ok().filter(|body| at.verifier.verify(signature, body, timestamp).is_ok());
    let Some(body) = genuine else {
        at.forged.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("kairos_requests_refused_total", "platform" => "slack").increment(1);
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let Some(told) = read(body) else { return StatusCode::BAD_REQUEST.into_response() };
    if told["type"] == "url_verification" {
        return told["challenge"].as_str().unwrap_or_default().to_owned().into_response();
    }
    if told["ssl_check"].is_string() {
        return StatusCode::OK.into_response();
    }
    match at.door.take(told).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(reason) => {
            warn!(reason, "an event of Slack could not be kept; Slack offers it again");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// A body as JSON: it is JSON, or a form with JSON in `payload`, or the form of a command.
fn read(body: &str) -> Option<Value> {
    if body.trim_start().starts_with('{') {
        return serde_json::from_str(body).ok();
    }
    let fields = form_urlencoded::parse(body.as_bytes());
    let fields: serde_json::Map<_, _> =
        fields.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect();
    match fields.get("payload").and_then(Value::as_str) {
        Some(payload) => serde_json::from_str(payload).ok(),
        None => Some(Value::Object(fields)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_it_was_meant() {
        let command = read("command=%2Fkairos&text=they+say+100%25+%26+%C3%A9&odd=%zz%4").expect("a form");
        assert_eq!(command["command"], "/kairos");
        assert_eq!(command["text"], "they say 100% & é");
        assert_eq!(command["odd"], "%zz%4");
        assert_eq!(read("payload=%7B%22type%22%3A%22block_actions%22%7D").expect("a form")["type"], "block_actions");
        assert_eq!(read("payload=nothing"), None);
        assert_eq!(read("{"), None);
    }
}
