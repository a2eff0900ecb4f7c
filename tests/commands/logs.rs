//! "Whatever level is asked for, no log line holds what people write, who they are, or what opens a door."

use std::time::Duration;

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::any,
};
use kairos::clock::Clock;
use ring::hmac;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::mpsc};

use crate::support::program::Serving;

/// Everything at once, and each library by its name: what is asked for beats what is usual.
pub(crate) const EVERYTHING: &str = "trace,hyper=trace,hyper_util=trace,h2=trace,reqwest=trace,rustls=trace,sqlx=trace,tower=trace,\
     tower_http=trace,tungstenite=trace,tokio_tungstenite=trace,slack_morphism=trace,serenity=trace,kairos=trace";

const TOKEN: &str = "xoxb-canary-token";
const SECRET: &str = "canary-signing-secret";
const NAME: &str = "Zebulonia";
const TEXT: &str = "how do I answer the quetzal when they say we're too expensive?";

/// As much of Slack's Web API as an answer needs; every method that was called is told.
async fn slack() -> (String, mpsc::UnboundedReceiver<String>) {
    let (called, calls) = mpsc::unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = format!("http://{}/api", listener.local_addr().unwrap());
    let app = Router::new().route("/api/{method}", any(answer)).with_state(called);
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (api, calls)
}

async fn answer(State(called): State<mpsc::UnboundedSender<String>>, Path(method): Path<String>) -> Json<Value> {
    let answer = match method.as_str() {
        "users.info" => json!({ "ok": true, "user": { "id": "U1", "name": NAME, "tz": "UTC",
            "profile": { "real_name": NAME, "email": "zebulonia@example.com" } } }),
        "conversations.info" => json!({ "ok": true, "channel": { "id": "C1", "name": "somewhere", "creator": "U1" } }),
        "conversations.open" => json!({ "ok": true, "channel": { "id": "D1" } }),
        "auth.test" => json!({ "ok": true, "team_id": "T1", "team": "House", "user_id": "U0BOT", "user": "kairos",
            "bot_id": "B0BOT", "url": "https://house.example/" }),
        "chat.postMessage" => json!({ "ok": true, "channel": "C1", "ts": "1800000000.000001" }),
        _ => json!({ "ok": true, "messages": [], "has_more": false }),
    };
    // Whoever counted may have gone.
    let _ = called.send(method);
    Json(answer)
}

/// Sends something as Slack does, signed.
async fn offers(door: &str, path: &str, kind: &str, body: String) {
    // It fails only when one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let now = Clock::system().now().as_ms() / 1_000;
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let signed = hmac::sign(&key, format!("v0:{now}:{body}").as_bytes());
    let signature = signed.as_ref().iter().fold("v0=".to_owned(), |text, byte| format!("{text}{byte:02x}"));
    let sent = reqwest::Client::new()
        .post(format!("{door}{path}"))
        .header("content-type", kind)
        .header("x-slack-request-timestamp", now.to_string())
        .header("x-slack-signature", signature)
        .body(body);
    let answer = sent.send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_comes_from_slack_is_logged() {
    let (api, mut calls) = slack().await;
    let folder = TempDir::new().unwrap();
    let serving = Serving::start(
        folder.path(),
        &[
            ("KAIROS_LOG_LEVEL", EVERYTHING),
            ("KAIROS_LOG_FORMAT", "json"),
            ("KAIROS_SLACK_API_URL", &api),
            ("KAIROS_SLACK_BOT_TOKEN", TOKEN),
            ("KAIROS_SLACK_SIGNING_SECRET", SECRET),
            ("KAIROS_CHANNELS_DEFAULT", "live"),
            ("KAIROS_PLAYGROUND_ENABLED", "on"),
        ],
    );
    let door = format!("http://{}", serving.address.unwrap());
    let body = json!({
        "type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": "Ev1",
        "authorizations": [{ "team_id": "T1", "user_id": "U0BOT", "is_bot": true }],
        "event": { "type": "app_mention", "channel": "C1", "user": "U1", "ts": "1790000000.000001",
            "text": format!("<@U0BOT> {TEXT}") },
    });
    offers(&door, "/slack/events", "application/json", body.to_string()).await;
    let command = "command=%2Fkairos&text=the+quetzal&team_id=T1&channel_id=C1&channel_name=x&user_id=U1\
         &user_name=Zebulonia&trigger_id=1.2.canarytrigger&response_url=https%3A%2F%2Fhooks.example%2Fcanary-reply";
    offers(&door, "/slack/commands", "application/x-www-form-urlencoded", command.to_owned()).await;
    // What can't be read is told as such, and without its words.
    let odd = json!({ "type": "event_callback", "team_id": "T1", "event_id": "Ev2",
        "event": { "type": "message", "channel": "C1", "user": "U1", "ts": "quetzal", "text": TEXT } });
    offers(&door, "/slack/events", "application/json", odd.to_string()).await;
    let mut posted = 0;
    while posted < 2 {
        let call = tokio::time::timeout(Duration::from_secs(30), calls.recv()).await.expect("an answer").unwrap();
        posted += u32::from(call.starts_with("chat.post"));
    }
    let (ended, log) = serving.stop();
    assert!(ended.success());
    assert!(log.lines().any(|line| line.contains("\"DEBUG\"")), "there is much of it");
    holds_nothing(&log);
}

/// No line holds a canary.
pub(crate) fn holds_nothing(log: &str) {
    for secret in ["quetzal", "canary", "Zebulonia", "zebulonia", "too expensive"] {
        let telling: Vec<_> = log.lines().filter(|line| line.contains(secret)).collect();
        assert!(telling.is_empty(), "{secret:?} is logged: {telling:#?}");
    }
}
