//! What is held about one person: shown to them whole, and erased with a proof.
//!
//! Invariants
//! - [`PERSONAL`] names every table that holds something about somebody; a test finds one that is missing.
//! - What names them elsewhere goes too: ids of events, what was set aside unread, what adapters wrote down.
//! - A proof counts rows; it holds nothing of what stood in them.

use chat::{PersonId, Scope};
use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::{AssertSqlSafe, Column as _, Row as _};

use super::{
    Store, StoreError,
    backend::{Tx, execute, fetch_all, on_backend},
    columns::read_count,
    own_words, traces,
};

/// Every table that holds something about a person, and the column that says about whom. Rows go in this order: those
/// of [`people`](PERSONAL) last, since others refer to them.
pub const PERSONAL: [(&str, &str); 13] = [
    ("taps", "person_id"),
    ("own_words", "person_id"),
    ("sessions", "person_id"),
    ("decisions", "person_id"),
    ("deliveries", "person_id"),
    ("signals", "person_id"),
    ("looks", "person_id"),
    ("dips", "person_id"),
    ("duties", "person_id"),
    ("stops", "person_id"),
    ("person_keys", "person_id"),
    ("identities", "person_id"),
    ("people", "id"),
];

/// A row as an object. The rows of the two databases have no trait of one name for this.
macro_rules! as_object {
    ($row:expr) => {{
        let row = $row;
        let cells = row.columns().iter().map(|column| {
            let at = column.ordinal();
            let text = row.try_get::<Option<String>, _>(at).map(|text| text.map_or(Value::Null, as_told));
            let value = text
                .or_else(|_| row.try_get::<Option<i64>, _>(at).map(Value::from))
                .or_else(|_| row.try_get::<Option<bool>, _>(at).map(Value::from))
                .or_else(|_| row.try_get::<Option<f64>, _>(at).map(Value::from));
            (column.name().to_owned(), value.unwrap_or_default())
        });
        Value::Object(cells.collect())
    }};
}

/// Text, or the JSON that stands in it.
fn as_told(text: String) -> Value {
    let is_json = text.starts_with(['{', '[']);
    is_json.then(|| serde_json::from_str(&text).ok()).flatten().unwrap_or(Value::String(text))
}

/// What was removed about a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Forgotten {
    /// Rows by table; tables in which there were none are left out.
    pub removed: Vec<(String, u64)>,
    /// Cards that are being sent right now: their rows say what, and go with the retention of deliveries.
    pub under_way: u64,
}

impl Forgotten {
    /// How many rows that were.
    pub fn rows(&self) -> u64 {
        self.removed.iter().map(|(_, rows)| rows).sum()
    }

    fn note(&mut self, table: &str, rows: u64) {
        if rows > 0 {
            self.removed.push((table.to_owned(), rows));
        }
    }
}

/// Forgets a person: what they did, what reached them, what was decided about them, who they are.
pub(super) async fn erase(tx: &mut Tx, person: &PersonId) -> Result<Forgotten, StoreError> {
    let (mut forgotten, id) = (Forgotten::default(), person.as_str());
    forgotten.note("arrivals", traces::erase(tx, person).await?);
    let sought = "DELETE FROM sought WHERE EXISTS (
             SELECT 1 FROM person_keys AS known
             WHERE known.person_id = $1 AND known.scheme = sought.scheme AND known.value = sought.value)";
    forgotten.note("sought", execute!(tx.on(), sought, id)?);
    // Numbers that still wait for somebody of their name.
    let waiting = "DELETE FROM signals WHERE person_id IS NULL AND EXISTS (
             SELECT 1 FROM person_keys AS known
             WHERE known.person_id = $1 AND known.scheme = signals.scheme AND known.value = signals.value)";
    let waiting = execute!(tx.on(), waiting, id)?;
    // The pause of a trigger stays; who made it is forgotten.
    let pauses = "UPDATE pauses SET person_id = NULL WHERE person_id = $1";
    forgotten.note("pauses", execute!(tx.on(), pauses, id)?);
    let steps = "UPDATE trigger_steps SET person_id = NULL WHERE person_id = $1";
    forgotten.note("trigger_steps", execute!(tx.on(), steps, id)?);
    own_words::erase_quotations(tx, person).await?;
    for (table, column) in PERSONAL {
        let but = if table == "deliveries" { " AND state NOT IN ('sending', 'ambiguous')" } else { "" };
        let sql = format!("DELETE FROM {table} WHERE {column} = $1{but}");
        let also = if table == "signals" { waiting } else { 0 };
        forgotten.note(table, also + execute!(tx.on(), AssertSqlSafe(sql), id)?);
    }
    let left = "SELECT COUNT(*) FROM deliveries WHERE person_id = $1";
    let left: Vec<(i64,)> = fetch_all!(tx.on(), left, id)?;
    forgotten.under_way = left.first().map_or(0, |(count,)| read_count(*count));
    Ok(forgotten)
}

impl Store {
    /// Erases everything that is held about a person; what that was, in numbers.
    pub async fn forget(&self, person: &PersonId) -> Result<Forgotten, StoreError> {
        let mut tx = self.pools.begin().await?;
        let forgotten = erase(&mut tx, person).await?;
        tx.commit().await?;
        // What stood in the write-ahead log of SQLite goes too.
        self.pools.fold().await?;
        Ok(forgotten)
    }

    /// Everything that is held about a person: rows by table, as they stand there. What stands as JSON in a column is
    /// told as JSON.
    pub async fn held_about(&self, person: &PersonId) -> Result<Map<String, Value>, StoreError> {
        let mut held = Map::new();
        for (table, column) in PERSONAL {
            let sql = format!("SELECT * FROM {table} WHERE {column} = $1");
            let mut scoped = self.pools.within(&Scope::All).await?;
            let rows: Vec<Value> = on_backend!(scoped.on(), |db| {
                let rows = sqlx::query(AssertSqlSafe(sql)).bind(person.as_str()).fetch_all(db).await?;
                rows.iter().map(|row| as_object!(row)).collect()
            });
            if !rows.is_empty() {
                held.insert(table.to_owned(), Value::Array(rows));
            }
        }
        Ok(held)
    }

    /// The people whom `named` may mean: an id of ours, platform/workspace/user, or a name that another system gives
    /// them, such as email:ana@example.com.
    pub async fn people_named(&self, named: &str) -> Result<Vec<PersonId>, StoreError> {
        let sql = "SELECT id FROM people WHERE id = $1
             UNION SELECT person_id FROM identities WHERE platform || '/' || workspace || '/' || user_id = $1
             UNION SELECT person_id FROM person_keys WHERE scheme || ':' || value = $1
             ORDER BY 1";
        let rows: Vec<(String,)> = fetch_all!(self.pools.read(), sql, named)?;
        Ok(rows.into_iter().map(|(id,)| PersonId::new(id)).collect())
    }
}
