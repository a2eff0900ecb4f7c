//! "When somebody sets the machine's clock back, I notice nothing of it."

use crate::support::app::{TestApp, each_app, hours, minutes};

const QUESTION: &str = "any line for a price objection?";

#[tokio::test]
async fn what_waits_is_neither_early_nor_lost() {
    each_app(|app: TestApp| async move {
        let question = app.person("ana").says(QUESTION).await;
        app.advance(minutes(5)).await;
        app.kairos.works.clock.set_back(hours(1));
        app.settle().await;
        app.advance(minutes(64)).await;
        app.is_left_alone(&question);
        app.advance(minutes(2)).await;
        app.answer(&question);
    })
    .await;
}

#[tokio::test]
async fn what_was_said_is_not_said_again_and_still_counts() {
    each_app(|app: TestApp| async move {
        let question = app.person("ana").says(QUESTION).await;
        app.advance(minutes(11)).await;
        app.answer(&question);
        app.kairos.works.clock.set_back(hours(1));
        app.settle().await;
        let another =
            app.person("ana").says("a customer is furious, how do I answer them?").in_channel("support").await;
        app.advance(hours(2)).await;
        app.answer(&question);
        app.is_left_alone(&another);
        assert_eq!(app.stopped_by(&another), "Daily limit");
        let asked = app.person("ana").says(&format!("@Kairos {QUESTION}")).await;
        app.answer(&asked);
        let bens = app.person("ben").says(QUESTION).in_channel("general").await;
        app.advance(minutes(11)).await;
        app.answer(&bens);
    })
    .await;
}

/// It is set back over the start of somebody's working hours.
#[tokio::test]
async fn quiet_hours_hold_by_the_clock_as_it_is() {
    each_app(|app: TestApp| async move {
        app.advance_to("2026-11-19T07:30:00Z").await;
        let question = app.person("ana").says(QUESTION).await;
        app.advance_to("2026-11-19T08:45:00Z").await;
        app.kairos.works.clock.set_back(hours(1));
        app.advance_to("2026-11-19T08:59:00Z").await;
        app.is_left_alone(&question);
        app.advance_to("2026-11-19T09:00:00Z").await;
        app.answer(&question);
    })
    .await;
}
