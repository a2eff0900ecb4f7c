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

use crate::{connections::Connections, store::Store};

/// `/healthz`: the process answers. `/readyz`: it could accept an event now, and hears those of the platforms.
pub fn router(store: Store, connections: Connections) -> Router {
    Router::new()
        .route("/healthz", get(|| async { Json(json!({ "status": "ok" })) }))
        .route("/readyz", get(ready))
        .with_state((store, connections))
}

async fn ready(State((store, connections)): State<(Store, Connections)>) -> (StatusCode, Json<Value>) {
    let faults = connections.faults();
    let mut told = json!({ "status": "ready" });
    if !faults.is_empty() {
        told["connections"] = json!(faults);
    }
    if let Err(error) = store.probe().await {
        tracing::warn!(%error, "not ready: the store takes nothing");
        told["store"] = json!("takes nothing");
    } else if faults.iter().all(|fault| !fault.is_down) {
        return (StatusCode::OK, Json(told));
    }
    told["status"] = json!("not ready");
    (StatusCode::SERVICE_UNAVAILABLE, Json(told))
}
