//! Every database that Kairos runs on, each test with one of its own.
//!
//! Invariants
//! - A body runs on SQLite and on PostgreSQL. Nothing is skipped: without a server the test fails, with the line that
//!   mends it.
//! - Whatever a body does, its database is gone afterwards.

use std::{
    env,
    future::Future,
    str::FromStr,
    sync::atomic::{AtomicU32, Ordering},
};

use kairos::store::Store;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection, postgres::PgConnectOptions};
use tempfile::TempDir;

const SERVER: &str = "KAIROS_TEST_POSTGRES_URL";

/// An empty database, gone when the test is over.
pub(crate) struct Database {
    /// As [`Store::open`] takes it.
    pub(crate) url: String,
    /// Where a file lies.
    folder: Option<TempDir>,
}

/// Runs `body` with a store in a file of SQLite, then with one on PostgreSQL.
pub(crate) async fn each_database<Body, Done>(body: Body)
where
    Body: Fn(Store) -> Done + Copy + Send + 'static,
    Done: Future<Output = ()> + Send,
{
    each_address(move |url| async move {
        let store = Store::open(&url).await.unwrap();
        body(store.clone()).await;
        store.close().await;
    })
    .await;
}

/// Runs `body` with the address of an empty database of SQLite, then with one of PostgreSQL.
pub(crate) async fn each_address<Body, Done>(body: Body)
where
    Body: Fn(String) -> Done + Send + Copy + 'static,
    Done: Future<Output = ()> + Send + 'static,
{
    run_on(Database::of_sqlite(), body).await;
    run_on(Database::of_postgres().await, body).await;
}

async fn run_on<Body, Done>(database: Database, body: Body)
where
    Body: Fn(String) -> Done,
    Done: Future<Output = ()> + Send + 'static,
{
    let (url, name) = (database.url.clone(), database.name());
    // A task of its own, so that the database goes when the body panics.
    let done = tokio::spawn(body(url)).await;
    database.remove().await;
    if let Err(failed) = done {
        let panic = failed.into_panic();
        let message = panic.downcast_ref::<String>().map(String::as_str);
        let message = message.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("see above");
        panic!("on {name}: {message}");
    }
}

impl Database {
    /// A file in a folder of its own.
    pub(crate) fn of_sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("kairos.sqlite").display());
        Self { url, folder: Some(folder) }
    }

    /// A database of its own on the test server.
    pub(crate) async fn of_postgres() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("kairos_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let server = server();
        let mut on_server = connect(&server).await;
        // A run that was killed may have left one.
        for sql in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name} TEMPLATE template0")] {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut on_server).await.unwrap();
        }
        Self { url: with_database(&server, &name), folder: None }
    }

    /// The same for a role that may do nothing but what its database allows: on a superuser PostgreSQL enforces nothing.
    pub(crate) async fn of_postgres_without_rights() -> Self {
        const ROLE: &str = "kairos_test_plain";
        let database = Self::of_postgres().await;
        let mut on_server = connect(&server()).await;
        let name = database.url.rsplit('/').next().and_then(|name| name.split('?').next()).unwrap().to_owned();
        let make = format!(
            "DO $$ BEGIN CREATE ROLE {ROLE} LOGIN PASSWORD '{ROLE}'; EXCEPTION WHEN duplicate_object OR unique_violation \
             THEN NULL; END $$;
             ALTER DATABASE {name} OWNER TO {ROLE};"
        );
        sqlx::raw_sql(AssertSqlSafe(make)).execute(&mut on_server).await.unwrap();
        let (_, rest) = database.url.split_once("://").unwrap();
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        Self { url: format!("postgres://{ROLE}:{ROLE}@{host}"), ..database }
    }

    /// Its kind, for people.
    pub(crate) fn name(&self) -> &'static str {
        if self.folder.is_some() { "SQLite" } else { "PostgreSQL" }
    }

    /// Removes it with everything in it.
    pub(crate) async fn remove(self) {
        if self.folder.is_none() {
            let name = self.url.rsplit('/').next().and_then(|name| name.split('?').next()).unwrap();
            let sql = format!("DROP DATABASE {name} WITH (FORCE)");
            sqlx::query(AssertSqlSafe(sql)).execute(&mut connect(&server()).await).await.unwrap();
        }
    }
}

/// Runs statements beside the store.
pub(crate) async fn run_beside(url: &str, sql: &'static str) {
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    } else {
        sqlx::raw_sql(sql).execute(&mut connect(url).await).await.unwrap();
    }
}

/// What a statement counts beside the store.
pub(crate) async fn count_beside(url: &str, sql: &'static str) -> i64 {
    if url.starts_with("sqlite:") {
        sqlx::query_scalar(sql).fetch_one(&mut SqliteConnection::connect(url).await.unwrap()).await.unwrap()
    } else {
        sqlx::query_scalar(sql).fetch_one(&mut connect(url).await).await.unwrap()
    }
}

fn server() -> String {
    env::var(SERVER).unwrap_or_else(|_| {
        panic!("{SERVER} is not set: run tests/run, or start a PostgreSQL and set {SERVER}=postgres://…")
    })
}

async fn connect(url: &str) -> PgConnection {
    let options = PgConnectOptions::from_str(url).unwrap();
    PgConnection::connect_with(&options).await.unwrap_or_else(|error| {
        panic!("no PostgreSQL answers where {SERVER} points ({error}): run tests/run, or start one there")
    })
}

/// The address of another database on the same server.
fn with_database(server: &str, name: &str) -> String {
    let (address, parameters) = server.split_once('?').map_or((server, None), |(a, p)| (a, Some(p)));
    let (scheme, rest) = address.split_once("://").expect("an address like postgres://host:port/database");
    let host = rest.split('/').next().unwrap_or_default();
    let parameters = parameters.map(|parameters| format!("?{parameters}")).unwrap_or_default();
    format!("{scheme}://{host}/{name}{parameters}")
}
