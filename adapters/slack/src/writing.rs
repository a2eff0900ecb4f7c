//! How text is written and counted for Slack.
//!
//! Invariants
//! - Escaped text holds no `<` and no `>`, so it can name nobody and no channel.
//! - A count is never below Slack's own. Slack does not say what a character is; UTF-16 units of the text as it is sent
//!   are the most that it could be counting.

use serde_json::{Value, json};

/// Escapes the three signs that Slack gives a meaning to.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// `text` on one line, escaped; "…" where there is nothing to read, since Slack refuses empty text.
pub(crate) fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() { "…".to_owned() } else { escape(&line) }
}

/// A text object that Slack shows as it stands, `:names:` of emoji included.
pub(crate) fn plain_text(escaped: &str) -> Value {
    json!({ "type": "plain_text", "text": escaped, "emoji": false })
}

/// Length as Slack may count it.
pub(crate) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}
