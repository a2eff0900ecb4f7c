//! A number about nobody in particular: judged as a person's is, and told as an alert about a group is.
//!
//! Invariants
//! - Each team's numbers of each source are a series of their own.
//! - What nobody heard is judged anew once somebody can hear it, by the newest number there is.

use std::time::Duration;

use chat::{Observation, PersonId};

use super::{
    Changes, Cx, Handled,
    groups::{self, Matter},
    people::PAST,
    signals::{SERIES, measures, need, number},
};
use crate::{
    engine::{
        Evidence,
        dip::{Outcome as Found, Watched, judge},
    },
    library::{Dip, Measure, MeasureKind, Mode, Trigger},
    store::DipChange,
};

/// Numbers of a measure that are looked through for those of one team.
const OF_ALL_TEAMS: u32 = 8_000;

pub(super) fn weigh_group_number(cx: &Cx<'_>, seen: &Observation, matter: Matter<'_>, out: &mut Changes) -> Handled {
    let triggers = cx.engine.library().triggers.values().filter(|trigger| trigger.mode != Mode::Off);
    let watching: Vec<(&Trigger, &Dip)> = triggers
        .filter_map(|trigger| Some((trigger, trigger.dip.as_ref().filter(|dip| measures(dip, seen))?)))
        .collect();
    if watching.is_empty() {
        return Ok(());
    }
    let mut series = numbers_of(cx, seen, matter)?;
    let newest = series.last().map(|newest| newest.until);
    if !matter.is_again && newest.is_some_and(|newest| newest > seen.until) {
        // Old news: the newer number has been judged.
        return Ok(());
    }
    series.push(seen.clone());
    series.sort_by_key(|one| one.until);
    for (trigger, dip) in watching {
        judge_group(cx, trigger, dip, &series, matter, out)?;
    }
    Ok(())
}

fn judge_group(
    cx: &Cx<'_>,
    trigger: &Trigger,
    dip: &Dip,
    series: &[Observation],
    matter: Matter<'_>,
    out: &mut Changes,
) -> Handled {
    let measure = dip.measure.as_ref().and_then(|id| cx.engine.library().measures.get(id));
    let (Some(measure), Some(newest)) = (measure, series.last()) else { return Ok(()) };
    let group = PersonId::new(format!("group:{}/{}", matter.source, matter.team));
    // Somebody to hear of it is no reason to look at the same number a second time.
    let last_look = if matter.is_again { None } else { cx.last_look(&trigger.id, &group)? };
    let scope = cx.alerts.scope(matter.source);
    let people = cx.people_measured(&measure.id, &scope, cx.now() - PAST)?;
    let people = usize::try_from(people).unwrap_or(usize::MAX).saturating_add(1);
    let watched = Watched { series, last_look, people };
    let Some(verdict) = judge(&of_a_group(measure), dip, &watched) else { return Ok(()) };
    if matches!(verdict.outcome, Found::Moved | Found::Steady) {
        let trigger = trigger.id.clone();
        out.stored.dips.push(DipChange::Looked { trigger, person: group, at: newest.until });
    }
    let is_stale = newest.until + Duration::from_hours(24) * dip.window_days < cx.now();
    match verdict.outcome {
        Found::Recovered => groups::end_for_group(cx, trigger, matter, &verdict.sentence, out),
        Found::Moved if !is_stale => {
            let need = need(trigger, Evidence::Measured { verdict });
            groups::tell_group(cx, trigger, &need, matter, out)
        }
        _ => Ok(()),
    }
}

/// What the same source told about the same team before, the oldest first.
fn numbers_of(cx: &Cx<'_>, seen: &Observation, matter: Matter<'_>) -> Handled<Vec<Observation>> {
    let since = cx.now() - PAST;
    let all = cx.numbers_of_groups(matter.source, &seen.measure, since, OF_ALL_TEAMS)?;
    let others = all.into_iter().filter(|one| one.id != matter.signal.id);
    let mut theirs: Vec<Observation> =
        others.filter_map(number).filter(|one| cx.alerts.team(matter.source, &one.labels) == matter.team).collect();
    let surplus = theirs.len().saturating_sub(SERIES as usize);
    theirs.drain(..surplus);
    Ok(theirs)
}

/// How many are usual of one person is not how many are usual of a team; a share is.
fn of_a_group(measure: &Measure) -> Measure {
    let baseline = measure.baseline.filter(|_| measure.kind != MeasureKind::Count);
    Measure { baseline, ..measure.clone() }
}
