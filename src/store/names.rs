//! Names by which other systems know people, and what is kept about somebody because of them.
//!
//! Invariants
//! - A name means one person at a time; what the platform tells of somebody never takes a name from another.

use chat::{Identity, PersonId, PersonKey, Signal, Timestamp, UserId, WorkspaceId};

use super::{
    Known, Store, StoreError,
    backend::{Tx, execute, fetch_all},
    columns::{read_json, read_name},
};

/// What the platform tells of somebody's address: theirs from now on, unless it is somebody else's already.
pub(super) async fn learn_email(tx: &mut Tx, person: &PersonId, email: &str) -> Result<(), StoreError> {
    let Some(key) = PersonKey::new("email", email) else { return Ok(()) };
    let sql = "INSERT INTO person_keys (scheme, value, person_id) SELECT $1, $2, id FROM people WHERE id = $3
         ON CONFLICT (scheme, value) DO NOTHING";
    execute!(tx.on(), sql, key.scheme.as_str(), key.value.as_str(), person.as_str())?;
    Ok(())
}

impl Store {
    /// Every name of a person in other systems.
    pub async fn names_of(&self, person: &PersonId) -> Result<Vec<PersonKey>, StoreError> {
        let sql = "SELECT scheme, value FROM person_keys WHERE person_id = $1 ORDER BY scheme, value";
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
        let names: Vec<(String, String, String)> =
            fetch_all!(self.pools.read(), "SELECT person_id, scheme, value FROM person_keys ORDER BY scheme, value")?;
        for (person, scheme, value) in names {
            if let Some(index) = by_id.get(&person) {
                everybody[*index].names.push(PersonKey { scheme, value });
            }
        }
        Ok(everybody)
    }

    /// Takes a name away from whoever bears it; false when nobody did.
    pub async fn unname(&self, key: &PersonKey) -> Result<bool, StoreError> {
        let sql = "DELETE FROM person_keys WHERE scheme = $1 AND value = $2";
        Ok(execute!(self.pools.write(), sql, key.scheme.as_str(), key.value.as_str())? > 0)
    }

    /// Addresses for whose bearers something waits, and that no platform was asked about since `before`.
    pub async fn emails_to_seek(&self, before: Timestamp, limit: u32) -> Result<Vec<PersonKey>, StoreError> {
        let sql = "SELECT DISTINCT s.scheme, s.value FROM signals s
             LEFT JOIN sought ON sought.scheme = s.scheme AND sought.value = s.value
             WHERE s.person_id IS NULL AND s.scheme = 'email' AND (sought.asked_at IS NULL OR sought.asked_at < $1)
               AND NOT EXISTS (SELECT 1 FROM person_keys k WHERE k.scheme = s.scheme AND k.value = s.value)
             ORDER BY s.value LIMIT CAST($2 AS BIGINT)";
        let rows: Vec<(String, String)> = fetch_all!(self.pools.read(), sql, before.as_ms(), i64::from(limit))?;
        Ok(rows.into_iter().map(|(scheme, value)| PersonKey { scheme, value }).collect())
    }

    /// Platforms were asked who bears a name.
    pub async fn was_sought(&self, key: &PersonKey, at: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO sought (scheme, value, asked_at) VALUES ($1, $2, $3)
             ON CONFLICT (scheme, value) DO UPDATE SET asked_at = excluded.asked_at";
        execute!(self.pools.write(), sql, key.scheme.as_str(), key.value.as_str(), at.as_ms())?;
        Ok(())
    }
}
