//! "When a colleague answers, Kairos keeps out of it."

use crate::support::app::{Said, TestApp, each_app, hours, minutes};

const QUESTION: &str = "how do I answer when they say we're too expensive?";

async fn asked(app: &TestApp) -> Said {
    let question = app.person("ana").says(QUESTION).in_channel("deals").await;
    app.advance(minutes(3)).await;
    question
}

async fn nothing_comes(app: &TestApp, question: &Said) {
    app.advance(hours(48)).await;
    app.is_left_alone(question);
    assert_eq!(app.stopped_by(question), "Answered by people");
}

async fn it_comes(app: &TestApp, question: &Said) {
    app.advance(minutes(7)).await;
    app.answer(question);
}

#[tokio::test]
async fn a_reply_in_the_thread() {
    each_app(|app: TestApp| async move {
        let question = asked(&app).await;
        app.person("ben").replies_to(&question, "I'd ask what they compare it with").await;
        nothing_comes(&app, &question).await;
    })
    .await;
}

#[tokio::test]
async fn a_question_back_in_the_thread_is_care_too() {
    each_app(|app: TestApp| async move {
        let question = asked(&app).await;
        app.person("ben").replies_to(&question, "which deal is it?").await;
        nothing_comes(&app, &question).await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_beside_the_question() {
    each_app(|app: TestApp| async move {
        let question = asked(&app).await;
        app.person("chloe").says("ask them what they compare it with, worked for me").in_channel("deals").await;
        nothing_comes(&app, &question).await;
    })
    .await;
}

#[tokio::test]
async fn a_message_that_turns_to_the_asker() {
    each_app(|app: TestApp| async move {
        let question = asked(&app).await;
        app.person("chloe").says("Ana, I'll call you in a minute").in_channel("deals").await;
        nothing_comes(&app, &question).await;
    })
    .await;
}

#[tokio::test]
async fn a_reaction_that_takes_it_on() {
    each_app(|app: TestApp| async move {
        let question = asked(&app).await;
        app.person("dev").reacts_to(&question, "👀").await;
        nothing_comes(&app, &question).await;
    })
    .await;
}

#[tokio::test]
async fn the_asker_found_it() {
    each_app(|app: TestApp| async move {
        for words in ["nvm, found it", "Never mind!"] {
            let question = asked(&app).await;
            app.person("ana").says(words).in_channel("deals").await;
            nothing_comes(&app, &question).await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_question_is_taken_back() {
    each_app(|app: TestApp| async move {
        let question = asked(&app).await;
        app.person("ana").takes_back(&question).await;
        nothing_comes(&app, &question).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_no_answer_does_not_stop_the_card() {
    each_app(|app: TestApp| async move {
        let question = asked(&app).await;
        app.person("ana").replies_to(&question, "it is the Northwind deal by the way").await;
        app.person("ana").reacts_to(&question, "👀").await;
        app.person("ben").reacts_to(&question, "😂").await;
        app.person("ben").says("does anybody have the slides of Monday?").in_channel("deals").await;
        app.person("chloe").says("all good here").in_channel("support").await;
        app.person("chloe").says("lunch is ready in the kitchen").in_channel("deals").await;
        app.person("dev").says("the build is green again").in_channel("deals").await;
        it_comes(&app, &question).await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_comes_after_the_card_changes_nothing() {
    each_app(|app: TestApp| async move {
        let question = asked(&app).await;
        it_comes(&app, &question).await;
        app.person("ben").replies_to(&question, "and talk about worth").await;
        app.advance(hours(48)).await;
        app.answer(&question);
    })
    .await;
}
