//! Numbers and alerts of other systems: whom they are about, whether something moved, and what is offered.
//!
//! Invariants
//! - A signal is kept with what is decided about it, in one commit: the same one a second time changes nothing.
//! - What is about somebody unknown waits, and is looked at as soon as they are known; it is never dropped.
//! - One person gets one card for a dip, until the number is back or the alert is over.
//! - Help for a number goes to the person alone.

use std::time::Duration;

use chat::{Alert, Event, Identity, Message, Observation, PersonId, Said, Signal, Timestamp};
use tracing::info;

use super::{Changes, Cx, Handled, groups, identity_resolution, metric_drops, people::PAST};
use crate::{
    engine::{
        Engine, Evidence, Need,
        dip::{Outcome as Found, Watched, judge, misfit},
    },
    library::{Dip, DipMethod, MeasureId, Mode, Trigger},
    messages::say,
    store::{DipChange, Origin},
};

/// Signals of one series that are looked at: a year of days.
pub(super) const SERIES: u32 = 400;
/// How long an alert is worth answering once it began.
pub(super) const ALERT_LASTS: Duration = Duration::from_hours(24 * 5);

/// A signal with the person it is about.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) signal: &'a Signal,
    pub(super) person: &'a PersonId,
    /// How they are written to.
    pub(super) identity: &'a Identity,
    /// What it is a part of where it is about a group: all that it opened is closed together.
    pub(super) matter: Option<&'a str>,
}

/// Why a number can't be one of its measure; `None` also where nobody declared the measure.
pub(crate) fn misfit_of(engine: &Engine, signal: &Signal) -> Option<&'static str> {
    let Said::Observation(seen) = &signal.what else { return None };
    let measures = &engine.library().measures;
    measures.get(&MeasureId::new(&seen.measure)).and_then(|measure| misfit(measure, seen))
}

/// Keeps a signal and decides about it; one that is known is left alone.
pub(super) fn signal(
    cx: &Cx<'_>,
    signal: &Signal,
    origin: &Origin,
    received_at: Timestamp,
    out: &mut Changes,
) -> Handled {
    if cx.knows_signal(&signal.id)? {
        return Ok(());
    }
    let scope = match origin {
        Origin::Alerts(source) => cx.alerts.scope(source),
        Origin::Platform(_) | Origin::Past(_) => chat::Scope::Of([].into()),
    };
    let known = match &signal.who {
        Some(key) => identity_resolution::person_meant(cx, key, &scope)?,
        None => None,
    };
    out.stored.dips.push(DipChange::Keep {
        signal: Box::new(signal.clone()),
        person: known.as_ref().map(|(person, _)| person.clone()),
        scope,
        received_at,
    });
    match (&signal.who, &known) {
        (Some(_), Some((person, identity))) => weigh(cx, About { signal, person, identity, matter: None }, out),
        (Some(_), None) => {
            info!("a signal waits: nobody is known by the name in it");
            Ok(())
        }
        (None, _) => groups::weigh_group(cx, signal, origin, false, out),
    }
}

/// What another program posted, where a source of alerts names the channel as its own.
pub(super) fn overhear(cx: &Cx<'_>, event: &Event, message: &Message, out: &mut Changes) {
    let triggers = cx.engine.library().triggers.values();
    let known: Vec<&str> = triggers.filter_map(|trigger| trigger.dip.as_ref()?.alert.as_deref()).collect();
    let told = cx.alerts.overhear(&event.place, &message.text, &known, event.at);
    let Some((source, signals)) = told else { return };
    let origin = Origin::Alerts(source.to_owned());
    out.signals.extend(signals.into_iter().map(|signal| (signal, origin.clone())));
}

/// Asks every rule that listens for what was told.
pub(super) fn weigh(cx: &Cx<'_>, about: About<'_>, out: &mut Changes) -> Handled {
    for trigger in cx.engine.library().triggers.values() {
        let Some(dip) = trigger.dip.as_ref().filter(|_| trigger.mode != Mode::Off) else { continue };
        match &about.signal.what {
            Said::Observation(seen) if measures(dip, seen) => {
                weigh_number(cx, trigger, dip, seen, about, out)?;
            }
            Said::Alert(alert) if answers(dip, alert) => weigh_alert(cx, trigger, alert, about, out)?,
            _ => {}
        }
    }
    Ok(())
}

fn weigh_number(
    cx: &Cx<'_>,
    trigger: &Trigger,
    dip: &Dip,
    seen: &Observation,
    about: About<'_>,
    out: &mut Changes,
) -> Handled {
    let library = cx.engine.library();
    let Some(measure) = dip.measure.as_ref().and_then(|id| library.measures.get(id)) else { return Ok(()) };
    let kept = cx.signals_of(about.person, &seen.measure, cx.now() - PAST, SERIES)?;
    let mut series: Vec<Observation> =
        kept.into_iter().filter(|it| it.id != about.signal.id).filter_map(number).collect();
    if series.last().is_some_and(|newest| newest.until > seen.until) {
        // Old news: the newer number has been judged.
        return Ok(());
    }
    let is_stale = seen.until + Duration::from_hours(24) * dip.window_days < cx.now();
    series.push(seen.clone());
    let colleagues = chat::Scope::one(&about.identity.tenant());
    let people = cx.people_measured(&measure.id, &colleagues, cx.now() - PAST)?;
    let watched = Watched {
        series: &series,
        last_look: cx.last_look(&trigger.id, about.person)?,
        people: usize::try_from(people).unwrap_or(usize::MAX).max(1),
    };
    let Some(mut verdict) = judge(measure, dip, &watched) else { return Ok(()) };
    verdict.numbers.own = true;
    let open = cx.open_dip(&trigger.id, about.person)?;
    if matches!(verdict.outcome, Found::Moved | Found::Steady) {
        let (trigger, person) = (trigger.id.clone(), about.person.clone());
        out.stored.dips.push(DipChange::Looked { trigger, person, at: seen.until });
    }
    match (verdict.outcome, open) {
        // What a group's number opened is closed by the group's number.
        (Found::Recovered, Some(dip)) if dip.fingerprint.is_none() => {
            metric_drops::is_over(cx, trigger, &dip, Some(about), &verdict.sentence, out)
        }
        (Found::Moved, open) if !is_stale => {
            let need = need(trigger, Evidence::Measured { verdict });
            metric_drops::offer_help(cx, trigger, need, about, open, out)
        }
        _ => Ok(()),
    }
}

fn weigh_alert(cx: &Cx<'_>, trigger: &Trigger, alert: &Alert, about: About<'_>, out: &mut Changes) -> Handled {
    let open = cx.open_dip(&trigger.id, about.person)?;
    if !alert.firing {
        let Some(dip) = open.filter(|dip| dip.fingerprint.as_deref().is_none_or(|it| it == alert.fingerprint)) else {
            return Ok(());
        };
        return metric_drops::is_over(cx, trigger, &dip, Some(about), say!("alert-over"), out);
    }
    let later = cx.signals_of(about.person, &alert.name, alert.at, SERIES)?;
    let is_over = later.iter().any(|it| ends(it, alert));
    if is_over || alert.at + ALERT_LASTS < cx.now() {
        return Ok(());
    }
    let need = need(trigger, Evidence::Alerted { name: alert.name.clone() });
    metric_drops::offer_help(cx, trigger, need, about, open, out)
}

pub(super) fn measures(dip: &Dip, seen: &Observation) -> bool {
    dip.method != DipMethod::Source && dip.measure.as_ref().is_some_and(|measure| measure.as_str() == seen.measure)
}

pub(super) fn answers(dip: &Dip, alert: &Alert) -> bool {
    dip.method == DipMethod::Source && dip.alert.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(&alert.name))
}

pub(super) fn number(signal: Signal) -> Option<Observation> {
    match signal.what {
        Said::Observation(seen) => Some(seen),
        Said::Alert(_) => None,
    }
}

pub(super) fn ends(signal: &Signal, alert: &Alert) -> bool {
    matches!(&signal.what, Said::Alert(end) if !end.firing && end.fingerprint == alert.fingerprint && end.at >= alert.at)
}

pub(super) fn need(trigger: &Trigger, evidence: Evidence) -> Need {
    #[expect(clippy::cast_possible_truncation, reason = "a share, shown to two places")]
    let (score, threshold) = match &evidence {
        Evidence::Measured { verdict } => {
            let numbers = verdict.numbers;
            (1.0 - numbers.chance.unwrap_or(0.0) as f32, 1.0 - numbers.accepted.unwrap_or(0.0) as f32)
        }
        _ => (1.0, 1.0),
    };
    Need { trigger: trigger.id.clone(), score: score.max(threshold), threshold, evidence }
}
