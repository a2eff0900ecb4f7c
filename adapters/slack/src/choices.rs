//! What can be pressed on a card: one row of buttons, and a menu for the rest.
//!
//! Invariants
//! - At most five buttons stand in the row; what is left over goes into one menu behind them.
//! - Each element's `action_id` is unique on the card and says what its value is: `choice-…` and `more` carry a
//!   [`chat::ChoiceId`], `form` carries a [`chat::FormId`].
//!
//! A field to write into can't stand in a Slack message without a form around it, so it is a button; pressing it opens
//! the modal with the field.

use chat::{Card, Choice, Prominence};
use serde_json::{Value, json};

use crate::writing::{one_line, plain_text};

/// How many buttons stand in the row.
const ROW: usize = 5;
/// How many entries the small menu "…" may have.
const OVERFLOW_OPTIONS: usize = 5;
/// How many entries the larger menu "More" may have.
pub(crate) const SELECT_OPTIONS: usize = 100;

/// The buttons of `card`, and what stands in the menu behind them.
pub(crate) fn arranged(card: &Card) -> (Vec<&Choice>, Vec<&Choice>) {
    card.buttons_and_menu(ROW - usize::from(card.input.is_some()))
}

/// The `actions` block of `card`, where it needs one.
pub(crate) fn actions(card: &Card) -> Option<Value> {
    let (buttons, menu) = arranged(card);
    let mut elements: Vec<_> = buttons.into_iter().enumerate().map(|(n, choice)| button(n, choice)).collect();
    if let Some(input) = &card.input {
        elements.push(json!({
            "type": "button",
            "action_id": "form",
            "text": plain_text(&one_line(&input.label)),
            "value": input.form,
        }));
    }
    if !menu.is_empty() {
        elements.push(menu_of(&menu));
    }
    (!elements.is_empty()).then(|| json!({ "type": "actions", "block_id": "choices", "elements": elements }))
}

fn button(n: usize, choice: &Choice) -> Value {
    let mut button = json!({
        "type": "button",
        "action_id": format!("choice-{n}"),
        "text": plain_text(&one_line(&choice.label)),
        "value": choice.id,
    });
    if choice.prominence == Prominence::Primary {
        button["style"] = json!("primary");
    }
    button
}

fn menu_of(choices: &[&Choice]) -> Value {
    let options: Vec<_> = choices
        .iter()
        .map(|choice| json!({ "text": plain_text(&one_line(&choice.label)), "value": choice.id }))
        .collect();
    if options.len() <= OVERFLOW_OPTIONS {
        json!({ "type": "overflow", "action_id": "more", "options": options })
    } else {
        json!({ "type": "static_select", "action_id": "more", "placeholder": plain_text("More"), "options": options })
    }
}
