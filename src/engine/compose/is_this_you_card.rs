//! Asks somebody whom only an e-mail address leads to whether it is theirs, before any number about them comes.

use chat::{Card, Choice, Prominence, Text};

use crate::{
    engine::{Tap, code_of},
    messages::say,
};

/// The question.
pub fn is_this_you_card(address: &str) -> Card {
    let choice =
        |tap: &Tap, label: &str, prominence| Choice { id: tap.to_choice(), label: label.to_owned(), prominence };
    let code = code_of(address);
    Card {
        choices: vec![
            choice(&Tap::ItsMe(code.clone()), say!("is-this-you-yes"), Prominence::Primary),
            choice(&Tap::NotMe(code), say!("is-this-you-no"), Prominence::Usual),
        ],
        footer: say!("is-this-you-footer").to_owned(),
        ..Card::new(say!("is-this-you-title"), Text::paragraph(say!("is-this-you-text", address = address)))
    }
}

/// What is said to the answer.
pub fn is_this_you_answered_card(address: &str, is_them: bool) -> Card {
    let text = if is_them {
        say!("is-this-you-confirmed", address = address)
    } else {
        say!("is-this-you-denied", address = address)
    };
    Card::new(say!("is-this-you-thanks"), Text::paragraph(text))
}
