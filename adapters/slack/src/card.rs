//! A card as a Block Kit message.
//!
//! Invariants
//! - The order on screen is the card's: title, text, steps, picture, video, link, choices, footer.
//! - `text` says the whole card, for notifications and screen readers, and is never formatted.

use chat::{Card, Image, Span};
use serde_json::{Value, json};

use crate::{
    choices,
    rich_text::{self, Piece},
    writing::{escape, one_line, plain_text},
};

/// `card` as a message: `{ "text": …, "mrkdwn": false, "blocks": […] }`.
///
/// `picture_url` gives the public https address of a picture of the library, or `None` where there is none: then the
/// picture's description is shown instead. The caller adds the channel and switches unfurling off.
pub fn blocks(card: &Card, picture_url: impl Fn(&str) -> Option<String>) -> Value {
    let mut blocks = Vec::new();
    if !card.title.trim().is_empty() {
        blocks.push(json!({ "type": "header", "text": plain_text(&one_line(&card.title)) }));
    }
    blocks.extend(rich_text::blocks(running_text(card)));
    if let Some(image) = &card.image {
        blocks.extend(picture(image, picture_url(&image.file)));
    }
    blocks.extend(rich_text::blocks(links(card)));
    blocks.extend(choices::actions(card));
    if !card.footer.trim().is_empty() {
        blocks.push(json!({ "type": "context", "elements": [plain_text(&escape(&card.footer))] }));
    }
    if blocks.is_empty() {
        // Slack refuses a message that says nothing.
        blocks.push(json!({ "type": "section", "text": plain_text("…") }));
    }
    json!({ "text": fallback(card), "mrkdwn": false, "blocks": blocks })
}

/// The whole card as one text.
pub(crate) fn fallback(card: &Card) -> String {
    let plain = card.plain();
    if plain.trim().is_empty() { "…".to_owned() } else { escape(&plain) }
}

/// Text and steps.
fn running_text(card: &Card) -> Vec<Piece> {
    let text = rich_text::pieces(&card.text.0).into_iter().map(|(_, piece)| piece);
    text.chain(rich_text::steps(&card.steps)).collect()
}

fn picture(image: &Image, url: Option<String>) -> Option<Value> {
    match url {
        Some(url) => {
            let alt = if image.alt.trim().is_empty() { "Picture" } else { &image.alt };
            Some(json!({ "type": "image", "image_url": url, "alt_text": alt }))
        }
        None => rich_text::blocks(rich_text::paragraph(&described(image)).into_iter().collect()).pop(),
    }
}

/// A picture that can't be shown.
pub(crate) fn described(image: &Image) -> [Span; 1] {
    [Span::Plain(format!("Picture: {}", image.alt))]
}

/// What there is to watch and to read on, a line each.
pub(crate) fn links(card: &Card) -> Vec<Piece> {
    let link = |label: &str, url: &str| Span::Link { label: label.to_owned(), url: url.to_owned() };
    let video = card.video.as_ref().map(|video| {
        vec![link(&video.label, &video.url), Span::Plain(" · ".to_owned()), link("Captions", &video.captions_url)]
    });
    let more = card.link.as_ref().map(|more| vec![link(&more.label, &more.url)]);
    [video, more].into_iter().flatten().filter_map(|spans| rich_text::paragraph(&spans)).collect()
}
