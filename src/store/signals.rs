//! What other systems told, whom they mean by their names, and numbers that moved.
//!
//! Invariants
//! - A signal is kept in the same transaction as what is decided about it: one that is known has been decided.
//! - A signal about somebody unknown waits without a person, and is found as soon as somebody bears that name.
//! - For a trigger and a person at most one dip is open.

use chat::{DeliveryId, Identity, PersonId, PersonKey, PlatformKind, Said, Signal, Timestamp};
use sqlx::FromRow;

use super::{
    DipChange, KeptDip, Store, StoreError, Waiting,
    backend::{Tx, execute, fetch_all, fetch_optional},
    columns::{read_count, read_instant, read_json, read_optional_json, write_json, write_optional_json},
    duties,
    quarantine::Kind,
};
use crate::library::{MeasureId, TriggerId};

pub(super) async fn change(tx: &mut Tx, change: &DipChange) -> Result<(), StoreError> {
    match change {
        DipChange::Keep { signal, person, received_at } => {
            keep(tx, signal, person.as_ref(), *received_at).await?;
        }
        DipChange::Adopt { signal, person } => {
            let sql = "UPDATE signals SET person_id = $2 WHERE id = $1";
            execute!(tx.on(), sql, signal.as_str(), person.as_str())?;
        }
        DipChange::Unheard(unheard) => duties::keep_unheard(tx, unheard).await?,
        DipChange::Heard { signal } => duties::heard(tx, signal).await?,
        DipChange::Looked { trigger, person, at } => {
            let sql = "INSERT INTO looks (trigger_id, person_id, looked_at) VALUES ($1, $2, $3)
                 ON CONFLICT (trigger_id, person_id) DO UPDATE SET looked_at = excluded.looked_at";
            execute!(tx.on(), sql, trigger.as_str(), person.as_str(), at.as_ms())?;
        }
        DipChange::Open(dip) => {
            let sql = "INSERT INTO dips
                     (trigger_id, person_id, opened_at, held_out, delivery_id, fingerprint, verdict)
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
            execute!(
                tx.on(),
                sql,
                dip.trigger.as_str(),
                dip.person.as_str(),
                dip.opened_at.as_ms(),
                dip.held_out,
                dip.delivery.as_ref().map(DeliveryId::as_str),
                dip.fingerprint.as_deref(),
                write_optional_json(dip.verdict.as_ref())?
            )?;
        }
        DipChange::Helped { trigger, person, delivery } => {
            let sql = "UPDATE dips SET delivery_id = $3 WHERE trigger_id = $1 AND person_id = $2 AND closed_at IS NULL";
            execute!(tx.on(), sql, trigger.as_str(), person.as_str(), delivery.as_str())?;
        }
        DipChange::Close { trigger, person, at } => {
            let sql = "UPDATE dips SET closed_at = $3 WHERE trigger_id = $1 AND person_id = $2 AND closed_at IS NULL";
            execute!(tx.on(), sql, trigger.as_str(), person.as_str(), at.as_ms())?;
        }
    }
    Ok(())
}

async fn keep(
    tx: &mut Tx,
    signal: &Signal,
    person: Option<&PersonId>,
    received_at: Timestamp,
) -> Result<(), StoreError> {
    let (kind, subject, at) = match &signal.what {
        Said::Observation(seen) => ("observation", seen.measure.as_str(), seen.until),
        Said::Alert(alert) => ("alert", alert.name.as_str(), alert.at),
    };
    let sql = "INSERT INTO signals (id, kind, subject, scheme, value, person_id, at, signal, received_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING";
    execute!(
        tx.on(),
        sql,
        signal.id.as_str(),
        kind,
        subject,
        signal.who.as_ref().map(|who| who.scheme.as_str()),
        signal.who.as_ref().map(|who| who.value.as_str()),
        person.map(PersonId::as_str),
        at.as_ms(),
        write_json(signal)?,
        received_at.as_ms()
    )?;
    Ok(())
}

#[derive(FromRow)]
struct DipRow {
    trigger_id: String,
    person_id: String,
    opened_at: i64,
    held_out: bool,
    delivery_id: Option<String>,
    fingerprint: Option<String>,
    verdict: Option<String>,
    closed_at: Option<i64>,
}

impl DipRow {
    fn into_dip(self) -> Result<KeptDip, StoreError> {
        Ok(KeptDip {
            trigger: TriggerId::new(self.trigger_id),
            person: PersonId::new(self.person_id),
            opened_at: Timestamp::from_ms(self.opened_at),
            held_out: self.held_out,
            delivery: self.delivery_id.map(DeliveryId::new),
            fingerprint: self.fingerprint,
            // One that another version wrote costs what can be told of the numbers, not the dip.
            verdict: read_optional_json(self.verdict.as_deref(), "verdict").unwrap_or_default(),
            closed_at: read_instant(self.closed_at),
        })
    }
}

/// A signal with whose it is.
#[derive(FromRow)]
struct SignalRow {
    id: String,
    received_at: i64,
    signal: String,
    person_id: String,
}

impl Store {
    /// Signals with their people; one that can't be read is set aside, so that it does not hold up the others.
    async fn readable_signals(&self, rows: Vec<SignalRow>) -> Result<Vec<(Signal, PersonId)>, StoreError> {
        let about = |row: &SignalRow| (Kind::Signal, row.id.clone(), row.received_at);
        let read = |row: SignalRow| Ok((read_json(&row.signal, "signal")?, PersonId::new(row.person_id)));
        self.readable(rows, about, read).await
    }

    /// True when this signal was decided before.
    pub async fn knows_signal(&self, id: &str) -> Result<bool, StoreError> {
        let row: Option<(i64,)> =
            fetch_optional!(self.pools.read(), "SELECT received_at FROM signals WHERE id = $1", id)?;
        Ok(row.is_some())
    }

    /// Up to `limit` of a person's newest signals about a measure or an alert since an instant, the oldest first.
    pub async fn signals_of(
        &self,
        person: &PersonId,
        subject: &str,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Signal>, StoreError> {
        let sql = "SELECT id, received_at, signal, person_id FROM signals
             WHERE person_id = $1 AND subject = $2 AND at >= $3 ORDER BY at DESC, id DESC LIMIT CAST($4 AS BIGINT)";
        let rows: Vec<SignalRow> =
            fetch_all!(self.pools.read(), sql, person.as_str(), subject, since.as_ms(), i64::from(limit))?;
        let read = self.readable_signals(rows).await?;
        Ok(read.into_iter().rev().map(|(signal, _)| signal).collect())
    }

    /// How many people a measure was reported of since an instant.
    pub async fn people_measured(&self, measure: &MeasureId, since: Timestamp) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(DISTINCT person_id) FROM signals
             WHERE person_id IS NOT NULL AND kind = 'observation' AND subject = $1 AND at >= $2";
        let row: Option<(i64,)> = fetch_optional!(self.pools.read(), sql, measure.as_str(), since.as_ms())?;
        Ok(row.map_or(0, |(count,)| read_count(count)))
    }

    /// When a trigger's rule last looked at a person.
    pub async fn last_look(&self, trigger: &TriggerId, person: &PersonId) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT looked_at FROM looks WHERE trigger_id = $1 AND person_id = $2";
        let row: Option<(i64,)> = fetch_optional!(self.pools.read(), sql, trigger.as_str(), person.as_str())?;
        Ok(row.map(|(at,)| Timestamp::from_ms(at)))
    }

    /// The open dip of a person under a trigger.
    pub async fn open_dip(&self, trigger: &TriggerId, person: &PersonId) -> Result<Option<KeptDip>, StoreError> {
        let sql = "SELECT trigger_id, person_id, opened_at, held_out, delivery_id, fingerprint, verdict, closed_at
             FROM dips WHERE trigger_id = $1 AND person_id = $2 AND closed_at IS NULL";
        let row: Option<DipRow> = fetch_optional!(self.pools.read(), sql, trigger.as_str(), person.as_str())?;
        row.map(DipRow::into_dip).transpose()
    }

    /// The open dips under a trigger that one alert brought, whosever they are.
    pub async fn dips_of_alert(&self, trigger: &TriggerId, fingerprint: &str) -> Result<Vec<KeptDip>, StoreError> {
        let sql = "SELECT trigger_id, person_id, opened_at, held_out, delivery_id, fingerprint, verdict, closed_at
             FROM dips WHERE trigger_id = $1 AND fingerprint = $2 AND closed_at IS NULL ORDER BY person_id";
        let rows: Vec<DipRow> = fetch_all!(self.pools.read(), sql, trigger.as_str(), fingerprint)?;
        rows.into_iter().map(DipRow::into_dip).collect()
    }

    /// Every dip of a person, the oldest first.
    pub async fn dips_of(&self, person: &PersonId) -> Result<Vec<KeptDip>, StoreError> {
        let sql = "SELECT trigger_id, person_id, opened_at, held_out, delivery_id, fingerprint, verdict, closed_at
             FROM dips WHERE person_id = $1 ORDER BY opened_at, trigger_id";
        let rows: Vec<DipRow> = fetch_all!(self.pools.read(), sql, person.as_str())?;
        rows.into_iter().map(DipRow::into_dip).collect()
    }

    /// Whom a name means: by the table of names, or by the id of a platform where that is one person's alone.
    pub async fn person_named(&self, key: &PersonKey) -> Result<Option<PersonId>, StoreError> {
        let sql = "SELECT person_id FROM person_keys WHERE scheme = $1 AND value = $2
             UNION SELECT person_id FROM identities
             WHERE platform = $1 AND (user_id = $2 OR workspace || '/' || user_id = $2)";
        let rows: Vec<(String,)> = fetch_all!(self.pools.read(), sql, key.scheme.as_str(), key.value.as_str())?;
        Ok(match rows.as_slice() {
            [(person,)] => Some(PersonId::new(person)),
            _ => None,
        })
    }

    /// From now on `key` means `person`, whomever it meant before.
    pub async fn name_person(&self, key: &PersonKey, person: &PersonId) -> Result<(), StoreError> {
        let sql = "INSERT INTO person_keys (scheme, value, person_id) VALUES ($1, $2, $3)
             ON CONFLICT (scheme, value) DO UPDATE SET person_id = excluded.person_id";
        execute!(self.pools.write(), sql, key.scheme.as_str(), key.value.as_str(), person.as_str())?;
        Ok(())
    }

    /// Gives a person another identity; false when it is somebody else's already, and then nothing changes.
    pub async fn add_identity(&self, identity: &Identity, person: &PersonId) -> Result<bool, StoreError> {
        let sql = "INSERT INTO identities (platform, workspace, user_id, person_id) VALUES ($1, $2, $3, $4)
             ON CONFLICT (platform, workspace, user_id) DO NOTHING";
        let Identity { platform, workspace, user } = identity;
        execute!(self.pools.write(), sql, platform.as_str(), workspace.as_str(), user.as_str(), person.as_str())?;
        let owner = "SELECT person_id FROM identities WHERE platform = $1 AND workspace = $2 AND user_id = $3";
        let row: Option<(String,)> =
            fetch_optional!(self.pools.read(), owner, platform.as_str(), workspace.as_str(), user.as_str())?;
        Ok(row.is_some_and(|(owner,)| owner == person.as_str()))
    }

    /// Up to `limit` signals that waited for somebody who is known by now and can be written to, of each kind of name
    /// the newest first.
    pub async fn signals_found(&self, limit: u32) -> Result<Vec<(Signal, PersonId)>, StoreError> {
        // Two statements in place of one with OR: each goes by an index.
        let by_name = "SELECT s.id, s.received_at, s.signal, k.person_id FROM signals s
             JOIN person_keys k ON k.scheme = s.scheme AND k.value = s.value
             WHERE s.person_id IS NULL AND s.scheme IS NOT NULL
               AND EXISTS (SELECT 1 FROM identities i WHERE i.person_id = k.person_id)
             ORDER BY s.at DESC, s.id DESC LIMIT CAST($1 AS BIGINT)";
        let by_platform = "SELECT s.id, s.received_at, s.signal, i.person_id FROM signals s
             JOIN identities i ON i.platform = s.scheme
              AND (i.user_id = s.value OR i.workspace || '/' || i.user_id = s.value)
             WHERE s.person_id IS NULL AND s.scheme IN ($2, $3, $4)
             ORDER BY s.at DESC, s.id DESC LIMIT CAST($1 AS BIGINT)";
        let mut rows: Vec<SignalRow> = fetch_all!(self.pools.read(), by_name, i64::from(limit))?;
        let [one, two, three] = PlatformKind::ALL.map(PlatformKind::as_str);
        let more: Vec<SignalRow> = fetch_all!(self.pools.read(), by_platform, i64::from(limit), one, two, three)?;
        rows.extend(more);
        self.readable_signals(rows).await
    }

    /// Whose signals wait because nobody is known by that name, with how many, most first; groups are not waiting.
    pub async fn signals_waiting(&self, limit: u32) -> Result<Vec<Waiting>, StoreError> {
        let sql = "SELECT scheme, value, COUNT(*), MIN(received_at) FROM signals s
             WHERE person_id IS NULL AND scheme IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM person_keys k JOIN identities i ON i.person_id = k.person_id
                               WHERE k.scheme = s.scheme AND k.value = s.value)
               AND NOT EXISTS (SELECT 1 FROM identities i WHERE i.platform = s.scheme
                               AND (i.user_id = s.value OR i.workspace || '/' || i.user_id = s.value))
             GROUP BY scheme, value ORDER BY COUNT(*) DESC, MIN(received_at), scheme, value LIMIT CAST($1 AS BIGINT)";
        let rows: Vec<(String, String, i64, i64)> = fetch_all!(self.pools.read(), sql, i64::from(limit))?;
        let waiting = rows.into_iter().map(|(scheme, value, count, since)| Waiting {
            who: PersonKey { scheme, value },
            count: read_count(count),
            since: Timestamp::from_ms(since),
        });
        Ok(waiting.collect())
    }

    /// What was observed of everybody for a measure since an instant, the oldest first: for totals alone.
    pub async fn observed_since(
        &self,
        measure: &MeasureId,
        since: Timestamp,
    ) -> Result<Vec<(PersonId, Signal)>, StoreError> {
        let sql = "SELECT id, received_at, signal, person_id FROM signals
             WHERE person_id IS NOT NULL AND kind = 'observation' AND subject = $1 AND at >= $2 ORDER BY at, id";
        let rows: Vec<SignalRow> = fetch_all!(self.pools.read(), sql, measure.as_str(), since.as_ms())?;
        let read = self.readable_signals(rows).await?;
        Ok(read.into_iter().map(|(signal, person)| (person, signal)).collect())
    }

    /// Every dip under a trigger since an instant, the oldest first: for totals alone.
    pub async fn dips_since(&self, trigger: &TriggerId, since: Timestamp) -> Result<Vec<KeptDip>, StoreError> {
        let sql = "SELECT trigger_id, person_id, opened_at, held_out, delivery_id, fingerprint, verdict, closed_at
             FROM dips WHERE trigger_id = $1 AND opened_at >= $2 ORDER BY opened_at, person_id";
        let rows: Vec<DipRow> = fetch_all!(self.pools.read(), sql, trigger.as_str(), since.as_ms())?;
        rows.into_iter().map(DipRow::into_dip).collect()
    }
}
