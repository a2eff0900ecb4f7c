//! The question how full somebody's week is: asked of those who want it, once a week, in their working hours.
//!
//! Invariants
//! - Nobody is asked who did not choose to be, nor while they want quiet.
//! - What somebody said before holds no longer once they are asked again.

use std::time::Duration;

use chat::{EventId, Identity, PersonId, Timestamp};

use super::{Changes, Cx, Handled, identity_resolution, people};
use crate::{
    engine::{PersonFacts, compose::pulse_card},
    library::TriggerId,
    store::{Action, Delivery, DeliveryKey, DeliveryState, PersonChange},
};

/// How long until somebody is asked again.
const WEEK: Duration = Duration::from_hours(7 * 24);
/// When somebody who wants quiet is thought of again.
const LATER: Duration = Duration::from_hours(24);
/// How long the question is worth answering.
const QUESTION_LASTS: Duration = Duration::from_hours(24);

/// Asks somebody how much they have to do, where now is a good time for it.
pub(super) fn check(cx: &Cx<'_>, person: &PersonId, due_at: Timestamp, out: &mut Changes) -> Handled {
    let now = cx.now();
    let (next, who) = match identity_resolution::way_to(cx, person, &chat::Scope::All)? {
        Some(who) => (pulse_waits(cx, &who, out)?, Some(who)),
        None => (Some(now + LATER), None),
    };
    if let (None, Some(who)) = (next, who) {
        out.stored.people.push((person.clone(), PersonChange::Load(None)));
        out.stored.deliveries.push(pulse(cx, person, who, due_at));
    }
    out.stored.people.push((person.clone(), PersonChange::Pulse(Some(next.unwrap_or(now + WEEK)))));
    Ok(())
}

/// Until when the question waits; `None`: it may be asked now.
fn pulse_waits(cx: &Cx<'_>, who: &Identity, out: &mut Changes) -> Handled<Option<Timestamp>> {
    let now = cx.now();
    let facts: PersonFacts = people::fresh_facts(cx, who, [], out)?;
    if facts.opted_out {
        return Ok(Some(now + LATER));
    }
    let quiet = facts.snoozed_until.filter(|until| *until > now);
    let open = cx.engine.opens(&facts, quiet.unwrap_or(now));
    Ok((open > now).then_some(open))
}

fn pulse(cx: &Cx<'_>, person: &PersonId, who: Identity, due_at: Timestamp) -> Delivery {
    let now = cx.now();
    Delivery {
        id: cx.new_delivery_id(),
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
