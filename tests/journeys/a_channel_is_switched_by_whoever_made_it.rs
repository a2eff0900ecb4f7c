//! "Whoever made the channel says what Kairos does there, and the channel is told."

use crate::support::app::{TestApp, each_app, minutes};

#[tokio::test]
async fn each_mode_is_set_by_whoever_may_and_told_to_the_channel() {
    each_app(|app: TestApp| async move {
        for (mode, does) in [("off", "I’m off here"), ("shadow", "watch silently"), ("live", "answer questions")] {
            app.person("dev").commands(&format!("here {mode}")).await;
            let told = app.cards("deals", "ana").pop().expect("the channel is told");
            assert_eq!(told.card.title, "What I do in this channel");
            assert!(told.text().contains(does) && told.only.is_none(), "{}", told.text());
            assert!(
                app.last_private("dev").text().contains("Set for deals, and announced there: “From now on I"),
                "{}",
                app.last_private("dev").text()
            );
            app.person("ana").commands("here").await;
            assert!(app.last_private("ana").text().contains(does), "{}", app.last_private("ana").text());
            let question = app.person("ana").says("any line for a price objection?").await;
            app.advance(minutes(10)).await;
            if mode == "live" { drop(app.answer(&question)) } else { app.is_left_alone(&question) }
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_else_may_and_a_word_it_does_not_know_changes_nothing() {
    each_app(|app: TestApp| async move {
        let before = app.cards("deals", "ana").len();
        app.person("ana").commands("here off").await;
        assert!(app.last_private("ana").text().contains("Only workspace admins and the channel’s creator"));
        app.person("dev").commands("here loud").await;
        assert!(app.last_private("dev").text().contains("live, shadow (watch only) or off"));
        assert_eq!(app.cards("deals", "ana").len(), before, "the channel is told nothing");
        assert!(app.store().channels().await.unwrap().is_empty());
    })
    .await;
}
