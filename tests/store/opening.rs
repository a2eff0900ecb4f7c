//! Opening: what is not ours is left alone, and no error tells a secret.

use kairos::store::{Store, StoreError};
use tempfile::TempDir;

use super::samples::{arrival, at};
use crate::support::databases::{each_address, each_database, run_beside};

/// An error with everything behind it, as a log might show it.
fn told(error: &StoreError) -> String {
    let mut told = format!("{error} {error:?}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        told = format!("{told} {cause}");
        source = cause.source();
    }
    told
}

/// The number of the newest migration that ships.
fn newest() -> i64 {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite")).unwrap();
    let number = |name: String| name.split('_').next().and_then(|number| number.parse().ok());
    folder.filter_map(|file| number(file.unwrap().file_name().into_string().unwrap())).max().unwrap()
}

#[tokio::test]
async fn what_was_kept_is_there_after_a_restart() {
    each_address(|url| async move {
        let store = Store::open(&url).await.unwrap();
        assert_eq!(store.schema_version().await.unwrap(), newest());
        store.accept(&arrival("e1", 0)).await.unwrap();
        store.close().await;
        assert!(store.accept(&arrival("e2", 0)).await.is_err(), "closed is closed");
        let again = Store::open(&url).await.unwrap();
        assert!(!again.accept(&arrival("e1", 0)).await.unwrap());
        again.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_newer_database_is_left_alone() {
    each_address(|url| async move {
        Store::open(&url).await.unwrap().close().await;
        run_beside(
            &url,
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             SELECT 7000, 'from the future', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
        )
        .await;
        let refused = Store::open(&url).await.unwrap_err();
        assert!(matches!(refused, StoreError::Newer { found: 7_000, known, .. } if known == newest()), "{refused:?}");
        let told = format!("has schema 7000 and this Kairos knows up to {}", newest());
        assert!(refused.to_string().contains(&told), "{refused}");
        assert!(!refused.is_temporary());
    })
    .await;
}

#[tokio::test]
async fn writing_is_tried_out() {
    each_database(|store| async move {
        store.probe().await.unwrap();
        store.probe().await.unwrap();
        assert!(["Store(SQLite)", "Store(PostgreSQL)"].contains(&format!("{store:?}").as_str()));
    })
    .await;
}

#[tokio::test]
async fn a_probe_fails_where_nothing_can_be_written() {
    each_address(|url| async move {
        let store = Store::open(&url).await.unwrap();
        run_beside(&url, "DROP TABLE write_probe").await;
        assert!(store.probe().await.is_err());
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn the_folder_of_a_file_is_made() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("not/there/yet.sqlite");
    let store = Store::open(&format!("sqlite:{}", path.display())).await.unwrap();
    store.probe().await.unwrap();
    store.close().await;
    assert!(path.exists());
}

#[tokio::test]
async fn memory_is_one_database_for_every_handle() {
    let store = Store::open("sqlite::memory:").await.unwrap();
    let other = Store::open("sqlite::memory:").await.unwrap();
    assert!(store.accept(&arrival("e1", 0)).await.unwrap());
    assert!(!store.clone().accept(&arrival("e1", 0)).await.unwrap());
    assert!(other.accept(&arrival("e1", 0)).await.unwrap(), "another database");
    let many: Vec<_> = (0..20)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                store.accept(&arrival(&format!("n{number}"), 0)).await.unwrap();
                store.arrival_counts().await.unwrap().open
            })
        })
        .collect();
    for one in many {
        assert!(one.await.unwrap() > 1);
    }
    assert_eq!(store.arrival_counts().await.unwrap().open, 21);
    assert_eq!(store.next_due(at(-1)).await.unwrap(), Some(at(0)));
}

#[tokio::test]
async fn no_error_tells_the_password() {
    for url in [
        "postgres://kairos:s3cret@127.0.0.1:1/kairos",
        "postgres://kairos:s3cret@127.0.0.1:port/kairos",
        "postgres://kairos:s3cret",
        "postgres://127.0.0.1:1/kairos?password=s3cret",
        "postgres://kairos:s3cret@127.0.0.1:1/kairos?sslmode=s3cret",
        "mysql://kairos:s3cret@127.0.0.1/kairos",
        "s3cret",
    ] {
        let error = Store::open(url).await.unwrap_err();
        assert!(!told(&error).contains("s3cret"), "{url}: {}", told(&error));
        assert!(!told(&error).is_empty());
    }
}

#[tokio::test]
async fn an_address_of_nothing_says_what_would_be_right() {
    let error = Store::open("kairos.sqlite").await.unwrap_err();
    assert!(error.to_string().contains("`sqlite:PATH`, `sqlite::memory:` or `postgres://…` would be right"), "{error}");
}
