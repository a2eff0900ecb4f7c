//! Taps that look further at a card, or take back what was tapped on it.
//!
//! Invariants
//! - A card belongs to the person it is for: in their hands it changes in place, for everybody else it stays as it is.
//! - What is taken back counts no more, nowhere.

use chat::{Card, DeliveryId, Event, MessageId, PersonId, Text};

use super::{
    Line, LineError,
    line::{Effect, privately},
    taps::{Changed, gone},
};
use crate::{
    engine::{
        Act, Decision, Plan, Reason, Rule, Tap,
        compose::{Rating, asset_card, offer_card},
    },
    library::TriggerId,
    messages::say,
    store::{Delivery, DeliveryKey, Offer, PersonChange, Recorded},
};

/// How a card that was opened as a whole is noted among its taps.
pub(super) const SHOWN_WHOLE: &str = "all";

impl Line {
    /// Shows everything that a card says: in place to whom it is for, by itself to everybody else.
    pub(super) async fn show_all(
        &self,
        event: &Event,
        id: &DeliveryId,
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let Some((delivery, offer)) = self.offer_behind(id).await? else {
            self.say(event, "all", person, &gone(), effect);
            return Ok(());
        };
        if *person == offer.plan.person {
            effect.outcome.taps.push(self.tap(&delivery, &offer, person, SHOWN_WHOLE));
            return self.rewrite(event, &delivery, &offer, Changed { whole: true, ..Changed::default() }, effect).await;
        }
        let asset = offer.plan.molecule.assets.first();
        let asset = asset.and_then(|id| self.parts.engine.library().assets.get(id));
        self.say(event, "all", person, &asset.map_or_else(gone, asset_card), effect);
        Ok(())
    }

    /// Shows another card of an offer, as an answer of its own with its own taps.
    pub(super) async fn show_also(
        &self,
        event: &Event,
        (id, index): (&DeliveryId, usize),
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let library = self.parts.engine.library();
        let Some((item, offer)) = self.offer_behind(id).await? else {
            self.say(event, "also", person, &gone(), effect);
            return Ok(());
        };
        let assets = &offer.plan.molecule.assets;
        let (Some(asset), Some(trigger)) = (assets.get(index), library.triggers.get(&offer.plan.trigger)) else {
            self.say(event, "also", person, &gone(), effect);
            return Ok(());
        };
        let mut plan = Plan { person: person.clone(), unasked: false, ..offer.plan.clone() };
        plan.molecule.assets = std::iter::once(asset).chain(assets.iter().filter(|id| *id != asset)).cloned().collect();
        let new = self.new_delivery_id();
        let Some(card) = offer_card(library, trigger, &plan, &new) else {
            self.say(event, "also", person, &gone(), effect);
            return Ok(());
        };
        let key = DeliveryKey {
            person: person.clone(),
            step: u32::try_from(index).unwrap_or(u32::MAX).saturating_add(item.key.step).saturating_add(100),
            ..item.key.clone()
        };
        let before = self.parts.store.offers_about(&key.tenant, &key.event).await?;
        if before.iter().any(|known| known.key == key) {
            // It was opened before; its own copy shows it again.
            effect.outcome.deliveries.push(self.answer(event, "also", person, privately(event), card));
            return Ok(());
        }
        let reasons = vec![Reason::passed(Rule::Addressed, say!("addressed-opened"))];
        let decision = Decision { act: Act::Speak(plan.clone()), need: Some(offer.need.clone()), reasons };
        effect.outcome.decisions.push(Recorded {
            event: event.id.clone(),
            person: person.clone(),
            at: self.now(),
            delivery: Some(new.clone()),
            decision,
        });
        let answer = self.answer(event, "also", person, privately(event), card);
        let offer = Offer { plan, put_by: false, ..offer };
        effect.outcome.deliveries.push(Delivery { id: new, key, offer: Some(offer), ..answer });
        Ok(())
    }

    /// Takes back what was tapped on a card.
    pub(super) async fn undo(
        &self,
        event: &Event,
        message: &MessageId,
        (id, rating): (&DeliveryId, Rating),
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let Some((delivery, offer)) = self.offer_behind(id).await? else {
            self.say(event, "undone", person, &gone(), effect);
            return Ok(());
        };
        let taps = self.parts.store.taps_on(id).await?;
        if let Some(tap) = taps.iter().find(|tap| tap.person == *person && tap.tap == rating.as_str()) {
            self.unweigh_mark(tap, effect).await?;
        }
        let mut changes = vec![PersonChange::Untap(id.clone(), rating.as_str().to_owned())];
        match rating {
            Rating::Snooze => changes.push(PersonChange::Snooze(None)),
            Rating::Stop => changes.push(PersonChange::Stop(offer.plan.trigger.clone(), false)),
            Rating::Useful | Rating::NotForMe | Rating::Know => {}
        }
        effect.outcome.people.extend(changes.into_iter().map(|change| (person.clone(), change)));
        if *person == offer.plan.person {
            let shown = Changed { without: Some(rating), ..Changed::default() };
            return self.rewrite(event, &delivery, &offer, shown, effect).await;
        }
        let card = Card::new(say!("undone-title"), Text::paragraph(say!("undone-text")));
        self.replace(event, (message, "undone"), person, card, effect);
        Ok(())
    }

    /// A topic that was stopped may come again; the page says so.
    pub(super) async fn allow_again(
        &self,
        event: &Event,
        message: &MessageId,
        trigger: &TriggerId,
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        effect.outcome.people.push((person.clone(), PersonChange::Stop(trigger.clone(), false)));
        let card = self.about(&event.by, effect).await?;
        self.show_page(event, message, person, card, effect);
        Ok(())
    }
}

/// The way back from a rating.
pub(super) fn undo_choice(id: &DeliveryId, rating: Rating) -> chat::Choice {
    chat::Choice {
        id: Tap::Undo(id.clone(), rating).to_choice(),
        label: say!("card-undo").to_owned(),
        prominence: chat::Prominence::Usual,
    }
}
