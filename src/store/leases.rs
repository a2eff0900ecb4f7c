//! What only one of several processes may do at a time.
//!
//! Invariants
//! - Time is the database's: the clocks of machines differ, and a lease must end for all at once.
//! - A new holder raises the fence; nobody becomes holder while another's lease lasts.

use std::time::Duration;

use super::{
    Store, StoreError,
    backend::{execute, fetch_optional},
};

/// The database's clock in milliseconds; each database has its own word for it.
macro_rules! taking {
    ($now:literal) => {
        concat!(
            "INSERT INTO leases (name, holder, fence, until_ms) VALUES ($1, $2, 1, ",
            $now,
            " + $3) ON CONFLICT (name) DO UPDATE SET
                 holder = excluded.holder, until_ms = excluded.until_ms,
                 fence = leases.fence + CASE WHEN leases.holder = excluded.holder THEN 0 ELSE 1 END
             WHERE leases.holder = excluded.holder OR leases.until_ms <= ",
            $now,
            " RETURNING fence"
        )
    };
}

const ON_SQLITE: &str = taking!("CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER)");
const ON_POSTGRES: &str = taking!("CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)");

impl Store {
    /// True where several processes may share this database.
    pub fn is_shared(&self) -> bool {
        self.pools.is_shared()
    }

    /// Takes the lease `name`, or keeps it, for `length` from now on by the database's clock; its fence, or `None` while
    /// another holds it.
    pub async fn take_lease(&self, name: &str, holder: &str, length: Duration) -> Result<Option<i64>, StoreError> {
        let sql = self.pools.claiming(ON_SQLITE, ON_POSTGRES);
        let length_ms = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        let taken: Option<(i64,)> = fetch_optional!(self.pools.write(), sql, name, holder, length_ms)?;
        Ok(taken.map(|(fence,)| fence))
    }

    /// Gives a lease back, so that another need not wait for its end; false where it is another's by now.
    pub async fn give_lease_back(&self, name: &str, holder: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE leases SET until_ms = 0 WHERE name = $1 AND holder = $2";
        Ok(execute!(self.pools.write(), sql, name, holder)? == 1)
    }
}
