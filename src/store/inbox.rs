//! Raw events that wait to be decided.
//!
//! Invariants
//! - An id is accepted once; what was accepted is decided or parked, never lost.
//! - Only the newest holder of an arrival may finish it: every claim raises its fence.

use std::{iter, slice, time::Duration};

use chat::{EventId, Timestamp};
use sqlx::{AssertSqlSafe, FromRow};

use super::{
    Arrival, Claimed, Store, StoreError,
    backend::{Tx, execute, fetch_all, fetch_optional, on_backend},
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

/// How many rows a statement takes: few sizes, so that a connection remembers the statement of each.
const AT_ONCE: [usize; 3] = [32, 8, 1];

/// All of `rows`, in parts that statements take.
fn in_parts<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    iter::from_fn(move || {
        let size = AT_ONCE.into_iter().find(|size| *size <= rest.len())?;
        let (part, behind) = rest.split_at(size);
        rest = behind;
        Some(part)
    })
}

/// Parameters of so many rows, each as `row` puts them by the number of its first and its place.
fn rows(count: usize, width: usize, row: impl Fn(usize, usize) -> String) -> String {
    (0..count).map(|place| row(place * width + 1, place)).collect::<Vec<_>>().join(", ")
}

/// Inserts arrivals; the ids of those that were new.
async fn insert(tx: &mut Tx, arrivals: &[Arrival]) -> Result<Vec<(String,)>, StoreError> {
    let sql = format!(
        "INSERT INTO arrivals (id, platform, raw, received_at, state, due_at, seq) VALUES {}
         ON CONFLICT (id) DO NOTHING RETURNING id",
        rows(arrivals.len(), 4, |from, place| {
            let [id, platform, raw, at] = [from, from + 1, from + 2, from + 3];
            let seq = format!("(SELECT COALESCE(MAX(seq), 0) + {} FROM arrivals)", place + 1);
            format!("(${id}, ${platform}, ${raw}, ${at}, 'open', ${at}, {seq})")
        })
    );
    Ok(on_backend!(tx.on(), |db| {
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for Arrival { id, origin, raw, received_at } in arrivals {
            query = query.bind(id.as_str()).bind(origin.to_string()).bind(raw).bind(received_at.as_ms());
        }
        query.fetch_all(db).await
    })?)
}

/// Finishes arrivals, each with its fence; the ids of those that nobody else holds.
async fn finish(tx: &mut Tx, arrivals: &[(EventId, i64)]) -> Result<Vec<(String,)>, StoreError> {
    let sql = format!(
        "UPDATE arrivals SET state = 'done', raw = NULL, last_error = NULL
         WHERE state = 'open' AND (id, fence) IN (VALUES {}) RETURNING id",
        rows(arrivals.len(), 2, |from, _| format!("(${from}, ${})", from + 1))
    );
    Ok(on_backend!(tx.on(), |db| {
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for (id, fence) in arrivals {
            query = query.bind(id.as_str()).bind(*fence);
        }
        query.fetch_all(db).await
    })?)
}

impl Store {
    /// Keeps a raw event; true when it is new, false when its id was there already.
    ///
    /// Either way it is durable when this returns, and may be acknowledged.
    pub async fn accept(&self, arrival: &Arrival) -> Result<bool, StoreError> {
        Ok(self.accept_all(slice::from_ref(arrival)).await?.contains(&true))
    }

    /// True where an event of that id was kept, or is done.
    pub async fn knows_event(&self, id: &EventId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM arrivals WHERE id = $1";
        let row: Option<(i32,)> = fetch_optional!(self.pools.read(), sql, id.as_str())?;
        Ok(row.is_some())
    }

    /// Commits several arrivals together, so that the disk is waited for once; which of them were new.
    pub async fn accept_all(&self, arrivals: &[Arrival]) -> Result<Vec<bool>, StoreError> {
        let mut tx = self.pools.begin().await?;
        let mut inserted = Vec::with_capacity(arrivals.len());
        for part in in_parts(arrivals) {
            inserted.extend(insert(&mut tx, part).await?);
        }
        tx.commit().await?;
        // Of those with one id the first was new.
        let mut is_new = |arrival: &Arrival| {
            let at = inserted.iter().position(|(id,)| id == arrival.id.as_str());
            at.map(|at| inserted.swap_remove(at)).is_some()
        };
        Ok(arrivals.iter().map(&mut is_new).collect())
    }

    /// Finishes arrivals of which nothing came, each with its fence, in one commit; those that others hold by now stay.
    /// Which were finished.
    pub async fn finish_arrivals(&self, arrivals: &[(EventId, i64)]) -> Result<Vec<EventId>, StoreError> {
        let mut tx = self.pools.begin().await?;
        let mut finished = Vec::with_capacity(arrivals.len());
        for part in in_parts(arrivals) {
            finished.extend(finish(&mut tx, part).await?);
        }
        tx.commit().await?;
        Ok(finished.into_iter().map(|(id,)| EventId::new(id)).collect())
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
