//! Messages and commands: what is heard in them, and what is decided.

use std::time::Duration;

use chat::{Event, EventId, Message, Place, ShownTo};

use super::{
    Changes, Cx, Handled, Observed,
    answers::{self, privately, tenant},
    conversation::{self, Heard},
    digest, follow_ups, people, signals, small_talk,
};
use crate::{
    engine::{
        Act, Audience, Conversation, Decision, Engine, Facts, Need, PersonFacts, Plan, Reason, Rule,
        compose::{nothing_good_card, offer_card, one_question_card, refused_card},
        is_addressed,
    },
    library::{Mode, TriggerId},
    messages::say,
    store::{Action, Delivery, DeliveryKey, DeliveryState, Offer, Recorded, Settlement},
};

/// How long an offer is worth making after the need was heard: over a long week-end.
pub(super) const OFFER_LASTS: Duration = Duration::from_hours(24 * 5);
/// How long *snooze* lasts.
pub(super) const SNOOZE: Duration = Duration::from_hours(24 * 7);

/// Hears a message; one that goes on from our own answer in a thread is put to us.
pub(super) fn hear(cx: &Cx<'_>, event: &Event, message: &Message, out: &mut Changes) -> Handled {
    if message.by_bot {
        signals::overhear(cx, event, message, out);
        return Ok(());
    }
    let turned = follow_ups::turned_to_us(cx, event, message)?;
    let event = turned.as_ref().unwrap_or(event);
    let addressed = is_addressed(event);
    let place = people::mode_of(cx, &event.place)?;
    if !addressed && place.mode == Mode::Off {
        out.observed.push(Observed::in_a_channel_that_is_off(event, message, cx.now()));
        return Ok(());
    }
    if addressed
        && (follow_ups::typed_in_practice(cx, event, message, out)? || small_talk::small_talk(cx, event, message, out)?)
    {
        return Ok(());
    }
    let Heard { needs, already } = conversation::listen(cx, event, message, &place, out)?;
    let is_heard = needs.iter().any(Need::is_heard);
    let is_met = addressed
        && !is_heard
        && (follow_ups::follow_up(cx, event, message, out)? || follow_ups::choices_again(cx, event, out)?);
    if is_met {
        return Ok(());
    }
    if let Some(need) = already.filter(|_| !is_heard) {
        return heard_already(cx, event, message, need, out);
    }
    if !addressed && !is_heard {
        let nothing = cx.engine.nothing_heard(&needs);
        observe(cx, event, message, nothing, out);
        return Ok(());
    }
    decide_about(cx, event, message, &needs, out)
}

/// Another part of the same question was heard: one question gets one answer. Whoever put it to Kairos is told so.
fn heard_already(cx: &Cx<'_>, event: &Event, message: &Message, need: Need, out: &mut Changes) -> Handled {
    let reason = Reason::stopped(Rule::Recognition, say!("match-again"));
    let decision =
        Decision { act: Act::Silent { because: Rule::Recognition }, need: Some(need), reasons: vec![reason] };
    if is_addressed(event) {
        let person = people::known(cx, &event.by)?.id;
        let mut delivery =
            answers::answer(cx, event, "one-question", &person, answer_here(event, message), one_question_card());
        delivery.key.event = of_message(&event.place, message);
        out.stored.deliveries.push(delivery);
    }
    observe(cx, event, message, decision, out);
    Ok(())
}

/// A message that settles what somebody asked is no need of its own.
pub(super) fn settled_by(cx: &Cx<'_>, event: &Event, message: &Message, out: &mut Changes) {
    let answers = Reason::stopped(Rule::Answered, say!("answered-here"));
    observe(cx, event, message, silent(Rule::Answered, answers), out);
}

/// A message was changed. Whoever was answered is not answered again; what still waits makes way for what is meant
/// now.
pub(super) fn hear_again(cx: &Cx<'_>, event: &Event, message: &Message, out: &mut Changes) -> Handled {
    let key = of_message(&event.place, message);
    let before = cx.offers_about(&tenant(&event.place), &key)?;
    if before.iter().any(|offered| offered.state.is_said()) {
        return Ok(());
    }
    let earlier = out.stored.deliveries.len();
    hear(cx, event, message, out)?;
    for held in before.into_iter().filter(|offered| offered.state == DeliveryState::Held) {
        let same = out.stored.deliveries.iter().skip(earlier).position(|offered| offered.key == held.key);
        let settlement = match same.map(|at| out.stored.deliveries.remove(earlier + at)) {
            None => Some(Settlement::Cancel { reason: Reason::stopped(Rule::Recognition, say!("match-edited")) }),
            Some(now) if now.state == DeliveryState::Pending => send_now(cx, &held, now),
            // It waits already, since before.
            Some(_) => None,
        };
        for recorded in out.stored.decisions.iter_mut().filter(|recorded| recorded.event == event.id) {
            if same.is_some() {
                recorded.delivery = Some(held.id.clone());
            }
        }
        out.stored.settled.extend(settlement.map(|settlement| (held.id.clone(), settlement)));
    }
    Ok(())
}

/// What was held is wanted at once, as somebody turned to Kairos by changing their message.
fn send_now(cx: &Cx<'_>, held: &Delivery, now: Delivery) -> Option<Settlement> {
    let offer = now.offer?;
    let library = cx.engine.library();
    let card = offer_card(library, library.triggers.get(&offer.plan.trigger)?, &offer.plan, &held.id)?;
    Some(Settlement::Send { card, offer: Box::new(offer), due_at: now.due_at })
}

pub(super) fn decide_about(
    cx: &Cx<'_>,
    event: &Event,
    message: &Message,
    needs: &[Need],
    out: &mut Changes,
) -> Handled {
    let now = cx.now();
    let addressed = is_addressed(event);
    let triggers: Vec<_> = needs.iter().filter(|need| need.is_heard()).map(|need| &need.trigger).collect();
    let mut facts = people::facts_for(cx, &event.by, triggers.iter().copied(), out)?;
    if facts.awaited && triggers.iter().any(|trigger| cx.engine.asks_who(trigger, addressed)) {
        facts = people::past_of(cx, &people::known_by_now(cx, &event.by)?, false, triggers)?;
    }
    let place = people::place_facts(cx, &event.place)?;
    let known = Facts { person: &facts, place: &place, heard_at: event.at.max(now - OFFER_LASTS), now, addressed };
    let decision = cx.engine.decide(event, message, needs, &known);
    let delivery = match &decision.act {
        Act::Speak(plan) if plan.shadow => None,
        Act::Speak(plan) => offer(cx, event, message, plan, &decision, DeliveryState::Pending, now),
        Act::Hold { because: Rule::Digest, plan, .. } => {
            let offer = offer(cx, event, message, plan, &decision, DeliveryState::Held, now);
            digest::put_by(cx, offer, &facts, out)?
        }
        Act::Hold { until, plan, .. } => offer(cx, event, message, plan, &decision, DeliveryState::Held, *until),
        Act::Silent { because } if addressed => {
            Some(say_why_not(cx, event, message, (needs, *because, &decision), &facts))
        }
        Act::Silent { .. } => None,
    };
    out.stored.decisions.push(Recorded {
        event: event.id.clone(),
        person: facts.id.clone(),
        at: now,
        delivery: delivery.as_ref().map(|delivery| delivery.id.clone()),
        decision: decision.clone(),
    });
    out.stored.deliveries.extend(delivery);
    observe(cx, event, message, decision, out);
    Ok(())
}

/// The delivery of an offer; `None` when the library lost what the plan names.
fn offer(
    cx: &Cx<'_>,
    event: &Event,
    message: &Message,
    plan: &Plan,
    decision: &Decision,
    state: DeliveryState,
    due_at: chat::Timestamp,
) -> Option<Delivery> {
    let now = cx.now();
    let id = cx.new_delivery_id();
    let library = cx.engine.library();
    let trigger = library.triggers.get(&plan.trigger)?;
    let card = offer_card(library, trigger, plan, &id)?;
    let offer = Offer {
        plan: plan.clone(),
        need: decision.need.clone()?,
        place: event.place.clone(),
        message: message.id.clone(),
        heard_in: event.id.clone(),
        asker: event.by.clone(),
        heard_at: event.at,
        put_by: false,
    };
    Some(Delivery {
        id,
        key: DeliveryKey {
            tenant: tenant(&event.place),
            event: of_message(&event.place, message),
            trigger: plan.trigger.clone(),
            person: plan.person.clone(),
            step: 0,
        },
        state,
        action: answer_to(event, message, plan.to),
        card: (state == DeliveryState::Pending).then_some(card),
        offer: Some(offer),
        due_at,
        expires_at: now + OFFER_LASTS,
        created_at: now,
        sent: None,
        sent_at: None,
        last_error: None,
    })
}

/// Whoever asked gets an answer or a reason, never silence.
fn say_why_not(
    cx: &Cx<'_>,
    event: &Event,
    message: &Message,
    (needs, because, decision): (&[Need], Rule, &Decision),
    person: &PersonFacts,
) -> Delivery {
    let library = cx.engine.library();
    let meant = decision.need.as_ref().filter(|need| need.is_heard());
    let card = match meant.and_then(|need| library.triggers.get(&need.trigger)) {
        Some(trigger) => refused_card(trigger, because, &decision.reasons),
        None => nothing_good_card(library, needs),
    };
    let mut delivery = answers::answer(cx, event, "nothing-good", &person.id, answer_here(event, message), card);
    delivery.key.event = of_message(&event.place, message);
    delivery
}

fn observe(cx: &Cx<'_>, event: &Event, message: &Message, decision: Decision, out: &mut Changes) {
    out.observed.push(Observed::first(event, message, decision, cx.now()));
}

/// The same for a message and its edits, so that a changed message is not answered twice.
pub(super) fn of_message(place: &Place, message: &Message) -> EventId {
    EventId::new(format!("message:{}:{}", place.channel, message.id))
}

/// Where somebody is answered who turned to Kairos.
pub(super) fn answer_here(event: &Event, message: &Message) -> Action {
    answer_to(event, message, if event.place.is_private() { Audience::Private } else { Audience::Thread })
}

fn answer_to(event: &Event, message: &Message, to: Audience) -> Action {
    if matches!(event.what, chat::What::Command { .. }) {
        return privately(event);
    }
    match to {
        Audience::Private if !event.place.is_private() => Action::PostPrivately { who: event.by.clone() },
        Audience::Private => Action::Post { place: event.place.clone(), shown_to: ShownTo::Everyone },
        Audience::Thread => {
            let opening = event.place.thread.as_ref().unwrap_or(&message.id);
            Action::Post { place: event.place.in_thread(opening), shown_to: ShownTo::Everyone }
        }
    }
}

fn silent(because: Rule, reason: Reason) -> Decision {
    Decision { act: Act::Silent { because }, need: None, reasons: vec![reason] }
}

/// The need that a text means by itself, if any.
pub(crate) fn would_hear(engine: &Engine, text: &str) -> Option<TriggerId> {
    let needs = engine.hear(text, &Conversation::none(false));
    needs.into_iter().find(Need::is_heard).map(|need| need.trigger)
}
