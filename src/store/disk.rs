//! SQLite's files on the disk: who may read them, and how long what was erased from a row stays in them.
//!
//! Invariants
//! - Only the user that Kairos runs as reads the database, its write-ahead log and a backup: 0600, in a folder of 0700
//!   where Kairos makes it.
//! - SQLite overwrites in the database what a statement erases (`secure_delete`), but the write-ahead log keeps the old
//!   pages until it is folded. Kairos folds it [`EVERY`] second, so that a text is in no file soon after it is erased.
//! - A fold never holds writers up for longer than [`GIVES_UP`]: while somebody reads for long (a backup), the next one
//!   tries again.

use std::{
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    SqlitePool,
    pool::PoolConnection,
    sqlite::{Sqlite, SqliteConnectOptions, SqliteJournalMode},
};
use tracing::debug;

use super::StoreError;

/// How often the write-ahead log is folded where something stands in it.
const EVERY: Duration = Duration::from_secs(1);
/// How many milliseconds a fold waits for readers.
const GIVES_UP: u32 = 200;

/// Makes the file and its folder where they are missing, and keeps others from reading what is there.
pub(super) fn make_private(file: &Path) -> io::Result<()> {
    if let Some(folder) = file.parent().filter(|folder| *folder != Path::new("")) {
        let mut make = fs::DirBuilder::new();
        make.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut make, 0o700);
        make.create(folder)?;
    }
    let mut open = OpenOptions::new();
    open.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    open.open(file)?;
    for file in [file.to_owned(), beside(file, "-wal"), beside(file, "-shm")] {
        match keep_private(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "others on this machine may be able to read the database");
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(unix)]
fn keep_private(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let for_others = fs::metadata(file)?.permissions().mode() & 0o077;
    if for_others == 0 {
        return Ok(());
    }
    fs::set_permissions(file, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn keep_private(_file: &Path) -> io::Result<()> {
    Ok(())
}

/// The name of a file of SQLite that belongs to `file`.
fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Folds the write-ahead log of `file` every second until the pool is closed, where something stands in it.
pub(super) fn keep_folded(file: &Path, write: &SqlitePool) {
    let (log, write) = (beside(file, "-wal"), write.clone());
    tokio::spawn(async move {
        let mut closed = std::pin::pin!(write.close_event());
        loop {
            tokio::select! {
                () = &mut closed => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            let holds_something = tokio::fs::metadata(&log).await.is_ok_and(|log| log.len() > 0);
            if holds_something && let Err(error) = fold(&write).await {
                debug!(%error, "the write-ahead log is folded a second later");
            }
        }
    });
}

/// Folds the write-ahead log into the database and empties it; false where a reader was in the way.
pub(super) async fn fold(write: &SqlitePool) -> Result<bool, StoreError> {
    let mut connection = write.acquire().await?;
    let patience = busy_timeout(&mut connection, GIVES_UP).await?;
    let folded = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *connection).await;
    busy_timeout(&mut connection, patience).await?;
    let (is_busy, _, _): (i64, i64, i64) = folded?;
    Ok(is_busy == 0)
}

/// Sets how many milliseconds a statement waits for others; how many it waited before.
async fn busy_timeout(connection: &mut PoolConnection<Sqlite>, ms: u32) -> Result<u32, StoreError> {
    let (before,): (i64,) = sqlx::query_as("PRAGMA busy_timeout").fetch_one(&mut **connection).await?;
    sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA busy_timeout = {ms}"))).execute(&mut **connection).await?;
    Ok(u32::try_from(before).unwrap_or(GIVES_UP))
}

/// Copies the database as it is at one instant into `file`, without what people wrote: a backup lives long, and the text
/// of an event that is not decided yet, or was set aside unread, is nobody's to keep.
pub(super) async fn copy_to(write: &SqlitePool, file: &Path) -> Result<(), StoreError> {
    let unfinished = beside(file, ".unfinished");
    let copied = copy_without_texts(write, &unfinished, file).await;
    if copied.is_err() {
        // It may not have been made at all.
        let _ = fs::remove_file(&unfinished);
    }
    copied
}

async fn copy_without_texts(write: &SqlitePool, unfinished: &Path, file: &Path) -> Result<(), StoreError> {
    use sqlx::{ConnectOptions as _, Connection as _};
    // SQLite copies into an empty file, and keeps its permissions.
    make_private(unfinished).map_err(sqlx::Error::Io)?;
    // A name that is no text can't stand in a statement; on the machines we run on none is made by a person.
    let name = unfinished.to_string_lossy().into_owned();
    sqlx::query("VACUUM INTO $1").bind(name).execute(write).await?;
    let options = SqliteConnectOptions::new()
        .filename(unfinished)
        .journal_mode(SqliteJournalMode::Off)
        .pragma("secure_delete", "ON");
    let mut copy = options.connect().await?;
    sqlx::query("DELETE FROM arrivals WHERE raw IS NOT NULL").execute(&mut copy).await?;
    copy.close().await?;
    fs::OpenOptions::new().write(true).open(unfinished).and_then(|copy| copy.sync_all()).map_err(sqlx::Error::Io)?;
    fs::rename(unfinished, file).map_err(sqlx::Error::Io)?;
    Ok(())
}
