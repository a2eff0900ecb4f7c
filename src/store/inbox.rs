//! Raw events that wait to be decided.
//!
//! Invariants
//! - An id is accepted once; what was accepted is decided or parked, never lost.
//! - Only the newest holder of an arrival may finish it: every claim raises its fence.

use std::time::Duration;

use chat::{EventId, Timestamp};
use sqlx::FromRow;

use super::{
    Arrival, Claimed, Store, StoreError,
    backend::{execute, fetch_all},
    columns::{read_count, read_name},
};

/// How many arrivals are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArrivalCounts {
    /// Not decided yet: waiting, or in somebody's hands.
    pub open: u64,
    /// Set aside, since they can't be read or failed too often: a person should look.
    pub parked: u64,
    /// When the oldest that is open was accepted.
    pub oldest_open: Option<Timestamp>,
}

/// An arrival that was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The arrival, its raw text included.
    pub arrival: Arrival,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it was set aside.
    pub reason: String,
}

#[derive(FromRow)]
struct ArrivalRow {
    id: String,
    platform: String,
    raw: String,
    received_at: i64,
    fence: i64,
    last_error: Option<String>,
    seq: i64,
}

/// Part of [`Store::conclude`].
pub(super) const FINISH_ARRIVAL: &str = "UPDATE arrivals SET state = 'done', raw = NULL, last_error = NULL
     WHERE id = $1 AND fence = $2 AND state = 'open'";

macro_rules! claiming {
    ($skip_locked:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (
                 SELECT id FROM arrivals WHERE raw IS NOT NULL AND state = 'open' AND due_at <= $1
                 ORDER BY due_at, seq, id LIMIT CAST($2 AS BIGINT) ",
            $skip_locked,
            ")
             UPDATE arrivals SET due_at = $3, fence = fence + 1 WHERE id IN (SELECT id FROM due)
             RETURNING id, platform, raw, received_at, fence, last_error, seq"
        )
    };
}

/// Inserts one arrival; how many rows that were.
macro_rules! accept_one {
    ($on:expr, $arrival:expr) => {
        execute!(
            $on,
            "INSERT INTO arrivals (id, platform, raw, received_at, state, due_at, seq)
             VALUES ($1, $2, $3, $4, 'open', $4, (SELECT COALESCE(MAX(seq), 0) + 1 FROM arrivals))
             ON CONFLICT (id) DO NOTHING",
            $arrival.id.as_str(),
            $arrival.origin.to_string(),
            &$arrival.raw,
            $arrival.received_at.as_ms(),
        )
    };
}

impl Store {
    /// Keeps a raw event; true when it is new, false when its id was there already.
    ///
    /// Either way it is durable when this returns, and may be acknowledged.
    pub async fn accept(&self, arrival: &Arrival) -> Result<bool, StoreError> {
        Ok(accept_one!(self.pools.write(), arrival)? == 1)
    }

    /// Commits several arrivals together, so that the disk is waited for once; which of them were new.
    pub async fn accept_all(&self, arrivals: &[Arrival]) -> Result<Vec<bool>, StoreError> {
        let mut tx = self.pools.begin().await?;
        let mut fresh = Vec::with_capacity(arrivals.len());
        for arrival in arrivals {
            fresh.push(accept_one!(tx.on(), arrival)? == 1);
        }
        tx.commit().await?;
        Ok(fresh)
    }

    /// Takes up to `limit` arrivals that are due, those that have been due longest first, for as long as `lease`.
    ///
    /// One whose holder neither concluded, retried nor parked it in that time is due again.
    pub async fn claim_arrivals(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<Claimed<Arrival>>, StoreError> {
        let sql = self.pools.claiming(claiming!(""), claiming!("FOR UPDATE SKIP LOCKED"));
        let mut rows: Vec<ArrivalRow> =
            fetch_all!(self.pools.write(), sql, now.as_ms(), i64::from(limit), (now + lease).as_ms(),)?;
        rows.sort_by(|a, b| (a.seq, &a.id).cmp(&(b.seq, &b.id)));
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            let (id, fence) = (EventId::new(&row.id), row.fence);
            match row.into_arrival() {
                Ok(item) => claimed.push(Claimed { item, fence, attempts: attempts(fence) }),
                // One row that an other version wrote must not stand in the way of all the others.
                Err(unreadable) => drop(self.park_arrival(&id, fence, &unreadable.to_string()).await?),
            }
        }
        Ok(claimed)
    }

    /// Puts an arrival back to be tried again from `due_at` on; false when another holds it by now.
    pub async fn retry_arrival(
        &self,
        id: &EventId,
        fence: i64,
        due_at: Timestamp,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE arrivals SET due_at = $3, last_error = $4 WHERE id = $1 AND fence = $2 AND state = 'open'";
        let changed = execute!(self.pools.write(), sql, id.as_str(), fence, due_at.as_ms(), reason,)?;
        Ok(changed == 1)
    }

    /// Sets an arrival aside, raw text and all, for a person to look at; false when another holds it by now.
    pub async fn park_arrival(&self, id: &EventId, fence: i64, reason: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE arrivals SET state = 'parked', last_error = $3
             WHERE id = $1 AND fence = $2 AND state = 'open'";
        let changed = execute!(self.pools.write(), sql, id.as_str(), fence, reason,)?;
        Ok(changed == 1)
    }

    /// Up to `limit` arrivals that were set aside, the newest first.
    pub async fn parked_arrivals(&self, limit: u32) -> Result<Vec<Parked>, StoreError> {
        let sql = "SELECT id, platform, raw, received_at, fence, last_error, seq FROM arrivals
             WHERE raw IS NOT NULL AND state = 'parked' ORDER BY received_at DESC, id LIMIT CAST($1 AS BIGINT)";
        let rows: Vec<ArrivalRow> = fetch_all!(self.pools.read(), sql, i64::from(limit),)?;
        rows.into_iter()
            .map(|mut row| {
                let reason = row.last_error.take().unwrap_or_default();
                Ok(Parked { attempts: attempts(row.fence), reason, arrival: row.into_arrival()? })
            })
            .collect()
    }

    /// How many arrivals are open and how many were set aside.
    pub async fn arrival_counts(&self) -> Result<ArrivalCounts, StoreError> {
        let sql = "SELECT state, COUNT(*), MIN(received_at) FROM arrivals WHERE raw IS NOT NULL GROUP BY state";
        let rows: Vec<(String, i64, i64)> = fetch_all!(self.pools.read(), sql)?;
        let mut counts = ArrivalCounts::default();
        for (state, count, oldest) in rows {
            let count = read_count(count);
            if state == "open" {
                counts.open = count;
                counts.oldest_open = Some(Timestamp::from_ms(oldest));
            } else {
                counts.parked = count;
            }
        }
        Ok(counts)
    }
}

impl ArrivalRow {
    fn into_arrival(self) -> Result<Arrival, StoreError> {
        Ok(Arrival {
            id: EventId::new(self.id),
            origin: read_name(&self.platform, "platform")?,
            raw: self.raw,
            received_at: Timestamp::from_ms(self.received_at),
        })
    }
}

/// The fence of an arrival rises by one with every claim, from zero.
fn attempts(fence: i64) -> u32 {
    u32::try_from(fence).unwrap_or(u32::MAX)
}
