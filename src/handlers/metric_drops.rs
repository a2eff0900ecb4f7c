//! A number that moved: help in private, once; and what is said when it is back.

use chat::{Card, EventId, Identity, MessageId, PersonId, Place, Privacy, ShownTo, Signal, Text};

use super::{Changes, Cx, Handled, answers::tenant, digest, messages::OFFER_LASTS, people, signals::About};
use crate::{
    engine::{
        Act, Decision, Facts, Load, Need, PersonFacts, Plan, Reason, Received, Rule,
        compose::{offer_card, with_numbers},
    },
    library::{Trigger, TriggerId},
    messages::say,
    store::{Action, Delivery, DeliveryKey, DeliveryState, DipChange, KeptDip, Offer, Recorded, Settlement},
};

/// Taps that say that a person took it up.
const ENGAGED: [&str; 3] = ["useful", "know", "practise"];

/// What is offered for a dip: to whom, and where it goes.
struct Help<'a> {
    trigger: &'a Trigger,
    need: Need,
    signal: &'a Signal,
    place: Place,
    asker: Identity,
    action: Action,
    matter: Option<&'a str>,
}

/// Offers help for a number that moved, unless the person has had it, or is in the share without.
pub(super) fn offer_help(
    cx: &Cx<'_>,
    trigger: &Trigger,
    need: Need,
    about: About<'_>,
    open: Option<KeptDip>,
    out: &mut Changes,
) -> Handled {
    if is_settled(cx, open.as_ref())? {
        return Ok(());
    }
    let mut facts = people::facts_for(cx, about.identity, [&trigger.id], out)?;
    if facts.awaited && cx.engine.asks_who(&trigger.id, false) {
        facts = people::past_of(cx, &people::known_by_now(cx, about.identity)?, false, [&trigger.id])?;
    }
    facts.received.extend(promised(out, about.person));
    let place = Place {
        platform: about.identity.platform,
        workspace: about.identity.workspace.clone(),
        channel: format!("private:{}", about.identity.user).as_str().into(),
        thread: None,
        privacy: Privacy::Private,
    };
    let action = Action::PostPrivately { who: about.identity.clone() };
    let asker = about.identity.clone();
    let help = Help { trigger, need, signal: about.signal, place, asker, action, matter: about.matter };
    offer_for(cx, &help, &facts, open, out)
}

/// The same for a group, into its channel.
pub(super) fn offer_to_group(
    cx: &Cx<'_>,
    trigger: &Trigger,
    need: Need,
    (signal, matter): (&Signal, &str),
    (group, place): (&PersonId, &Place),
    out: &mut Changes,
) -> Handled {
    if cx.open_dip(&trigger.id, group)?.is_some() {
        return Ok(());
    }
    let mut facts = cx.facts_about(group, cx.now() - people::PAST)?;
    facts.received.extend(promised(out, group));
    let user = chat::UserId::new(group.as_str());
    let asker = Identity { platform: place.platform, workspace: place.workspace.clone(), user };
    let action = Action::Post { place: place.clone(), shown_to: ShownTo::Everyone };
    let help = Help { trigger, need, signal, place: place.clone(), asker, action, matter: Some(matter) };
    offer_for(cx, &help, &facts, None, out)
}

fn offer_for(cx: &Cx<'_>, help: &Help<'_>, person: &PersonFacts, open: Option<KeptDip>, out: &mut Changes) -> Handled {
    let now = cx.now();
    let place = people::place_facts(cx, &help.place)?;
    let facts = Facts { person, place: &place, heard_at: now, now, addressed: false };
    let decision = cx.engine.help(&help.need, &facts);
    let delivery = match &decision.act {
        Act::Speak(plan) if plan.shadow => None,
        Act::Speak(plan) => help_delivery(cx, help, plan, DeliveryState::Pending, now),
        Act::Hold { because: Rule::Digest, plan, .. } => {
            let offer = help_delivery(cx, help, plan, DeliveryState::Held, now);
            digest::put_by(cx, offer, person, out)?
        }
        Act::Hold { until, plan, .. } => help_delivery(cx, help, plan, DeliveryState::Held, *until),
        Act::Silent { .. } => None,
    };
    let id = delivery.as_ref().map(|delivery| delivery.id.clone());
    let (trigger, who) = (help.trigger.id.clone(), person.id.clone());
    match (open, id.clone()) {
        (None, id) => out.stored.dips.push(DipChange::Open(Box::new(KeptDip {
            trigger,
            held_out: cx.engine.is_held_out(help.trigger, &who),
            person: who,
            opened_at: now,
            delivery: id,
            fingerprint: help.matter.map(str::to_owned).or_else(|| fingerprint(help.signal)),
            verdict: verdict(&help.need),
            closed_at: None,
        }))),
        (Some(_), Some(delivery)) => {
            out.stored.dips.push(DipChange::Helped { trigger, person: who, delivery });
        }
        (Some(_), None) => {}
    }
    out.stored.decisions.push(Recorded {
        event: EventId::new(&help.signal.id),
        person: person.id.clone(),
        at: now,
        delivery: id,
        decision,
    });
    out.stored.deliveries.extend(delivery);
    Ok(())
}

/// True when nothing more is to be offered for an open dip: help is on its way or there, or the person goes without.
fn is_settled(cx: &Cx<'_>, open: Option<&KeptDip>) -> Handled<bool> {
    let Some(dip) = open else { return Ok(false) };
    let Some(delivery) = &dip.delivery else { return Ok(dip.held_out) };
    let delivery = cx.delivery(delivery)?;
    // What was cancelled at the budget, expired or refused has helped nobody.
    let in_vain = [DeliveryState::Cancelled, DeliveryState::Expired, DeliveryState::Dead];
    Ok(delivery.is_none_or(|delivery| !in_vain.contains(&delivery.state)))
}

fn help_delivery(
    cx: &Cx<'_>,
    help: &Help<'_>,
    plan: &Plan,
    state: DeliveryState,
    due_at: chat::Timestamp,
) -> Option<Delivery> {
    let (now, id) = (cx.now(), cx.new_delivery_id());
    let library = cx.engine.library();
    let card = offer_card(library, help.trigger, plan, &id)?;
    let card = with_numbers(card, library, help.trigger, &help.need);
    let event = EventId::new(&help.signal.id);
    Some(Delivery {
        id,
        key: DeliveryKey {
            tenant: tenant(&help.place),
            event: event.clone(),
            trigger: plan.trigger.clone(),
            person: plan.person.clone(),
            step: 0,
        },
        state,
        action: help.action.clone(),
        card: (state == DeliveryState::Pending).then_some(card),
        offer: Some(Offer {
            plan: plan.clone(),
            need: help.need.clone(),
            place: help.place.clone(),
            message: MessageId::new(&help.signal.id),
            heard_in: event,
            asker: help.asker.clone(),
            heard_at: now,
            put_by: false,
        }),
        due_at,
        expires_at: now + OFFER_LASTS,
        created_at: now,
        sent: None,
        sent_at: None,
        last_error: None,
    })
}

/// Closes a dip: what was not sent yet is taken back, and whoever took the help up is told, in their hours.
pub(super) fn is_over(
    cx: &Cx<'_>,
    trigger: &Trigger,
    dip: &KeptDip,
    about: Option<About<'_>>,
    sentence: &str,
    out: &mut Changes,
) -> Handled {
    let now = cx.now();
    let (id, person) = (dip.trigger.clone(), dip.person.clone());
    out.stored.dips.push(DipChange::Close { trigger: id, person, at: now });
    let Some(delivery) = &dip.delivery else { return Ok(()) };
    let Some(delivery) = cx.delivery(delivery)? else { return Ok(()) };
    if matches!(delivery.state, DeliveryState::Held | DeliveryState::Pending) {
        let reason = Reason::stopped(Rule::Measured, say!("over-before-told"));
        out.stored.settled.push((delivery.id.clone(), Settlement::Cancel { reason: reason.clone() }));
        out.stored.decisions.push(Recorded {
            event: delivery.key.event.clone(),
            person: dip.person.clone(),
            at: now,
            delivery: Some(delivery.id),
            decision: Decision { act: Act::Silent { because: Rule::Measured }, need: None, reasons: vec![reason] },
        });
        return Ok(());
    }
    let taps = cx.taps_on(&delivery.id)?;
    let engaged = taps.iter().any(|tap| tap.person == dip.person && ENGAGED.contains(&tap.tap.as_str()));
    let Some(about) = about.filter(|_| engaged) else { return Ok(()) };
    let facts = people::facts_for(cx, about.identity, [], out)?;
    let has_room = facts.own.load != Some(Load::Overloaded);
    let is_quiet = !has_room || facts.opted_out || facts.snoozed_until.is_some_and(|until| until > now);
    if !is_quiet && !facts.stopped.contains(&trigger.id) {
        let due_at = cx.engine.opens(&facts, now);
        out.stored.deliveries.push(told_kindly(cx, about, sentence, due_at));
    }
    Ok(())
}

fn told_kindly(cx: &Cx<'_>, about: About<'_>, sentence: &str, due_at: chat::Timestamp) -> Delivery {
    let now = cx.now();
    let card = Card {
        footer: say!("recovered-footer").to_owned(),
        ..Card::new(say!("recovered-title"), Text::paragraph(sentence))
    };
    Delivery {
        id: cx.new_delivery_id(),
        key: DeliveryKey {
            tenant: format!("{}/{}", about.identity.platform, about.identity.workspace),
            event: EventId::new(&about.signal.id),
            trigger: TriggerId::new("recovered"),
            person: about.person.clone(),
            step: 0,
        },
        state: DeliveryState::Pending,
        action: Action::PostPrivately { who: about.identity.clone() },
        card: Some(card),
        offer: None,
        due_at,
        expires_at: now + OFFER_LASTS,
        created_at: now,
        sent: None,
        sent_at: None,
        last_error: None,
    }
}

/// What this very outcome promises a person already: the budget counts it.
fn promised(out: &Changes, person: &PersonId) -> Vec<Received> {
    let theirs = out.stored.deliveries.iter().filter(|delivery| delivery.key.person == *person);
    let offers = theirs.filter_map(|delivery| Some((delivery, delivery.offer.as_ref()?)));
    offers
        .map(|(delivery, offer)| Received {
            at: delivery.due_at,
            trigger: offer.plan.trigger.clone(),
            asset: offer.plan.molecule.assets.first().cloned().unwrap_or_else(|| chat::AssetId::new("")),
            unasked: offer.plan.unasked,
        })
        .collect()
}

fn fingerprint(signal: &Signal) -> Option<String> {
    match &signal.what {
        chat::Said::Alert(alert) => Some(alert.fingerprint.clone()),
        chat::Said::Observation(_) => None,
    }
}

fn verdict(need: &Need) -> Option<crate::engine::dip::Verdict> {
    match &need.evidence {
        crate::engine::Evidence::Measured { verdict } => Some(verdict.clone()),
        _ => None,
    }
}
