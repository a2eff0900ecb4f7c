//! Cards that answer somebody: no card, an exercise done, hello.

use chat::{Block, Card, Choice, DeliveryId, Prominence, Span, Text};

use super::asset_card;
use crate::{
    engine::{Need, Tap},
    library::{Asset, Library},
    messages::say,
};

/// Says that there is no card, and what comes nearest; or what there is at all.
pub fn nothing_good_card(library: &Library, near: &[Need]) -> Card {
    let choices: Vec<Choice> = near
        .iter()
        .filter_map(|need| library.triggers.get(&need.trigger))
        .filter_map(|trigger| library.assets.get(trigger.offer.first()?))
        .take(3)
        .map(|asset| Choice {
            id: Tap::Show(asset.id.clone()).to_choice(),
            label: asset.title.chars().take(75).collect(),
            prominence: Prominence::Usual,
        })
        .collect();
    let text = if choices.is_empty() {
        Text::paragraph(say!("nothing-skills")).then(Text(vec![Block::Bullets(skills(library))]))
    } else {
        Text::paragraph(say!("nothing-near"))
    };
    let mut card = Card::new(say!("nothing-title"), text);
    card.choices = choices;
    card
}

/// The titles of the skills, as many as a card lists.
fn skills(library: &Library) -> Vec<Vec<Span>> {
    library.skills.values().map(|skill| vec![Span::Plain(skill.title.clone())]).take(12).collect()
}

/// Says to somebody who writes on that their question has had its answer.
pub fn one_question_card() -> Card {
    Card::new(say!("one-question-title"), Text::paragraph(say!("one-question-text")))
}

/// What Kairos can do, for somebody who says hello or asks for help.
pub fn greeting_card(library: &Library) -> Card {
    Card {
        title: say!("greeting-title").to_owned(),
        text: Text::paragraphs([say!("greeting-how"), say!("greeting-skills")])
            .then(Text(vec![Block::Bullets(skills(library))])),
        footer: say!("greeting-footer").to_owned(),
        ..Card::default()
    }
}

/// Tells in the open that something private is waiting, and nothing about what it is.
pub fn waiting_card(id: &DeliveryId) -> Card {
    let mut card = Card::new(say!("waiting-title"), Text::paragraph(say!("waiting-text")));
    card.choices.push(Choice {
        id: Tap::Open(id.clone()).to_choice(),
        label: say!("waiting-open").to_owned(),
        prominence: Prominence::Primary,
    });
    card
}

/// A retrieval exercise after `chosen` was taken: what is said to it, and what holds.
pub fn exercise_answered_card(asset: &Asset, chosen: usize) -> Option<Card> {
    let answer = asset.answers.get(chosen)?;
    let mut text = asset.text.clone().then(Text(vec![
        Block::Paragraph(vec![Span::Plain(say!("you-chose").to_owned()), Span::Bold(answer.text.clone())]),
        Block::Paragraph(vec![Span::Plain(answer.feedback.clone())]),
    ]));
    if !answer.right {
        let holds: Vec<_> = asset.answers.iter().filter(|other| other.right).collect();
        for other in holds {
            text.0.push(Block::Paragraph(vec![
                Span::Plain(say!("what-holds").to_owned()),
                Span::Bold(other.text.clone()),
                Span::Plain(format!(". {}", other.feedback)),
            ]));
        }
    }
    Some(Card { text, footer: say!("only-you").to_owned(), ..asset_card(asset) })
}
