//! The process dies at each of the moments that matter, one after the other: nothing is lost, nothing is said twice.

use std::time::Duration;

use kairos::store::Store;

use super::{load::Load, peer::Peer, replicas::Replicas};
use crate::support::databases::each_address;

/// Between what is written and what is done.
const POINTS: [&str; 6] =
    ["inbox::accepted", "inbox::decided", "inbox::concluded", "outbox::claimed", "outbox::called", "outbox::finished"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_it_was_doing_when_it_died_it_is_done_once() {
    each_address(|url| async move {
        let peer = Peer::without_faults().await;
        let mut replicas = Replicas::start(&url, &peer.api(), 1).await;
        let load = Load::start(&replicas.doors);
        for point in POINTS {
            // The third time it comes by.
            replicas.kill_and_restart_with(0, &[("FAILPOINTS", &format!("{point}=2*off->return"))]);
            replicas.dies(0).await;
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
