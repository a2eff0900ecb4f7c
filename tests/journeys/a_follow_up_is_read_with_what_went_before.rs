//! "I can go on from an answer, and I am met with what I type in a practice."

use crate::support::app::{TestApp, each_app, minutes};

const QUESTION: &str = "how do I answer when they say we're too expensive?";

#[tokio::test]
async fn in_private_what_goes_on_gets_another_card_of_the_same_topic() {
    each_app(|app: TestApp| async move {
        app.person("ana").writes_privately(QUESTION).await;
        let first = app.last_private("ana");
        app.advance(minutes(5)).await;
        app.person("ana").writes_privately("and do you have that as a picture?").await;
        let second = app.last_private("ana");
        assert_eq!(app.private_cards("ana").len(), 2);
        assert_ne!(second.card.title, first.card.title, "not the same one again");
        assert!(second.card.footer.contains("Answering price objections"), "{}", second.text());
        assert!(second.buttons().contains(&"Useful"), "with its taps: {:?}", second.buttons());
        app.advance(minutes(45)).await;
        app.person("ana").writes_privately("and what about that?").await;
        assert_eq!(app.last_private("ana").card.title, "I don’t have a card for that yet", "long ago by now");
    })
    .await;
}

#[tokio::test]
async fn in_the_thread_of_an_answer_its_asker_is_answered_at_once_and_nobody_else() {
    each_app(|app: TestApp| async move {
        let question = app.person("ana").says(QUESTION).await;
        app.advance(minutes(10)).await;
        let first = app.answer(&question);
        app.person("ben").replies_to(&question, "and how do you do that?").await;
        app.person("ana").replies_to(&question, "thanks, that's a start").await;
        assert_eq!(app.answers(&question).len(), 1, "what people say to each other is theirs");
        app.person("ana").replies_to(&question, "and what if they still say it's too much?").await;
        let cards = app.answers(&question);
        assert_eq!(cards.len(), 2, "at once");
        assert_ne!(cards[1].card.title, first.card.title);
    })
    .await;
}

#[tokio::test]
async fn what_is_typed_in_a_practice_is_met() {
    each_app(|app: TestApp| async move {
        app.person("ana").writes_privately(QUESTION).await;
        app.person("ana").taps("Practise this", &app.last_private("ana")).await;
        let first = app.last_private("ana");
        app.person("ana").writes_privately("qwertz uiop").await;
        let again = app.last_private("ana");
        assert_ne!(again.message, first.message);
        assert_eq!(again.card, first.card, "the choices again");
        let options = options_of(&first);
        app.person("ana").writes_privately(&options[1]).await;
        let proposed = app.last_private("ana");
        assert_eq!(proposed.card.title, "That is closest to B. Take it?");
        app.person("ana").taps("Take B", &proposed).await;
        let second = app.last_private("ana");
        assert_ne!(second.card, first.card, "it went on");
        app.person("ana").writes_privately("a").await;
        let third = app.last_private("ana");
        assert_ne!(third.card, second.card, "a letter is enough");
    })
    .await;
}

/// The options of a turn, whether they are listed by letter or stand on the buttons.
fn options_of(turn: &crate::support::app::Seen) -> Vec<String> {
    let text = turn.text();
    let listed: Vec<String> = text
        .lines()
        .filter_map(|line| line.split_once("  ").filter(|(sign, _)| sign.len() == 1))
        .map(|(_, text)| text.to_owned())
        .collect();
    if listed.is_empty() { turn.buttons().iter().map(ToString::to_string).collect() } else { listed }
}
