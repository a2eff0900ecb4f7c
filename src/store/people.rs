//! People: their identities, and what they chose.

use chat::{Identity, PersonId, Timestamp, UserId, WorkspaceId};
use sqlx::FromRow;

use super::{
    Person, PersonChange, Store, StoreError,
    backend::{Tx, execute, fetch_all, fetch_optional},
    columns::{read_instant, read_json, read_name, read_small, write_instant, write_json},
    names, taps,
};
use crate::engine::{Budget, Load, Own, WorkingHours};

#[derive(FromRow)]
struct PersonRow {
    id: String,
    profile: String,
    described_at: Option<i64>,
    hours: Option<String>,
    opted_out: bool,
    snoozed_until: Option<i64>,
    zone: Option<String>,
    zone_asked_at: Option<i64>,
    budget_per_day: Option<i64>,
    budget_per_week: Option<i64>,
    days_off: Option<String>,
    no_digest: bool,
    pulse_at: Option<i64>,
    load: Option<String>,
}

/// The columns of [`PersonRow`].
macro_rules! person_columns {
    () => {
        "id, profile, described_at, hours, opted_out, snoozed_until, zone, zone_asked_at, budget_per_day, \
         budget_per_week, days_off, no_digest, pulse_at, load"
    };
}

impl PersonRow {
    fn into_person(self) -> Result<Person, StoreError> {
        Ok(Person {
            id: PersonId::new(self.id),
            profile: read_json(&self.profile, "profile")?,
            described_at: read_instant(self.described_at),
            hours: self.hours.map(|hours| read_name(&hours, "hours")).transpose()?,
            opted_out: self.opted_out,
            snoozed_until: read_instant(self.snoozed_until),
            zone_asked_at: read_instant(self.zone_asked_at),
            own: Own {
                zone: self.zone,
                budget: read_budget(self.budget_per_day, self.budget_per_week)?,
                days_off: read_name(&self.days_off.unwrap_or_default(), "days_off")?,
                no_digest: self.no_digest,
                pulse: read_instant(self.pulse_at),
                load: self.load.map(|load| read_name(&load, "load")).transpose()?,
            },
        })
    }
}

fn read_budget(per_day: Option<i64>, per_week: Option<i64>) -> Result<Option<Budget>, StoreError> {
    let Some((per_day, per_week)) = per_day.zip(per_week) else { return Ok(None) };
    let per_day = read_small(per_day, "budget_per_day")?;
    Ok(Some(Budget { per_day, per_week: read_small(per_week, "budget_per_week")? }))
}

/// What waits for its hour is decided again by then, so only what is decided has to be taken back.
const TAKE_BACK_PENDING: &str = "UPDATE deliveries SET state = 'cancelled', last_error = $2
     WHERE person_id = $1 AND state = 'pending' AND (unasked = TRUE OR trigger_id IN ('digest', 'recovered', 'pulse'))";
const TAKE_BACK_TRIGGER: &str = "UPDATE deliveries SET state = 'cancelled', last_error = $2
     WHERE person_id = $1 AND state = 'pending' AND unasked = TRUE AND trigger_id = $3";

/// Changes what is kept about a person; about somebody unknown there is nothing to change.
pub(super) async fn change(tx: &mut Tx, person: &PersonId, change: &PersonChange) -> Result<(), StoreError> {
    let id = person.as_str();
    match change {
        PersonChange::Described(profile, at) => {
            let sql = "UPDATE people SET profile = $2, described_at = $3 WHERE id = $1";
            execute!(tx.on(), sql, id, write_json(profile)?, at.as_ms())?;
            if let Some(email) = &profile.email {
                names::learn_email(tx, person, email).await?;
            }
        }
        PersonChange::Snooze(until) => {
            let sql = "UPDATE people SET snoozed_until = $2 WHERE id = $1";
            execute!(tx.on(), sql, id, write_instant(*until))?;
            if until.is_some() {
                execute!(tx.on(), TAKE_BACK_PENDING, id, "quiet for a week")?;
            }
        }
        PersonChange::OptOut(out) => {
            execute!(tx.on(), "UPDATE people SET opted_out = $2 WHERE id = $1", id, *out)?;
            if *out {
                execute!(tx.on(), TAKE_BACK_PENDING, id, "suggestions are turned off")?;
            }
        }
        PersonChange::Hours(hours) => {
            let hours = hours.as_ref().map(WorkingHours::to_string);
            execute!(tx.on(), "UPDATE people SET hours = $2 WHERE id = $1", id, hours)?;
        }
        PersonChange::Zone(zone) => {
            execute!(tx.on(), "UPDATE people SET zone = $2 WHERE id = $1", id, zone.as_deref())?;
        }
        PersonChange::ZoneAsked(at) => {
            execute!(tx.on(), "UPDATE people SET zone_asked_at = $2 WHERE id = $1", id, at.as_ms())?;
        }
        PersonChange::Budget(budget) => {
            let sql = "UPDATE people SET budget_per_day = $2, budget_per_week = $3 WHERE id = $1";
            let (day, week) = budget.map(|own| (i64::from(own.per_day), i64::from(own.per_week))).unzip();
            execute!(tx.on(), sql, id, day, week)?;
        }
        PersonChange::DaysOff(days) => {
            let days = (!days.is_empty()).then(|| days.to_string());
            execute!(tx.on(), "UPDATE people SET days_off = $2 WHERE id = $1", id, days)?;
        }
        PersonChange::Digest(wanted) => {
            execute!(tx.on(), "UPDATE people SET no_digest = $2 WHERE id = $1", id, !*wanted)?;
        }
        PersonChange::Pulse(next) => {
            execute!(tx.on(), "UPDATE people SET pulse_at = $2 WHERE id = $1", id, write_instant(*next))?;
        }
        PersonChange::Load(load) => {
            execute!(tx.on(), "UPDATE people SET load = $2 WHERE id = $1", id, load.map(Load::as_str))?;
            if *load == Some(Load::Overloaded) {
                execute!(tx.on(), TAKE_BACK_PENDING, id, "overloaded, as they said")?;
            }
        }
        PersonChange::Stop(trigger, true) => {
            let sql = "INSERT INTO stops (person_id, trigger_id) SELECT id, $2 FROM people WHERE id = $1
                 ON CONFLICT (person_id, trigger_id) DO NOTHING";
            execute!(tx.on(), sql, id, trigger.as_str())?;
            execute!(tx.on(), TAKE_BACK_TRIGGER, id, "this trigger was stopped", trigger.as_str())?;
        }
        PersonChange::Name(key, state) => names::settle(tx, person, key, *state).await?,
        // Done before everything else.
        PersonChange::Erase => {}
        PersonChange::Untap(delivery, tap) => taps::remove(tx, delivery, person, tap).await?,
        PersonChange::Stop(trigger, false) => {
            let sql = "DELETE FROM stops WHERE person_id = $1 AND trigger_id = $2";
            execute!(tx.on(), sql, id, trigger.as_str())?;
        }
    }
    Ok(())
}

impl Store {
    /// The person with this identity; somebody new gets the id `candidate`.
    ///
    /// Of two calls for the same new identity one creates the person, and both return it. A candidate that is
    /// somebody else's id is refused ([`StoreError::Taken`]): two humans never become one by accident.
    pub async fn person_of(
        &self,
        identity: &Identity,
        candidate: &PersonId,
        now: Timestamp,
    ) -> Result<Person, StoreError> {
        if let Some(person) = self.find_person(identity).await? {
            return Ok(person);
        }
        let mut tx = self.pools.begin().await?;
        let created = execute!(
            tx.on(),
            "INSERT INTO people (id, profile, created_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
            candidate.as_str(),
            write_json(&chat::Profile::default())?,
            now.as_ms()
        )?;
        let linked = execute!(
            tx.on(),
            "INSERT INTO identities (platform, workspace, user_id, person_id) VALUES ($1, $2, $3, $4)
             ON CONFLICT (platform, workspace, user_id) DO NOTHING",
            identity.platform.as_str(),
            identity.workspace.as_str(),
            identity.user.as_str(),
            candidate.as_str()
        )?;
        if created == 1 && linked == 1 {
            tx.commit().await?;
        } else {
            // Somebody was faster: what they wrote stands, and our row must not stay behind without an identity.
            tx.rollback().await?;
        }
        self.find_person(identity).await?.ok_or_else(|| StoreError::Taken(candidate.clone()))
    }

    async fn find_person(&self, identity: &Identity) -> Result<Option<Person>, StoreError> {
        let sql = concat!(
            "SELECT ",
            person_columns!(),
            " FROM identities JOIN people ON people.id = identities.person_id
              WHERE platform = $1 AND workspace = $2 AND user_id = $3"
        );
        let row: Option<PersonRow> = fetch_optional!(
            self.pools.read(),
            sql,
            identity.platform.as_str(),
            identity.workspace.as_str(),
            identity.user.as_str()
        )?;
        row.map(PersonRow::into_person).transpose()
    }

    /// The person with this id.
    pub async fn person(&self, id: &PersonId) -> Result<Option<Person>, StoreError> {
        let sql = concat!("SELECT ", person_columns!(), " FROM people WHERE id = $1");
        let row: Option<PersonRow> = fetch_optional!(self.pools.read(), sql, id.as_str())?;
        row.map(PersonRow::into_person).transpose()
    }

    /// Up to `limit` people who want to be asked how full their week is and whose time has come, with that time.
    pub async fn pulses_due(&self, now: Timestamp, limit: u32) -> Result<Vec<(PersonId, Timestamp)>, StoreError> {
        let sql = "SELECT id, pulse_at FROM people WHERE pulse_at <= $1 ORDER BY pulse_at, id LIMIT CAST($2 AS BIGINT)";
        let rows: Vec<(String, i64)> = fetch_all!(self.pools.read(), sql, now.as_ms(), i64::from(limit))?;
        Ok(rows.into_iter().map(|(id, at)| (PersonId::new(id), Timestamp::from_ms(at))).collect())
    }

    /// Every identity of a person, by platform, workspace and user.
    pub async fn identities_of(&self, person: &PersonId) -> Result<Vec<Identity>, StoreError> {
        let sql = "SELECT platform, workspace, user_id FROM identities WHERE person_id = $1";
        let rows: Vec<(String, String, String)> = fetch_all!(self.pools.read(), sql, person.as_str())?;
        let identities = rows.into_iter().map(|(platform, workspace, user)| {
            Ok(Identity {
                platform: read_name(&platform, "platform")?,
                workspace: WorkspaceId::new(workspace),
                user: UserId::new(user),
            })
        });
        let mut identities = identities.collect::<Result<Vec<_>, StoreError>>()?;
        identities.sort();
        Ok(identities)
    }
}
