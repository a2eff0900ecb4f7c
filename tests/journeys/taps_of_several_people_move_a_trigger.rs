//! "What several of us think of a card changes how soon it comes; what one thinks changes nothing, and none of it is
//! hidden."

use kairos::{
    engine::Learnt,
    store::{Step, TriggerStep},
};

use crate::support::{
    app::{Seen, Setup, TestApp, each_app, each_app_with, minutes},
    prompts::{BY_EXAMPLES_ALONE, prompts},
};

const QUESTION: &str = "how do I answer when they say we're too expensive?";

async fn asks_and_taps(app: &TestApp, who: &str, label: &str) -> Seen {
    let asked = app.person(who).says(&format!("@Kairos {QUESTION}")).await;
    let card = app.answer(&asked);
    app.person(who).taps(label, &card).await;
    app.advance(minutes(3)).await;
    card
}

async fn learnt(app: &TestApp) -> Option<Learnt> {
    let all = app.store().learnt(&chat::Scope::All).await.unwrap();
    all.into_iter().find(|(id, _)| id.as_str() == "too-expensive").map(|(_, learnt)| learnt)
}

async fn list(app: &TestApp) -> Seen {
    app.person("dev").commands("me").await;
    app.person("dev").taps("Triggers", &app.last_private("dev")).await;
    app.last_private("dev")
}

#[tokio::test]
async fn three_people_move_it_and_everybody_may_know() {
    each_app(|app: TestApp| async move {
        for _ in 0..4 {
            asks_and_taps(&app, "ana", "Not for me").await;
        }
        asks_and_taps(&app, "ben", "Not for me").await;
        assert_eq!(learnt(&app).await, None, "two people, however often");
        asks_and_taps(&app, "chloe", "Not for me").await;
        assert_eq!(learnt(&app).await.unwrap().shift, 70);
        let words = "a few people have said what they think; it now takes a closer match";

        let question = app.person("chloe").says(QUESTION).in_channel("support").await;
        app.advance(minutes(10)).await;
        let card = app.answer(&question);
        app.person("chloe").taps("Why this?", &card).await;
        let why = app.cards("support", "chloe").pop().unwrap().text();
        assert!(!why.contains("Good timing"), "that is for managers");
        assert!(list(&app).await.text().contains(&format!("Feedback: {words}.")));
        let steps = app.store().steps_of(&chat::Scope::All, &"too-expensive".into(), 9).await.unwrap();
        let [TriggerStep { what: Step::Learnt(70), by: None, reason, .. }] = &steps[..] else { panic!("{steps:?}") };
        assert_eq!(reason, words);

        for who in ["ana", "ben", "chloe"] {
            asks_and_taps(&app, who, "Useful").await;
        }
        assert_eq!(learnt(&app).await.unwrap().shift, -50, "whoever changes their mind counts as they think now");
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
        assert_eq!(learnt(&app).await, None);
        app.person("dev").taps("Good timing", &why).await;
        assert_eq!(learnt(&app).await.unwrap().shift, -50);
        app.advance(minutes(1)).await;
        app.person("dev").taps("Bad timing", &why).await;
        assert_ne!(learnt(&app).await.unwrap().shift, -50, "they may think again");
    })
    .await;
}

/// A manager alone moves nothing, and nobody else can mark a moment.
#[tokio::test]
async fn one_managers_marks_alone_change_nothing() {
    each_app(|app: TestApp| async move {
        for _ in 0..5 {
            let asked = app.person("ana").says(&format!("@Kairos {QUESTION}")).await;
            let card = app.answer(&asked);
            app.person("dev").taps("Why this?", &card).await;
            let why = app.cards("deals", "dev").pop().unwrap();
            app.person("dev").taps("Bad timing", &why).await;
            for who in ["ben", "chloe"] {
                app.person(who).forges_tap(&why.choice("Bad timing"), &card).await;
                let refusal = app.cards("deals", who).pop().unwrap().text();
                assert!(refusal.contains("managers"), "{refusal}");
            }
            app.advance(minutes(3)).await;
        }
        assert_eq!(learnt(&app).await, None);
    })
    .await;
}

fn by_examples(setup: Setup) -> Setup {
    setup.prompts(prompts().with("too-expensive.trigger.md", BY_EXAMPLES_ALONE).folder())
}

#[tokio::test]
async fn an_example_is_proposed_for_review_and_left_out_by_a_manager_alone() {
    each_app_with(by_examples, |app: TestApp| async move {
        for who in ["ana", "ben"] {
            asks_and_taps(&app, who, "Not for me").await;
        }
        assert!(!list(&app).await.text().contains("To review"));
        asks_and_taps(&app, "chloe", "Not for me").await;
        let before = list(&app).await;
        let proposal =
            "To review: several people didn’t want what “how do I answer when they say we're too expensive?” brought.";
        assert!(before.text().contains(proposal), "{}", before.text());
        assert_eq!(learnt(&app).await.unwrap().left_out, [""; 0], "nothing is left out silently");

        app.person("dev").taps("Disable: how do I answer", &before).await;
        let left_out = app.again(&before);
        assert!(left_out.text().contains("Disabled example: “how do I answer when they say we're too expensive?”."));
        assert!(!left_out.text().contains("To review"), "it is decided");
        let overheard = app.person("chloe").says(QUESTION).in_channel("support").await;
        app.advance(minutes(11)).await;
        app.is_left_alone(&overheard);
        let asked = app.person("chloe").says(&format!("@Kairos {QUESTION}")).in_channel("support").await;
        app.answer(&asked);

        app.person("dev").taps("Enable: how do I answer", &left_out).await;
        app.advance(minutes(3)).await;
        let again = app.person("ben").says(QUESTION).in_channel("general").await;
        app.advance(minutes(11)).await;
        app.answer(&again);
    })
    .await;
}
