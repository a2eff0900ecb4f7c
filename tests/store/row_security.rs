//! PostgreSQL keeps workspaces apart by itself, beside the statements, where Kairos's role is no superuser.

use chat::{PersonId, Scope, Tenant};
use kairos::{
    library::TriggerId,
    store::{Keeping, Outcome, OwnWordsChange, Pause, PauseChange, Store},
};
use sqlx::{Connection, PgConnection};

use super::samples::{at, from, gives, identity, tenant};
use crate::support::databases::Database;

const TABLES: [&str; 3] =
    ["SELECT COUNT(*) FROM pauses", "SELECT COUNT(*) FROM trigger_steps", "SELECT COUNT(*) FROM own_words"];

fn pause(tenant: Tenant) -> PauseChange {
    let (trigger, reason) = (TriggerId::new("price"), "by a manager".to_owned());
    PauseChange::Pause(Pause { tenant, trigger, by: None, reason, at: at(1) })
}

/// The rows that a connection sees in each table, once it has run a statement.
async fn seen(url: &str, first: &'static str) -> Vec<i64> {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(first).execute(&mut connection).await.unwrap();
    let mut counts = Vec::new();
    for sql in TABLES {
        let (count,): (i64,) = sqlx::query_as(sql).fetch_one(&mut connection).await.unwrap();
        counts.push(count);
    }
    connection.close().await.unwrap();
    counts
}

#[tokio::test]
async fn a_statement_that_names_no_workspace_sees_nothing_and_one_that_names_it_sees_its_rows() {
    let database = Database::of_postgres_without_rights().await;
    let store = Store::open(&database.url).await.unwrap();
    let ana = PersonId::new("ana");
    store.person_of(&identity("U1"), &ana, at(0)).await.unwrap();
    let words = |tenant: Tenant, by: &str| {
        OwnWordsChange::Given(kairos::store::OwnWords { tenant, ..gives("price", "the number scares them", by, 1) })
    };
    let other = Tenant::stored("slack/T2");
    let outcome = Outcome {
        pauses: vec![pause(tenant()), pause(other.clone()), pause(Tenant::every())],
        own_words: vec![words(tenant(), "ana"), words(other.clone(), "ben")],
        ..Outcome::default()
    };
    store.conclude(&outcome).await.unwrap();

    assert_eq!(seen(&database.url, "SELECT 1").await, [0, 0, 0], "whoever forgets the workspace");
    assert_eq!(seen(&database.url, "SET kairos.scope = ',slack/T1,'").await, [2, 2, 1], "its own, and an operator's");
    assert_eq!(seen(&database.url, "SET kairos.scope = ','").await, [1, 1, 0]);
    assert_eq!(seen(&database.url, "SET kairos.scope = '*'").await, [3, 3, 2]);

    // The store itself names it everywhere.
    let one = Scope::one(&tenant());
    assert_eq!(store.pauses(&one).await.unwrap().len(), 2);
    assert_eq!(store.pauses(&Scope::All).await.unwrap().len(), 3);
    assert_eq!(store.own_words(&one).await.unwrap().len(), 1);
    assert_eq!(store.steps_of(&Scope::All, &TriggerId::new("price"), 9).await.unwrap().len(), 3);
    assert_eq!(store.held_about(&ana).await.unwrap()["own_words"].as_array().unwrap().len(), 1);
    store.forget(&ana).await.unwrap();
    assert!(store.own_words(&one).await.unwrap().is_empty());
    store.sweep(&Keeping { own_words: at(9), ..from(0) }).await.unwrap();
    assert_eq!(seen(&database.url, "SET kairos.scope = '*'").await, [3, 3, 0], "what is over is swept");
    store.close().await;
    database.remove().await;
}
