//! Whom a name of another system means, and how they are written to.
//!
//! Invariants
//! - Whom a name means is looked for in the workspaces of its source alone; a look-up that failed anywhere finds nobody
//!   out.
//! - An address that a platform alone knows means nobody before its person has said yes in chat.
//! - What is about somebody unknown waits, and is looked at as soon as they are known; it is never dropped.
//! - A platform is asked about one address once in a while, however many alerts name it.

use chat::{Event, EventId, Identity, MessageId, PersonId, PersonKey, PlatformKind, Scope, Signal};

use super::{
    Changes, Cx, Handled, Interrupted,
    asks::{Answer, Question},
    feedback,
    messages::OFFER_LASTS,
    people,
    signals::{self, About},
};
use crate::{
    engine::{
        code_of,
        compose::{is_this_you_answered_card, is_this_you_card},
    },
    library::TriggerId,
    store::{Action, Delivery, DeliveryKey, DeliveryState, DipChange, NameState, PersonChange, Unconfirmed},
};

/// A signal whose person has become known: it is theirs, and looked at where something reaches them.
pub(super) fn found(cx: &Cx<'_>, (signal, person, scope): (&Signal, &PersonId, &Scope), out: &mut Changes) -> Handled {
    out.stored.dips.push(adopt(signal, person));
    if let Some(identity) = way_to(cx, person, scope)? {
        signals::weigh(cx, About { signal, person, identity: &identity, matter: None }, out)?;
    }
    Ok(())
}

/// That a signal is about somebody.
pub(crate) fn adopt(signal: &Signal, person: &PersonId) -> DipChange {
    DipChange::Adopt { signal: signal.id.clone(), person: person.clone() }
}

/// Asks somebody whom only a platform names by an address whether it is them. Numbers about somebody are never told to
/// somebody else by a guess.
pub(super) fn confirm(cx: &Cx<'_>, unconfirmed: &Unconfirmed, out: &mut Changes) -> Handled {
    let Unconfirmed { tenant, key, person } = unconfirmed;
    out.stored.people.push((person.clone(), PersonChange::Name(key.clone(), NameState::Asked)));
    let Some(who) = way_to(cx, person, &Scope::one(tenant))? else { return Ok(()) };
    let facts = people::facts_for(cx, &who, [], out)?;
    // Whoever wants nothing unasked gets no number either.
    if !facts.opted_out {
        let now = cx.now();
        let quiet = facts.snoozed_until.unwrap_or(now).max(now);
        let due_at = cx.engine.opens(&facts, quiet);
        out.stored.deliveries.push(is_this_you(cx, person, who, key, due_at));
    }
    Ok(())
}

fn is_this_you(cx: &Cx<'_>, person: &PersonId, who: Identity, key: &PersonKey, due_at: chat::Timestamp) -> Delivery {
    Delivery {
        id: cx.new_delivery_id(),
        key: DeliveryKey {
            tenant: who.tenant().to_string(),
            event: EventId::new(format!("is-this-you:{}", code_of(&key.value))),
            trigger: TriggerId::new("is-this-you"),
            person: person.clone(),
            step: 0,
        },
        state: DeliveryState::Pending,
        action: Action::PostPrivately { who },
        card: Some(is_this_you_card(&key.value)),
        offer: None,
        due_at,
        expires_at: due_at + OFFER_LASTS,
        created_at: cx.now(),
        sent: None,
        sent_at: None,
        last_error: None,
    }
}

/// Somebody says whether an address, named by its code, is theirs.
pub(super) fn answers_whether(
    cx: &Cx<'_>,
    event: &Event,
    message: &MessageId,
    (code, is_them): (&str, bool),
    person: &PersonId,
    out: &mut Changes,
) -> Handled {
    let names = cx.names_of(person)?;
    // Only names that a platform gave to this very person are found here.
    let Some(key) = names.into_iter().find(|key| key.scheme == "email" && code_of(&key.value) == code) else {
        feedback::say(cx, event, "is-this-you", person, &feedback::gone(), out);
        return Ok(());
    };
    let card = is_this_you_answered_card(&key.value, is_them);
    let state = if is_them { NameState::Told } else { NameState::Refused };
    out.stored.people.push((person.clone(), PersonChange::Name(key, state)));
    feedback::replace(cx, event, (message, "is-this-you"), person, card, out);
    Ok(())
}

/// The person a name means within a scope, and how they are written to; `None` where nobody is known or nothing reaches
/// them there.
pub(super) fn person_meant(cx: &Cx<'_>, key: &PersonKey, scope: &Scope) -> Handled<Option<(PersonId, Identity)>> {
    if let Some(person) = cx.person_named(key, scope, false)? {
        return Ok(way_to(cx, &person, scope)?.map(|identity| (person, identity)));
    }
    let Ok(kind) = key.scheme.parse::<PlatformKind>() else { return Ok(None) };
    let identity = Identity::read(kind, &key.value).filter(|identity| scope.contains(&identity.tenant()));
    let Some(identity) = identity else { return Ok(None) };
    match cx.look_up(Question::Exists(identity.clone())) {
        Some(Answer::Is(Some(true))) => {}
        // That nobody can say it just now is not that there is nobody: the signal is tried again, and kept if that fails.
        Some(Answer::Is(None)) => return Err(Interrupted::Unanswered),
        _ => return Ok(None),
    }
    let person = cx.person_of(&identity)?;
    Ok(Some((person.id, identity)))
}

/// The identity by which somebody can be written to within a scope, on a platform that is connected.
pub(super) fn way_to(cx: &Cx<'_>, person: &PersonId, scope: &Scope) -> Handled<Option<Identity>> {
    let mut identities = cx.identities_of(person)?;
    identities.retain(|identity| scope.contains(&identity.tenant()));
    let connected = |identity: &Identity| cx.is_connected(identity.platform);
    Ok(identities.iter().find(|identity| connected(identity)).or(identities.first()).cloned())
}
