//! People: their identities, what they chose, and what a decision may know about them.

use chat::{AssetId, Identity, PersonId, Timestamp, UserId, WorkspaceId};
use sqlx::FromRow;

use super::{
    Offer, Person, PersonChange, Store, StoreError,
    backend::{Tx, execute, fetch_all, fetch_optional},
    columns::{read_instant, read_json, read_name, write_instant, write_json},
    names,
};
use crate::{
    engine::{PersonFacts, Received, WorkingHours},
    library::TriggerId,
};

#[derive(FromRow)]
struct PersonRow {
    id: String,
    profile: String,
    described_at: Option<i64>,
    hours: Option<String>,
    opted_out: bool,
    snoozed_until: Option<i64>,
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
        })
    }
}

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
        }
        PersonChange::OptOut(out) => {
            execute!(tx.on(), "UPDATE people SET opted_out = $2 WHERE id = $1", id, *out)?;
        }
        PersonChange::Hours(hours) => {
            let hours = hours.as_ref().map(WorkingHours::to_string);
            execute!(tx.on(), "UPDATE people SET hours = $2 WHERE id = $1", id, hours)?;
        }
        PersonChange::Stop(trigger, true) => {
            let sql = "INSERT INTO stops (person_id, trigger_id) SELECT id, $2 FROM people WHERE id = $1
                 ON CONFLICT (person_id, trigger_id) DO NOTHING";
            execute!(tx.on(), sql, id, trigger.as_str())?;
        }
        // Done before everything else, by [`erase`].
        PersonChange::Erase => {}
        PersonChange::Stop(trigger, false) => {
            let sql = "DELETE FROM stops WHERE person_id = $1 AND trigger_id = $2";
            execute!(tx.on(), sql, id, trigger.as_str())?;
        }
    }
    Ok(())
}

/// Forgets a person: what they did, what reached them, what was told and decided about them, who they are.
///
/// A call to a platform that is under way keeps its row, which is swept like any other; it holds nobody's words.
pub(super) async fn erase(tx: &mut Tx, person: &PersonId) -> Result<(), StoreError> {
    names::erase(tx, person).await?;
    for sql in [
        "DELETE FROM taps WHERE person_id = $1",
        "DELETE FROM sessions WHERE person_id = $1",
        "DELETE FROM decisions WHERE person_id = $1",
        "DELETE FROM deliveries WHERE person_id = $1 AND state NOT IN ('sending', 'ambiguous')",
        "UPDATE trigger_steps SET person_id = NULL WHERE person_id = $1",
        "DELETE FROM people WHERE id = $1",
    ] {
        execute!(tx.on(), sql, person.as_str())?;
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
        let sql = "SELECT id, profile, described_at, hours, opted_out, snoozed_until
             FROM identities JOIN people ON people.id = identities.person_id
             WHERE platform = $1 AND workspace = $2 AND user_id = $3";
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
        let sql = "SELECT id, profile, described_at, hours, opted_out, snoozed_until FROM people WHERE id = $1";
        let row: Option<PersonRow> = fetch_optional!(self.pools.read(), sql, id.as_str())?;
        row.map(PersonRow::into_person).transpose()
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

    /// Everything about a person that a decision may look at; what reached them, or is on its way, not before `since`.
    ///
    /// Somebody unknown has chosen nothing.
    pub async fn facts_about(&self, person: &PersonId, since: Timestamp) -> Result<PersonFacts, StoreError> {
        let kept = self.person(person).await?;
        let sql = "SELECT 'stopped', trigger_id FROM stops WHERE person_id = $1
             UNION SELECT tap, asset_id FROM taps WHERE person_id = $1 AND tap = 'know' AND asset_id IS NOT NULL";
        let choices: Vec<(String, String)> = fetch_all!(self.pools.read(), sql, person.as_str())?;
        let (mut stopped, mut known) = (Vec::new(), Vec::new());
        for (choice, of) in choices {
            if choice == "stopped" { stopped.push(TriggerId::new(of)) } else { known.push(AssetId::new(of)) }
        }
        stopped.sort();
        known.sort();
        let received = self.received_by(person, since).await?;
        Ok(PersonFacts {
            id: person.clone(),
            opted_out: kept.as_ref().is_some_and(|kept| kept.opted_out),
            snoozed_until: kept.as_ref().and_then(|kept| kept.snoozed_until),
            hours: kept.as_ref().and_then(|kept| kept.hours),
            profile: kept.map(|kept| kept.profile).unwrap_or_default(),
            stopped,
            known,
            received,
        })
    }

    async fn received_by(&self, person: &PersonId, since: Timestamp) -> Result<Vec<Received>, StoreError> {
        let sql = "SELECT COALESCE(sent_at, due_at), offer FROM deliveries
             WHERE person_id = $1 AND offer IS NOT NULL AND state IN ('pending', 'sending', 'ambiguous', 'sent')
               AND COALESCE(sent_at, due_at) >= $2
             ORDER BY COALESCE(sent_at, due_at) DESC, id DESC";
        let rows: Vec<(i64, String)> = fetch_all!(self.pools.read(), sql, person.as_str(), since.as_ms())?;
        let received = rows.into_iter().map(|(at, offer)| {
            let Offer { plan, .. } = read_json(&offer, "offer")?;
            Ok(Received {
                at: Timestamp::from_ms(at),
                trigger: plan.trigger,
                // An offer of practice alone counts against the budget too; no asset has an empty name.
                asset: plan.molecule.assets.into_iter().next().unwrap_or_else(|| AssetId::new("")),
                unasked: plan.unasked,
            })
        });
        received.collect()
    }
}
