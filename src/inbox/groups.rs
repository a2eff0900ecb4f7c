//! Alerts and numbers about nobody in particular: for whoever is on duty, in private; or for the team's channel.
//!
//! Invariants
//! - People on duty come first; a channel hears of it only where somebody has switched Kairos on.
//! - What reaches nobody waits until somebody is on duty, as long as it is true; it is never dropped unseen.
//! - What one alert or one series opened is closed together, and by its own source alone.
//! - Whoever is on duty hears of sources that are bound to a workspace of theirs, and of no other.

use chat::{Alert, Identity, PersonId, Place, Said, Signal};

use super::{
    Line, LineError,
    line::Effect,
    signals::{ALERT_LASTS, About, BATCH, answers, ends, need},
};
use crate::{
    engine::{Evidence, Need},
    library::{Mode, Trigger},
    messages::say,
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

impl Line {
    /// Decides about what is told about nobody in particular.
    pub(super) async fn weigh_group(
        &self,
        signal: &Signal,
        origin: &Origin,
        is_again: bool,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let Origin::Alerts(source) = origin else { return Ok(()) };
        match &signal.what {
            Said::Alert(alert) => {
                let team = self.parts.alerts.team(source, &alert.labels);
                let key = format!("alert:{source}/{}", alert.fingerprint);
                let matter = Matter { signal, source, team: &team, key: &key, is_again };
                self.weigh_group_alert(alert, matter, effect).await
            }
            Said::Observation(seen) => {
                let team = self.parts.alerts.team(source, &seen.labels);
                let key = format!("number:{source}/{team}/{}", seen.measure);
                let matter = Matter { signal, source, team: &team, key: &key, is_again };
                self.weigh_group_number(seen, matter, effect).await
            }
        }
    }

    async fn weigh_group_alert(&self, alert: &Alert, matter: Matter<'_>, effect: &mut Effect) -> Result<(), LineError> {
        let triggers = self.parts.engine.library().triggers.values();
        let answering = triggers
            .filter(|trigger| trigger.mode != Mode::Off && trigger.dip.as_ref().is_some_and(|dip| answers(dip, alert)));
        let answering: Vec<&Trigger> = answering.collect();
        if answering.is_empty() {
            return Ok(());
        }
        if !alert.firing {
            for trigger in answering {
                self.end_for_group(trigger, matter, say!("alert-over"), effect).await?;
            }
            return Ok(());
        }
        if self.is_past(matter.source, alert).await? {
            return Ok(());
        }
        for trigger in answering {
            self.tell_group(trigger, &alerted(trigger, alert), matter, effect).await?;
        }
        Ok(())
    }

    /// Tells whoever is to hear of it; what nobody hears waits.
    pub(super) async fn tell_group(
        &self,
        trigger: &Trigger,
        need: &Need,
        matter: Matter<'_>,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let Matter { signal, source, team, key, .. } = matter;
        match self.hearers(source, team).await? {
            Hearers::People(people) => {
                for (person, identity) in &people {
                    let about = About { signal, person, identity, matter: Some(key) };
                    let open = self.parts.store.open_dip(&trigger.id, person).await?;
                    self.offer_help(trigger, need.clone(), about, open, effect).await?;
                }
            }
            Hearers::Channel(place) => {
                let group = group_of(&place);
                self.offer_to_group(trigger, need.clone(), (signal, key), (&group, &place), effect).await?;
            }
            Hearers::Nobody => effect.outcome.dips.push(DipChange::Unheard(Unheard {
                signal: signal.id.clone(),
                team: team.to_owned(),
                source: source.to_owned(),
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
                self.weigh_group(&signal, &Origin::Alerts(source.clone()), true, &mut effect).await?;
                self.commit(effect).await?;
                taken += 1;
            }
        }
        Ok(taken)
    }

    async fn hearers(&self, source: &str, team: &str) -> Result<Hearers, LineError> {
        let mut people = Vec::new();
        let scope = self.parts.alerts.scope(source);
        for person in self.parts.store.on_duty(team, &scope, self.now()).await? {
            if let Some(identity) = self.way_to(&person, &scope).await? {
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
    async fn is_past(&self, source: &str, alert: &Alert) -> Result<bool, LineError> {
        if alert.at + ALERT_LASTS < self.now() {
            return Ok(true);
        }
        let later = self.parts.store.group_signals(source, &alert.name, alert.at).await?;
        Ok(later.iter().any(|signal| ends(signal, alert)))
    }

    /// It is over: for everybody whom it reached.
    pub(super) async fn end_for_group(
        &self,
        trigger: &Trigger,
        Matter { signal, source, key, .. }: Matter<'_>,
        sentence: &str,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let scope = self.parts.alerts.scope(source);
        for dip in self.parts.store.dips_of_alert(&trigger.id, key).await? {
            let identity = self.way_to(&dip.person, &scope).await?;
            let about =
                identity.as_ref().map(|identity| About { signal, person: &dip.person, identity, matter: Some(key) });
            self.is_over(trigger, &dip, about, sentence, effect).await?;
        }
        Ok(())
    }
}

fn alerted(trigger: &Trigger, alert: &Alert) -> Need {
    need(trigger, Evidence::Alerted { name: alert.name.clone() })
}

/// Who stands for everybody in a channel, so that a group has a budget and open matters of its own.
fn group_of(place: &Place) -> PersonId {
    PersonId::new(format!("group:{}/{}/{}", place.platform, place.workspace, place.channel))
}
