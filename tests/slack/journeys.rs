//! What people do with Kairos in Slack.

use serde_json::json;

use super::{
    checks::seen,
    peer::Mode,
    stage::{ALICE, BOB, GENERAL, QUESTION, Stage},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_nobody_answers_gets_a_card_in_its_thread() {
    for mode in [Mode::Socket, Mode::Http] {
        let stage = Stage::open(mode).await;
        let question = stage.says(ALICE, GENERAL, QUESTION).await;
        let card = stage.sees(GENERAL, "Useful").await;
        assert_eq!(card["thread_ts"], json!(question), "in the thread, {mode:?}");
        stage.has_heard().await;
        let cards = stage.said(GENERAL).await.iter().filter(|message| seen(message).contains("Useful")).count();
        assert_eq!(cards, 1, "once, although every connection heard it, {mode:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_tapped_changes_the_card_where_it_stands() {
    let stage = Stage::open(Mode::Socket).await;
    stage.says(ALICE, GENERAL, QUESTION).await;
    let card = stage.sees(GENERAL, "Useful").await;
    stage.presses(ALICE, &card, "Useful").await;
    let rated = stage.sees(GENERAL, "Noted: useful").await;
    assert_eq!(rated["ts"], card["ts"]);
    assert!(!seen(&rated).contains("Not for me"), "nobody rates twice: {}", seen(&rated));
    stage.presses(ALICE, &rated, "Quiet for a week").await;
    stage.sees(GENERAL, "Quiet for a week:").await;
    let _ = BOB;
}
