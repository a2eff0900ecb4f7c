//! What somebody writes after an answer: read with what went before, and answered at once.
//!
//! Invariants
//! - Only the person whom Kairos answered goes on from it; what others say in the thread is between people.
//! - In a practice that is open, what is typed is met before anything else: it is an answer to the scene.

use std::time::Duration;

use chat::{Card, Choice, Event, Message, Prominence, Text, What};

use super::{
    Changes, Cx, Handled,
    answers::{self, privately, tenant},
    feedback, people,
    practices::{self, Open},
    topics,
};
use crate::{
    engine::{Tap, asks, follows_on, is_addressed, likeness},
    library::TriggerId,
    messages::say,
    store::Offer,
};

/// How long after an answer a message in private may go on from it.
const GOES_ON: Duration = Duration::from_mins(30);
/// How many decisions are looked through for that answer.
const LOOK_BACK: u32 = 5;
/// How alike a typed answer and an option are from which on the option is proposed.
const NEAR_OPTION: f32 = 0.45;

/// The event as one that turns to Kairos, where it goes on from its answer in the thread; none where it does not.
pub(super) fn turned_to_us(cx: &Cx<'_>, event: &Event, message: &Message) -> Handled<Option<Event>> {
    let names_somebody =
        message.text.contains("<@") || message.text.split_whitespace().any(|word| word.starts_with('@'));
    if is_addressed(event) || event.place.is_private() || names_somebody {
        return Ok(None);
    }
    if !(asks(&message.text) || follows_on(&message.text)) {
        return Ok(None);
    }
    let Some(offer) = answered_in(cx, event)? else { return Ok(None) };
    let message = Message { mentions_us: true, ..message.clone() };
    Ok((offer.asker == event.by).then(|| Event { what: What::Message(message), ..event.clone() }))
}

/// What Kairos offered in the thread of an event.
fn answered_in(cx: &Cx<'_>, event: &Event) -> Handled<Option<Offer>> {
    let Some(opening) = &event.place.thread else { return Ok(None) };
    let cause = chat::EventId::new(format!("message:{}:{opening}", event.place.channel));
    let offers = cx.offers_about(&tenant(&event.place), &cause)?;
    Ok(offers.into_iter().rev().find(|offered| offered.state.is_said()).and_then(|offered| offered.offer))
}

/// What Kairos offered last where this was written: in the thread, or lately in private.
fn answered_before(cx: &Cx<'_>, event: &Event) -> Handled<Option<TriggerId>> {
    if !event.place.is_private() {
        return Ok(answered_in(cx, event)?.map(|offer| offer.plan.trigger));
    }
    let person = people::known(cx, &event.by)?.id;
    for decided in cx.decisions_of(&person, LOOK_BACK)? {
        let Some(delivery) = decided.delivery.filter(|_| decided.at + GOES_ON > cx.now()) else { continue };
        if let Some((item, offer)) = feedback::offer_behind(cx, &delivery)?
            && item.state.is_said()
            && offer.plan.among.is_empty()
        {
            return Ok(Some(offer.plan.trigger));
        }
    }
    Ok(None)
}

/// Answers what goes on from an answer of ours by the card of the same topic that fits it best; false where it does
/// not go on from one.
pub(super) fn follow_up(cx: &Cx<'_>, event: &Event, message: &Message, out: &mut Changes) -> Handled<bool> {
    if !follows_on(&message.text) {
        return Ok(false);
    }
    let Some(trigger) = answered_before(cx, event)? else { return Ok(false) };
    let order = cx.engine.order_of(&trigger, &message.text);
    topics::open_for(cx, event, message, (&trigger, &order), out)?;
    Ok(true)
}

/// Meets what somebody types while a practice is open: by its letter, or by the option that is nearest.
pub(super) fn typed_in_practice(cx: &Cx<'_>, event: &Event, message: &Message, out: &mut Changes) -> Handled<bool> {
    let Some(open) = practices::open_practice(cx, event)? else { return Ok(false) };
    if let Some(option) = letter(&message.text, open.turn.options.len()) {
        practices::take_typed(cx, event, &open, option, out);
        return Ok(true);
    }
    let options: Vec<&str> = open.turn.options.iter().map(String::as_str).collect();
    let alike = likeness(&message.text, &options);
    let nearest = alike.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
    let Some((option, _)) = nearest.filter(|(_, likeness)| **likeness >= NEAR_OPTION) else { return Ok(false) };
    let name = char::from(b'A' + u8::try_from(option % 26).unwrap_or(0));
    let title = say!("typed-nearest", option = name.to_string());
    let mut card = Card::new(title, Text::paragraph(open.turn.options[option].clone()));
    let tap = Tap::Turn(open.session.id.clone(), open.session.turn, option);
    let label = say!("typed-take", option = name.to_string());
    card.choices = vec![Choice { id: tap.to_choice(), label, prominence: Prominence::Primary }];
    say!("typed-footer").clone_into(&mut card.footer);
    let person = open.session.person.clone();
    out.stored.deliveries.push(answers::answer(cx, event, "typed", &person, privately(event), card));
    Ok(true)
}

/// Says the choices of an open practice again; false where none is open.
pub(super) fn choices_again(cx: &Cx<'_>, event: &Event, out: &mut Changes) -> Handled<bool> {
    let Some(Open { session, turn, .. }) = practices::open_practice(cx, event)? else { return Ok(false) };
    practices::show_turn(cx, event, &session, &turn, out);
    Ok(true)
}

/// The option that a text names by its letter or number: "B", "b)", "option 2".
fn letter(text: &str, options: usize) -> Option<usize> {
    let lower = text.trim().to_lowercase();
    let name = ["option", "answer", "choice", "antwort"].iter().find_map(|word| lower.strip_prefix(word));
    let name = name.unwrap_or(&lower).trim().trim_matches(|c: char| !c.is_alphanumeric());
    let mut signs = name.chars();
    let (sign, None) = (signs.next()?, signs.next()) else { return None };
    let index = match sign {
        'a'..='z' => u32::from(sign) - u32::from('a'),
        '1'..='9' => u32::from(sign) - u32::from('1'),
        _ => return None,
    };
    usize::try_from(index).ok().filter(|index| *index < options)
}

#[cfg(test)]
mod tests {
    use super::letter;

    #[test]
    fn an_option_is_named_by_its_letter_or_number_and_not_by_a_word() {
        for (text, option) in [("a", 0), ("B)", 1), ("option c", 2), ("2.", 1), (" C ", 2)] {
            assert_eq!(letter(text, 3), Some(option), "{text}");
        }
        for text in ["", "d", "4", "ask them", "I", "0", "option"] {
            assert_eq!(letter(text, 3), None, "{text}");
        }
    }
}
