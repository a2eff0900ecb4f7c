//! `POST /alerts/{source}`: verified, stored raw, acknowledged. What it means is found out later.
//!
//! Invariants
//! - Accepted means committed: the answer 202 comes after the commit.
//! - What is forged leaves a counter behind and nothing else; it is not told what was wrong.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode, Uri},
    routing::post,
};
use serde_json::{Value, json};

use crate::{
    alerts::{BODY_BYTES, Refused, Request, Sources},
    clock::Clock,
    ingest::Inbox,
};

/// The door for alerts. Clones are the same door.
#[derive(Clone, Debug)]
pub struct Door {
    sources: Arc<Sources>,
    inbox: Inbox,
    /// The house's time, by which things happen.
    clock: Clock,
    /// The machine's time, by which signatures are fresh: the playground's own may be another.
    machine: Clock,
    refused: Arc<AtomicU64>,
}

impl Door {
    /// A door for these sources into `inbox`.
    pub fn new(sources: Arc<Sources>, inbox: Inbox, clock: Clock) -> Self {
        Self { sources, inbox, clock, machine: Clock::system(), refused: Arc::default() }
    }

    /// How many requests were turned away since the start.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// The page that takes alerts.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/alerts/{source}", post(take))
            .layer(DefaultBodyLimit::max(BODY_BYTES))
            .with_state(self.clone())
    }
}

type Answer = (StatusCode, Json<Value>);

async fn take(
    State(door): State<Door>,
    Path(source): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    let request = Request { headers: &headers, uri: path, body: &body };
    let accepted = match door.sources.accept(&source, &request, door.machine.now(), door.clock.now()) {
        Ok(accepted) => accepted,
        // A stranger does not learn which sources there are.
        Err(Refused::Unknown | Refused::Forged) => {
            door.refused.fetch_add(1, Ordering::Relaxed);
            ::metrics::counter!("kairos_requests_refused_total", "platform" => "alerts").increment(1);
            return answer(StatusCode::UNAUTHORIZED, "not accepted: signature, time or token");
        }
        Err(Refused::NoText) => return answer(StatusCode::BAD_REQUEST, "not read: the body is no UTF-8 text"),
        Err(Refused::Unreadable(reason)) => {
            ::metrics::counter!("kairos_alerts_unreadable_total").increment(1);
            return answer(StatusCode::BAD_REQUEST, &format!("not read: {reason}"));
        }
    };
    let unread = accepted.unread.clone();
    match door.inbox.accept_alerts(&source, accepted).await {
        Ok(true) => match unread {
            None => answer(StatusCode::ACCEPTED, "accepted"),
            Some(told) => (StatusCode::ACCEPTED, Json(json!({ "status": "accepted", "unread": told }))),
        },
        Ok(false) => answer(StatusCode::OK, "accepted before"),
        Err(error) => {
            tracing::warn!(%error, "an alert is not accepted: the store takes nothing");
            answer(StatusCode::SERVICE_UNAVAILABLE, "try again later")
        }
    }
}

fn answer(status: StatusCode, says: &str) -> Answer {
    (status, Json(json!({ "status": says })))
}
