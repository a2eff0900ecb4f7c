//! The page and what it asks: thin over [`Playground`]'s own methods.
//!
//! Invariants
//! - Every answer to a person is JSON; a refusal says why in `error`.
//! - Every request passes the guard: loopback names only, posts from our own page only.
//! - A body has at most 64 kB; an export has its own limit.

mod experiments;
mod files;
mod guard;
mod stream;
mod view;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Query, State, rejection::BytesRejection},
    http::{StatusCode, header},
    middleware,
    response::{IntoResponse, Json, Response},
    routing::{get, post},
};
use chat::{ChoiceId, FormId, MessageId, Timestamp};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{Fault, Person, Playground, Room};

const MOST_BYTES: usize = 64 * 1024;

type Here = State<Arc<Playground>>;
type Body = Result<Bytes, BytesRejection>;

impl Playground {
    /// The page, its files and its API. [`Playground::close`] ends the streams when the server stops.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/", get(files::page))
            .route("/playground/page/{file}", get(files::file))
            .route("/playground/pictures/{*file}", get(files::picture))
            .route("/playground/state", get(state))
            .route("/playground/stream", get(stream::stream))
            .route("/playground/post", post(say))
            .route("/playground/edit", post(edit))
            .route("/playground/delete", post(delete))
            .route("/playground/react", post(react))
            .route("/playground/tap", post(tap))
            .route("/playground/submit", post(submit))
            .route("/playground/wind", post(wind))
            .route("/playground/dismiss", post(dismiss))
            .merge(experiments::router())
            .layer(DefaultBodyLimit::max(MOST_BYTES))
            .merge(experiments::export_router())
            .layer(middleware::from_fn(guard::guard))
            .with_state(Arc::clone(self))
    }
}

/// Why a request was refused, as JSON.
pub(super) struct Refused(StatusCode, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

impl Refused {
    fn bad(reason: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, reason.into())
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        let status = match &fault {
            Fault::Empty => StatusCode::BAD_REQUEST,
            Fault::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Fault::Unknown(_) => StatusCode::NOT_FOUND,
            Fault::NotYours(_) => StatusCode::FORBIDDEN,
            Fault::Failed(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Fault::Outdated => StatusCode::CONFLICT,
            Fault::Busy | Fault::Starting => StatusCode::SERVICE_UNAVAILABLE,
            Fault::Journal(source) => {
                tracing::error!(error = %source, "the playground's journal can't be written");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        Self(status, fault.to_string())
    }
}

#[derive(Deserialize)]
struct Viewer {
    #[serde(rename = "as")]
    person: Person,
}

#[derive(Deserialize)]
struct Say {
    #[serde(rename = "as")]
    person: Person,
    channel: String,
    thread: Option<MessageId>,
    text: String,
}

#[derive(Deserialize)]
struct Upon {
    #[serde(rename = "as")]
    person: Person,
    message: MessageId,
    #[serde(default)]
    text: String,
    #[serde(default)]
    emoji: String,
    #[serde(default)]
    added: bool,
    choice: Option<ChoiceId>,
}

#[derive(Deserialize)]
struct Submit {
    #[serde(rename = "as")]
    person: Person,
    /// The card whose free text this is; without it, a form that Kairos asked to fill in.
    message: Option<MessageId>,
    #[serde(default)]
    text: String,
    channel: Option<String>,
    form: Option<FormId>,
    #[serde(default)]
    fields: Vec<(String, String)>,
}

/// So many minutes, or to an instant.
#[derive(Deserialize)]
struct Wind {
    minutes: Option<u32>,
    until: Option<Timestamp>,
}

async fn state(
    State(here): Here,
    viewer: Result<Query<Viewer>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Value>, Refused> {
    let Query(viewer) = viewer.map_err(|_| Refused::bad("as=ana, ben, chloe or dev is needed"))?;
    let host = here.host()?;
    Ok(Json(here.look(|state| view::state(state, host.as_ref(), viewer.person))))
}

async fn say(State(here): Here, body: Body) -> Result<Json<Value>, Refused> {
    let say: Say = read(body)?;
    let room = room(&say.channel)?;
    let message = here.say(say.person, room, say.thread.as_ref(), &say.text).await?;
    Ok(Json(json!({ "message": message })))
}

async fn edit(State(here): Here, body: Body) -> Result<Json<Value>, Refused> {
    let upon: Upon = read(body)?;
    here.edit_message(upon.person, &upon.message, &upon.text).await?;
    Ok(done())
}

async fn delete(State(here): Here, body: Body) -> Result<Json<Value>, Refused> {
    let upon: Upon = read(body)?;
    here.delete(upon.person, &upon.message).await?;
    Ok(done())
}

async fn react(State(here): Here, body: Body) -> Result<Json<Value>, Refused> {
    let upon: Upon = read(body)?;
    here.react(upon.person, &upon.message, &upon.emoji, upon.added).await?;
    Ok(done())
}

async fn tap(State(here): Here, body: Body) -> Result<Json<Value>, Refused> {
    let upon: Upon = read(body)?;
    let choice = upon.choice.ok_or_else(|| Refused::bad("choice is missing"))?;
    here.tap(upon.person, &upon.message, &choice).await?;
    Ok(done())
}

async fn submit(State(here): Here, body: Body) -> Result<Json<Value>, Refused> {
    let submit: Submit = read(body)?;
    match (submit.message, submit.form, submit.channel) {
        (Some(message), _, _) => here.submit(submit.person, &message, &submit.text).await?,
        (None, Some(form), Some(channel)) => {
            here.fill_in(submit.person, room(&channel)?, &form, submit.fields).await?;
        }
        _ => return Err(Refused::bad("message, or form and channel, are missing")),
    }
    Ok(done())
}

async fn wind(State(here): Here, body: Body) -> Result<Json<Value>, Refused> {
    let wind: Wind = read(body)?;
    let now = match (wind.minutes, wind.until) {
        (Some(minutes), None) => here.wind(Duration::from_secs(u64::from(minutes) * 60))?,
        (None, Some(until)) => here.wind_to(until)?,
        _ => return Err(Refused::bad("minutes or until is needed")),
    };
    Ok(Json(json!({ "now": now })))
}

async fn dismiss(State(here): Here, body: Body) -> Result<Json<Value>, Refused> {
    let viewer: Viewer = read(body)?;
    here.dismiss_form(viewer.person);
    Ok(done())
}

fn done() -> Json<Value> {
    Json(json!({ "ok": true }))
}

fn room(channel: &str) -> Result<Room, Refused> {
    channel.parse().map_err(|reason| Refused(StatusCode::NOT_FOUND, reason))
}

/// Reads a body of JSON; what is wrong with it is said to whoever sent it, and to nobody else.
fn read<T: DeserializeOwned>(body: Body) -> Result<T, Refused> {
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refused(StatusCode::PAYLOAD_TOO_LARGE, "more than 64 kB".to_owned()),
        _ => Refused::bad("the body could not be read"),
    })?;
    serde_json::from_slice(&body).map_err(|error| Refused::bad(format!("the body is not what is wanted: {error}")))
}

/// Headers that every answer carries.
const HEADERS: [(header::HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::CACHE_CONTROL, "no-store"),
];

/// A path of a picture, as the page asks for it.
type Asked = Path<String>;
