//! The least that a bot can do in this language: a signature, a loop over the triggers, an answer in the thread; and, where
//! a file is named, a durable commit before the acknowledgement.

use std::sync::Arc;

use anyhow::Result;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

/// What makes the bench be this instead.
pub(crate) const ARGUMENT: &str = "--bare";

struct Bare {
    triggers: Vec<String>,
    http: reqwest::Client,
    api: String,
    kept: Option<SqlitePool>,
}

/// Runs it: `PORT API_URL TRIGGERS FILE`.
#[expect(clippy::needless_pass_by_value, reason = "the arguments are its own")]
pub(crate) fn run(args: Vec<String>) -> Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(async {
        let kept = if args[3].is_empty() { None } else { Some(open(&args[3]).await?) };
        let triggers = (0..args[2].parse()?).map(|n: usize| format!("topic {n:05}")).collect();
        let bare = Arc::new(Bare { triggers, http: reqwest::Client::new(), api: args[1].clone(), kept });
        let app = Router::new().route("/slack/events", post(hear)).with_state(bare);
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", args[0].parse()?)).await?;
        Ok(axum::serve(listener, app).await?)
    })
}

async fn open(file: &str) -> Result<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    sqlx::query("CREATE TABLE arrivals (id TEXT PRIMARY KEY, raw TEXT NOT NULL)").execute(&pool).await?;
    Ok(pool)
}

async fn hear(State(bare): State<Arc<Bare>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(b"bench") else { return StatusCode::INTERNAL_SERVER_ERROR };
    mac.update(format!("v0:{}:", header("x-slack-request-timestamp")).as_bytes());
    mac.update(&body);
    let signature: String =
        mac.finalize().into_bytes().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    if header("x-slack-signature").trim_start_matches("v0=") != signature {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(told) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST };
    if let Some(pool) = &bare.kept {
        let sql = "INSERT INTO arrivals (id, raw) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let raw = String::from_utf8_lossy(&body).into_owned();
        if sqlx::query(sql).bind(told["event_id"].as_str()).bind(raw).execute(pool).await.is_err() {
            return StatusCode::SERVICE_UNAVAILABLE;
        }
    }
    tokio::spawn(answer(bare, told));
    StatusCode::OK
}

async fn answer(bare: Arc<Bare>, told: Value) {
    let event = &told["event"];
    let text = event["text"].as_str().unwrap_or_default();
    if let Some(trigger) = bare.triggers.iter().find(|trigger| text.contains(trigger.as_str())) {
        let body = json!({ "channel": event["channel"], "thread_ts": event["ts"], "text": trigger });
        let url = format!("{}/chat.postMessage", bare.api);
        // Whoever counts what was posted sees what is missing.
        let _ = bare.http.post(url).bearer_auth("xoxb-bench").json(&body).send().await;
    }
}
