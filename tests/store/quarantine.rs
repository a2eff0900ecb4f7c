//! What can't be read costs itself alone: the others go on, and a person sees it, has it read again or drops it.

use chat::{DeliveryId, EventId, PersonId, PlatformKind};
use kairos::store::{Delivery, Offer, Outcome, PersonChange, QuarantineCounts, QuarantineKind, Store};

use super::samples::{
    LEASE, arrival, at, decided, delivery, held, identity, ids, keeps, place, put, signal, state_of, tap,
};
use crate::support::databases::{each_address, run_beside};

/// Another version wrote the offer, the card, the decision or the number of what is called `odd`.
const ODD_OFFER: &str = "UPDATE deliveries SET offer = '{\"plans\":[]}' WHERE id = 'odd'";
const NEWER: &str = "UPDATE deliveries SET format = 9 WHERE id = 'odd'";

async fn listed(store: &Store) -> Vec<(String, String)> {
    let all = store.quarantined(10).await.unwrap();
    all.into_iter().map(|unread| (unread.id, unread.place)).collect()
}

fn one(place: &str) -> Vec<(String, String)> {
    vec![("delivery/odd".to_owned(), place.to_owned())]
}

#[tokio::test]
async fn a_hold_that_cannot_be_read_does_not_keep_the_others_from_waking() {
    for (odd, lies_in) in [(ODD_OFFER, "deliveries.offer"), (NEWER, "deliveries.format")] {
        each_address(move |url| async move {
            let store = Store::open(&url).await.unwrap();
            put(&store, &[held("odd", "deals", 1), held("good", "deals", 2)]).await;
            run_beside(&url, odd).await;
            for _ in 0..2 {
                assert_eq!(ids(&store.due_holds(at(5), 10).await.unwrap()), ["good"]);
            }
            assert_eq!(listed(&store).await, one(lies_in));
            assert_eq!(state_of_row(&store, "odd").await, "dead", "it holds up nobody, and is counted");
            assert_eq!(store.quarantine_counts().await.unwrap(), QuarantineCounts { events: 0, rows: 1 });
            store.close().await;
        })
        .await;
    }
}

/// The state as the queue lists it, for a row that can't be read whole.
async fn state_of_row(store: &Store, id: &str) -> String {
    let queue = store.queue(20).await.unwrap();
    queue.iter().find(|queued| queued.id.as_str() == id).map_or("", |queued| queued.state.as_str()).to_owned()
}

#[tokio::test]
async fn a_channel_with_one_that_cannot_be_read_goes_on() {
    each_address(|url| async move {
        let store = Store::open(&url).await.unwrap();
        put(&store, &[held("odd", "deals", 60), held("good", "deals", 60)]).await;
        run_beside(&url, ODD_OFFER).await;
        let deals = place("deals");
        let found = store.held_in(PlatformKind::Slack, &deals.workspace, &deals.channel).await.unwrap();
        assert_eq!(ids(&found), ["good"]);
        assert_eq!(listed(&store).await, one("deliveries.offer"));
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_digest_tells_the_others() {
    each_address(|url| async move {
        let store = Store::open(&url).await.unwrap();
        let deferred = |id: &str| -> Delivery {
            let held = held(id, "deals", 60);
            Delivery { offer: held.offer.clone().map(|offer| Offer { put_by: true, ..offer }), ..held }
        };
        put(&store, &[deferred("odd"), deferred("good")]).await;
        run_beside(&url, ODD_OFFER).await;
        assert_eq!(ids(&store.put_by_for(&PersonId::new("ana"), at(5)).await.unwrap()), ["good"]);
        assert_eq!(listed(&store).await, one("deliveries.offer"));
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_offered_about_an_event_is_found_beside_it() {
    each_address(|url| async move {
        let store = Store::open(&url).await.unwrap();
        let mut good = held("good", "deals", 60);
        good.key.event = EventId::new("event of odd");
        good.key.step = 1;
        put(&store, &[held("odd", "deals", 60), good]).await;
        run_beside(&url, ODD_OFFER).await;
        let found = store.offers_about("slack/T1", &EventId::new("event of odd")).await.unwrap();
        assert_eq!(ids(&found), ["good"]);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn taps_are_weighed_without_reading_the_cards_they_were_on() {
    each_address(|url| async move {
        let store = Store::open(&url).await.unwrap();
        put(&store, &[held("odd", "deals", 60)]).await;
        let taps = vec![tap("odd", "ana", "useful", "price-tip", 1)];
        store.conclude(&Outcome { taps, ..Outcome::default() }).await.unwrap();
        run_beside(&url, ODD_OFFER).await;
        let marks = store.marks_on(&chat::Scope::All, &kairos::library::TriggerId::new("price"), at(0)).await.unwrap();
        assert_eq!(marks.len(), 1, "and none of them is lost");
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn one_that_is_claimed_and_cannot_be_read_lets_the_others_be_sent() {
    each_address(|url| async move {
        let store = Store::open(&url).await.unwrap();
        put(&store, &[delivery("odd", 0), delivery("good", 0)]).await;
        run_beside(&url, "UPDATE deliveries SET card = 'no card' WHERE id = 'odd'").await;
        let claimed = store.claim_due(at(0), LEASE, 10).await.unwrap();
        assert_eq!(claimed.iter().map(|claimed| claimed.item.id.as_str()).collect::<Vec<_>>(), ["good"]);
        assert_eq!(listed(&store).await, one("deliveries.card"));
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn decisions_and_numbers_are_read_beside_one_that_cannot_be() {
    each_address(|url| async move {
        let store = Store::open(&url).await.unwrap();
        let ana = PersonId::new("ana");
        let outcome = Outcome {
            decisions: vec![decided("e1", Some("d1"), 0), decided("e2", Some("d2"), 1)],
            dips: vec![
                keeps(&signal("n1", None, 9.0, 0), Some("ana"), 0),
                keeps(&signal("n2", None, 8.0, 1), Some("ana"), 1),
            ],
            ..Outcome::default()
        };
        store.conclude(&outcome).await.unwrap();
        run_beside(&url, "UPDATE decisions SET decision = '{}' WHERE event_id = 'e1'").await;
        run_beside(&url, "UPDATE signals SET signal = '{}' WHERE id = 'n1'").await;
        assert_eq!(store.decisions_of(&ana, 10).await.unwrap().len(), 1);
        assert_eq!(store.decision_for(&DeliveryId::new("d1")).await.unwrap(), None);
        assert_eq!(store.signals_of(&ana, "close-rate", at(0), 10).await.unwrap().len(), 1);
        let unread = store.quarantined(10).await.unwrap();
        let kinds: Vec<_> = unread.iter().map(|unread| unread.kind).collect();
        assert!(kinds.contains(&QuarantineKind::Decision) && kinds.contains(&QuarantineKind::Signal), "{kinds:?}");
        // Who is forgotten is forgotten here too.
        store.person_of(&identity("U1"), &ana, at(0)).await.unwrap();
        store.conclude(&Outcome { people: vec![(ana, PersonChange::Erase)], ..Outcome::default() }).await.unwrap();
        assert_eq!(store.quarantine_counts().await.unwrap(), QuarantineCounts::default());
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_hold_is_read_again_after_an_update_and_goes_on_from_where_it_stood() {
    each_address(|url| async move {
        let store = Store::open(&url).await.unwrap();
        put(&store, &[held("odd", "deals", 1)]).await;
        run_beside(&url, NEWER).await;
        assert_eq!(ids(&store.due_holds(at(5), 10).await.unwrap()), Vec::<&str>::new());
        run_beside(&url, "UPDATE deliveries SET format = 1 WHERE id = 'odd'").await;
        assert!(store.read_again("delivery/odd", at(6)).await.unwrap());
        assert!(!store.read_again("delivery/odd", at(6)).await.unwrap(), "it is set aside no more");
        assert_eq!(ids(&store.due_holds(at(6), 10).await.unwrap()), ["odd"]);
        assert_eq!(state_of(&store, "odd").await.as_str(), "held");
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn an_event_is_read_again_or_dropped_and_told_without_a_word_of_it() {
    each_address(|url| async move {
        let store = Store::open(&url).await.unwrap();
        for id in ["again", "never"] {
            store.accept(&arrival(id, 0)).await.unwrap();
        }
        for claimed in store.claim_arrivals(at(0), LEASE, 10).await.unwrap() {
            store.park_arrival(&claimed.item.id, claimed.fence, "no field `type`").await.unwrap();
        }
        let unread = store.quarantined(10).await.unwrap();
        assert_eq!(unread.len(), 2);
        assert_eq!((unread[0].source.as_str(), unread[0].reason.as_str()), ("slack", "no field `type`"));
        assert_eq!((unread[0].since_ms, unread[0].place.as_str()), (at(0).as_ms(), "arrivals.raw"));
        assert!(!serde_json::to_string(&unread).unwrap().contains("the words of"));
        assert!(store.read_again("again", at(9)).await.unwrap());
        assert!(store.drop_quarantined("never").await.unwrap());
        assert!(!store.drop_quarantined("never").await.unwrap() && !store.read_again("never", at(9)).await.unwrap());
        let claimed = store.claim_arrivals(at(9), LEASE, 10).await.unwrap();
        assert_eq!(claimed.iter().map(|claimed| claimed.item.id.as_str()).collect::<Vec<_>>(), ["again"]);
        assert!(!store.accept(&arrival("never", 9)).await.unwrap(), "should it be sent again, it is known");
        assert_eq!(store.quarantine_counts().await.unwrap(), QuarantineCounts::default());
        store.close().await;
    })
    .await;
}
