//! What a budget held back, and the digests that tell it.

use chat::{PersonId, Timestamp};

use super::{
    Delivery, Store, StoreError,
    backend::{fetch_all, fetch_optional},
    columns::read_instant,
    deliveries::delivery_columns,
};

/// How many offers one digest looks at.
const MOST: i64 = 100;

/// Where somebody's digests stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DigestState {
    /// When the last one arrived.
    pub last: Option<Timestamp>,
    /// One is planned or on its way.
    pub waits: bool,
}

impl Store {
    /// When somebody's last digest came, and whether one waits.
    pub async fn digest_of(&self, person: &PersonId) -> Result<DigestState, StoreError> {
        let sql =
            "SELECT MAX(sent_at), COUNT(CASE WHEN state IN ('held', 'pending', 'sending', 'ambiguous') THEN 1 END)
             FROM deliveries WHERE person_id = $1 AND trigger_id = 'digest'";
        let row: Option<(Option<i64>, i64)> = fetch_optional!(self.pools.read(), sql, person.as_str())?;
        let (last, waiting) = row.unwrap_or_default();
        Ok(DigestState { last: read_instant(last), waits: waiting > 0 })
    }

    /// What is put by for somebody and still worth telling, the newest first.
    pub async fn put_by_for(&self, person: &PersonId, now: Timestamp) -> Result<Vec<Delivery>, StoreError> {
        let sql = concat!(
            "SELECT ",
            delivery_columns!(),
            " FROM deliveries WHERE person_id = $1 AND due_at > $2 AND state = 'held' AND offer IS NOT NULL
              ORDER BY created_at DESC, id LIMIT CAST($3 AS BIGINT)"
        );
        let rows = fetch_all!(self.pools.read(), sql, person.as_str(), now.as_ms(), MOST)?;
        let mut held = self.readable_deliveries(rows).await?;
        held.retain(|delivery| delivery.offer.as_ref().is_some_and(|offer| offer.put_by));
        Ok(held)
    }
}
