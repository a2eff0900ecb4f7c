//! "I can have a quiet week, or be rid of one trigger, with one tap."

use crate::support::{
    app::{Said, Setup, TestApp, days, each_app_with, minutes},
    prompts::prompts,
};

fn two_triggers(setup: Setup) -> Setup {
    let folder = prompts()
        .trigger("price-talk", "tip-1, tip-2, tip-3", "cooldown_hours: 0")
        .trigger("angry-call", "tip-4, tip-5, tip-6", "cooldown_hours: 0")
        .folder();
    setup.prompts(folder).setting("CADENCE_BUDGET_PER_DAY", "50").setting("CADENCE_BUDGET_PER_WEEK", "50")
}

async fn need(app: &TestApp, who: &str, words: &str) -> Said {
    let said = app.person(who).says(words).await;
    app.advance(minutes(10)).await;
    said
}

#[tokio::test]
async fn a_quiet_week_ends_by_itself() {
    each_app_with(two_triggers, |app: TestApp| async move {
        let first = need(&app, "ana", "price talk").await;
        app.person("ana").taps("Quiet for a week", &app.answer(&first)).await;
        for words in ["price talk", "angry call"] {
            let said = need(&app, "ana", words).await;
            app.is_left_alone(&said);
            assert_eq!(app.stopped_by(&said), "Personal settings");
        }
        let theirs = need(&app, "ben", "angry call").await;
        app.answer(&theirs);
        app.advance(days(7)).await;
        let after = need(&app, "ana", "angry call").await;
        app.answer(&after);
    })
    .await;
}

#[tokio::test]
async fn a_command_begins_and_ends_it() {
    each_app_with(two_triggers, |app: TestApp| async move {
        app.person("ana").commands("snooze").await;
        assert!(app.last_private("ana").text().contains("Quiet for a week"));
        let quiet = need(&app, "ana", "price talk").await;
        app.is_left_alone(&quiet);
        app.person("ana").commands("resume").await;
        assert!(app.last_private("ana").text().contains("Suggestions are back on"));
        let loud = need(&app, "ana", "price talk").await;
        app.answer(&loud);
    })
    .await;
}

#[tokio::test]
async fn a_stopped_trigger_never_comes_back_and_the_others_do() {
    each_app_with(two_triggers, |app: TestApp| async move {
        let first = need(&app, "ana", "price talk").await;
        let card = app.answer(&first);
        app.person("ana").taps("Don’t show me this topic", &card).await;
        assert_eq!(app.again(&card).card.footer, "✓ You won’t get cards about “The need price talk” any more.");
        app.advance(days(56)).await;
        let again = need(&app, "ana", "price talk").await;
        app.is_left_alone(&again);
        assert_eq!(app.stopped_by(&again), "Personal settings");
        let other = need(&app, "ana", "angry call").await;
        app.answer(&other);
    })
    .await;
}

#[tokio::test]
async fn whoever_taps_on_somebodys_card_stops_it_for_themselves() {
    each_app_with(two_triggers, |app: TestApp| async move {
        let first = need(&app, "ana", "price talk").await;
        app.person("ben").taps("Don’t show me this topic", &app.answer(&first)).await;
        let bens = need(&app, "ben", "price talk").await;
        app.is_left_alone(&bens);
        let anas = need(&app, "ana", "price talk").await;
        app.answer(&anas);
    })
    .await;
}
