//! Every card that can come of a library: what is offered, shown, asked and practised.

use std::collections::BTreeSet;

use chat::{AssetId, Card, DeliveryId, PersonId, Timestamp};

use crate::{
    engine::{
        Audience, Molecule, Plan,
        compose::{Rating, asset_card, exercise_answered_card, exercise_card, offer_card, rated_card},
    },
    library::{Library, MadeOf, Scenario, ShownCard, Trigger},
    practice::{Session, begin, take, taken_card, turn_card},
};

/// Turns of one scenario that are shown; a longer one is shown by its beginning.
const TURNS: usize = 300;
/// As long as the ids that Kairos gives.
const AN_ID: &str = "01JXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX";

/// Every card that can come of `library`.
pub fn of(library: &Library) -> Vec<ShownCard> {
    let mut cards = Vec::new();
    for (id, asset) in &library.assets {
        let own = if asset.answers.is_empty() { asset_card(asset) } else { exercise_card(asset) };
        let answered = (0..asset.answers.len()).filter_map(|chosen| exercise_answered_card(asset, chosen));
        cards.extend(answered.chain([own]).map(|card| ShownCard { of: MadeOf::Asset(id.clone()), card }));
    }
    for trigger in library.triggers.values() {
        cards.extend(offers(library, trigger));
    }
    for scenario in library.scenarios.values() {
        let of = MadeOf::Scenario(scenario.id.clone());
        cards.extend(turns(library, scenario).into_iter().map(|card| ShownCard { of: of.clone(), card }));
    }
    cards
}

/// What a trigger offers: each asset as the first, the others one tap away. A title too many is told of its own asset.
fn offers(library: &Library, trigger: &Trigger) -> Vec<ShownCard> {
    let delivery = DeliveryId::new(AN_ID);
    let card = |assets: Vec<AssetId>| {
        let molecule = Molecule { assets, scenario: trigger.practise.clone() };
        let plan = Plan {
            trigger: trigger.id.clone(),
            person: PersonId::new(AN_ID),
            to: Audience::Thread,
            molecule,
            shadow: false,
            unasked: true,
            among: Vec::new(),
        };
        offer_card(library, trigger, &plan, &delivery)
    };
    let mut cards = Vec::new();
    for first in &trigger.offer {
        let alone = card(vec![first.clone()]).into_iter();
        cards.extend(alone.map(|card| ShownCard { of: MadeOf::Asset(first.clone()), card }));
        let others: Vec<&AssetId> = trigger.offer.iter().filter(|other| *other != first).collect();
        for other in &others {
            let both = card(vec![first.clone(), (*other).clone()]).into_iter();
            cards.extend(both.map(|card| ShownCard { of: MadeOf::Asset((*other).clone()), card }));
        }
        let whole = card([first].into_iter().chain(others).cloned().collect());
        let rated =
            whole.iter().flat_map(|card| Rating::ALL.map(|rating| rated_card(card, &delivery, &trigger.title, rating)));
        let whole = rated.collect::<Vec<_>>().into_iter().chain(whole);
        cards.extend(whole.map(|card| ShownCard { of: MadeOf::Trigger(trigger.id.clone()), card }));
    }
    cards
}

/// The turns of a scenario, by every way, as far as they are few.
fn turns(library: &Library, scenario: &Scenario) -> Vec<Card> {
    let exercise = library.assets.values().find(|asset| !asset.answers.is_empty()).map(|asset| &asset.id);
    let mut session = Session {
        id: chat::SessionId::new(AN_ID),
        person: PersonId::new(AN_ID),
        scenario: scenario.id.clone(),
        turn: 0,
        state: String::new(),
        started_at: Timestamp::default(),
        finished_at: None,
    };
    let (mut cards, mut known) = (Vec::new(), BTreeSet::new());
    let mut open: Vec<_> = begin(&scenario.story).into_iter().map(|(turn, state)| (0, turn, state)).collect();
    while let Some((number, turn, state)) = open.pop() {
        let seen = serde_json::to_string(&turn).unwrap_or_default();
        if cards.len() >= 2 * TURNS || !known.insert(seen) {
            continue;
        }
        session.turn = number;
        let card = turn_card(scenario, &session, &turn, exercise);
        for (option, text) in turn.options.iter().enumerate() {
            cards.push(taken_card(&card, text));
            let next = take(&scenario.story, &state, option).into_iter();
            open.extend(next.map(|(turn, state)| (number + 1, turn, state)));
        }
        cards.push(card);
    }
    cards
}
