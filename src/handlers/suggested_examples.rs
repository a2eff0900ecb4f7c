//! Words of their own, by which people help a trigger to be heard, and what a manager makes of them.
//!
//! Invariants
//! - Only whom a card was for is asked, and only what they send on purpose is kept.
//! - What is given changes nothing by itself; nobody takes in their own words.
//! - Words are seen, reviewed and heard in the workspace of the card to which they were given, and by operators.

use chat::{Card, DeliveryId, Event, FormId, MessageId, PersonId, Scope, Tenant, Text};
use tracing::info;

use super::{
    Changes, Cx, Handled,
    feedback::{self, gone},
    people,
    trigger_admin::{self, refusal},
};
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

/// Asks whom a card was for how they would say it, where nobody else sees it.
pub(super) fn ask_for_own_words(
    cx: &Cx<'_>,
    event: &Event,
    id: &DeliveryId,
    person: &PersonId,
    out: &mut Changes,
) -> Handled {
    let card = match feedback::offer_behind(cx, id)? {
        Some((_, offer)) => match trigger_admin::may_use(cx, event, &offer.plan.person, person) {
            Ok(()) => own_words_card(id),
            Err(denied) => refusal(denied),
        },
        None => gone(),
    };
    feedback::say(cx, event, "own-words", person, &card, out);
    Ok(())
}

/// Somebody sent words of their own; false where the form is another.
pub(super) fn own_words_sent(
    cx: &Cx<'_>,
    event: &Event,
    (form, message): (&FormId, Option<&MessageId>),
    fields: &[(String, String)],
    out: &mut Changes,
) -> Handled<bool> {
    let Some(delivery) = own_words_for(form) else { return Ok(false) };
    let person = people::known(cx, &event.by)?.id;
    let written = fields.first().map_or("", |(_, written)| written.as_str());
    let found = feedback::offer_behind(cx, &delivery)?;
    if let Some((_, offer)) = &found
        && let Err(denied) = trigger_admin::may_use(cx, event, &offer.plan.person, &person)
    {
        // The card is somebody else's: it stays as it is.
        feedback::say(cx, event, "own-words", &person, &refusal(denied), out);
        return Ok(true);
    }
    let card = become_of(cx, found, &person, written, out)?;
    match message.filter(|_| event.place.is_private()) {
        Some(message) => feedback::replace(cx, event, (message, "own-words"), &person, card, out),
        None => feedback::say(cx, event, "own-words", &person, &card, out),
    }
    Ok(true)
}

fn become_of(
    cx: &Cx<'_>,
    found: Option<(Delivery, Offer)>,
    person: &PersonId,
    written: &str,
    out: &mut Changes,
) -> Handled<Card> {
    let Some((delivery, offer)) = found else { return Ok(gone()) };
    let tenant = Tenant::stored(delivery.key.tenant);
    let trigger = cx.engine.library().triggers.get(&offer.plan.trigger);
    let Some(trigger) = trigger.filter(|trigger| trigger.hears_examples()) else { return Ok(gone()) };
    let text = match read_own_words(written) {
        Ok(text) => text,
        Err(right) => return Ok(own_words_refused_card(&delivery.id, &right)),
    };
    let learnt = cx.learnt(&tenant)?;
    let taken_in = learnt.iter().filter(|(id, _)| *id == trigger.id).flat_map(|(_, of)| &of.taken_in);
    let waiting = cx.own_words(&Scope::one(&tenant))?;
    let waiting = waiting.into_iter().filter(|words| words.trigger == trigger.id);
    let waiting: Vec<_> = waiting.map(|words| Waits { text: words.text, by: words.by }).collect();
    let became = admit(&text, person, trigger.examples.iter().chain(taken_in), &waiting);
    if became == Admission::New {
        info!(trigger = %trigger.id, "somebody gave words of their own, for review");
        let (trigger, by, at) = (trigger.id.clone(), person.clone(), cx.now());
        out.stored.own_words.push(OwnWordsChange::Given(OwnWords { tenant, trigger, text, by, at }));
    }
    Ok(own_words_noted_card(became))
}

/// What waits for review, with what is about to change.
pub(super) fn proposals(cx: &Cx<'_>, scope: &Scope, coming: &Outcome) -> Handled<Vec<OwnWords>> {
    let mut waiting = cx.own_words(scope)?;
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
pub(super) fn review(
    cx: &Cx<'_>,
    event: &Event,
    message: &MessageId,
    (id, code, review): (&TriggerId, &str, Review),
    person: &PersonId,
    out: &mut Changes,
) -> Handled {
    let actor = trigger_admin::actor(cx, &event.by, person);
    let decided = match review {
        Review::TakeOut => taken_out(cx, &actor, id, code)?,
        _ => reviewed(cx, &actor, id, code, review)?,
    };
    let (text, steps) = match decided {
        Ok(decided) => decided,
        Err(refusal) => {
            feedback::say(cx, event, "reviewed", person, &refusal, out);
            return Ok(());
        }
    };
    for (tenant, what) in steps {
        let (by, reason, at) = (Some(person.clone()), say!("by-a-manager").to_owned(), cx.now());
        out.stored.steps.push(TriggerStep { tenant, trigger: id.clone(), what, reason, by, at });
    }
    if review != Review::TakeOut {
        let scope = actor.scope();
        out.stored.own_words.push(OwnWordsChange::Reviewed { scope, trigger: id.clone(), text });
    }
    trigger_admin::show_triggers_anew(cx, event, message, &actor, out)
}

/// Words that wait where the manager may decide, and the steps that make them an example; or what stands against it.
fn reviewed(cx: &Cx<'_>, actor: &Actor, id: &TriggerId, code: &str, review: Review) -> Handled<Decided> {
    if let Err(denied) = authorise(actor, Action::SeeTriggers) {
        return Ok(Err(refusal(denied)));
    }
    let mut waiting = cx.own_words(&actor.scope())?;
    waiting.retain(|words| words.trigger == *id && code_of(&words.text) == code);
    let hears = cx.engine.library().triggers.get(id).is_some_and(Trigger::hears_examples);
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
            if taken_in(cx, &Scope::one(&words.tenant), id)?.len() >= MOST_TAKEN_IN {
                return Ok(Err(unchanged(&say!("approve-full", most = MOST_TAKEN_IN))));
            }
            steps.push((words.tenant.clone(), Step::TakenIn(text.clone())));
        }
    }
    Ok(Ok((text, steps)))
}

fn taken_out(cx: &Cx<'_>, actor: &Actor, id: &TriggerId, code: &str) -> Handled<Decided> {
    let tenant = actor.changes();
    if let Err(denied) = authorise(actor, Action::ChangeTrigger { tenant: &tenant }) {
        return Ok(Err(refusal(denied)));
    }
    let text = taken_in(cx, &actor.scope(), id)?.into_iter().find(|text| code_of(text) == code);
    Ok(text.map(|text| (text.clone(), vec![(tenant, Step::TakenOut(text))])).ok_or_else(gone))
}

/// What is an example of a trigger within a scope by now, beside those of the library.
fn taken_in(cx: &Cx<'_>, scope: &Scope, id: &TriggerId) -> Handled<Vec<String>> {
    let learnt = cx.learnt_in(scope)?;
    Ok(learnt.into_iter().find(|(trigger, _)| trigger == id).map(|(_, of)| of.taken_in).unwrap_or_default())
}

fn unchanged(why: &str) -> Card {
    Card::new(say!("not-changed"), Text::paragraph(why))
}
