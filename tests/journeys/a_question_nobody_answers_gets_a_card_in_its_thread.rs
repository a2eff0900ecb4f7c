//! "When nobody answers my question for ten minutes, I get a card in its thread, and not before."

use crate::support::app::{Setup, TestApp, each_app, each_app_with, hours, minutes};

const QUESTION: &str = "how do I answer when they say we're too expensive?";

#[tokio::test]
async fn the_card_comes_after_ten_minutes_and_not_before() {
    each_app(|app: TestApp| async move {
        let question = app.person("ana").says(QUESTION).in_channel("deals").await;
        app.is_left_alone(&question);
        app.advance(minutes(9)).await;
        app.is_left_alone(&question);
        app.advance(minutes(1)).await;
        let card = app.answer(&question);
        assert!(card.text().contains("You asked about: Answering price objections"), "{}", card.text());
        for button in ["Useful", "Not for me", "I know this", "Practise this", "Why this?"] {
            assert!(card.buttons().contains(&button), "{:?}", card.buttons());
        }
        app.advance(hours(48)).await;
        assert_eq!(app.answers(&question).len(), 1, "one question, one card");
    })
    .await;
}

#[tokio::test]
async fn everybody_in_the_channel_reads_it_and_nobody_is_written_to_in_private() {
    each_app(|app: TestApp| async move {
        let question = app.person("ana").says(QUESTION).in_channel("deals").await;
        app.advance(minutes(10)).await;
        assert_eq!(app.answer(&question).only, None);
        assert_eq!(app.cards("deals", "ben").len(), 1);
        assert_eq!(app.private_cards("ana").len(), 0);
    })
    .await;
}

#[tokio::test]
async fn small_talk_gets_nothing() {
    each_app(|app: TestApp| async move {
        let mut said = Vec::new();
        for text in [
            "Morning all!",
            "anyone up for lunch?",
            "thanks, that worked",
            "🎉🎉",
            "?",
            "the flights are too expensive",
        ] {
            said.push(app.person("ben").says(text).in_channel("general").await);
        }
        app.advance(hours(24)).await;
        for said in &said {
            app.is_left_alone(said);
        }
    })
    .await;
}

#[tokio::test]
async fn a_question_inside_a_thread_is_answered_in_that_thread() {
    each_app(|app: TestApp| async move {
        let opening = app.person("ben").says("Notes from the Northwind call are up.").await;
        app.person("ana").replies_to(&opening, QUESTION).await;
        app.advance(minutes(10)).await;
        assert_eq!(app.answers(&opening).len(), 1);
    })
    .await;
}

/// After an hour without Kairos a question and its answer stood in the inbox together: the card came before the answer
/// had been read.
#[tokio::test]
async fn a_question_that_was_read_late_is_not_answered_before_what_stands_behind_it_is_read() {
    fn longer(setup: Setup) -> Setup {
        setup.setting("CADENCE_GRACE_MINUTES", "10")
    }
    each_app_with(longer, |app: TestApp| async move {
        let said = |id: u32, by: &str, thread: &str, text: &str, at: i64| {
            format!(
                r#"{{"id":"playground:x-{id}","at":{at},"place":{{"platform":"playground","workspace":"playground","channel":"deals"{thread},"privacy":"shared"}},"by":{{"platform":"playground","workspace":"playground","user":"{by}"}},"what":{{"kind":"message","id":"x-{id}","text":"{text}"}}}}"#
            )
        };
        let hour_ago = app.now().as_ms() - 3_600_000;
        for n in 0..40 {
            app.receives(&said(100 + n, "dev", "", "just talk", hour_ago)).await;
        }
        app.receives(&said(200, "ana", "", QUESTION, hour_ago)).await;
        app.receives(&said(201, "ben", r#","thread":"x-200""#, "ask what they compare it with", hour_ago + 60_000)).await;
        app.advance(hours(1)).await;
        assert_eq!(app.cards("deals", "ana").len(), 0);
    })
    .await;
}
