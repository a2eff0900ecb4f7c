//! The outbox: claimed before it is sent, finished by its newest holder alone, looked up before it is repeated.

use std::{collections::HashSet, time::Duration};

use chat::{DeliveryId, MessageId, Timestamp, WorkspaceId};
use kairos::store::{Action, Claimed, Delivery, DeliveryState, QueueCounts, Store};

use super::samples::{
    LEASE, arrived_as, at, back, dead, delivery, held, identity, ids, now_of, offered, place, put, sent, state_of,
    unclear,
};
use crate::support::databases::{each_address, each_database, run_beside};

async fn claim(store: &Store, now: Timestamp) -> Vec<Claimed<Delivery>> {
    store.claim_due(now, LEASE, 10).await.unwrap()
}

async fn claim_one(store: &Store, now: Timestamp) -> Claimed<Delivery> {
    let mut claimed = claim(store, now).await;
    assert_eq!(claimed.len(), 1);
    claimed.remove(0)
}

#[tokio::test]
async fn a_delivery_comes_back_as_it_was_put() {
    each_database(|store| async move {
        let mut privately = offered("d2", "deals", "price", "price-tip", 0);
        privately.action = Action::PostPrivately { who: identity("U1") };
        privately.key.step = 2;
        let mut edit = delivery("d3", 0);
        edit.action = Action::Edit { place: place("deals"), message: MessageId::new("m9") };
        let all = [delivery("d1", 0), privately, edit, held("d4", "deals", 9)];
        put(&store, &all).await;
        for delivery in all {
            assert_eq!(now_of(&store, delivery.id.as_str()).await, delivery);
        }
        assert_eq!(store.delivery(&DeliveryId::new("none")).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn what_is_due_is_claimed_once_the_longest_due_first() {
    each_database(|store| async move {
        put(&store, &[delivery("d3", 3), delivery("d1", 1), delivery("early", 60), delivery("d2", 2)]).await;
        put(&store, &[held("held", "deals", 0)]).await;
        let two = store.claim_due(at(10), LEASE, 2).await.unwrap();
        let names = |claimed: &[Claimed<Delivery>]| {
            claimed.iter().map(|claimed| claimed.item.id.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names(&two), ["d1", "d2"]);
        assert_eq!((two[0].fence, two[0].attempts, two[0].item.state), (1, 1, DeliveryState::Sending));
        assert_eq!(state_of(&store, "d1").await, DeliveryState::Sending, "before anybody calls a platform");
        assert_eq!(names(&claim(&store, at(10)).await), ["d3"]);
        assert_eq!(claim(&store, at(10)).await, []);
    })
    .await;
}

#[tokio::test]
async fn what_arrived_is_found_by_its_message() {
    each_database(|store| async move {
        put(&store, &[delivery("d1", 0)]).await;
        let claimed = claim_one(&store, at(0)).await;
        let mut arrived = sent("deals", "m7");
        arrived.place = arrived.place.in_thread(&MessageId::new("m1"));
        assert!(store.finish(&claimed.item.id, claimed.fence, arrived_as(&arrived, at(2))).await.unwrap());

        let done = now_of(&store, "d1").await;
        assert_eq!((done.state, done.sent_at), (DeliveryState::Sent, Some(at(2))));
        assert_eq!(done.sent, Some((arrived.place.clone(), arrived.message.clone())));
        let find = |workspace: &'static str, message: &'static str| {
            let (store, place) = (store.clone(), arrived.place.clone());
            async move {
                let (workspace, message) = (WorkspaceId::new(workspace), MessageId::new(message));
                store.delivery_at(place.platform, &workspace, &place.channel, &message).await.unwrap()
            }
        };
        assert_eq!(find("T1", "m7").await, Some(done));
        assert_eq!(find("T1", "m8").await, None);
        assert_eq!(find("T2", "m7").await, None);
        assert!(
            !store.finish(&claimed.item.id, claimed.fence, arrived_as(&arrived, at(3))).await.unwrap(),
            "done once"
        );
    })
    .await;
}

#[tokio::test]
async fn a_changed_message_still_leads_to_the_delivery_that_posted_it() {
    each_database(|store| async move {
        let mut edit = delivery("d2", 5);
        edit.action = Action::Edit { place: place("deals"), message: MessageId::new("m7") };
        put(&store, &[delivery("d1", 0), edit]).await;
        for now in [at(0), at(5)] {
            let claimed = claim_one(&store, now).await;
            assert!(
                store.finish(&claimed.item.id, claimed.fence, arrived_as(&sent("deals", "m7"), now)).await.unwrap()
            );
        }
        let place = place("deals");
        let found =
            store.delivery_at(place.platform, &place.workspace, &place.channel, &MessageId::new("m7")).await.unwrap();
        assert_eq!(found.unwrap().id.as_str(), "d1");
    })
    .await;
}

#[tokio::test]
async fn a_refusal_for_now_waits_in_the_row() {
    each_database(|store| async move {
        put(&store, &[delivery("d1", 0)]).await;
        let claimed = claim_one(&store, at(0)).await;
        assert!(store.finish(&claimed.item.id, claimed.fence, back(at(7), "429")).await.unwrap());
        let back = now_of(&store, "d1").await;
        assert_eq!((back.state, back.due_at, back.last_error.as_deref()), (DeliveryState::Pending, at(7), Some("429")));
        assert_eq!(claim(&store, at(6)).await, []);
        let again = claim_one(&store, at(7)).await;
        assert_eq!((again.fence, again.attempts), (2, 2));
        assert!(!store.finish(&claimed.item.id, claimed.fence, super::samples::back(at(8), "late")).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_refusal_for_good_ends_it() {
    each_database(|store| async move {
        put(&store, &[delivery("d1", 0)]).await;
        let claimed = claim_one(&store, at(0)).await;
        assert!(store.finish(&claimed.item.id, claimed.fence, dead("is_archived")).await.unwrap());
        let dead = now_of(&store, "d1").await;
        assert_eq!((dead.state, dead.last_error.as_deref()), (DeliveryState::Dead, Some("is_archived")));
        assert_eq!(claim(&store, at(100)).await, []);
        assert_eq!(store.claim_ambiguous(at(100), LEASE, 10).await.unwrap(), []);
        assert!(!store.finish(&claimed.item.id, claimed.fence, back(at(1), "late")).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn no_answer_is_looked_up_after_the_lease_and_never_before() {
    each_database(|store| async move {
        put(&store, &[delivery("d1", 0)]).await;
        let first = claim_one(&store, at(0)).await;
        assert!(store.finish(&first.item.id, first.fence, unclear("timed out")).await.unwrap());
        assert_eq!(state_of(&store, "d1").await, DeliveryState::Ambiguous);
        assert_eq!(claim(&store, at(100)).await, [], "not to be sent blindly");
        assert_eq!(store.claim_ambiguous(at(29), LEASE, 10).await.unwrap(), [], "the call may still be under way");

        let look = store.claim_ambiguous(at(30), LEASE, 10).await.unwrap().remove(0);
        assert_eq!((look.fence, look.attempts, look.item.state), (2, 1, DeliveryState::Ambiguous));
        assert!(!store.finish(&first.item.id, first.fence, unclear("late")).await.unwrap());
        // It was not there: sent again.
        assert!(store.finish(&look.item.id, look.fence, back(at(31), "not found")).await.unwrap());
        let second = claim_one(&store, at(31)).await;
        assert_eq!((second.fence, second.attempts), (3, 2));
        assert!(store.finish(&second.item.id, second.fence, arrived_as(&sent("deals", "m7"), at(32))).await.unwrap());
        assert_eq!(now_of(&store, "d1").await.last_error, None);
    })
    .await;
}

#[tokio::test]
async fn a_sender_that_died_leaves_something_to_look_up() {
    each_database(|store| async move {
        put(&store, &[delivery("d1", 0)]).await;
        let died = claim_one(&store, at(0)).await;
        assert_eq!(claim(&store, at(1_000)).await, [], "not to be sent blindly");
        let look = store.claim_ambiguous(at(30), LEASE, 10).await.unwrap().remove(0);
        assert_eq!(store.claim_ambiguous(at(59), LEASE, 10).await.unwrap(), []);
        // Who comes back from the dead is too late, and what was found counts.
        assert!(!store.finish(&died.item.id, died.fence, arrived_as(&sent("deals", "m6"), at(31))).await.unwrap());
        assert!(!store.finish(&died.item.id, died.fence, dead("late")).await.unwrap());
        assert!(store.finish(&look.item.id, look.fence, arrived_as(&sent("deals", "m7"), at(31))).await.unwrap());
        assert_eq!(now_of(&store, "d1").await.sent.unwrap().1, MessageId::new("m7"));
    })
    .await;
}

#[tokio::test]
async fn what_is_overdue_is_not_sent() {
    each_database(|store| async move {
        put(&store, &[delivery("d1", 0), delivery("d2", 10), held("held", "deals", 0)]).await;
        let end = 3_600;
        assert_eq!(store.expire_overdue(at(end)).await.unwrap(), 0, "until the very end");
        assert_eq!(store.claim_due(at(end + 1), LEASE, 1).await.unwrap()[0].item.id.as_str(), "d2");
        assert_eq!(store.expire_overdue(at(end + 1)).await.unwrap(), 2);
        assert_eq!(state_of(&store, "d1").await, DeliveryState::Expired);
        assert_eq!(state_of(&store, "held").await, DeliveryState::Expired);
        assert_eq!(store.expire_overdue(at(end + 20)).await.unwrap(), 0, "what is being sent is not taken away");
    })
    .await;
}

#[tokio::test]
async fn holds_wake_at_their_hour_and_are_found_by_their_channel() {
    each_database(|store| async move {
        put(&store, &[held("h2", "deals", 20), held("h1", "deals", 10), held("h3", "help", 5)]).await;
        put(&store, &[offered("on its way", "deals", "price", "price-tip", 0)]).await;
        assert_eq!(ids(&store.due_holds(at(4), 10).await.unwrap()), [""; 0]);
        assert_eq!(ids(&store.due_holds(at(10), 10).await.unwrap()), ["h3", "h1"]);
        assert_eq!(ids(&store.due_holds(at(10), 1).await.unwrap()), ["h3"]);
        // What is decided and not sent yet is taken back by an answer, too.
        for (channel, found) in [("deals", vec!["on its way", "h1", "h2"]), ("help", vec!["h3"]), ("quiet", vec![])] {
            let place = place(channel);
            let here = store.held_in(place.platform, &place.workspace, &place.channel).await.unwrap();
            assert_eq!(ids(&here), found);
        }
    })
    .await;
}

#[tokio::test]
async fn the_next_instant_is_the_earliest_of_all_that_waits() {
    each_database(|store| async move {
        assert_eq!(store.next_due(at(0)).await.unwrap(), None);
        store.accept(&super::samples::arrival("e1", 0)).await.unwrap();
        store.claim_arrivals(at(0), Duration::from_secs(90), 1).await.unwrap();
        assert_eq!(store.next_due(at(0)).await.unwrap(), Some(at(90)), "an arrival's lease");
        put(&store, &[held("h1", "deals", 80)]).await;
        assert_eq!(store.next_due(at(0)).await.unwrap(), Some(at(80)), "a hold");
        put(&store, &[delivery("d1", 70)]).await;
        assert_eq!(store.next_due(at(0)).await.unwrap(), Some(at(70)), "a delivery");
        put(&store, &[delivery("d2", 0)]).await;
        assert_eq!(store.next_due(at(0)).await.unwrap(), Some(at(70)), "what is due by now is no reason to wait");
        let claimed = claim_one(&store, at(0)).await;
        assert_eq!(store.next_due(at(0)).await.unwrap(), Some(at(30)), "a lease");
        store.finish(&claimed.item.id, claimed.fence, unclear("timed out")).await.unwrap();
        assert_eq!(store.next_due(at(0)).await.unwrap(), Some(at(30)), "a lease of something to look up");
        assert_eq!(store.next_due(at(30)).await.unwrap(), Some(at(70)));
        assert_eq!(store.next_due(at(90)).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn the_queue_is_counted_by_state() {
    each_database(|store| async move {
        assert_eq!(store.queue_counts().await.unwrap(), QueueCounts::default());
        put(&store, &[delivery("d1", 1), delivery("d2", 2), delivery("d3", 3), held("h1", "deals", 0)]).await;
        store.claim_due(at(1), LEASE, 1).await.unwrap();
        let by_state = vec![(DeliveryState::Held, 1), (DeliveryState::Pending, 2), (DeliveryState::Sending, 1)];
        assert_eq!(store.queue_counts().await.unwrap(), QueueCounts { by_state, oldest_due: Some(at(2)) });
    })
    .await;
}

#[tokio::test]
async fn a_row_that_an_other_version_wrote_holds_up_nobody() {
    each_address(|url| async move {
        let store = Store::open(&url).await.unwrap();
        put(&store, &[delivery("d1", 0), delivery("d2", 0)]).await;
        run_beside(&url, r#"UPDATE deliveries SET action = '{"action":"sing"}' WHERE id = 'd1'"#).await;
        assert_eq!(claim_one(&store, at(0)).await.item.id.as_str(), "d2");
        let (dead, _) = store.queue_counts().await.unwrap().by_state[1];
        assert_eq!(dead, DeliveryState::Dead);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn two_who_claim_at_once_never_get_the_same() {
    each_address(|url| async move {
        let store = Store::open(&url).await.unwrap();
        let all: Vec<_> = (0..60).map(|number| delivery(&format!("d{number:02}"), 0)).collect();
        put(&store, &all).await;
        let claimants = (0..4).map(|_| {
            let url = url.clone();
            tokio::spawn(async move {
                let own = Store::open(&url).await.unwrap();
                let mut got = Vec::new();
                loop {
                    let claimed = own.claim_due(at(1), LEASE, 3).await.unwrap();
                    if claimed.is_empty() {
                        own.close().await;
                        return got;
                    }
                    for claimed in claimed {
                        let message = sent("deals", claimed.item.id.as_str());
                        assert!(
                            own.finish(&claimed.item.id, claimed.fence, arrived_as(&message, at(2))).await.unwrap()
                        );
                        got.push(claimed.item.id);
                    }
                }
            })
        });
        let mut sent = Vec::new();
        for claimant in claimants.collect::<Vec<_>>() {
            sent.extend(claimant.await.unwrap());
        }
        assert_eq!(sent.len(), 60);
        assert_eq!(sent.into_iter().collect::<HashSet<_>>().len(), 60);
        store.close().await;
    })
    .await;
}
