//! What Kairos decided about a message, and why: shown beside the message.

use chat::{ChannelId, MessageId, Timestamp};
use serde::{Deserialize, Serialize};

/// One decision about one message, as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The message that was judged.
    pub message: MessageId,
    /// The channel it stands in.
    pub channel: ChannelId,
    /// What came out.
    pub outcome: Outcome,
    /// The decision in a sentence.
    pub headline: String,
    /// The title of the trigger that heard it, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<String>,
    /// Until when it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The rules that were asked, in order.
    #[serde(default)]
    pub reasons: Vec<Line>,
}

/// The outcomes a person can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It answers, or has answered.
    Speaks,
    /// It will, unless something changes.
    Waits,
    /// It says nothing.
    Silent,
    /// It would have, and something came in between.
    Cancelled,
}

/// One rule and what it said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The rule's name as people read it, e.g. `Channel is on`.
    pub rule: String,
    /// Whether the rule let it through.
    pub passed: bool,
    /// The value it saw, e.g. `live`.
    pub text: String,
}
