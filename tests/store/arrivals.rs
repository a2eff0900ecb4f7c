//! Arrivals: accepted once, held by one at a time, never lost.

use std::collections::HashSet;

use chat::{EventId, Timestamp};
use kairos::store::{Arrival, ArrivalCounts, Claimed, Concluded, Outcome, Parked, Store};

use super::samples::{LEASE, arrival, at};
use crate::support::databases::{each_address, each_database};

async fn claim(store: &Store, now: Timestamp) -> Vec<Claimed<Arrival>> {
    store.claim_arrivals(now, LEASE, 10).await.unwrap()
}

fn done_with(claimed: &Claimed<Arrival>) -> Outcome {
    Outcome { arrival: Some((claimed.item.id.clone(), claimed.fence)), ..Outcome::default() }
}

#[tokio::test]
async fn several_are_committed_together_and_each_is_known_once() {
    each_database(|store| async move {
        assert!(store.accept(&arrival("e1", 0)).await.unwrap());
        let batch = [arrival("e1", 1), arrival("e2", 1), arrival("e2", 1), arrival("e3", 1)];
        assert_eq!(store.accept_all(&batch).await.unwrap(), [false, true, false, true]);
        assert_eq!(store.arrival_counts().await.unwrap().open, 3);
        assert!(store.accept_all(&[]).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn many_are_kept_and_finished_together_in_their_order_and_what_another_holds_stays() {
    const MANY: usize = 43;
    each_database(|store| async move {
        let batch: Vec<Arrival> = (0..MANY).map(|number| arrival(&format!("e{number:02}"), 0)).collect();
        assert_eq!(store.accept_all(&batch).await.unwrap(), [true; MANY]);
        let claimed = store.claim_arrivals(at(0), LEASE, 100).await.unwrap();
        assert_eq!(claimed.iter().map(|claimed| &claimed.item).collect::<Vec<_>>(), batch.iter().collect::<Vec<_>>());

        // The last was claimed again meanwhile.
        let held: Vec<(EventId, i64)> = claimed
            .iter()
            .map(|claimed| (claimed.item.id.clone(), claimed.fence - i64::from(claimed.item.id.as_str() == "e42")))
            .collect();
        let finished: HashSet<EventId> = store.finish_arrivals(&held).await.unwrap().into_iter().collect();
        assert_eq!(finished, batch[..MANY - 1].iter().map(|arrival| arrival.id.clone()).collect());
        assert_eq!(store.arrival_counts().await.unwrap().open, 1);
        assert_eq!(store.finish_arrivals(&held).await.unwrap(), [], "done is done");
    })
    .await;
}

#[tokio::test]
async fn what_comes_twice_is_accepted_once() {
    each_database(|store| async move {
        let first = arrival("e1", 0);
        assert!(store.accept(&first).await.unwrap());
        assert!(!store.accept(&Arrival { raw: "other words".to_owned(), ..first.clone() }).await.unwrap());
        let claimed = claim(&store, at(0)).await;
        assert_eq!(claimed, [Claimed { item: first.clone(), fence: 1, attempts: 1 }]);
        store.conclude(&done_with(&claimed[0])).await.unwrap();
        assert!(!store.accept(&first).await.unwrap(), "known also when it is done");
        assert_eq!(claim(&store, at(1_000)).await, []);
    })
    .await;
}

#[tokio::test]
async fn the_longest_waiting_are_claimed_first_and_no_more_than_asked_for() {
    each_database(|store| async move {
        for (id, seconds) in [("e3", 3), ("e1", 1), ("later", 60), ("e2", 2)] {
            assert!(store.accept(&arrival(id, seconds)).await.unwrap());
        }
        let two = store.claim_arrivals(at(10), LEASE, 2).await.unwrap();
        assert_eq!(two.iter().map(|claimed| claimed.item.id.as_str()).collect::<Vec<_>>(), ["e1", "e2"]);
        let rest = claim(&store, at(10)).await;
        assert_eq!(rest.iter().map(|claimed| claimed.item.id.as_str()).collect::<Vec<_>>(), ["e3"]);
        assert_eq!(claim(&store, at(10)).await, [], "what is held stays held");
    })
    .await;
}

#[tokio::test]
async fn who_lost_the_lease_can_finish_nothing() {
    each_database(|store| async move {
        store.accept(&arrival("e1", 0)).await.unwrap();
        let stale = claim(&store, at(0)).await.remove(0);
        assert_eq!(claim(&store, at(29)).await, []);
        let fresh = claim(&store, at(30)).await.remove(0);
        assert_eq!((fresh.fence, fresh.attempts), (2, 2));

        let id = &stale.item.id;
        assert!(!store.retry_arrival(id, stale.fence, at(31), "late").await.unwrap());
        assert!(!store.park_arrival(id, stale.fence, "late").await.unwrap());
        assert_eq!(store.conclude(&done_with(&stale)).await.unwrap(), Concluded::Stale);
        assert_eq!(store.arrival_counts().await.unwrap().open, 1);

        let nothing = Concluded::Done { inserted: Vec::new(), settled: Vec::new() };
        assert_eq!(store.conclude(&done_with(&fresh)).await.unwrap(), nothing);
        assert_eq!(store.conclude(&done_with(&fresh)).await.unwrap(), Concluded::Stale, "done once");
    })
    .await;
}

#[tokio::test]
async fn what_failed_is_tried_again_when_it_is_due() {
    each_database(|store| async move {
        store.accept(&arrival("e1", 0)).await.unwrap();
        let first = claim(&store, at(0)).await.remove(0);
        assert!(store.retry_arrival(&first.item.id, first.fence, at(5), "the store was busy").await.unwrap());
        assert_eq!(claim(&store, at(4)).await, []);
        assert_eq!(store.next_due(at(0)).await.unwrap(), Some(at(5)));
        assert_eq!(claim(&store, at(5)).await.remove(0).attempts, 2);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_read_is_set_aside_and_stays_visible() {
    each_database(|store| async move {
        for (id, seconds) in [("odd", 1), ("even", 2), ("older odd", 0)] {
            store.accept(&arrival(id, seconds)).await.unwrap();
        }
        for claimed in claim(&store, at(2)).await {
            if claimed.item.id != EventId::new("even") {
                assert!(store.park_arrival(&claimed.item.id, claimed.fence, "no field `type`").await.unwrap());
            }
        }
        let parked =
            |id, seconds| Parked { arrival: arrival(id, seconds), attempts: 1, reason: "no field `type`".to_owned() };
        assert_eq!(store.parked_arrivals(5).await.unwrap(), [parked("odd", 1), parked("older odd", 0)]);
        assert_eq!(store.parked_arrivals(1).await.unwrap(), [parked("odd", 1)]);
        let counts = ArrivalCounts { open: 1, parked: 2, oldest_open: Some(at(2)) };
        assert_eq!(store.arrival_counts().await.unwrap(), counts);
        let again = claim(&store, at(2_000)).await;
        assert_eq!(again.len(), 1, "what is parked is not claimed");
    })
    .await;
}

#[tokio::test]
async fn an_arrival_of_an_unknown_kind_is_set_aside_and_holds_up_nobody() {
    each_address(|url| async move {
        let store = Store::open(&url).await.unwrap();
        for id in ["e1", "e2"] {
            store.accept(&arrival(id, 0)).await.unwrap();
        }
        crate::support::databases::run_beside(&url, "UPDATE arrivals SET platform = 'pigeon' WHERE id = 'e1'").await;
        let claimed = claim(&store, at(0)).await;
        assert_eq!(claimed.iter().map(|claimed| claimed.item.id.as_str()).collect::<Vec<_>>(), ["e2"]);
        assert_eq!(store.arrival_counts().await.unwrap().parked, 1);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn two_who_claim_at_once_never_get_the_same() {
    each_address(|url| async move {
        let store = Store::open(&url).await.unwrap();
        for number in 0..60 {
            store.accept(&arrival(&format!("e{number:02}"), 0)).await.unwrap();
        }
        // Each with connections of its own, like two processes.
        let claimants = (0..4).map(|_| {
            let url = url.clone();
            tokio::spawn(async move {
                let own = Store::open(&url).await.unwrap();
                let mut got = Vec::new();
                loop {
                    let claimed = own.claim_arrivals(at(1), LEASE, 3).await.unwrap();
                    if claimed.is_empty() {
                        own.close().await;
                        return got;
                    }
                    got.extend(claimed.into_iter().map(|claimed| claimed.item.id));
                    tokio::task::yield_now().await;
                }
            })
        });
        let mut all = Vec::new();
        for claimant in claimants.collect::<Vec<_>>() {
            all.extend(claimant.await.unwrap());
        }
        assert_eq!(all.len(), 60);
        assert_eq!(all.into_iter().collect::<HashSet<_>>().len(), 60);
        store.close().await;
    })
    .await;
}
