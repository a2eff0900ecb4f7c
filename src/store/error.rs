//! What can go wrong with the store.

use chat::PersonId;

/// Why the store could not do what was asked.
///
/// A caller chooses by [`StoreError::is_temporary`]: worth another try, or a person has to look.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address is not one of a database.
    #[error("database address: {0}; `sqlite:PATH`, `sqlite::memory:` or `postgres://…` would be right")]
    Address(String),
    /// The database could not be opened; `what` is its address without the password.
    #[error("cannot open the database {what}")]
    Open {
        /// Which database.
        what: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A newer Kairos has been at work here.
    #[error("the database {what} has schema {found} and this Kairos knows up to {known}: run the newer Kairos again")]
    Newer {
        /// Which database.
        what: String,
        /// The schema found.
        found: i64,
        /// The newest schema that this program knows.
        known: i64,
    },
    /// The database refused, or did not answer.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// What stands in a row is not what this program writes there.
    #[error("unreadable {column} in a row of the database")]
    Unreadable {
        /// The column.
        column: &'static str,
        /// Why, where that is known.
        source: Option<serde_json::Error>,
    },
    /// A value has no form that a row could hold.
    #[error("cannot be stored: {0}")]
    Unwritable(#[from] serde_json::Error),
    /// The id that was proposed for an unknown person belongs to somebody else.
    #[error("person {0} is somebody else already")]
    Taken(PersonId),
}

impl StoreError {
    /// True when the same call may succeed a little later: the database was busy, restarting or out of reach.
    pub fn is_temporary(&self) -> bool {
        let Self::Database(error) = self else { return false };
        match error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Tls(_) => true,
            sqlx::Error::Database(refusal) => refusal.code().is_some_and(|code| is_temporary_code(&code)),
            _ => false,
        }
    }
}

/// SQLite's busy, locked and full (low byte of the extended code), PostgreSQL's classes for connections, resources,
/// shutdown and for transactions that got in each other's way.
fn is_temporary_code(code: &str) -> bool {
    match code.parse::<u32>() {
        Ok(sqlite) if code.len() < 5 => matches!(sqlite & 0xff, 5 | 6 | 13),
        _ => ["08", "40", "53", "55P03", "57P"].iter().any(|class| code.starts_with(class)),
    }
}
