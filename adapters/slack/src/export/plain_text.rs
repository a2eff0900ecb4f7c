//! The words of a Slack message: without entities, link brackets and blocks, with mentions as `<@U123>`.

use serde_json::Value;

/// The text of an entry; where that is empty, the text of its blocks, and else of its attachments.
pub fn plain_text(entry: &Value) -> String {
    let text = entry["text"].as_str().map(decode).unwrap_or_default();
    if !text.trim().is_empty() {
        return text;
    }
    let mut parts = Vec::new();
    gather(&entry["blocks"], &mut parts);
    if parts.is_empty() {
        for attachment in entry["attachments"].as_array().into_iter().flatten() {
            attached(attachment, &mut parts);
        }
    }
    let text = parts.concat();
    text.trim().to_owned()
}

/// Text for people, out of Slack's own markup.
///
/// `<@U1|ana>` stays a mention (`<@U1>`), a link becomes its label, a channel `#name`, `<!here>` `@here`.
fn decode(markup: &str) -> String {
    let mut plain = String::with_capacity(markup.len());
    let mut rest = markup;
    while let Some(start) = rest.find('<') {
        plain.push_str(&unescape(&rest[..start]));
        let inside = &rest[start + 1..];
        let Some(end) = inside.find(['>', '<']).filter(|end| inside[*end..].starts_with('>')) else {
            plain.push('<');
            rest = inside;
            continue;
        };
        token(&inside[..end], &mut plain);
        rest = &inside[end + 1..];
    }
    plain.push_str(&unescape(rest));
    plain
}

/// What stood between `<` and `>`.
fn token(token: &str, plain: &mut String) {
    let (target, label) = token.split_once('|').unwrap_or((token, ""));
    let shown = unescape(if label.is_empty() { target } else { label });
    match target.as_bytes().first() {
        Some(b'@') => {
            plain.push('<');
            plain.push_str(target);
            plain.push('>');
        }
        Some(b'#') => {
            plain.push('#');
            plain.push_str(shown.trim_start_matches('#'));
        }
        Some(b'!') if target.starts_with("!date") => plain.push_str(&shown),
        Some(b'!') => {
            plain.push('@');
            plain.push_str(shown.trim_start_matches(['!', '@']));
        }
        _ => plain.push_str(&shown),
    }
}

/// Slack escapes three characters, and no others.
fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Collects the words of blocks at any depth, in order; a block ends its line.
fn gather(value: &Value, parts: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| gather(item, parts)),
        Value::Object(fields) => {
            match fields.get("type").and_then(Value::as_str) {
                Some("user") => push(fields.get("user_id"), parts, |id| format!("<@{id}>")),
                Some("emoji") => push(fields.get("name"), parts, |name| format!(":{name}:")),
                Some("link") if !fields.contains_key("text") => push(fields.get("url"), parts, str::to_owned),
                Some("mrkdwn") => push(fields.get("text"), parts, decode),
                _ => push(fields.get("text"), parts, str::to_owned),
            }
            for field in ["text", "fields", "elements", "title"] {
                if let Some(inner) = fields.get(field).filter(|inner| !inner.is_string()) {
                    gather(inner, parts);
                }
            }
            let ends_line =
                matches!(fields.get("type").and_then(Value::as_str), Some("section" | "header" | "rich_text_section"));
            if ends_line && !parts.is_empty() {
                parts.push("\n".into());
            }
        }
        _ => {}
    }
}

fn push(value: Option<&Value>, parts: &mut Vec<String>, shape: impl Fn(&str) -> String) {
    if let Some(text) = value.and_then(Value::as_str).filter(|text| !text.is_empty()) {
        parts.push(shape(text));
    }
}

/// An attachment's words; `fallback` says the same again, so it counts only where nothing else does.
fn attached(attachment: &Value, parts: &mut Vec<String>) {
    let before = parts.len();
    for field in ["pretext", "title", "text"] {
        if let Some(text) = attachment[field].as_str().filter(|text| !text.is_empty()) {
            parts.push(format!("{}\n", decode(text)));
        }
    }
    if parts.len() == before {
        gather(&attachment["blocks"], parts);
    }
    if parts.len() == before
        && let Some(text) = attachment["fallback"].as_str()
    {
        parts.push(format!("{}\n", decode(text)));
    }
}
