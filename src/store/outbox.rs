//! The delivery protocol: what lies between a decision and a message, whatever fails when.
//!
//! ```text
//! held ──▶ pending ──claim──▶ sending ──▶ sent · dead
//!             ▲  ▲─────put back──┤
//!             │                  ▼ no answer, or the lease ran out
//!             └────not there── ambiguous ──claim──▶ looked up ──▶ sent · dead
//! ```
//!
//! Invariants
//! - A row says `sending`, with a fence and a lease, before anybody calls a platform.
//! - Only the newest holder may say what became of it: every claim raises the fence, every finish must match it.
//! - A call whose outcome is unknown is never repeated before it was looked up.
//! - A lease stands in a row exactly while it is `sending` or `ambiguous`; what is overdue is never claimed to be sent.

use std::time::Duration;

use chat::{DeliveryId, Sent, Timestamp};

use super::{
    Claimed, Delivery, DeliveryState, Store, StoreError,
    backend::{execute, fetch_all, fetch_optional},
    columns::{read_count, read_instant, read_name, read_small, write_json},
    deliveries::{DeliveryRow, delivery_columns},
};

/// How many deliveries are in which state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueCounts {
    /// The states that occur.
    pub by_state: Vec<(DeliveryState, u64)>,
    /// Since when the one that has been due longest could have been sent.
    pub oldest_due: Option<Timestamp>,
}

macro_rules! claiming_due {
    ($skip_locked:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (
                 SELECT id FROM deliveries WHERE state = 'pending' AND due_at <= $1 AND expires_at >= $1
                   AND (unasked IS NOT TRUE OR due_at >= $1 - 120000)
                 ORDER BY due_at, id LIMIT $2 ",
            $skip_locked,
            ")
             UPDATE deliveries SET state = 'sending', fence = fence + 1, attempts = attempts + 1, lease_until = $3
             WHERE id IN (SELECT id FROM due) RETURNING ",
            delivery_columns!()
        )
    };
}

macro_rules! claiming_ambiguous {
    ($skip_locked:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (
                 SELECT id FROM deliveries WHERE lease_until <= $1 ORDER BY lease_until, id LIMIT $2 ",
            $skip_locked,
            ")
             UPDATE deliveries SET state = 'ambiguous', fence = fence + 1, lease_until = $3
             WHERE id IN (SELECT id FROM due) RETURNING ",
            delivery_columns!()
        )
    };
}

impl Store {
    /// Takes up to `limit` deliveries that are due and not overdue, to be sent within `lease`; those that have been
    /// due longest first.
    ///
    /// A call to the platform MUST be over before the lease is. What nobody asked for and is late, after a standstill say,
    /// is left to [`Store::hold_late`].
    pub async fn claim_due(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<Claimed<Delivery>>, StoreError> {
        let sql = self.pools.claiming(claiming_due!(""), claiming_due!("FOR UPDATE SKIP LOCKED"));
        self.claim(sql, now, lease, limit).await
    }

    /// Takes up to `limit` deliveries of which nobody knows whether they arrived, to be looked up within `lease`:
    /// the platform gave no answer, or the sender's lease ran out. None before its lease has run out, since a call
    /// may still be under way. Does not count as an attempt.
    pub async fn claim_ambiguous(
        &self,
        now: Timestamp,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<Claimed<Delivery>>, StoreError> {
        let sql = self.pools.claiming(claiming_ambiguous!(""), claiming_ambiguous!("FOR UPDATE SKIP LOCKED"));
        self.claim(sql, now, lease, limit).await
    }

    async fn claim(
        &self,
        sql: &'static str,
        now: Timestamp,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<Claimed<Delivery>>, StoreError> {
        let until = (now + lease).as_ms();
        let rows: Vec<DeliveryRow> = fetch_all!(self.pools.write(), sql, now.as_ms(), i64::from(limit), until)?;
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            let (id, fence, attempts) = (DeliveryId::new(&row.id), row.fence, read_small(row.attempts, "attempts")?);
            match row.into_delivery() {
                Ok(item) => claimed.push(Claimed { item, fence, attempts }),
                // One row that an other version wrote must not stand in the way of all the others.
                Err(unreadable) => drop(self.give_up(&id, fence, &unreadable.to_string()).await?),
            }
        }
        // Rows come back in no order.
        claimed.sort_by(|a, b| (a.item.due_at, a.item.id.as_str()).cmp(&(b.item.due_at, b.item.id.as_str())));
        Ok(claimed)
    }

    /// It arrived; false when another holds it by now.
    pub async fn finish_sent(
        &self,
        id: &DeliveryId,
        fence: i64,
        sent: &Sent,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE deliveries
             SET state = 'sent', lease_until = NULL, sent_at = $3, last_error = NULL, sent_platform = $4,
                 sent_workspace = $5, sent_channel = $6, sent_message = $7, sent_place = $8
             WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL";
        let place = write_json(&sent.place)?;
        let changed = execute!(
            self.pools.write(),
            sql,
            id.as_str(),
            fence,
            now.as_ms(),
            sent.place.platform.as_str(),
            sent.place.workspace.as_str(),
            sent.place.channel.as_str(),
            sent.message.as_str(),
            place
        )?;
        Ok(changed == 1)
    }

    /// It surely did not arrive: to be sent again from `due_at` on; false when another holds it by now.
    pub async fn put_back(
        &self,
        id: &DeliveryId,
        fence: i64,
        due_at: Timestamp,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE deliveries SET state = 'pending', lease_until = NULL, due_at = $3, last_error = $4
             WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL";
        let changed = execute!(self.pools.write(), sql, id.as_str(), fence, due_at.as_ms(), reason)?;
        Ok(changed == 1)
    }

    /// Nobody knows whether it arrived: to be looked up when its lease has run out; false when another holds it by
    /// now.
    pub async fn mark_ambiguous(&self, id: &DeliveryId, fence: i64, reason: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE deliveries SET state = 'ambiguous', last_error = $3
             WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL";
        Ok(execute!(self.pools.write(), sql, id.as_str(), fence, reason)? == 1)
    }

    /// It will never arrive; false when another holds it by now.
    pub async fn give_up(&self, id: &DeliveryId, fence: i64, reason: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE deliveries SET state = 'dead', lease_until = NULL, last_error = $3
             WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL";
        Ok(execute!(self.pools.write(), sql, id.as_str(), fence, reason)? == 1)
    }

    /// Ends what is held or pending beyond its use; how many.
    pub async fn expire_overdue(&self, now: Timestamp) -> Result<u64, StoreError> {
        let sql = "UPDATE deliveries SET state = 'expired' WHERE state IN ('held', 'pending') AND expires_at < $1";
        Ok(execute!(self.pools.write(), sql, now.as_ms())?)
    }

    /// The next instant after `after` at which anything here becomes due: an arrival, a hold, a delivery, a lease.
    ///
    /// `after` is the instant as of which everything due was taken; with a later one, what became due in between
    /// would be slept through.
    pub async fn next_due(&self, after: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT MIN(at) FROM (
                 SELECT MIN(due_at) AS at FROM arrivals WHERE raw IS NOT NULL AND state = 'open' AND due_at > $1
                 UNION ALL SELECT MIN(due_at) FROM deliveries WHERE state = 'held' AND due_at > $1
                 UNION ALL SELECT MIN(due_at) FROM deliveries WHERE state = 'pending' AND due_at > $1
                 UNION ALL SELECT MIN(lease_until) FROM deliveries WHERE lease_until > $1
             ) AS instants";
        let row: Option<(Option<i64>,)> = fetch_optional!(self.pools.read(), sql, after.as_ms())?;
        Ok(read_instant(row.and_then(|(at,)| at)))
    }

    /// How many deliveries are in which state, and since when the oldest is due.
    pub async fn queue_counts(&self) -> Result<QueueCounts, StoreError> {
        let sql = "SELECT state, COUNT(*), MIN(due_at) FROM deliveries GROUP BY state";
        let rows: Vec<(String, i64, i64)> = fetch_all!(self.pools.read(), sql)?;
        let mut counts = QueueCounts::default();
        for (state, count, due_at) in rows {
            let state = read_name(&state, "state")?;
            counts.by_state.push((state, read_count(count)));
            if state == DeliveryState::Pending {
                counts.oldest_due = Some(Timestamp::from_ms(due_at));
            }
        }
        counts.by_state.sort_by_key(|(state, _)| DeliveryState::ALL.iter().position(|known| known == state));
        Ok(counts)
    }
}
