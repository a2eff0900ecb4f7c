//! The card that a trigger brings, and the same card after a tap.

use chat::{Card, Choice, DeliveryId, Prominence, Text};

use super::asset_card;
use crate::{
    engine::{Plan, Tap},
    library::{Library, Trigger},
};

/// What a person thought of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rating {
    /// It helped.
    Useful,
    /// It did not.
    NotForMe,
    /// It is known already.
    Know,
    /// Nothing unasked for a week.
    Snooze,
    /// This trigger no more.
    Stop,
}

impl Rating {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Useful, Self::NotForMe, Self::Know, Self::Snooze, Self::Stop];

    /// The rating that is stored by this name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rating| rating.as_str() == name)
    }

    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Useful => "useful",
            Self::NotForMe => "not_for_me",
            Self::Know => "know",
            Self::Snooze => "snooze",
            Self::Stop => "stop",
        }
    }

    /// What the card says once it was tapped.
    const fn thanks(self) -> &'static str {
        match self {
            Self::Useful => "Noted: useful. Thank you.",
            Self::NotForMe => "Noted: not for you. It counts against this trigger.",
            Self::Know => "Noted: you know this. It rests; something else may come instead.",
            Self::Snooze => "Quiet for a week: nothing unasked reaches you. Ask any time.",
            Self::Stop => "Stopped: this trigger won't reach you again.",
        }
    }
}

/// The first asset of `plan` at a glance with everything one tap away, or the topics to choose from. `None` when the library no longer
/// has it.
pub fn offer_card(library: &Library, trigger: &Trigger, plan: &Plan, delivery: &DeliveryId) -> Option<Card> {
    if !plan.among.is_empty() {
        return Some(super::which_card(library, plan, delivery));
    }
    let whole = whole_offer_card(library, trigger, plan, delivery)?;
    let Some(mut short) = super::short_card(&whole) else { return Some(whole) };
    let all = choice(&Tap::All(delivery.clone()), "Show all", Prominence::Usual);
    let place = short.choices.iter().position(|choice| choice.prominence == Prominence::Tucked);
    short.choices.insert(place.unwrap_or(short.choices.len()), all);
    Some(short)
}

/// The same with everything that the asset says.
pub fn whole_offer_card(library: &Library, trigger: &Trigger, plan: &Plan, delivery: &DeliveryId) -> Option<Card> {
    if !plan.among.is_empty() {
        return Some(super::which_card(library, plan, delivery));
    }
    let asset = library.assets.get(plan.molecule.assets.first()?)?;
    let mut card = asset_card(asset);
    if let Some(dip) = &trigger.dip {
        card.text = Text::paragraph(dip.message.clone()).then(card.text);
    }
    card.choices = ratings(delivery);
    card.choices.extend(further(plan, delivery, library));
    card.footer = format!("{} · Here because: {}", card.footer, trigger.title);
    Some(card)
}

fn choice(tap: &Tap, label: impl Into<String>, prominence: Prominence) -> Choice {
    Choice { id: tap.to_choice(), label: label.into(), prominence }
}

fn ratings(delivery: &DeliveryId) -> Vec<Choice> {
    vec![
        choice(&Tap::Useful(delivery.clone()), "Useful", Prominence::Usual),
        choice(&Tap::NotForMe(delivery.clone()), "Not for me", Prominence::Usual),
        choice(&Tap::Know(delivery.clone()), "I know this", Prominence::Usual),
    ]
}

/// What stays after the card was rated: practice, reasons, more to read, and the ways out.
fn further(plan: &Plan, delivery: &DeliveryId, library: &Library) -> Vec<Choice> {
    let mut choices = Vec::new();
    if plan.molecule.scenario.is_some() {
        choices.push(choice(&Tap::Practise(delivery.clone()), "Practise this", Prominence::Primary));
    }
    choices.push(choice(&Tap::Why(delivery.clone()), "Why this?", Prominence::Usual));
    for (index, id) in plan.molecule.assets.iter().enumerate().skip(1).take(2) {
        if let Some(asset) = library.assets.get(id) {
            choices.push(choice(&Tap::Also(delivery.clone(), index), shortened(&asset.title), Prominence::Tucked));
        }
    }
    choices.push(choice(&Tap::Snooze(delivery.clone()), "Quiet for a week", Prominence::Tucked));
    choices.push(choice(&Tap::Stop(delivery.clone()), "Stop this trigger for me", Prominence::Tucked));
    choices
}

/// `Also: …`, within the 75 characters of a button.
fn shortened(title: &str) -> String {
    let label = format!("Also: {title}");
    if label.chars().count() <= 75 { label } else { label.chars().take(74).chain(['…']).collect() }
}

/// The card after `rating`: it says so in place, and what was rated can't be rated again.
pub fn rated_card(card: &Card, delivery: &DeliveryId, rating: Rating) -> Card {
    let rated: Vec<_> = ratings(delivery).into_iter().map(|choice| choice.id).collect();
    let mut card = card.clone();
    card.choices.retain(|choice| !rated.contains(&choice.id));
    if matches!(rating, Rating::Snooze | Rating::Stop) {
        let ways_out = [Tap::Snooze(delivery.clone()), Tap::Stop(delivery.clone())].map(|tap| tap.to_choice());
        card.choices.retain(|choice| !ways_out.contains(&choice.id));
    }
    // Only what was tapped last is taken back by a tap.
    card.choices.retain(|choice| !matches!(Tap::read(&choice.id), Some(Tap::Undo(..))));
    card.choices.push(choice(&Tap::Undo(delivery.clone(), rating), "Undo", Prominence::Usual));
    card.footer = format!("✓ {}", rating.thanks());
    card
}
