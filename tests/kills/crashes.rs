//! The process dies at each of the moments that matter, one after the other: nothing is lost, nothing is said twice.

use std::time::Duration;

use kairos::store::Store;

use super::{load::Load, peer::Peer, replicas::Replicas};
use crate::support::databases::each_address;

/// Between what is written and what is done.
const POINTS: [&str; 6] = [
    "ingest::accepted",
    "ingest::decided",
    "ingest::committed",
    "outbox::claimed",
    "outbox::called",
    "outbox::finished",
];
/// Every event is kept raw before it is handled, as where the worker is behind.
const KEPT_FIRST: &str = "ingest::kept_first=return";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_it_was_doing_when_it_died_it_is_done_once() {
    each_address(|url| async move {
        let peer = Peer::without_faults().await;
        let mut replicas = Replicas::start(&url, &peer.api(), 1).await;
        let load = Load::start(&replicas.doors);
        for ways in ["", KEPT_FIRST] {
            for point in POINTS {
                // Nothing is kept where events are handled before anything is written.
                if ways.is_empty() && point == "ingest::accepted" {
                    continue;
                }
                // The third time it comes by.
                let points = format!("{point}=2*off->return;{ways}");
                replicas.kill_and_restart_with(0, &[("FAILPOINTS", &points)]);
                replicas.dies(0).await;
            }
        }
        replicas.kill_and_restart(0);
        let accepted = load.stop().await;
        let all = tokio::time::timeout(Duration::from_mins(1), async {
            while !peer.missing(&accepted).is_empty() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        let is_all = all.await.is_ok();
        let store = Store::open(&url).await.unwrap();
        let left = format!("{:?}, {:?}", store.arrival_counts().await.unwrap(), store.queue(20).await.unwrap());
        store.close().await;
        assert!(is_all, "accepted and lost: {:?}; {left}; {}", peer.missing(&accepted), replicas.logs());
        assert!(peer.counted().doubled.is_empty(), "said twice: {:?}", peer.counted().doubled);
        assert!(!accepted.is_empty());
    })
    .await;
}
