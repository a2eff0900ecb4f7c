//! Alerts about nobody in particular: for whoever is on duty, in private; or for the team's channel.
//!
//! Invariants
//! - People on duty come first; a channel hears of it only where somebody has switched Kairos on.
//! - What reaches nobody waits until somebody is on duty, as long as it is true; it is never dropped unseen.

use chat::{Alert, Identity, PersonId, Place, Said, Signal};

use super::{
    Line, LineError,
    line::Effect,
    signals::{ALERT_LASTS, About, BATCH, answers, ends, need},
};
use crate::{
    engine::Evidence,
    library::{Mode, Trigger},
    store::{DipChange, Origin, Unheard},
};

/// Teams whose unheard alerts are looked at in one go.
const TEAMS: u32 = 64;

/// Whom an alert about a group reaches.
enum Hearers {
    /// Those on duty.
    People(Vec<(PersonId, Identity)>),
    /// The team's channel.
    Channel(Place),
    /// Nobody, for now.
    Nobody,
}

impl Line {
    /// Decides about an alert about nobody in particular; a number about nobody is only kept.
    pub(super) async fn weigh_group(
        &self,
        signal: &Signal,
        origin: &Origin,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let (Said::Alert(alert), Origin::Alerts(source)) = (&signal.what, origin) else { return Ok(()) };
        let triggers = self.parts.engine.library().triggers.values();
        let answering = triggers
            .filter(|trigger| trigger.mode != Mode::Off && trigger.dip.as_ref().is_some_and(|dip| answers(dip, alert)));
        let answering: Vec<&Trigger> = answering.collect();
        if answering.is_empty() {
            return Ok(());
        }
        if !alert.firing {
            return self.end_for_group(&answering, alert, signal, effect).await;
        }
        if self.is_past(alert).await? {
            return Ok(());
        }
        let team = self.parts.alerts.team(source, alert);
        match self.hearers(source, &team).await? {
            Hearers::People(people) => {
                for (person, identity) in &people {
                    let about = About { signal, person, identity };
                    for trigger in &answering {
                        let open = self.parts.store.open_dip(&trigger.id, person).await?;
                        self.offer_help(trigger, alerted(trigger, alert), about, open, effect).await?;
                    }
                }
            }
            Hearers::Channel(place) => {
                let group = group_of(&place);
                for trigger in &answering {
                    if self.parts.store.open_dip(&trigger.id, &group).await?.is_none() {
                        let need = alerted(trigger, alert);
                        self.offer_to_group(trigger, need, signal, (&group, &place), effect).await?;
                    }
                }
            }
            Hearers::Nobody => effect.outcome.dips.push(DipChange::Unheard(Unheard {
                signal: signal.id.clone(),
                team,
                source: source.clone(),
                since: self.now(),
            })),
        }
        Ok(())
    }

    /// Looks at alerts that nobody heard, where somebody is on duty by now or a channel is open; how many there were.
    pub(super) async fn take_unheard(&self) -> Result<usize, LineError> {
        let mut taken = 0;
        for (team, source) in self.parts.store.unheard_teams(TEAMS).await? {
            if matches!(self.hearers(&source, &team).await?, Hearers::Nobody) {
                continue;
            }
            for signal in self.parts.store.unheard(&team, &source, BATCH).await? {
                let mut effect = Effect::default();
                effect.outcome.dips.push(DipChange::Heard { signal: signal.id.clone() });
                self.weigh_group(&signal, &Origin::Alerts(source.clone()), &mut effect).await?;
                self.commit(effect).await?;
                taken += 1;
            }
        }
        Ok(taken)
    }

    async fn hearers(&self, source: &str, team: &str) -> Result<Hearers, LineError> {
        let mut people = Vec::new();
        for person in self.parts.store.on_duty(team, self.now()).await? {
            if let Some(identity) = self.way_to(&person).await? {
                people.push((person, identity));
            }
        }
        if !people.is_empty() {
            return Ok(Hearers::People(people));
        }
        let Some(place) = self.parts.alerts.channel(source, team) else { return Ok(Hearers::Nobody) };
        let is_open = self.mode_of(place).await?.mode != Mode::Off;
        Ok(if is_open { Hearers::Channel(place.clone()) } else { Hearers::Nobody })
    }

    /// True for an alert that began long ago, or that is over by now.
    async fn is_past(&self, alert: &Alert) -> Result<bool, LineError> {
        if alert.at + ALERT_LASTS < self.now() {
            return Ok(true);
        }
        let later = self.parts.store.group_signals(&alert.name, alert.at).await?;
        Ok(later.iter().any(|signal| ends(signal, alert)))
    }

    /// The alert is over: for everybody whom it reached.
    async fn end_for_group(
        &self,
        answering: &[&Trigger],
        alert: &Alert,
        signal: &Signal,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        for trigger in answering {
            for dip in self.parts.store.dips_of_alert(&trigger.id, &alert.fingerprint).await? {
                let identity = self.way_to(&dip.person).await?;
                let about = identity.as_ref().map(|identity| About { signal, person: &dip.person, identity });
                self.is_over(trigger, &dip, about, "The alert is over.", effect).await?;
            }
        }
        Ok(())
    }
}

fn alerted(trigger: &Trigger, alert: &Alert) -> crate::engine::Need {
    need(trigger, Evidence::Alerted { name: alert.name.clone() })
}

/// Who stands for everybody in a channel, so that a group has a budget and open matters of its own.
fn group_of(place: &Place) -> PersonId {
    PersonId::new(format!("group:{}/{}/{}", place.platform, place.workspace, place.channel))
}
