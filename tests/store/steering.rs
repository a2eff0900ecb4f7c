//! What became of triggers is added step by step, and the latest of each kind is in force.

use chat::PersonId;
use kairos::{
    engine::{Evidence, Learnt, Mark, Marked},
    library::TriggerId,
    store::{DeliveryState, Keeping, Outcome, Pause, PauseChange, PersonChange, Step, Store, TriggerStep},
};

use super::samples::{at, from, identity, offered, put, state_of, tap, tenant};
use crate::support::databases::each_database;

async fn goes(store: &Store, trigger: &str, what: Step, reason: &str, by: Option<&str>, seconds: i64) {
    let (trigger, reason, by) = (TriggerId::new(trigger), reason.to_owned(), by.map(PersonId::new));
    let steps = vec![TriggerStep { tenant: tenant(), trigger, what, reason, by, at: at(seconds) }];
    store.conclude(&Outcome { steps, ..Outcome::default() }).await.unwrap();
}

async fn changes(store: &Store, pause: PauseChange) {
    store.conclude(&Outcome { pauses: vec![pause], ..Outcome::default() }).await.unwrap();
}

fn pauses(trigger: &str, seconds: i64) -> PauseChange {
    let (trigger, reason) = (TriggerId::new(trigger), "by itself".to_owned());
    PauseChange::Pause(Pause { tenant: tenant(), trigger, by: None, reason, at: at(seconds) })
}

fn resumes(trigger: &str, seconds: i64) -> PauseChange {
    PauseChange::Resume {
        tenant: tenant(),
        trigger: TriggerId::new(trigger),
        by: PersonId::new("dev"),
        at: at(seconds),
    }
}

#[tokio::test]
async fn the_latest_of_each_kind_is_in_force() {
    each_database(|store: Store| async move {
        assert_eq!(store.learnt(&chat::Scope::All).await.unwrap(), []);
        goes(&store, "price", Step::Learnt(70), "a few", None, 1).await;
        goes(&store, "price", Step::Learnt(-50), "9 of 9", None, 3).await;
        goes(&store, "price", Step::LeftOut("too much".to_owned()), "by a manager", Some("dev"), 4).await;
        goes(&store, "price", Step::LeftOut("how much".to_owned()), "by a manager", Some("dev"), 5).await;
        goes(&store, "price", Step::BackIn("too much".to_owned()), "by a manager", Some("dev"), 6).await;
        let given = "the number scares them".to_owned();
        goes(&store, "price", Step::TakenIn(given.clone()), "by a manager", Some("dev"), 6).await;
        goes(&store, "price", Step::TakenIn("no reply".to_owned()), "by a manager", Some("dev"), 6).await;
        goes(&store, "price", Step::TakenOut("no reply".to_owned()), "by a manager", Some("dev"), 6).await;
        changes(&store, pauses("price", 7)).await;
        changes(&store, resumes("price", 8)).await;
        changes(&store, pauses("angry", 9)).await;
        let left_out = vec!["how much".to_owned()];
        let price =
            Learnt { words: "9 of 9".to_owned(), left_out, taken_in: vec![given], resumed_at: Some(at(8)), shift: -50 };
        assert_eq!(store.learnt(&chat::Scope::All).await.unwrap(), [(TriggerId::new("price"), price.clone())]);

        let steps = store.steps_of(&chat::Scope::All, &TriggerId::new("price"), 2).await.unwrap();
        assert_eq!((&steps[0].what, steps[0].by.as_ref().map(PersonId::as_str)), (&Step::Resumed, Some("dev")));
        assert_eq!((&steps[1].what, steps[1].reason.as_str()), (&Step::Paused, "by itself"));
        changes(&store, resumes("price", 10)).await;
        assert_eq!(
            store.steps_of(&chat::Scope::All, &TriggerId::new("price"), 99).await.unwrap().len(),
            10,
            "it did not pause"
        );

        store.sweep(&Keeping { decisions: at(100), ..from(0) }).await.unwrap();
        assert_eq!(
            store.steps_of(&chat::Scope::All, &TriggerId::new("price"), 9).await.unwrap().len(),
            7,
            "what is outdone is swept"
        );
        assert_eq!(store.learnt(&chat::Scope::All).await.unwrap(), [(TriggerId::new("price"), price)]);
    })
    .await;
}

#[tokio::test]
async fn a_pause_takes_back_what_is_on_its_way_unasked() {
    each_database(|store: Store| async move {
        let mut other = offered("d2", "support", "angry", "tip", 0);
        other.key.person = PersonId::new("ben");
        put(&store, &[offered("d1", "deals", "price", "price-tip", 0), other]).await;
        changes(&store, pauses("price", 1)).await;
        assert_eq!(state_of(&store, "d1").await, DeliveryState::Cancelled);
        assert_eq!(state_of(&store, "d2").await, DeliveryState::Pending);
    })
    .await;
}

#[tokio::test]
async fn a_manager_who_is_forgotten_leaves_the_step_without_a_name() {
    each_database(|store: Store| async move {
        let dev = PersonId::new("dev");
        store.person_of(&identity("U1"), &dev, at(0)).await.unwrap();
        changes(&store, pauses("price", 1)).await;
        changes(&store, resumes("price", 2)).await;
        let people = vec![(dev, PersonChange::Erase)];
        store.conclude(&Outcome { people, ..Outcome::default() }).await.unwrap();
        let steps = store.steps_of(&chat::Scope::All, &TriggerId::new("price"), 9).await.unwrap();
        assert_eq!(steps.iter().map(|step| &step.by).collect::<Vec<_>>(), [&None, &None]);
    })
    .await;
}

#[tokio::test]
async fn marks_are_the_taps_that_say_something_of_the_moment() {
    each_database(|store: Store| async move {
        let mut card = offered("d2", "deals", "price", "price-tip", 0);
        let nearest = "they say it is too much".to_owned();
        card.offer.as_mut().unwrap().need.evidence = Evidence::Example { nearest: nearest.clone(), words: Vec::new() };
        put(&store, &[card]).await;
        let taps = vec![
            tap("d1", "ana", "useful", "price-tip", 1),
            tap("d1", "ben", "practise", "price-tip", 2),
            tap("d2", "ben", "wrong", "price-tip", 3),
        ];
        let trigger = taps[0].trigger.clone().unwrap();
        store.conclude(&Outcome { taps, ..Outcome::default() }).await.unwrap();
        let mark = |who: &str, mark, seconds, example: Option<&String>| Marked {
            person: PersonId::new(who),
            mark,
            at: at(seconds),
            example: example.cloned(),
        };
        let all = [mark("ana", Mark::Useful, 1, None), mark("ben", Mark::Wrong, 3, Some(&nearest))];
        assert_eq!(store.marks_on(&chat::Scope::All, &trigger, at(0)).await.unwrap(), all);
        assert_eq!(store.marks_on(&chat::Scope::All, &trigger, at(2)).await.unwrap(), all[1..]);
        assert_eq!(store.marks_on(&chat::Scope::All, &TriggerId::new("other"), at(0)).await.unwrap(), []);
    })
    .await;
}
