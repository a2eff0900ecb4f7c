//! How the adapters are connected: for whoever watches, and for the line, which reads what was said meanwhile.
//!
//! Invariants
//! - Of each kind of connection (the first word of its name) one has to stand; nothing is expected that was never announced.
//! - A reason holds no text of people and no token.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chat::{Outage, PlatformKind, WorkspaceId};
use metrics::gauge;
use serde::Serialize;
use tokio::sync::Notify;
use tracing::{error, info, warn};

/// Every connection that adapters announced. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Connections(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    states: Mutex<BTreeMap<(PlatformKind, String), State>>,
    gaps: Mutex<Gaps>,
    /// Rung when something may have been missed.
    missed: Notify,
}

#[derive(Debug, Default)]
struct Gaps {
    /// Nobody has looked there yet.
    waiting: BTreeSet<Gap>,
    /// They are being read.
    reading: BTreeSet<Gap>,
}

/// Where events may have been missed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// On which platform.
    pub platform: PlatformKind,
    /// In which workspace; `None`: in all.
    pub workspace: Option<WorkspaceId>,
}

/// How a connection stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Standing,
    Lost(String),
    Refused(String),
}

/// A connection that does not stand, as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The platform.
    pub platform: PlatformKind,
    /// The connection's name within its adapter.
    pub connection: String,
    /// `lost` (it is tried again) or `refused` (somebody has to act).
    pub state: &'static str,
    /// Why.
    pub reason: String,
    /// True where nothing else stands for it.
    pub is_down: bool,
}

/// The first word of a connection's name.
fn kind(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}

impl Connections {
    fn states(&self) -> MutexGuard<'_, BTreeMap<(PlatformKind, String), State>> {
        self.0.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, platform: PlatformKind, name: &str, state: Option<State>) -> Option<State> {
        let mut states = self.states();
        let key = (platform, name.to_owned());
        let before = match state {
            Some(state) => states.insert(key, state),
            None => states.remove(&key),
        };
        let standing = states.iter().filter(|((of, _), state)| *of == platform && **state == State::Standing).count();
        gauge!("kairos_connections", "platform" => platform.as_str())
            .set(f64::from(u32::try_from(standing).unwrap_or(u32::MAX)));
        before
    }

    /// A connection stands. Where it stood before nothing changes; where it did not, something may have been missed.
    pub fn connected(&self, platform: PlatformKind, name: &str) {
        let stood_alone = {
            let states = self.states();
            !states
                .iter()
                .any(|((of, other), state)| *of == platform && kind(other) == kind(name) && *state == State::Standing)
        };
        if self.put(platform, name, Some(State::Standing)) != Some(State::Standing) {
            info!(%platform, connection = name, "connected");
        }
        if stood_alone {
            self.gap(platform, None);
        }
    }

    /// A connection stands no more.
    pub fn disconnected(&self, platform: PlatformKind, name: &str, outage: &Outage) {
        match outage {
            Outage::Closed => drop(self.put(platform, name, None)),
            Outage::Lost(reason) => {
                let state = State::Lost(reason.clone());
                if self.put(platform, name, Some(state.clone())) != Some(state) {
                    warn!(%platform, connection = name, reason, "a connection is lost; it is tried again");
                }
            }
            Outage::Refused(reason) => {
                let state = State::Refused(reason.clone());
                if self.put(platform, name, Some(state.clone())) != Some(state) {
                    error!(%platform, connection = name, reason, "a connection is refused: somebody has to act");
                }
            }
        }
    }

    /// Events may have been missed.
    pub fn gap(&self, platform: PlatformKind, workspace: Option<&WorkspaceId>) {
        let gap = Gap { platform, workspace: workspace.cloned() };
        self.gaps().waiting.insert(gap);
        self.0.missed.notify_one();
    }

    fn gaps(&self) -> MutexGuard<'_, Gaps> {
        self.0.gaps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True from when something may have been missed on a platform until it was read.
    pub fn is_behind(&self, platform: PlatformKind) -> bool {
        let gaps = self.gaps();
        gaps.waiting.iter().chain(&gaps.reading).any(|gap| gap.platform == platform)
    }

    /// True while nobody has begun to read what may have been missed on a platform.
    pub fn is_waiting(&self, platform: PlatformKind) -> bool {
        self.gaps().waiting.iter().any(|gap| gap.platform == platform)
    }

    /// What was missed has been read, as far as it could be.
    pub fn caught_up(&self, gap: &Gap) {
        self.gaps().reading.remove(gap);
    }

    /// Waits until something may have been missed, and takes all of it.
    pub async fn missed(&self) -> Vec<Gap> {
        loop {
            {
                let mut gaps = self.gaps();
                let missed = std::mem::take(&mut gaps.waiting);
                if !missed.is_empty() {
                    gaps.reading.extend(missed.iter().cloned());
                    return missed.into_iter().collect();
                }
            }
            self.0.missed.notified().await;
        }
    }

    /// Every connection that does not stand.
    pub fn faults(&self) -> Vec<Fault> {
        let states = self.states();
        let stands = |platform: PlatformKind, name: &str| {
            states
                .iter()
                .any(|((of, other), state)| *of == platform && kind(other) == kind(name) && *state == State::Standing)
        };
        let fault = |((platform, name), state): (&(PlatformKind, String), &State)| {
            let (state, reason) = match state {
                State::Standing => return None,
                State::Lost(reason) => ("lost", reason.clone()),
                State::Refused(reason) => ("refused", reason.clone()),
            };
            let is_down = !stands(*platform, name);
            Some(Fault { platform: *platform, connection: name.clone(), state, reason, is_down })
        };
        states.iter().filter_map(fault).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLACK: PlatformKind = PlatformKind::Slack;

    #[test]
    fn of_each_kind_one_has_to_stand() {
        let connections = Connections::default();
        assert_eq!(connections.faults(), [], "nothing was announced, so nothing is missing");
        connections.connected(SLACK, "socket 0");
        connections.disconnected(SLACK, "socket 1", &Outage::Lost("reset".to_owned()));
        let told = connections.faults();
        assert_eq!((told.len(), told[0].state, told[0].is_down), (1, "lost", false), "the other one stands");
        connections.disconnected(SLACK, "token", &Outage::Refused("invalid_auth".to_owned()));
        let told = connections.faults();
        assert_eq!((told[1].connection.as_str(), told[1].state, told[1].is_down), ("token", "refused", true));
        connections.disconnected(SLACK, "socket 0", &Outage::Closed);
        assert!(connections.faults()[0].is_down);
    }

    #[tokio::test]
    async fn what_may_have_been_missed_is_told_once_and_for_a_kind_of_which_none_stood() {
        let connections = Connections::default();
        connections.connected(SLACK, "socket 0");
        assert_eq!(connections.missed().await, [Gap { platform: SLACK, workspace: None }]);
        connections.connected(SLACK, "socket 1");
        let team = WorkspaceId::new("T1");
        connections.gap(SLACK, Some(&team));
        connections.gap(SLACK, Some(&team));
        assert_eq!(connections.missed().await, [Gap { platform: SLACK, workspace: Some(team) }]);
    }
}
