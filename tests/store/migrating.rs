//! A database of every earlier Kairos is brought up to date with everything that was in it.

use std::{fmt::Write, path::Path};

use chat::PersonId;
use kairos::store::Store;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection, migrate::Migrator};

use super::samples::{LEASE, at, delivery, identity, offered};
use crate::support::databases::{Database, each_address};

/// The migrations of a kind of database, as they lie in the repository.
async fn migrations(url: &str) -> Migrator {
    let folder = if url.starts_with("sqlite:") { "migrations/sqlite" } else { "migrations/postgres" };
    Migrator::new(Path::new(folder)).await.unwrap()
}

/// Makes the schema as of `version`, and puts in what was kept then.
async fn as_of(url: &str, version: i64) {
    let all = migrations(url).await;
    let earlier = all.iter().filter(|migration| migration.version <= version).cloned().collect();
    let earlier = Migrator::with_migrations(earlier);
    let rows = AssertSqlSafe(rows());
    if url.starts_with("sqlite:") {
        let options = format!("{url}?mode=rwc");
        let mut connection = SqliteConnection::connect(&options).await.unwrap();
        earlier.run(&mut connection).await.unwrap();
        sqlx::raw_sql(rows).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        earlier.run(&mut connection).await.unwrap();
        sqlx::raw_sql(rows).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

/// Rows of the first schema: an event that waits, an answer, something unasked that is due for longer, a person.
fn rows() -> String {
    let quoted = |json: String| json.replace('\'', "''");
    let mut rows = String::from(
        "INSERT INTO people (id, profile, created_at) VALUES ('ana', '{}', 0);
         INSERT INTO identities (platform, workspace, user_id, person_id) VALUES ('slack', 'T1', 'U1', 'ana');
         INSERT INTO arrivals (id, platform, raw, received_at, state, due_at) VALUES ('e1', 'slack', '{}', 1, 'open', 1);",
    )
    .replace("'{}', 0", &format!("'{}', 0", quoted(serde_json::to_string(&chat::Profile::default()).unwrap())));
    for delivery in [delivery("answer", 9), offered("unasked", "deals", "price", "price-tip", 0)] {
        let action = quoted(serde_json::to_string(&delivery.action).unwrap());
        let card = quoted(serde_json::to_string(&delivery.card).unwrap());
        let offer = delivery.offer.as_ref().map(|offer| quoted(serde_json::to_string(offer).unwrap()));
        let offer = offer.map_or("NULL".to_owned(), |offer| format!("'{offer}'"));
        let (id, due, ends) = (&delivery.id, delivery.due_at.as_ms(), delivery.expires_at.as_ms());
        // Writing to a String can't fail.
        let _ = write!(
            rows,
            "INSERT INTO deliveries (id, tenant, event_id, trigger_id, person_id, step, state, action, card, offer, due_at,
                 expires_at, created_at)
             VALUES ('{id}', 'slack/T1', 'e-{id}', 'price', 'ana', 0, 'pending', '{action}', '{card}', {offer}, {due},
                 {ends}, {due});"
        );
    }
    rows
}

async fn is_brought_up_to_date(url: &str, version: i64) {
    as_of(url, version).await;
    let store = Store::open(url).await.unwrap();
    let newest = migrations(url).await.iter().map(|migration| migration.version).max();
    assert_eq!(Some(store.schema_version().await.unwrap()), newest);
    let arrivals = store.claim_arrivals(at(1), LEASE, 10).await.unwrap();
    assert_eq!(arrivals.iter().map(|claimed| claimed.item.id.as_str()).collect::<Vec<_>>(), ["e1"]);
    let due = store.claim_due(at(10), LEASE, 10).await.unwrap();
    let mut due: Vec<_> = due.iter().map(|claimed| claimed.item.id.as_str()).collect();
    if version >= 5 {
        // From then on whoever writes a row says which goes first.
        due.sort_unstable();
    }
    assert_eq!(due, ["answer", "unasked"], "from schema {version}");
    let ana = store.person_of(&identity("U1"), &PersonId::new("another"), at(10)).await.unwrap();
    assert_eq!(ana.id.as_str(), "ana");
    store.close().await;
}

#[tokio::test]
async fn every_earlier_schema_is_brought_up_to_date_with_what_is_in_it() {
    let versions: Vec<i64> = migrations("sqlite:").await.iter().map(|migration| migration.version).collect();
    let (newest, earlier) = versions.split_last().unwrap();
    assert!(earlier.len() > 1 && earlier.iter().all(|version| version < newest));
    for version in earlier {
        let (file, server) = (Database::of_sqlite(), Database::of_postgres().await);
        is_brought_up_to_date(&file.url, *version).await;
        is_brought_up_to_date(&server.url, *version).await;
        server.remove().await;
    }
}

/// Opening twice changes nothing; nor do two that open a new database at once.
#[tokio::test]
async fn two_who_open_a_new_database_at_once_both_get_it() {
    each_address(|url| async move {
        let (one, other) = tokio::join!(Store::open(&url), Store::open(&url));
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!(one.schema_version().await.unwrap(), other.schema_version().await.unwrap());
        one.close().await;
        other.close().await;
    })
    .await;
}
