//! The cards by which somebody says a need in their own words, so that it is heard sooner.
//!
//! Invariants
//! - Whoever is asked for words is told there who reads them, what may become of them, and when they are erased.

use chat::{Block, Card, Choice, DeliveryId, FormId, FreeText, Prominence, Span, Text};

use crate::engine::{Admission, OWN_WORDS_DAYS, Tap};

/// What the id of the form begins with, before the card's delivery.
const FORM: &str = "own-words:";
/// At most 24 characters: Slack makes it a form's title.
const LABEL: &str = "Say it in your own words";

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
    let (id, label) = (Tap::OwnWords(delivery.clone()).to_choice(), LABEL.to_owned());
    card.choices.push(Choice { id, label, prominence: Prominence::Usual });
    card
}

/// The invitation as a card of its own, for the eyes of whom the other was for.
pub fn own_words_card(delivery: &DeliveryId) -> Card {
    let mut card = Card::new("How would you say it?", Text::paragraph(invitation()));
    card.input = Some(field(delivery));
    "Only you see this.".clone_into(&mut card.footer);
    card
}

/// What somebody wrote can't be taken as it is; they may write again.
pub fn own_words_refused_card(delivery: &DeliveryId, right: &str) -> Card {
    let text = format!("Nothing of it is kept. I can take {right}.");
    let mut card = Card::new("I could not take that", Text::paragraph(text));
    card.input = Some(field(delivery));
    card
}

/// What becomes of words that somebody gave.
pub fn own_words_noted_card(became: Admission) -> Card {
    let (title, text) = match became {
        Admission::New | Admission::Waiting => (
            "Thank you",
            format!(
                "Your words wait for whoever looks after this trigger, without your name. Nothing changes by them until \
                 somebody takes them as an example; otherwise they are erased, after {OWN_WORDS_DAYS} days at the latest."
            ),
        ),
        Admission::Known => {
            ("I know these words already", "They are an example of this trigger; nothing more is kept.".to_owned())
        }
        Admission::EnoughOfOne | Admission::Enough => (
            "Enough waits for review",
            "Nothing of this is kept: what was given before has to be looked at first. Thank you all the same."
                .to_owned(),
        ),
    };
    Card::new(title, Text::paragraph(text))
}

/// The delivery behind a form of ours.
pub fn own_words_for(form: &FormId) -> Option<DeliveryId> {
    form.as_str().strip_prefix(FORM).map(DeliveryId::new)
}

fn field(delivery: &DeliveryId) -> FreeText {
    FreeText { form: FormId::new(format!("{FORM}{delivery}")), label: LABEL.to_owned() }
}

fn invitation() -> String {
    format!(
        "If you like, say in one sentence how you would ask for it, and I may hear it sooner. It goes to whoever looks after \
         this trigger, without your name. They may make it an example, which colleagues can read; otherwise it is erased, \
         after {OWN_WORDS_DAYS} days at the latest. Better leave out names."
    )
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
        assert!(LABEL.len() <= 24);
    }
}
