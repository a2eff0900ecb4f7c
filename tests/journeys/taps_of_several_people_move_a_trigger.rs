//! "What several of us think of a card changes how soon it comes; what one thinks changes nothing, and none of it is
//! hidden."

use kairos::{
    engine::Steered,
    store::{Step, TriggerStep},
};

use crate::support::app::{Seen, Setup, TestApp, each_app, each_app_with, minutes};

const QUESTION: &str = "how do I answer when they say we're too expensive?";

fn never_pauses(setup: Setup) -> Setup {
    setup.setting("CADENCE_PAUSE_PERCENT", "0")
}

async fn asks_and_taps(app: &TestApp, who: &str, label: &str) -> Seen {
    let asked = app.person(who).says(&format!("@Kairos {QUESTION}")).await;
    let card = app.answer(&asked);
    app.person(who).taps(label, &card).await;
    app.advance(minutes(3)).await;
    card
}

async fn steered(app: &TestApp) -> Option<Steered> {
    let all = app.store().steered().await.unwrap();
    all.into_iter().find(|(id, _)| id.as_str() == "too-expensive").map(|(_, steered)| steered)
}

#[tokio::test]
async fn three_people_move_it_and_why_this_says_so() {
    each_app_with(never_pauses, |app: TestApp| async move {
        for _ in 0..4 {
            asks_and_taps(&app, "ana", "Not for me").await;
        }
        asks_and_taps(&app, "ben", "Not for me").await;
        assert_eq!(steered(&app).await, None, "two people, however often");
        asks_and_taps(&app, "chloe", "Not for me").await;
        let moved = steered(&app).await.unwrap();
        assert_eq!((moved.shift, moved.paused), (70, None));

        let question = app.person("chloe").says(QUESTION).in_channel("support").await;
        app.advance(minutes(10)).await;
        let card = app.answer(&question);
        app.person("chloe").taps("Why this?", &card).await;
        let why = app.cards("support", "chloe").pop().unwrap().text();
        assert!(why.contains("What people tapped: 0 of 3 people found it right; it takes more to be heard"), "{why}");
        assert!(!why.contains("The moment was right"));
        for who in ["ana", "ben", "chloe"] {
            asks_and_taps(&app, who, "Useful").await;
        }
        assert_eq!(steered(&app).await.unwrap().shift, -50, "whoever changes their mind counts as they think now");
    })
    .await;
}

#[tokio::test]
async fn a_managers_mark_is_one_voice_among_them() {
    each_app(|app: TestApp| async move {
        let card = asks_and_taps(&app, "ana", "Useful").await;
        asks_and_taps(&app, "ben", "Useful").await;
        app.person("dev").taps("Why this?", &card).await;
        let why = app.cards("deals", "dev").pop().unwrap();
        app.person("dev").taps("The moment was right", &why).await;
        assert_eq!(steered(&app).await.unwrap().shift, -50);
        let steps = app.store().steps_of(&"too-expensive".into(), 9).await.unwrap();
        let [TriggerStep { what: Step::Learnt(-50), by: None, reason, .. }] = &steps[..] else { panic!("{steps:?}") };
        assert_eq!(reason, "3 of 3 people found it right; a little less is enough to be heard");
        app.person("dev").taps("It was not", &why).await;
        assert_ne!(steered(&app).await.unwrap().shift, -50, "they may think again");
    })
    .await;
}
