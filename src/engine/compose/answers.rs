//! Cards that answer somebody: no card, the same question again, an exercise done.

use chat::{Block, Card, Choice, DeliveryId, Prominence, Span, Text};

use super::asset_card;
use crate::{
    engine::{Need, Tap},
    library::{Asset, Library},
    messages::say,
};

/// The share of its threshold from which on a need that was not heard is near enough to be offered.
const NEAR: f32 = 0.6;

/// Says that we have no card, with what is near where something is, and every skill.
pub fn nothing_good_card(library: &Library, near: &[Need]) -> Card {
    let near = near.iter().filter(|need| need.score >= need.threshold * NEAR);
    let topics = near.filter_map(|need| library.triggers.get(&need.trigger)).take(2);
    let mut choices: Vec<Choice> = topics
        .map(|trigger| Choice {
            id: Tap::Skill(trigger.skill.clone()).to_choice(),
            label: say!("nothing-maybe", topic = &trigger.title).chars().take(75).collect(),
            prominence: Prominence::Usual,
        })
        .collect();
    let others = super::skill_buttons(library);
    choices
        .extend(others.into_iter().filter(|skill| choices.iter().all(|near| near.id != skill.id)).collect::<Vec<_>>());
    let text = if choices.is_empty() {
        say!("nothing-words").to_owned()
    } else {
        format!("{} {}", say!("nothing-words"), say!("nothing-skills"))
    };
    let mut card = Card::new(say!("nothing-title"), Text::paragraph(text));
    card.choices = choices;
    card
}

/// Says to somebody who writes on that their question has had its answer.
pub fn one_question_card() -> Card {
    Card::new(say!("one-question-title"), Text::paragraph(say!("one-question-text")))
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
