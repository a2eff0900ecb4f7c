//! "I can correct a typo without being answered twice."

use crate::support::app::{TestApp, each_app, hours, minutes};

#[tokio::test]
async fn a_question_that_is_corrected_gets_one_card() {
    each_app(|app: TestApp| async move {
        let question = app.person("ana").says("any line for a price objecton or price objection?").await;
        app.person("ana").edits(&question, "any line for a price objection?").await;
        app.advance(minutes(10)).await;
        app.answer(&question);
        app.person("ana").edits(&question, "any good line for a price objection?").await;
        app.advance(hours(72)).await;
        app.answer(&question);
    })
    .await;
}

#[tokio::test]
async fn not_even_when_it_was_put_to_kairos() {
    each_app(|app: TestApp| async move {
        let question = app.person("ana").says("@Kairos any line for a price objection?").await;
        app.answer(&question);
        app.person("ana").edits(&question, "@Kairos any good line for a price objection?").await;
        app.answer(&question);
        app.person("ana").edits(&question, "@Kairos how do I calm an angry customer?").await;
        assert_eq!(app.answers(&question).len(), 1, "another question is a new message");
    })
    .await;
}

#[tokio::test]
async fn one_that_becomes_another_need_while_it_waits_gets_the_card_for_that() {
    each_app(|app: TestApp| async move {
        let question = app.person("ana").says("any line for a price objection?").await;
        app.advance(minutes(2)).await;
        app.person("ana").edits(&question, "any line for an angry customer?").await;
        app.advance(hours(72)).await;
        let card = app.answer(&question);
        assert!(card.text().contains("You asked about: Helping an angry customer"), "{}", card.text());
    })
    .await;
}

#[tokio::test]
async fn one_that_becomes_small_talk_while_it_waits_gets_nothing() {
    each_app(|app: TestApp| async move {
        let question = app.person("ana").says("any line for a price objection?").await;
        app.advance(minutes(2)).await;
        app.person("ana").edits(&question, "never mind, lunch at one").await;
        app.advance(hours(72)).await;
        app.is_left_alone(&question);
    })
    .await;
}

#[tokio::test]
async fn a_question_that_was_not_understood_may_be_put_better() {
    each_app(|app: TestApp| async move {
        let question = app.person("ana").says("@Kairos the thing from before").await;
        assert!(app.answer(&question).card.title.contains("don’t have a card for that"));
        app.person("ana").edits(&question, "@Kairos any line for a price objection?").await;
        let cards = app.answers(&question);
        assert_eq!(cards.len(), 2);
        assert!(cards[1].text().contains("You asked about: Answering price objections"));
    })
    .await;
}
