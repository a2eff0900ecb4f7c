//! Reads a raw event back. An odd field never loses a message's text; what can't be read is named, never quoted.

use chat::{Event, EventId, Identity, Message, Place, Timestamp, Unreadable, What};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The kinds of happening that are known here; others don't matter to us.
const KINDS: [&str; 8] = ["message", "edited", "deleted", "reaction", "joined", "command", "choice", "form"];

/// The events in a raw text.
pub(crate) fn events(raw: &str) -> Result<Vec<Event>, Unreadable> {
    let value: Value = serde_json::from_str(raw)
        .map_err(|error| Unreadable(format!("not JSON at line {}, column {}", error.line(), error.column())))?;
    let what = value.get("what").ok_or_else(|| missing("what"))?;
    let kind = what.get("kind").and_then(Value::as_str).ok_or_else(|| missing("what.kind"))?;
    if !KINDS.contains(&kind) {
        return Ok(Vec::new());
    }
    let place: Place = part(&value, "place")?;
    let by: Identity = part(&value, "by")?;
    let id: EventId = part(&value, "id")?;
    let at: Timestamp = part(&value, "at")?;
    let what = match kind {
        "message" => What::Message(message(what)?),
        "edited" => What::Edited(message(what)?),
        _ => serde_json::from_value(what.clone()).map_err(|_| Unreadable(format!("what (a {kind})")))?,
    };
    Ok(vec![Event { id, at, place, by, what }])
}

/// A message needs an id and a text; everything else may be odd.
fn message(what: &Value) -> Result<Message, Unreadable> {
    let text = |name: &str| what.get(name).and_then(Value::as_str).ok_or_else(|| missing(&format!("what.{name}")));
    let flag = |name: &str| what.get(name).and_then(Value::as_bool).unwrap_or(false);
    Ok(Message {
        id: text("id")?.into(),
        text: text("text")?.to_owned(),
        by_bot: flag("by_bot"),
        mentions_us: flag("mentions_us"),
        replies_to: what.get("replies_to").and_then(Value::as_str).map(Into::into),
    })
}

fn part<T: DeserializeOwned>(value: &Value, name: &str) -> Result<T, Unreadable> {
    let found = value.get(name).ok_or_else(|| missing(name))?;
    serde_json::from_value(found.clone()).map_err(|_| Unreadable(format!("{name} has another shape")))
}

fn missing(name: &str) -> Unreadable {
    Unreadable(format!("{name} is missing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &str = r#"{"id":"playground:1-1","at":1,"place":{"platform":"playground","workspace":"playground",
        "channel":"deals","privacy":"shared"},"by":{"platform":"playground","workspace":"playground","user":"ana"},
        "what":{"kind":"message","id":"1-1","text":"too expensive?","by_bot":7,"extra":{"a":1}},"new":true}"#;

    #[test]
    fn an_odd_field_does_not_lose_the_text() {
        let events = events(RAW).unwrap();
        let What::Message(message) = &events[0].what else { panic!("a message") };
        assert_eq!((message.text.as_str(), message.by_bot), ("too expensive?", false));
    }

    #[test]
    fn what_cannot_be_read_is_named_and_not_quoted() {
        for raw in ["secret", "{\"what\":{\"kind\":\"message\"}}", &RAW.replace("\"text\"", "\"txet\""), &RAW[..90]] {
            let Unreadable(reason) = events(raw).unwrap_err();
            assert!(!reason.contains("secret") && !reason.contains("expensive"), "{reason}");
        }
    }

    #[test]
    fn an_unknown_kind_does_not_matter() {
        assert_eq!(events(&RAW.replace("\"kind\":\"message\"", "\"kind\":\"huddle\"")), Ok(Vec::new()));
    }
}
