//! What comes of an input, written: all of it in one transaction; then remembered, and told to those who look on.
//!
//! Invariants
//! - What is remembered is what was committed.
//! - Forms are opened, and numbers that stood in a message are handled, before the message is done.

use std::{
    sync::{Arc, MutexGuard, PoisonError, atomic::Ordering},
    task::Poll,
    time::Duration,
};

use tracing::warn;

use super::{
    DispatchError, Dispatcher,
    profiles::{Asking, at_once},
};
use crate::{
    crash::may_crash_at,
    handlers::{self, Asked, Changes, Input, changes::OpenForm},
    store::{ChannelScores, Concluded, Outcome},
};

/// How long a platform may take to open a form.
const FORM: Duration = Duration::from_secs(5);

impl Dispatcher {
    /// Commits changes, and before them what stood in the message as numbers and alerts.
    pub(super) async fn commit_with_signals(&self, mut changes: Changes) -> Result<(), DispatchError> {
        self.before_commit(&mut changes).await?;
        self.commit(changes).await
    }

    /// Sees to what comes before changes are written: numbers and alerts that stood in the message, and forms, which are
    /// opened at once.
    pub(super) async fn before_commit(&self, changes: &mut Changes) -> Result<(), DispatchError> {
        for (signal, origin) in std::mem::take(&mut changes.signals) {
            let input = Input::Signal(&signal, &origin, self.now());
            let told = self.await_all(&mut Asked::default(), |cx| handlers::handle(cx, &input)).await?;
            self.commit(told).await?;
        }
        for form in std::mem::take(&mut changes.forms) {
            self.open_form(form).await?;
        }
        Ok(())
    }

    /// Writes changes, then remembers them.
    pub(super) async fn commit(&self, mut changes: Changes) -> Result<(), DispatchError> {
        may_crash_at("ingest::decided");
        let stored = &mut changes.stored;
        if !stored.is_bare() {
            stored.scores.append(&mut self.scores());
        }
        if *stored != Outcome::default() && self.services.store.conclude(stored).await? == Concluded::Stale {
            // Another worker has this event; what it decides is what counts.
            return Ok(());
        }
        may_crash_at("ingest::committed");
        self.after_commit(&changes).await;
        Ok(())
    }

    /// What was written is known from now on.
    pub(super) async fn after_commit(&self, changes: &Changes) {
        let stored = &changes.stored;
        if !stored.steps.is_empty() || !stored.pauses.is_empty() {
            self.tuning.has_changed().await;
        }
        if !stored.channels.is_empty() {
            if let Err(error) = self.services.channels.begin_to_hear(&stored.channels).await {
                warn!(%error, "from when a channel is heard could not be kept");
            }
            self.services.channels.switched();
        }
        self.remember(changes);
    }

    /// Finishes together the inbound events of which nothing came: most of what people write is such, and each commit waits
    /// for the disk.
    pub(super) async fn commit_noops(&self, changes: Vec<Changes>) -> Result<(), DispatchError> {
        if changes.is_empty() {
            return Ok(());
        }
        may_crash_at("ingest::decided");
        let arrivals: Vec<_> = changes.iter().filter_map(|changes| changes.stored.arrival.clone()).collect();
        let finished = self.services.store.finish_arrivals(&arrivals).await?;
        may_crash_at("ingest::committed");
        for changes in &changes {
            if changes.stored.arrival.as_ref().is_some_and(|(id, _)| finished.contains(id)) {
                self.tell_observer(changes);
            }
        }
        Ok(())
    }

    /// Writes down what channels' messages scored, where that is due.
    pub(super) async fn keep_scores(&self) -> Result<(), DispatchError> {
        let scores = std::mem::take(&mut *self.scores());
        if !scores.is_empty() {
            self.services.store.conclude(&Outcome { scores, ..Outcome::default() }).await?;
        }
        Ok(())
    }

    fn scores(&self) -> MutexGuard<'_, Vec<ChannelScores>> {
        self.scores.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what a handler wants remembered, and tells those who look on.
    pub(super) fn remember(&self, changes: &Changes) {
        self.note(changes);
        self.tell_observer(changes);
    }

    /// Takes in what a handler wants remembered.
    pub(super) fn note(&self, changes: &Changes) {
        let due = self.memory().apply(&changes.remembered, self.services.engine.learnt(), self.now());
        self.scores().extend(due);
    }

    fn tell_observer(&self, changes: &Changes) {
        for observed in &changes.observed {
            self.services.observer.decided(observed);
        }
    }

    /// Opens a form for whoever did an event; where it can't be opened any more, they are told.
    async fn open_form(&self, OpenForm { event, form, instead }: OpenForm) -> Result<(), DispatchError> {
        let platforms = self.services.platforms.clone();
        let mut asking: Asking<bool> = Box::pin(async move {
            let Some(platform) = platforms.get(event.place.platform) else { return false };
            matches!(tokio::time::timeout(FORM, platform.ask(&event, &form)).await, Ok(Ok(())))
        });
        let outcome = Outcome { deliveries: vec![instead], ..Outcome::default() };
        match at_once(&mut asking).await {
            Poll::Ready(true) => {}
            Poll::Ready(false) => drop(self.services.store.conclude(&outcome).await?),
            Poll::Pending => {
                let (store, profiles, written) =
                    (self.services.store.clone(), self.profiles.clone(), Arc::clone(&self.written));
                tokio::spawn(async move {
                    if asking.await {
                        return;
                    }
                    if let Err(error) = store.conclude(&outcome).await {
                        warn!(%error, "that a form could not be opened could not be told");
                    }
                    written.fetch_add(1, Ordering::AcqRel);
                    profiles.ring();
                });
            }
        }
        Ok(())
    }
}
