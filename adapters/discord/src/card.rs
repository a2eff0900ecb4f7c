//! A card as a message of components.
//!
//! Invariants
//! - The order on screen is the card's: title, text, steps, picture, video, link, choices, footer; the only link of a
//!   short text stands beside it.
//! - The message allows no mention, whoever wrote what.

use chat::{Block, Card, Span};
use serde_json::{Value, json};

use crate::{
    choices::{self, can_be_button},
    limits::length,
    markdown::{self, each_line, escape, heading},
};

const SECTION: u8 = 9;
const TEXT_DISPLAY: u8 = 10;
const MEDIA_GALLERY: u8 = 12;
const SEPARATOR: u8 = 14;
const CONTAINER: u8 = 17;

/// The longest text beside which its link stands well: under more of it the button would hang at the top, far from the
/// end at which somebody wants to read on.
const BESIDE: usize = 400;

/// Says that the message is made of components.
pub(crate) const IS_COMPONENTS_V2: u64 = 1 << 15;

/// `card` as a message: `{ "flags": 32768, "components": […], "allowed_mentions": { "parse": [] } }`.
///
/// `picture_url` gives the address of a picture of the library (https, or `attachment://` for a file that the caller
/// sends along), or `None` where there is none: then the picture's description is shown instead.
pub fn components(card: &Card, picture_url: impl Fn(&str) -> Option<String>) -> Value {
    let picture = card.image.as_ref().map(|image| (image, picture_url(&image.file)));
    let mut parts = Vec::new();
    let mut text = running_text(card);
    match picture {
        Some((image, Some(url))) => {
            parts.extend(display(text));
            text = Vec::new();
            let mut item = json!({ "media": { "url": url } });
            if !image.alt.trim().is_empty() {
                item["description"] = json!(image.alt);
            }
            parts.push(json!({ "type": MEDIA_GALLERY, "items": [item] }));
        }
        Some((image, None)) => text.push(escape(&format!("Picture: {}", image.alt))),
        None => {}
    }
    let (buttons, written): (Vec<_>, Vec<_>) =
        links(card).into_iter().partition(|(label, url)| can_be_button(label, url));
    text.extend(
        written
            .into_iter()
            .map(|(label, url)| markdown::spans(&[Span::Link { label: label.to_owned(), url: url.to_owned() }])),
    );
    match (display(text), buttons.as_slice()) {
        (Some(shown), [(label, url)]) if is_short(&shown) => {
            let accessory = choices::link_button(label, url);
            parts.push(json!({ "type": SECTION, "components": [shown], "accessory": accessory }));
        }
        (shown, _) => {
            parts.extend(shown);
            parts.extend(choices::links(&buttons));
        }
    }
    parts.extend(choices::rows(card));
    if !card.footer.trim().is_empty() {
        if !parts.is_empty() {
            parts.push(json!({ "type": SEPARATOR }));
        }
        parts.push(json!({ "type": TEXT_DISPLAY, "content": each_line("-# ", &escape(&card.footer)) }));
    }
    if parts.is_empty() {
        // Discord refuses a message that says nothing.
        parts.push(json!({ "type": TEXT_DISPLAY, "content": "…" }));
    }
    json!({
        "flags": IS_COMPONENTS_V2,
        "components": [{ "type": CONTAINER, "components": parts }],
        "allowed_mentions": { "parse": [] },
    })
}

/// Text and steps.
pub(crate) fn body_text(card: &Card) -> String {
    let mut body = card.text.0.clone();
    if !card.steps.is_empty() {
        body.push(Block::Numbers(card.steps.clone()));
    }
    markdown::blocks(&body)
}

/// Title, text and steps, a paragraph each.
fn running_text(card: &Card) -> Vec<String> {
    let title = (!card.title.trim().is_empty()).then(|| heading("## ", &escape(&card.title)));
    title.into_iter().chain([body_text(card)]).collect()
}

/// The labels and addresses of what there is to watch and to read on.
pub(crate) fn links(card: &Card) -> Vec<(&str, &str)> {
    let video = card
        .video
        .iter()
        .flat_map(|video| [(video.label.as_str(), video.url.as_str()), ("Captions", video.captions_url.as_str())]);
    video.chain(card.link.iter().map(|link| (link.label.as_str(), link.url.as_str()))).collect()
}

/// True where a link has its place beside the text and not in a row of its own.
fn is_short(shown: &Value) -> bool {
    shown["content"].as_str().is_some_and(|text| length(text) <= BESIDE)
}

fn display(paragraphs: Vec<String>) -> Option<Value> {
    let mut shown = paragraphs;
    shown.retain(|paragraph| !paragraph.trim().is_empty());
    (!shown.is_empty()).then(|| json!({ "type": TEXT_DISPLAY, "content": shown.join("\n\n") }))
}
