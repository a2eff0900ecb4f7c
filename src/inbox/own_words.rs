//! Words of their own, by which people help a trigger to be heard, and what a manager makes of them.
//!
//! Invariants
//! - Only whom a card was for is asked, and only what they send on purpose is kept.
//! - What is given changes nothing by itself; nobody takes in their own words.

use chat::{Card, DeliveryId, Event, FormId, MessageId, PersonId, Text};
use tracing::info;

use super::{
    Line, LineError,
    line::Effect,
    steering::not_yours,
    taps::{gone, not_for_you},
};
use crate::{
    engine::{
        Admission, MOST_TAKEN_IN, Waits, admit, code_of,
        compose::{own_words_card, own_words_for, own_words_noted_card, own_words_refused_card},
        read_own_words,
    },
    library::{Trigger, TriggerId},
    messages::say,
    store::{Outcome, OwnWords, OwnWordsChange, Step, TriggerStep},
};

/// What a manager makes of words that somebody gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Review {
    TakeIn,
    Decline,
    TakeOut,
}

/// The words that are decided about, and the step that it is where it is one; or the card that says why nothing is.
type Decided = Result<(String, Option<Step>), Card>;

impl Line {
    /// Asks whom a card was for how they would say it, where nobody else sees it.
    pub(super) async fn ask_for_own_words(
        &self,
        event: &Event,
        id: &DeliveryId,
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let card = match self.offer_behind(id).await? {
            Some((_, offer)) if offer.plan.person == *person => own_words_card(id),
            Some(_) => not_for_you(),
            None => gone(),
        };
        self.say(event, "own-words", person, &card, effect);
        Ok(())
    }

    /// Somebody sent words of their own; false where the form is another.
    pub(super) async fn own_words_sent(
        &self,
        event: &Event,
        (form, message): (&FormId, Option<&MessageId>),
        fields: &[(String, String)],
        effect: &mut Effect,
    ) -> Result<bool, LineError> {
        let Some(delivery) = own_words_for(form) else { return Ok(false) };
        let person = self.known(&event.by).await?.id;
        let written = fields.first().map_or("", |(_, written)| written.as_str());
        let card = self.become_of(&delivery, &person, written, effect).await?;
        match message.filter(|_| event.place.is_private()) {
            Some(message) => self.replace(event, (message, "own-words"), &person, card, effect),
            None => self.say(event, "own-words", &person, &card, effect),
        }
        Ok(true)
    }

    async fn become_of(
        &self,
        delivery: &DeliveryId,
        person: &PersonId,
        written: &str,
        effect: &mut Effect,
    ) -> Result<Card, LineError> {
        let offer = self.offer_behind(delivery).await?.map(|(_, offer)| offer);
        let Some(offer) = offer.filter(|offer| offer.plan.person == *person) else { return Ok(gone()) };
        let trigger = self.parts.engine.library().triggers.get(&offer.plan.trigger);
        let Some(trigger) = trigger.filter(|trigger| trigger.hears_examples()) else { return Ok(gone()) };
        let text = match read_own_words(written) {
            Ok(text) => text,
            Err(right) => return Ok(own_words_refused_card(delivery, &right)),
        };
        let learnt = self.learnt().await?;
        let taken_in = learnt.iter().filter(|(id, _)| *id == trigger.id).flat_map(|(_, of)| &of.taken_in);
        let waiting = self.parts.store.own_words().await?.into_iter().filter(|words| words.trigger == trigger.id);
        let waiting: Vec<_> = waiting.map(|words| Waits { text: words.text, by: words.by }).collect();
        let became = admit(&text, person, trigger.examples.iter().chain(taken_in), &waiting);
        if became == Admission::New {
            info!(trigger = %trigger.id, "somebody gave words of their own, for review");
            let (trigger, by, at) = (trigger.id.clone(), person.clone(), self.now());
            effect.outcome.own_words.push(OwnWordsChange::Given(OwnWords { trigger, text, by, at }));
        }
        Ok(own_words_noted_card(became))
    }

    /// What waits for review, with what is about to change.
    pub(super) async fn proposals(&self, coming: &Outcome) -> Result<Vec<OwnWords>, LineError> {
        let mut waiting = self.parts.store.own_words().await?;
        for change in &coming.own_words {
            match change {
                OwnWordsChange::Given(words) => waiting.push(words.clone()),
                OwnWordsChange::Reviewed { trigger, text } => {
                    waiting.retain(|words| words.trigger != *trigger || words.text != *text);
                }
            }
        }
        Ok(waiting)
    }

    /// A manager makes words an example, declines them, or takes them out again; the card shows it in place.
    pub(super) async fn review(
        &self,
        event: &Event,
        message: &MessageId,
        (id, code, review): (&TriggerId, &str, Review),
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let decided = match self.steers(&event.by).await {
            false => Err(not_yours()),
            true if review == Review::TakeOut => self.taken_out(id, code).await?,
            true => self.reviewed(id, code, review, person).await?,
        };
        let (text, step) = match decided {
            Ok(decided) => decided,
            Err(refusal) => {
                self.say(event, "reviewed", person, &refusal, effect);
                return Ok(());
            }
        };
        if let Some(what) = step {
            let (by, reason, at) = (Some(person.clone()), say!("by-a-manager").to_owned(), self.now());
            effect.outcome.steps.push(TriggerStep { trigger: id.clone(), what, reason, by, at });
        }
        if review != Review::TakeOut {
            effect.outcome.own_words.push(OwnWordsChange::Reviewed { trigger: id.clone(), text });
        }
        self.show_triggers_anew(event, message, person, effect).await
    }

    /// Words that wait, and the step that makes them an example; or what stands against it.
    async fn reviewed(
        &self,
        id: &TriggerId,
        code: &str,
        review: Review,
        person: &PersonId,
    ) -> Result<Decided, LineError> {
        let mut waiting = self.parts.store.own_words().await?;
        waiting.retain(|words| words.trigger == *id && code_of(&words.text) == code);
        let hears = self.parts.engine.library().triggers.get(id).is_some_and(Trigger::hears_examples);
        let Some(text) = waiting.first().map(|words| words.text.clone()).filter(|_| hears) else {
            return Ok(Err(gone()));
        };
        if review == Review::Decline {
            return Ok(Ok((text, None)));
        }
        if waiting.iter().all(|words| words.by == *person) {
            return Ok(Err(unchanged(say!("approve-own"))));
        }
        if self.taken_in(id).await?.len() >= MOST_TAKEN_IN {
            return Ok(Err(unchanged(&say!("approve-full", most = MOST_TAKEN_IN))));
        }
        Ok(Ok((text.clone(), Some(Step::TakenIn(text)))))
    }

    async fn taken_out(&self, id: &TriggerId, code: &str) -> Result<Decided, LineError> {
        let text = self.taken_in(id).await?.into_iter().find(|text| code_of(text) == code);
        Ok(text.map(|text| (text.clone(), Some(Step::TakenOut(text)))).ok_or_else(gone))
    }

    /// What is an example of a trigger by now, beside those of the library.
    async fn taken_in(&self, id: &TriggerId) -> Result<Vec<String>, LineError> {
        let learnt = self.parts.store.learnt().await?;
        Ok(learnt.into_iter().find(|(trigger, _)| trigger == id).map(|(_, of)| of.taken_in).unwrap_or_default())
    }
}

fn unchanged(why: &str) -> Card {
    Card::new(say!("not-changed"), Text::paragraph(why))
}
