//! Who runs a workspace, as Slack told a moment ago with everything else about them: a page need not ask for it again.
//!
//! Invariants
//! - What is older than [`LASTS`] counts no more, and no more than [`MOST`] people are remembered.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chat::{Identity, Timestamp};

/// How long it is believed.
const LASTS: Duration = Duration::from_mins(1);
/// People that are remembered at most.
const MOST: usize = 4_096;

/// What Slack told lately.
#[derive(Debug, Default)]
pub(crate) struct Admins(Mutex<HashMap<Identity, (Timestamp, bool)>>);

impl Admins {
    /// Remembers whether somebody runs their workspace.
    pub(crate) fn note(&self, who: &Identity, runs: bool, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, (at, _)| now.since(*at) < LASTS);
        }
        if known.len() < MOST {
            known.insert(who.clone(), (now, runs));
        }
    }

    /// Whether somebody runs their workspace, where that was told lately.
    pub(crate) fn lately(&self, who: &Identity, now: Timestamp) -> Option<bool> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(who).filter(|(at, _)| now.since(*at) < LASTS).map(|(_, runs)| *runs)
    }
}

#[cfg(test)]
mod tests {
    use chat::PlatformKind;

    use super::*;

    #[test]
    fn what_was_told_is_believed_for_a_minute() {
        let (admins, at) = (Admins::default(), Timestamp::from_ms(1_000_000));
        let who = |user: &str| Identity { platform: PlatformKind::Slack, workspace: "T1".into(), user: user.into() };
        admins.note(&who("U1"), true, at);
        assert_eq!(admins.lately(&who("U1"), at + LASTS - Duration::from_millis(1)), Some(true));
        assert_eq!(admins.lately(&who("U1"), at + LASTS), None);
        assert_eq!(admins.lately(&who("U2"), at), None);
        (0..MOST).for_each(|n| admins.note(&who(&format!("V{n}")), false, at));
        assert_eq!(admins.lately(&who("V9"), at), Some(false));
        admins.note(&who("late"), true, at + LASTS);
        assert_eq!(admins.lately(&who("late"), at + LASTS), Some(true), "what is old makes room");
    }
}
