//! "I may ask as I think, in three short messages, and am answered once."

use std::time::Duration;

use crate::support::app::{Said, TestApp, each_app, hours, minutes};

/// Writes each after the other, some seconds apart.
async fn says_all(app: &TestApp, who: &str, texts: &[&str]) -> Vec<Said> {
    let mut said = Vec::new();
    for text in texts {
        said.push(app.person(who).says(text).await);
        app.advance(Duration::from_secs(20)).await;
    }
    said
}

fn count(app: &TestApp, said: &[Said]) -> usize {
    said.iter().map(|said| app.answers(said).len()).sum()
}

#[tokio::test]
async fn what_no_part_says_alone_is_heard_in_all_of_them() {
    each_app(|app: TestApp| async move {
        let said = says_all(&app, "ana", &SPLIT).await;
        app.advance(hours(72)).await;
        let card = app.answer(said.last().unwrap());
        assert!(card.text().contains("You asked about: Answering price objections"), "{}", card.text());
        assert_eq!(count(&app, &said), 1);
    })
    .await;
}

const SPLIT: [&str; 2] = ["the buyer called again", "too expensive?"];

#[tokio::test]
async fn what_is_said_minutes_apart_or_by_two_people_is_not_one() {
    each_app(|app: TestApp| async move {
        let first = app.person("ana").says(SPLIT[0]).await;
        app.advance(minutes(3)).await;
        let second = app.person("ana").says(SPLIT[1]).await;
        app.advance(minutes(30)).await;
        let third = app.person("ana").says(SPLIT[0]).await;
        let fourth = app.person("ben").says(SPLIT[1]).await;
        app.advance(hours(72)).await;
        for said in [first, second, third, fourth] {
            app.is_left_alone(&said);
        }
    })
    .await;
}

#[tokio::test]
async fn parts_that_were_each_heard_get_one_card_though_nothing_rests() {
    each_app(|app: TestApp| async move {
        let parts = [
            "how do I answer when they say we're too expensive?",
            "the buyer says our quote is over budget, what do I say?",
            "any tips?",
        ];
        let said = says_all(&app, "ana", &parts).await;
        assert_eq!(app.stopped_by(&said[1]), "Match");
        app.advance(hours(72)).await;
        app.answer(&said[0]);
        assert_eq!(count(&app, &said), 1);
    })
    .await;
}

#[tokio::test]
async fn in_private_the_second_part_is_told_where_the_answer_stands() {
    each_app(|app: TestApp| async move {
        let ana = app.person("ana");
        ana.writes_privately("how do I answer when they say we're too expensive?").await;
        let card = app.last_private("ana");
        assert!(card.text().contains("Answering price objections"), "{}", card.text());
        ana.writes_privately("any tips?").await;
        assert!(app.last_private("ana").card.title.starts_with("That sounded like the same question"));
        app.advance(minutes(3)).await;
        ana.writes_privately("how do I answer when they say we're too expensive?").await;
        assert!(app.last_private("ana").text().contains("Answering price objections"), "later it is a new question");
    })
    .await;
}

#[tokio::test]
async fn whoever_turns_to_kairos_after_thinking_aloud_is_answered_at_once_and_only_once() {
    each_app(|app: TestApp| async move {
        let said = says_all(
            &app,
            "ana",
            &["the buyer says our quote is over budget", "@Kairos what do I say to the buyer about the price?"],
        )
        .await;
        app.answer(&said[1]);
        app.advance(hours(72)).await;
        assert_eq!(count(&app, &said), 1);
    })
    .await;
}

#[tokio::test]
async fn an_edit_of_one_part_brings_no_second_card() {
    each_app(|app: TestApp| async move {
        let said = says_all(&app, "ana", &SPLIT).await;
        app.person("ana").edits(&said[0], "the buyer says our quote is over budget, what do I say?").await;
        app.advance(hours(72)).await;
        assert_eq!(count(&app, &said), 1);
    })
    .await;
}

#[tokio::test]
async fn a_follow_up_in_a_thread_is_read_with_its_opening() {
    each_app(|app: TestApp| async move {
        let opening = app.person("ana").says(SPLIT[0]).await;
        app.advance(minutes(20)).await;
        let follow_up = app.person("ana").replies_to(&opening, SPLIT[1]).await;
        app.advance(hours(72)).await;
        let card = app.answer(&opening);
        assert!(card.text().contains("You asked about: Answering price objections"), "{}", card.text());
        assert_eq!(app.decisions(&follow_up).len(), 2, "held, then said");
    })
    .await;
}

#[tokio::test]
async fn an_opening_of_yesterday_is_asked_of_the_platform() {
    each_app(|app: TestApp| async move {
        let opening = app.person("ana").says(SPLIT[0]).await;
        app.advance(hours(24)).await;
        app.person("ana").replies_to(&opening, SPLIT[1]).await;
        app.advance(hours(72)).await;
        app.answer(&opening);
    })
    .await;
}

#[tokio::test]
async fn what_others_say_in_a_thread_is_no_need_of_theirs() {
    each_app(|app: TestApp| async move {
        let opening = app.person("ana").says(SPLIT[0]).await;
        app.person("ben").replies_to(&opening, "too high").await;
        app.advance(hours(72)).await;
        app.is_left_alone(&opening);
    })
    .await;
}
