//! The question how loaded somebody is: asked of those who want it, once a week, in their working hours.

use std::time::Duration;

use chat::{Card, Event, EventId, Identity, MessageId, PersonId, Timestamp};

use super::{
    Line, LineError,
    line::{Effect, PAST},
};
use crate::{
    engine::{HOLDS, Load, PersonFacts, Setting, compose::{pulse_card, pulse_noted_card}},
    library::TriggerId,
    store::{Action, Delivery, DeliveryKey, DeliveryState, PersonChange},
};

/// People who are asked in one go.
const BATCH: u32 = 32;
/// When somebody who wants quiet is thought of again.
const LATER: Duration = Duration::from_hours(24);
/// How long the question is worth answering.
const QUESTION_LASTS: Duration = Duration::from_hours(24);

impl Line {
    /// Asks those whose time has come; how many were thought of.
    pub(super) async fn ask_pulses(&self) -> Result<usize, LineError> {
        let due = self.parts.store.pulses_due(self.now(), BATCH).await?;
        for (person, ask_at) in &due {
            let mut effect = Effect::default();
            self.ask_pulse(person, *ask_at, &mut effect).await?;
            self.commit(effect).await?;
        }
        Ok(due.len())
    }

    async fn ask_pulse(&self, person: &PersonId, ask_at: Timestamp, effect: &mut Effect) -> Result<(), LineError> {
        let now = self.now();
        let facts = self.parts.store.facts_about(person, now - PAST).await?;
        let open = self.parts.engine.opens(&facts, now);
        let wants_quiet = facts.opted_out || facts.snoozed_until.is_some_and(|until| until > now);
        let next = match self.way_to(person).await? {
            _ if open > now => open,
            Some(who) if !wants_quiet => {
                effect.outcome.deliveries.push(self.pulse(&facts, who, ask_at));
                now + HOLDS
            }
            _ => now + LATER,
        };
        effect.outcome.people.push((person.clone(), PersonChange::AskLoad(Some(next))));
        Ok(())
    }

    fn pulse(&self, facts: &PersonFacts, who: Identity, ask_at: Timestamp) -> Delivery {
        let now = self.now();
        Delivery {
            id: self.new_delivery_id(),
            key: DeliveryKey {
                tenant: format!("{}/{}", who.platform, who.workspace),
                event: EventId::new(format!("pulse:{}:{}", facts.id, ask_at.as_ms())),
                trigger: TriggerId::new("pulse"),
                person: facts.id.clone(),
                step: 0,
            },
            state: DeliveryState::Pending,
            action: Action::PostPrivately { who },
            card: Some(pulse_card()),
            offer: None,
            due_at: now,
            expires_at: now + QUESTION_LASTS,
            created_at: now,
            sent: None,
            sent_at: None,
            last_error: None,
        }
    }

    /// Somebody said how loaded they are: on the card that asked, or on their page.
    pub(super) async fn load_said(
        &self,
        event: &Event,
        message: &MessageId,
        load: Load,
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        effect.outcome.people.push((person.clone(), PersonChange::Said(load, self.now())));
        self.set_in_place(event, message, person, pulse_noted_card(load), effect).await
    }

    /// Somebody wants to be asked, or no longer.
    pub(super) async fn pulse_set(
        &self,
        event: &Event,
        message: &MessageId,
        wants: bool,
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let facts = self.facts(&event.by, effect).await?;
        let next = wants.then(|| self.parts.engine.opens(&facts, self.now()));
        effect.outcome.people.push((person.clone(), PersonChange::AskLoad(next)));
        let card = self.about(&event.by, effect).await?;
        self.set_in_place(event, message, person, card, effect).await
    }

    /// Shows what was set where it was tapped: on the page, which is drawn anew, or on the card.
    async fn set_in_place(
        &self,
        event: &Event,
        message: &MessageId,
        person: &PersonId,
        card: Card,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let (action, card) = if message.as_str() == chat::HOME {
            (Action::ShowHome { who: event.by.clone() }, self.about(&event.by, effect).await?)
        } else {
            (Action::Edit { place: event.place.clone(), message: message.clone() }, card)
        };
        effect.outcome.deliveries.push(self.answer(event, "set", person, action, card));
        Ok(())
    }

    /// Settings about load; true when it was one of them.
    pub(super) async fn set_load(
        &self,
        event: &Event,
        message: &MessageId,
        setting: Setting,
        person: &PersonId,
        effect: &mut Effect,
    ) -> Result<bool, LineError> {
        match setting {
            Setting::Load(load) => self.load_said(event, message, load, person, effect).await?,
            Setting::AskLoad(wants) => self.pulse_set(event, message, wants, person, effect).await?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}
