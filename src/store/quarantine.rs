//! What can't be read is set aside: it costs itself alone, and a person sees it, has it read again or drops it.
//!
//! Invariants
//! - A row that can't be read stops nobody else's: whoever reads several gets the others.
//! - Nothing of what stands in it is told: where it lies, since when, and why.
//! - What is read again after an update goes on from where it stood.

use std::fmt;

use chat::{DeliveryId, EventId, Timestamp};
use serde::Serialize;
use sqlx::FromRow;

use super::{
    Delivery, Store, StoreError,
    backend::{execute, fetch_all, fetch_optional},
    columns::read_count,
    deliveries::DeliveryRow,
};

/// The version of the JSON that this Kairos writes into rows, and the newest that it reads.
pub(super) const FORMAT: i64 = 1;

/// The kinds of row that are set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// What a platform or a source of alerts sent.
    Event,
    /// A card on its way, or held.
    Delivery,
    /// A decision with its reasons.
    Decision,
    /// A number or an alert that was kept.
    Signal,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Delivery => "delivery",
            Self::Decision => "decision",
            Self::Signal => "signal",
        }
    }

    fn read(name: &str) -> Self {
        [Self::Delivery, Self::Decision, Self::Signal]
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .unwrap_or(Self::Event)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quarantined {
    /// What it is.
    pub kind: Kind,
    /// By what it is named: `delivery/ID`, or the id of an event.
    pub id: String,
    /// Who sent it: a platform, a source of alerts, or Kairos itself for rows of its own.
    pub source: String,
    /// When it came in or was written, in milliseconds since 1970.
    pub since_ms: i64,
    /// Why it can't be read, without any text of it.
    pub reason: String,
    /// The table and the column in which it lies.
    pub place: String,
}

/// How much can't be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct QuarantineCounts {
    /// Events and alerts as they came.
    pub events: u64,
    /// Rows of our own.
    pub rows: u64,
}

/// A row to be set aside.
pub(super) struct Unread<'a> {
    pub(super) kind: Kind,
    pub(super) id: &'a str,
    /// When it was written.
    pub(super) since: i64,
    /// The state of a delivery.
    pub(super) was: Option<&'a str>,
}

#[derive(FromRow)]
struct Row {
    kind: String,
    id: String,
    source: String,
    since: i64,
    reason: Option<String>,
    place: String,
}

impl From<Row> for Quarantined {
    fn from(row: Row) -> Self {
        let kind = Kind::read(&row.kind);
        let id = if kind == Kind::Event { row.id } else { format!("{kind}/{}", row.id) };
        let reason = row.reason.unwrap_or_default();
        Self { kind, id, source: row.source, since_ms: row.since, reason, place: row.place }
    }
}

impl Store {
    /// Reads rows, each by itself: one that can't be read is set aside, and the others are read.
    pub(super) async fn readable<R, T>(
        &self,
        rows: Vec<R>,
        about: impl Fn(&R) -> (Kind, String, i64),
        read: impl Fn(R) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let (kind, id, since) = about(&row);
            match read(row) {
                Ok(item) => all.push(item),
                Err(unreadable) => {
                    self.set_aside(&Unread { kind, id: &id, since, was: None }, unreadable).await?;
                }
            }
        }
        Ok(all)
    }

    /// The same for deliveries: one that can't be read is out of the queue from then on.
    pub(super) async fn readable_deliveries(&self, rows: Vec<DeliveryRow>) -> Result<Vec<Delivery>, StoreError> {
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let (id, was, since) = (row.id.clone(), row.state.clone(), row.created_at);
            match row.into_delivery() {
                Ok(delivery) => all.push(delivery),
                Err(unreadable) => {
                    let unread = Unread { kind: Kind::Delivery, id: &id, since, was: Some(&was) };
                    self.set_aside(&unread, unreadable).await?;
                }
            }
        }
        Ok(all)
    }

    /// Sets a row aside; any other error is handed back.
    pub(super) async fn set_aside(&self, row: &Unread<'_>, why: StoreError) -> Result<(), StoreError> {
        let StoreError::Unreadable { column, .. } = &why else { return Err(why) };
        let table = match row.kind {
            Kind::Event => "arrivals",
            Kind::Delivery => "deliveries",
            Kind::Decision => "decisions",
            Kind::Signal => "signals",
        };
        let (place, reason) = (format!("{table}.{column}"), why.to_string());
        let mut tx = self.pools.begin().await?;
        let sql = "INSERT INTO quarantine (kind, id, place, reason, was, since) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (kind, id) DO NOTHING";
        let new = execute!(tx.on(), sql, row.kind.as_str(), row.id, &place, &reason, row.was, row.since)?;
        if row.kind == Kind::Delivery {
            let sql = "UPDATE deliveries SET state = 'dead', fence = fence + 1, lease_until = NULL, last_error = $2
                 WHERE id = $1 AND state IN ('held', 'pending', 'sending', 'ambiguous')";
            execute!(tx.on(), sql, row.id, &reason)?;
        }
        tx.commit().await?;
        if new == 1 {
            let (kind, id) = (row.kind.as_str(), row.id);
            tracing::warn!(kind, id, place, "a row can't be read and is set aside: kairos quarantine shows it");
        }
        Ok(())
    }

    /// Up to `limit` events and as many rows that can't be read, the newest first.
    pub async fn quarantined(&self, limit: u32) -> Result<Vec<Quarantined>, StoreError> {
        let sql = "SELECT * FROM (
                 SELECT 'event' AS kind, id, platform AS source, received_at AS since, last_error AS reason,
                     'arrivals.raw' AS place FROM arrivals WHERE raw IS NOT NULL AND state = 'parked'
                 UNION ALL SELECT kind, id, 'kairos', since, reason, place FROM quarantine
             ) AS unread ORDER BY since DESC, kind, id LIMIT CAST($1 AS BIGINT)";
        let rows: Vec<Row> = fetch_all!(self.pools.read(), sql, i64::from(limit))?;
        Ok(rows.into_iter().map(Quarantined::from).collect())
    }

    /// How much can't be read.
    pub async fn quarantine_counts(&self) -> Result<QuarantineCounts, StoreError> {
        let sql = "SELECT (SELECT COUNT(*) FROM arrivals WHERE raw IS NOT NULL AND state = 'parked'),
                 (SELECT COUNT(*) FROM quarantine)";
        let row: Option<(i64, i64)> = fetch_optional!(self.pools.read(), sql)?;
        let (events, rows) = row.unwrap_or_default();
        Ok(QuarantineCounts { events: read_count(events), rows: read_count(rows) })
    }

    /// Has something read again that could not be read, from `now` on; false where nothing of that name is set aside.
    pub async fn read_again(&self, named: &str, now: Timestamp) -> Result<bool, StoreError> {
        let Some((kind, id)) = row_named(named) else {
            let sql =
                "UPDATE arrivals SET state = 'open', due_at = $2, last_error = NULL WHERE id = $1 AND state = 'parked'";
            return Ok(execute!(self.pools.write(), sql, EventId::new(named).as_str(), now.as_ms())? == 1);
        };
        let mut tx = self.pools.begin().await?;
        if kind == Kind::Delivery {
            let sql = "UPDATE deliveries SET attempts = 0, last_error = NULL, state = (
                     SELECT CASE WHEN was = 'held' THEN 'held' ELSE 'pending' END FROM quarantine
                     WHERE kind = 'delivery' AND quarantine.id = deliveries.id)
                 WHERE id = $1 AND state = 'dead' AND EXISTS (
                     SELECT 1 FROM quarantine WHERE kind = 'delivery' AND quarantine.id = deliveries.id
                        AND was IN ('held', 'pending', 'sending', 'ambiguous'))";
            execute!(tx.on(), sql, id)?;
        }
        let taken = execute!(tx.on(), "DELETE FROM quarantine WHERE kind = $1 AND id = $2", kind.as_str(), id)?;
        tx.commit().await?;
        Ok(taken == 1)
    }

    /// Drops something that can't be read: an event's text is erased, a row is deleted. False where nothing of that name
    /// is set aside.
    pub async fn drop_quarantined(&self, named: &str) -> Result<bool, StoreError> {
        let Some((kind, id)) = row_named(named) else {
            // Its id stays, so that it is known should it be sent again.
            let sql =
                "UPDATE arrivals SET state = 'done', raw = NULL, last_error = NULL WHERE id = $1 AND state = 'parked'";
            return Ok(execute!(self.pools.write(), sql, named)? == 1);
        };
        let mut tx = self.pools.begin().await?;
        let taken = execute!(tx.on(), "DELETE FROM quarantine WHERE kind = $1 AND id = $2", kind.as_str(), id)?;
        if taken == 1 {
            let number: i64 = id.parse().unwrap_or_default();
            match kind {
                Kind::Delivery => execute!(tx.on(), "DELETE FROM deliveries WHERE id = $1", id)?,
                Kind::Decision => execute!(tx.on(), "DELETE FROM decisions WHERE id = $1", number)?,
                Kind::Signal => execute!(tx.on(), "DELETE FROM signals WHERE id = $1", id)?,
                Kind::Event => 0,
            };
        }
        tx.commit().await?;
        Ok(taken == 1)
    }

    /// Sets aside a delivery that was claimed and can't be read.
    pub(super) async fn set_claimed_aside(
        &self,
        id: &DeliveryId,
        since: i64,
        why: StoreError,
    ) -> Result<(), StoreError> {
        let unread = Unread { kind: Kind::Delivery, id: id.as_str(), since, was: Some("pending") };
        self.set_aside(&unread, why).await
    }
}

/// A row of our own, by the name under which it is listed.
fn row_named(named: &str) -> Option<(Kind, &str)> {
    let (kind, id) = named.split_once('/')?;
    let kind = Kind::read(kind);
    (kind != Kind::Event).then_some((kind, id))
}
