//! What adapters write down for themselves, so that it outlives a restart.
//!
//! Invariants
//! - A platform sees its own notes only.
//! - What is of no use any more is thrown away with the next note, and at the latest with the next sweep.

use chat::{Note, PlatformKind, Timestamp};
use sqlx::FromRow;

use super::{
    Store, StoreError,
    backend::{execute, fetch_all},
};

#[derive(FromRow)]
struct NoteRow {
    name: String,
    text: String,
    kept_until: i64,
}

impl Store {
    /// Keeps a note in place of an earlier one of its name, and throws away what is out of date at `now`.
    pub async fn write_note(&self, platform: PlatformKind, note: &Note, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.pools.begin().await?;
        execute!(tx.on(), "DELETE FROM notes WHERE kept_until <= $1", now.as_ms())?;
        let sql = "INSERT INTO notes (platform, name, text, kept_until) VALUES ($1, $2, $3, $4)
             ON CONFLICT (platform, name) DO UPDATE SET text = excluded.text, kept_until = excluded.kept_until";
        execute!(tx.on(), sql, platform.to_string(), &note.name, &note.text, note.until.as_ms())?;
        tx.commit().await
    }

    /// The notes of a platform that are of use at `now`, by name.
    pub async fn notes(&self, platform: PlatformKind, now: Timestamp) -> Result<Vec<Note>, StoreError> {
        let sql = "SELECT name, text, kept_until FROM notes WHERE platform = $1 AND kept_until > $2 ORDER BY name";
        let rows: Vec<NoteRow> = fetch_all!(self.pools.read(), sql, platform.to_string(), now.as_ms())?;
        let note = |row: NoteRow| Note { name: row.name, text: row.text, until: Timestamp::from_ms(row.kept_until) };
        Ok(rows.into_iter().map(note).collect())
    }

    /// Throws a note away.
    pub async fn strike_note(&self, platform: PlatformKind, name: &str) -> Result<(), StoreError> {
        execute!(
            self.pools.write(),
            "DELETE FROM notes WHERE platform = $1 AND name = $2",
            platform.to_string(),
            name
        )?;
        Ok(())
    }

    /// Throws away what is out of date at `now`.
    pub async fn sweep_notes(&self, now: Timestamp) -> Result<(), StoreError> {
        execute!(self.pools.write(), "DELETE FROM notes WHERE kept_until <= $1", now.as_ms())?;
        Ok(())
    }
}
