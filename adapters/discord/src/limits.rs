//! What Discord can't show whole.
//!
//! Invariants
//! - Nothing is cut to fit: what is over a limit is named, and the author decides.
//! - A character is a Unicode code point of the text as it is sent, escapes included: that is how Discord's API counts
//!   (discord/discord-api-docs, issue 1315).

use std::collections::HashSet;

use chat::{Card, Misfit};
use serde_json::Value;

use crate::{card::components, choices::one_line};

/// Buttons in a row.
pub(crate) const ROW: usize = 5;
/// Entries of a menu.
pub(crate) const OPTIONS: usize = 25;
/// Characters of a button's label.
pub(crate) const LABEL: usize = 80;
/// Characters of the address of a button that leads elsewhere.
pub(crate) const LINK_ADDRESS: usize = 512;

const CUSTOM_ID: usize = 100;
const DESCRIPTION: usize = 1_024;
const COMPONENTS: usize = 40;
/// Of all components together. Discord says "text"; labels and descriptions are counted too, to be on the safe side.
const ALL_TEXT: usize = 4_000;

/// Length as Discord counts it.
pub(crate) fn length(text: &str) -> usize {
    text.chars().count()
}

/// What of `card` Discord can't show whole; empty when the card fits.
pub fn fit(card: &Card) -> Vec<Misfit> {
    let mut misfits = Vec::new();
    if let Some(image) = &card.image {
        misfits.extend(over("image.alt", length(&image.alt), DESCRIPTION));
    }
    let mut ids = HashSet::new();
    for (n, choice) in card.choices.iter().enumerate() {
        misfits.extend(over(&format!("choices[{n}].label"), length(&one_line(&choice.label)), LABEL));
        let marked = length("choice:") + length(choice.id.as_str());
        misfits.extend(over(&format!("choices[{n}].id"), marked, CUSTOM_ID));
        if !ids.insert(&choice.id) {
            misfits.extend(Misfit::over(format!("choices[{n}].id"), 2, 1, "choices of the same id"));
        }
    }
    if let Some(input) = &card.input {
        misfits.extend(over("input.label", length(&one_line(&input.label)), LABEL));
        misfits.extend(over("input.form", length("form:") + length(input.form.as_str()), CUSTOM_ID));
    }
    misfits.extend(whole(card));
    misfits
}

fn over(part: &str, found: usize, limit: usize) -> Option<Misfit> {
    Misfit::over(part, found, limit, "characters")
}

fn whole(card: &Card) -> Vec<Misfit> {
    // With a picture there are more components, without one there is more text.
    let ways = [components(card, |_| Some(String::new())), components(card, |_| None)];
    let most =
        |measure: fn(&Value) -> usize| ways.iter().map(|way| measure(&way["components"])).max().unwrap_or_default();
    [Misfit::over("card", most(count), COMPONENTS, "components"), over("card", most(text), ALL_TEXT)]
        .into_iter()
        .flatten()
        .collect()
}

/// Components below `value`, nested ones included.
fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(object) => usize::from(object.contains_key("type")) + object.values().map(count).sum::<usize>(),
        _ => 0,
    }
}

/// Characters below `value` that somebody reads.
fn text(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(text).sum(),
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| match (key.as_str(), value) {
                ("content" | "label" | "description" | "placeholder", Value::String(read)) => length(read),
                _ => text(value),
            })
            .sum(),
        _ => 0,
    }
}
