//! Connections come and go; nothing is lost, nothing is said twice, and what Slack never sent leaves no trace.

use axum::http::StatusCode;
use serde_json::json;

use super::{
    checks::seen,
    peer::{Mode, client, until},
    stage::{ALICE, BOB, GENERAL, QUESTION, Stage},
};

/// How many cards with a rating stand in the channel.
async fn cards(stage: &Stage) -> usize {
    stage.said(GENERAL).await.iter().filter(|message| seen(message).contains("Useful")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_new_connection_is_up_before_the_old_one_goes() {
    let stage = Stage::open(Mode::Socket).await;
    let relay = stage.standin.relay();
    let before = relay.opened();
    relay.ask_to_go();
    until("two new connections, and the old ones gone", || async {
        (relay.opened() == before + 2 && relay.open() == 2).then_some(())
    })
    .await;
    assert!(relay.fewest_since() >= 2, "there were {} at a time", relay.fewest_since());
    stage.says(ALICE, GENERAL, QUESTION).await;
    stage.sees(GENERAL, "Useful").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_are_cut_come_back() {
    let stage = Stage::open(Mode::Socket).await;
    let before = stage.standin.relay().opened();
    stage.standin.relay().cut();
    until("two new connections", || async { (stage.standin.relay().opened() >= before + 2).then_some(()) }).await;
    stage.connected().await;
    stage.says(ALICE, GENERAL, QUESTION).await;
    stage.sees(GENERAL, "Useful").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_goes_away_and_comes_back() {
    for mode in [Mode::Socket, Mode::Http] {
        let mut stage = Stage::open(mode).await;
        stage.says(ALICE, GENERAL, QUESTION).await;
        stage.sees(GENERAL, "Useful").await;
        let before = stage.standin.relay().opened();
        stage.peer.restart().await;
        if mode == Mode::Socket {
            let back = || async { (stage.standin.relay().opened() >= before + 2).then_some(()) };
            until("two new connections", back).await;
        }
        stage.connected().await;
        // It counts its messages from one again; none may have the id of one from before.
        for _ in 0..3 {
            stage.says(BOB, "C02ELSEWHERE", "back again").await;
        }
        stage.says(ALICE, GENERAL, "<@U0BOT> how do I answer when they say we're too expensive?").await;
        stage.sees(GENERAL, "Useful").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kairos_is_killed_and_carries_on() {
    let mut stage = Stage::open(Mode::Http).await;
    stage.says(ALICE, GENERAL, QUESTION).await;
    until("the question has come", || async { (!stage.standin.posted().is_empty()).then_some(()) }).await;
    stage.house.kill_and_restart().await;
    stage.sees(GENERAL, "Useful").await;
    stage.house.kill_and_restart().await;
    stage.has_heard().await;
    assert_eq!(cards(&stage).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_repetitions_change_nothing() {
    let stage = Stage::open(Mode::Http).await;
    stage.says(ALICE, GENERAL, QUESTION).await;
    let card = stage.sees(GENERAL, "Useful").await;
    stage.presses(ALICE, &card, "Useful").await;
    stage.sees(GENERAL, "Thanks, good to know").await;
    let posted = stage.standin.posted();
    let calls = |method| stage.standin.calls(method).len();
    let before = (calls("chat.postMessage"), calls("chat.update"));
    for round in 0..500 {
        for one in &posted {
            let mut again = one.clone();
            again.headers.insert("x-slack-retry-num", (round % 3 + 1).into());
            again.headers.insert("x-slack-retry-reason", "http_timeout".parse().unwrap());
            assert_eq!(stage.standin.deliver(&again).await, StatusCode::OK);
        }
    }
    stage.has_heard().await;
    assert_eq!((calls("chat.postMessage"), calls("chat.update")), (before.0 + 1, before.1), "only the last question");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_slack_never_sent_is_refused_and_leaves_no_trace() {
    let stage = Stage::open(Mode::Http).await;
    stage.says(ALICE, GENERAL, "Morning, everybody!").await;
    let genuine = until("a request of Slack", || async { stage.standin.posted().into_iter().next() }).await;
    let words = "how do I answer when they say we're too expensive?";
    let text = String::from_utf8(genuine.body.to_vec()).unwrap();
    let with = |name: &'static str, value: &str| {
        let mut other = genuine.clone();
        other.headers.insert(name, value.parse().unwrap());
        other
    };
    let mut altered = genuine.clone();
    altered.body = text.replace("Morning, everybody!", words).into();
    let mut unsigned = genuine.clone();
    unsigned.headers.remove("x-slack-signature");
    let replayed = with("x-slack-request-timestamp", "1531420618");
    for forged in [altered, unsigned, replayed, with("x-slack-signature", "v0=00")] {
        for path in ["/slack/events", "/slack/interactions", "/slack/commands"] {
            let mut forged = forged.clone();
            path.clone_into(&mut forged.path);
            assert_eq!(stage.standin.deliver(&forged).await, StatusCode::UNAUTHORIZED);
        }
    }
    let mut huge = genuine.clone();
    huge.body = vec![b' '; 2 << 20].into();
    assert_eq!(stage.standin.deliver(&huge).await, StatusCode::PAYLOAD_TOO_LARGE);
    stage.has_heard().await;
    assert_eq!(cards(&stage).await, 0);
    assert!(!stage.house.log().contains("expensive") && !stage.house.log().contains("forged"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_people_write_and_no_token_is_logged() {
    let stage = Stage::open_with(Mode::Socket, &[("KAIROS_LOG_LEVEL", "debug")]).await;
    stage.says(ALICE, GENERAL, "<@U0BOT> the canary sings: how do I answer when they say we're too expensive?").await;
    stage.sees(GENERAL, "Useful").await;
    stage.commands(ALICE, GENERAL, "the canary sings again").await;
    stage.called("chat.postMessage", 2).await;
    let log = stage.house.log();
    for secret in ["canary", "xoxb-test", "xapp-test", "Alice", "too expensive"] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_verifies_the_address() {
    let stage = Stage::open(Mode::Http).await;
    // Unsigned, as anybody could ask it: only Slack gets an answer.
    let asked = json!({ "type": "url_verification", "challenge": "abc" });
    let url = stage.standin.events();
    let status = client().post(url).json(&asked).send().await.unwrap().status();
    assert_eq!(status.as_u16(), 401);
    let secs = stage.peer.now_ms().await / 1_000;
    let (status, said) = stage.standin.tell_and_hear(&asked, secs).await;
    assert_eq!((status.as_u16(), said.as_str()), (200, "abc"));
    let outdated = stage.standin.tell(&asked, secs - 400).await;
    assert_eq!(outdated.as_u16(), 401, "signed well, and too old");
}
