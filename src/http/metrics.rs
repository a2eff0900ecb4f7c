//! What is counted and measured, as Prometheus reads it.
//!
//! Invariants
//! - Base units; the labels are platform, kind and outcome alone, and hold nothing of anybody.
//! - What lies in the database is asked for when somebody looks, so that it is right whoever wrote it.

use std::time::Duration;

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use crate::{
    clock::Clock,
    store::{Store, StoreError},
};

/// How long an attempt to send takes, in seconds: bounds of the buckets.
const ATTEMPTS: [f64; 9] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0];
/// How often what was measured is folded into its buckets.
const FOLD: Duration = Duration::from_secs(10);

/// The counters of this process.
#[derive(Clone, Debug)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Begins to count for the whole process; an error where somebody counts already.
    pub fn install() -> Result<Self, BuildError> {
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &ATTEMPTS)?
            .install_recorder()?;
        describe();
        Ok(Self(handle))
    }

    /// `/metrics`. Ages are told by `clock`, the house's own.
    pub fn router(self, store: Store, clock: Clock) -> Router {
        Router::new().route("/metrics", get(show)).with_state((self, store, clock))
    }

    /// Keeps the measurements small until `stop` ends.
    pub async fn tidy(self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        loop {
            self.0.run_upkeep();
            tokio::select! {
                () = &mut stop => return,
                () = tokio::time::sleep(FOLD) => {}
            }
        }
    }
}

async fn show(State((metrics, store, clock)): State<(Metrics, Store, Clock)>) -> Response {
    match measure(&store, &clock).await {
        Ok(()) => ([(CONTENT_TYPE, "text/plain; version=0.0.4")], metrics.0.render()).into_response(),
        Err(error) => {
            tracing::warn!(%error, "the queue can't be measured: the store does not answer");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float, and no queue has 2^52 rows")]
async fn measure(store: &Store, clock: &Clock) -> Result<(), StoreError> {
    let (open, arrivals) = (store.open_counts().await?, store.arrival_counts().await?);
    let unread = store.quarantine_counts().await?;
    gauge!("kairos_deliveries_held").set(open.held as f64);
    gauge!("kairos_deliveries_due").set(open.pending as f64);
    gauge!("kairos_deliveries_sending").set(open.sending as f64);
    gauge!("kairos_deliveries_unknown").set(open.ambiguous as f64);
    gauge!("kairos_deliveries_dead").set(open.dead as f64);
    let now = clock.now();
    let age = |since: Option<chat::Timestamp>| since.map_or(0.0, |since| now.since(since).as_secs_f64());
    gauge!("kairos_oldest_due_age_seconds").set(age(open.oldest_due_ms.map(chat::Timestamp::from_ms)));
    gauge!("kairos_events_undecided").set(arrivals.open as f64);
    gauge!("kairos_events_quarantined").set(unread.events as f64);
    gauge!("kairos_rows_quarantined").set(unread.rows as f64);
    gauge!("kairos_oldest_event_age_seconds").set(age(arrivals.oldest_open));
    Ok(())
}

fn describe() {
    describe_gauge!("kairos_deliveries_held", "Cards that wait for their hour, to be decided again");
    describe_gauge!("kairos_deliveries_due", "Cards that are decided and not sent yet");
    describe_gauge!("kairos_deliveries_sending", "Cards that are being sent");
    describe_counter!("kairos_unknown_total", "Cards of which nobody will ever know whether they arrived");
    describe_gauge!("kairos_deliveries_unknown", "Cards of which nobody knows yet whether they arrived");
    describe_gauge!("kairos_deliveries_dead", "Cards that were refused for good: kairos queue shows them");
    describe_gauge!("kairos_oldest_due_age_seconds", Unit::Seconds, "For how long the oldest card has been due");
    describe_gauge!("kairos_events_undecided", "Events that were accepted and not decided yet");
    describe_gauge!("kairos_events_quarantined", "Events and alerts that can't be read: kairos quarantine shows them");
    describe_gauge!("kairos_rows_quarantined", "Rows of the database that can't be read: kairos quarantine shows them");
    describe_gauge!("kairos_oldest_event_age_seconds", Unit::Seconds, "How old the oldest undecided event is");
    describe_counter!("kairos_events_total", "Events that came: new, repeated, or said in a channel that is off");
    describe_counter!("kairos_attempts_total", "Attempts to send a card, by what became of them");
    describe_histogram!("kairos_attempt_seconds", Unit::Seconds, "How long attempts to send a card take");
    describe_counter!("kairos_lookups_total", "Looks for cards whose answer never came, by what was found");
    describe_gauge!("kairos_connections", "Connections to a platform that stand now");
    describe_counter!("kairos_connections_total", "Connections to a platform: opened, or failed");
    describe_counter!("kairos_requests_refused_total", "Requests that were forged, or not signed at all");
}
