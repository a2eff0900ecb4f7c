//! A database of every earlier Kairos is brought up to date with everything that was in it.

use std::{fmt::Write, path::Path};

use chat::{PersonId, PersonKey, Scope, Tenant, Timestamp};
use kairos::store::Store;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection, migrate::Migrator};

use super::samples::{LEASE, at, delivery, identity, offered};
use crate::support::databases::{Database, run_beside};

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

/// What a house kept before its rows had a tenant.
const WITHOUT_TENANTS: &str = "
    INSERT INTO pauses (trigger_id, person_id, reason, paused_at) VALUES ('price', 'dev', 'by a manager', 1);
    INSERT INTO trigger_steps (trigger_id, step, shift, reason, at) VALUES ('price', 'learnt', 70, 'a few', 1);
    INSERT INTO trigger_steps (trigger_id, step, example, reason, at) VALUES ('price', 'left_out', 'too much', 'x', 1);
    INSERT INTO trigger_steps (trigger_id, step, example, reason, at) VALUES ('price', 'taken_in', 'own words', 'x', 1);
    INSERT INTO own_words (trigger_id, text, person_id, given_at) VALUES ('price', 'other words', 'ana', 1);
    INSERT INTO taps (delivery_id, person_id, tap, trigger_id, tapped_at) VALUES ('gone', 'ana', 'useful', 'price', 1);
    INSERT INTO taps (delivery_id, person_id, tap, trigger_id, tapped_at) VALUES ('answer', 'ana', 'useful', 'price', 1);
    INSERT INTO person_keys (scheme, value, person_id) VALUES ('crm', '7', 'ana'), ('email', 'ana@example.org', 'ana');
    INSERT INTO duties (team, starts_at, person_id, ends_at) VALUES ('sales', 0, 'ana', 9000000000000);
    INSERT INTO sought (scheme, value, asked_at) VALUES ('email', 'ben@example.org', 1);";
/// Another workspace, in which nobody has done anything yet.
const ANOTHER: &str =
    "INSERT INTO channels (platform, workspace, channel, name, mode) VALUES ('slack', 'T2', 'C1', 'general', 'live');";

/// What a workspace has of each: pauses, tuning, disabled and approved examples, words, taps, people on duty.
async fn of_a_workspace(store: &Store, scope: &Scope) -> [usize; 7] {
    let learnt = store.learnt(scope).await.unwrap().into_iter().next().map(|(_, of)| of).unwrap_or_default();
    [
        store.pauses(scope).await.unwrap().len(),
        usize::from(learnt.shift != 0),
        learnt.left_out.len(),
        learnt.taken_in.len(),
        store.own_words(scope).await.unwrap().len(),
        store.marks_on(scope, &"price".into(), Timestamp::from_ms(0)).await.unwrap().len(),
        store.on_duty("sales", scope, at(0)).await.unwrap().len(),
    ]
}

#[tokio::test]
async fn rows_go_to_the_only_workspace_and_where_there_are_several_to_nobody_who_does_not_own_them() {
    let only = |workspace: &str| Scope::one(&Tenant::stored(format!("slack/{workspace}")));
    let key = |text: &str| PersonKey::read(text).unwrap();
    for is_alone in [true, false] {
        for database in [Database::of_sqlite(), Database::of_postgres().await] {
            as_of(&database.url, 18).await;
            run_beside(&database.url, WITHOUT_TENANTS).await;
            if !is_alone {
                run_beside(&database.url, ANOTHER).await;
            }
            let store = Store::open(&database.url).await.unwrap();
            let (first, second) =
                (of_a_workspace(&store, &only("T1")).await, of_a_workspace(&store, &only("T2")).await);
            if is_alone {
                assert_eq!((first, second), ([1, 1, 1, 1, 1, 2, 1], [0; 7]), "{}", database.name());
            } else {
                // Pauses and disabled examples hold on for all; words are their giver's, what was approved nobody's.
                assert_eq!((first, second), ([1, 0, 1, 0, 1, 1, 1], [1, 0, 1, 0, 0, 0, 0]), "{}", database.name());
                assert_eq!(of_a_workspace(&store, &Scope::All).await, [1, 1, 1, 1, 1, 2, 1], "operators see all");
            }
            let ana = Some(PersonId::new("ana"));
            assert_eq!(store.person_named(&key("crm:7"), &only("T1"), false).await.unwrap(), ana);
            assert_eq!(store.person_named(&key("crm:7"), &only("T2"), false).await.unwrap(), None);
            let email = key("ana@example.org");
            assert_eq!(store.person_named(&email, &only("T1"), false).await.unwrap(), None, "to be confirmed");
            assert_eq!(store.person_named(&email, &only("T1"), true).await.unwrap(), ana);
            store.close().await;
            database.remove().await;
        }
    }
}

/// Replicas start together, and one of them makes the schema. (A file of SQLite is one process's own.)
#[tokio::test]
async fn two_replicas_that_open_a_new_database_at_once_both_get_it() {
    let server = Database::of_postgres().await;
    let (one, other) = tokio::join!(Store::open(&server.url), Store::open(&server.url));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.schema_version().await.unwrap(), other.schema_version().await.unwrap());
    one.close().await;
    other.close().await;
    server.remove().await;
}
