//! "When I turn to Kairos I get a card or a reason, at once, whatever the hour and however often."

use crate::support::app::{TestApp, each_app, minutes};

const QUESTION: &str = "how do I answer when they say we're too expensive?";

#[tokio::test]
async fn by_mention_in_private_and_by_command() {
    each_app(|app: TestApp| async move {
        let mentioned = app.person("ana").says(&format!("@Kairos {QUESTION}")).in_channel("general").await;
        let title = app.answer(&mentioned).card.title;
        app.person("ben").writes_privately(QUESTION).await;
        let private = app.last_private("ben");
        assert_eq!((private.card.title.as_str(), private.thread), (title.as_str(), None));
        app.person("chloe").commands(QUESTION).await;
        assert_eq!(app.last_private("chloe").card.title, title, "a command is answered in private");
        assert_eq!(app.cards("deals", "chloe").len(), 0);
    })
    .await;
}

#[tokio::test]
async fn inside_a_thread_it_answers_in_that_thread() {
    each_app(|app: TestApp| async move {
        let opening = app.person("ben").says("The Northwind call was hard.").await;
        app.person("ana").replies_to(&opening, &format!("@kairos {QUESTION}")).await;
        assert_eq!(app.answers(&opening).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_greeting_is_told_what_there_is() {
    each_app(|app: TestApp| async move {
        for text in ["hi", "Hello Kairos", "help", "what can you do?"] {
            app.person("ana").writes_privately(text).await;
            assert_eq!(app.last_private("ana").card.title, "Ask me in your own words", "{text}");
        }
        let mentioned = app.person("ben").says("@Kairos").await;
        let card = app.answer(&mentioned);
        assert!(card.text().contains("Answering price objections"), "{}", card.text());
        app.person("chloe").commands("help").await;
        assert_eq!(app.last_private("chloe").card.title, "Ask me in your own words");
    })
    .await;
}

#[tokio::test]
async fn where_nothing_is_good_it_says_so() {
    each_app(|app: TestApp| async move {
        let texts = [
            "what is the boiling point of tungsten?",
            "🙂",
            "!!!",
            &"lorem ipsum dolor ".repeat(400),
            "\u{202e}\u{0}x",
        ];
        for text in texts {
            app.person("ana").writes_privately(text).await;
            assert_eq!(app.last_private("ana").card.title, expected(text), "{text}");
        }
        assert_eq!(app.private_cards("ana").len(), texts.len());
    })
    .await;
}

/// A text without a word in it is a greeting: there is nothing to have an answer on.
fn expected(text: &str) -> &'static str {
    if text.chars().any(char::is_alphanumeric) {
        "I don’t have a card for that yet"
    } else {
        "Ask me in your own words"
    }
}

#[tokio::test]
async fn the_nearest_card_of_a_reason_can_be_opened() {
    each_app(|app: TestApp| async move {
        app.person("ana").writes_privately("prices of flights").await;
        let card = app.last_private("ana");
        if let Some(first) = card.buttons().first().map(ToString::to_string) {
            app.person("ana").taps(&first, &card).await;
            assert_eq!(app.last_private("ana").card.title, first);
        }
    })
    .await;
}

#[tokio::test]
async fn no_rule_for_the_unasked_stands_in_the_way() {
    each_app(|app: TestApp| async move {
        app.person("ana").commands("snooze").await;
        for _ in 0..3 {
            let asked = app.person("ana").says(&format!("@Kairos {QUESTION}")).await;
            app.answer(&asked);
        }
        app.advance_to("2026-11-21T03:00:00Z").await;
        let at_night = app.person("ana").says(&format!("@Kairos {QUESTION}")).await;
        app.answer(&at_night);
    })
    .await;
}

/// It was not asked to, so that nobody who happens to write in a channel is talked at.
#[tokio::test]
async fn a_reason_is_for_those_who_asked() {
    each_app(|app: TestApp| async move {
        let overheard = app.person("ana").says("what is the boiling point of tungsten?").await;
        app.advance(minutes(60)).await;
        app.is_left_alone(&overheard);
    })
    .await;
}
