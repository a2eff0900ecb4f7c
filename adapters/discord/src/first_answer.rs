//! The first answer to an interaction, which Discord wants within three seconds.
//!
//! Invariants
//! - Pure: what was pressed or typed decides, nothing else.
//! - What the engine has to decide about is deferred; what it need not know of is answered right here: suggestions
//!   while somebody types, and the field behind a button.

use chat::{Field, Form, FormId};
use serde_json::{Value, json};

use crate::wire::{EPHEMERAL, text};

const PONG: u8 = 1;
const MESSAGE: u8 = 4;
const DEFERRED_MESSAGE: u8 = 5;
const DEFERRED_UPDATE: u8 = 6;
const SUGGESTIONS: u8 = 8;
const MODAL: u8 = 9;

const LABEL: u8 = 18;
const TEXT_INPUT: u8 = 4;
/// Characters of a modal's heading and of a label.
const HEADING: usize = 45;
/// Characters of a suggestion.
const SUGGESTION: usize = 100;
/// Suggestions at once.
const SUGGESTED: usize = 25;
/// Characters that a field takes.
const WRITTEN: u32 = 4_000;

/// A first answer.
#[derive(Debug, PartialEq)]
pub(crate) enum First {
    /// All there is to say.
    Only(Value),
    /// The engine's answer follows.
    Deferred(Value),
}

/// The first answer to an interaction. `form` gives a form that was offered, `suggest` what fits the letters typed.
pub(crate) fn first(data: &Value, form: impl Fn(&str) -> Option<Form>, suggest: impl Fn(&str) -> Vec<String>) -> First {
    let custom = data["data"]["custom_id"].as_str().unwrap_or_default();
    // In private an answer stays; elsewhere it is for one pair of eyes.
    let flags = if data["guild_id"].is_null() { 0 } else { EPHEMERAL };
    match data["type"].as_u64() {
        Some(1) => First::Only(json!({ "type": PONG })),
        Some(2) => First::Deferred(json!({ "type": DEFERRED_MESSAGE, "data": { "flags": flags } })),
        Some(3) if custom.starts_with("form:") => First::Only(modal(&field_behind(custom, &data["message"]))),
        Some(3) if custom.starts_with("ask:") => First::Only(match form(custom.trim_start_matches("ask:")) {
            Some(form) => modal(&form),
            None => json!({ "type": MESSAGE, "data": { "flags": EPHEMERAL, "content": "This form has expired.",
                "allowed_mentions": { "parse": [] } } }),
        }),
        Some(4) => First::Only(suggestions(&suggest(typed(&data["data"]).unwrap_or_default()))),
        Some(5) if data["message"].is_null() => {
            First::Deferred(json!({ "type": DEFERRED_MESSAGE, "data": { "flags": flags } }))
        }
        _ => First::Deferred(json!({ "type": DEFERRED_UPDATE })),
    }
}

/// What stands in the field that somebody is typing in.
fn typed(data: &Value) -> Option<&str> {
    let options = data["options"].as_array()?;
    options.iter().find_map(|option| if option["focused"] == true { option["value"].as_str() } else { typed(option) })
}

fn suggestions(texts: &[String]) -> Value {
    let fits = |text: &&String| !text.is_empty() && text.chars().count() <= SUGGESTION;
    let choices: Vec<_> =
        texts.iter().filter(fits).take(SUGGESTED).map(|text| json!({ "name": text, "value": text })).collect();
    json!({ "type": SUGGESTIONS, "data": { "choices": choices } })
}

/// The form behind a button of a card: one field, named as the button is.
fn field_behind(custom: &str, message: &Value) -> Form {
    let label = label_of(&message["components"], custom).unwrap_or_else(|| "Your own words".to_owned());
    Form {
        id: FormId::new(custom.trim_start_matches("form:")),
        title: label.clone(),
        fields: vec![Field { id: "text".to_owned(), label, value: String::new(), long: true }],
    }
}

fn label_of(components: &Value, custom: &str) -> Option<String> {
    components.as_array()?.iter().find_map(|component| {
        if component["custom_id"] == custom {
            return text(&component["label"]);
        }
        label_of(&component["components"], custom)
    })
}

/// A form as a modal.
pub(crate) fn modal(form: &Form) -> Value {
    let short = |text: &str| -> String {
        let text: String = text.chars().take(HEADING).collect();
        if text.trim().is_empty() { "…".to_owned() } else { text }
    };
    let fields = form.fields.iter().take(5).map(|field| {
        let mut input = json!({
            "type": TEXT_INPUT,
            "custom_id": field.id,
            "style": if field.long { 2 } else { 1 },
            "max_length": WRITTEN,
            // What was filled in before may be emptied.
            "required": field.value.is_empty(),
        });
        if !field.value.is_empty() {
            input["value"] = json!(field.value);
        }
        json!({ "type": LABEL, "label": short(&field.label), "component": input })
    });
    let fields: Vec<_> = fields.collect();
    json!({
        "type": MODAL,
        "data": { "custom_id": format!("form:{}", form.id), "title": short(&form.title), "components": fields },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(data: &Value) -> First {
        first(data, |_| None, |typed| vec![format!("{typed} and more"), "x".repeat(101)])
    }

    #[test]
    fn what_the_engine_decides_is_deferred() {
        let only_you = json!({ "type": 5, "data": { "flags": 64 } });
        assert_eq!(answer(&json!({ "type": 2, "guild_id": "1" })), First::Deferred(only_you));
        assert_eq!(answer(&json!({ "type": 2 })), First::Deferred(json!({ "type": 5, "data": { "flags": 0 } })));
        let click = json!({ "type": 3, "guild_id": "1", "data": { "custom_id": "choice:useful:1" } });
        assert_eq!(answer(&click), First::Deferred(json!({ "type": 6 })));
    }

    #[test]
    fn what_is_typed_is_completed_within_discords_limits() {
        let data = json!({ "type": 4, "data": { "options": [{ "name": "ask", "options": [
            { "name": "question", "value": "pri", "focused": true }] }] } });
        let choices = json!([{ "name": "pri and more", "value": "pri and more" }]);
        assert_eq!(answer(&data), First::Only(json!({ "type": 8, "data": { "choices": choices } })));
    }

    #[test]
    fn a_button_with_a_field_opens_it_under_its_own_label() {
        let row = json!({ "components": [{ "custom_id": "form:reflect:a", "label": "Write it down" }] });
        let data = json!({ "type": 3, "data": { "custom_id": "form:reflect:a" },
            "message": { "components": [{ "components": [row] }] } });
        let First::Only(modal) = answer(&data) else { panic!("a modal is all there is to say") };
        assert_eq!(modal["data"]["custom_id"], "form:reflect:a");
        assert_eq!(modal["data"]["components"][0]["label"], "Write it down");
    }
}
