//! `kairos queue`, `export`, `forget` and `backup`, as an operator types them while Kairos runs.

use std::path::Path;

use chat::PersonId;
use kairos::store::{DeliveryState, Store};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    store::samples::{LEASE, arrival, at, dead, delivery, identity, put, state_of, unclear},
    support::program::{Serving, run, told},
};

/// A folder with a database in it, and its address.
async fn a_house() -> (TempDir, String, Store) {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite:{}", folder.path().join("k.sqlite").display());
    let store = Store::open(&url).await.unwrap();
    (folder, url, store)
}

fn kairos(folder: &Path, url: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let done = run(folder, arguments, &[("KAIROS_STORE_URL", url)]);
    (done.status.code(), told(&done.stdout), told(&done.stderr))
}

#[tokio::test]
async fn a_dead_letter_is_seen_and_sent_again_or_taken_back_while_kairos_runs() {
    let (folder, url, store) = a_house().await;
    put(&store, &[delivery("d1", 0), delivery("d2", 0)]).await;
    for claimed in store.claim_due(at(0), LEASE, 10).await.unwrap() {
        store.finish(&claimed.item.id, claimed.fence, dead("is_archived")).await.unwrap();
    }
    // The samples are of 2023.
    let long = [("KAIROS_STORE_URL", url.as_str()), ("KAIROS_RETENTION_DELIVERIES_DAYS", "3650")];
    let serving = Serving::start(folder.path(), &long);
    let (code, text, _) = kairos(folder.path(), &url, &["queue"]);
    assert_eq!(code, Some(1), "a person should look");
    assert!(text.starts_with("0 to send, 0 on their way, ") && text.contains("2 dead"), "{text}");
    assert!(text.contains("slack post price, due 2023-11-14T22:13:20Z, tried once: is_archived"), "{text}");
    assert!(!text.contains("how to"), "what a card says is not shown");

    let (code, text, _) = kairos(folder.path(), &url, &["queue", "drop", "d2"]);
    assert_eq!((code, text.as_str()), (Some(0), "d2 is dropped.\n"));
    let (code, text, _) = kairos(folder.path(), &url, &["queue", "retry", "d1"]);
    assert_eq!((code, text.as_str()), (Some(0), "d1 is sent again within seconds, where Kairos runs.\n"));
    let (code, _, complaint) = kairos(folder.path(), &url, &["queue", "retry", "d2"]);
    assert_eq!(code, Some(1));
    assert_eq!(complaint, "kairos: d2 is cancelled; only what is dead or unknown can be sent again\n");
    let (_, _, complaint) = kairos(folder.path(), &url, &["queue", "drop", "d3"]);
    assert_eq!(complaint, "kairos: there is no delivery d3; `kairos queue` lists them\n");
    serving.stop();
    assert_eq!(state_of(&store, "d2").await, DeliveryState::Cancelled);
    store.close().await;
}

#[tokio::test]
async fn scripts_read_the_queue_as_json() {
    let (folder, url, store) = a_house().await;
    put(&store, &[delivery("d1", 0)]).await;
    let claimed = store.claim_due(at(0), LEASE, 1).await.unwrap().remove(0);
    store.finish(&claimed.item.id, claimed.fence, unclear("timed out")).await.unwrap();
    store.close().await;
    let (code, text, _) = kairos(folder.path(), &url, &["queue", "--json"]);
    assert_eq!(code, Some(0));
    let told: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(told["deliveries"]["counts"]["ambiguous"], 1);
    assert_eq!(told["deliveries"]["listed"][0]["id"], "d1");
    assert_eq!(told["deliveries"]["listed"][0]["reason"], "timed out");
}

#[tokio::test]
async fn what_is_held_about_somebody_is_told_whole_and_erased_with_a_proof() {
    let (folder, url, store) = a_house().await;
    store.person_of(&identity("U1"), &PersonId::new("ana"), at(0)).await.unwrap();
    put(&store, &[delivery("d1", 0)]).await;
    store.close().await;
    let (code, text, _) = kairos(folder.path(), &url, &["export", "slack/T1/U1"]);
    assert_eq!(code, Some(0));
    let told: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(told["person"], "ana");
    assert_eq!(told["held"]["identities"][0]["user_id"], "U1");
    assert_eq!(told["held"]["deliveries"][0]["card"]["title"], "d1");
    let (code, text, _) = kairos(folder.path(), &url, &["forget", "slack/T1/U1"]);
    assert_eq!(code, Some(0));
    assert!(text.contains("deliveries        1\n") && text.ends_with("3 rows about ana were deleted.\n"), "{text}");
    for command in ["export", "forget"] {
        let (code, text, complaint) = kairos(folder.path(), &url, &[command, "slack/T1/U1"]);
        assert_eq!((code, text.as_str()), (Some(1), ""));
        assert!(complaint.starts_with("kairos: no person called “slack/T1/U1”; "), "{complaint}");
    }
}

#[tokio::test]
async fn a_backup_is_made_while_kairos_runs_and_runs_in_its_place() {
    let (folder, url, store) = a_house().await;
    // The samples are of 2023.
    let long = [("KAIROS_STORE_URL", url.as_str()), ("KAIROS_RETENTION_DELIVERIES_DAYS", "3650")];
    let serving = Serving::start(folder.path(), &long);
    put(&store, &[delivery("before", 0)]).await;
    let copy = folder.path().join("copy.sqlite").display().to_string();
    let (code, text, _) = kairos(folder.path(), &url, &["backup", &copy]);
    assert_eq!(code, Some(0));
    assert!(text.starts_with(&format!("{copy}: ")) && text.contains("To restore it"), "{text}");
    put(&store, &[delivery("after", 0)]).await;
    let (code, _, complaint) = kairos(folder.path(), &url, &["backup", &copy]);
    assert_eq!(code, Some(1));
    assert_eq!(complaint, format!("kairos: {copy} is there already; a backup never overwrites anything\n"));
    serving.stop();
    store.close().await;

    // Restored: the copy stands in the database's place, and what follows the backup is not there.
    for leftover in ["k.sqlite-wal", "k.sqlite-shm"] {
        let _ = std::fs::remove_file(folder.path().join(leftover));
    }
    std::fs::rename(&copy, folder.path().join("k.sqlite")).unwrap();
    let store = Store::open(&url).await.unwrap();
    assert!(store.delivery(&chat::DeliveryId::new("before")).await.unwrap().is_some());
    assert_eq!(store.delivery(&chat::DeliveryId::new("after")).await.unwrap(), None);
    store.close().await;
    let serving = Serving::start(folder.path(), &[("KAIROS_STORE_URL", &url)]);
    assert!(serving.stop().0.success());
}

#[tokio::test]
async fn what_could_not_be_read_is_listed_read_again_or_dropped_while_kairos_runs() {
    let (folder, url, store) = a_house().await;
    for id in ["alerts:crm:again", "alerts:crm:never"] {
        store.accept(&arrival(id, 0)).await.unwrap();
    }
    for claimed in store.claim_arrivals(at(0), LEASE, 10).await.unwrap() {
        store.park_arrival(&claimed.item.id, claimed.fence, "no field `person`").await.unwrap();
    }
    store.close().await;
    let (code, text, _) = kairos(folder.path(), &url, &["quarantine"]);
    assert_eq!(code, Some(1), "a person should look");
    assert!(text.starts_with("2 events and 0 rows of the database can't be read\n"), "{text}");
    assert!(
        text.contains("alerts:crm:never  from slack, 2023-11-14T22:13:20Z, arrivals.raw: no field `person`"),
        "{text}"
    );
    assert!(!text.contains("the words of"), "what it says is not shown");
    let (code, text, _) = kairos(folder.path(), &url, &["quarantine", "drop", "alerts:crm:never"]);
    assert_eq!((code, text.as_str()), (Some(0), "alerts:crm:never is erased.\n"));
    let (code, _, complaint) = kairos(folder.path(), &url, &["quarantine", "drop", "alerts:crm:never"]);
    assert_eq!((code, complaint.contains("there is no alerts:crm:never in the quarantine")), (Some(1), true));
    let (code, _, _) = kairos(folder.path(), &url, &["quarantine", "retry", "alerts:crm:again"]);
    assert_eq!(code, Some(0));
    let (code, text, _) = kairos(folder.path(), &url, &["quarantine", "--json"]);
    assert_eq!(code, Some(0));
    let told: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(told["counts"]["events"], 0);
}

#[test]
fn where_a_backup_can_t_be_made_it_says_what_would() {
    let folder = TempDir::new().unwrap();
    for (url, right) in [
        ("postgres://db/kairos", "pg_dump --format=custom --file=b does it"),
        ("sqlite::memory:", "name a file by KAIROS_STORE_URL=sqlite:PATH"),
        ("sqlite:none.sqlite", "there is no database none.sqlite yet"),
    ] {
        let (code, _, complaint) = kairos(folder.path(), url, &["backup", "b"]);
        assert_eq!(code, Some(1));
        assert!(complaint.contains(right), "{complaint}");
    }
}

#[test]
fn what_is_counted_is_shown_without_anything_of_anybody() {
    let folder = TempDir::new().unwrap();
    let serving = Serving::start(folder.path(), &[]);
    let said = serde_json::json!({ "as": "ana", "channel": "deals", "text": "@Kairos help" });
    serving.post("/playground/post", &said).unwrap();
    let forged = serving.post("/alerts/demo", &serde_json::json!({ "person": "playground:ben" }));
    assert!(forged.is_err(), "it has no token");
    let mut page = String::new();
    // Each look waits for its answer; the card is sent within a few of them.
    for _ in 0..20_000 {
        page = serving.text("/metrics");
        if page.contains(r#"kairos_attempts_total{platform="playground",kind="post",outcome="sent"}"#) {
            break;
        }
    }
    for line in [
        r#"kairos_attempts_total{platform="playground",kind="post",outcome="sent"}"#,
        r#"kairos_events_total{platform="playground",outcome="new"}"#,
        r#"kairos_requests_refused_total{platform="alerts"} 1"#,
        "kairos_attempt_seconds_bucket{",
        "kairos_deliveries_dead 0",
        "kairos_oldest_due_age_seconds ",
    ] {
        assert!(page.contains(line), "{line} is missing:\n{page}");
    }
    let labels = page
        .lines()
        .filter_map(|line| line.split_once('{')?.1.split_once('}'))
        .flat_map(|(labels, _)| labels.split(','));
    for label in labels {
        let name = label.split('=').next().unwrap();
        assert!(["platform", "kind", "outcome", "le"].contains(&name), "{label}");
    }
    assert!(!page.contains("ana") || !page.contains("\"ana\""), "{page}");
}

#[test]
fn the_metrics_may_have_an_address_of_their_own_or_none() {
    let folder = TempDir::new().unwrap();
    let own = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut serving = Serving::start(folder.path(), &[("KAIROS_METRICS_LISTEN", &own.to_string())]);
    assert!(!serving.text("/metrics").contains("kairos_"), "not where people are");
    serving.address = Some(own);
    assert!(serving.text("/metrics").contains("kairos_deliveries_dead 0"));
    serving.stop();
    let serving = Serving::start(folder.path(), &[("KAIROS_METRICS_LISTEN", "off")]);
    assert!(!serving.text("/metrics").contains("kairos_"));
}
