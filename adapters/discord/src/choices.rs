//! What can be pressed on a card: a row of links, a row of buttons, and menus for the rest.
//!
//! Invariants
//! - At most five buttons stand in a row; what is left over goes into menus of at most 25 entries.
//! - Each `custom_id` is unique on the card and says what comes back: `choice:` and the [`chat::ChoiceId`], `form:` and
//!   the [`chat::FormId`]; a `more-…` menu gives the [`chat::ChoiceId`] as its value.
//!
//! A field to write into can't stand in a Discord message, so it is a button; pressing it opens the modal with the field.

use chat::{Card, Choice, Prominence, is_linkable};
use serde_json::{Value, json};

use crate::limits::{LABEL, LINK_ADDRESS, OPTIONS, ROW, length};

const ACTION_ROW: u8 = 1;
const BUTTON: u8 = 2;
const STRING_SELECT: u8 = 3;

const PRIMARY: u8 = 1;
const SECONDARY: u8 = 2;
const LINK: u8 = 5;

/// `text` on one line; "…" where there is nothing to read, since Discord refuses an empty label.
pub(crate) fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() { "…".to_owned() } else { line }
}

/// True where a link can be a button; elsewhere it is written into the text.
pub(crate) fn can_be_button(label: &str, url: &str) -> bool {
    is_linkable(url) && url.is_ascii() && length(url) <= LINK_ADDRESS && length(&one_line(label)) <= LABEL
}

/// A row of buttons that lead elsewhere.
pub(crate) fn links(links: &[(&str, &str)]) -> Option<Value> {
    row(links.iter().map(|(label, url)| link_button(label, url)).collect())
}

/// A button that leads elsewhere.
pub(crate) fn link_button(label: &str, url: &str) -> Value {
    json!({ "type": BUTTON, "style": LINK, "label": one_line(label), "url": url })
}

/// The rows of buttons and menus of `card`.
pub(crate) fn rows(card: &Card) -> Vec<Value> {
    let (buttons, menu) = card.buttons_and_menu(ROW - usize::from(card.input.is_some()));
    let mut first: Vec<_> = buttons.into_iter().map(button).collect();
    if let Some(input) = &card.input {
        first.push(json!({
            "type": BUTTON,
            "style": SECONDARY,
            "label": one_line(&input.label),
            "custom_id": format!("form:{}", input.form),
        }));
    }
    let menus = menu.chunks(OPTIONS).enumerate().filter_map(|(n, choices)| row(vec![select(n, choices)]));
    row(first).into_iter().chain(menus).collect()
}

fn row(elements: Vec<Value>) -> Option<Value> {
    let elements = Some(elements).filter(|elements| !elements.is_empty())?;
    Some(json!({ "type": ACTION_ROW, "components": elements }))
}

fn button(choice: &Choice) -> Value {
    json!({
        "type": BUTTON,
        "style": if choice.prominence == Prominence::Primary { PRIMARY } else { SECONDARY },
        "label": one_line(&choice.label),
        "custom_id": format!("choice:{}", choice.id),
    })
}

fn select(n: usize, choices: &[&Choice]) -> Value {
    let options: Vec<_> =
        choices.iter().map(|choice| json!({ "label": one_line(&choice.label), "value": choice.id })).collect();
    json!({ "type": STRING_SELECT, "custom_id": format!("more-{n}"), "placeholder": "More", "options": options })
}
