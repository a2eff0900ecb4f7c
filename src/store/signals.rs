//! What other systems told, whom they mean by their names, and numbers that moved.
//!
//! Invariants
//! - A signal is kept in the same transaction as what is decided about it: one that is known has been decided.
//! - A signal about somebody unknown waits without a person, and is found as soon as somebody bears that name in one of
//!   the workspaces that its source is bound to.
//! - For a trigger and a person at most one dip is open.

use chat::{DeliveryId, PersonId, PersonKey, PlatformKind, Said, Scope, Signal, Timestamp};
use sqlx::FromRow;

use super::{
    DipChange, KeptDip, Store, StoreError, Waiting,
    backend::{Tx, execute, fetch_all, fetch_optional, reaches},
    columns::{read_count, read_instant, read_json, read_optional_json, write_json, write_optional_json},
    duties,
    quarantine::Kind,
};
use crate::library::{MeasureId, TriggerId};

pub(super) async fn change(tx: &mut Tx, change: &DipChange) -> Result<(), StoreError> {
    match change {
        DipChange::Keep { signal, person, scope, received_at } => {
            keep(tx, signal, (person.as_ref(), scope), *received_at).await?;
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
    (person, scope): (Option<&PersonId>, &Scope),
    received_at: Timestamp,
) -> Result<(), StoreError> {
    let (kind, subject, at) = match &signal.what {
        Said::Observation(seen) => ("observation", seen.measure.as_str(), seen.until),
        Said::Alert(alert) => ("alert", alert.name.as_str(), alert.at),
    };
    let sql = "INSERT INTO signals (id, kind, subject, scheme, value, person_id, at, signal, received_at, scope)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING";
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
        received_at.as_ms(),
        scope.to_stored()
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
    fn into_dip(self) -> KeptDip {
        KeptDip {
            trigger: TriggerId::new(self.trigger_id),
            person: PersonId::new(self.person_id),
            opened_at: Timestamp::from_ms(self.opened_at),
            held_out: self.held_out,
            delivery: self.delivery_id.map(DeliveryId::new),
            fingerprint: self.fingerprint,
            // One that another version wrote costs what can be told of the numbers, not the dip.
            verdict: read_optional_json(self.verdict.as_deref(), "verdict").unwrap_or_default(),
            closed_at: read_instant(self.closed_at),
        }
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

/// A signal that waited, with whose it turned out to be and what it may reach.
#[derive(FromRow)]
struct FoundRow {
    id: String,
    received_at: i64,
    signal: String,
    person_id: String,
    scope: String,
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

    /// How many people of the workspaces of a scope a measure was reported of since an instant.
    pub async fn people_measured(
        &self,
        measure: &MeasureId,
        scope: &Scope,
        since: Timestamp,
    ) -> Result<u64, StoreError> {
        let sql = concat!(
            "SELECT COUNT(DISTINCT person_id) FROM signals
             WHERE person_id IS NOT NULL AND kind = 'observation' AND subject = $1 AND at >= $2
               AND ($3 = '*' OR EXISTS (SELECT 1 FROM identities i WHERE i.person_id = signals.person_id AND ",
            reaches!("$3", "i.platform || '/' || i.workspace"),
            "))"
        );
        let (measure, since) = (measure.as_str(), since.as_ms());
        let row: Option<(i64,)> = fetch_optional!(self.pools.read(), sql, measure, since, scope.to_stored())?;
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
        Ok(row.map(DipRow::into_dip))
    }

    /// The open dips under a trigger that one alert brought, whosever they are.
    pub async fn dips_of_alert(&self, trigger: &TriggerId, fingerprint: &str) -> Result<Vec<KeptDip>, StoreError> {
        let sql = "SELECT trigger_id, person_id, opened_at, held_out, delivery_id, fingerprint, verdict, closed_at
             FROM dips WHERE trigger_id = $1 AND fingerprint = $2 AND closed_at IS NULL ORDER BY person_id";
        let rows: Vec<DipRow> = fetch_all!(self.pools.read(), sql, trigger.as_str(), fingerprint)?;
        Ok(rows.into_iter().map(DipRow::into_dip).collect())
    }

    /// Every dip of a person, the oldest first.
    pub async fn dips_of(&self, person: &PersonId) -> Result<Vec<KeptDip>, StoreError> {
        let sql = "SELECT trigger_id, person_id, opened_at, held_out, delivery_id, fingerprint, verdict, closed_at
             FROM dips WHERE person_id = $1 ORDER BY opened_at, trigger_id";
        let rows: Vec<DipRow> = fetch_all!(self.pools.read(), sql, person.as_str())?;
        Ok(rows.into_iter().map(DipRow::into_dip).collect())
    }

    /// Up to `limit` signals that waited for somebody who is known by now, within what they may reach, and can be written
    /// to, of each kind of name the newest first. A name that means several people means nobody.
    pub async fn signals_found(&self, limit: u32) -> Result<Vec<(Signal, PersonId, Scope)>, StoreError> {
        // Two statements in place of one with OR: each goes by an index.
        let by_name = concat!(
            "SELECT s.id, s.received_at, s.signal, MIN(k.person_id) AS person_id, s.scope FROM signals s
             JOIN person_keys k ON k.scheme = s.scheme AND k.value = s.value
             WHERE s.person_id IS NULL AND s.scheme IS NOT NULL AND k.state = 'told' AND ",
            reaches!("s.scope", "k.tenant"),
            " AND EXISTS (SELECT 1 FROM identities i WHERE i.person_id = k.person_id)
             GROUP BY s.id, s.received_at, s.signal, s.scope, s.at HAVING COUNT(DISTINCT k.person_id) = 1
             ORDER BY s.at DESC, s.id DESC LIMIT CAST($1 AS BIGINT)"
        );
        let by_platform = concat!(
            "SELECT s.id, s.received_at, s.signal, MIN(i.person_id) AS person_id, s.scope FROM signals s
             JOIN identities i ON i.platform = s.scheme
              AND (i.user_id = s.value OR i.workspace || '/' || i.user_id = s.value)
             WHERE s.person_id IS NULL AND s.scheme IN ($2, $3, $4) AND ",
            reaches!("s.scope", "i.platform || '/' || i.workspace"),
            " GROUP BY s.id, s.received_at, s.signal, s.scope, s.at HAVING COUNT(DISTINCT i.person_id) = 1
             ORDER BY s.at DESC, s.id DESC LIMIT CAST($1 AS BIGINT)"
        );
        let mut rows: Vec<FoundRow> = fetch_all!(self.pools.read(), by_name, i64::from(limit))?;
        let [one, two, three] = PlatformKind::ALL.map(PlatformKind::as_str);
        let more: Vec<FoundRow> = fetch_all!(self.pools.read(), by_platform, i64::from(limit), one, two, three)?;
        rows.extend(more);
        let about = |row: &FoundRow| (Kind::Signal, row.id.clone(), row.received_at);
        let read = |row: FoundRow| {
            Ok((read_json(&row.signal, "signal")?, PersonId::new(row.person_id), Scope::stored(&row.scope)))
        };
        self.readable(rows, about, read).await
    }

    /// Whose signals wait because nobody is known by that name, with how many, most first; groups are not waiting.
    pub async fn signals_waiting(&self, limit: u32) -> Result<Vec<Waiting>, StoreError> {
        let sql = concat!(
            "SELECT scheme, value, COUNT(*), MIN(received_at), COUNT(CASE WHEN EXISTS (
                    SELECT 1 FROM person_keys k
                    WHERE k.scheme = s.scheme AND k.value = s.value AND k.state IN ('found', 'asked') AND ",
            reaches!("s.scope", "k.tenant"),
            ") THEN 1 END) FROM signals s
             WHERE person_id IS NULL AND scheme IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM person_keys k JOIN identities i ON i.person_id = k.person_id
                               WHERE k.scheme = s.scheme AND k.value = s.value AND k.state = 'told' AND ",
            reaches!("s.scope", "k.tenant"),
            ") AND NOT EXISTS (SELECT 1 FROM identities i WHERE i.platform = s.scheme
                               AND (i.user_id = s.value OR i.workspace || '/' || i.user_id = s.value) AND ",
            reaches!("s.scope", "i.platform || '/' || i.workspace"),
            ") GROUP BY scheme, value
             ORDER BY COUNT(*) DESC, MIN(received_at), scheme, value LIMIT CAST($1 AS BIGINT)"
        );
        let rows: Vec<(String, String, i64, i64, i64)> = fetch_all!(self.pools.read(), sql, i64::from(limit))?;
        let waiting = rows.into_iter().map(|(scheme, value, count, since, unconfirmed)| Waiting {
            who: PersonKey { scheme, value },
            count: read_count(count),
            since: Timestamp::from_ms(since),
            unconfirmed: unconfirmed > 0,
        });
        Ok(waiting.collect())
    }

    /// What a source told, and still waits for its person, may reach these workspaces from now on.
    pub async fn bind_waiting(&self, source: &str, scope: &Scope) -> Result<u64, StoreError> {
        let sql = "UPDATE signals SET scope = $2 WHERE person_id IS NULL AND scheme IS NOT NULL
             AND substr(id, 1, length($1)) = $1 AND scope <> $2";
        Ok(execute!(self.pools.write(), sql, format!("{source}:"), scope.to_stored())?)
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
        Ok(rows.into_iter().map(DipRow::into_dip).collect())
    }
}
