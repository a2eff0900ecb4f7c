//! The only file that says SQLite and PostgreSQL in one breath.
//!
//! Invariants
//! - What stands above works on either database without knowing which: nothing is generic, nothing is `dyn`.
//! - SQLite has one connection that writes, so that writers queue here and not in `busy_timeout`; every transaction
//!   begins with `BEGIN IMMEDIATE`, for another process may write too.
//! - A `LIMIT` that is bound is cast, `LIMIT CAST($1 AS BIGINT)`: SQLite plans by a bare one, and prepares the statement
//!   anew whenever it is bound, which costs more than to run it.
//! - A file survives a crash of machine and process: WAL with `synchronous=FULL`.

use std::{path::Path, str::FromStr, time::Duration};

use sqlx::{
    Connection as _, PgPool, Postgres, Sqlite, SqlitePool, Transaction,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgConnection, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use chat::Scope;

use super::{StoreError, disk};

static FOR_SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static FOR_POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// How long a call waits for a connection, or for another process that writes to the same file.
const PATIENCE: Duration = Duration::from_secs(5);
const READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 10;

/// The same thing on one database or the other: pools, connections, transactions.
#[derive(Clone)]
pub(super) enum Backend<S, P> {
    Sqlite(S),
    Postgres(P),
}

/// Does the same on whichever database it is, with `$open` bound to the pool or the connection.
macro_rules! on_backend {
    ($backend:expr, |$open:ident| $body:expr) => {
        match $backend {
            $crate::store::backend::Backend::Sqlite($open) => $body,
            $crate::store::backend::Backend::Postgres($open) => $body,
        }
    };
}
pub(super) use on_backend;

/// Runs one statement with its parameters in order; how many rows it changed.
macro_rules! execute {
    ($on:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::store::backend::on_backend!($on, |db| sqlx::query($sql)
            $(.bind($value))*
            .execute(db)
            .await
            .map(|done| done.rows_affected()))
    };
}
pub(super) use execute;

/// Runs one statement with its parameters in order; every row it gives.
macro_rules! fetch_all {
    ($on:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::store::backend::on_backend!($on, |db| sqlx::query_as($sql)$(.bind($value))*.fetch_all(db).await)
    };
}
pub(super) use fetch_all;

/// Runs one statement with its parameters in order; the first row it gives.
macro_rules! fetch_optional {
    ($on:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::store::backend::on_backend!($on, |db| sqlx::query_as($sql)$(.bind($value))*.fetch_optional(db).await)
    };
}
pub(super) use fetch_optional;

/// The rows of a tenant's table within a scope that is bound as the parameter of this number: those of its workspaces, and
/// what holds for every one. [`chat::Scope::to_stored`] is what is bound.
macro_rules! within {
    ($number:literal) => {
        concat!(
            "($",
            $number,
            " = '*' OR tenant = '*' OR replace($",
            $number,
            ", ',' || tenant || ',', '') <> $",
            $number,
            ")"
        )
    };
}
pub(super) use within;

/// Whether a tenant, an expression, lies within the scope that stands in another.
macro_rules! reaches {
    ($scope:literal, $tenant:literal) => {
        concat!("(", $scope, " = '*' OR replace(", $scope, ", ',' || ", $tenant, " || ',', '') <> ", $scope, ")")
    };
}
pub(super) use reaches;

/// A connection within a transaction.
pub(super) type Connection<'a> = Backend<&'a mut SqliteConnection, &'a mut PgConnection>;

/// Where connections come from.
#[derive(Clone)]
pub(super) struct Pools(Backend<SqlitePools, PgPool>);

/// In memory both are the same single connection.
#[derive(Clone)]
struct SqlitePools {
    write: SqlitePool,
    read: SqlitePool,
}

impl Pools {
    /// Opens the database at `url` and brings its schema up to date.
    pub(super) async fn open(url: &str) -> Result<Self, StoreError> {
        let (what, opened) = if url.starts_with("sqlite:") {
            (url.to_owned(), open_sqlite(url).await)
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            (without_secrets(url), open_postgres(url).await)
        } else {
            // The whole of it might be a secret that stands in the wrong place.
            return Err(StoreError::Address("unknown kind of database".to_owned()));
        };
        let pools = opened.map_err(|source| StoreError::Open { what: what.clone(), source })?;
        if let Err(error) = pools.migrate(what).await {
            pools.close().await;
            return Err(error);
        }
        Ok(pools)
    }

    async fn migrate(&self, what: String) -> Result<(), StoreError> {
        let (migrations, done) = match &self.0 {
            Backend::Sqlite(pools) => (&FOR_SQLITE, FOR_SQLITE.run(&pools.write).await),
            Backend::Postgres(pool) => (&FOR_POSTGRES, FOR_POSTGRES.run(pool).await),
        };
        match done {
            Ok(()) => Ok(()),
            Err(MigrateError::VersionMissing(version)) => {
                let found = self.schema_version().await.unwrap_or(version);
                let known = migrations.iter().map(|migration| migration.version).max().unwrap_or(0);
                Err(StoreError::Newer { what, found, known })
            }
            Err(error) => Err(StoreError::Open { what, source: error.into() }),
        }
    }

    /// The newest migration that was applied.
    pub(super) async fn schema_version(&self) -> Result<i64, StoreError> {
        let newest = "SELECT MAX(version) FROM _sqlx_migrations WHERE success";
        let found: Option<(Option<i64>,)> = fetch_optional!(self.read(), newest)?;
        Ok(found.and_then(|(version,)| version).unwrap_or(0))
    }

    /// For statements that change nothing.
    pub(super) fn read(&self) -> Backend<&SqlitePool, &PgPool> {
        match &self.0 {
            Backend::Sqlite(pools) => Backend::Sqlite(&pools.read),
            Backend::Postgres(pool) => Backend::Postgres(pool),
        }
    }

    /// For a single statement that changes something.
    pub(super) fn write(&self) -> Backend<&SqlitePool, &PgPool> {
        match &self.0 {
            Backend::Sqlite(pools) => Backend::Sqlite(&pools.write),
            Backend::Postgres(pool) => Backend::Postgres(pool),
        }
    }

    /// For statements that read the rows of a scope in the tables with row-level security: without it PostgreSQL shows none.
    pub(super) async fn within(&self, scope: &Scope) -> Result<Scoped, StoreError> {
        Ok(Scoped(match &self.0 {
            Backend::Sqlite(pools) => Backend::Sqlite(pools.read.clone()),
            Backend::Postgres(pool) => {
                let mut tx = pool.begin().await?;
                let set = "SELECT set_config('kairos.scope', $1, TRUE)";
                sqlx::query(set).bind(scope.to_stored()).execute(&mut *tx).await?;
                Backend::Postgres(tx)
            }
        }))
    }

    /// For several statements that change something together; rolled back when dropped. It sees every workspace's rows:
    /// each change names its own.
    pub(super) async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(Tx(match self.write() {
            // Reading first and writing then fails with "database is locked", whatever the busy time-out.
            Backend::Sqlite(pool) => Backend::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?),
            Backend::Postgres(pool) => Backend::Postgres(pool.begin_with("BEGIN; SET LOCAL kairos.scope = '*'").await?),
        }))
    }

    /// Waits for what is under way and closes every connection.
    pub(super) async fn close(&self) {
        match &self.0 {
            Backend::Sqlite(pools) => {
                pools.read.close().await;
                // The last to close folds the write-ahead log into the file.
                pools.write.close().await;
            }
            Backend::Postgres(pool) => pool.close().await,
        }
    }

    /// What claims rows so that two who claim at once get different ones.
    ///
    /// SQLite has one writer at a time and needs nothing. PostgreSQL would have the second wait for the first and then
    /// come back with too few rows: it passes over what is locked.
    pub(super) fn claiming(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match &self.0 {
            Backend::Sqlite(_) => sqlite,
            Backend::Postgres(_) => postgres,
        }
    }

    /// Copies SQLite's database as it is at one instant: readers and writers go on meanwhile.
    pub(super) async fn copy_to(&self, file: &Path) -> Result<(), StoreError> {
        let Backend::Sqlite(pools) = &self.0 else {
            return Err(StoreError::Address("a database on a server is copied by the server's own tools".to_owned()));
        };
        disk::copy_to(&pools.write, file).await
    }

    /// True where several processes may share it: a file of SQLite is one process's own.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self.0, Backend::Postgres(_))
    }

    /// Folds SQLite's write-ahead log into the file and empties it, so that nothing of what was erased is left in it;
    /// false where somebody reads it right now, and it is folded within a second or so.
    pub(super) async fn fold(&self) -> Result<bool, StoreError> {
        match &self.0 {
            Backend::Sqlite(pools) => disk::fold(&pools.write).await,
            Backend::Postgres(_) => Ok(true),
        }
    }

    /// The name of the database, for people.
    pub(super) fn name(&self) -> &'static str {
        match &self.0 {
            Backend::Sqlite(_) => "SQLite",
            Backend::Postgres(_) => "PostgreSQL",
        }
    }
}

/// What reads the rows of a scope. PostgreSQL itself shows no other rows of the tables with row-level security.
pub(super) struct Scoped(Backend<SqlitePool, Transaction<'static, Postgres>>);

impl Scoped {
    /// To run statements on that change nothing.
    pub(super) fn on(&mut self) -> Backend<&SqlitePool, &mut PgConnection> {
        match &mut self.0 {
            Backend::Sqlite(pool) => Backend::Sqlite(&*pool),
            Backend::Postgres(tx) => Backend::Postgres(&mut **tx),
        }
    }
}

/// A transaction on whichever database it is.
pub(super) struct Tx(Backend<Transaction<'static, Sqlite>, Transaction<'static, Postgres>>);

impl Tx {
    /// To run statements on.
    pub(super) fn on(&mut self) -> Connection<'_> {
        match &mut self.0 {
            Backend::Sqlite(tx) => Backend::Sqlite(&mut **tx),
            Backend::Postgres(tx) => Backend::Postgres(&mut **tx),
        }
    }

    /// Waits until no other transaction does what `what` numbers, and keeps others from it until this one ends.
    ///
    /// SQLite has one writer at a time and needs nothing. PostgreSQL locks a number of our own, which holds up nobody
    /// else; what comes after it in this transaction sees everything that was committed before.
    pub(super) async fn one_at_a_time(&mut self, what: i64) -> Result<(), StoreError> {
        if let Backend::Postgres(tx) = &mut self.0 {
            sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(what).execute(&mut **tx).await?;
        }
        Ok(())
    }

    /// Makes it durable.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        on_backend!(self.0, |tx| tx.commit().await)?;
        Ok(())
    }

    /// Undoes it.
    pub(super) async fn rollback(self) -> Result<(), StoreError> {
        on_backend!(self.0, |tx| tx.rollback().await)?;
        Ok(())
    }
}

type Opened = Result<Pools, Box<dyn std::error::Error + Send + Sync>>;

async fn open_sqlite(url: &str) -> Opened {
    if url.trim_start_matches("sqlite:").trim_start_matches("//") == ":memory:" {
        // Private to its one connection: sqlx's own reading of this address shares a cache, with its locks.
        let options = SqliteConnectOptions::new().filename(":memory:").foreign_keys(true);
        let write = sqlite_pool(1).connect_with(options.synchronous(SqliteSynchronous::Off)).await?;
        return Ok(Pools(Backend::Sqlite(SqlitePools { read: write.clone(), write })));
    }
    let options = SqliteConnectOptions::from_str(url)?
        .create_if_missing(true)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // What is erased is overwritten, not only left out.
        .pragma("secure_delete", "ON");
    let file = options.get_filename().to_owned();
    let made = file.clone();
    tokio::task::spawn_blocking(move || disk::make_private(&made)).await??;
    let write = sqlite_pool(1).connect_with(options.clone()).await?;
    let read = sqlite_pool(READERS).connect_with(options.pragma("query_only", "ON")).await?;
    disk::keep_folded(&file, &write);
    Ok(Pools(Backend::Sqlite(SqlitePools { write, read })))
}

/// A connection to a file does not age, and one in memory must never be given up: it is the database.
fn sqlite_pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
}

const UNREADABLE: &str = "its address can't be read: postgres://user:password@host:5432/database?sslmode=require would \
     be right, with what is special in the password percent-encoded";

async fn open_postgres(url: &str) -> Opened {
    // What the driver says about an address that it can't read quotes pieces of it, and one might be the password.
    let options = PgConnectOptions::from_str(url).map_err(|_| UNREADABLE)?.application_name("kairos");
    // A pool would go on trying, and then say that it timed out instead of what was wrong.
    tokio::time::timeout(PATIENCE, PgConnection::connect_with(&options)).await??.close().await?;
    let pool = PgPoolOptions::new().max_connections(POSTGRES_CONNECTIONS).acquire_timeout(PATIENCE);
    Ok(Pools(Backend::Postgres(pool.connect_with(options).await?)))
}

/// The address as people may read it: scheme, host and database; nothing but the scheme where it can't be told apart.
fn without_secrets(url: &str) -> String {
    let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
    let (rest, parameters) = rest.trim_start_matches('/').split_once('?').unwrap_or((rest.trim_start_matches('/'), ""));
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    let (host, database) = place.split_once('/').unwrap_or((place, ""));
    let port = host.rsplit_once(':').map_or("", |(_, port)| port);
    if parameters.contains('@') || !port.chars().all(|c| c.is_ascii_digit() || c == ']') {
        return format!("{scheme}://…");
    }
    format!("{scheme}://{host}/{database}")
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn an_address_is_shown_without_its_secrets() {
        for (url, shown) in [
            ("postgres://ana:s3cret@db.example:5432/kairos?sslmode=require", "postgres://db.example:5432/kairos"),
            ("postgres://ana:s3c@ret@db/kairos", "postgres://db/kairos"),
            ("postgres://ana:s3c/ret@db/kairos", "postgres://db/kairos"),
            ("postgres://db/kairos?password=s3cret", "postgres://db/kairos"),
            ("postgres://db/kairos?password=s3@cret", "postgres://…"),
            ("postgres://ana:s3cret?x@db/kairos", "postgres://…"),
            ("postgres://ana:s3cret", "postgres://…"),
            ("postgres:ana:s3cret@db", "postgres://db/"),
        ] {
            assert_eq!(without_secrets(url), shown);
        }
    }
}
