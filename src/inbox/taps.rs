//! Buttons and forms on our cards.

use chat::{AssetId, Block, Card, ChoiceId, DeliveryId, Event, FormId, MessageId, PersonId, Span, Tenant, Text, What};

use super::{
    Line, LineError,
    card_taps::{SHOWN_WHOLE, undo_choice},
    line::{Effect, here_only, privately},
    messages::SNOOZE,
    own_words::Review,
};
use crate::{
    engine::{
        Tap,
        compose::{
            Rating, asset_card, details_card, exercise_answered_card, exercise_card, offer_card, rated_card,
            whole_offer_card, why_card, why_for_others_card, with_numbers, with_own_words, with_way_to_own_words,
        },
    },
    library::{AssetKind, Trigger},
    messages::say,
    store::{self, Action, Delivery, Offer, PersonChange},
};

/// What a tap changes on a card.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Changed {
    /// It was rated.
    pub(super) rating: Option<Rating>,
    /// That rating is taken back.
    pub(super) without: Option<Rating>,
    /// All of it is wanted.
    pub(super) whole: bool,
}

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
            Some(Tap::Pick(id, index)) => self.picked(event, message, (&id, Some(index)), &person, effect).await,
            Some(Tap::NoneOfThese(id)) => self.picked(event, message, (&id, None), &person, effect).await,
            Some(Tap::Skill(skill)) => self.skill_opened(event, message, &skill, &person, effect).await,
            Some(Tap::All(id)) => self.show_all(event, &id, &person, effect).await,
            Some(Tap::Also(id, index)) => self.show_also(event, (&id, index), &person, effect).await,
            Some(Tap::Undo(id, rating)) => self.undo(event, message, (&id, rating), &person, effect).await,
            Some(Tap::Allow(trigger)) => self.allow_again(event, message, &trigger, &person, effect).await,
            Some(Tap::Show(asset)) => {
                self.show(event, &asset, &person, effect);
                Ok(())
            }
            Some(Tap::Answer(asset, index)) => {
                self.exercise_answered(event, message, (&asset, index), &person, effect).await
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
            Some(Tap::ItsMe(code)) => self.answers_whether(event, message, (&code, true), &person, effect).await,
            Some(Tap::NotMe(code)) => self.answers_whether(event, message, (&code, false), &person, effect).await,
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
    pub(super) fn tap(&self, delivery: &Delivery, offer: &Offer, person: &PersonId, tap: &str) -> store::Tap {
        store::Tap {
            tenant: Tenant::stored(&delivery.key.tenant),
            delivery: delivery.id.clone(),
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
        let tap = self.tap(&delivery, &offer, person, rating.as_str());
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
            self.rewrite(event, &delivery, &offer, Changed { rating: Some(rating), ..Changed::default() }, effect).await
        } else {
            // The card belongs to whoever asked; for everybody else it stays as it is.
            let mut noted = Card::new(say!("rated-by-another-title"), Text::paragraph(say!("rated-by-another")));
            noted.choices.push(undo_choice(id, rating));
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
            Some(offer) if self.may_use(event, &offer.plan.person, person).is_err() => not_for_you(),
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
    pub(super) async fn rewrite(
        &self,
        event: &Event,
        delivery: &Delivery,
        offer: &Offer,
        changed: Changed,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let library = self.parts.engine.library();
        let trigger = library.triggers.get(&offer.plan.trigger);
        let before = self.parts.store.taps_on(&delivery.id).await?;
        let own = || before.iter().filter(|tap| tap.person == offer.plan.person);
        let is_whole = changed.whole || own().any(|tap| tap.tap == SHOWN_WHOLE);
        let draw = if is_whole { whole_offer_card } else { offer_card };
        let card = trigger.and_then(|trigger| {
            let card = draw(library, trigger, &offer.plan, &delivery.id)?;
            Some((with_numbers(card, library, trigger, &offer.need), trigger.title.as_str()))
        });
        let (Some((card, topic)), Some((place, message))) = (card, delivery.sent.clone()) else { return Ok(()) };
        let earlier = own().filter_map(|tap| Rating::read(&tap.tap)).filter(|rating| Some(*rating) != changed.without);
        let all: Vec<_> = earlier.chain(changed.rating).collect();
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
        let found = self.offer_behind(id).await?;
        let mut card = gone();
        if let Some((delivery, offer)) = &found {
            let learnt = self.learnt(&Tenant::stored(&delivery.key.tenant)).await?;
            if let Some(trigger) = self.parts.engine.library().triggers.get(&offer.plan.trigger) {
                // Hours, zone and counts are the asker's own.
                let is_theirs = self.may_use(event, &offer.plan.person, person).is_ok();
                let why = |trigger| why_card(trigger, &offer.need, &learnt, id);
                card = if is_theirs { why(trigger) } else { why_for_others_card(trigger) };
            }
        }
        if let Some(found) = &found {
            card.choices.extend(self.judging(event, found, person).await);
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
            // Hours, zone and counts are the asker's own.
            let is_theirs = self.may_use(event, &offer.plan.person, person).is_ok();
            let details = |trigger| details_card(trigger, &offer.need, &decided.decision);
            Some(if is_theirs { details(trigger) } else { why_for_others_card(trigger) })
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

    async fn exercise_answered(
        &self,
        event: &Event,
        message: &MessageId,
        (asset, index): (&AssetId, usize),
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let asset = self.parts.engine.library().assets.get(asset);
        match asset.and_then(|asset| exercise_answered_card(asset, index)) {
            Some(card) if self.is_theirs(event, message, person).await? => {
                self.replace(event, (message, "answered"), person, card, effect);
            }
            // Somebody else's card: it stays as it is, and whoever answered sees what holds.
            Some(card) => self.say(event, "answered", person, &card, effect),
            None => self.say(event, "answered", person, &gone(), effect),
        }
        Ok(())
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
        if self.is_theirs(event, message, &person).await? {
            self.replace(event, (message, "reflected"), &person, card, effect);
        } else {
            self.say(event, "reflected", &person, &card, effect);
        }
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
