//! Cards for those who answer for triggers: what people's taps made of them.

use chat::{Block, Card, Choice, Prominence, Span, Text};

use crate::{
    engine::{SteeredTrigger, Tap},
    library::{Library, Trigger},
};

/// Triggers that are listed.
const LISTED: usize = 20;
/// Triggers that can be let speak again from one card.
const BUTTONS: usize = 4;

fn let_speak(trigger: &Trigger, label: &str) -> Choice {
    let label = label.chars().take(75).collect();
    Choice { id: Tap::LetSpeak(trigger.id.clone()).to_choice(), label, prominence: Prominence::Usual }
}

/// Says that a trigger pauses itself, why, and what can be done.
pub fn paused_card(trigger: &Trigger, why: &str) -> Card {
    let mut card = Card::new(
        format!("“{}” pauses itself", trigger.title),
        Text::paragraphs([
            format!("{why}. Unasked it says nothing any more; whoever asks for it still gets its card.").as_str(),
            "Worth a look before it speaks again: do its examples still say the need, and does its first card answer it?",
        ]),
    );
    card.choices.push(let_speak(trigger, "Let it speak again"));
    card
}

/// What taps made of every trigger.
pub fn steered_card(library: &Library, steered: &[SteeredTrigger]) -> Card {
    let known: Vec<_> = steered.iter().filter_map(|(id, state)| Some((library.triggers.get(id)?, state))).collect();
    let points: Vec<Vec<Span>> = known
        .iter()
        .take(LISTED)
        .map(|(trigger, state)| {
            let mut said = Vec::new();
            if let Some(why) = &state.paused {
                said.push(format!("pauses: {why}"));
            }
            if !state.learnt.is_empty() {
                said.push(state.learnt.clone());
            }
            if said.is_empty() {
                said.push("was let speak again".to_owned());
            }
            vec![Span::Bold(trigger.title.clone()), Span::Plain(format!(": {}.", said.join("; ")))]
        })
        .collect();
    if points.is_empty() {
        let text = "Nothing yet: a trigger changes once three people have said what they think of its cards.";
        return Card::new("What taps made of the triggers", Text::paragraph(text));
    }
    let paused = known.iter().filter(|(_, state)| state.paused.is_some()).take(BUTTONS);
    Card {
        title: "What taps made of the triggers".to_owned(),
        text: Text(vec![Block::Bullets(points)]),
        choices: paused
            .map(|(trigger, _)| let_speak(trigger, &format!("Let speak again: {}", trigger.title)))
            .collect(),
        ..Card::default()
    }
}
