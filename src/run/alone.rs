//! What only one replica may do at a time: deciding, sweeping, Slack's and Discord's connections.
//!
//! Invariants
//! - Nobody works without the lease, and whoever can't keep it stops well before it ends.
//! - An orderly end gives it back, so that another takes over at once.
//! - A database that is not shared needs no lease.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;
use tracing::{info, warn};

use crate::{clock::Stopwatch, store::Store};

/// This process among those that share a database. Clones are the same process.
#[derive(Clone, Debug)]
pub(super) struct Replica {
    store: Store,
    holder: Arc<str>,
    /// How long a lease lasts: what its holder did stands still for so long when it dies.
    lease: Duration,
}

impl Replica {
    /// A process that goes by `holder`, which no other has.
    pub(super) fn new(store: Store, holder: &str, lease: Duration) -> Self {
        Self { store, holder: holder.into(), lease }
    }

    /// How often a lease is renewed, and how often others look whether it is free.
    fn beat(&self) -> Duration {
        self.lease / 5
    }

    /// When its holder stops if it could not be renewed: what is in hand gets the rest to end.
    fn at_latest(&self) -> Duration {
        self.lease * 3 / 5
    }

    /// Does `work` whenever the lease `name` is ours, until `stop` says so. `work` is given a word of its own on which it
    /// ends; it is begun anew when the lease comes back.
    pub(super) async fn alone<Work>(
        self,
        name: &'static str,
        mut stop: watch::Receiver<bool>,
        mut work: impl FnMut(watch::Receiver<bool>) -> Work + Send,
    ) where
        Work: Future<Output = ()> + Send,
    {
        if !self.store.is_shared() {
            return work(stop).await;
        }
        while !*stop.borrow() {
            if self.take(name).await {
                info!(name, "this replica has the lease");
                let ending = watch::Sender::new(false);
                let lost = async {
                    self.keep(name, &mut stop).await;
                    ending.send_replace(true);
                };
                tokio::join!(work(ending.subscribe()), lost);
                if let Err(error) = self.store.give_lease_back(name, &self.holder).await {
                    warn!(name, %error, "the lease could not be given back; it ends by itself");
                }
            }
            tokio::select! {
                _ = stop.changed() => {}
                () = tokio::time::sleep(self.beat()) => {}
            }
        }
    }

    /// Renews the lease until it is lost, or `stop` says so.
    async fn keep(&self, name: &str, stop: &mut watch::Receiver<bool>) {
        let mut held = Stopwatch::start();
        while !*stop.borrow() {
            tokio::select! {
                _ = stop.changed() => return,
                () = tokio::time::sleep(self.beat()) => {}
            }
            let asked = Stopwatch::start();
            let renewed =
                tokio::time::timeout(self.beat(), self.store.take_lease(name, &self.holder, self.lease)).await;
            match renewed {
                Ok(Ok(Some(_))) => held = asked,
                Ok(Ok(None)) => {
                    warn!(name, "another replica has the lease");
                    return;
                }
                Ok(Err(_)) | Err(_) if held.elapsed() >= self.at_latest() => {
                    warn!(name, "the lease could not be renewed: stopping before it ends");
                    return;
                }
                Ok(Err(_)) | Err(_) => {}
            }
        }
    }

    async fn take(&self, name: &str) -> bool {
        match self.store.take_lease(name, &self.holder, self.lease).await {
            Ok(taken) => taken.is_some(),
            Err(error) => {
                warn!(name, %error, "no lease: the store does not answer");
                false
            }
        }
    }
}
