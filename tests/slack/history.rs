//! A channel's past is read from Slack as slowly as it asks, and replayed as an export is.

use serde_json::{Value, json};

use super::{
    peer::Mode,
    stage::{ALICE, BOB, GENERAL, QUESTION, Stage},
    standin::Wrong,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_channels_past_is_read_with_its_threads_and_replayed() {
    let stage = Stage::open_with(Mode::Http, &[("KAIROS_CHANNELS_DEFAULT", "off")]).await;
    let answered = stage.says(ALICE, GENERAL, QUESTION).await;
    stage
        .posts(&json!({ "channel": GENERAL, "user": BOB, "text": "Ask them against what", "thread_ts": answered }))
        .await;
    stage.says(BOB, GENERAL, "how do I answer when they ask for a discount?").await;
    stage.standin.next("conversations.history", [Wrong::TooFast(1)]);
    stage.standin.next("conversations.replies", [Wrong::TooFast(1), Wrong::Status(503)]);
    let told = stage.house.command(&["slack", "history", GENERAL, "--into", "past"]);
    assert!(told.contains("3 messages of 1 days are in past") && told.contains("remove it"), "{told}");
    let told = stage.house.command(&["replay", "past", "--json"]);
    let lines: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.last().unwrap()["summary"]["messages"], 3, "{told}");
    let decided = told.lines().filter(|line| line.contains("too-expensive")).count();
    assert!(decided > 0, "the question is heard: {told}");
    // Once more adds nothing twice.
    stage.house.command(&["slack", "history", GENERAL, "--into", "past"]);
    let again = stage.house.command(&["replay", "past", "--json"]);
    assert_eq!(again.lines().last(), told.lines().last());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_kairos_is_not_in_is_said_so() {
    let stage = Stage::open(Mode::Http).await;
    stage.standin.next("conversations.history", [Wrong::Error("not_in_channel")]);
    let told = stage.house.command(&["slack", "history", GENERAL, "--into", "past"]);
    assert_eq!(told, "", "nothing was written");
    assert!(!stage.house.has("past"));
}
