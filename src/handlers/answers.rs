//! Cards that answer what somebody just did, and where they go.

use std::time::Duration;

use chat::{Card, Event, PersonId, Place, ShownTo};

use super::Cx;
use crate::{
    library::TriggerId,
    store::{Action, Delivery, DeliveryKey, DeliveryState},
};

/// How long an answer to a tap or a question is worth sending.
const ANSWER_LASTS: Duration = Duration::from_hours(24);

/// A card that answers what somebody just did; `what` names the manner of answer in its key.
pub(super) fn answer(
    cx: &Cx<'_>,
    event: &Event,
    what: &str,
    person: &PersonId,
    action: Action,
    card: Card,
) -> Delivery {
    let now = cx.now();
    Delivery {
        id: cx.new_delivery_id(),
        key: DeliveryKey {
            tenant: tenant(&event.place),
            event: event.id.clone(),
            trigger: TriggerId::new(what),
            person: person.clone(),
            step: 0,
        },
        state: DeliveryState::Pending,
        action,
        card: Some(card),
        offer: None,
        due_at: now,
        expires_at: now + ANSWER_LASTS,
        created_at: now,
        sent: None,
        sent_at: None,
        last_error: None,
    }
}

/// Whose data it is: platform and workspace.
pub(super) fn tenant(place: &Place) -> String {
    format!("{}/{}", place.platform, place.workspace)
}

/// Where an answer to somebody alone goes: right here in private, otherwise into the private conversation.
pub(super) fn privately(event: &Event) -> Action {
    if event.place.is_private() {
        Action::Post { place: event.place.clone(), shown_to: ShownTo::Everyone }
    } else {
        Action::PostPrivately { who: event.by.clone() }
    }
}

/// Here, for the eyes of whoever did it: for what may be lost.
pub(super) fn here_only(event: &Event) -> Action {
    let shown_to = if event.place.is_private() { ShownTo::Everyone } else { ShownTo::Only(event.by.clone()) };
    Action::Post { place: event.place.clone(), shown_to }
}
