//! "Outside my working hours nothing reaches me that I did not ask for."

use crate::support::app::{Setup, TestApp, each_app, each_app_with, hours, instant};

const QUESTION: &str = "how do I answer when they say we're too expensive?";

fn in_the_evening(setup: Setup) -> Setup {
    setup.starting_at("2026-11-18T19:00:00Z")
}

#[tokio::test]
async fn a_card_waits_until_nine_in_the_persons_own_morning() {
    // Nine in the morning, for each in their own zone.
    each_app_with(in_the_evening, |app: TestApp| async move {
        let ana = app.person("ana").says(QUESTION).in_channel("deals").await;
        let ben = app.person("ben").says("stuck with an angry customer, any tips?").in_channel("support").await;
        let dev = app
            .person("dev")
            .says("how do I delegate this without it coming back half finished?")
            .in_channel("team-leads")
            .await;
        app.advance_to("2026-11-19T03:29:59Z").await;
        for said in [&ana, &ben, &dev] {
            app.is_left_alone(said);
        }
        app.advance_to("2026-11-19T03:30:00Z").await;
        app.answer(&dev);
        app.advance_to("2026-11-19T07:59:59Z").await;
        app.is_left_alone(&ben);
        app.advance_to("2026-11-19T08:00:00Z").await;
        app.answer(&ben);
        app.is_left_alone(&ana);
        app.advance_to("2026-11-19T09:00:00Z").await;
        app.answer(&ana);
    })
    .await;
}

#[tokio::test]
async fn what_was_answered_overnight_does_not_come_in_the_morning() {
    each_app_with(in_the_evening, |app: TestApp| async move {
        let question = app.person("ana").says(QUESTION).in_channel("deals").await;
        app.advance(hours(2)).await;
        app.person("dev").replies_to(&question, "ask what they compare it with").await;
        app.advance_to("2026-11-20T12:00:00Z").await;
        app.is_left_alone(&question);
    })
    .await;
}

#[tokio::test]
async fn what_is_true_is_looked_up_again_in_the_morning() {
    each_app_with(in_the_evening, |app: TestApp| async move {
        let question = app.person("ana").says(QUESTION).in_channel("deals").await;
        app.advance(hours(2)).await;
        app.person("ana").commands("snooze").await;
        app.advance_to("2026-11-20T12:00:00Z").await;
        app.is_left_alone(&question);
        assert_eq!(app.stopped_by(&question), "Personal settings");
    })
    .await;
}

#[tokio::test]
async fn over_a_week_end_it_waits_until_monday() {
    fn on_friday(setup: Setup) -> Setup {
        setup.starting_at("2026-11-20T17:25:00Z")
    }
    each_app_with(on_friday, |app: TestApp| async move {
        let question = app.person("ana").says(QUESTION).in_channel("deals").await;
        app.advance_to("2026-11-23T08:59:00Z").await;
        app.is_left_alone(&question);
        let note = app.decision(&question);
        assert_eq!(
            (note.headline.as_str(), note.until),
            ("Waiting for working hours", Some(instant("2026-11-23T09:00:00Z")))
        );
        app.advance_to("2026-11-23T09:00:00Z").await;
        app.answer(&question);
    })
    .await;
}

#[tokio::test]
async fn whoever_asks_kairos_is_answered_at_any_hour() {
    each_app(|app: TestApp| async move {
        app.advance_to("2026-11-21T02:00:00Z").await;
        let question = app.person("ana").says("@Kairos how do I answer when they say we're too expensive?").await;
        app.answer(&question);
    })
    .await;
}
