//! A turn of a practice as a card.

use chat::{AssetId, Block, Card, Choice, Prominence, Span, Text};

use super::{Session, Turn};
use crate::{
    engine::{Tap, compose::options},
    library::Scenario,
    messages::say,
};

/// The card of a turn; at the end with a retrieval exercise to go on with, where the skill has one.
pub fn turn_card(scenario: &Scenario, session: &Session, turn: &Turn, exercise: Option<&AssetId>) -> Card {
    let mut blocks: Vec<Block> =
        turn.feedback.iter().map(|line| Block::Quote(vec![Span::Italic(line.clone())])).collect();
    blocks.extend(turn.scene.iter().map(|line| Block::Paragraph(vec![Span::Plain(line.clone())])));
    if !turn.debrief.is_empty() {
        blocks.push(Block::Heading(vec![Span::Plain(say!("practice-takeaway").to_owned())]));
        blocks.extend(turn.debrief.iter().map(|line| Block::Paragraph(vec![Span::Plain(line.clone())])));
    }
    let texts: Vec<&str> = turn.options.iter().map(String::as_str).collect();
    let (listed, labels) = options(&texts);
    let mut choices: Vec<Choice> = labels
        .into_iter()
        .enumerate()
        .map(|(index, label)| Choice {
            id: Tap::Turn(session.id.clone(), session.turn, index).to_choice(),
            label,
            prominence: Prominence::Usual,
        })
        .collect();
    if turn.is_last() {
        choices.extend(after_the_end(scenario, exercise));
    }
    Card {
        title: scenario.title.clone(),
        text: Text(blocks).then(listed),
        choices,
        footer: if turn.is_last() {
            say!("practice-done").to_owned()
        } else {
            say!("practice-step", step = session.turn + 1, steps = scenario.turns.1)
        },
        ..Card::default()
    }
}

fn after_the_end(scenario: &Scenario, exercise: Option<&AssetId>) -> Vec<Choice> {
    let again = Choice {
        id: Tap::Start(scenario.id.clone()).to_choice(),
        label: say!("practice-again").to_owned(),
        prominence: Prominence::Usual,
    };
    let question = exercise.map(|id| Choice {
        id: Tap::Show(id.clone()).to_choice(),
        label: say!("practice-question").to_owned(),
        prominence: Prominence::Primary,
    });
    question.into_iter().chain([again]).collect()
}

/// The card of a turn once `option` was taken: it says which, and offers no buttons, so that nobody taps twice.
pub fn taken_card(card: &Card, option_text: &str) -> Card {
    let mut card = card.clone();
    card.choices.clear();
    card.text
        .0
        .push(Block::Paragraph(vec![Span::Plain(say!("you-chose").to_owned()), Span::Bold(option_text.to_owned())]));
    card
}
