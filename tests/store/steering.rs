//! What became of triggers is added step by step, and the latest of each kind is in force.

use chat::PersonId;
use kairos::{
    engine::{Mark, Marked, Steered},
    library::TriggerId,
    store::{Outcome, PersonChange, Step, Store, TriggerStep},
};

use super::samples::{at, identity, tap};
use crate::support::databases::each_database;

async fn goes(store: &Store, trigger: &str, what: Step, reason: &str, by: Option<&str>, seconds: i64) {
    let step = TriggerStep {
        trigger: TriggerId::new(trigger),
        what,
        reason: reason.to_owned(),
        by: by.map(PersonId::new),
        at: at(seconds),
    };
    store.conclude(&Outcome { steps: vec![step], ..Outcome::default() }).await.unwrap();
}

#[tokio::test]
async fn the_latest_of_each_kind_is_in_force() {
    each_database(|store: Store| async move {
        assert_eq!(store.steered().await.unwrap(), []);
        goes(&store, "price", Step::Learnt(70), "0 of 3", None, 1).await;
        goes(&store, "angry", Step::Paused, "3 of 5", None, 2).await;
        goes(&store, "price", Step::Learnt(-50), "9 of 9", None, 3).await;
        goes(&store, "price", Step::Paused, "4 of 5", None, 4).await;
        goes(&store, "price", Step::Resumed, "let", Some("dev"), 5).await;
        let price = Steered { shift: -50, learnt: "9 of 9".to_owned(), paused: None, resumed_at: Some(at(5)) };
        let angry = Steered { paused: Some("3 of 5".to_owned()), ..Steered::default() };
        let mut all = store.steered().await.unwrap();
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        assert_eq!(all, [(TriggerId::new("angry"), angry), (TriggerId::new("price"), price)]);
        let steps = store.steps_of(&TriggerId::new("price"), 2).await.unwrap();
        let (last, before) = (&steps[0], &steps[1]);
        assert_eq!((last.what, last.by.as_ref().map(PersonId::as_str), last.at), (Step::Resumed, Some("dev"), at(5)));
        assert_eq!((before.what, before.reason.as_str()), (Step::Paused, "4 of 5"));
    })
    .await;
}

#[tokio::test]
async fn a_manager_who_is_forgotten_leaves_the_step_without_a_name() {
    each_database(|store: Store| async move {
        let dev = PersonId::new("dev");
        store.person_of(&identity("U1"), &dev, at(0)).await.unwrap();
        goes(&store, "price", Step::Resumed, "let", Some("dev"), 1).await;
        let people = vec![(dev, PersonChange::Erase)];
        store.conclude(&Outcome { people, ..Outcome::default() }).await.unwrap();
        let steps = store.steps_of(&TriggerId::new("price"), 9).await.unwrap();
        assert_eq!((steps.len(), &steps[0].by), (1, &None));
    })
    .await;
}

#[tokio::test]
async fn marks_are_the_taps_that_say_something_of_the_moment() {
    each_database(|store: Store| async move {
        let taps = vec![
            tap("d1", "ana", "useful", "price-tip", 1),
            tap("d1", "ben", "practise", "price-tip", 2),
            tap("d2", "ben", "wrong", "price-tip", 3),
        ];
        let trigger = taps[0].trigger.clone().unwrap();
        store.conclude(&Outcome { taps, ..Outcome::default() }).await.unwrap();
        let mark = |who: &str, mark, seconds| Marked { person: PersonId::new(who), mark, at: at(seconds) };
        let all = [mark("ana", Mark::Useful, 1), mark("ben", Mark::Wrong, 3)];
        assert_eq!(store.marks_on(&trigger, at(0)).await.unwrap(), all);
        assert_eq!(store.marks_on(&trigger, at(2)).await.unwrap(), all[1..]);
        assert_eq!(store.marks_on(&TriggerId::new("other"), at(0)).await.unwrap(), []);
    })
    .await;
}
