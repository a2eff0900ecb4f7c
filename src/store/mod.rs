//! SQL: what is kept, on SQLite and PostgreSQL alike.
//!
//! ```text
//! accept ─▶ arrivals ─▶ claim ─▶ conclude ─▶ deliveries ─▶ claim ─▶ finish
//!                                   ├─▶ decisions, taps, practices, people, channels: one transaction
//! ```
//!
//! Invariants
//! - One method is one transaction; no transaction leaves the module. ([`Store::sweep`] alone takes several small
//!   ones, so that it never stands in anybody's way.)
//! - What a method has returned from is durable.
//! - An instant is passed in, never read: the house has one clock, and it isn't here.
//! - The text of a message stands in [`Arrival::raw`] alone, and is gone when the arrival is done.
//! - A text that was erased is in no file of SQLite a second or so later, the write-ahead log included.
//! - Not found is `Ok(None)`.

mod backend;
mod columns;
mod conclude;
mod cursors;
mod decisions;
mod deliveries;
mod digest;
mod disk;
mod duties;
mod error;
mod facts;
mod inbox;
mod installations;
mod leases;
mod names;
mod notes;
mod outbox;
mod outcome;
mod own_words;
mod pauses;
mod people;
mod personal;
mod places;
mod practice;
mod quarantine;
mod queue;
mod records;
mod retention;
mod scores;
mod signal_records;
mod signals;
mod steering;
mod taps;
mod traces;

use std::{fmt, path::Path};

use backend::{Pools, execute};
pub use conclude::Concluded;
pub use cursors::Cursor;
pub use digest::DigestState;
pub use duties::EVERY_TEAM;
pub use error::StoreError;
pub use inbox::{ArrivalCounts, Parked};
pub use installations::KeptInstallation;
pub use names::{NameState, Unconfirmed};
pub use outbox::{Fate, Finished, QueueCounts};
pub use outcome::Outcome;
pub use own_words::{OwnWords, OwnWordsChange, REVIEW};
pub use pauses::{Pause, PauseChange};
pub use personal::{Forgotten, PERSONAL};
pub use quarantine::{Kind as QuarantineKind, QuarantineCounts, Quarantined};
pub use queue::{OpenCounts, Queued};
pub use records::{
    Action, Arrival, Channel, Claimed, Delivery, DeliveryKey, DeliveryState, Offer, Person, PersonChange, Recorded,
    Settlement,
};
pub use retention::{Keeping, SWEPT, Swept};
pub use scores::ChannelScores;
pub use signal_records::{DipChange, Duty, KeptDip, Known, Origin, Unheard, Waiting};
pub use steering::{Step, TriggerStep};
pub use taps::Tap;

/// Everything that is kept. A clone is another handle to the same.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
}

/// What a readiness check writes: more than nearly any event.
const PROBE_BYTES: usize = 32 * 1024;

impl Store {
    /// Opens `sqlite:PATH`, `sqlite::memory:` or `postgres://…`, and brings its schema up to date.
    ///
    /// A file's folder is made when it is missing. A database that a newer Kairos has changed is left alone
    /// ([`StoreError::Newer`]). No error holds the password.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Ok(Self { pools: Pools::open(url).await? })
    }

    /// Waits for what is under way and closes every connection; every later call fails.
    pub async fn close(&self) {
        self.pools.close().await;
    }

    /// Copies the whole database as it is now into `file`, which must not exist, while others go on reading and writing.
    /// What people wrote and nobody has decided about yet is left out.
    /// Refused ([`StoreError::Address`]) where the database is no file.
    pub async fn copy_to(&self, file: &Path) -> Result<(), StoreError> {
        self.pools.copy_to(file).await
    }

    /// Writes something of no meaning and of an event's size, to see that an event could be kept.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let sql = "INSERT INTO write_probe (id, writes, filler) VALUES (1, 1, $1)
             ON CONFLICT (id) DO UPDATE SET writes = write_probe.writes + 1, filler = excluded.filler";
        execute!(self.pools.write(), sql, "x".repeat(PROBE_BYTES))?;
        Ok(())
    }

    /// The number of the newest migration that was applied.
    pub async fn schema_version(&self) -> Result<i64, StoreError> {
        self.pools.schema_version().await
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.pools.name())
    }
}
