//! What an error of Slack means: it won't, it won't now, or nobody knows.
//!
//! Invariants
//! - A reason is made of a method's name and an error code of Slack, of letters and underscores, and of the places in a
//!   message that Slack finds fault with; nothing else of an answer is repeated, since an answer may quote what was sent.
//! - For a call that shows something, an answer after which it may have been shown is [`Refusal::Unknown`].
//! - A token that is not taken holds what waits: an operator can give another one.

use std::{fmt, time::Duration};

use chat::Refusal;
use hyper_util::client::legacy;
use serde_json::Value;
use slack_morphism::errors::SlackClientError;

/// Refusals that may be none a little later, and that surely did nothing.
const TRANSIENT: &[&str] = &[
    "ratelimited",
    "rate_limited",
    "message_limit_exceeded",
    "service_unavailable",
    "team_added_to_org",
    "accesslimited",
];
/// Answers after which, says Slack, some of it may have been done.
const UNCLEAR: &[&str] = &["fatal_error", "internal_error", "request_timeout"];
/// Refusals of whoever calls, whatever is asked.
const OF_THE_TOKEN: &[&str] = &["invalid_auth", "account_inactive", "token_revoked", "token_expired", "not_authed"];
/// Codes that say: what was to be answered is too old, or was answered.
const OF_A_TRIGGER: &[&str] = &["expired_trigger_id", "exchanged_trigger_id"];
/// Codes that say: the blocks are at fault.
const OF_THE_BLOCKS: &[&str] = &["invalid_blocks", "invalid_arguments", "invalid_attachments"];
/// What is waited for when Slack says "too fast" without saying how long.
const USUAL_WAIT: Duration = Duration::from_secs(30);
/// The longest wait that is believed.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
/// Faults of a message that are named.
const MOST_FAULTS: usize = 5;

/// Whether a call that is made twice shows something twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It may be made again: it reads, or it sets what is set already.
    Harmless,
    /// Each call shows something.
    Shows,
}

/// Why a call has no good answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Slack says no, with a code, and names what is at fault.
    Code(String, Vec<String>),
    /// Slack says: not before.
    TooFast(Duration),
    /// A status that is neither 200 nor 429.
    Status(u16),
    /// Nothing was sent.
    NoConnection,
    /// Sent, and nobody knows what became of it.
    NoAnswer(&'static str),
}

impl Failure {
    /// What an error of the SDK says.
    pub(crate) fn of(error: &SlackClientError) -> Self {
        match error {
            SlackClientError::ApiError(no) => {
                Self::Code(no.code.clone(), faults(no.http_response_body.as_deref().unwrap_or_default()))
            }
            SlackClientError::RateLimitError(limit) => {
                Self::TooFast(limit.retry_after.unwrap_or(USUAL_WAIT).min(LONGEST_WAIT))
            }
            SlackClientError::HttpError(refused) => Self::Status(refused.status_code.as_u16()),
            SlackClientError::HttpProtocolError(lost) => {
                let cause = lost.cause.as_ref().and_then(|cause| cause.downcast_ref::<legacy::Error>());
                if cause.is_none_or(legacy::Error::is_connect) {
                    Self::NoConnection
                } else {
                    Self::NoAnswer("the connection was lost")
                }
            }
            SlackClientError::ProtocolError(_) => Self::NoAnswer("the answer can't be read"),
            SlackClientError::SystemError(_)
            | SlackClientError::EndOfStream(_)
            | SlackClientError::SocketModeProtocolError(_) => Self::NoAnswer("the answer broke off"),
        }
    }

    /// What it means for whoever called `method`.
    pub(crate) fn refusal(&self, method: &str, repeat: Repeat) -> Refusal {
        let reason = format!("{method}: {self}");
        match self {
            Self::Code(code, _) if TRANSIENT.contains(&code.as_str()) => {
                let retry_after = code.starts_with("rate").then_some(USUAL_WAIT);
                Refusal::Transient { reason, retry_after }
            }
            Self::Code(code, _) if OF_THE_TOKEN.contains(&code.as_str()) => Refusal::TokenRefused(reason),
            Self::Code(code, _) if OF_A_TRIGGER.contains(&code.as_str()) => Refusal::Expired(reason),
            Self::Code(code, _) if UNCLEAR.contains(&code.as_str()) => unclear(reason, repeat),
            Self::TooFast(wait) => Refusal::Transient { reason, retry_after: Some(*wait) },
            Self::Status(503) | Self::NoConnection => Refusal::Transient { reason, retry_after: None },
            Self::Status(408 | 500..) | Self::NoAnswer(_) => unclear(reason, repeat),
            Self::Code(..) | Self::Status(_) => Refusal::Definite(reason),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code, faults) if faults.is_empty() => f.write_str(safe(code)),
            Self::Code(code, faults) => write!(f, "{} ({})", safe(code), faults.join("; ")),
            Self::TooFast(_) => f.write_str("status 429"),
            Self::Status(status) => write!(f, "status {status}"),
            Self::NoConnection => f.write_str("no connection"),
            Self::NoAnswer(how) => f.write_str(how),
        }
    }
}

/// True when a refusal bears one of these codes.
pub(crate) fn has_code(refusal: &Refusal, codes: &[&str]) -> bool {
    let Refusal::Definite(reason) = refusal else { return false };
    let code = reason.split_once(": ").and_then(|(_, said)| said.split(' ').next());
    code.is_some_and(|code| codes.contains(&code))
}

/// True when Slack does not take the token any more; another one may do.
pub(crate) fn is_of_the_token(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::TokenRefused(_))
}

/// True when Slack finds fault with the blocks: with a picture or a player, perhaps.
pub(crate) fn is_of_the_blocks(refusal: &Refusal) -> bool {
    has_code(refusal, OF_THE_BLOCKS)
}

/// True when an exchanged code was for a whole organisation: the answer names no workspace.
pub(crate) fn is_of_an_organisation(error: &SlackClientError) -> bool {
    let SlackClientError::ProtocolError(odd) = error else { return false };
    let body: Value = serde_json::from_str(odd.json_body.as_deref().unwrap_or_default()).unwrap_or_default();
    body["is_enterprise_install"] == true
}

/// Nobody knows whether it was done.
pub(crate) fn unclear(reason: String, repeat: Repeat) -> Refusal {
    match repeat {
        Repeat::Harmless => Refusal::Transient { reason, retry_after: None },
        Repeat::Shows => Refusal::Unknown(reason),
    }
}

/// An error code, or what stands for one.
fn safe(code: &str) -> &str {
    let is_code = !code.is_empty() && code.len() <= 60 && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if is_code { code } else { "an error without a code" }
}

/// What Slack finds fault with, from lines such as `[ERROR] must be less than 76 characters [json-pointer:/blocks/2/text]`.
///
/// Only a place and a complaint of known beginning are kept: what was sent might stand in the rest.
fn faults(body: &str) -> Vec<String> {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let lines = body["response_metadata"]["messages"].as_array().into_iter().flatten().filter_map(Value::as_str);
    lines.filter_map(fault).take(MOST_FAULTS).collect()
}

fn fault(line: &str) -> Option<String> {
    let (said, place) = line.split_once("[json-pointer:")?;
    let place = place.split(']').next().unwrap_or_default();
    let is_place = place.len() <= 120 && place.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_-".contains(&b));
    let said = said.trim_start_matches("[ERROR]").trim();
    let is_known = ["must be ", "failed to match ", "missing required ", "no more than ", "no fewer than "]
        .iter()
        .any(|known| said.starts_with(known));
    let is_plain = said.len() <= 80 && said.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b' ');
    match (is_place, is_known && is_plain) {
        (true, true) => Some(format!("{place}: {said}")),
        (true, false) => Some(place.to_owned()),
        (false, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of_code(code: &str, repeat: Repeat) -> Refusal {
        Failure::Code(code.to_owned(), Vec::new()).refusal("chat.postMessage", repeat)
    }

    #[test]
    fn what_never_works_is_told_apart_from_what_works_later_and_from_what_nobody_knows() {
        for code in ["channel_not_found", "is_archived", "not_in_channel", "invalid_blocks"] {
            assert!(matches!(of_code(code, Repeat::Shows), Refusal::Definite(_)), "{code}");
        }
        assert!(matches!(of_code("ratelimited", Repeat::Shows), Refusal::Transient { retry_after: Some(_), .. }));
        let of_status = |status, repeat| Failure::Status(status).refusal("m", repeat);
        for repeat in [Repeat::Shows, Repeat::Harmless] {
            let is_unknown = repeat == Repeat::Shows;
            assert_eq!(matches!(of_code("fatal_error", repeat), Refusal::Unknown(_)), is_unknown);
            assert_eq!(matches!(of_status(502, repeat), Refusal::Unknown(_)), is_unknown);
        }
        assert!(matches!(of_status(503, Repeat::Shows), Refusal::Transient { .. }));
        let nothing_sent = Failure::NoConnection.refusal("m", Repeat::Shows);
        assert!(matches!(nothing_sent, Refusal::Transient { .. }), "{nothing_sent}");
    }

    #[test]
    fn a_token_that_is_not_taken_holds_what_waits() {
        for code in OF_THE_TOKEN {
            let refusal = of_code(code, Repeat::Shows);
            assert_eq!(refusal, Refusal::TokenRefused(format!("chat.postMessage: {code}")));
        }
    }

    #[test]
    fn nothing_that_somebody_wrote_is_repeated() {
        let refusal = of_code("no, Ben: fifteen percent", Repeat::Shows);
        assert_eq!(refusal, Refusal::Definite("chat.postMessage: an error without a code".to_owned()));
    }

    #[test]
    fn where_blocks_are_at_fault_is_told_and_not_what_stands_there() {
        let body = json!({ "ok": false, "error": "invalid_blocks", "response_metadata": { "messages": [
            "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]",
            "[ERROR] no, Ben: fifteen percent [json-pointer:/blocks/1]",
            "[ERROR] must be Ben, fifteen percent! [json-pointer:/blocks/2]",
            "[ERROR] must be here [json-pointer:/blocks/Ben: fifteen]",
            "fifteen percent",
        ] } });
        let refusal = Failure::Code("invalid_blocks".to_owned(), faults(&body.to_string()))
            .refusal("chat.postMessage", Repeat::Shows);
        let told = "chat.postMessage: invalid_blocks (/blocks/0/text/text: must be less than 151 characters; \
                    /blocks/1; /blocks/2)";
        assert_eq!(refusal, Refusal::Definite(told.to_owned()));
        assert!(is_of_the_blocks(&refusal) && !is_of_the_token(&refusal));
    }
}
