//! What an error of Slack means: it won't, it won't now, or nobody knows.
//!
//! Invariants
//! - A reason is made of a method's name and an error code of Slack, of letters and underscores; nothing else of an
//!   answer is repeated, since an answer may quote what was sent.
//! - For a call that shows something, an answer after which it may have been shown is [`Refusal::Unknown`].

use std::time::Duration;

use chat::Refusal;

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
/// What is waited for when Slack says "too fast" without saying how long.
const USUAL_WAIT: Duration = Duration::from_secs(30);

/// Whether a call that is made twice shows something twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It may be made again: it reads, or it sets what is set already.
    Harmless,
    /// Each call shows something.
    Shows,
}

/// The refusal for an error code.
pub(crate) fn of_code(method: &str, code: &str, repeat: Repeat) -> Refusal {
    let reason = format!("{method}: {}", safe(code));
    if TRANSIENT.contains(&code) {
        let retry_after = code.starts_with("rate").then_some(USUAL_WAIT);
        return Refusal::Transient { reason, retry_after };
    }
    if UNCLEAR.contains(&code) {
        return unclear(reason, repeat);
    }
    Refusal::Definite(reason)
}

/// True when Slack does not take the token any more; another one may do.
pub(crate) fn is_of_the_token(refusal: &Refusal) -> bool {
    let Refusal::Definite(reason) = refusal else { return false };
    OF_THE_TOKEN.iter().any(|code| reason.ends_with(code))
}

/// True when Slack finds fault with the blocks: with a picture or a player, perhaps.
pub(crate) fn is_of_the_blocks(refusal: &Refusal) -> bool {
    let Refusal::Definite(reason) = refusal else { return false };
    ["invalid_blocks", "invalid_arguments", "invalid_attachments"].iter().any(|code| reason.ends_with(code))
}

/// The refusal for a status that is not 200 and not 429.
pub(crate) fn of_status(method: &str, status: u16, repeat: Repeat) -> Refusal {
    let reason = format!("{method}: status {status}");
    match status {
        503 => Refusal::Transient { reason, retry_after: None },
        408 | 500.. => unclear(reason, repeat),
        _ => Refusal::Definite(reason),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_works_is_told_apart_from_what_works_later_and_from_what_nobody_knows() {
        for code in [
            "channel_not_found",
            "is_archived",
            "not_in_channel",
            "account_inactive",
            "token_revoked",
            "invalid_blocks",
        ] {
            assert!(matches!(of_code("chat.postMessage", code, Repeat::Shows), Refusal::Definite(_)), "{code}");
        }
        assert!(matches!(
            of_code("chat.postMessage", "ratelimited", Repeat::Shows),
            Refusal::Transient { retry_after: Some(_), .. }
        ));
        for repeat in [Repeat::Shows, Repeat::Harmless] {
            let is_unknown = repeat == Repeat::Shows;
            assert_eq!(matches!(of_code("m", "fatal_error", repeat), Refusal::Unknown(_)), is_unknown);
            assert_eq!(matches!(of_status("m", 502, repeat), Refusal::Unknown(_)), is_unknown);
        }
        assert!(matches!(of_status("m", 503, Repeat::Shows), Refusal::Transient { .. }));
    }

    #[test]
    fn nothing_that_somebody_wrote_is_repeated() {
        let refusal = of_code("chat.postMessage", "no, Ben: fifteen percent", Repeat::Shows);
        assert_eq!(refusal, Refusal::Definite("chat.postMessage: an error without a code".to_owned()));
    }
}
