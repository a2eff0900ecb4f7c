//! Numbers and alerts of other systems: whom they are about, whether something moved, and what is offered.
//!
//! Invariants
//! - A signal is kept with what is decided about it, in one commit: the same one a second time changes nothing.
//! - What is about somebody unknown waits, and is looked at as soon as they are known; it is never dropped.
//! - One person gets one card for a dip, until the number is back or the alert is over.
//! - Help for a number goes to the person alone.

use std::time::Duration;

use chat::{Alert, Event, EventId, Identity, Message, Observation, PersonId, Said, Signal, Timestamp};
use tracing::{info, warn};

use super::{
    Line, LineError,
    line::{Effect, PAST},
    lookups::is_open,
};
use crate::{
    alerts::{Parsed, Unread},
    engine::{
        Evidence, Need,
        dip::{Outcome as Found, Watched, judge, misfit},
    },
    library::{Dip, DipMethod, MeasureId, Mode, Trigger},
    messages::say,
    store::{DipChange, Origin},
};

/// Signals of one series that are looked at: a year of days.
pub(super) const SERIES: u32 = 400;
/// Signals that found their person and are looked at in one go.
pub(super) const BATCH: u32 = 64;
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

impl Line {
    /// Takes every signal of an arrival, each by itself, then finishes the arrival: what is known is skipped, so a
    /// crash in between costs nothing. An arrival with entries that can't be read is kept, with the reason.
    pub(super) async fn take_signals(
        &self,
        parsed: &Parsed,
        origin: &Origin,
        received_at: Timestamp,
        arrival: (EventId, i64),
    ) -> Result<Effect, LineError> {
        let (mut signals, mut unread) = (Vec::new(), parsed.unread.clone());
        for (index, signal) in parsed.signals.iter().enumerate() {
            let Some(reason) = self.misfit(signal) else {
                match self.hear_signal(signal, origin, received_at).await {
                    // Everybody whom a platform has to be asked about is asked about at once.
                    Ok(()) | Err(LineError::Waits) => {}
                    Err(failed) => return Err(failed),
                }
                signals.push(signal.clone());
                continue;
            };
            unread.push(Unread { place: format!("signal {}", index + 1), reason: reason.to_owned() });
        }
        if is_open() {
            return Err(LineError::Waits);
        }
        let parsed = Parsed { signals, unread };
        let mut effect = Effect::default();
        let Some(told) = parsed.told() else {
            effect.outcome.arrival = Some(arrival);
            return Ok(effect);
        };
        warn!(%origin, unread = parsed.unread.len(), reason = told, "entries of an alert's body are kept unread");
        metrics::counter!("kairos_alert_entries_unread_total").increment(parsed.unread.len() as u64);
        self.parts.store.park_arrival(&arrival.0, arrival.1, &told).await?;
        Ok(effect)
    }

    /// Why a number can't be one of its measure; `None` also where nobody declared the measure.
    fn misfit(&self, signal: &Signal) -> Option<&'static str> {
        let Said::Observation(seen) = &signal.what else { return None };
        let measures = &self.parts.engine.library().measures;
        measures.get(&MeasureId::new(&seen.measure)).and_then(|measure| misfit(measure, seen))
    }

    /// Keeps a signal and decides about it; one that is known is left alone.
    pub async fn hear_signal(&self, signal: &Signal, origin: &Origin, received_at: Timestamp) -> Result<(), LineError> {
        if self.parts.store.knows_signal(&signal.id).await? {
            return Ok(());
        }
        let mut effect = Effect::default();
        let scope = match origin {
            Origin::Alerts(source) => self.parts.alerts.scope(source),
            Origin::Platform(_) | Origin::Past(_) => chat::Scope::Of([].into()),
        };
        let known = match &signal.who {
            Some(key) => self.person_meant(key, &scope).await?,
            None => None,
        };
        if is_open() {
            return Err(LineError::Waits);
        }
        effect.outcome.dips.push(DipChange::Keep {
            signal: Box::new(signal.clone()),
            person: known.as_ref().map(|(person, _)| person.clone()),
            scope,
            received_at,
        });
        match (&signal.who, &known) {
            (Some(_), Some((person, identity))) => {
                self.weigh(About { signal, person, identity, matter: None }, &mut effect).await?;
            }
            (Some(_), None) => info!("a signal waits: nobody is known by the name in it"),
            (None, _) => self.weigh_group(signal, origin, false, &mut effect).await?,
        }
        if is_open() {
            return Err(LineError::Waits);
        }
        self.commit(effect).await
    }

    /// What another program posted, where a source of alerts names the channel as its own.
    pub(super) async fn overhear(&self, event: &Event, message: &Message) -> Result<(), LineError> {
        let triggers = self.parts.engine.library().triggers.values();
        let known: Vec<&str> = triggers.filter_map(|trigger| trigger.dip.as_ref()?.alert.as_deref()).collect();
        let told = self.parts.alerts.overhear(&event.place, &message.text, &known, event.at);
        let Some((source, signals)) = told else { return Ok(()) };
        let origin = Origin::Alerts(source.to_owned());
        for signal in &signals {
            self.hear_signal(signal, &origin, self.now()).await?;
        }
        Ok(())
    }

    /// Asks every rule that listens for what was told.
    pub(super) async fn weigh(&self, about: About<'_>, effect: &mut Effect) -> Result<(), LineError> {
        for trigger in self.parts.engine.library().triggers.values() {
            let Some(dip) = trigger.dip.as_ref().filter(|_| trigger.mode != Mode::Off) else { continue };
            match &about.signal.what {
                Said::Observation(seen) if measures(dip, seen) => {
                    self.weigh_number(trigger, dip, seen, about, effect).await?;
                }
                Said::Alert(alert) if answers(dip, alert) => self.weigh_alert(trigger, alert, about, effect).await?,
                _ => {}
            }
        }
        Ok(())
    }

    async fn weigh_number(
        &self,
        trigger: &Trigger,
        dip: &Dip,
        seen: &Observation,
        about: About<'_>,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let library = self.parts.engine.library();
        let Some(measure) = dip.measure.as_ref().and_then(|id| library.measures.get(id)) else { return Ok(()) };
        let store = &self.parts.store;
        let kept = store.signals_of(about.person, &seen.measure, self.now() - PAST, SERIES).await?;
        let mut series: Vec<Observation> =
            kept.into_iter().filter(|it| it.id != about.signal.id).filter_map(number).collect();
        if series.last().is_some_and(|newest| newest.until > seen.until) {
            // Old news: the newer number has been judged.
            return Ok(());
        }
        let is_stale = seen.until + Duration::from_hours(24) * dip.window_days < self.now();
        series.push(seen.clone());
        let colleagues = chat::Scope::one(&about.identity.tenant());
        let people = store.people_measured(&measure.id, &colleagues, self.now() - PAST).await?;
        let watched = Watched {
            series: &series,
            last_look: store.last_look(&trigger.id, about.person).await?,
            people: usize::try_from(people).unwrap_or(usize::MAX).max(1),
        };
        let Some(mut verdict) = judge(measure, dip, &watched) else { return Ok(()) };
        verdict.numbers.own = true;
        let open = store.open_dip(&trigger.id, about.person).await?;
        if matches!(verdict.outcome, Found::Moved | Found::Steady) {
            let (trigger, person) = (trigger.id.clone(), about.person.clone());
            effect.outcome.dips.push(DipChange::Looked { trigger, person, at: seen.until });
        }
        match (verdict.outcome, open) {
            // What a group's number opened is closed by the group's number.
            (Found::Recovered, Some(dip)) if dip.fingerprint.is_none() => {
                self.is_over(trigger, &dip, Some(about), &verdict.sentence, effect).await
            }
            (Found::Moved, open) if !is_stale => {
                let need = need(trigger, Evidence::Measured { verdict });
                self.offer_help(trigger, need, about, open, effect).await
            }
            _ => Ok(()),
        }
    }

    async fn weigh_alert(
        &self,
        trigger: &Trigger,
        alert: &Alert,
        about: About<'_>,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let store = &self.parts.store;
        let open = store.open_dip(&trigger.id, about.person).await?;
        if !alert.firing {
            let Some(dip) = open.filter(|dip| dip.fingerprint.as_deref().is_none_or(|it| it == alert.fingerprint))
            else {
                return Ok(());
            };
            return self.is_over(trigger, &dip, Some(about), say!("alert-over"), effect).await;
        }
        let later = store.signals_of(about.person, &alert.name, alert.at, SERIES).await?;
        let is_over = later.iter().any(|it| ends(it, alert));
        if is_over || alert.at + ALERT_LASTS < self.now() {
            return Ok(());
        }
        let need = need(trigger, Evidence::Alerted { name: alert.name.clone() });
        self.offer_help(trigger, need, about, open, effect).await
    }
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
