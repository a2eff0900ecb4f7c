//! An asset as a card.

use chat::{Block, Card, Choice, FormId, FreeText, Prominence, Span, Text};

use crate::{
    engine::Tap,
    library::{Asset, AssetKind},
    messages::say,
};

/// Labels longer than this make way for letters, so that buttons stay readable on a telephone.
const LABEL_CHARS: usize = 60;

/// Everything an asset shows, without the taps that a delivery adds.
pub fn asset_card(asset: &Asset) -> Card {
    Card {
        title: asset.title.clone(),
        text: asset.text.clone(),
        steps: asset.steps.clone(),
        image: asset.image.clone(),
        link: asset.link.clone(),
        video: asset.video.clone(),
        choices: Vec::new(),
        input: asset
            .input
            .as_ref()
            .map(|label| FreeText { form: FormId::new(format!("reflect:{}", asset.id)), label: label.clone() }),
        footer: duration(asset),
    }
}

fn duration(asset: &Asset) -> String {
    let (seconds, minutes) = (asset.seconds, asset.seconds.div_ceil(60));
    match (asset.kind, seconds < 120) {
        (AssetKind::Video, true) => say!("card-seconds-watch", seconds = seconds),
        (AssetKind::Video, false) => say!("card-minutes-watch", minutes = minutes),
        (AssetKind::Audio, true) => say!("card-seconds-listen", seconds = seconds),
        (AssetKind::Audio, false) => say!("card-minutes-listen", minutes = minutes),
        (AssetKind::Reflection | AssetKind::Retrieval | AssetKind::Checklist, true) => {
            say!("card-seconds", seconds = seconds)
        }
        (AssetKind::Reflection | AssetKind::Retrieval | AssetKind::Checklist, false) => {
            say!("card-minutes", minutes = minutes)
        }
        (_, true) => say!("card-seconds-read", seconds = seconds),
        (_, false) => say!("card-minutes-read", minutes = minutes),
    }
}

/// A retrieval exercise with its answers as buttons.
pub fn exercise_card(asset: &Asset) -> Card {
    let answers: Vec<&str> = asset.answers.iter().map(|answer| answer.text.as_str()).collect();
    let (listed, labels) = options(&answers);
    let choices = labels
        .into_iter()
        .enumerate()
        .map(|(index, label)| Choice {
            id: Tap::Answer(asset.id.clone(), index).to_choice(),
            label,
            prominence: Prominence::Usual,
        })
        .collect();
    Card { text: asset.text.clone().then(listed), choices, footer: say!("only-you").to_owned(), ..asset_card(asset) }
}

/// Options as button labels; where one is too long for a button, they are listed by letter above the buttons.
pub fn options(texts: &[&str]) -> (Text, Vec<String>) {
    if texts.iter().all(|text| text.chars().count() <= LABEL_CHARS) {
        return (Text::default(), texts.iter().map(|text| (*text).to_owned()).collect());
    }
    let lettered = |index: usize| char::from(b'A' + u8::try_from(index % 26).unwrap_or(0)).to_string();
    let lines = texts
        .iter()
        .enumerate()
        .map(|(index, text)| Block::Paragraph(vec![Span::Bold(lettered(index)), Span::Plain(format!("  {text}"))]));
    (Text(lines.collect()), (0..texts.len()).map(lettered).collect())
}
