//! The card that a trigger brings, and the same card after a tap.

use chat::{Card, Choice, DeliveryId, Prominence, Text};

use super::asset_card;
use crate::{
    engine::{Plan, Tap},
    library::{Dip, Library, Trigger},
    messages::say,
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

    /// What the card says once it was tapped; `topic` is the trigger's title.
    fn thanks(self, topic: &str) -> String {
        match self {
            Self::Useful => say!("rated-useful").to_owned(),
            Self::NotForMe => say!("rated-not-for-me").to_owned(),
            Self::Know => say!("rated-known").to_owned(),
            Self::Snooze => say!("rated-snoozed").to_owned(),
            Self::Stop => say!("rated-stopped", topic = topic),
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
    let all = choice(&Tap::All(delivery.clone()), say!("card-all"), Prominence::Usual);
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
    card.footer = because(library, trigger, card.footer);
    Some(card)
}

/// How long the card takes, and why it is there.
fn because(library: &Library, trigger: &Trigger, takes: String) -> String {
    let skill = || library.skills.get(&trigger.skill).map_or(trigger.title.as_str(), |skill| skill.title.as_str());
    match &trigger.dip {
        None => say!("card-because", takes = takes, skill = skill()),
        Some(Dip { alert: Some(alert), .. }) => say!("card-because-alert", takes = takes, alert = alert),
        Some(Dip { measure, .. }) => {
            let measure = measure.as_ref().and_then(|id| library.measures.get(id));
            let measure = measure.map_or_else(skill, |measure| measure.title.as_str());
            say!("card-because-number", takes = takes, measure = measure)
        }
    }
}

fn choice(tap: &Tap, label: impl Into<String>, prominence: Prominence) -> Choice {
    Choice { id: tap.to_choice(), label: label.into(), prominence }
}

fn ratings(delivery: &DeliveryId) -> Vec<Choice> {
    vec![
        choice(&Tap::Useful(delivery.clone()), say!("card-useful"), Prominence::Usual),
        choice(&Tap::NotForMe(delivery.clone()), say!("card-not-for-me"), Prominence::Usual),
        choice(&Tap::Know(delivery.clone()), say!("card-known"), Prominence::Usual),
    ]
}

/// What stays after the card was rated: practice, reasons, more to read, and the ways out.
fn further(plan: &Plan, delivery: &DeliveryId, library: &Library) -> Vec<Choice> {
    let mut choices = Vec::new();
    if plan.molecule.scenario.is_some() {
        choices.push(choice(&Tap::Practise(delivery.clone()), say!("card-practise"), Prominence::Primary));
    }
    choices.push(choice(&Tap::Why(delivery.clone()), say!("card-why"), Prominence::Usual));
    for (index, id) in plan.molecule.assets.iter().enumerate().skip(1).take(2) {
        if let Some(asset) = library.assets.get(id) {
            choices.push(choice(&Tap::Also(delivery.clone(), index), shortened(&asset.title), Prominence::Tucked));
        }
    }
    choices.push(choice(&Tap::Snooze(delivery.clone()), say!("card-snooze"), Prominence::Tucked));
    choices.push(choice(&Tap::Stop(delivery.clone()), say!("card-stop"), Prominence::Tucked));
    choices
}

/// `Also: …`, within the 75 characters of a button.
fn shortened(title: &str) -> String {
    let label = say!("card-also", title = title);
    if label.chars().count() <= 75 { label } else { label.chars().take(74).chain(['…']).collect() }
}

/// The card of a `topic` after `rating`: it says so in place, and what was rated can't be rated again.
pub fn rated_card(card: &Card, delivery: &DeliveryId, topic: &str, rating: Rating) -> Card {
    let rated: Vec<_> = ratings(delivery).into_iter().map(|choice| choice.id).collect();
    let mut card = card.clone();
    card.choices.retain(|choice| !rated.contains(&choice.id));
    if matches!(rating, Rating::Snooze | Rating::Stop) {
        let ways_out = [Tap::Snooze(delivery.clone()), Tap::Stop(delivery.clone())].map(|tap| tap.to_choice());
        card.choices.retain(|choice| !ways_out.contains(&choice.id));
    }
    // Only what was tapped last is taken back by a tap.
    card.choices.retain(|choice| !matches!(Tap::read(&choice.id), Some(Tap::Undo(..))));
    card.choices.push(choice(&Tap::Undo(delivery.clone(), rating), say!("card-undo"), Prominence::Usual));
    card.footer = rating.thanks(topic);
    card
}
