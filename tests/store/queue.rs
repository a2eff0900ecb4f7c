//! The queue as an operator sees and mends it.

use chat::DeliveryId;
use kairos::store::{DeliveryState, OpenCounts, Store};

use super::samples::{LEASE, at, dead, delivery, held, now_of, put, state_of, unclear};
use crate::support::databases::each_database;

/// One in each state that is no good end.
async fn one_of_each(store: &Store) {
    put(store, &[delivery("dead", 0), delivery("unclear", 1), delivery("busy", 2)]).await;
    let claimed = store.claim_due(at(2), LEASE, 10).await.unwrap();
    store.finish(&claimed[0].item.id, claimed[0].fence, dead("is_archived")).await.unwrap();
    store.finish(&claimed[1].item.id, claimed[1].fence, unclear("timed out")).await.unwrap();
    put(store, &[delivery("waits", 3), held("held", "deals", 9)]).await;
}

#[tokio::test]
async fn everything_that_is_no_good_end_is_listed_and_counted() {
    each_database(|store| async move {
        one_of_each(&store).await;
        let queue = store.queue(10).await.unwrap();
        let listed: Vec<_> = queue.iter().map(|queued| (queued.id.as_str(), queued.state.as_str())).collect();
        let all =
            [("dead", "dead"), ("unclear", "ambiguous"), ("busy", "sending"), ("waits", "pending"), ("held", "held")];
        assert_eq!(listed, all);
        assert_eq!((queue[0].platform, queue[0].kind, queue[0].attempts), (Some("slack"), Some("post"), 1));
        assert_eq!(queue[0].reason.as_deref(), Some("is_archived"));
        assert!(!serde_json::to_string(&queue).unwrap().contains("how to"), "what a card says is not shown");
        assert_eq!(store.queue(2).await.unwrap().len(), 2);
        let counts =
            OpenCounts { held: 1, pending: 1, sending: 1, ambiguous: 1, dead: 1, oldest_due_ms: Some(at(3).as_ms()) };
        assert_eq!(store.open_counts().await.unwrap(), counts);
    })
    .await;
}

#[tokio::test]
async fn a_dead_letter_is_sent_again_as_if_for_the_first_time() {
    each_database(|store| async move {
        one_of_each(&store).await;
        for (id, may) in [("dead", true), ("unclear", true), ("busy", false), ("waits", false), ("held", false)] {
            assert_eq!(store.send_again(&DeliveryId::new(id), at(7_200)).await.unwrap(), may, "{id}");
        }
        let again = store.claim_due(at(7_200), LEASE, 10).await.unwrap();
        let tried: Vec<_> = again.iter().map(|claimed| (claimed.item.id.as_str(), claimed.attempts)).collect();
        assert_eq!(tried, [("dead", 1), ("unclear", 1)], "overdue before, and not any more");
    })
    .await;
}

#[tokio::test]
async fn what_nobody_is_sending_can_be_taken_back() {
    each_database(|store| async move {
        one_of_each(&store).await;
        for (id, may) in [("dead", true), ("unclear", true), ("busy", false), ("waits", true), ("held", true)] {
            assert_eq!(store.drop_delivery(&DeliveryId::new(id)).await.unwrap(), may, "{id}");
        }
        assert_eq!(store.claim_ambiguous(at(9_000), LEASE, 10).await.unwrap().len(), 1, "the one being sent");
        assert_eq!(state_of(&store, "waits").await, DeliveryState::Cancelled);
        assert_eq!(now_of(&store, "dead").await.last_error.as_deref(), Some("dropped by an operator"));
        assert!(!store.drop_delivery(&DeliveryId::new("none")).await.unwrap());
    })
    .await;
}

/// A worker that held it comes too late.
#[tokio::test]
async fn who_held_what_was_sent_again_has_no_say_any_more() {
    each_database(|store| async move {
        put(&store, &[delivery("d1", 0)]).await;
        let held = store.claim_due(at(0), LEASE, 1).await.unwrap().remove(0);
        store.finish(&held.item.id, held.fence, unclear("timed out")).await.unwrap();
        let look = store.claim_ambiguous(at(30), LEASE, 1).await.unwrap().remove(0);
        assert!(store.send_again(&held.item.id, at(31)).await.unwrap());
        assert!(!store.finish(&look.item.id, look.fence, dead("late")).await.unwrap());
        assert_eq!(state_of(&store, "d1").await, DeliveryState::Pending);
    })
    .await;
}
