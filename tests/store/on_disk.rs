//! SQLite's files: nobody else reads them, and what was erased is soon in none of them.

use std::{fs, path::Path};

use chat::PersonId;
use kairos::store::{Outcome, OwnWordsChange, PersonChange, Store};

use super::samples::{LEASE, arrival, at, gives, identity};
use crate::support::{
    databases::Database,
    files::{files_with, is_soon_in_no_file},
};

fn folder_of(database: &Database) -> &Path {
    Path::new(database.url.trim_start_matches("sqlite:")).parent().unwrap()
}

#[tokio::test]
async fn a_text_is_in_no_file_soon_after_the_decision() {
    let database = Database::of_sqlite();
    let store = Store::open(&database.url).await.unwrap();
    let folder = folder_of(&database);
    for (id, long) in [("short", 10), ("long", 20_000)] {
        let mut said = arrival(id, 0);
        said.raw = "quetzal".repeat(long);
        store.accept(&said).await.unwrap();
        assert_ne!(files_with(folder, "quetzal"), Vec::<String>::new(), "accepted means on the disk");
        let claimed = store.claim_arrivals(at(0), LEASE, 1).await.unwrap().remove(0);
        let outcome = Outcome { arrival: Some((claimed.item.id, claimed.fence)), ..Outcome::default() };
        store.conclude(&outcome).await.unwrap();
        is_soon_in_no_file(folder, "quetzal").await;
    }
    store.close().await;
}

/// *Forget me* in chat is written with everything else that the tap changes.
#[tokio::test]
async fn what_is_forgotten_in_chat_is_in_no_file_soon_after() {
    let database = Database::of_sqlite();
    let store = Store::open(&database.url).await.unwrap();
    let ana = PersonId::new("ana");
    store.person_of(&identity("U1"), &ana, at(0)).await.unwrap();
    let given = vec![OwnWordsChange::Given(gives("price", "the quetzal scares them", "ana", 1))];
    store.conclude(&Outcome { own_words: given, ..Outcome::default() }).await.unwrap();
    assert_ne!(files_with(folder_of(&database), "quetzal"), Vec::<String>::new());
    let erased = Outcome { people: vec![(ana, PersonChange::Erase)], ..Outcome::default() };
    store.conclude(&erased).await.unwrap();
    is_soon_in_no_file(folder_of(&database), "quetzal").await;
    store.close().await;
}

#[tokio::test]
async fn a_backup_holds_no_text_that_waits_for_its_decision() {
    let database = Database::of_sqlite();
    let store = Store::open(&database.url).await.unwrap();
    let mut said = arrival("e1", 0);
    said.raw = "the quetzal sings".to_owned();
    store.accept(&said).await.unwrap();
    let backup = folder_of(&database).join("backup.sqlite");
    store.copy_to(&backup).await.unwrap();
    assert!(!String::from_utf8_lossy(&fs::read(&backup).unwrap()).contains("quetzal"));
    assert_eq!(store.arrival_counts().await.unwrap().open, 1, "here it waits on");
    store.close().await;
    let copy = Store::open(&format!("sqlite:{}", backup.display())).await.unwrap();
    assert_eq!(copy.arrival_counts().await.unwrap().open, 0);
    copy.close().await;
}

#[cfg(unix)]
#[tokio::test]
async fn only_their_owner_reads_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let database = Database::of_sqlite();
    let file = folder_of(&database).join("made/k.sqlite");
    let url = format!("sqlite:{}", file.display());
    Store::open(&url).await.unwrap().close().await;
    // As an earlier Kairos left it.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let store = Store::open(&url).await.unwrap();
    store.accept(&arrival("e1", 0)).await.unwrap();
    store.copy_to(&file.with_extension("backup")).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    let mut seen = 0;
    for entry in fs::read_dir(file.parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 4, "database, log, index and backup");
    store.close().await;
}
