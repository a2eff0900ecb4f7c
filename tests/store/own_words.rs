//! What people said in their own words waits for review, goes with it, with its person, and with time.

use chat::PersonId;
use kairos::{
    library::TriggerId,
    store::{DeliveryState, Keeping, Outcome, OwnWordsChange, REVIEW, Step, Store, TriggerStep},
};

use super::samples::{LEASE, arrived_as, at, card, delivery, from, gives, identity, put, sent, state_of, tenant};
use crate::support::databases::each_database;

async fn change(store: &Store, own_words: Vec<OwnWordsChange>) {
    store.conclude(&Outcome { own_words, ..Outcome::default() }).await.unwrap();
}

fn given(trigger: &str, text: &str, by: &str, seconds: i64) -> OwnWordsChange {
    OwnWordsChange::Given(gives(trigger, text, by, seconds))
}

fn reviewed(trigger: &str, text: &str) -> OwnWordsChange {
    OwnWordsChange::Reviewed { scope: chat::Scope::All, trigger: TriggerId::new(trigger), text: text.to_owned() }
}

#[tokio::test]
async fn the_same_words_of_one_person_are_one_and_review_erases_them_whoever_gave_them() {
    each_database(|store: Store| async move {
        assert_eq!(store.own_words(&chat::Scope::All).await.unwrap(), []);
        change(&store, vec![given("price", "one", "ana", 2), given("price", "one", "ana", 3)]).await;
        change(&store, vec![given("price", "one", "ben", 1), given("angry", "one", "ben", 4)]).await;
        let all = [gives("price", "one", "ben", 1), gives("price", "one", "ana", 2), gives("angry", "one", "ben", 4)];
        assert_eq!(store.own_words(&chat::Scope::All).await.unwrap(), all);
        change(&store, vec![reviewed("price", "one"), reviewed("price", "other")]).await;
        assert_eq!(store.own_words(&chat::Scope::All).await.unwrap(), all[2..]);
    })
    .await;
}

#[tokio::test]
async fn they_are_erased_with_time() {
    each_database(|store: Store| async move {
        change(&store, vec![given("price", "one", "ana", 1), given("price", "two", "ana", 3)]).await;
        store.sweep(&Keeping { own_words: at(3), ..from(0) }).await.unwrap();
        assert_eq!(store.own_words(&chat::Scope::All).await.unwrap(), [gives("price", "two", "ana", 3)]);
    })
    .await;
}

/// The words stand in one place: a manager's card that quotes them is not kept once it arrived.
#[tokio::test]
async fn no_card_that_quotes_them_outlives_them() {
    each_database(|store: Store| async move {
        let ana = PersonId::new("ana");
        store.person_of(&identity("U1"), &ana, at(0)).await.unwrap();
        let quoting = |id: &str| {
            let mut quoting = delivery(id, 0);
            (quoting.key.person, quoting.key.trigger) = (PersonId::new("dev"), TriggerId::new(REVIEW));
            quoting.key.event = id.into();
            quoting.card = Some(card("the number scares them"));
            quoting
        };
        put(&store, &[quoting("arrives")]).await;
        let claimed = store.claim_due(at(0), LEASE, 1).await.unwrap().remove(0);
        let arrived = arrived_as(&sent("private", "m1"), at(1));
        store.finish(&claimed.item.id, claimed.fence, arrived).await.unwrap();
        let kept = |id: &'static str| {
            let store = store.clone();
            async move { store.delivery(&id.into()).await.unwrap().unwrap().card.is_some() }
        };
        assert!(!kept("arrives").await);

        change(&store, vec![given("price", "the number scares them", "ana", 1)]).await;
        put(&store, &[quoting("waits"), quoting("overdue")]).await;
        store.forget(&PersonId::new("ben")).await.unwrap();
        assert!(kept("waits").await, "they are not his");
        store.forget(&ana).await.unwrap();
        assert!(!kept("waits").await);
        assert_eq!(state_of(&store, "waits").await, DeliveryState::Cancelled);

        put(&store, &[quoting("never")]).await;
        store.expire_overdue(at(1_000_000)).await.unwrap();
        store.sweep(&Keeping { own_words: at(1_000_000), ..from(0) }).await.unwrap();
        assert!(!kept("never").await);
    })
    .await;
}

/// What was taken out is somebody's words, and no example any more: nothing of it stays for good.
#[tokio::test]
async fn what_was_taken_out_goes_with_time_and_what_is_in_force_stays() {
    each_database(|store: Store| async move {
        let step = |what: Step, seconds: i64| TriggerStep {
            tenant: tenant(),
            trigger: TriggerId::new("price"),
            what,
            reason: "by a manager".to_owned(),
            by: None,
            at: at(seconds),
        };
        let (one, two) = ("one".to_owned(), "two".to_owned());
        let steps = vec![
            step(Step::TakenIn(one.clone()), 1),
            step(Step::TakenIn(two.clone()), 1),
            step(Step::TakenOut(one.clone()), 2),
            step(Step::TakenOut(two.clone()), 2),
            step(Step::TakenIn(two.clone()), 3),
        ];
        store.conclude(&Outcome { steps, ..Outcome::default() }).await.unwrap();
        assert_eq!(store.learnt(&chat::Scope::All).await.unwrap()[0].1.taken_in, std::slice::from_ref(&two));
        store.sweep(&Keeping { decisions: at(2), ..from(0) }).await.unwrap();
        assert_eq!(
            store.learnt(&chat::Scope::All).await.unwrap()[0].1.taken_in,
            std::slice::from_ref(&two),
            "what took it out is not gone first"
        );
        store.sweep(&Keeping { decisions: at(100), ..from(0) }).await.unwrap();
        let left = store.steps_of(&chat::Scope::All, &TriggerId::new("price"), 9).await.unwrap();
        assert_eq!(left.into_iter().map(|step| step.what).collect::<Vec<_>>(), [Step::TakenIn(two)]);
    })
    .await;
}
