//! Names by which other systems know people, and what is kept about somebody because of them.
//!
//! Invariants
//! - Within a workspace a name means one person at a time; what the platform tells of somebody never takes a name from
//!   another.
//! - An address that a platform told means nobody before its person has said yes.

use chat::{Identity, PersonId, PersonKey, Scope, Signal, Tenant, Timestamp, UserId, WorkspaceId};

use super::{
    Known, Store, StoreError,
    backend::{Tx, execute, fetch_all, fetch_optional, reaches, within},
    columns::{read_json, read_name},
};

/// How far it is settled that a name means a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameState {
    /// An operator said so, or the person themselves.
    Told,
    /// A platform said so.
    Found,
    /// A platform said so, and the person has been asked.
    Asked,
    /// The person said that it is not them.
    Refused,
}

impl NameState {
    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Told => "told",
            Self::Found => "found",
            Self::Asked => "asked",
            Self::Refused => "refused",
        }
    }
}

impl std::str::FromStr for NameState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Told, Self::Found, Self::Asked, Self::Refused].into_iter().find(|it| it.as_str() == text).ok_or(())
    }
}

/// A name that a platform told, whose person is still to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unconfirmed {
    /// In which workspace.
    pub tenant: Tenant,
    /// The name.
    pub key: PersonKey,
    /// Whom it may mean.
    pub person: PersonId,
}

/// What the platform tells of somebody's address: theirs, once they confirm it, unless it is somebody else's already.
pub(super) async fn learn_email(tx: &mut Tx, person: &PersonId, email: &str) -> Result<(), StoreError> {
    let Some(key) = PersonKey::new("email", email) else { return Ok(()) };
    let sql = "INSERT INTO person_keys (tenant, scheme, value, person_id, state)
         SELECT DISTINCT platform || '/' || workspace, $1, $2, person_id, 'found' FROM identities WHERE person_id = $3
         ON CONFLICT (tenant, scheme, value) DO NOTHING";
    execute!(tx.on(), sql, key.scheme.as_str(), key.value.as_str(), person.as_str())?;
    Ok(())
}

/// A person was asked about a name of theirs, or answered.
pub(super) async fn settle(
    tx: &mut Tx,
    person: &PersonId,
    key: &PersonKey,
    state: NameState,
) -> Result<(), StoreError> {
    let sql = "UPDATE person_keys SET state = $4 WHERE person_id = $1 AND scheme = $2 AND value = $3";
    execute!(tx.on(), sql, person.as_str(), key.scheme.as_str(), key.value.as_str(), state.as_str())?;
    Ok(())
}

impl Store {
    /// Every name of a person in other systems, however far it is settled.
    pub async fn names_of(&self, person: &PersonId) -> Result<Vec<PersonKey>, StoreError> {
        let sql = "SELECT DISTINCT scheme, value FROM person_keys WHERE person_id = $1 ORDER BY scheme, value";
        let rows: Vec<(String, String)> = fetch_all!(self.pools.read(), sql, person.as_str())?;
        Ok(rows.into_iter().map(|(scheme, value)| PersonKey { scheme, value }).collect())
    }

    /// Everything that other systems told about a person, the oldest first.
    pub async fn signals_about(&self, person: &PersonId) -> Result<Vec<Signal>, StoreError> {
        let sql = "SELECT signal FROM signals WHERE person_id = $1 ORDER BY at, id";
        let rows: Vec<(String,)> = fetch_all!(self.pools.read(), sql, person.as_str())?;
        rows.iter().map(|(signal,)| read_json(signal, "signal")).collect()
    }

    /// Everybody who is known, with their chat identities and names, up to `limit` people.
    pub async fn everybody(&self, limit: u32) -> Result<Vec<Known>, StoreError> {
        let sql = "SELECT id FROM people ORDER BY created_at, id LIMIT CAST($1 AS BIGINT)";
        let people: Vec<(String,)> = fetch_all!(self.pools.read(), sql, i64::from(limit))?;
        let mut everybody: Vec<Known> = people
            .into_iter()
            .map(|(id,)| Known { person: PersonId::new(id), identities: Vec::new(), names: Vec::new() })
            .collect();
        let by_id: std::collections::HashMap<String, usize> =
            everybody.iter().enumerate().map(|(index, known)| (known.person.to_string(), index)).collect();
        let identities: Vec<(String, String, String, String)> = fetch_all!(
            self.pools.read(),
            "SELECT person_id, platform, workspace, user_id FROM identities ORDER BY platform, workspace, user_id"
        )?;
        for (person, platform, workspace, user) in identities {
            let Some(index) = by_id.get(&person) else { continue };
            everybody[*index].identities.push(Identity {
                platform: read_name(&platform, "platform")?,
                workspace: WorkspaceId::new(workspace),
                user: UserId::new(user),
            });
        }
        let sql = "SELECT DISTINCT person_id, scheme, value, state FROM person_keys ORDER BY scheme, value, state";
        let names: Vec<(String, String, String, String)> = fetch_all!(self.pools.read(), sql)?;
        for (person, scheme, value, state) in names {
            if let Some(index) = by_id.get(&person) {
                everybody[*index].names.push((PersonKey { scheme, value }, read_name(&state, "state")?));
            }
        }
        Ok(everybody)
    }

    /// Takes a name away from whoever bears it, in every workspace; false when nobody did.
    pub async fn unname(&self, key: &PersonKey) -> Result<bool, StoreError> {
        let sql = "DELETE FROM person_keys WHERE scheme = $1 AND value = $2";
        Ok(execute!(self.pools.write(), sql, key.scheme.as_str(), key.value.as_str())? > 0)
    }

    /// Addresses for whose bearers something waits, with the workspaces it may reach, and that were not looked up there
    /// since `before`.
    pub async fn emails_to_seek(&self, before: Timestamp, limit: u32) -> Result<Vec<(Scope, PersonKey)>, StoreError> {
        let sql = concat!(
            "SELECT DISTINCT s.scope, s.scheme, s.value FROM signals s
             LEFT JOIN sought ON sought.scope = s.scope AND sought.scheme = s.scheme AND sought.value = s.value
             WHERE s.person_id IS NULL AND s.scheme = 'email' AND s.scope <> ''
               AND (sought.asked_at IS NULL OR sought.asked_at < $1)
               AND NOT EXISTS (SELECT 1 FROM person_keys k WHERE k.scheme = s.scheme AND k.value = s.value AND ",
            reaches!("s.scope", "k.tenant"),
            ") ORDER BY s.value, s.scope LIMIT CAST($2 AS BIGINT)"
        );
        let rows: Vec<(String, String, String)> = fetch_all!(self.pools.read(), sql, before.as_ms(), i64::from(limit))?;
        Ok(rows
            .into_iter()
            .map(|(scope, scheme, value)| (Scope::stored(&scope), PersonKey { scheme, value }))
            .collect())
    }

    /// A name was looked up within a scope.
    pub async fn was_sought(&self, scope: &Scope, key: &PersonKey, at: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO sought (scope, scheme, value, asked_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (scope, scheme, value) DO UPDATE SET asked_at = excluded.asked_at";
        execute!(self.pools.write(), sql, scope.to_stored(), key.scheme.as_str(), key.value.as_str(), at.as_ms())?;
        Ok(())
    }

    /// A platform told that `key` means `person` in a workspace: to be confirmed by them. A name that means somebody there
    /// already stays theirs.
    pub async fn name_found(&self, key: &PersonKey, person: &PersonId, tenant: &Tenant) -> Result<(), StoreError> {
        let sql = "INSERT INTO person_keys (tenant, scheme, value, person_id, state) VALUES ($1, $2, $3, $4, 'found')
             ON CONFLICT (tenant, scheme, value) DO NOTHING";
        let (scheme, value) = (key.scheme.as_str(), key.value.as_str());
        execute!(self.pools.write(), sql, tenant.as_str(), scheme, value, person.as_str())?;
        Ok(())
    }

    /// Up to `limit` names that something waits for, that a platform told, and whose person has not been asked yet.
    pub async fn names_to_confirm(&self, limit: u32) -> Result<Vec<Unconfirmed>, StoreError> {
        let sql = concat!(
            "SELECT DISTINCT k.tenant, k.scheme, k.value, k.person_id FROM person_keys k
             JOIN signals s ON s.scheme = k.scheme AND s.value = k.value
             WHERE k.state = 'found' AND s.person_id IS NULL AND s.scheme IS NOT NULL AND ",
            reaches!("s.scope", "k.tenant"),
            " ORDER BY k.tenant, k.scheme, k.value LIMIT CAST($1 AS BIGINT)"
        );
        let rows: Vec<(String, String, String, String)> = fetch_all!(self.pools.read(), sql, i64::from(limit))?;
        let read = |(tenant, scheme, value, person): (String, String, String, String)| Unconfirmed {
            tenant: Tenant::stored(tenant),
            key: PersonKey { scheme, value },
            person: PersonId::new(person),
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Whom a name means within a scope, where that is one person: as an operator or they themselves said, or by the id of
    /// a platform. What a platform alone said counts with `unconfirmed`.
    pub async fn person_named(
        &self,
        key: &PersonKey,
        scope: &Scope,
        unconfirmed: bool,
    ) -> Result<Option<PersonId>, StoreError> {
        let sql = concat!(
            "SELECT person_id FROM person_keys WHERE scheme = $1 AND value = $2 AND ",
            within!(3),
            " AND (state = 'told' OR ($4 AND state IN ('found', 'asked')))
             UNION SELECT person_id FROM identities
             WHERE platform = $1 AND (user_id = $2 OR workspace || '/' || user_id = $2) AND ",
            reaches!("$3", "platform || '/' || workspace")
        );
        let (scheme, value) = (key.scheme.as_str(), key.value.as_str());
        let rows: Vec<(String,)> = fetch_all!(self.pools.read(), sql, scheme, value, scope.to_stored(), unconfirmed)?;
        Ok(match rows.as_slice() {
            [(person,)] => Some(PersonId::new(person)),
            _ => None,
        })
    }

    /// From now on `key` means `person` in every workspace in which they are known, whomever it meant there before.
    pub async fn name_person(&self, key: &PersonKey, person: &PersonId) -> Result<(), StoreError> {
        let sql = "INSERT INTO person_keys (tenant, scheme, value, person_id, state)
             SELECT DISTINCT platform || '/' || workspace, $1, $2, person_id, 'told' FROM identities WHERE person_id = $3
             ON CONFLICT (tenant, scheme, value) DO UPDATE SET person_id = excluded.person_id, state = excluded.state";
        execute!(self.pools.write(), sql, key.scheme.as_str(), key.value.as_str(), person.as_str())?;
        Ok(())
    }

    /// Gives a person another identity, and their names and duties hold where it is at home; false when it is somebody
    /// else's already, and then nothing changes.
    pub async fn add_identity(&self, identity: &Identity, person: &PersonId) -> Result<bool, StoreError> {
        let mut tx = self.pools.begin().await?;
        let sql = "INSERT INTO identities (platform, workspace, user_id, person_id) VALUES ($1, $2, $3, $4)
             ON CONFLICT (platform, workspace, user_id) DO NOTHING";
        let Identity { platform, workspace, user } = identity;
        execute!(tx.on(), sql, platform.as_str(), workspace.as_str(), user.as_str(), person.as_str())?;
        let owner = "SELECT person_id FROM identities WHERE platform = $1 AND workspace = $2 AND user_id = $3";
        let row: Option<(String,)> =
            fetch_optional!(tx.on(), owner, platform.as_str(), workspace.as_str(), user.as_str())?;
        let is_theirs = row.is_some_and(|(owner,)| owner == person.as_str());
        if is_theirs {
            let tenant = identity.tenant();
            let names = "INSERT INTO person_keys (tenant, scheme, value, person_id, state)
                 SELECT DISTINCT $1, scheme, value, person_id, state FROM person_keys WHERE person_id = $2 AND state = 'told'
                 ON CONFLICT (tenant, scheme, value) DO NOTHING";
            execute!(tx.on(), names, tenant.as_str(), person.as_str())?;
            let duties = "INSERT INTO duties (tenant, team, starts_at, person_id, ends_at)
                 SELECT DISTINCT $1, team, starts_at, person_id, ends_at FROM duties WHERE person_id = $2
                 ON CONFLICT (tenant, team, starts_at, person_id) DO NOTHING";
            execute!(tx.on(), duties, tenant.as_str(), person.as_str())?;
        }
        tx.commit().await?;
        Ok(is_theirs)
    }
}
