//! The question how full somebody's week is, and what follows from the answer.

use chat::{Card, Choice, Prominence, Text};

use crate::{
    engine::{Load, Setting, Tap},
    messages::{paragraph, say},
};

fn choice(setting: Setting, label: &str, prominence: Prominence) -> Choice {
    Choice { id: Tap::Set(setting).to_choice(), label: label.to_owned(), prominence }
}

/// Asks, with one tap to answer.
pub fn pulse_card() -> Card {
    let mut card = Card::new(say!("pulse-title"), Text::paragraph(say!("pulse-text")));
    card.choices = vec![
        choice(Setting::Load(Load::Ready), say!("pulse-ready"), Prominence::Usual),
        choice(Setting::Load(Load::Unsure), say!("pulse-unsure"), Prominence::Usual),
        choice(Setting::Load(Load::Overloaded), say!("pulse-overloaded"), Prominence::Usual),
        choice(Setting::NoPulse, say!("pulse-stop"), Prominence::Tucked),
    ];
    say!("pulse-footer").clone_into(&mut card.footer);
    card
}

/// Says what follows.
pub fn pulse_noted_card(load: Load) -> Card {
    let text = match load {
        Load::Overloaded => say!("pulse-noted-overloaded"),
        Load::Ready => say!("pulse-noted-ready"),
        Load::Unsure => say!("pulse-noted-unsure"),
    };
    let mut card = Card::new(say!("done"), paragraph(text));
    card.choices = vec![choice(Setting::NoPulse, say!("pulse-stop"), Prominence::Tucked)];
    card
}
