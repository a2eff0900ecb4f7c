//! The delivery protocol: what lies between a decision and a message, whatever fails when.
//!
//! ```text
//! held ──▶ pending ──claim──▶ sending ──▶ sent · dead
//!  ▲          ▲  ▲─────put back──┤
//!  └ unasked ─┤                  ▼ no answer, or the lease ran out
//!             └────not there── ambiguous ──claim──▶ looked up ──▶ sent · dead
//! ```
//!
//! Invariants
//! - A row says `sending`, with a fence and a lease, before anybody calls a platform.
//! - Only the newest holder may say what became of it: every claim raises the fence, every finish must match it.
//! - A call whose outcome is unknown is never repeated before it was looked up.
//! - What goes to one conversation is in one claimant's hands at a time; answers go before what nobody asked for.
//! - A lease stands in a row exactly while it is `sending` or `ambiguous`; what is overdue is never claimed to be sent.

use std::time::Duration;

use chat::{DeliveryId, Sent, Timestamp};
use sqlx::FromRow;

use super::{
    Claimed, Delivery, DeliveryState, Store, StoreError,
    backend::{Tx, execute, fetch_all, fetch_optional},
    columns::{read_count, read_instant, read_name, read_small, write_json},
    deliveries::{DeliveryRow, delivery_columns},
};

/// The number of the lock under which deliveries are claimed.
const CLAIMING: i64 = 7_001;

/// How many deliveries are in which state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueCounts {
    /// The states that occur.
    pub by_state: Vec<(DeliveryState, u64)>,
    /// Since when the one that has been due longest could have been sent.
    pub oldest_due: Option<Timestamp>,
}

/// What became of a delivery that was claimed.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It arrived.
    Sent {
        /// As what.
        sent: Sent,
        /// When.
        at: Timestamp,
    },
    /// It surely did not arrive: to be tried again. What nobody asked for is decided again first, since by then it may be
    /// evening, or answered.
    PutBack {
        /// Not before; nor before it was due in the first place, should the clock have been set back.
        due_at: Timestamp,
        /// What the platform said, without text of people.
        reason: String,
    },
    /// The platform asked to wait, and surely did nothing: it keeps its place before what came later.
    Waits {
        /// Not before.
        not_before: Timestamp,
        /// What the platform said, without text of people.
        reason: String,
    },
    /// It was not tried, since its conversation was asked to wait: that counts as no try, and it keeps its place.
    Held {
        /// Not before.
        not_before: Timestamp,
        /// Why not.
        reason: String,
    },
    /// It was not tried at all, and that counts as no try.
    Released {
        /// Not before.
        due_at: Timestamp,
        /// Why not.
        reason: String,
    },
    /// Nobody knows whether it arrived: to be looked up when its lease has run out.
    Ambiguous {
        /// What is known.
        reason: String,
    },
    /// It will never arrive.
    Dead {
        /// Why.
        reason: String,
    },
}

/// A delivery that is held, with the fence that proves it, and what became of it.
pub type Finished = (DeliveryId, i64, Fate);

/// Whose conversation somebody is writing into right now waits, so that what goes to one place goes in order.
macro_rules! claiming_due {
    ($skip_locked:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (
                 SELECT id FROM deliveries AS waiting
                 WHERE state = 'pending' AND due_at <= $1 AND expires_at >= $1
                   AND (not_before IS NULL OR not_before <= $1)
                   AND (unasked IS NOT TRUE OR due_at >= $1 - 120000) AND NOT EXISTS (
                     SELECT 1 FROM deliveries AS busy
                     WHERE busy.lane = waiting.lane AND busy.state = 'sending' AND busy.lease_until > $1)
                 ORDER BY rank, due_at, seq, id LIMIT CAST($2 AS BIGINT) ",
            $skip_locked,
            ")
             UPDATE deliveries SET state = 'sending', fence = fence + 1, attempts = attempts + 1, lease_until = $3
             WHERE id IN (SELECT id FROM due) RETURNING seq, rank, ",
            delivery_columns!()
        )
    };
}

macro_rules! claiming_ambiguous {
    ($skip_locked:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (
                 SELECT id FROM deliveries WHERE lease_until <= $1 ORDER BY lease_until, id LIMIT CAST($2 AS BIGINT) ",
            $skip_locked,
            ")
             UPDATE deliveries SET state = 'ambiguous', fence = fence + 1, lease_until = $3
             WHERE id IN (SELECT id FROM due) RETURNING seq, rank, ",
            delivery_columns!()
        )
    };
}

/// A row that was claimed, with what it is sorted by.
#[derive(FromRow)]
struct ClaimedRow {
    seq: i64,
    rank: i64,
    #[sqlx(flatten)]
    row: DeliveryRow,
}

impl Store {
    /// Takes up to `limit` deliveries that are due and not overdue, to be sent within `lease`: answers to what somebody
    /// did before what nobody asked for, then those that have been due longest.
    ///
    /// A call to the platform MUST be over before the lease is. What goes to one conversation is in one claimant's hands
    /// at a time. What nobody asked for and is late, after a standstill say, is left to [`Store::hold_late`].
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
        let mut rows: Vec<ClaimedRow> = if self.pools.is_shared() {
            let mut tx = self.pools.begin().await?;
            // Of two who claim at once the second must see what the first took: it decides by the conversations in hand.
            tx.one_at_a_time(CLAIMING).await?;
            let rows = fetch_all!(tx.on(), sql, now.as_ms(), i64::from(limit), until)?;
            tx.commit().await?;
            rows
        } else {
            fetch_all!(self.pools.write(), sql, now.as_ms(), i64::from(limit), until)?
        };
        // Rows come back in no order.
        rows.sort_by(|a, b| (a.rank, a.row.due_at, a.seq, &a.row.id).cmp(&(b.rank, b.row.due_at, b.seq, &b.row.id)));
        let mut claimed = Vec::with_capacity(rows.len());
        for ClaimedRow { row, .. } in rows {
            let (id, fence, attempts) = (DeliveryId::new(&row.id), row.fence, read_small(row.attempts, "attempts")?);
            let since = row.created_at;
            match row.into_delivery() {
                Ok(item) => claimed.push(Claimed { item, fence, attempts }),
                // One row that an other version wrote must not stand in the way of all the others.
                Err(unreadable) => self.set_claimed_aside(&id, since, unreadable).await?,
            }
        }
        Ok(claimed)
    }

    /// Writes what became of one delivery; false when another holds it by now.
    pub async fn finish(&self, id: &DeliveryId, fence: i64, fate: Fate) -> Result<bool, StoreError> {
        Ok(self.finish_all(&[(id.clone(), fence, fate)]).await? == 1)
    }

    /// Writes what became of several deliveries; those that another holds by now stay as they are. How many were
    /// written.
    pub async fn finish_all(&self, finished: &[Finished]) -> Result<u64, StoreError> {
        let mut tx = self.pools.begin().await?;
        let mut written = 0;
        // In one order for all, so that two who finish never wait for each other.
        let mut finished: Vec<_> = finished.iter().collect();
        finished.sort_by(|(a, ..), (b, ..)| a.cmp(b));
        for (id, fence, fate) in finished {
            written += write(&mut tx, id, *fence, fate).await?;
        }
        tx.commit().await?;
        Ok(written)
    }

    /// Ends what is held or pending beyond its use; how many.
    pub async fn expire_overdue(&self, now: Timestamp) -> Result<u64, StoreError> {
        let sql = "UPDATE deliveries SET state = 'expired' WHERE state IN ('held', 'pending') AND expires_at < $1";
        Ok(execute!(self.pools.write(), sql, now.as_ms())?)
    }

    /// The next instant after `after` at which anything here becomes due: an arrival, a hold, a delivery, a question, a lease.
    ///
    /// `after` is the instant as of which everything due was taken; with a later one, what became due in between
    /// would be slept through.
    pub async fn next_due(&self, after: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT MIN(at) FROM (
                 SELECT MIN(due_at) AS at FROM arrivals WHERE raw IS NOT NULL AND state = 'open' AND due_at > $1
                 UNION ALL SELECT MIN(due_at) FROM deliveries WHERE state = 'held' AND due_at > $1
                 UNION ALL SELECT MIN(due_at) FROM deliveries WHERE state = 'pending' AND due_at > $1
                 UNION ALL SELECT MIN(not_before) FROM deliveries WHERE state = 'pending' AND not_before > $1
                 UNION ALL SELECT MIN(pulse_at) FROM people WHERE pulse_at > $1
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

/// Of two changes of one card the later one must stay: the earlier need not be made any more.
const OUTDONE: &str = "UPDATE deliveries SET state = 'cancelled', last_error = 'a later change was made'
     WHERE id = $1 AND fence = $2 AND state = 'pending'
       AND (action LIKE '{\"action\":\"edit\"%' OR action LIKE '{\"action\":\"show_home\"%')
       AND EXISTS (SELECT 1 FROM deliveries AS later
                   WHERE later.seq > deliveries.seq AND later.action = deliveries.action
                     AND later.state IN ('pending', 'sending', 'ambiguous', 'sent'))";

async fn write(tx: &mut Tx, id: &DeliveryId, fence: i64, fate: &Fate) -> Result<u64, StoreError> {
    let id = id.as_str();
    let changed = match fate {
        Fate::Sent { sent, at } => {
            let sql = "UPDATE deliveries
                 SET state = 'sent', lease_until = NULL, sent_at = $3, last_error = NULL, sent_platform = $4,
                     sent_workspace = $5, sent_channel = $6, sent_message = $7, sent_place = $8,
                     card = CASE WHEN trigger_id = 'triggers_card' THEN NULL ELSE card END
                 WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL";
            let (place, text) = (&sent.place, write_json(&sent.place)?);
            let (platform, workspace, channel) =
                (place.platform.as_str(), place.workspace.as_str(), place.channel.as_str());
            execute!(tx.on(), sql, id, fence, at.as_ms(), platform, workspace, channel, sent.message.as_str(), text)?
        }
        Fate::PutBack { due_at, reason } => {
            let sql = "UPDATE deliveries
                 SET state = CASE WHEN rank = 1 THEN 'held' ELSE 'pending' END, lease_until = NULL,
                     due_at = CASE WHEN due_at > $3 THEN due_at ELSE $3 END,
                     card = CASE WHEN rank = 1 THEN NULL ELSE card END, last_error = $4
                 WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL";
            let changed = execute!(tx.on(), sql, id, fence, due_at.as_ms(), reason)?;
            execute!(tx.on(), OUTDONE, id, fence)?;
            changed
        }
        Fate::Waits { not_before, reason } => {
            let sql = "UPDATE deliveries
                 SET state = 'pending', lease_until = NULL, not_before = $3, last_error = $4
                 WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL";
            let changed = execute!(tx.on(), sql, id, fence, not_before.as_ms(), reason)?;
            execute!(tx.on(), OUTDONE, id, fence)?;
            changed
        }
        Fate::Held { not_before, reason } => {
            let sql = "UPDATE deliveries SET state = 'pending', lease_until = NULL, attempts = attempts - 1,
                     not_before = $3, last_error = $4
                 WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL";
            execute!(tx.on(), sql, id, fence, not_before.as_ms(), reason)?
        }
        Fate::Released { due_at, reason } => {
            let sql =
                "UPDATE deliveries SET state = 'pending', lease_until = NULL, attempts = attempts - 1, last_error = $4,
                     due_at = CASE WHEN due_at > $3 THEN due_at ELSE $3 END
                 WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL";
            execute!(tx.on(), sql, id, fence, due_at.as_ms(), reason)?
        }
        Fate::Ambiguous { reason } => {
            let sql = "UPDATE deliveries SET state = 'ambiguous', last_error = $3
                 WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL";
            execute!(tx.on(), sql, id, fence, reason)?
        }
        Fate::Dead { reason } => {
            let sql = "UPDATE deliveries SET state = 'dead', lease_until = NULL, last_error = $3
                 WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL";
            execute!(tx.on(), sql, id, fence, reason)?
        }
    };
    Ok(changed)
}
