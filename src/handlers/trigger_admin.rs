//! What a manager may do: see the triggers in totals, pause them, let them go on, leave examples out.
//!
//! Invariants
//! - Only whoever the configuration names, or runs the workspace by the platform's word; asked at every tap.
//! - Whoever runs a workspace sees and changes what is of that workspace; operators, whom the configuration names, all.

use std::time::Duration;

use chat::{Card, Choice, DeliveryId, Event, Identity, MessageId, PersonId, Place, Prominence, Scope, Tenant};

use super::{
    Changes, Cx, Handled,
    answers::{self, privately},
    asks::Question,
    feedback::{self, gone, not_for_you},
    suggested_examples,
    tuning::{self, COUNTED},
};
use crate::{
    access::{Action, Actor, Denied, Role, authorise},
    engine::{
        Learnt, Tap, code_of,
        compose::{Rating, Steered, steering_card},
        worth_a_look,
    },
    library::{Trigger, TriggerId},
    messages::{paragraph, say},
    store::{Delivery, Offer, Outcome, Pause, PauseChange, REVIEW, Step, TriggerStep},
};

/// What totals look back on.
const MONTH: Duration = Duration::from_hours(24 * 30);

/// Somebody with what they are in their workspace: a member, where the platform does not answer.
pub(super) fn actor(cx: &Cx<'_>, who: &Identity, person: &PersonId) -> Actor {
    let actor = member_or_operator(cx, who, person);
    if actor.role == Role::Operator {
        return actor;
    }
    let runs = cx.look_up_whether(Question::RunsWorkspace(who.clone()));
    if runs == Some(true) { Actor { role: Role::Admin, ..actor } } else { actor }
}

/// The same without asking the platform: for what its admins may do no more than others.
pub(super) fn member_or_operator(cx: &Cx<'_>, who: &Identity, person: &PersonId) -> Actor {
    let role = if cx.managers.contains(who) { Role::Operator } else { Role::Member };
    Actor { person: person.clone(), tenant: who.tenant(), role }
}

/// Whether somebody may use a card of `of`.
pub(super) fn may_use(cx: &Cx<'_>, event: &Event, of: &PersonId, person: &PersonId) -> Result<(), Denied> {
    authorise(&member_or_operator(cx, &event.by, person), Action::UseCard { of })
}

/// True for a card of somebody's own: one that Kairos sent to them, or of which it knows nothing.
pub(super) fn is_theirs(cx: &Cx<'_>, event: &Event, message: &MessageId, person: &PersonId) -> Handled<bool> {
    let Place { platform, workspace, channel, .. } = &event.place;
    let sent = cx.delivery_at(*platform, workspace, channel, message)?;
    Ok(sent.is_none_or(|delivery| may_use(cx, event, &delivery.key.person, person).is_ok()))
}

/// The triggers, for whoever may pause them.
pub(super) fn show_triggers(cx: &Cx<'_>, event: &Event, person: &PersonId, out: &mut Changes) -> Handled {
    let actor = actor(cx, &event.by, person);
    let card = match authorise(&actor, Action::SeeTriggers) {
        Ok(()) => triggers_card(cx, &actor, &out.stored)?,
        Err(denied) => refusal(denied),
    };
    out.stored.deliveries.push(answers::answer(cx, event, REVIEW, person, privately(event), card));
    Ok(())
}

/// Pauses a trigger, or lets it go on; the card shows it in place.
pub(super) fn steer(
    cx: &Cx<'_>,
    event: &Event,
    message: &MessageId,
    (trigger, pauses): (TriggerId, bool),
    person: &PersonId,
    out: &mut Changes,
) -> Handled {
    let actor = actor(cx, &event.by, person);
    let tenant = actor.changes();
    let mut allowed = authorise(&actor, Action::ChangeTrigger { tenant: &tenant });
    if allowed.is_ok() && !pauses {
        // What holds in every workspace is ended by whoever may change every one.
        let every = Tenant::every();
        let held = cx.pauses(&actor.scope())?;
        if held.iter().any(|pause| pause.trigger == trigger && pause.tenant.is_every()) {
            allowed = authorise(&actor, Action::ChangeTrigger { tenant: &every });
        }
    }
    if let Err(denied) = allowed {
        feedback::say(cx, event, "steered", person, &refusal(denied), out);
        return Ok(());
    }
    let (by, reason, at) = (person.clone(), say!("by-a-manager").to_owned(), cx.now());
    let change = if pauses {
        PauseChange::Pause(Pause { tenant, trigger, by: Some(by), reason, at })
    } else {
        PauseChange::Resume { tenant, trigger, by, at }
    };
    out.stored.pauses.push(change);
    show_triggers_anew(cx, event, message, &actor, out)
}

/// Leaves an example of a trigger out, or brings it back; the card shows it in place.
pub(super) fn leave_out(
    cx: &Cx<'_>,
    event: &Event,
    message: &MessageId,
    (id, code, leaves): (&TriggerId, &str, bool),
    person: &PersonId,
    out: &mut Changes,
) -> Handled {
    let trigger = cx.engine.library().triggers.get(id);
    let example = trigger.and_then(|trigger| trigger.examples.iter().find(|example| code_of(example) == code));
    let actor = actor(cx, &event.by, person);
    let tenant = actor.changes();
    let refused = match authorise(&actor, Action::ChangeTrigger { tenant: &tenant }) {
        Err(denied) => Some(refusal(denied)),
        Ok(()) if example.is_none() => Some(gone()),
        Ok(()) => None,
    };
    let Some(example) = example.filter(|_| refused.is_none()) else {
        feedback::say(cx, event, "left-out", person, &refused.unwrap_or_else(gone), out);
        return Ok(());
    };
    let what = if leaves { Step::LeftOut(example.clone()) } else { Step::BackIn(example.clone()) };
    let (by, reason, at) = (Some(person.clone()), say!("by-a-manager").to_owned(), cx.now());
    let step = TriggerStep { tenant, trigger: id.clone(), what, reason, by, at };
    out.stored.steps.push(step);
    show_triggers_anew(cx, event, message, &actor, out)
}

/// The triggers with what is about to change, in the place of the card on which a manager tapped.
pub(super) fn show_triggers_anew(
    cx: &Cx<'_>,
    event: &Event,
    message: &MessageId,
    actor: &Actor,
    out: &mut Changes,
) -> Handled {
    let card = triggers_card(cx, actor, &out.stored)?;
    feedback::replace(cx, event, (message, REVIEW), &actor.person, card, out);
    Ok(())
}

/// A manager says that a moment was right, or wrong.
pub(super) fn judged(
    cx: &Cx<'_>,
    event: &Event,
    id: &DeliveryId,
    person: &PersonId,
    is_right: bool,
    out: &mut Changes,
) -> Handled {
    let found = feedback::offer_behind(cx, id)?;
    let card = match (may_judge(cx, event, found.as_ref(), person), found) {
        (Err(denied), _) => refusal(denied),
        (Ok(()), Some((delivery, offer))) => {
            let tap = feedback::tap(cx, &delivery, &offer, person, if is_right { "right" } else { "wrong" });
            tuning::weigh_marks(cx, event, &tap, &offer, out)?;
            out.stored.taps.push(tap);
            Card::new(say!("done"), paragraph(say!("timing-noted")))
        }
        (Ok(()), None) => gone(),
    };
    feedback::say(cx, event, "judged", person, &card, out);
    Ok(())
}

/// Whether somebody may judge the moment of a card; of what is gone, any manager hears that it is.
fn may_judge(cx: &Cx<'_>, event: &Event, found: Option<&(Delivery, Offer)>, person: &PersonId) -> Result<(), Denied> {
    let actor = actor(cx, &event.by, person);
    let Some((delivery, _)) = found else { return authorise(&actor, Action::SeeTriggers) };
    authorise(&actor, Action::JudgeMoment { tenant: &Tenant::stored(&delivery.key.tenant) })
}

/// The buttons for managers behind *Why this?*.
pub(super) fn judging(cx: &Cx<'_>, event: &Event, found: &(Delivery, Offer), person: &PersonId) -> Vec<Choice> {
    if may_judge(cx, event, Some(found), person).is_err() {
        return Vec::new();
    }
    let id = &found.0.id;
    let choice =
        |tap: &Tap, label: &str| Choice { id: tap.to_choice(), label: label.to_owned(), prominence: Prominence::Usual };
    vec![choice(&Tap::Right(id.clone()), say!("timing-good")), choice(&Tap::Wrong(id.clone()), say!("timing-bad"))]
}

/// The triggers, as far as somebody may see them, with what is about to change.
fn triggers_card(cx: &Cx<'_>, actor: &Actor, coming: &Outcome) -> Handled<Card> {
    let scope = actor.scope();
    let mut paused = cx.pauses(&scope)?;
    for change in &coming.pauses {
        match change {
            PauseChange::Pause(pause) if paused.iter().any(|known| known.trigger == pause.trigger) => {}
            PauseChange::Pause(pause) => paused.push(pause.clone()),
            PauseChange::Resume { tenant, trigger, .. } => {
                paused.retain(|pause| pause.trigger != *trigger || !(tenant.is_every() || pause.tenant == *tenant));
            }
        }
    }
    let mut totals = cx.trigger_totals(&scope, cx.now() - MONTH)?;
    let learnt = cx.learnt_in(&scope)?;
    let proposals = suggested_examples::proposals(cx, &scope, coming)?;
    let mut steered = Vec::new();
    for trigger in cx.engine.library().triggers.values() {
        let of = learnt.iter().find(|(id, _)| *id == trigger.id).map(|(_, of)| of.clone()).unwrap_or_default();
        let of = in_force(trigger, of, &coming.steps);
        let totals = totals.remove(&trigger.id).unwrap_or_default();
        let against = [Rating::NotForMe.as_str(), Rating::Stop.as_str(), "wrong"];
        let mut doubted = Vec::new();
        if against.iter().any(|tap| totals.tapped(tap).times > 0) {
            doubted = worth_a_look(&cx.marks_on(&scope, &trigger.id, cx.now() - COUNTED)?);
            let is_heard = |text: &String| trigger.examples.contains(text) && !of.left_out.contains(text);
            doubted.retain(|text| is_heard(text) || of.taken_in.contains(text));
        }
        let mut proposed: Vec<String> = Vec::new();
        for words in proposals.iter().filter(|words| words.trigger == trigger.id) {
            // Two people may have given the same.
            if !proposed.contains(&words.text) {
                proposed.push(words.text.clone());
            }
        }
        let in_force: Vec<&Pause> = paused.iter().filter(|pause| pause.trigger == trigger.id).collect();
        steered.push(Steered {
            trigger,
            paused: in_force.first().map(|pause| told(pause, &scope)),
            may_resume: scope == Scope::All || in_force.iter().all(|pause| !pause.tenant.is_every()),
            totals,
            learnt: of.words,
            worth_a_look: doubted,
            left_out: of.left_out,
            proposed,
            taken_in: of.taken_in,
        });
    }
    Ok(steering_card(&steered))
}

/// What is in force of a trigger, with what is about to change.
fn in_force(trigger: &Trigger, mut of: Learnt, coming: &[TriggerStep]) -> Learnt {
    for step in coming.iter().filter(|step| step.trigger == trigger.id) {
        match &step.what {
            Step::LeftOut(text) if !of.left_out.contains(text) => of.left_out.push(text.clone()),
            Step::BackIn(text) => of.left_out.retain(|other| other != text),
            Step::TakenIn(text) if !of.taken_in.contains(text) => of.taken_in.push(text.clone()),
            Step::TakenOut(text) => of.taken_in.retain(|other| other != text),
            _ => {}
        }
    }
    // What the library no longer has need not be brought back.
    of.left_out.retain(|example| trigger.examples.contains(example));
    of
}

/// Why a trigger is paused, as whoever sees these workspaces reads it.
fn told(pause: &Pause, scope: &Scope) -> String {
    match scope {
        Scope::Of(_) if pause.tenant.is_every() => say!("paused-everywhere", reason = &pause.reason),
        Scope::All if !pause.tenant.is_every() && pause.by.is_some() => {
            say!("paused-in", workspace = pause.tenant.to_string(), reason = &pause.reason)
        }
        _ => pause.reason.clone(),
    }
}

/// Says why somebody may not.
pub(super) fn refusal(denied: Denied) -> Card {
    let why = match denied {
        Denied::NotManager => say!("managers-only"),
        Denied::OtherWorkspace => say!("other-workspace"),
        Denied::OwnWords => say!("approve-own"),
        Denied::NotTheirChannel => say!("here-refused"),
        Denied::SomebodyElses => return not_for_you(),
    };
    Card::new(say!("not-changed"), paragraph(why))
}
