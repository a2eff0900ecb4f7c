//! Forgetting, once an hour, as retention says.

use std::time::Duration;

use tracing::{info, warn};

use super::Works;
use crate::{config::Retention, engine::OWN_WORDS_DAYS, store::Keeping};

/// Forgets what is older than it may be, once an hour, until `stop` ends.
pub(super) async fn sweep(works: Works, retention: Retention, stop: impl Future<Output = ()>) {
    const HOUR: Duration = Duration::from_hours(1);
    tokio::pin!(stop);
    loop {
        let now = works.clock.now();
        let before = |days: u32| now - Duration::from_hours(24 * u64::from(days));
        let keeping = Keeping {
            decisions: before(retention.decisions_days),
            deliveries: before(retention.deliveries_days),
            observations: before(retention.observations_days),
            taps: before(retention.taps_days),
            // No setting: whoever gives words is told so.
            own_words: before(OWN_WORDS_DAYS),
            practices: before(retention.practices_days),
            people: before(retention.people_days),
        };
        if let Err(error) = works.store.sweep_notes(now).await {
            warn!(%error, "retention waits: the store does not answer");
        }
        match works.store.sweep(&keeping).await {
            Ok(swept) if !swept.0.is_empty() => info!(?swept, "forgotten, as retention says"),
            Ok(_) => {}
            Err(error) => warn!(%error, "retention waits: the store does not answer"),
        }
        tokio::select! {
            () = &mut stop => return,
            () = works.clock.sleep_until(now + HOUR) => {}
        }
    }
}
