//! "It does not answer three people in a row in the same channel with the same thing."

use crate::support::{
    app::{Setup, TestApp, each_app_with, hours, minutes},
    prompts::prompts,
};

fn four_hours(setup: Setup) -> Setup {
    let folder = prompts()
        .trigger("price-talk", "tip-1, tip-2", "cooldown_hours: 4")
        .trigger("angry-call", "tip-3", "cooldown_hours: 4")
        .folder();
    setup.prompts(folder).setting("CADENCE_BUDGET_PER_DAY", "50").setting("CADENCE_BUDGET_PER_WEEK", "50")
}

#[tokio::test]
async fn four_hours_in_this_channel_and_for_this_trigger() {
    each_app_with(four_hours, |app: TestApp| async move {
        let first = app.person("ana").says("price talk").in_channel("deals").await;
        app.advance(minutes(10)).await;
        app.answer(&first);
        let second = app.person("ben").says("price talk").in_channel("deals").await;
        let elsewhere = app.person("ben").says("price talk").in_channel("general").await;
        let other = app.person("chloe").says("angry call").in_channel("support").await;
        app.advance(minutes(10)).await;
        app.is_left_alone(&second);
        assert_eq!(app.stopped_by(&second), "Not too often");
        app.answer(&elsewhere);
        app.answer(&other);
        app.advance(hours(4)).await;
        let later = app.person("ben").says("price talk").in_channel("deals").await;
        app.advance(minutes(10)).await;
        app.answer(&later);
    })
    .await;
}

#[tokio::test]
async fn two_who_ask_at_the_same_time_count_as_well() {
    each_app_with(four_hours, |app: TestApp| async move {
        let ana = app.person("ana").says("is anybody good at the price talk?").await;
        let ben = app.person("ben").says("and who can help me with a price talk?").await;
        app.advance(minutes(10)).await;
        assert_eq!(app.answers(&ana).len() + app.answers(&ben).len(), 1);
    })
    .await;
}
