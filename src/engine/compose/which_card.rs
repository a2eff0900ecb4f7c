//! The card that asks which of several topics is meant, and the one that says why a topic was not answered.

use chat::{Card, Choice, DeliveryId, Prominence, Text};

use crate::{
    engine::{Plan, Reason, Rule, Tap},
    library::{Library, Trigger},
    messages::say,
};

/// Asks which of the topics of a plan is meant; a tap opens that topic's card.
pub fn which_card(library: &Library, plan: &Plan, delivery: &DeliveryId) -> Card {
    let tap = |tap: Tap, label: &str, prominence| Choice { id: tap.to_choice(), label: label.to_owned(), prominence };
    let titles = plan.among.iter().enumerate().filter_map(|(index, of)| {
        let title: String = library.triggers.get(&of.trigger)?.title.chars().take(75).collect();
        Some(tap(Tap::Pick(delivery.clone(), index), &title, Prominence::Usual))
    });
    let mut card = Card::new(say!("which-title"), Text::paragraph(say!("which-text")));
    card.choices = titles.collect();
    card.choices.push(tap(Tap::NoneOfThese(delivery.clone()), say!("which-none"), Prominence::Usual));
    card.choices.push(tap(Tap::Why(delivery.clone()), say!("card-why"), Prominence::Tucked));
    if plan.unasked {
        card.choices.push(tap(Tap::Snooze(delivery.clone()), say!("card-snooze"), Prominence::Tucked));
    }
    card
}

/// The same card once a topic was chosen, or none of them.
pub fn picked_card(title: Option<&str>) -> Card {
    let text = match title {
        Some(title) => format!("✓ {title}"),
        None => say!("which-none-noted").to_owned(),
    };
    Card::new(say!("which-title"), Text::paragraph(text))
}

/// Says to somebody who asked why the topic they meant gets no card.
pub fn refused_card(trigger: &Trigger, because: Rule, reasons: &[Reason]) -> Card {
    let said = reasons.iter().rev().find(|reason| reason.rule == because && !reason.passed);
    let why = match because {
        Rule::Trigger => say!("refused-off", owner = &trigger.owner),
        Rule::Recovery => say!("refused-role").to_owned(),
        _ => said.map_or_else(|| because.label().to_owned(), |reason| reason.value.clone()),
    };
    let text = say!("refused-text", topic = &trigger.title, why = why);
    Card::new(say!("refused-title"), Text::paragraph(text))
}

/// Why nothing was said about what somebody wrote, for that person alone.
pub fn why_silent_card(trigger: &Trigger, because: Rule, reasons: &[Reason]) -> Card {
    let said = reasons.iter().rev().find(|reason| reason.rule == because && !reason.passed);
    let why =
        said.map_or_else(|| because.label().to_owned(), |reason| format!("{}: {}", because.label(), reason.value));
    let text = say!("silent-text", topic = &trigger.title, why = why);
    Card::new(say!("silent-title"), Text::paragraph(text))
}
