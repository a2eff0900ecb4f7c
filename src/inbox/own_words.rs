//! Words of their own, by which people help a trigger to be heard, and what a manager makes of them.
//!
//! Invariants
//! - Only whom a card was for is asked, and only what they send on purpose is kept.
//! - What is given changes nothing by itself; nobody takes in their own words.
//! - Words are seen, reviewed and heard in the workspace of the card to which they were given, and by operators.

use chat::{Card, DeliveryId, Event, FormId, MessageId, PersonId, Scope, Tenant, Text};
use tracing::info;

use super::{Line, LineError, line::Effect, steering::refusal, taps::gone};
use crate::{
    access::{Action, Actor, authorise},
    engine::{
        Admission, MOST_TAKEN_IN, Waits, admit, code_of,
        compose::{own_words_card, own_words_for, own_words_noted_card, own_words_refused_card},
        read_own_words,
    },
    library::{Trigger, TriggerId},
    messages::say,
    store::{Delivery, Offer, Outcome, OwnWords, OwnWordsChange, Step, TriggerStep},
};

/// What a manager makes of words that somebody gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Review {
    TakeIn,
    Decline,
    TakeOut,
}

/// The words that are decided about, and the steps that it is; or the card that says why nothing is.
type Decided = Result<(String, Vec<(Tenant, Step)>), Card>;

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
            Some((_, offer)) => match self.may_use(event, &offer.plan.person, person) {
                Ok(()) => own_words_card(id),
                Err(denied) => refusal(denied),
            },
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
        let found = self.offer_behind(&delivery).await?;
        if let Some((_, offer)) = &found
            && let Err(denied) = self.may_use(event, &offer.plan.person, &person)
        {
            // The card is somebody else's: it stays as it is.
            self.say(event, "own-words", &person, &refusal(denied), effect);
            return Ok(true);
        }
        let card = self.become_of(found, &person, written, effect).await?;
        match message.filter(|_| event.place.is_private()) {
            Some(message) => self.replace(event, (message, "own-words"), &person, card, effect),
            None => self.say(event, "own-words", &person, &card, effect),
        }
        Ok(true)
    }

    async fn become_of(
        &self,
        found: Option<(Delivery, Offer)>,
        person: &PersonId,
        written: &str,
        effect: &mut Effect,
    ) -> Result<Card, LineError> {
        let Some((delivery, offer)) = found else { return Ok(gone()) };
        let tenant = Tenant::stored(delivery.key.tenant);
        let trigger = self.parts.engine.library().triggers.get(&offer.plan.trigger);
        let Some(trigger) = trigger.filter(|trigger| trigger.hears_examples()) else { return Ok(gone()) };
        let text = match read_own_words(written) {
            Ok(text) => text,
            Err(right) => return Ok(own_words_refused_card(&delivery.id, &right)),
        };
        let learnt = self.learnt(&tenant).await?;
        let taken_in = learnt.iter().filter(|(id, _)| *id == trigger.id).flat_map(|(_, of)| &of.taken_in);
        let waiting = self.parts.store.own_words(&Scope::one(&tenant)).await?;
        let waiting = waiting.into_iter().filter(|words| words.trigger == trigger.id);
        let waiting: Vec<_> = waiting.map(|words| Waits { text: words.text, by: words.by }).collect();
        let became = admit(&text, person, trigger.examples.iter().chain(taken_in), &waiting);
        if became == Admission::New {
            info!(trigger = %trigger.id, "somebody gave words of their own, for review");
            let (trigger, by, at) = (trigger.id.clone(), person.clone(), self.now());
            effect.outcome.own_words.push(OwnWordsChange::Given(OwnWords { tenant, trigger, text, by, at }));
        }
        Ok(own_words_noted_card(became))
    }

    /// What waits for review, with what is about to change.
    pub(super) async fn proposals(&self, scope: &Scope, coming: &Outcome) -> Result<Vec<OwnWords>, LineError> {
        let mut waiting = self.parts.store.own_words(scope).await?;
        for change in &coming.own_words {
            match change {
                OwnWordsChange::Given(words) => waiting.push(words.clone()),
                OwnWordsChange::Reviewed { trigger, text, .. } => {
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
        let actor = self.actor(&event.by, person).await;
        let decided = match review {
            Review::TakeOut => self.taken_out(&actor, id, code).await?,
            _ => self.reviewed(&actor, id, code, review).await?,
        };
        let (text, steps) = match decided {
            Ok(decided) => decided,
            Err(refusal) => {
                self.say(event, "reviewed", person, &refusal, effect);
                return Ok(());
            }
        };
        for (tenant, what) in steps {
            let (by, reason, at) = (Some(person.clone()), say!("by-a-manager").to_owned(), self.now());
            effect.outcome.steps.push(TriggerStep { tenant, trigger: id.clone(), what, reason, by, at });
        }
        if review != Review::TakeOut {
            let scope = actor.scope();
            effect.outcome.own_words.push(OwnWordsChange::Reviewed { scope, trigger: id.clone(), text });
        }
        self.show_triggers_anew(event, message, &actor, effect).await
    }

    /// Words that wait where the manager may decide, and the steps that make them an example; or what stands against it.
    async fn reviewed(&self, actor: &Actor, id: &TriggerId, code: &str, review: Review) -> Result<Decided, LineError> {
        if let Err(denied) = authorise(actor, Action::SeeTriggers) {
            return Ok(Err(refusal(denied)));
        }
        let mut waiting = self.parts.store.own_words(&actor.scope()).await?;
        waiting.retain(|words| words.trigger == *id && code_of(&words.text) == code);
        let hears = self.parts.engine.library().triggers.get(id).is_some_and(Trigger::hears_examples);
        let Some(text) = waiting.first().map(|words| words.text.clone()).filter(|_| hears) else {
            return Ok(Err(gone()));
        };
        let takes = review == Review::TakeIn;
        let mut steps = Vec::new();
        for words in &waiting {
            let of_others = waiting.iter().any(|other| other.tenant == words.tenant && other.by != actor.person);
            let wants = Action::ReviewExample { tenant: &words.tenant, approves_own: takes && !of_others };
            if let Err(denied) = authorise(actor, wants) {
                return Ok(Err(refusal(denied)));
            }
            let is_new = steps.iter().all(|(tenant, _)| *tenant != words.tenant);
            if takes && is_new {
                if self.taken_in(&Scope::one(&words.tenant), id).await?.len() >= MOST_TAKEN_IN {
                    return Ok(Err(unchanged(&say!("approve-full", most = MOST_TAKEN_IN))));
                }
                steps.push((words.tenant.clone(), Step::TakenIn(text.clone())));
            }
        }
        Ok(Ok((text, steps)))
    }

    async fn taken_out(&self, actor: &Actor, id: &TriggerId, code: &str) -> Result<Decided, LineError> {
        let tenant = actor.changes();
        if let Err(denied) = authorise(actor, Action::ChangeTrigger { tenant: &tenant }) {
            return Ok(Err(refusal(denied)));
        }
        let text = self.taken_in(&actor.scope(), id).await?.into_iter().find(|text| code_of(text) == code);
        Ok(text.map(|text| (text.clone(), vec![(tenant, Step::TakenOut(text))])).ok_or_else(gone))
    }

    /// What is an example of a trigger within a scope by now, beside those of the library.
    async fn taken_in(&self, scope: &Scope, id: &TriggerId) -> Result<Vec<String>, LineError> {
        let learnt = self.parts.store.learnt(scope).await?;
        Ok(learnt.into_iter().find(|(trigger, _)| trigger == id).map(|(_, of)| of.taken_in).unwrap_or_default())
    }
}

fn unchanged(why: &str) -> Card {
    Card::new(say!("not-changed"), Text::paragraph(why))
}
