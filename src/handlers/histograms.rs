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
    sync::Arc,
    time::Duration,
};

use chat::{ChannelId, Place, PlatformKind, Timestamp, WorkspaceId};

use super::{Changes, Cx, Handled, changes::Remember};
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
pub(crate) type Scores = (PlatformKind, WorkspaceId, Option<ChannelId>);

/// The scores of the channels and workspaces that were listened to last.
#[derive(Debug, Default)]
pub(crate) struct Histograms {
    known: HashMap<Scores, Counted>,
    /// Rises with every use.
    uses: u64,
}

/// How scores of a channel or a workspace are spread, as it was read.
#[derive(Debug)]
pub(crate) struct Histogram {
    of: Scores,
    rows: Vec<(i16, u32)>,
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

impl Histograms {
    /// What is known of a channel or workspace, where that is not too old to be believed.
    fn of(&self, of: &Scores, now: Timestamp) -> Option<Arc<ScoreSketch>> {
        let known = self.known.get(of).filter(|known| now.since(known.read_at) < BELIEVED)?;
        Some(Arc::clone(&known.sketch))
    }

    /// What was read, with what is not written down yet.
    fn with_fresh(&self, Histogram { of, rows }: &Histogram) -> ScoreSketch {
        let mut sketch = ScoreSketch::of(rows.clone());
        let (platform, workspace, channel) = of;
        let is_within =
            |other: &Scores| other == of || (channel.is_none() && other.0 == *platform && other.1 == *workspace);
        for (_, known) in self.known.iter().filter(|(other, _)| is_within(other)) {
            for (bin, more) in &known.fresh.counts {
                sketch.add_to(*bin, *more);
            }
        }
        sketch
    }

    /// Takes what was read in place of what was known.
    pub(super) fn take(&mut self, read: &Histogram, now: Timestamp) {
        let sketch = Arc::new(self.with_fresh(read));
        let fresh = self.known.remove(&read.of).map(|known| known.fresh).unwrap_or_default();
        if self.known.len() >= REMEMBERED {
            let oldest = self.known.iter().min_by_key(|(_, known)| known.used).map(|(of, _)| of.clone());
            oldest.map(|oldest| self.known.remove(&oldest));
        }
        self.uses += 1;
        let counted = Counted { read_at: now, used: self.uses, sketch, fresh };
        self.known.insert(read.of.clone(), counted);
    }

    /// Counts a message of a channel; from time to time what is to be written down. `learnt` names the model that scored.
    pub(super) fn count(
        &mut self,
        place: &Place,
        (bin, more): (i16, i64),
        (learnt, now): (&str, Timestamp),
    ) -> Option<ChannelScores> {
        self.uses += 1;
        let mut of = (place.platform, place.workspace.clone(), Some(place.channel.clone()));
        let own = self.known.get_mut(&of)?;
        own.used = self.uses;
        if more < 0 && !own.sketch.holds(bin) {
            return None;
        }
        let fades = Arc::make_mut(&mut own.sketch).add_to(bin, more);
        *own.fresh.counts.entry(bin).or_default() += more;
        own.fresh.messages += 1;
        let is_due = own.fresh.messages >= BATCH || fades;
        let fresh = if is_due { std::mem::take(&mut own.fresh) } else { Fresh::default() };
        of.2 = None;
        if let Some(whole) = self.known.get_mut(&of) {
            whole.used = self.uses;
            Arc::make_mut(&mut whole.sketch).add_to(bin, more);
        }
        is_due.then(|| ChannelScores {
            platform: place.platform,
            workspace: place.workspace.clone(),
            channel: place.channel.clone(),
            learnt: learnt.to_owned(),
            counts: fresh.counts.into_iter().collect(),
            fades,
            at: now,
        })
    }
}

/// How scores are spread in a channel, and in its workspace: the nearer first.
pub(super) fn spread(cx: &Cx<'_>, place: &Place, out: &mut Changes) -> Handled<Vec<Arc<ScoreSketch>>> {
    let mut spread = Vec::with_capacity(2);
    for channel in [Some(place.channel.clone()), None] {
        let of = (place.platform, place.workspace.clone(), channel);
        let sketch = if let Some(known) = cx.memory.histograms.of(&of, cx.now()) {
            known
        } else {
            let rows = cx.scores_in(&of)?;
            let read = Histogram { of: of.clone(), rows };
            let sketch = Arc::new(cx.memory.histograms.with_fresh(&read));
            out.remembered.push(Remember::Histogram(read));
            sketch
        };
        if of.2.is_none() || !sketch.is_empty() {
            spread.push(sketch);
        }
    }
    Ok(spread)
}

/// Counts what a message of a channel scored.
pub(super) fn count(place: &Place, needs: &[Need], out: &mut Changes) {
    out.remembered.push(Remember::Scored(place.clone(), ScoreSketch::bin_of(needs), 1));
}

/// Takes a message out that proved useful: it was no false alarm, and does not count against the channel's budget.
pub(super) fn discount(place: &Place, need: &Need, out: &mut Changes) {
    out.remembered.push(Remember::Scored(place.clone(), ScoreSketch::bin_of(std::slice::from_ref(need)), -1));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(channel: &str) -> Scores {
        (PlatformKind::Slack, WorkspaceId::new("T1"), Some(ChannelId::new(channel)))
    }

    fn place(channel: &str) -> Place {
        Place {
            platform: PlatformKind::Slack,
            workspace: WorkspaceId::new("T1"),
            channel: ChannelId::new(channel),
            thread: None,
            privacy: chat::Privacy::Shared,
        }
    }

    #[test]
    fn of_too_many_channels_the_least_recently_used_goes() {
        let (mut known, now) = (Histograms::default(), Timestamp::from_ms(1_000));
        for n in 0..REMEMBERED {
            let of = of(&format!("C{n}"));
            assert!(known.of(&of, now).is_none());
            known.take(&Histogram { of, rows: vec![(1, 2)] }, now);
        }
        assert_eq!(known.count(&place("C0"), (1, 1), ("m", now)).map(|_| ()), None, "the first is used again");
        known.take(&Histogram { of: of("C500"), rows: Vec::new() }, now);
        assert_eq!(known.known.len(), REMEMBERED);
        assert!(known.of(&of("C0"), now).is_some() && known.of(&of("C1"), now).is_none());
    }

    #[test]
    fn what_is_read_anew_keeps_what_is_not_written_down_yet() {
        let (mut known, now) = (Histograms::default(), Timestamp::from_ms(1_000));
        known.take(&Histogram { of: of("C1"), rows: vec![(1, 2)] }, now);
        for _ in 0..3 {
            assert!(known.count(&place("C1"), (1, 1), ("m", now)).is_none());
        }
        let later = now + BELIEVED;
        assert!(known.of(&of("C1"), later).is_none(), "it is old");
        known.take(&Histogram { of: of("C1"), rows: vec![(1, 10)] }, later);
        assert_eq!(known.of(&of("C1"), later).unwrap().len(), 13);
        let whole = Histogram { of: (PlatformKind::Slack, WorkspaceId::new("T1"), None), rows: vec![(1, 100)] };
        assert_eq!(known.with_fresh(&whole).len(), 103);
    }

    #[test]
    fn scores_are_written_down_for_every_batch() {
        let (mut known, now) = (Histograms::default(), Timestamp::from_ms(1_000));
        known.take(&Histogram { of: of("C1"), rows: Vec::new() }, now);
        let written: Vec<_> = (0..2 * BATCH).filter_map(|_| known.count(&place("C1"), (3, 1), ("m", now))).collect();
        assert_eq!(written.iter().map(|rows| rows.counts.clone()).collect::<Vec<_>>(), [[(3, 32)], [(3, 32)]]);
    }
}
