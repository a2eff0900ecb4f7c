//! The first answer to an interaction, which Discord wants within three seconds.
//!
//! Invariants
//! - Pure: what was pressed or typed decides, nothing else.
//! - What the engine has to decide about is deferred; what it need not know of is answered right here: suggestions
//!   while somebody types, and the field behind a button.

use chat::{Field, Form, FormId, Mistake};
use serde_json::{Value, json};

use crate::{
    markdown::escape,
    translate,
    wire::{EPHEMERAL, text},
};

const PONG: u8 = 1;
const MESSAGE: u8 = 4;
const DEFERRED_MESSAGE: u8 = 5;
const DEFERRED_UPDATE: u8 = 6;
const SUGGESTIONS: u8 = 8;
const MODAL: u8 = 9;

const ROW: u8 = 1;
const TEXT_INPUT: u8 = 4;
/// Characters of a modal's heading and of a label.
const HEADING: usize = 45;
/// Characters of a suggestion.
const SUGGESTION: usize = 100;
/// Suggestions at once.
const SUGGESTED: usize = 25;
/// Characters of a plain message.
const MOST_SAID: usize = 2_000;
/// What a field is called whose own name is not known any more.
pub(crate) const YOUR_WORDS: &str = "Your own words";
const EXPIRED: &str = "This form has expired. Press the button on the card or page again to open a new one.";
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

/// The first answer to an interaction. `label` stands on the button that was pressed, `form` gives a form that was
/// offered, `suggest` what fits the letters typed.
pub(crate) fn first(
    data: &Value,
    label: Option<String>,
    form: impl Fn(&str) -> Option<Form>,
    suggest: impl Fn(&str) -> Vec<String>,
) -> First {
    let custom = data["data"]["custom_id"].as_str().unwrap_or_default();
    let is_private = translate::is_private(data);
    match data["type"].as_u64() {
        Some(1) => First::Only(json!({ "type": PONG })),
        Some(2) => First::Deferred(deferred(true, is_private)),
        Some(3) if custom.starts_with("form:") => First::Only(modal(&field_behind(custom, label))),
        Some(3) if custom.starts_with("ask:") => First::Only(match form(custom.trim_start_matches("ask:")) {
            Some(form) => modal(&form),
            None => said(EXPIRED, &json!([])),
        }),
        Some(4) => First::Only(suggestions(&suggest(typed(&data["data"]).unwrap_or_default()))),
        Some(5) if data["message"].is_null() => First::Deferred(deferred(true, is_private)),
        _ => First::Deferred(deferred(false, is_private)),
    }
}

/// The first answer that leaves the engine time: "thinking…" for a new answer, nothing to see for a change. In private an
/// answer stays; elsewhere it is for one pair of eyes.
pub(crate) fn deferred(thinking: bool, is_private: bool) -> Value {
    if !thinking {
        return json!({ "type": DEFERRED_UPDATE });
    }
    json!({ "type": DEFERRED_MESSAGE, "data": { "flags": if is_private { 0 } else { EPHEMERAL } } })
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
fn field_behind(custom: &str, label: Option<String>) -> Form {
    let label = label.unwrap_or_else(|| YOUR_WORDS.to_owned());
    Form {
        id: FormId::new(custom.trim_start_matches("form:")),
        title: label.clone(),
        fields: vec![Field { id: "text".to_owned(), label, value: String::new(), long: true }],
    }
}

/// What stands on the component with this `custom_id`.
pub(crate) fn label_of(components: &Value, custom: &str) -> Option<String> {
    components.as_array()?.iter().find_map(|component| {
        if component["custom_id"] == custom {
            return text(&component["label"]);
        }
        label_of(&component["components"], custom)
    })
}

/// What is wrong in a form, and the button that opens it again.
pub(crate) fn mistaken(form: &Form, mistakes: &[Mistake]) -> Value {
    let label = |id: &str| form.fields.iter().find(|field| field.id == id).map_or("", |field| field.label.as_str());
    let wrong = mistakes.iter().map(|mistake| match label(&mistake.field) {
        "" => escape(&mistake.reason),
        label => format!("**{}**: {}", escape(label), escape(&mistake.reason)),
    });
    let content: String = wrong.collect::<Vec<_>>().join("\n").chars().take(MOST_SAID).collect();
    let button = json!({ "type": 2, "style": 1, "label": "Correct it", "custom_id": format!("ask:{}", form.id) });
    said(&content, &json!([{ "type": 1, "components": [button] }]))
}

fn said(content: &str, components: &Value) -> Value {
    json!({ "type": MESSAGE, "data": { "flags": EPHEMERAL, "content": content, "components": components,
        "allowed_mentions": { "parse": [] } } })
}

/// A form as a modal. Its inputs stand in rows: what is written below the newer labels serenity loses.
pub(crate) fn modal(form: &Form) -> Value {
    let short = |text: &str| -> String {
        let text: String = text.chars().take(HEADING).collect();
        if text.trim().is_empty() { "…".to_owned() } else { text }
    };
    let fields = form.fields.iter().take(5).map(|field| {
        let mut input = json!({
            "type": TEXT_INPUT,
            "custom_id": field.id,
            "label": short(&field.label),
            "style": if field.long { 2 } else { 1 },
            "max_length": WRITTEN,
            // What was filled in before may be emptied.
            "required": field.value.is_empty(),
        });
        if !field.value.is_empty() {
            input["value"] = json!(field.value);
        }
        json!({ "type": ROW, "components": [input] })
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
        let custom = data["data"]["custom_id"].as_str().unwrap_or_default();
        let label = label_of(&data["message"]["components"], custom);
        first(data, label, |_| None, |typed| vec![format!("{typed} and more"), "x".repeat(101)])
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
        assert_eq!(modal["data"]["components"][0]["components"][0]["label"], "Write it down");
    }

    #[test]
    fn others_who_read_along_do_not_see_an_answer() {
        let flags = |context: u8| match answer(&json!({ "type": 2, "context": context })) {
            First::Deferred(answer) => answer["data"]["flags"].clone(),
            First::Only(answer) => panic!("{answer}"),
        };
        assert_eq!(flags(1), 0, "in private an answer stays");
        assert_eq!(flags(2), EPHEMERAL, "between two people it is for one pair of eyes");
    }

    #[test]
    fn what_is_wrong_in_a_form_is_said_and_the_form_is_a_button_away() {
        let field = |id: &str| Field { id: id.into(), label: format!("Your {id}"), value: "noon".into(), long: false };
        let form =
            Form { id: FormId::new("hours"), title: "Hours".into(), fields: vec![field("days"), field("hours")] };
        let mistake = Mistake { field: "hours".into(), reason: "try 09:00-17:00".into() };
        let answer = mistaken(&form, &[mistake]);
        assert_eq!((&answer["type"], &answer["data"]["flags"]), (&json!(4), &json!(64)));
        assert_eq!(answer["data"]["content"].as_str().unwrap().replace('\\', ""), "**Your hours**: try 09:00-17:00");
        assert_eq!(answer["data"]["components"][0]["components"][0]["custom_id"], "ask:hours");
        let again = modal(&form);
        assert_eq!(again["data"]["components"][1]["components"][0]["value"], "noon", "what was typed stands there");
    }
}
