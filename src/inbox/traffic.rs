//! What each channel's messages score, so that its own traffic sets the threshold.
//!
//! Invariants
//! - Scores only: neither texts nor people are counted.
//! - They are written down for every [`BATCH`] messages of a channel: a kill loses fewer than that many of each.
//! - What is kept of a channel is bounded: everything below the quietest threshold counts as one. So is their number:
//!   of more than [`REMEMBERED`] channels and workspaces the least recently used goes, and is read again when somebody
//!   writes there. It loses no more than a kill does.
//! - A message reads the scores of its own channel and the sums of its workspace, and copies neither.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chat::{ChannelId, Place, PlatformKind, Timestamp, WorkspaceId};

use super::{Line, LineError, line::Effect};
use crate::{
    engine::{Need, ScoreSketch},
    store::ChannelScores,
};

/// Messages of a channel between two times that its scores are written down.
const BATCH: u32 = 32;
/// How long what was read is believed: other replicas count too.
const BELIEVED: Duration = Duration::from_hours(1);
/// How many channels and workspaces are remembered: at some 3,000 bins each, about 50 MB at worst.
const REMEMBERED: usize = 500;

/// A channel, or (`None`) its workspace as a whole.
type Scope = (PlatformKind, WorkspaceId, Option<ChannelId>);

/// The scores of the channels and workspaces that were listened to last.
#[derive(Debug, Default)]
pub(super) struct Traffic(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    scopes: HashMap<Scope, Counted>,
    /// Rises with every use.
    uses: u64,
}

#[derive(Debug)]
struct Counted {
    read_at: Timestamp,
    used: u64,
    sketch: Arc<ScoreSketch>,
    /// What is not written down yet, of a channel.
    fresh: Fresh,
}

#[derive(Debug, Default)]
struct Fresh {
    messages: u32,
    counts: BTreeMap<i16, i64>,
}

impl Traffic {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// What is known of a scope, where that is not too old to be believed.
    fn of(&mut self, scope: &Scope, now: Timestamp) -> Option<Arc<ScoreSketch>> {
        self.uses += 1;
        let known = self.scopes.get_mut(scope).filter(|known| now.since(known.read_at) < BELIEVED)?;
        known.used = self.uses;
        Some(Arc::clone(&known.sketch))
    }

    /// Takes what was read of a scope in place of what was known, with what is not written down yet.
    fn take(&mut self, scope: Scope, rows: Vec<(i16, u32)>, now: Timestamp) -> Arc<ScoreSketch> {
        let fresh = self.scopes.remove(&scope).map(|known| known.fresh).unwrap_or_default();
        let mut sketch = ScoreSketch::of(rows);
        let (platform, workspace, channel) = &scope;
        let unwritten = |(of, known): (&Scope, &Counted)| {
            let within = channel.is_none() && of.0 == *platform && of.1 == *workspace;
            within.then(|| known.fresh.counts.clone())
        };
        let unwritten: Vec<_> = self.scopes.iter().filter_map(unwritten).chain([fresh.counts.clone()]).collect();
        for (bin, more) in unwritten.into_iter().flatten() {
            sketch.add_to(bin, more);
        }
        if self.scopes.len() >= REMEMBERED {
            let oldest = self.scopes.iter().min_by_key(|(_, known)| known.used).map(|(scope, _)| scope.clone());
            oldest.map(|oldest| self.scopes.remove(&oldest));
        }
        let sketch = Arc::new(sketch);
        let counted = Counted { read_at: now, used: self.uses, sketch: Arc::clone(&sketch), fresh };
        self.scopes.insert(scope, counted);
        sketch
    }
}

impl Line {
    /// How scores are spread in a channel, and in its workspace: the nearer first.
    pub(super) async fn spread(&self, place: &Place) -> Result<Vec<Arc<ScoreSketch>>, LineError> {
        let now = self.now();
        let mut spread = Vec::with_capacity(2);
        for channel in [Some(&place.channel), None] {
            let scope = (place.platform, place.workspace.clone(), channel.cloned());
            let known = self.traffic.lock().of(&scope, now);
            let sketch = if let Some(known) = known {
                known
            } else {
                let learnt = self.parts.engine.learnt();
                let rows = self.parts.store.scores_in(place.platform, &place.workspace, channel, learnt).await?;
                self.traffic.lock().take(scope, rows, now)
            };
            if channel.is_none() || !sketch.is_empty() {
                spread.push(sketch);
            }
        }
        Ok(spread)
    }

    /// Counts what a message of a channel scored; now and then what was counted is written down with its decision.
    pub(super) fn count(&self, place: &Place, needs: &[Need], effect: &mut Effect) {
        self.count_bin(place, ScoreSketch::bin_of(needs), 1, effect);
    }

    /// What proved useful was no false alarm: it does not count against the channel's budget.
    pub(super) fn discount(&self, place: &Place, need: &Need, effect: &mut Effect) {
        self.count_bin(place, ScoreSketch::bin_of(std::slice::from_ref(need)), -1, effect);
    }

    fn count_bin(&self, place: &Place, bin: i16, more: i64, effect: &mut Effect) {
        let mut known = self.traffic.lock();
        let mut scope = (place.platform, place.workspace.clone(), Some(place.channel.clone()));
        let Some(own) = known.scopes.get_mut(&scope) else { return };
        if more < 0 && !own.sketch.holds(bin) {
            return;
        }
        let fades = Arc::make_mut(&mut own.sketch).add_to(bin, more);
        *own.fresh.counts.entry(bin).or_default() += more;
        own.fresh.messages += 1;
        let is_due = own.fresh.messages >= BATCH || fades;
        let fresh = if is_due { std::mem::take(&mut own.fresh) } else { Fresh::default() };
        scope.2 = None;
        if let Some(whole) = known.scopes.get_mut(&scope) {
            Arc::make_mut(&mut whole.sketch).add_to(bin, more);
        }
        if !is_due {
            return;
        }
        effect.outcome.scores.push(ChannelScores {
            platform: place.platform,
            workspace: place.workspace.clone(),
            channel: place.channel.clone(),
            learnt: self.parts.engine.learnt().to_owned(),
            counts: fresh.counts.into_iter().collect(),
            fades,
            at: self.now(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_too_many_channels_the_least_recently_used_goes() {
        let (mut known, now) = (Known::default(), Timestamp::from_ms(1_000));
        let scope = |n: usize| (PlatformKind::Slack, WorkspaceId::new("T1"), Some(ChannelId::new(format!("C{n}"))));
        for n in 0..REMEMBERED {
            assert!(known.of(&scope(n), now).is_none());
            known.take(scope(n), vec![(1, 2)], now);
        }
        assert!(known.of(&scope(0), now).is_some(), "the first is used again");
        known.take(scope(REMEMBERED), Vec::new(), now);
        assert_eq!(known.scopes.len(), REMEMBERED);
        assert!(known.of(&scope(0), now).is_some() && known.of(&scope(1), now).is_none());
    }

    #[test]
    fn what_is_read_anew_keeps_what_is_not_written_down_yet() {
        let (mut known, now) = (Known::default(), Timestamp::from_ms(1_000));
        let scope = (PlatformKind::Slack, WorkspaceId::new("T1"), Some(ChannelId::new("C1")));
        known.take(scope.clone(), vec![(1, 2)], now);
        known.scopes.get_mut(&scope).unwrap().fresh.counts.insert(1, 3);
        let later = now + BELIEVED;
        assert!(known.of(&scope, later).is_none(), "it is old");
        assert_eq!(known.take(scope.clone(), vec![(1, 10)], later).len(), 13);
        let whole = (scope.0, scope.1, None);
        assert_eq!(known.take(whole, vec![(1, 100)], later).len(), 103);
    }
}
