//! Slack says "too fast", fails, or never answers; what was promised arrives once all the same.

use super::{
    checks::seen,
    peer::Mode,
    stage::{ALICE, BOB, GENERAL, QUESTION, Stage},
    standin::Wrong,
};

async fn answers(stage: &Stage) -> usize {
    stage.said(GENERAL).await.iter().filter(|message| seen(message).contains("Useful")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn too_fast_is_waited_for_and_nothing_is_lost() {
    let stage = Stage::open(Mode::Http).await;
    stage.standin.next("chat.postMessage", [Wrong::TooFast(1), Wrong::TooFast(4)]);
    stage.says(ALICE, GENERAL, QUESTION).await;
    stage.sees(GENERAL, "Useful").await;
    assert_eq!(stage.standin.calls("chat.postMessage").len(), 3);
    assert_eq!(answers(&stage).await, 1);
}

/// The wait stands in the delivery's row: who starts anew keeps to it.
#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_slack_asked_for_outlives_a_restart() {
    let mut stage = Stage::open(Mode::Http).await;
    stage.standin.next("chat.postMessage", [Wrong::TooFast(8)]);
    stage.says(ALICE, GENERAL, QUESTION).await;
    stage.called("chat.postMessage", 1).await;
    let asked_at = stage.peer.now_ms().await;
    // The row is written right after the answer; the kill comes once it is.
    stage.refused_for_now().await;
    stage.house.kill_and_restart().await;
    stage.sees(GENERAL, "Useful").await;
    let waited_ms = stage.peer.now_ms().await - asked_at;
    assert!(waited_ms >= 7_500, "called again after {waited_ms} ms, and Slack asked for 8 s");
    assert_eq!(stage.standin.calls("chat.postMessage").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_slack_could_not_do_is_tried_again() {
    let stage = Stage::open(Mode::Http).await;
    stage.standin.next("chat.postMessage", [Wrong::Status(503), Wrong::Error("service_unavailable")]);
    stage.standin.next("users.info", [Wrong::Status(500), Wrong::Status(502)]);
    stage.says(ALICE, GENERAL, QUESTION).await;
    stage.sees(GENERAL, "Useful").await;
    assert_eq!(answers(&stage).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_came_is_looked_up_and_not_repeated() {
    let stage = Stage::open(Mode::Http).await;
    stage.standin.next("chat.postMessage", [Wrong::AnswerLost]);
    stage.says(ALICE, GENERAL, QUESTION).await;
    stage.sees(GENERAL, "Useful").await;
    stage.called("conversations.replies", 1).await;
    assert_eq!(stage.standin.calls("chat.postMessage").len(), 1, "it was there");
    let card = stage.sees(GENERAL, "Useful").await;
    stage.presses(ALICE, &card, "Useful").await;
    stage.sees(GENERAL, "Thanks, good to know").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_came_is_looked_up_after_a_kill_too() {
    let mut stage = Stage::open(Mode::Http).await;
    stage.standin.next("chat.postMessage", [Wrong::AnswerLost]);
    stage.says(ALICE, GENERAL, QUESTION).await;
    stage.sees(GENERAL, "Useful").await;
    stage.house.kill_and_restart().await;
    stage.called("conversations.replies", 1).await;
    stage.has_heard().await;
    assert_eq!(answers(&stage).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_that_may_have_been_none_is_looked_up_and_then_repeated() {
    let stage = Stage::open(Mode::Http).await;
    stage.standin.next("chat.postMessage", [Wrong::Status(500)]);
    stage.says(ALICE, GENERAL, QUESTION).await;
    stage.sees(GENERAL, "Useful").await;
    assert_eq!(stage.standin.calls("conversations.replies").len(), 1, "first it looked, and once is enough");
    assert_eq!(answers(&stage).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_for_good_is_not_tried_again_and_stands_in_nobodys_way() {
    let stage = Stage::open(Mode::Http).await;
    stage.standin.next("chat.postMessage", [Wrong::Error("is_archived")]);
    stage.says(ALICE, GENERAL, QUESTION).await;
    stage.called("chat.postMessage", 1).await;
    stage.says(BOB, GENERAL, "<@U0BOT> how do I answer when they say we're too expensive?").await;
    stage.sees(GENERAL, "Useful").await;
    assert_eq!(answers(&stage).await, 1);
    assert!(stage.house.log().contains("is_archived"), "an operator can see it");
}
