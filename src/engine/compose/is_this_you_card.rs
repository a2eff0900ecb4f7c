//! Asks somebody whom only an e-mail address leads to whether it is theirs, before any number about them comes.

use chat::{Block, Card, Choice, Prominence, Span, Text};

use crate::engine::{Tap, code_of};

/// The question.
pub fn is_this_you_card(address: &str) -> Card {
    let asks = vec![
        Span::Plain("Numbers and alerts about ".to_owned()),
        Span::Bold(address.to_owned()),
        Span::Plain(" would reach you here, in private.".to_owned()),
    ];
    let choice =
        |tap: &Tap, label: &str, prominence| Choice { id: tap.to_choice(), label: label.to_owned(), prominence };
    let code = code_of(address);
    Card {
        choices: vec![
            choice(&Tap::ItsMe(code.clone()), "Yes, that’s me", Prominence::Primary),
            choice(&Tap::NotMe(code), "Not me", Prominence::Usual),
        ],
        footer: "Nothing comes before you say yes.".to_owned(),
        ..Card::new("Is this you?", Text(vec![Block::Paragraph(asks)]))
    }
}

/// What is said to the answer.
pub fn is_this_you_answered_card(address: &str, is_them: bool) -> Card {
    let (title, text) = if is_them {
        ("Thanks", format!("When a number about {address} moves, you hear of it here. Nobody else does."))
    } else {
        ("Thanks", format!("Nothing about {address} will reach you."))
    };
    Card::new(title, Text::paragraph(text))
}
