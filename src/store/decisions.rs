//! What was decided, and why: the answer to *Why this?*.

use chat::{DeliveryId, EventId, PersonId, Timestamp};
use sqlx::FromRow;

use super::{
    Recorded, Store, StoreError,
    backend::{Tx, execute, fetch_all, fetch_optional},
    columns::{read_format, read_json, write_json},
    quarantine::Kind,
};

#[derive(FromRow)]
struct DecisionRow {
    id: i64,
    event_id: String,
    person_id: String,
    decided_at: i64,
    delivery_id: Option<String>,
    decision: String,
    format: i64,
}

impl DecisionRow {
    fn into_recorded(self) -> Result<Recorded, StoreError> {
        read_format(self.format)?;
        Ok(Recorded {
            event: EventId::new(self.event_id),
            person: PersonId::new(self.person_id),
            at: Timestamp::from_ms(self.decided_at),
            delivery: self.delivery_id.map(DeliveryId::new),
            decision: read_json(&self.decision, "decision")?,
        })
    }
}

pub(super) async fn insert(tx: &mut Tx, recorded: &Recorded) -> Result<(), StoreError> {
    let sql = "INSERT INTO decisions (event_id, person_id, decided_at, delivery_id, decision)
         VALUES ($1, $2, $3, $4, $5)";
    let decision = write_json(&recorded.decision)?;
    execute!(
        tx.on(),
        sql,
        recorded.event.as_str(),
        recorded.person.as_str(),
        recorded.at.as_ms(),
        recorded.delivery.as_ref().map(DeliveryId::as_str),
        decision
    )?;
    Ok(())
}

impl Store {
    /// The latest decision about a delivery.
    pub async fn decision_for(&self, delivery: &DeliveryId) -> Result<Option<Recorded>, StoreError> {
        let sql = "SELECT id, event_id, person_id, decided_at, delivery_id, decision, format FROM decisions
             WHERE delivery_id = $1 ORDER BY decided_at DESC, id DESC LIMIT 1";
        let row: Option<DecisionRow> = fetch_optional!(self.pools.read(), sql, delivery.as_str())?;
        Ok(self.readable_decisions(row.into_iter().collect()).await?.pop())
    }

    /// Up to `limit` decisions about a person, the newest first.
    pub async fn decisions_of(&self, person: &PersonId, limit: u32) -> Result<Vec<Recorded>, StoreError> {
        let sql = "SELECT id, event_id, person_id, decided_at, delivery_id, decision, format FROM decisions
             WHERE person_id = $1 ORDER BY decided_at DESC, id DESC LIMIT CAST($2 AS BIGINT)";
        let rows: Vec<DecisionRow> = fetch_all!(self.pools.read(), sql, person.as_str(), i64::from(limit))?;
        self.readable_decisions(rows).await
    }

    async fn readable_decisions(&self, rows: Vec<DecisionRow>) -> Result<Vec<Recorded>, StoreError> {
        let about = |row: &DecisionRow| (Kind::Decision, row.id.to_string(), row.decided_at);
        self.readable(rows, about, DecisionRow::into_recorded).await
    }
}
