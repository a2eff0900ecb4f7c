//! Who is on duty, and alerts about a group that have reached nobody yet.
//!
//! Invariants
//! - A team is compared in lower case; `*` is on duty for every team.
//! - Somebody is on duty in the workspaces in which they are known, and for no other's alerts.
//! - What has reached somebody is no longer among what nobody heard.

use chat::{PersonId, Scope, Signal, Timestamp};

use super::{
    Duty, Store, StoreError, Unheard,
    backend::{Tx, execute, fetch_all, fetch_optional, within},
    columns::{read_count, read_json},
};

/// Stands for every team.
pub const EVERY_TEAM: &str = "*";

pub(super) async fn keep_unheard(tx: &mut Tx, unheard: &Unheard) -> Result<(), StoreError> {
    let sql = "INSERT INTO unheard (signal_id, team, source, since) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    let Unheard { signal, team, source, since } = unheard;
    execute!(tx.on(), sql, signal.as_str(), team.to_lowercase(), source.as_str(), since.as_ms())?;
    Ok(())
}

pub(super) async fn heard(tx: &mut Tx, signal: &str) -> Result<(), StoreError> {
    execute!(tx.on(), "DELETE FROM unheard WHERE signal_id = $1", signal)?;
    Ok(())
}

impl Store {
    /// Puts somebody on duty; the same twice is once, with the later end.
    pub async fn put_on_duty(&self, duty: &Duty) -> Result<(), StoreError> {
        let sql = "INSERT INTO duties (tenant, team, starts_at, person_id, ends_at)
             SELECT DISTINCT platform || '/' || workspace, $1, CAST($2 AS BIGINT), person_id, CAST($4 AS BIGINT)
             FROM identities WHERE person_id = $3
             ON CONFLICT (tenant, team, starts_at, person_id) DO UPDATE SET ends_at = excluded.ends_at";
        let Duty { person, team, from, until } = duty;
        execute!(self.pools.write(), sql, team.to_lowercase(), from.as_ms(), person.as_str(), until.as_ms())?;
        Ok(())
    }

    /// Takes somebody off duty for a team, from now on and for good; how many duties that were.
    pub async fn take_off_duty(&self, person: &PersonId, team: &str) -> Result<u64, StoreError> {
        let (person, team, mut tx) = (person.as_str(), team.to_lowercase(), self.pools.begin().await?);
        let count = "SELECT COUNT(DISTINCT starts_at) FROM duties WHERE person_id = $1 AND team = $2";
        let duties: Option<(i64,)> = fetch_optional!(tx.on(), count, person, &team)?;
        execute!(tx.on(), "DELETE FROM duties WHERE person_id = $1 AND team = $2", person, &team)?;
        tx.commit().await?;
        Ok(duties.map_or(0, |(duties,)| read_count(duties)))
    }

    /// Every duty that ends after `now`, the first to begin first.
    pub async fn duties(&self, now: Timestamp) -> Result<Vec<Duty>, StoreError> {
        let sql = "SELECT DISTINCT team, starts_at, person_id, ends_at FROM duties WHERE ends_at > $1
             ORDER BY starts_at, team, person_id";
        let rows: Vec<(String, i64, String, i64)> = fetch_all!(self.pools.read(), sql, now.as_ms())?;
        let duties = rows.into_iter().map(|(team, from, person, until)| Duty {
            person: PersonId::new(person),
            team,
            from: Timestamp::from_ms(from),
            until: Timestamp::from_ms(until),
        });
        Ok(duties.collect())
    }

    /// Who of the workspaces of a scope is on duty for a team at an instant.
    pub async fn on_duty(&self, team: &str, scope: &Scope, now: Timestamp) -> Result<Vec<PersonId>, StoreError> {
        let sql = concat!(
            "SELECT DISTINCT person_id FROM duties WHERE team IN ($1, $2) AND starts_at <= $3 AND ends_at > $3 AND ",
            within!(4),
            " ORDER BY person_id"
        );
        let (team, now) = (team.to_lowercase(), now.as_ms());
        let rows: Vec<(String,)> = fetch_all!(self.pools.read(), sql, team, EVERY_TEAM, now, scope.to_stored())?;
        Ok(rows.into_iter().map(|(person,)| PersonId::new(person)).collect())
    }

    /// The teams, by the source that told of them, whose alerts nobody heard yet.
    pub async fn unheard_teams(&self, limit: u32) -> Result<Vec<(String, String)>, StoreError> {
        let sql = "SELECT DISTINCT team, source FROM unheard ORDER BY team, source LIMIT CAST($1 AS BIGINT)";
        Ok(fetch_all!(self.pools.read(), sql, i64::from(limit))?)
    }

    /// Up to `limit` alerts about a team that nobody heard yet, the oldest first.
    pub async fn unheard(&self, team: &str, source: &str, limit: u32) -> Result<Vec<Signal>, StoreError> {
        let sql = "SELECT s.signal FROM unheard u JOIN signals s ON s.id = u.signal_id
             WHERE u.team = $1 AND u.source = $2 ORDER BY u.since, u.signal_id LIMIT CAST($3 AS BIGINT)";
        let rows: Vec<(String,)> = fetch_all!(self.pools.read(), sql, team, source, i64::from(limit))?;
        rows.iter().map(|(signal,)| read_json(signal, "signal")).collect()
    }

    /// How many alerts about a group nobody heard yet.
    pub async fn unheard_count(&self) -> Result<u64, StoreError> {
        let row: Option<(i64,)> = fetch_optional!(self.pools.read(), "SELECT COUNT(*) FROM unheard")?;
        Ok(row.map_or(0, |(count,)| read_count(count)))
    }

    /// What a source told about nobody in particular under a name since an instant, the oldest first.
    pub async fn group_signals(
        &self,
        source: &str,
        subject: &str,
        since: Timestamp,
    ) -> Result<Vec<Signal>, StoreError> {
        let sql = "SELECT signal FROM signals WHERE scheme IS NULL AND person_id IS NULL AND subject = $1 AND at >= $2
                AND substr(id, 1, length($3)) = $3 ORDER BY at, id";
        let rows: Vec<(String,)> = fetch_all!(self.pools.read(), sql, subject, since.as_ms(), format!("{source}:"))?;
        rows.iter().map(|(signal,)| read_json(signal, "signal")).collect()
    }

    /// Up to `limit` of the newest numbers of a measure that a source told about nobody in particular since an instant, the
    /// oldest first.
    pub async fn numbers_of_groups(
        &self,
        source: &str,
        measure: &str,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Signal>, StoreError> {
        let sql = "SELECT signal FROM signals
             WHERE scheme IS NULL AND person_id IS NULL AND kind = 'observation' AND subject = $1 AND at >= $2
                AND substr(id, 1, length($4)) = $4 ORDER BY at DESC, id DESC LIMIT CAST($3 AS BIGINT)";
        let (since, limit, source) = (since.as_ms(), i64::from(limit), format!("{source}:"));
        let rows: Vec<(String,)> = fetch_all!(self.pools.read(), sql, measure, since, limit, source)?;
        rows.iter().rev().map(|(signal,)| read_json(signal, "signal")).collect()
    }
}
