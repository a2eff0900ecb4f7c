//! Commands, clicks and forms over HTTP: `POST /discord/interactions`, for those who don't want the gateway for them.
//!
//! Invariants
//! - Nothing is read before its signature is verified over the very bytes that came.
//! - What was signed more than five minutes ago is refused: somebody may have kept it.
//! - What can't be kept is answered as a failure, so that Discord tells the person.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Json, Response},
    routing::post,
};
use chat::{EventSink, Timestamp};
use serde_json::Value;
use serenity::interactions_endpoint::Verifier;

use crate::Discord;

/// Interactions carry a message at most.
const MOST_BYTES: usize = 1024 * 1024;
/// How long what was signed is taken; clocks may differ by as much.
const FRESH: Duration = Duration::from_mins(5);

#[derive(Clone)]
struct Here {
    discord: Arc<Discord>,
    sink: Arc<dyn EventSink>,
    verifier: Verifier,
}

impl Discord {
    /// Where Discord sends interactions, when the application's public key is configured.
    pub fn router(self: &Arc<Self>, sink: Arc<dyn EventSink>) -> Option<Router> {
        let verifier = verifier(self.connection.public_key.as_deref()?)?;
        let here = Here { discord: Arc::clone(self), sink, verifier };
        let router = Router::new().route("/discord/interactions", post(interaction));
        Some(router.layer(DefaultBodyLimit::max(MOST_BYTES)).with_state(here))
    }
}

async fn interaction(State(here): State<Here>, headers: HeaderMap, body: Bytes) -> Response {
    if !is_discords(&here.verifier, here.discord.now(), &headers, &body) {
        metrics::counter!("kairos_requests_refused_total", "platform" => "discord").increment(1);
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let Ok(data) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    match here.discord.interaction_by_http(data, &*here.sink).await {
        Some(answer) => Json(answer).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// True when the signature is that of the key's owner over the time stamp and the body, and was made just now.
fn is_discords(verifier: &Verifier, now: Timestamp, headers: &HeaderMap, body: &[u8]) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(signature), Some(at)) = (header("x-signature-ed25519"), header("x-signature-timestamp")) else {
        return false;
    };
    let signed = at.parse().ok().and_then(|secs: i64| secs.checked_mul(1_000)).map(Timestamp::from_ms);
    let is_fresh = signed.is_some_and(|signed| now.since(signed).max(signed.since(now)) <= FRESH);
    is_fresh && verifier.verify(signature, at, body).is_ok()
}

/// A verifier by a key of 64 hexadecimal digits; serenity's own reader of digits panics at others.
fn verifier(digits: &str) -> Option<Verifier> {
    let digit = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let key: Vec<u8> = (0..digits.len()).step_by(2).map(digit).collect::<Option<_>>()?;
    Verifier::try_new(key.try_into().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use ring::signature::{Ed25519KeyPair, KeyPair};

    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
    }

    #[test]
    fn a_body_that_was_touched_is_refused() {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let key = verifier(&hex(pair.public_key().as_ref())).unwrap();
        let signature = hex(pair.sign(b"123{\"type\":1}").as_ref());
        let at = |secs: i64| Timestamp::from_ms(secs * 1_000);
        let headers = |signature: &str, at: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-signature-ed25519", signature.parse().unwrap());
            headers.insert("x-signature-timestamp", at.parse().unwrap());
            headers
        };
        assert!(is_discords(&key, at(123), &headers(&signature, "123"), b"{\"type\":1}"));
        assert!(!is_discords(&key, at(123), &headers(&signature, "123"), b"{\"type\":2}"));
        assert!(!is_discords(&key, at(123), &headers(&signature, "124"), b"{\"type\":1}"));
        assert!(!is_discords(&key, at(123), &headers("zz", "123"), b"{\"type\":1}"));
        assert!(!is_discords(&key, at(123), &HeaderMap::new(), b"{\"type\":1}"));
        let right = headers(&signature, "123");
        assert!(is_discords(&key, at(123 + 300), &right, b"{\"type\":1}"), "five minutes are allowed");
        assert!(!is_discords(&key, at(123 + 301), &right, b"{\"type\":1}"), "what is older may be somebody's copy");
        assert!(!is_discords(&key, at(123 - 301), &right, b"{\"type\":1}"), "nothing is signed ahead of its time");
        assert!(verifier("zz").is_none() && verifier(&"0".repeat(63)).is_none());
    }
}
