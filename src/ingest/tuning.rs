//! What taps and managers made of triggers: read once in a while, and learnt beside everything else.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chat::{Scope, Tenant, Timestamp};
use tokio::task::JoinHandle;
use tracing::{info, warn};

use crate::{
    engine::{Engine, LearntTrigger},
    store::{Store, StoreError},
};

/// How long what was read is believed: other replicas learn too.
const BELIEVED: Duration = Duration::from_mins(1);
/// Workspaces whose tuning is remembered; beyond them all is read anew.
const REMEMBERED: usize = 1_000;

/// What was last read of each workspace, and when.
type Read = HashMap<Tenant, (Timestamp, Arc<Vec<LearntTrigger>>)>;

/// The tuning of every workspace. Clones are the same.
#[derive(Clone)]
pub(super) struct Tuning {
    store: Store,
    engine: Arc<Engine>,
    read: Arc<Mutex<Read>>,
    /// The learning that goes on, or was the last.
    learning: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl fmt::Debug for Tuning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tuning").field("store", &self.store).finish_non_exhaustive()
    }
}

impl Tuning {
    pub(super) fn new(store: Store, engine: Arc<Engine>) -> Self {
        Self { store, engine, read: Arc::default(), learning: Arc::default() }
    }

    fn read(&self) -> MutexGuard<'_, Read> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is in force in a workspace of every trigger that taps or managers made something of.
    pub(super) async fn of(&self, tenant: &Tenant, now: Timestamp) -> Result<Arc<Vec<LearntTrigger>>, StoreError> {
        let known = self.read().get(tenant).cloned();
        let tuned = if let Some((_, known)) = known.filter(|(read_at, _)| now.since(*read_at) < BELIEVED) {
            known
        } else {
            let tuned = Arc::new(self.store.learnt(&Scope::one(tenant)).await?);
            let mut read = self.read();
            if read.len() >= REMEMBERED {
                read.clear();
            }
            read.insert(tenant.clone(), (now, Arc::clone(&tuned)));
            tuned
        };
        self.learn(vec![Arc::clone(&tuned)]);
        Ok(tuned)
    }

    /// Has the engine learn the examples of workspaces while the house goes on; until it has, those are not recognised.
    fn learn(&self, mut wanted: Vec<Arc<Vec<LearntTrigger>>>) {
        wanted.retain(|tuned| !self.engine.has_taken_in(tuned));
        if wanted.is_empty() {
            return;
        }
        let mut learning = self.learning.lock().unwrap_or_else(PoisonError::into_inner);
        if learning.as_ref().is_some_and(|learning| !learning.is_finished()) {
            // Whoever looks next sees whether there is still something to learn.
            return;
        }
        let engine = Arc::clone(&self.engine);
        *learning = Some(tokio::task::spawn_blocking(move || {
            for tuned in wanted {
                if engine.take_in(&tuned) {
                    info!("triggers are recognised in the examples that were approved");
                }
            }
        }));
    }

    /// Tuning has changed: what was read counts no more, and what is new is learnt soon. Where the store does not answer,
    /// the next message brings it.
    pub(super) async fn has_changed(&self) {
        self.read().clear();
        self.learn_soon().await;
    }

    /// Begins to learn what is in force from before.
    pub(super) async fn learn_soon(&self) {
        let wanted = async {
            let mut wanted = Vec::new();
            for tenant in self.store.taught_tenants().await? {
                wanted.push(Arc::new(self.store.learnt(&Scope::one(&tenant)).await?));
            }
            Ok::<_, StoreError>(wanted)
        };
        match wanted.await {
            Ok(wanted) => self.learn(wanted),
            Err(error) => warn!(%error, "approved examples are learnt later"),
        }
    }

    /// Waits until the engine has learnt what it is learning.
    pub(super) async fn has_learnt(&self) {
        let learning = self.learning.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(learning) = learning
            && let Err(error) = learning.await
        {
            warn!(%error, "approved examples are not learnt");
        }
    }
}
