//! Whether everything on a card can be read.

use super::{Breach, Clause, sample_cards};
use crate::{Block, Card, Misfit, Span};

/// The texts of `card` that `visible` lacks, each with the part it belongs to.
///
/// White space may be laid out anew and invisible joints may be added; everything else has to be there.
pub fn missing(card: &Card, visible: &str) -> Vec<String> {
    let visible = laid_out_alike(visible);
    texts(card)
        .into_iter()
        .filter(|(_, text)| !visible.contains(&laid_out_alike(text)))
        .map(|(part, text)| format!("{part} {text:?}"))
        .collect()
}

/// Holds a renderer to clauses 4, 5 and 9 on every sample: what fits is readable whole, with nothing interpreted.
///
/// `visible` renders a card and gives what a reader sees of it (see [`super::Shown::text`]); `fit` names what the
/// platform can't show.
pub fn check_rendering(visible: impl Fn(&Card) -> String, fit: impl Fn(&Card) -> Vec<Misfit>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for sample in sample_cards() {
        let misfits = fit(&sample.card);
        if let (Some(misfit), true) = (misfits.first(), sample.must_fit) {
            breaches
                .push(Breach::new(Clause::KeepsLimits, format!("the card {:?} has no room: {misfit}", sample.name)));
        }
        if misfits.is_empty() {
            breaches.extend(not_whole(sample.name, &sample.card, &visible(&sample.card)));
        }
    }
    breaches
}

/// Texts that a reader of `visible` can't read: a markup sign that vanished was interpreted.
pub(super) fn not_whole(name: &str, card: &Card, visible: &str) -> Vec<Breach> {
    let clause = if matches!(name, "hostile" | "odd") { Clause::Inert } else { Clause::ShowsWhole };
    missing(card, visible)
        .into_iter()
        .map(|text| Breach::new(clause, format!("the card {name:?} is shown without its {text}")))
        .collect()
}

/// Joints that an adapter may put between two manners, and marks that text itself may bring along.
const INVISIBLE: [char; 2] = ['\u{200b}', '\u{2060}'];

fn laid_out_alike(text: &str) -> String {
    let seen: String = text.chars().filter(|sign| !INVISIBLE.contains(sign)).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every text of a card, with the part it belongs to.
fn texts(card: &Card) -> Vec<(&'static str, &str)> {
    let mut texts = vec![("title", card.title.as_str())];
    for block in &card.text.0 {
        match block {
            Block::Heading(spans) | Block::Paragraph(spans) | Block::Quote(spans) => {
                texts.extend(of_spans("text", spans));
            }
            Block::Bullets(items) | Block::Numbers(items) => {
                texts.extend(items.iter().flat_map(|item| of_spans("point", item)));
            }
        }
    }
    texts.extend(card.steps.iter().flat_map(|step| of_spans("step", step)));
    if let Some(image) = &card.image {
        texts.push(("description of the picture", &image.alt));
    }
    if let Some(video) = &card.video {
        texts.extend([("video", video.label.as_str()), ("video", &video.url), ("captions", &video.captions_url)]);
    }
    if let Some(link) = &card.link {
        texts.extend([("link", link.label.as_str()), ("link", &link.url)]);
    }
    texts.extend(card.choices.iter().map(|choice| ("choice", choice.label.as_str())));
    if let Some(input) = &card.input {
        texts.push(("input", &input.label));
    }
    texts.push(("footer", &card.footer));
    texts
}

fn of_spans<'a>(part: &'static str, spans: &'a [Span]) -> impl Iterator<Item = (&'static str, &'a str)> {
    spans.iter().flat_map(move |span| match span {
        Span::Plain(text) | Span::Bold(text) | Span::Italic(text) | Span::Code(text) => vec![(part, text.as_str())],
        Span::Link { label, url } => vec![(part, label.as_str()), ("link in the text", url.as_str())],
    })
}
