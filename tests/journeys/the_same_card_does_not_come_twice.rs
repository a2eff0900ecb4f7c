//! "I don't get the same card twice, and never again what I know."

use crate::support::{
    app::{Setup, TestApp, days, each_app_with, minutes},
    prompts::prompts,
};

fn two_tips(setup: Setup) -> Setup {
    let folder = prompts().trigger("price-talk", "tip-1, tip-2", "cooldown_hours: 0\nrecovery_days: 30").folder();
    setup.prompts(folder).setting("CADENCE_BUDGET_PER_DAY", "50").setting("CADENCE_BUDGET_PER_WEEK", "50")
}

async fn title(app: &TestApp, who: &str) -> Option<String> {
    let said = app.person(who).says("help with the price talk").await;
    app.advance(minutes(10)).await;
    app.answers(&said).pop().map(|card| card.card.title)
}

#[tokio::test]
async fn another_card_comes_then_none_then_the_first_after_its_rest() {
    each_app_with(two_tips, |app: TestApp| async move {
        assert_eq!(title(&app, "ana").await.as_deref(), Some("Tip number 1"));
        assert_eq!(title(&app, "ana").await.as_deref(), Some("Tip number 2"));
        let third = app.person("ana").says("help with the price talk").await;
        app.advance(minutes(10)).await;
        app.is_left_alone(&third);
        assert_eq!(app.stopped_by(&third), "Not a repeat");
        assert_eq!(title(&app, "ben").await.as_deref(), Some("Tip number 1"), "somebody else has not seen it");
        app.advance(days(30)).await;
        assert_eq!(title(&app, "ana").await.as_deref(), Some("Tip number 1"));
    })
    .await;
}

#[tokio::test]
async fn what_a_person_knows_stays_away_for_good() {
    each_app_with(two_tips, |app: TestApp| async move {
        let said = app.person("ana").says("help with the price talk").await;
        app.advance(minutes(10)).await;
        app.person("ana").taps("I know this", &app.answer(&said)).await;
        app.advance(days(56)).await;
        assert_eq!(title(&app, "ana").await.as_deref(), Some("Tip number 2"));
        assert_eq!(title(&app, "ana").await, None);
    })
    .await;
}

#[tokio::test]
async fn whoever_asks_gets_a_card_all_the_same() {
    each_app_with(two_tips, |app: TestApp| async move {
        for _ in 0..4 {
            let asked = app.person("ana").says("@Kairos price talk").await;
            app.answer(&asked);
        }
    })
    .await;
}
