//! Commands, clicks and forms over HTTP: `POST /discord/interactions`, for those who don't want the gateway for them.
//!
//! Invariants
//! - Nothing is read before its signature is verified over the very bytes that came.
//! - What can't be kept is answered as a failure, so that Discord tells the person.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Json, Response},
    routing::post,
};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::Value;

use crate::{Discord, Door};

/// Interactions carry a message at most.
const MOST_BYTES: usize = 1024 * 1024;
/// Bytes of a public key and of a signature.
const KEY: usize = 32;
const SIGNATURE: usize = 64;

#[derive(Clone)]
struct Here {
    discord: Arc<Discord>,
    door: Door,
    key: [u8; KEY],
}

impl Discord {
    /// Where Discord sends interactions, when the application's public key is configured.
    pub fn router(self: &Arc<Self>, door: Door) -> Option<Router> {
        let key = bytes::<KEY>(self.connection.public_key.as_deref()?)?;
        let here = Here { discord: Arc::clone(self), door, key };
        let router = Router::new().route("/discord/interactions", post(interaction));
        Some(router.layer(DefaultBodyLimit::max(MOST_BYTES)).with_state(here))
    }
}

async fn interaction(State(here): State<Here>, headers: HeaderMap, body: Bytes) -> Response {
    if !is_discords(&here.key, &headers, &body) {
        metrics::counter!("kairos_requests_refused_total", "platform" => "discord").increment(1);
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let Ok(data) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    match here.discord.interaction_by_http(data, &here.door).await {
        Some(answer) => Json(answer).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// True when the signature is that of the key's owner over the time stamp and the body.
fn is_discords(key: &[u8; KEY], headers: &HeaderMap, body: &[u8]) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let signature = header("x-signature-ed25519").and_then(bytes::<SIGNATURE>);
    let (Some(signature), Some(at)) = (signature, header("x-signature-timestamp")) else { return false };
    let signed = [at.as_bytes(), body].concat();
    UnparsedPublicKey::new(&ED25519, key).verify(&signed, &signature).is_ok()
}

/// `N` bytes written as hexadecimal digits.
fn bytes<const N: usize>(digits: &str) -> Option<[u8; N]> {
    if digits.len() != 2 * N || !digits.is_ascii() {
        return None;
    }
    let mut bytes = [0; N];
    for (n, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * n..2 * n + 2], 16).ok()?;
    }
    Some(bytes)
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
        let key: [u8; KEY] = pair.public_key().as_ref().try_into().unwrap();
        let signature = hex(pair.sign(b"123{\"type\":1}").as_ref());
        let headers = |signature: &str, at: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-signature-ed25519", signature.parse().unwrap());
            headers.insert("x-signature-timestamp", at.parse().unwrap());
            headers
        };
        assert!(is_discords(&key, &headers(&signature, "123"), b"{\"type\":1}"));
        assert!(!is_discords(&key, &headers(&signature, "123"), b"{\"type\":2}"));
        assert!(!is_discords(&key, &headers(&signature, "124"), b"{\"type\":1}"));
        assert!(!is_discords(&key, &headers("zz", "123"), b"{\"type\":1}"));
        assert!(!is_discords(&key, &HeaderMap::new(), b"{\"type\":1}"));
    }
}
