//! The words of a program's message: alerts stand in attachments and blocks beside a text that says little.

use serde_json::Value;

use crate::export::{plain_text, text as field};

/// Everything that can be read on a message, each thing once.
pub(super) fn every_word(entry: &Value) -> String {
    let mut parts = vec![plain_text(entry)];
    let bare = |of: &Value| {
        // Without its text, the words of its blocks remain.
        let mut of = of.clone();
        if let Some(fields) = of.as_object_mut() {
            fields.remove("text");
            fields.remove("attachments");
        }
        plain_text(&of)
    };
    parts.push(bare(entry));
    for attachment in entry["attachments"].as_array().into_iter().flatten() {
        let only = |name: &str| serde_json::json!({ "text": attachment[name] });
        for name in ["pretext", "author_name", "title", "title_link", "text"] {
            parts.push(plain_text(&only(name)));
        }
        for one in attachment["fields"].as_array().into_iter().flatten() {
            let value = of_any(&one["value"]);
            parts
                .push([field(one, "title").unwrap_or_default(), &value].join(": ").trim_matches([':', ' ']).to_owned());
        }
        parts.push(bare(attachment));
        for name in ["image_url", "thumb_url", "footer"] {
            parts.push(plain_text(&only(name)));
        }
        if parts.iter().all(|part| part.trim().is_empty()) {
            parts.push(plain_text(&only("fallback")));
        }
    }
    let mut said: Vec<String> = Vec::new();
    for part in parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        if !said.iter().any(|before| before.contains(part)) {
            said.push(part.to_owned());
        }
    }
    said.join("\n")
}

/// A value of a field, which some programs write as a number.
fn of_any(value: &Value) -> String {
    match value {
        Value::String(_) => plain_text(&serde_json::json!({ "text": value })),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => String::new(),
    }
}
