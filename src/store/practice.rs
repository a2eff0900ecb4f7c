//! Practices between two turns.

use chat::{PersonId, SessionId, Timestamp};
use sqlx::FromRow;

use super::{
    Store, StoreError,
    backend::{Tx, execute, fetch_all, fetch_optional},
    columns::{read_instant, read_small, write_instant},
};
use crate::{library::ScenarioId, practice::Session};

#[derive(FromRow)]
struct SessionRow {
    id: String,
    person_id: String,
    scenario_id: String,
    turn: i64,
    state: String,
    started_at: i64,
    finished_at: Option<i64>,
}

impl SessionRow {
    fn into_session(self) -> Result<Session, StoreError> {
        Ok(Session {
            id: SessionId::new(self.id),
            person: PersonId::new(self.person_id),
            scenario: ScenarioId::new(self.scenario_id),
            turn: read_small(self.turn, "turn")?,
            state: self.state,
            started_at: Timestamp::from_ms(self.started_at),
            finished_at: read_instant(self.finished_at),
        })
    }
}

/// Keeps a practice; one that has taken as many turns already is left as it is, so that of two taps on one card the
/// first counts.
pub(super) async fn keep(tx: &mut Tx, session: &Session) -> Result<(), StoreError> {
    let sql = "INSERT INTO sessions (id, person_id, scenario_id, turn, state, started_at, finished_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO UPDATE
         SET turn = excluded.turn, state = excluded.state, finished_at = excluded.finished_at
         WHERE sessions.turn < excluded.turn";
    execute!(
        tx.on(),
        sql,
        session.id.as_str(),
        session.person.as_str(),
        session.scenario.as_str(),
        i64::from(session.turn),
        &session.state,
        session.started_at.as_ms(),
        write_instant(session.finished_at)
    )?;
    Ok(())
}

impl Store {
    /// The practice with this id.
    pub async fn session(&self, id: &SessionId) -> Result<Option<Session>, StoreError> {
        let sql = "SELECT id, person_id, scenario_id, turn, state, started_at, finished_at FROM sessions WHERE id = $1";
        let row: Option<SessionRow> = fetch_optional!(self.pools.read(), sql, id.as_str())?;
        row.map(SessionRow::into_session).transpose()
    }

    /// The practices that somebody has not finished, the newest of each scenario first.
    pub async fn open_sessions(&self, person: &PersonId) -> Result<Vec<Session>, StoreError> {
        let sql = "SELECT id, person_id, scenario_id, turn, state, started_at, finished_at FROM sessions
             WHERE person_id = $1 AND finished_at IS NULL ORDER BY started_at DESC, id DESC LIMIT 200";
        let rows: Vec<SessionRow> = fetch_all!(self.pools.read(), sql, person.as_str())?;
        rows.into_iter().map(SessionRow::into_session).collect()
    }
}
