//! The question how full somebody's week is, and what follows from the answer.

use chat::{Card, Choice, Prominence, Text};

use crate::engine::{Load, Setting, Tap};

fn choice(setting: Setting, label: &str, prominence: Prominence) -> Choice {
    Choice { id: Tap::Set(setting).to_choice(), label: label.to_owned(), prominence }
}

/// Asks, with one tap to answer.
pub fn pulse_card() -> Card {
    let text =
        "One tap, and nobody else sees it. If you are overloaded you get only what you ask for, until I ask again.";
    let mut card = Card::new("How full is your week?", Text::paragraph(text));
    card.choices = vec![
        choice(Setting::Load(Load::Ready), "Ready for more", Prominence::Usual),
        choice(Setting::Load(Load::Unsure), "Unsure", Prominence::Usual),
        choice(Setting::Load(Load::Overloaded), "Overloaded", Prominence::Usual),
        choice(Setting::NoPulse, "Don't ask me again", Prominence::Tucked),
    ];
    "You wanted to be asked once a week.".clone_into(&mut card.footer);
    card
}

/// Says what follows.
pub fn pulse_noted_card(load: Load) -> Card {
    let text = match load {
        Load::Overloaded => {
            "Overloaded: until I ask again you get only what you ask for. /kairos me changes it any time."
        }
        Load::Ready => "Ready: all stays as it is, within your working hours and a small budget.",
        Load::Unsure => "Unsure: all stays as it is. If it becomes too much, /kairos snooze gives you a quiet week.",
    };
    let mut card = Card::new("Noted", Text::paragraph(text));
    card.choices = vec![choice(Setting::NoPulse, "Don't ask me again", Prominence::Tucked)];
    card
}
