//! Who goes first: what came first, what somebody waits for, and never two into one conversation at once.

use chat::{EventId, MessageId};
use kairos::store::{Action, Claimed, Delivery, DeliveryState, Fate, Store};

use super::samples::{
    LEASE, arrival, arrived_as, at, back, delivery, now_of, offered, place, put, sent, state_of, unclear,
};
use crate::support::databases::{each_address, each_database};

fn names(claimed: &[Claimed<Delivery>]) -> Vec<&str> {
    claimed.iter().map(|claimed| claimed.item.id.as_str()).collect()
}

async fn claim(store: &Store, seconds: i64) -> Vec<Claimed<Delivery>> {
    store.claim_due(at(seconds), LEASE, 10).await.unwrap()
}

fn edit(id: &str, message: &str, due: i64) -> Delivery {
    let action = Action::Edit { place: place("deals"), message: MessageId::new(message) };
    Delivery { action, ..delivery(id, due) }
}

fn in_channel(id: &str, channel: &str, due: i64) -> Delivery {
    let mut delivery = delivery(id, due);
    let Action::Post { place: at, .. } = &mut delivery.action else { unreachable!() };
    *at = place(channel);
    delivery
}

#[tokio::test]
async fn what_came_in_the_same_millisecond_is_taken_in_the_order_it_came() {
    each_database(|store| async move {
        let came = ["m", "z", "a", "k", "b"];
        for id in came {
            store.accept(&arrival(id, 0)).await.unwrap();
        }
        let taken = store.claim_arrivals(at(0), LEASE, 3).await.unwrap();
        let rest = store.claim_arrivals(at(0), LEASE, 3).await.unwrap();
        let taken: Vec<_> = taken.iter().chain(&rest).map(|claimed| claimed.item.id.clone()).collect();
        assert_eq!(taken, came.map(EventId::new));
    })
    .await;
}

#[tokio::test]
async fn an_answer_goes_before_what_nobody_asked_for() {
    each_database(|store| async move {
        put(&store, &[offered("unasked", "deals", "price", "price-tip", 0), delivery("answer", 9)]).await;
        let first = store.claim_due(at(10), LEASE, 1).await.unwrap();
        assert_eq!(names(&first), ["answer"], "however long the other has been due");
        assert_eq!(names(&claim(&store, 10).await), ["unasked"]);
    })
    .await;
}

#[tokio::test]
async fn nobody_writes_into_a_conversation_that_another_is_writing_into() {
    each_address(|url| async move {
        let (one, other) = (Store::open(&url).await.unwrap(), Store::open(&url).await.unwrap());
        let all = [in_channel("a1", "a", 0), in_channel("a2", "a", 1), in_channel("b1", "b", 2)];
        put(&one, &all).await;
        let first = one.claim_due(at(10), LEASE, 1).await.unwrap().remove(0);
        assert_eq!(first.item.id.as_str(), "a1");
        assert_eq!(names(&claim(&other, 10).await), ["b1"], "what is behind in the same channel waits");
        assert_eq!(claim(&other, 39).await, []);
        one.finish(&first.item.id, first.fence, arrived_as(&sent("a", "m1"), at(20))).await.unwrap();
        assert_eq!(names(&claim(&other, 20).await), ["a2"]);
        one.close().await;
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn who_died_holds_up_a_conversation_no_longer_than_the_lease() {
    each_database(|store| async move {
        put(&store, &[in_channel("a1", "a", 0), in_channel("a2", "a", 1)]).await;
        store.claim_due(at(1), LEASE, 1).await.unwrap();
        assert_eq!(claim(&store, 30).await, []);
        assert_eq!(names(&claim(&store, 31).await), ["a2"]);
    })
    .await;
}

#[tokio::test]
async fn what_was_not_tried_counts_as_no_try() {
    each_database(|store| async move {
        put(&store, &[delivery("d1", 0)]).await;
        let claimed = claim(&store, 0).await.remove(0);
        let fate = Fate::Released { due_at: at(5), reason: "not reached in time".to_owned() };
        assert!(store.finish(&claimed.item.id, claimed.fence, fate).await.unwrap());
        let again = claim(&store, 5).await.remove(0);
        assert_eq!((again.fence, again.attempts), (2, 1));
    })
    .await;
}

/// By the time it may be tried again it may be evening, or somebody has answered.
#[tokio::test]
async fn what_nobody_asked_for_is_decided_again_before_it_is_tried_again() {
    each_database(|store| async move {
        put(&store, &[offered("unasked", "deals", "price", "price-tip", 0), delivery("answer", 0)]).await;
        for claimed in claim(&store, 0).await {
            assert!(store.finish(&claimed.item.id, claimed.fence, back(at(600), "429")).await.unwrap());
        }
        let back = now_of(&store, "unasked").await;
        assert_eq!((back.state, back.due_at, back.card), (DeliveryState::Held, at(600), None));
        assert_eq!(state_of(&store, "answer").await, DeliveryState::Pending);
        assert_eq!(store.due_holds(at(600), 10).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_change_that_a_later_one_has_outdone_is_not_made_again() {
    each_database(|store| async move {
        put(&store, &[edit("e1", "m1", 0)]).await;
        let first = claim(&store, 0).await.remove(0);
        assert!(store.finish(&first.item.id, first.fence, unclear("timed out")).await.unwrap());
        put(&store, &[edit("e2", "m1", 1), edit("other", "m2", 1)]).await;
        let later = claim(&store, 1).await;
        for claimed in &later {
            store.finish(&claimed.item.id, claimed.fence, arrived_as(&sent("deals", "m1"), at(2))).await.unwrap();
        }
        let look = store.claim_ambiguous(at(30), LEASE, 10).await.unwrap().remove(0);
        assert!(store.finish(&look.item.id, look.fence, back(at(30), "no answer")).await.unwrap());
        assert_eq!(state_of(&store, "e1").await, DeliveryState::Cancelled);
        assert_eq!(claim(&store, 40).await, [], "the card stays as the later change left it");
    })
    .await;
}

#[tokio::test]
async fn several_fates_are_written_together_and_those_of_others_are_left() {
    each_database(|store| async move {
        put(&store, &[delivery("d1", 0), delivery("d2", 0), delivery("d3", 0)]).await;
        let claimed = claim(&store, 0).await;
        let look = store.claim_ambiguous(at(30), LEASE, 1).await.unwrap().remove(0);
        let fates: Vec<_> = claimed
            .iter()
            .map(|claimed| (claimed.item.id.clone(), claimed.fence, arrived_as(&sent("deals", "m1"), at(31))))
            .collect();
        assert_eq!(store.finish_all(&fates).await.unwrap(), 2);
        assert_eq!(state_of(&store, look.item.id.as_str()).await, DeliveryState::Ambiguous);
    })
    .await;
}
