//! Whether a request comes from Slack, now.
//!
//! Invariants
//! - Compared in constant time.
//! - What is older or newer than five minutes is no request of now.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use chat::Timestamp;

use crate::writing::hex;

/// How far the time of a request may be from ours, either way.
const WINDOW_SECS: i64 = 300;

/// True when `signature` was made with `secret` over `timestamp` and `body`, and that not long ago.
pub(crate) fn is_genuine(secret: &str, timestamp: &str, signature: &str, body: &[u8], now: Timestamp) -> bool {
    let Ok(at) = timestamp.parse::<i64>() else { return false };
    if (now.as_ms() / 1_000).abs_diff(at) > WINDOW_SECS.unsigned_abs() {
        return false;
    }
    sign(secret, timestamp, body).as_bytes().ct_eq(signature.as_bytes()).into()
}

/// The signature that Slack makes.
pub(crate) fn sign(secret: &str, timestamp: &str, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        // A key of any length is taken; were it not, nothing would be genuine.
        return String::new();
    };
    for part in [b"v0:", timestamp.as_bytes(), b":", body] {
        mac.update(part);
    }
    format!("v0={}", hex(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Slack's own documentation.
    #[test]
    fn slacks_own_example_is_genuine_at_its_time_and_not_five_minutes_later() {
        let body = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        let (secret, at) = ("8f742231b10e8888abcd99yyyzzz85a5", "1531420618");
        let signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
        let genuine = |secret, signature, body: &[u8], secs: i64| {
            is_genuine(secret, at, signature, body, Timestamp::from_ms(secs * 1_000))
        };
        assert!(genuine(secret, signature, body, 1_531_420_618));
        assert!(genuine(secret, signature, body, 1_531_420_618 + 300));
        assert!(!genuine(secret, signature, body, 1_531_420_618 + 301));
        assert!(!genuine(secret, signature, body, 1_531_420_618 - 301));
        assert!(!genuine("another", signature, body, 1_531_420_618));
        assert!(!genuine(secret, "v0=", body, 1_531_420_618));
        assert!(!genuine(secret, signature, &body[1..], 1_531_420_618));
        assert!(!is_genuine(secret, "soon", signature, body, Timestamp::from_ms(0)));
    }
}
