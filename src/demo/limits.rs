//! The playground's limits: loose while people try things out, unless somebody has them hold.
//!
//! Invariants
//! - Only the playground's own people are freed of limits; beside Slack or Discord everybody else keeps theirs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use chat::{Note, PlatformKind, Timestamp};

use crate::{engine::Limits, ingest::LimitsOf, run::Works, store::Store};

/// Whether the limits of the house hold among the playground's people, and from when on things count against them.
///
/// They are loose until somebody says otherwise: whoever tries Kairos asks ten things in ten minutes. What is chosen
/// outlives a restart.
#[derive(Debug, Default)]
pub(crate) struct DemoLimits {
    loose: AtomicBool,
    /// Set where somebody chose.
    chosen: AtomicBool,
    /// Milliseconds since 1970; 0: everything counts.
    since_ms: AtomicI64,
}

/// The names of what is written down about limits, and how long it is of use.
const CHOSEN: &str = "limits";
const SINCE: &str = "limits-since";
const KEPT_FOR: Duration = Duration::from_hours(24 * 3_650);

impl DemoLimits {
    /// As an earlier run left them.
    pub(crate) async fn kept(store: &Store, now: Timestamp) -> Result<Self> {
        let limits = Self::default();
        for note in store.notes(PlatformKind::Playground, now).await? {
            match note.name.as_str() {
                CHOSEN => {
                    limits.loose.store(note.text == "demo", Ordering::Relaxed);
                    limits.chosen.store(true, Ordering::Relaxed);
                }
                SINCE => limits.since_ms.store(note.text.parse().unwrap_or_default(), Ordering::Relaxed),
                _ => {}
            }
        }
        Ok(limits)
    }

    /// Lets go of them, unless somebody chose.
    pub(crate) fn begin_loose(&self) {
        if !self.chosen.load(Ordering::Relaxed) {
            self.loose.store(true, Ordering::Relaxed);
        }
    }

    pub(crate) fn are_loose(&self) -> bool {
        self.loose.load(Ordering::Relaxed)
    }

    /// Lets go of them, or has them hold again.
    pub(crate) async fn loosen(&self, loose: bool, works: &Works) -> Result<()> {
        write_down(CHOSEN, if loose { "demo" } else { "real" }.to_owned(), works).await?;
        self.loose.store(loose, Ordering::Relaxed);
        self.chosen.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// What was said before `at` counts against nobody.
    pub(crate) async fn count_from(&self, at: Timestamp, works: &Works) -> Result<()> {
        write_down(SINCE, at.as_ms().to_string(), works).await?;
        self.since_ms.store(at.as_ms(), Ordering::Relaxed);
        Ok(())
    }

    /// What holds in a place: the house's own limits everywhere but in the playground.
    pub(crate) fn of_places(self: &Arc<Self>) -> LimitsOf {
        let limits = Arc::clone(self);
        Arc::new(move |place| {
            if place.platform != PlatformKind::Playground {
                return Limits::default();
            }
            let since = limits.since_ms.load(Ordering::Relaxed);
            Limits { loose: limits.are_loose(), since: (since > 0).then(|| Timestamp::from_ms(since)) }
        })
    }
}

async fn write_down(name: &str, text: String, works: &Works) -> Result<()> {
    let now = works.clock.now();
    let note = Note { name: name.to_owned(), text, until: now + KEPT_FOR };
    Ok(works.store.write_note(PlatformKind::Playground, &note, now).await?)
}
