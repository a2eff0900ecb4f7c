//! Open questions: settled by people, or looked at again when their hour has come.

use std::time::Duration;

use chat::{Event, Identity, PersonId, What};

use super::{
    Changes, Cx, Handled, Observed,
    changes::Remember,
    digest::{self, PUT_BY_LASTS},
    messages, people,
};
use crate::{
    engine::{
        Act, Beside, Decision, Facts, Open, Opened, Reason, Rule, asks,
        compose::{offer_card, with_numbers},
        settles, turns_to,
    },
    messages::say,
    store::{Delivery, Offer, Recorded, Settlement},
};

/// How long a hold waits on whose channel has still to be read.
const UNTIL_READ: Duration = Duration::from_secs(2);

/// Cancels what people have settled by `event`.
///
/// True where it settled something: whoever answers has no need of their own, however much it sounds like one.
pub(super) fn settle_open(cx: &Cx<'_>, event: &Event, out: &mut Changes) -> Handled<bool> {
    let text = match &event.what {
        What::Message(message) if !message.by_bot => message.text.as_str(),
        What::Reaction { .. } | What::Deleted { .. } => "",
        _ => return Ok(false),
    };
    if event.place.is_private() {
        return Ok(false);
    }
    let held = cx.held_in(event.place.platform, &event.place.workspace, &event.place.channel)?;
    if held.is_empty() {
        return Ok(false);
    }
    let mut has_settled = false;
    for delivery in held {
        let Some(offer) = &delivery.offer else { continue };
        let open = Open { place: &offer.place, message: &offer.message, asker: &offer.asker };
        let stands_beside = !text.is_empty() && event.place == offer.place && event.by != offer.asker;
        // What was put by is long off the channel's mind: only what surely belongs to it settles it.
        let name =
            if stands_beside && !offer.put_by { Some(people::known(cx, &offer.asker)?.profile.name) } else { None };
        let settled = settles(open, event, |text| match &name {
            Some(name) => beside(cx, text, offer, name),
            None => Beside::default(),
        });
        if let Some(settled) = settled {
            let reason = Reason::stopped(Rule::Answered, settled.words());
            let decision = Decision {
                act: Act::Silent { because: Rule::Answered },
                need: Some(offer.need.clone()),
                reasons: vec![reason.clone()],
            };
            out.stored.settled.push((delivery.id.clone(), Settlement::Cancel { reason }));
            look_again(cx, event.id.clone(), &delivery, offer, decision, Some(settled), out);
            out.remembered.push(Remember::Resolved(offer.place.clone(), offer.message.clone()));
            has_settled = true;
        }
    }
    Ok(has_settled)
}

/// What is known of a text that stands beside an open question of somebody by the name of `name`.
pub(super) fn beside(cx: &Cx<'_>, text: &str, offer: &Offer, name: &str) -> Beside {
    let question = match cx.memory.recent.opened(&offer.place.in_thread(&offer.message)) {
        Opened::By(_, question) => Some(question),
        Opened::Nowhere | Opened::Unknown => None,
    };
    let trigger = &offer.plan.trigger;
    Beside {
        asks: asks(text),
        names_asker: turns_to(text, &offer.asker, name),
        // Whoever has the same need is no answer to it.
        is_about_it: messages::would_hear(cx.engine, text).is_none()
            && cx.engine.is_about(trigger, question.as_deref(), text),
    }
}

/// A hold or a digest is due: it is decided about again, with what is true now.
pub(super) fn due(cx: &Cx<'_>, delivery: &Delivery, out: &mut Changes) -> Handled {
    let now = cx.now();
    let Some(offer) = &delivery.offer else { return digest::wake_digest(cx, delivery, out) };
    if offer.put_by {
        digest::forget_put_by(cx, delivery, offer, out);
        return Ok(());
    }
    if cx.may_be_behind(&offer.place)? {
        // Somebody may have answered while we were away.
        out.stored.settled.push((delivery.id.clone(), Settlement::Hold { until: now + UNTIL_READ }));
        return Ok(());
    }
    let facts = people::fresh_facts(cx, &offer.asker, [&offer.plan.trigger], out)?;
    if facts.awaited {
        wait_until_known(cx, delivery, (&offer.asker, &facts.id), out);
        return Ok(());
    }
    let place = people::place_facts(cx, &offer.place)?;
    let known = Facts { person: &facts, place: &place, heard_at: offer.heard_at, now, addressed: false };
    let decision = cx.engine.reconsider(&offer.need, &offer.plan, &known);
    let settlement = match &decision.act {
        Act::Hold { because: Rule::Digest, plan, .. } => {
            digest::plan_digest(cx, &facts, (&delivery.key.tenant, &offer.asker), out)?;
            let offer = Box::new(Offer { plan: plan.clone(), put_by: true, ..offer.clone() });
            Settlement::PutBy { offer, until: now + PUT_BY_LASTS }
        }
        _ => settlement(cx, delivery, offer, &decision),
    };
    out.stored.settled.push((delivery.id.clone(), settlement));
    look_again(cx, delivery.key.event.clone(), delivery, offer, decision, None, out);
    Ok(())
}

/// Looks again once the platform has told what it was asked about the person; others don't wait for that.
pub(super) fn wait_until_known(
    cx: &Cx<'_>,
    delivery: &Delivery,
    (who, person): (&Identity, &PersonId),
    out: &mut Changes,
) {
    let until = cx.now() + people::will_take(cx, who, person);
    out.stored.settled.push((delivery.id.clone(), Settlement::Hold { until }));
}

fn settlement(cx: &Cx<'_>, delivery: &Delivery, offer: &Offer, decision: &Decision) -> Settlement {
    let stopped = |rule: Rule| {
        let reason = decision.reasons.iter().rev().find(|reason| reason.rule == rule);
        Settlement::Cancel { reason: reason.cloned().unwrap_or_else(|| Reason::stopped(rule, say!("no-longer"))) }
    };
    match &decision.act {
        Act::Hold { until, .. } => Settlement::Hold { until: *until },
        Act::Silent { because } => stopped(*because),
        Act::Speak(plan) if plan.shadow => {
            Settlement::Cancel { reason: Reason::stopped(Rule::Trigger, say!("mode-shadow")) }
        }
        Act::Speak(plan) => {
            let library = cx.engine.library();
            let card = library.triggers.get(&plan.trigger).and_then(|trigger| {
                let card = offer_card(library, trigger, plan, &delivery.id)?;
                Some(with_numbers(card, library, trigger, &offer.need))
            });
            match card {
                Some(card) => {
                    let offer = Box::new(Offer { plan: plan.clone(), ..offer.clone() });
                    Settlement::Send { card, offer, due_at: cx.now() }
                }
                None => stopped(Rule::Trigger),
            }
        }
    }
}

pub(super) fn look_again(
    cx: &Cx<'_>,
    event: chat::EventId,
    delivery: &Delivery,
    offer: &Offer,
    decision: Decision,
    settled: Option<crate::engine::Settled>,
    out: &mut Changes,
) {
    out.stored.decisions.push(Recorded {
        event,
        person: delivery.key.person.clone(),
        at: cx.now(),
        delivery: Some(delivery.id.clone()),
        decision: decision.clone(),
    });
    out.observed.push(Observed {
        heard_in: offer.heard_in.clone(),
        said_at: offer.heard_at,
        message: offer.message.clone(),
        place: offer.place.clone(),
        asker: offer.asker.clone(),
        at: cx.now(),
        decision,
        again: true,
        settled,
    });
}
