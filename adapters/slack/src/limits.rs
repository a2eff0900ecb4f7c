//! What Slack can't show whole.
//!
//! Invariants
//! - Nothing is cut to fit: what is over a limit is named, and the author decides.
//! - Each limit has its number here and nowhere else, except where rendering obeys it (paragraphs to a block, entries
//!   to a menu).

use std::collections::HashSet;

use chat::{Card, Misfit};
use serde_json::Value;

use crate::{
    card::{Picture, blocks, described, fallback, links},
    choices::{SELECT_OPTIONS, arranged},
    rich_text::{self, BLOCK_CHARACTERS, Piece},
    writing::{escape, length, one_line},
};

const BLOCKS: usize = 50;
const HEADER: usize = 150;
const LABEL: usize = 75;
const ALT: usize = 2_000;
const ADDRESS: usize = 3_000;
const CONTEXT: usize = 3_000;
/// Of a menu entry; a button's value may be longer, and a choice may become either.
const VALUE: usize = 150;
const TEXT: usize = 40_000;
/// Of all blocks together, written as JSON. Slack documents none, yet answers `msg_blocks_too_long` from about 12,000
/// characters with an unknown share for each container (slackapi/bolt-js, issues 2509 and 2867).
const ALL_BLOCKS: usize = 12_000;

/// What of `card` Slack can't show whole; empty when the card fits.
pub fn fit(card: &Card) -> Vec<Misfit> {
    let mut misfits = Vec::new();
    misfits.extend(over("title", length(&one_line(&card.title)), HEADER));
    for (n, piece) in rich_text::pieces(&card.text.0) {
        misfits.extend(too_long(&format!("text[{n}]"), &piece));
    }
    for (n, piece) in rich_text::steps(&card.steps).iter().enumerate() {
        misfits.extend(too_long(&format!("steps[{n}]"), piece));
    }
    if let Some(image) = &card.image {
        misfits.extend(over("image.alt", length(&image.alt), ALT));
        misfits.extend(rich_text::paragraph(&described(image)).and_then(|piece| too_long("image.alt", &piece)));
    }
    misfits.extend(addresses(card));
    misfits.extend(links(card).iter().filter_map(|piece| too_long("link or video", piece)));
    misfits.extend(choices(card));
    misfits.extend(over("footer", length(&escape(&card.footer)), CONTEXT));
    misfits.extend(whole(card));
    misfits
}

fn over(part: &str, found: usize, limit: usize) -> Option<Misfit> {
    Misfit::over(part, found, limit, "characters")
}

fn too_long(part: &str, piece: &Piece) -> Option<Misfit> {
    over(part, piece.characters, BLOCK_CHARACTERS)
}

fn addresses(card: &Card) -> Vec<Misfit> {
    let link = card.link.iter().map(|link| ("link.url", &link.url));
    let video =
        card.video.iter().flat_map(|video| [("video.url", &video.url), ("video.captions_url", &video.captions_url)]);
    link.chain(video).filter_map(|(part, url)| over(part, length(url), ADDRESS)).collect()
}

fn choices(card: &Card) -> Vec<Misfit> {
    let mut misfits = Vec::new();
    let mut ids = HashSet::new();
    for (n, choice) in card.choices.iter().enumerate() {
        misfits.extend(over(&format!("choices[{n}].label"), length(&one_line(&choice.label)), LABEL));
        misfits.extend(over(&format!("choices[{n}].id"), length(choice.id.as_str()), VALUE));
        if !ids.insert(&choice.id) {
            misfits.extend(Misfit::over(format!("choices[{n}].id"), 2, 1, "choices of the same id"));
        }
    }
    if let Some(input) = &card.input {
        misfits.extend(over("input.label", length(&one_line(&input.label)), LABEL));
        misfits.extend(over("input.form", length(input.form.as_str()), VALUE));
    }
    misfits.extend(Misfit::over("choices", arranged(card).1.len(), SELECT_OPTIONS, "entries in the menu"));
    misfits
}

fn whole(card: &Card) -> Vec<Misfit> {
    // The address of the picture is not known here: room is kept for a long one.
    let message = blocks(card, |_| Some(Picture::At("x".repeat(500))));
    let count = message["blocks"].as_array().map_or(0, Vec::len);
    let size = length(&Value::to_string(&message["blocks"]));
    [
        Misfit::over("card", count, BLOCKS, "blocks"),
        over("card", length(&fallback(card)), TEXT),
        Misfit::over("card", size, ALL_BLOCKS, "characters of blocks"),
    ]
    .into_iter()
    .flatten()
    .collect()
}
