//! What may be tried out beside the chat.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    response::Json,
    routing::post,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Body, Here, Refused, done, read};
use crate::{Fault, Host, LONGEST_TEXT, Playground, experiments::LARGEST_EXPORT};

pub(super) fn router() -> Router<Arc<Playground>> {
    Router::new()
        .route("/playground/hear", post(hear))
        .route("/playground/limits", post(limits))
        .route("/playground/numbers", post(numbers))
        .route("/playground/number", post(number))
}

pub(super) fn export_router() -> Router<Arc<Playground>> {
    Router::new().route("/playground/export", post(export)).layer(DefaultBodyLimit::max(LARGEST_EXPORT))
}

#[derive(Deserialize)]
struct Hear {
    text: String,
}

#[derive(Deserialize)]
struct Limits {
    loose: bool,
}

#[derive(Deserialize)]
struct Number {
    events: u32,
}

fn missing() -> Fault {
    Fault::Unknown("experiment")
}

async fn hear(State(here): Here, body: Body) -> Result<Json<Value>, Refused> {
    let Hear { text } = read(body)?;
    let found = text.chars().count();
    if found > LONGEST_TEXT {
        return Err(Fault::TooLong { found, limit: LONGEST_TEXT }.into());
    }
    let host = Arc::clone(here.host()?);
    let topics = tokio::task::spawn_blocking(move || Some(host.experiments()?.hear(&text))).await;
    let topics = topics.map_err(|_| Fault::Busy)?.ok_or_else(missing)?;
    Ok(Json(json!({ "topics": topics })))
}

async fn limits(State(here): Here, body: Body) -> Result<Json<Value>, Refused> {
    let Limits { loose } = read(body)?;
    here.loosen_limits(loose).await?;
    Ok(done())
}

async fn numbers(State(here): Here) -> Result<Json<Value>, Refused> {
    let host: Arc<dyn Host> = Arc::clone(here.host()?);
    let numbers = host.experiments().ok_or_else(missing)?.numbers().await.map_err(Fault::Failed)?;
    Ok(Json(json!({ "numbers": numbers })))
}

async fn number(State(here): Here, body: Body) -> Result<Json<Value>, Refused> {
    let Number { events } = read(body)?;
    let host: Arc<dyn Host> = Arc::clone(here.host()?);
    host.experiments().ok_or_else(missing)?.send_number(events).await.map_err(Fault::Failed)?;
    Ok(done())
}

async fn export(State(here): Here, body: Body) -> Result<Json<Value>, Refused> {
    let bytes = body.map_err(|rejection| {
        Refused(rejection.status(), "an export of up to 64 MB is read here; `kairos replay` reads any".to_owned())
    })?;
    let host: Arc<dyn Host> = Arc::clone(here.host()?);
    let rehearsed = host.experiments().ok_or_else(missing)?.rehearse(bytes.to_vec()).await.map_err(Fault::Failed)?;
    Ok(Json(json!(rehearsed)))
}
