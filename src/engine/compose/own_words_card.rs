//! The cards by which somebody says a need in their own words, so that it is heard sooner.
//!
//! Invariants
//! - Whoever is asked for words is told there who reads them, what may become of them, and when they are erased.

use chat::{Block, Card, Choice, DeliveryId, FormId, FreeText, Prominence, Span, Text};

use crate::{
    engine::{Admission, OWN_WORDS_DAYS, Tap},
    messages::say,
};

/// What the id of the form begins with, before the card's delivery.
const FORM: &str = "own-words:";

/// A card that was found useful, with a field for the words in which it would have been sooner.
#[must_use]
pub fn with_own_words(mut card: Card, delivery: &DeliveryId) -> Card {
    card.text.0.push(Block::Paragraph(vec![Span::Plain(invitation())]));
    card.input = Some(field(delivery));
    card
}

/// A card that was found useful where all see it, with a button that asks for the words in private.
#[must_use]
pub fn with_way_to_own_words(mut card: Card, delivery: &DeliveryId) -> Card {
    let (id, label) = (Tap::OwnWords(delivery.clone()).to_choice(), label());
    card.choices.push(Choice { id, label, prominence: Prominence::Usual });
    card
}

/// The invitation as a card of its own, for the eyes of whom the other was for.
pub fn own_words_card(delivery: &DeliveryId) -> Card {
    let mut card = Card::new(say!("own-words-title"), Text::paragraph(invitation()));
    card.input = Some(field(delivery));
    say!("only-you").clone_into(&mut card.footer);
    card
}

/// What somebody wrote can't be taken as it is; they may write again.
pub fn own_words_refused_card(delivery: &DeliveryId, right: &str) -> Card {
    let text = say!("own-words-refused", right = right);
    let mut card = Card::new(say!("own-words-refused-title"), Text::paragraph(text));
    card.input = Some(field(delivery));
    card
}

/// What becomes of words that somebody gave.
pub fn own_words_noted_card(became: Admission) -> Card {
    let (title, text) = match became {
        Admission::New | Admission::Waiting => {
            (say!("own-words-thanks-title"), say!("own-words-thanks", days = OWN_WORDS_DAYS))
        }
        Admission::Known => (say!("own-words-known-title"), say!("own-words-known").to_owned()),
        Admission::EnoughOfOne | Admission::Enough => {
            (say!("own-words-enough-title"), say!("own-words-enough").to_owned())
        }
    };
    Card::new(title, Text::paragraph(text))
}

/// The delivery behind a form of ours.
pub fn own_words_for(form: &FormId) -> Option<DeliveryId> {
    form.as_str().strip_prefix(FORM).map(DeliveryId::new)
}

fn field(delivery: &DeliveryId) -> FreeText {
    FreeText { form: FormId::new(format!("{FORM}{delivery}")), label: label() }
}

/// At most 24 characters: Slack makes it a form's title.
fn label() -> String {
    say!("own-words-label").to_owned()
}

fn invitation() -> String {
    say!("own-words-invitation", days = OWN_WORDS_DAYS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_asked_is_told_what_becomes_of_it() {
        insta::assert_snapshot!(own_words_card(&DeliveryId::new("d1")).plain());
    }

    #[test]
    fn a_form_leads_back_to_its_card() {
        let card = with_own_words(Card::default(), &DeliveryId::new("d1"));
        assert_eq!(own_words_for(&card.input.unwrap().form), Some(DeliveryId::new("d1")));
        assert_eq!(own_words_for(&FormId::new("reflect:d1")), None);
        assert!(label().len() <= 24);
    }
}
