//! The question how full somebody's week is: asked of those who want it, once a week, in their working hours.
//!
//! Invariants
//! - Nobody is asked who did not choose to be, nor while they want quiet.
//! - What somebody said before holds no longer once they are asked again.

use std::time::Duration;

use chat::{EventId, Identity, PersonId, Timestamp};

use super::{Line, LineError, line::Effect};
use crate::{
    engine::{PersonFacts, compose::pulse_card},
    library::TriggerId,
    store::{Action, Delivery, DeliveryKey, DeliveryState, PersonChange},
};

/// People who are asked in one go.
const BATCH: u32 = 32;
/// How long until somebody is asked again.
const WEEK: Duration = Duration::from_hours(7 * 24);
/// When somebody who wants quiet is thought of again.
const LATER: Duration = Duration::from_hours(24);
/// How long the question is worth answering.
const QUESTION_LASTS: Duration = Duration::from_hours(24);

impl Line {
    /// Asks those whose time has come; how many were thought of.
    pub(super) async fn ask_pulses(&self) -> Result<usize, LineError> {
        let due = self.parts.store.pulses_due(self.now(), BATCH).await?;
        for (person, due_at) in &due {
            let mut effect = Effect::default();
            self.ask_pulse(person, *due_at, &mut effect).await?;
            self.commit(effect).await?;
        }
        Ok(due.len())
    }

    async fn ask_pulse(&self, person: &PersonId, due_at: Timestamp, effect: &mut Effect) -> Result<(), LineError> {
        let now = self.now();
        let (next, who) = match self.way_to(person, &chat::Scope::All).await? {
            Some(who) => (self.pulse_waits(&who, effect).await?, Some(who)),
            None => (Some(now + LATER), None),
        };
        if let (None, Some(who)) = (next, who) {
            effect.outcome.people.push((person.clone(), PersonChange::Load(None)));
            effect.outcome.deliveries.push(self.pulse(person, who, due_at));
        }
        effect.outcome.people.push((person.clone(), PersonChange::Pulse(Some(next.unwrap_or(now + WEEK)))));
        Ok(())
    }

    /// Until when the question waits; `None`: it may be asked now.
    async fn pulse_waits(&self, who: &Identity, effect: &mut Effect) -> Result<Option<Timestamp>, LineError> {
        let now = self.now();
        let facts: PersonFacts = self.fresh_facts(who, [], effect).await?;
        if facts.opted_out {
            return Ok(Some(now + LATER));
        }
        let quiet = facts.snoozed_until.filter(|until| *until > now);
        let open = self.parts.engine.opens(&facts, quiet.unwrap_or(now));
        Ok((open > now).then_some(open))
    }

    fn pulse(&self, person: &PersonId, who: Identity, due_at: Timestamp) -> Delivery {
        let now = self.now();
        Delivery {
            id: self.new_delivery_id(),
            key: DeliveryKey {
                tenant: format!("{}/{}", who.platform, who.workspace),
                event: EventId::new(format!("pulse:{}", due_at.as_ms())),
                trigger: TriggerId::new("pulse"),
                person: person.clone(),
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
}
