//! Alerts and numbers about nobody in particular: for whoever is on duty, in private; or for the team's channel.
//!
//! Invariants
//! - People on duty come first; a channel hears of it only where somebody has switched Kairos on.
//! - What reaches nobody waits until somebody is on duty, as long as it is true; it is never dropped unseen.
//! - What one alert or one series opened is closed together, and by its own source alone.
//! - Whoever is on duty hears of sources that are bound to a workspace of theirs, and of no other.

use chat::{Alert, Identity, PersonId, Place, Said, Signal};

use super::{
    Changes, Cx, Handled, Interrupted, group_numbers, identity_resolution, metric_drops, people,
    signals::{ALERT_LASTS, About, answers, ends, need},
};
use crate::{
    engine::{Evidence, Need},
    library::{Mode, Trigger},
    messages::say,
    store::{DipChange, Origin, Unheard},
};

/// Whom an alert about a group reaches.
enum Hearers {
    /// Those on duty.
    People(Vec<(PersonId, Identity)>),
    /// The team's channel.
    Channel(Place),
    /// Nobody, for now.
    Nobody,
}

/// What is told about a group.
#[derive(Clone, Copy)]
pub(super) struct Matter<'a> {
    pub(super) signal: &'a Signal,
    pub(super) source: &'a str,
    pub(super) team: &'a str,
    /// The same from its beginning to its end.
    pub(super) key: &'a str,
    /// It was told before, and nobody heard it.
    pub(super) is_again: bool,
}

/// Decides about what is told about nobody in particular.
pub(super) fn weigh_group(cx: &Cx<'_>, signal: &Signal, origin: &Origin, is_again: bool, out: &mut Changes) -> Handled {
    let Origin::Alerts(source) = origin else { return Ok(()) };
    match &signal.what {
        Said::Alert(alert) => {
            let team = cx.alerts.team(source, &alert.labels);
            let key = format!("alert:{source}/{}", alert.fingerprint);
            let matter = Matter { signal, source, team: &team, key: &key, is_again };
            weigh_group_alert(cx, alert, matter, out)
        }
        Said::Observation(seen) => {
            let team = cx.alerts.team(source, &seen.labels);
            let key = format!("number:{source}/{team}/{}", seen.measure);
            let matter = Matter { signal, source, team: &team, key: &key, is_again };
            group_numbers::weigh_group_number(cx, seen, matter, out)
        }
    }
}

fn weigh_group_alert(cx: &Cx<'_>, alert: &Alert, matter: Matter<'_>, out: &mut Changes) -> Handled {
    let triggers = cx.engine.library().triggers.values();
    let answering = triggers
        .filter(|trigger| trigger.mode != Mode::Off && trigger.dip.as_ref().is_some_and(|dip| answers(dip, alert)));
    let answering: Vec<&Trigger> = answering.collect();
    if answering.is_empty() {
        return Ok(());
    }
    if !alert.firing {
        for trigger in answering {
            end_for_group(cx, trigger, matter, say!("alert-over"), out)?;
        }
        return Ok(());
    }
    if is_past(cx, matter.source, alert)? {
        return Ok(());
    }
    for trigger in answering {
        tell_group(cx, trigger, &alerted(trigger, alert), matter, out)?;
    }
    Ok(())
}

/// Tells whoever is to hear of it; what nobody hears waits.
pub(super) fn tell_group(
    cx: &Cx<'_>,
    trigger: &Trigger,
    need: &Need,
    matter: Matter<'_>,
    out: &mut Changes,
) -> Handled {
    let Matter { signal, source, team, key, .. } = matter;
    match hearers(cx, source, team)? {
        Hearers::People(people) => {
            for (person, identity) in &people {
                let about = About { signal, person, identity, matter: Some(key) };
                let open = cx.open_dip(&trigger.id, person)?;
                metric_drops::offer_help(cx, trigger, need.clone(), about, open, out)?;
            }
        }
        Hearers::Channel(place) => {
            let group = group_of(&place);
            metric_drops::offer_to_group(cx, trigger, need.clone(), (signal, key), (&group, &place), out)?;
        }
        Hearers::Nobody => out.stored.dips.push(DipChange::Unheard(Unheard {
            signal: signal.id.clone(),
            team: team.to_owned(),
            source: source.to_owned(),
            since: cx.now(),
        })),
    }
    Ok(())
}

/// An alert that nobody heard, now that somebody can.
pub(super) fn undelivered(cx: &Cx<'_>, signal: &Signal, origin: &Origin, out: &mut Changes) -> Handled {
    out.stored.dips.push(DipChange::Heard { signal: signal.id.clone() });
    weigh_group(cx, signal, origin, true, out)
}

/// Whether somebody could hear by now what a source tells about a team.
pub(crate) fn is_heard(cx: &Cx<'_>, source: &str, team: &str) -> Handled<bool> {
    let heard = !matches!(hearers(cx, source, team)?, Hearers::Nobody);
    if cx.asked.is_open() { Err(Interrupted::Asks) } else { Ok(heard) }
}

fn hearers(cx: &Cx<'_>, source: &str, team: &str) -> Handled<Hearers> {
    let mut people = Vec::new();
    let scope = cx.alerts.scope(source);
    for person in cx.on_duty(team, &scope, cx.now())? {
        if let Some(identity) = identity_resolution::way_to(cx, &person, &scope)? {
            people.push((person, identity));
        }
    }
    if !people.is_empty() {
        return Ok(Hearers::People(people));
    }
    let Some(place) = cx.alerts.channel(source, team) else { return Ok(Hearers::Nobody) };
    let is_open = people::mode_of(cx, place)?.mode != Mode::Off;
    Ok(if is_open { Hearers::Channel(place.clone()) } else { Hearers::Nobody })
}

/// True for an alert that began long ago, or that is over by now.
fn is_past(cx: &Cx<'_>, source: &str, alert: &Alert) -> Handled<bool> {
    if alert.at + ALERT_LASTS < cx.now() {
        return Ok(true);
    }
    let later = cx.group_signals(source, &alert.name, alert.at)?;
    Ok(later.iter().any(|signal| ends(signal, alert)))
}

/// It is over: for everybody whom it reached.
pub(super) fn end_for_group(
    cx: &Cx<'_>,
    trigger: &Trigger,
    Matter { signal, source, key, .. }: Matter<'_>,
    sentence: &str,
    out: &mut Changes,
) -> Handled {
    let scope = cx.alerts.scope(source);
    for dip in cx.dips_of_alert(&trigger.id, key)? {
        let identity = identity_resolution::way_to(cx, &dip.person, &scope)?;
        let about =
            identity.as_ref().map(|identity| About { signal, person: &dip.person, identity, matter: Some(key) });
        metric_drops::is_over(cx, trigger, &dip, about, sentence, out)?;
    }
    Ok(())
}

fn alerted(trigger: &Trigger, alert: &Alert) -> Need {
    need(trigger, Evidence::Alerted { name: alert.name.clone() })
}

/// Who stands for everybody in a channel, so that a group has a budget and open matters of its own.
fn group_of(place: &Place) -> PersonId {
    PersonId::new(format!("group:{}/{}/{}", place.platform, place.workspace, place.channel))
}
