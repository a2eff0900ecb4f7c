//! What a decision may know about a person: all that reached them, for their own page, or no more than a decision needs.
//!
//! Invariants
//! - A decision reads as many rows as the person's budgets and choices are long, however long their past is.

use chat::{AssetId, PersonId, Timestamp};
use sqlx::FromRow;

use super::{
    Person, Store, StoreError,
    backend::{fetch_all, fetch_optional},
    columns::read_name,
};
use crate::{
    engine::{PersonFacts, Received},
    library::TriggerId,
};

/// How many assets one statement asks about.
const ASKED: usize = 6;
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
        // One row, since each costs SQLite's thread and ours a change of hands. And each asset by itself: for `IN` SQLite
        // would rather read all that a person ever had than use the index.
        let sql = concat!(
            "SELECT (SELECT string_agg(trigger_id, ',') FROM stops WHERE person_id = $1),
                 (SELECT string_agg(asset_id, ',') FROM (SELECT DISTINCT asset_id FROM taps
                      WHERE person_id = $1 AND tap = 'know' AND asset_id IS NOT NULL) AS known),
                 (SELECT string_agg(CAST(at AS TEXT) || '|' || trigger_id || '|' || asset_id, ',') FROM (
                      SELECT trigger_id, asset_id, COALESCE(sent_at, due_at) AS at FROM deliveries
                      WHERE unasked = TRUE AND ",
            received!(),
            " AND COALESCE(sent_at, due_at) > $2 ORDER BY COALESCE(sent_at, due_at) DESC LIMIT CAST($3 AS BIGINT)) AS lately),
                 (SELECT string_agg(CAST(at AS TEXT) || '||' || column1, ',') FROM (
                      SELECT column1, (
                          SELECT COALESCE(sent_at, due_at) FROM deliveries WHERE asset_id = column1 AND ",
            received!(),
            " AND COALESCE(sent_at, due_at) > $4 ORDER BY COALESCE(sent_at, due_at) DESC LIMIT 1) AS at
                      FROM (VALUES ($5), ($6), ($7), ($8), ($9), ($10)) AS asked WHERE column1 IS NOT NULL) AS had)"
        );
        let id = person.id.clone();
        let mut facts = PersonFacts::from(person);
        // At least once, for what is asked whatever the assets.
        let chunks = assets.chunks(ASKED).chain(assets.is_empty().then_some(assets));
        for (turn, chunk) in chunks.enumerate() {
            // What is left over asks for nothing: NULL is like no asset.
            let name = |n: usize| chunk.get(n).map(AssetId::as_str);
            let row: Option<PastRow> = fetch_optional!(
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
                name(5)
            )?;
            let (stopped, known, unasked, had) = row.unwrap_or_default();
            if turn == 0 {
                facts.stopped = listed(stopped.as_deref()).map(TriggerId::new).collect();
                facts.known = listed(known.as_deref()).map(AssetId::new).collect();
                facts.received = read_received(unasked.as_deref(), true)?;
            }
            facts.received.extend(read_received(had.as_deref(), false)?);
        }
        in_order(&mut facts);
        Ok(facts)
    }
}

/// What was stopped, what is known, what came unasked and what was had: lists in one row, where there is anything.
type PastRow = (Option<String>, Option<String>, Option<String>, Option<String>);

fn listed(list: Option<&str>) -> impl Iterator<Item = &str> {
    list.into_iter().flat_map(|list| list.split(','))
}

/// Reads `instant|trigger|asset`. Ids have neither commas nor bars: the library and the names in our own code see to it.
fn read_received(list: Option<&str>, unasked: bool) -> Result<Vec<Received>, StoreError> {
    let read = |entry: &str| {
        let mut parts = entry.split('|');
        let at = Timestamp::from_ms(parts.next()?.parse().ok()?);
        Some(Received { at, trigger: TriggerId::new(parts.next()?), asset: AssetId::new(parts.next()?), unasked })
    };
    let unreadable = || StoreError::Unreadable { column: "received", source: None };
    listed(list).map(|entry| read(entry).ok_or_else(unreadable)).collect()
}

fn in_order(facts: &mut PersonFacts) {
    facts.stopped.sort();
    facts.known.sort();
    facts.received.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.asset.cmp(&b.asset)));
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
    in_order(&mut facts);
    Ok(facts)
}
