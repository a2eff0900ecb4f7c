//! Buttons and forms on our cards.

use chat::{AssetId, Block, Card, ChoiceId, DeliveryId, Event, FormId, MessageId, PersonId, Span, Text, What};

use super::{
    Line, LineError,
    line::{Effect, here_only, privately},
    messages::SNOOZE,
    own_words::Review,
};
use crate::{
    engine::{
        Tap,
        compose::{
            Rating, asset_card, details_card, exercise_answered_card, exercise_card, offer_card, rated_card, why_card,
            with_numbers, with_own_words, with_way_to_own_words,
        },
    },
    library::{AssetKind, Trigger},
    messages::say,
    store::{self, Action, Delivery, Offer, PersonChange},
};

impl Line {
    pub(super) async fn tapped(
        &self,
        event: &Event,
        message: &MessageId,
        choice: &ChoiceId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let person = self.known(&event.by).await?.id;
        match Tap::read(choice) {
            Some(Tap::Useful(id)) => self.rated(event, &id, &person, Rating::Useful, effect).await,
            Some(Tap::NotForMe(id)) => self.rated(event, &id, &person, Rating::NotForMe, effect).await,
            Some(Tap::Know(id)) => self.rated(event, &id, &person, Rating::Know, effect).await,
            Some(Tap::Snooze(id)) => self.rated(event, &id, &person, Rating::Snooze, effect).await,
            Some(Tap::Stop(id)) => self.rated(event, &id, &person, Rating::Stop, effect).await,
            Some(Tap::Why(id)) => self.why(event, &id, &person, effect).await,
            Some(Tap::Details(id)) => self.details(event, &id, &person, effect).await,
            Some(Tap::OwnWords(id)) => self.ask_for_own_words(event, &id, &person, effect).await,
            Some(Tap::Practise(id)) => self.practise_offer(event, &id, &person, effect).await,
            Some(Tap::Start(scenario)) => self.begin(event, &scenario, &person, effect),
            Some(Tap::Turn(session, turn, option)) => {
                self.take_turn(event, message, (&session, turn, option), &person, effect).await
            }
            Some(Tap::Show(asset)) => {
                self.show(event, &asset, &person, effect);
                Ok(())
            }
            Some(Tap::Answer(asset, index)) => {
                self.exercise_answered(event, message, (&asset, index), &person, effect);
                Ok(())
            }
            Some(Tap::Open(id)) => self.open_waiting(event, &id, &person, effect).await,
            Some(Tap::Pause(trigger)) => self.steer(event, message, (trigger, true), &person, effect).await,
            Some(Tap::Resume(trigger)) => self.steer(event, message, (trigger, false), &person, effect).await,
            Some(Tap::Right(id)) => self.judged(event, &id, &person, true, effect).await,
            Some(Tap::Wrong(id)) => self.judged(event, &id, &person, false, effect).await,
            Some(Tap::LeaveOut(trigger, code)) => {
                self.leave_out(event, message, (&trigger, &code, true), &person, effect).await
            }
            Some(Tap::BringBack(trigger, code)) => {
                self.leave_out(event, message, (&trigger, &code, false), &person, effect).await
            }
            Some(Tap::TakeIn(trigger, code)) => {
                self.review(event, message, (&trigger, &code, Review::TakeIn), &person, effect).await
            }
            Some(Tap::Decline(trigger, code)) => {
                self.review(event, message, (&trigger, &code, Review::Decline), &person, effect).await
            }
            Some(Tap::TakeOut(trigger, code)) => {
                self.review(event, message, (&trigger, &code, Review::TakeOut), &person, effect).await
            }
            Some(Tap::Set(setting)) => self.set(event, message, setting, &person, effect).await,
            None => {
                self.say(event, "unknown-choice", &person, &gone(), effect);
                Ok(())
            }
        }
    }

    /// A short word back, for whoever tapped.
    pub(super) fn say(&self, event: &Event, what: &str, person: &PersonId, card: &Card, effect: &mut Effect) {
        effect.outcome.deliveries.push(self.answer(event, what, person, here_only(event), card.clone()));
    }

    /// Puts a card in the place of the one that somebody just tapped.
    pub(super) fn replace(
        &self,
        event: &Event,
        (message, what): (&MessageId, &str),
        person: &PersonId,
        card: Card,
        effect: &mut Effect,
    ) {
        let edit = Action::Edit { place: event.place.clone(), message: message.clone() };
        effect.outcome.deliveries.push(self.answer(event, what, person, edit, card));
    }

    /// The offer that a card carries, with its delivery.
    pub(super) async fn offer_behind(&self, id: &DeliveryId) -> Result<Option<(Delivery, Offer)>, LineError> {
        let delivery = self.parts.store.delivery(id).await?;
        Ok(delivery.and_then(|delivery| delivery.offer.clone().map(|offer| (delivery, offer))))
    }

    /// A tap on an offer, as it is kept.
    pub(super) fn tap(&self, id: &DeliveryId, offer: &Offer, person: &PersonId, tap: &str) -> store::Tap {
        store::Tap {
            delivery: id.clone(),
            person: person.clone(),
            tap: tap.to_owned(),
            asset: offer.plan.molecule.assets.first().cloned(),
            trigger: Some(offer.plan.trigger.clone()),
            at: self.now(),
        }
    }

    async fn rated(
        &self,
        event: &Event,
        id: &DeliveryId,
        person: &PersonId,
        rating: Rating,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let Some((delivery, offer)) = self.offer_behind(id).await? else {
            self.say(event, "rated", person, &gone(), effect);
            return Ok(());
        };
        let tap = self.tap(id, &offer, person, rating.as_str());
        self.weigh_marks(event, &tap, &offer, effect).await?;
        effect.outcome.taps.push(tap);
        if rating == Rating::Useful && offer.plan.unasked && *person == offer.plan.person {
            self.prove_useful(id, &offer, effect).await?;
        }
        match rating {
            Rating::Snooze => {
                effect.outcome.people.push((person.clone(), PersonChange::Snooze(Some(self.now() + SNOOZE))));
            }
            Rating::Stop => {
                let stop = PersonChange::Stop(offer.plan.trigger.clone(), true);
                effect.outcome.people.push((person.clone(), stop));
            }
            Rating::Useful | Rating::NotForMe | Rating::Know => {}
        }
        if *person == offer.plan.person {
            self.rewrite(event, &delivery, &offer, rating, effect).await
        } else {
            // The card belongs to whoever asked; for everybody else it stays as it is.
            let noted = Card::new(say!("rated-by-another-title"), Text::paragraph(say!("rated-by-another")));
            self.say(event, "rated", person, &noted, effect);
            Ok(())
        }
    }

    /// What proved useful, the first time it is said, was no false alarm of its channel.
    async fn prove_useful(&self, id: &DeliveryId, offer: &Offer, effect: &mut Effect) -> Result<(), LineError> {
        let before = self.parts.store.taps_on(id).await?;
        if before.iter().all(|tap| tap.person != offer.plan.person || tap.tap != Rating::Useful.as_str()) {
            self.spread(&offer.place).await?;
            self.discount(&offer.place, &offer.need, effect);
        }
        Ok(())
    }

    /// What could not be sent in private, for the eyes of whom it is for.
    async fn open_waiting(
        &self,
        event: &Event,
        id: &DeliveryId,
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let library = self.parts.engine.library();
        let found = self.offer_behind(id).await?;
        if let Some((item, offer)) = found.as_ref().filter(|(_, offer)| offer.put_by && offer.plan.person == *person) {
            return self.open_put_by(event, item, offer, effect).await;
        }
        let card = match found.map(|(_, offer)| offer) {
            Some(offer) if offer.plan.person != *person => not_for_you(),
            Some(offer) => library
                .triggers
                .get(&offer.plan.trigger)
                .and_then(|trigger| {
                    let card = offer_card(library, trigger, &offer.plan, id)?;
                    Some(with_numbers(card, library, trigger, &offer.need))
                })
                .unwrap_or_else(gone),
            None => gone(),
        };
        self.say(event, "open", person, &card, effect);
        Ok(())
    }

    /// The card in place, with everything its owner tapped so far.
    async fn rewrite(
        &self,
        event: &Event,
        delivery: &Delivery,
        offer: &Offer,
        rating: Rating,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let library = self.parts.engine.library();
        let trigger = library.triggers.get(&offer.plan.trigger);
        let card = trigger.and_then(|trigger| {
            let card = offer_card(library, trigger, &offer.plan, &delivery.id)?;
            Some((with_numbers(card, library, trigger, &offer.need), trigger.title.as_str()))
        });
        let (Some((card, topic)), Some((place, message))) = (card, delivery.sent.clone()) else { return Ok(()) };
        let before = self.parts.store.taps_on(&delivery.id).await?;
        let earlier = before
            .iter()
            .filter(|tap| tap.person == offer.plan.person)
            .filter_map(|tap| Rating::ALL.into_iter().find(|known| known.as_str() == tap.tap));
        let all: Vec<_> = earlier.chain([rating]).collect();
        let mut card = all.iter().fold(card, |card, rating| rated_card(&card, &delivery.id, topic, *rating));
        // The card that was tapped is the one to change: it may be a copy for one pair of eyes.
        let (edit, is_private) = match &event.what {
            What::Choice { message: tapped, .. } if *tapped != message => {
                (Action::Edit { place: event.place.clone(), message: tapped.clone() }, true)
            }
            _ => (Action::Edit { place: place.clone(), message }, place.is_private()),
        };
        if trigger.is_some_and(Trigger::hears_examples) && all.contains(&Rating::Useful) {
            // A field that all see would be odd: only one of them can use it.
            let has_room = is_private && card.input.is_none();
            card =
                if has_room { with_own_words(card, &delivery.id) } else { with_way_to_own_words(card, &delivery.id) };
        }
        effect.outcome.deliveries.push(self.answer(event, "rated", &offer.plan.person, edit, card));
        Ok(())
    }

    async fn why(
        &self,
        event: &Event,
        id: &DeliveryId,
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let (offer, learnt) = (self.offer_behind(id).await?, self.learnt().await?);
        let library = self.parts.engine.library();
        let card = offer.as_ref().and_then(|(_, offer)| {
            let trigger = library.triggers.get(&offer.plan.trigger)?;
            Some(why_card(trigger, &offer.need, &learnt, id))
        });
        let mut card = card.unwrap_or_else(gone);
        if offer.is_some() {
            card.choices.extend(self.judging(event, id).await);
        }
        self.say(event, "why", person, &card, effect);
        Ok(())
    }

    /// Every rule that was asked about a card.
    async fn details(
        &self,
        event: &Event,
        id: &DeliveryId,
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let (decided, offer) = (self.parts.store.decision_for(id).await?, self.offer_behind(id).await?);
        let card = decided.zip(offer).and_then(|(decided, (_, offer))| {
            let trigger = self.parts.engine.library().triggers.get(&offer.plan.trigger)?;
            Some(details_card(trigger, &offer.need, &decided.decision))
        });
        self.say(event, "details", person, &card.unwrap_or_else(gone), effect);
        Ok(())
    }

    fn show(&self, event: &Event, asset: &AssetId, person: &PersonId, effect: &mut Effect) {
        let card = match self.parts.engine.library().assets.get(asset) {
            Some(asset) if asset.kind == AssetKind::Retrieval => exercise_card(asset),
            Some(asset) => asset_card(asset),
            None => gone(),
        };
        effect.outcome.deliveries.push(self.answer(event, "show", person, privately(event), card));
    }

    fn exercise_answered(
        &self,
        event: &Event,
        message: &MessageId,
        (asset, index): (&AssetId, usize),
        person: &PersonId,
        effect: &mut Effect,
    ) {
        let asset = self.parts.engine.library().assets.get(asset);
        match asset.and_then(|asset| exercise_answered_card(asset, index)) {
            Some(card) => {
                self.replace(event, (message, "answered"), person, card, effect);
            }
            None => self.say(event, "answered", person, &gone(), effect),
        }
    }

    /// A reflection was written. What it says is the writer's: it is neither read nor kept.
    pub(super) async fn filled_in(
        &self,
        event: &Event,
        form: &FormId,
        message: Option<&MessageId>,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let person = self.known(&event.by).await?.id;
        let asset = form.as_str().strip_prefix("reflect:").map(AssetId::new);
        let asset = asset.and_then(|id| self.parts.engine.library().assets.get(&id));
        let (Some(asset), Some(message)) = (asset, message) else {
            self.say(event, "reflected", &person, &gone(), effect);
            return Ok(());
        };
        let mut card = asset_card(asset);
        card.input = None;
        let thanks = say!("reflected");
        card.text.0.push(Block::Paragraph(vec![Span::Bold(thanks.to_owned())]));
        self.replace(event, (message, "reflected"), &person, card, effect);
        Ok(())
    }
}

/// For a tap on what only one person can use.
pub(super) fn not_for_you() -> Card {
    Card::new(say!("not-for-you-title"), Text::paragraph(say!("not-for-you-text")))
}

/// For a tap on something that is no longer there.
pub(super) fn gone() -> Card {
    Card::new(say!("gone-title"), Text::paragraph(say!("gone-text")))
}
