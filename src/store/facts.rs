//! What a decision may know about a person: all that reached them, for their own page, or no more than a decision needs.
//!
//! Invariants
//! - A decision reads as many rows as the person's budgets and choices are long, however long their past is.

use chat::{AssetId, PersonId, Timestamp};
use sqlx::FromRow;

use super::{Person, Store, StoreError, backend::fetch_all, columns::read_name};
use crate::{
    engine::{PersonFacts, Received},
    library::TriggerId,
};

/// How many assets one statement asks about.
const ASKED: usize = 12;
/// How many unasked cards are read: one more than the largest budget of a week.
const UNASKED: i64 = 101;
/// The longest span of a budget, in milliseconds.
const WEEK_MS: i64 = 7 * 86_400_000;

/// What a row of the one statement tells.
enum What {
    Stopped,
    Knows,
    Unasked,
    Had,
}

impl std::str::FromStr for What {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text {
            "stopped" => Self::Stopped,
            "knows" => Self::Knows,
            "unasked" => Self::Unasked,
            "had" => Self::Had,
            _ => return Err(()),
        })
    }
}

#[derive(FromRow)]
struct FactRow {
    what: String,
    trigger_id: String,
    asset_id: String,
    at: i64,
}

/// Rows that a person has received, or is about to.
macro_rules! received {
    () => {
        "person_id = $1 AND asset_id IS NOT NULL AND state IN ('pending', 'sending', 'ambiguous', 'sent')"
    };
}

macro_rules! choices {
    () => {
        "SELECT 'stopped' AS what, trigger_id, '' AS asset_id, 0 AS at FROM stops WHERE person_id = $1
         UNION ALL SELECT DISTINCT 'knows', '', asset_id, 0 FROM taps
             WHERE person_id = $1 AND tap = 'know' AND asset_id IS NOT NULL"
    };
}

impl Store {
    /// Everything about a person; all that reached them, or is on its way, not before `since`, the newest first.
    ///
    /// For their own page: it reads their whole past. A decision is made by [`Store::facts_for`].
    pub async fn facts_about(&self, person: &PersonId, since: Timestamp) -> Result<PersonFacts, StoreError> {
        let sql = concat!(
            choices!(),
            " UNION ALL SELECT CASE WHEN unasked = TRUE THEN 'unasked' ELSE 'had' END, trigger_id, asset_id,
                  COALESCE(sent_at, due_at)
              FROM deliveries WHERE ",
            received!(),
            " AND COALESCE(sent_at, due_at) >= $2"
        );
        let rows: Vec<FactRow> = fetch_all!(self.pools.read(), sql, person.as_str(), since.as_ms())?;
        let kept = self.person(person).await?;
        let facts =
            kept.map_or_else(|| PersonFacts::of_stranger(person.clone(), chat::Profile::default()), Person::into);
        with_rows(facts, rows)
    }

    /// What a decision needs of a person's past: every unasked card of the last week, as far as any budget goes; and
    /// when each of `assets` last reached them, where that was not before `since`, by a card that bears no trigger and
    /// counts against no budget.
    pub async fn facts_for(
        &self,
        person: Person,
        assets: &[AssetId],
        since: Timestamp,
        now: Timestamp,
    ) -> Result<PersonFacts, StoreError> {
        let sql = concat!(
            choices!(),
            " UNION ALL SELECT * FROM (
                  SELECT 'unasked', trigger_id, asset_id, COALESCE(sent_at, due_at) FROM deliveries
                  WHERE unasked = TRUE AND ",
            received!(),
            " AND COALESCE(sent_at, due_at) > $2 ORDER BY COALESCE(sent_at, due_at) DESC LIMIT $3) AS lately
              UNION ALL SELECT 'had', '', asset_id, MAX(COALESCE(sent_at, due_at)) FROM deliveries
              WHERE ",
            received!(),
            " AND COALESCE(sent_at, due_at) > $4
                AND asset_id IN ($5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
              GROUP BY asset_id"
        );
        let id = person.id.clone();
        let mut facts = PersonFacts::from(person);
        // At least once, for what is asked whatever the assets.
        let chunks = assets.chunks(ASKED).chain(assets.is_empty().then_some(assets));
        for (turn, chunk) in chunks.enumerate() {
            // What is left over asks for nothing: NULL is like no asset.
            let name = |n: usize| chunk.get(n).map(AssetId::as_str);
            let rows: Vec<FactRow> = fetch_all!(
                self.pools.read(),
                sql,
                id.as_str(),
                now.as_ms() - WEEK_MS,
                UNASKED,
                since.as_ms(),
                name(0),
                name(1),
                name(2),
                name(3),
                name(4),
                name(5),
                name(6),
                name(7),
                name(8),
                name(9),
                name(10),
                name(11)
            )?;
            facts = with_rows(facts, rows.into_iter().filter(|row| turn == 0 || row.what == "had"))?;
        }
        Ok(facts)
    }
}

impl From<Person> for PersonFacts {
    fn from(person: Person) -> Self {
        Self {
            hours: person.hours,
            own: person.own,
            opted_out: person.opted_out,
            snoozed_until: person.snoozed_until,
            ..Self::of_stranger(person.id, person.profile)
        }
    }
}

fn with_rows(mut facts: PersonFacts, rows: impl IntoIterator<Item = FactRow>) -> Result<PersonFacts, StoreError> {
    for FactRow { what, trigger_id, asset_id, at } in rows {
        let unasked = match read_name(&what, "what")? {
            What::Stopped => {
                facts.stopped.push(TriggerId::new(trigger_id));
                continue;
            }
            What::Knows => {
                facts.known.push(AssetId::new(asset_id));
                continue;
            }
            What::Unasked => true,
            What::Had => false,
        };
        facts.received.push(Received {
            at: Timestamp::from_ms(at),
            trigger: TriggerId::new(trigger_id),
            asset: AssetId::new(asset_id),
            unasked,
        });
    }
    facts.stopped.sort();
    facts.known.sort();
    facts.received.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.asset.cmp(&b.asset)));
    Ok(facts)
}
