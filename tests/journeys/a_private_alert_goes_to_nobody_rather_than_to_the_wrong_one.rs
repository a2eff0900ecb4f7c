//! "A number about me reaches me, and nobody who happens to bear my name elsewhere."

use chat::PersonId;
use kairos::store::Duty;

use crate::support::{
    app::{days, minutes},
    databases::each_database,
    twins::{BOTH, Twins, identity},
};

const ABOUT_U1: &str = r#"{"person": "u1@example.org", "alert": "RateLow", "fingerprint": "f"}"#;

#[tokio::test]
async fn a_private_alert_reaches_the_person_of_its_workspace_once_they_have_said_yes() {
    each_database(|store| async move {
        let twins = Twins::open(store, &[]);
        twins.tells("T2", ABOUT_U1).await;
        assert_eq!(twins.shown("T1").len(), 0, "the same address in another workspace hears nothing");
        let question = twins.shown("T2").pop().expect("a question");
        assert_eq!((question.card.title.as_str(), question.place.channel.as_str()), ("Is this you?", "DU1"));
        assert!(!question.card.plain().contains("RateLow"), "no number before the answer: {}", question.card.plain());
        twins.tells("T2", &ABOUT_U1.replace("\"f\"", "\"g\"")).await;
        assert_eq!(twins.shown("T2").len(), 1, "asked once");
        // Somebody else's answer, in their own workspace or in this one, is none.
        let yes = question.choice("Yes, that").unwrap();
        twins.taps("T2", "U2", &question, &yes).await;
        twins.taps("T1", "U1", &question, &yes).await;
        assert!(twins.shown("T2").iter().all(|it| !it.card.plain().contains("Here is a way.")));
        twins.taps("T2", "U1", &question, &yes).await;
        let told = twins.shown("T2").into_iter().filter(|it| it.card.plain().contains("Here is a way."));
        assert_eq!(told.map(|it| it.place.channel.to_string()).collect::<Vec<_>>(), ["DU1"]);
    })
    .await;
}

#[tokio::test]
async fn who_says_not_me_hears_nothing_and_is_asked_no_more() {
    each_database(|store| async move {
        let twins = Twins::open(store, &[]);
        twins.tells("T2", ABOUT_U1).await;
        let question = twins.shown("T2").pop().unwrap();
        twins.taps("T2", "U1", &question, &question.choice("Not me").unwrap()).await;
        let after = twins.shown("T2").len();
        twins.tells("T2", &ABOUT_U1.replace("\"f\"", "\"g\"")).await;
        twins.passes(days(1)).await;
        assert_eq!(twins.shown("T2").len(), after);
        let waiting = twins.store.signals_waiting(9).await.unwrap();
        assert_eq!((waiting.len(), waiting[0].unconfirmed), (1, false), "it waits for whoever it is about");
    })
    .await;
}

#[tokio::test]
async fn a_look_up_that_failed_found_nobody_out() {
    each_database(|store| async move {
        let twins = Twins::open(store, &[]);
        twins.fails("T2", true);
        twins.tells("T2", ABOUT_U1).await;
        assert_eq!(twins.shown("T2").len(), 0);
        twins.fails("T2", false);
        twins.passes(minutes(1)).await;
        assert_eq!(
            twins.shown("T2").pop().map(|it| it.card.title).as_deref(),
            Some("Is this you?"),
            "soon, not in six hours"
        );
    })
    .await;
}

#[tokio::test]
async fn where_a_platform_can_not_say_who_somebody_is_the_alert_is_kept_and_tried_again() {
    each_database(|store| async move {
        let twins = Twins::open(store, &[]);
        let body = r#"{"person": "slack:T2/U1", "alert": "RateLow", "fingerprint": "f"}"#;
        twins.fails("T2", true);
        let tried = twins.tries_to_tell("T2", body).await.map_err(|error| error.to_string());
        assert_eq!(tried, Err("a platform did not answer who somebody is".to_owned()));
        assert!(twins.store.signals_waiting(9).await.unwrap().is_empty(), "it is not put down as about nobody");
        twins.fails("T2", false);
        twins.tells("T2", body).await;
        let told = twins.shown("T2").into_iter().filter(|it| it.card.plain().contains("Here is a way."));
        assert_eq!(told.map(|it| it.place.channel.to_string()).collect::<Vec<_>>(), ["DU1"]);
    })
    .await;
}

#[tokio::test]
async fn an_alert_about_a_group_is_ended_by_its_own_source_and_reaches_its_own_people() {
    each_database(|store| async move {
        let twins = Twins::open(store, &[]);
        let group = |state: &str| {
            format!(r#"{{"alert": "RateLow", "state": "{state}", "fingerprint": "f", "labels": {{"team": "sales"}}}}"#)
        };
        for workspace in BOTH {
            let candidate = PersonId::new(format!("{workspace}-U1"));
            let who = identity(workspace, "U1");
            let person = twins.store.person_of(&who, &candidate, twins.now()).await.unwrap().id;
            let (from, until) = (twins.now(), twins.now() + days(3));
            let duty = Duty { person, team: "sales".to_owned(), from, until };
            twins.store.put_on_duty(&duty).await.unwrap();
        }
        twins.tells("T1", &group("firing")).await;
        assert_eq!((twins.shown("T1").len(), twins.shown("T2").len()), (1, 0));
        twins.passes(minutes(1)).await;
        twins.tells("T2", &group("resolved")).await;
        let of_t1 = PersonId::new("T1-U1");
        assert!(twins.store.open_dip(&"rate-low".into(), &of_t1).await.unwrap().is_some(), "it goes on in T1");
        twins.tells("T1", &group("resolved")).await;
        assert!(twins.store.open_dip(&"rate-low".into(), &of_t1).await.unwrap().is_none());
    })
    .await;
}
