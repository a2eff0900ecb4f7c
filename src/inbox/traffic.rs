//! What each channel's messages score, so that its own traffic sets the threshold.
//!
//! Invariants
//! - Scores only: neither texts nor people are counted.
//! - They are written down for every [`BATCH`] messages of a channel: a kill loses fewer than that many of each.
//! - What is kept of a channel is bounded: everything below the quietest threshold counts as one.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
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

/// The scores of every workspace that was listened to.
#[derive(Debug, Default)]
pub(super) struct Traffic(Mutex<HashMap<(PlatformKind, WorkspaceId), Counted>>);

#[derive(Debug)]
struct Counted {
    read_at: Timestamp,
    /// All channels together.
    whole: ScoreSketch,
    channels: HashMap<ChannelId, ScoreSketch>,
    /// What is not written down yet.
    fresh: HashMap<ChannelId, Fresh>,
}

#[derive(Debug, Default)]
struct Fresh {
    messages: u32,
    counts: BTreeMap<i16, i64>,
}

impl Traffic {
    fn lock(&self) -> MutexGuard<'_, HashMap<(PlatformKind, WorkspaceId), Counted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// How scores are spread in a channel, and in its workspace: the nearer first.
    pub(super) async fn spread(&self, place: &Place) -> Result<Vec<ScoreSketch>, LineError> {
        let key = (place.platform, place.workspace.clone());
        let now = self.now();
        let is_known = self.traffic.lock().get(&key).is_some_and(|known| now.since(known.read_at) < BELIEVED);
        if !is_known {
            let learnt = self.parts.engine.learnt();
            let rows = self.parts.store.scores_in(place.platform, &place.workspace, learnt).await?;
            let mut all = self.traffic.lock();
            let fresh = all.remove(&key).map(|known| known.fresh).unwrap_or_default();
            let mut counted = Counted { read_at: now, whole: ScoreSketch::default(), channels: HashMap::new(), fresh };
            for (channel, bin, messages) in rows {
                counted.add(&channel, bin, i64::from(messages));
            }
            let unwritten: Vec<_> = (counted.fresh.iter())
                .flat_map(|(channel, fresh)| fresh.counts.iter().map(|(bin, more)| (channel.clone(), *bin, *more)))
                .collect();
            for (channel, bin, more) in unwritten {
                counted.add(&channel, bin, more);
            }
            all.insert(key.clone(), counted);
        }
        let all = self.traffic.lock();
        let counted = all.get(&key);
        let own = counted.and_then(|counted| counted.channels.get(&place.channel));
        Ok(own.into_iter().chain(counted.map(|counted| &counted.whole)).cloned().collect())
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
        let mut all = self.traffic.lock();
        let Some(counted) = all.get_mut(&(place.platform, place.workspace.clone())) else { return };
        if more < 0 && counted.channels.get(&place.channel).is_none_or(|own| !own.holds(bin)) {
            return;
        }
        let fades = counted.add(&place.channel, bin, more);
        let fresh = counted.fresh.entry(place.channel.clone()).or_default();
        *fresh.counts.entry(bin).or_default() += more;
        fresh.messages += 1;
        if fresh.messages < BATCH && !fades {
            return;
        }
        let counts = std::mem::take(fresh).counts.into_iter().collect();
        effect.outcome.scores.push(ChannelScores {
            platform: place.platform,
            workspace: place.workspace.clone(),
            channel: place.channel.clone(),
            learnt: self.parts.engine.learnt().to_owned(),
            counts,
            fades,
            at: self.now(),
        });
    }
}

impl Counted {
    /// Adds to a channel and its workspace; true when the channel's older scores fade by it.
    fn add(&mut self, channel: &ChannelId, bin: i16, more: i64) -> bool {
        self.whole.add_to(bin, more);
        self.channels.entry(channel.clone()).or_default().add_to(bin, more)
    }
}
