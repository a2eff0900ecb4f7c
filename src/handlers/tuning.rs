//! What people's taps make of a trigger: it is heard sooner or later, or pauses itself and tells its managers.
//!
//! Invariants
//! - What people of a workspace tap or say counts in that workspace alone.
//! - Every change is a step in the store, in the same commit as the tap that brought it; nothing changes silently.
//! - A trigger that pauses tells its managers in private, in their working hours; any of them can let it speak again.

use std::time::Duration;

use chat::{Event, Scope};
use tracing::{info, warn};

use super::{Changes, Cx, Handled, answers, messages::OFFER_LASTS, people};
use crate::{
    engine::{Learnt, Mark, Marked, compose::paused_card, learn, restrain},
    library::TriggerId,
    messages::say,
    store::{self, Action, Offer, Pause, PauseChange, Step, TriggerStep},
};

/// How far back taps count.
pub(super) const COUNTED: Duration = Duration::from_hours(24 * 180);

/// Weighs all that was tapped about a trigger, with a tap that is about to be kept.
pub(super) fn weigh_marks(cx: &Cx<'_>, event: &Event, tap: &store::Tap, offer: &Offer, out: &mut Changes) -> Handled {
    let (Some(mark), Some(trigger)) = (Mark::read(&tap.tap), &tap.trigger) else { return Ok(()) };
    let (tenant, scope) = (&tap.tenant, Scope::one(&tap.tenant));
    let mut marks = cx.marks_on(&scope, trigger, cx.now() - COUNTED)?;
    let example = offer.need.evidence.example().map(ToOwned::to_owned);
    marks.push(Marked { person: tap.person.clone(), mark, at: tap.at, example });
    let all = cx.learnt_in(&scope)?;
    let before = all.into_iter().find(|(id, _)| id == trigger).map_or_else(Learnt::default, |(_, learnt)| learnt);
    let (shift, reason) = learn(&marks);
    if (shift, &reason) != (before.shift, &before.words) {
        info!(%trigger, shift, "taps moved a trigger's threshold");
        let (tenant, what) = (tenant.clone(), Step::Learnt(shift));
        let step = TriggerStep { tenant, trigger: trigger.clone(), what, reason, by: None, at: cx.now() };
        out.stored.steps.push(step);
    }
    let Some(why) = restrain(cx.engine.cadence().restraint, &marks, before.resumed_at) else {
        return Ok(());
    };
    if cx.pauses(&scope)?.iter().any(|pause| pause.trigger == *trigger) {
        return Ok(());
    }
    warn!(%trigger, "a trigger pauses itself: too many did not want it");
    tell_managers(cx, event, trigger, &why, out)?;
    let reason = say!("by-itself", why = why);
    let pause = Pause { tenant: tenant.clone(), trigger: trigger.clone(), by: None, reason, at: cx.now() };
    out.stored.pauses.push(PauseChange::Pause(pause));
    Ok(())
}

/// Weighs all that was tapped about a trigger without a tap that is taken back.
pub(super) fn unweigh_mark(cx: &Cx<'_>, tap: &store::Tap, out: &mut Changes) -> Handled {
    let (Some(mark), Some(trigger)) = (Mark::read(&tap.tap), &tap.trigger) else { return Ok(()) };
    let (tenant, scope) = (tap.tenant.clone(), Scope::one(&tap.tenant));
    let mut marks = cx.marks_on(&scope, trigger, cx.now() - COUNTED)?;
    let is_it = |marked: &Marked| marked.person == tap.person && marked.mark == mark && marked.at == tap.at;
    if let Some(place) = marks.iter().position(is_it) {
        marks.remove(place);
    }
    let before = cx.learnt_in(&scope)?.into_iter().find(|(id, _)| id == trigger).map(|(_, learnt)| learnt);
    let before = before.unwrap_or_default();
    let (shift, reason) = learn(&marks);
    if (shift, &reason) != (before.shift, &before.words) {
        let what = Step::Learnt(shift);
        let step = TriggerStep { tenant, trigger: trigger.clone(), what, reason, by: None, at: cx.now() };
        out.stored.steps.push(step);
    }
    Ok(())
}

fn tell_managers(cx: &Cx<'_>, event: &Event, trigger: &TriggerId, why: &str, out: &mut Changes) -> Handled {
    let Some(trigger) = cx.engine.library().triggers.get(trigger) else { return Ok(()) };
    if cx.managers.is_empty() {
        warn!("nobody is told: people.managers names nobody");
    }
    for who in cx.managers {
        let facts = people::facts_for(cx, who, [], out)?;
        if facts.opted_out {
            continue;
        }
        let telling = Action::PostPrivately { who: who.clone() };
        let mut delivery = answers::answer(cx, event, "paused", &facts.id, telling, paused_card(trigger, why));
        let quiet = facts.snoozed_until.unwrap_or(cx.now()).max(cx.now());
        delivery.due_at = cx.engine.opens(&facts, quiet);
        delivery.expires_at = delivery.due_at + OFFER_LASTS;
        out.stored.deliveries.push(delivery);
    }
    Ok(())
}
