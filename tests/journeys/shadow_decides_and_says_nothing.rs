//! "In shadow I see what it would have done, and nobody else notices anything."

use kairos::library::Mode;
use playground::{Outcome, Room};

use super::off_channels_stay_silent::switch;
use crate::support::{
    app::{Setup, TestApp, each_app, each_app_with, minutes},
    prompts::prompts,
    tables::tables_with,
};

#[tokio::test]
async fn a_channel_in_shadow() {
    each_app(|app: TestApp| async move {
        switch(&app, Room::Deals, Mode::Shadow).await;
        let question = app.person("ana").says("any line for a price objection?").in_channel("deals").await;
        app.advance(minutes(10)).await;
        app.is_left_alone(&question);
        assert!(app.private_cards("ana").is_empty());
        let decided = app.decision(&question);
        assert_eq!(decided.outcome, Outcome::Silent);
        assert_eq!(decided.headline, "Would answer, but only watches here (shadow)");
        assert!(tables_with(app.url(), "shadow").await.contains(&"decisions".to_owned()), "it is recorded");
    })
    .await;
}

#[tokio::test]
async fn what_was_not_said_counts_against_nothing() {
    fn one_in_shadow(setup: Setup) -> Setup {
        setup.prompts(
            prompts().trigger("price-talk", "tip-1", "mode: shadow").trigger("angry-call", "tip-1", "").folder(),
        )
    }
    each_app_with(one_in_shadow, |app: TestApp| async move {
        let shadowed = app.person("ana").says("price talk").await;
        app.advance(minutes(10)).await;
        app.is_left_alone(&shadowed);
        let live = app.person("ana").says("angry call").await;
        app.advance(minutes(10)).await;
        app.answer(&live);
    })
    .await;
}
