//! A card as a Block Kit message.
//!
//! Invariants
//! - The order on screen is the card's: title, text, steps, picture, player, links, choices, footer.
//! - `text` says the whole card, for notifications and screen readers, and is never formatted.

use chat::{Card, Image, Span};
use serde_json::{Value, json};

use crate::{
    choices,
    rich_text::{self, Piece},
    video::player,
    writing::{escape, one_line, plain_text},
};

/// Where Slack finds a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// At a public https address.
    At(String),
    /// Among the workspace's files, by its id there.
    File(String),
}

/// What of a card Slack may refuse to show although it is well written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Embeds {
    /// Pictures and players.
    Shown,
    /// Their descriptions and links instead.
    Described,
}

/// `card` as a message: `{ "text": …, "mrkdwn": false, "blocks": […] }`.
///
/// `find` tells where a picture of the library is, or `None` where it can't be shown: then its description is shown
/// instead. The caller adds the channel and switches unfurling off.
pub fn blocks(card: &Card, find: impl FnOnce(&str) -> Option<Picture>) -> Value {
    let picture = card.image.as_ref().and_then(|image| find(&image.file));
    written(card, picture, Embeds::Shown)
}

/// The same, with its picture or without.
pub(crate) fn written(card: &Card, picture: Option<Picture>, embeds: Embeds) -> Value {
    let mut blocks = Vec::new();
    if !card.title.trim().is_empty() {
        blocks.push(json!({ "type": "header", "text": plain_text(&one_line(&card.title)) }));
    }
    blocks.extend(rich_text::blocks(running_text(card)));
    if let Some(image) = &card.image {
        blocks.extend(shown(image, picture.filter(|_| embeds == Embeds::Shown)));
    }
    blocks.extend(card.video.as_ref().filter(|_| embeds == Embeds::Shown).and_then(player));
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

fn shown(image: &Image, picture: Option<Picture>) -> Option<Value> {
    let alt = if image.alt.trim().is_empty() { "Picture" } else { &image.alt };
    match picture {
        Some(Picture::At(url)) => Some(json!({ "type": "image", "image_url": url, "alt_text": alt })),
        Some(Picture::File(id)) => Some(json!({ "type": "image", "slack_file": { "id": id }, "alt_text": alt })),
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
