//! What can go wrong between us and Discord, in words that choose what happens next.
//!
//! Invariants
//! - No fault holds a text, a token, an address with a token, or a name.

use std::{fmt, time::Duration};

use chat::Refusal;

/// Why a request has no answer that helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Discord said no, with its HTTP status and its own code.
    Refused { status: u16, code: u64 },
    /// It surely did nothing; not before this long.
    Wait(Duration),
    /// The request never went out, or changed nothing if it did.
    NotDone(&'static str),
    /// Discord failed while it was at work (a 5xx): it may or may not have happened.
    Failed,
    /// It may or may not have happened.
    NoAnswer(&'static str),
}

impl Fault {
    /// True when Discord answered with this code of its own.
    pub(crate) fn is(&self, wanted: u64) -> bool {
        matches!(self, Self::Refused { code, .. } if *code == wanted)
    }
}

/// Discord's own codes that we choose by.
pub(crate) mod code {
    pub(crate) const UNKNOWN_CHANNEL: u64 = 10_003;
    pub(crate) const UNKNOWN_MEMBER: u64 = 10_007;
    pub(crate) const UNKNOWN_MESSAGE: u64 = 10_008;
    pub(crate) const UNKNOWN_USER: u64 = 10_013;
    pub(crate) const UNKNOWN_WEBHOOK: u64 = 10_015;
    pub(crate) const UNKNOWN_INTERACTION: u64 = 10_062;
    pub(crate) const INVALID_TOKEN: u64 = 50_027;
    pub(crate) const ALREADY_ACKNOWLEDGED: u64 = 40_060;
    pub(crate) const EMPTY_MESSAGE: u64 = 50_006;
    pub(crate) const MISSING_ACCESS: u64 = 50_001;
    pub(crate) const CANNOT_MESSAGE: u64 = 50_007;
    pub(crate) const MISSING_PERMISSIONS: u64 = 50_013;
    pub(crate) const WRONG_CHANNEL_TYPE: u64 = 50_024;
    pub(crate) const INVALID_RECIPIENT: u64 = 50_033;
    pub(crate) const INVALID_FORM: u64 = 50_035;
    pub(crate) const MUTUAL_SERVER: u64 = 50_278;
    pub(crate) const THREAD_EXISTS: u64 = 160_004;
    pub(crate) const THREAD_ARCHIVED: u64 = 50_083;
    pub(crate) const THREADS_FULL: u64 = 160_006;
}

/// Discord's code in words; nothing of what it says itself, which may quote what was sent.
fn words(status: u16, code: u64) -> &'static str {
    match code {
        code::UNKNOWN_CHANNEL => "the channel is gone",
        code::UNKNOWN_MEMBER => "that person is not in the server",
        code::UNKNOWN_MESSAGE => "the message was taken back",
        code::UNKNOWN_USER => "there is no such person",
        code::UNKNOWN_WEBHOOK | code::UNKNOWN_INTERACTION | code::INVALID_TOKEN => "the time for an answer has passed",
        code::ALREADY_ACKNOWLEDGED => "it was answered already",
        code::MISSING_ACCESS => "Kairos does not see the channel",
        code::CANNOT_MESSAGE | code::MUTUAL_SERVER => "private messages are closed",
        code::MISSING_PERMISSIONS => "Kairos lacks a permission there",
        code::WRONG_CHANNEL_TYPE => "that kind of channel does not take it",
        code::INVALID_RECIPIENT => "that person takes no private messages",
        code::EMPTY_MESSAGE => "Discord finds the message empty",
        code::INVALID_FORM => "Discord finds the message malformed",
        code::THREAD_ARCHIVED => "the thread is archived",
        code::THREADS_FULL => "the server has too many open threads",
        _ => match status {
            401 => "the token is refused",
            403 => "it is forbidden",
            404 => "it is not there",
            413 => "it is too large",
            _ => "Discord refuses it",
        },
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, code } => write!(f, "{} (HTTP {status}, code {code})", words(*status, *code)),
            Self::Failed => f.write_str("Discord failed while it was at work"),
            Self::Wait(wait) => write!(f, "not before {} ms", wait.as_millis()),
            Self::NotDone(reason) | Self::NoAnswer(reason) => f.write_str(reason),
        }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        let reason = fault.to_string();
        match fault {
            Fault::Refused {
                code: code::UNKNOWN_WEBHOOK | code::UNKNOWN_INTERACTION | code::INVALID_TOKEN, ..
            } => Self::Expired(reason),
            Fault::Refused { status: 401, .. } => Self::TokenRefused(reason),
            Fault::Refused { code: code::CANNOT_MESSAGE | code::MUTUAL_SERVER, .. } => Self::Closed(reason),
            Fault::Refused { .. } => Self::Definite(reason),
            Fault::Wait(wait) => {
                Self::Transient { reason: "Discord asks for patience".to_owned(), retry_after: Some(wait) }
            }
            Fault::NotDone(_) => Self::Transient { reason, retry_after: None },
            Fault::Failed | Fault::NoAnswer(_) => Self::Unknown(reason),
        }
    }
}
