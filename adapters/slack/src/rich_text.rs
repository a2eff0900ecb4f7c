//! Running text as `rich_text` blocks, split where a reader would pause.
//!
//! Invariants
//! - Text stands in elements that Slack does not interpret; only a [`Span::Link`] to an https address becomes a link.
//! - A block holds at most [`BLOCK_CHARACTERS`], unless a single paragraph or point is longer.
//! - A list that is split goes on counting where it stopped.

use chat::{Block, Span, is_linkable};
use serde_json::{Value, json};

use crate::writing::length;

/// What one block may hold. Slack documents it for `section`; for `rich_text` nothing is documented.
pub(crate) const BLOCK_CHARACTERS: usize = 3_000;

/// Headings that get a gap above them: it takes a block of its own, and a message has only fifty.
const MOST_GAPS: usize = 10;

/// What is never split: a paragraph, a quotation, or one point of a list.
pub(crate) struct Piece {
    form: Form,
    elements: Vec<Value>,
    /// A heading: what it opens stands off from what is above.
    opens: bool,
    /// How much of [`BLOCK_CHARACTERS`] it takes.
    pub(crate) characters: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Paragraph,
    Quote,
    /// A point and its index, from zero.
    Point {
        ordered: bool,
        index: usize,
    },
}

/// The pieces of `text`, each with the index of the block it came from; what is empty is left out.
pub(crate) fn pieces(text: &[Block]) -> Vec<(usize, Piece)> {
    text.iter().enumerate().flat_map(|(n, block)| of_block(block).into_iter().map(move |piece| (n, piece))).collect()
}

/// The points of an ordered list.
pub(crate) fn steps(steps: &[Vec<Span>]) -> Vec<Piece> {
    points(steps, true)
}

/// A paragraph.
pub(crate) fn paragraph(spans: &[Span]) -> Option<Piece> {
    piece(Form::Paragraph, spans, None)
}

/// `pieces` as blocks, as few as can be; a heading begins another, since Slack leaves a gap between two.
pub(crate) fn blocks(pieces: Vec<Piece>) -> Vec<Value> {
    let mut blocks = Vec::new();
    let mut open: Vec<Piece> = Vec::new();
    let mut taken = 0;
    for piece in pieces {
        let stands_off = piece.opens && blocks.len() < MOST_GAPS;
        if !open.is_empty() && (stands_off || taken + piece.characters > BLOCK_CHARACTERS) {
            blocks.push(block(std::mem::take(&mut open)));
            taken = 0;
        }
        // One more for the line break that may follow.
        taken += piece.characters + 1;
        open.push(piece);
    }
    if !open.is_empty() {
        blocks.push(block(open));
    }
    blocks
}

fn of_block(block: &Block) -> Vec<Piece> {
    match block {
        Block::Heading(spans) => {
            let heading = piece(Form::Paragraph, spans, Some("bold"));
            heading.map(|heading| Piece { opens: true, ..heading }).into_iter().collect()
        }
        Block::Paragraph(spans) => paragraph(spans).into_iter().collect(),
        Block::Quote(spans) => piece(Form::Quote, spans, None).into_iter().collect(),
        Block::Bullets(items) => points(items, false),
        Block::Numbers(items) => points(items, true),
    }
}

fn points(items: &[Vec<Span>], ordered: bool) -> Vec<Piece> {
    let shown = items.iter().filter(|item| !element_list(item, None).is_empty());
    shown.enumerate().filter_map(|(index, item)| piece(Form::Point { ordered, index }, item, None)).collect()
}

fn piece(form: Form, spans: &[Span], manner: Option<&str>) -> Option<Piece> {
    let elements = element_list(spans, manner);
    let characters = spans.iter().map(characters).sum();
    (!elements.is_empty()).then_some(Piece { form, elements, opens: false, characters })
}

fn characters(span: &Span) -> usize {
    match span {
        Span::Plain(text) | Span::Bold(text) | Span::Italic(text) | Span::Code(text) => length(text),
        Span::Link { label, url } => length(label) + length(url) + 3,
    }
}

/// The elements of `spans`, all of them in `manner` too; none when there is nothing to read.
fn element_list(spans: &[Span], manner: Option<&str>) -> Vec<Value> {
    if Span::plain(spans).trim().is_empty() {
        return Vec::new();
    }
    let written = spans.iter().filter_map(|span| match span {
        Span::Plain(text) => text_in(text, &[]),
        Span::Bold(text) => text_in(text, &["bold"]),
        Span::Italic(text) => text_in(text, &["italic"]),
        Span::Code(text) => text_in(text, &["code"]),
        Span::Link { label, url } if is_linkable(url) => Some(link(label, url)),
        Span::Link { label, url } => text_in(&format!("{label} ({url})"), &[]),
    });
    written
        .map(|mut element| {
            if let Some(manner) = manner {
                element["style"][manner] = json!(true);
            }
            element
        })
        .collect()
}

fn text_in(text: &str, manners: &[&str]) -> Option<Value> {
    if text.is_empty() {
        return None;
    }
    let mut element = json!({ "type": "text", "text": text });
    for manner in manners {
        element["style"][manner] = json!(true);
    }
    Some(element)
}

fn link(label: &str, url: &str) -> Value {
    let label = if label.trim().is_empty() { url } else { label };
    json!({ "type": "link", "url": url, "text": label })
}

fn block(pieces: Vec<Piece>) -> Value {
    let mut elements: Vec<Value> = Vec::new();
    let mut before = None;
    for mut piece in pieces {
        match (before, piece.form) {
            (Some(Form::Point { index, .. }), Form::Point { index: next, .. }) if next == index + 1 => {
                if let Some(points) = elements.last_mut().and_then(|list| list["elements"].as_array_mut()) {
                    points.push(section(&piece.elements));
                }
            }
            (_, Form::Point { ordered, index }) => elements.push(list(ordered, index, &piece.elements)),
            (_, Form::Quote) => elements.push(json!({ "type": "rich_text_quote", "elements": piece.elements })),
            (previous, Form::Paragraph) => {
                // Two sections follow each other without a gap: a line break opens one.
                if previous == Some(Form::Paragraph) {
                    piece.elements.insert(0, json!({ "type": "text", "text": "\n" }));
                }
                elements.push(section(&piece.elements));
            }
        }
        before = Some(piece.form);
    }
    json!({ "type": "rich_text", "elements": elements })
}

fn section(elements: &[Value]) -> Value {
    json!({ "type": "rich_text_section", "elements": elements })
}

fn list(ordered: bool, index: usize, first: &[Value]) -> Value {
    let style = if ordered { "ordered" } else { "bullet" };
    let mut list = json!({ "type": "rich_text_list", "style": style, "elements": [section(first)] });
    if ordered && index > 0 {
        list["offset"] = json!(index);
    }
    list
}
