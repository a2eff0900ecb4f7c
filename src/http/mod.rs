//! What is served over HTTP besides the adapters' own pages: health, for those who watch.
//!
//! Invariants
//! - The listener and the end come from the caller.
//! - A health check tells nothing about anybody.

mod alerts;
mod metrics;
mod serving;

pub use alerts::Door;
use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
pub use metrics::Metrics;
use serde_json::{Value, json};
pub use serving::serve;

use crate::store::Store;

/// `/healthz`: the process answers. `/readyz`: it could accept an event now.
pub fn router(store: Store) -> Router {
    Router::new()
        .route("/healthz", get(|| async { Json(json!({ "status": "ok" })) }))
        .route("/readyz", get(ready))
        .with_state(store)
}

async fn ready(State(store): State<Store>) -> (StatusCode, Json<Value>) {
    match store.probe().await {
        Ok(()) => (StatusCode::OK, Json(json!({ "status": "ready" }))),
        Err(error) => {
            tracing::warn!(%error, "not ready: the store takes nothing");
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "not ready", "store": "takes nothing" })))
        }
    }
}
