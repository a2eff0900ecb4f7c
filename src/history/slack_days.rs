//! One channel of a Slack export: a file for each day.
//!
//! Invariants
//! - Events come in time order, although days are those of whoever exported, in a time zone that no file names.
//! - Memory holds at most a piece of three days of a channel; a day that is larger is read again for its next piece.

use std::collections::VecDeque;

use chat::{ChannelId, Event, Timestamp};
use slack::export::Export;

use super::{
    Aside,
    entries::{Entries, Flaw},
    files::{Files, Listed},
    merge::Stream,
};

/// The largest day file that is read: 64 MiB.
const MAX_DAY_BYTES: u64 = 64 << 20;
/// The most entries of a day that are read.
const MAX_DAY_ENTRIES: u64 = 200_000;
/// How many entries of a day are held at a time.
const PIECE: u64 = 20_000;
/// After so many broken entries, the rest of a file is left.
pub(super) const MAX_BROKEN: usize = 1_000;
/// Time zones lie up to fourteen hours around UTC.
const ZONES_MS: i64 = 14 * 3_600_000;
const DAY_MS: i64 = 24 * 3_600_000;

/// What all channels of an export share.
pub(super) struct Shared {
    pub(super) files: Files,
    pub(super) export: Export,
    pub(super) aside: Aside,
}

/// One day file: the instant at which its day begins in UTC, and the file.
#[derive(Clone, Debug)]
pub(super) struct Day {
    starts_at: Timestamp,
    file: Listed,
    /// How many of its entries were read, and the instant of the last; `None` before the first piece.
    read: Option<(u64, Timestamp)>,
}

impl Day {
    /// A day of which nothing was read.
    pub(super) fn new(starts_at: Timestamp, file: Listed) -> Self {
        Self { starts_at, file, read: None }
    }

    /// No event of it that is still to come is earlier.
    fn first(&self) -> Timestamp {
        self.read.map_or_else(|| Timestamp::from_ms(self.starts_at.as_ms() - ZONES_MS), |(_, last)| last)
    }

    /// True where something of the day may lie between two instants.
    pub(super) fn may_hold(&self, from: Option<Timestamp>, to: Option<Timestamp>) -> bool {
        from.is_none_or(|from| from <= self.end()) && to.is_none_or(|to| to > self.first())
    }

    fn end(&self) -> Timestamp {
        Timestamp::from_ms(self.starts_at.as_ms() + DAY_MS + ZONES_MS)
    }

    fn holds(&self, at: Timestamp) -> bool {
        at >= self.first() && at < self.end()
    }
}

/// The day files of one channel.
pub(super) struct Days {
    id: ChannelId,
    /// Days still to be read, the earliest first.
    unread: VecDeque<Day>,
    /// Events that were read and not yet told, in time order.
    read: VecDeque<Event>,
}

impl Days {
    /// A channel and its days, in any order.
    pub(super) fn new(id: ChannelId, mut days: Vec<Day>) -> Self {
        days.sort_by(|a, b| (a.starts_at, &a.file.name).cmp(&(b.starts_at, &b.file.name)));
        Self { id, unread: days.into(), read: VecDeque::new() }
    }

    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.read.len()
    }

    /// How many bytes its files claim to hold.
    pub(super) fn bytes(&self) -> u64 {
        self.unread.iter().map(|day| day.file.size).sum()
    }

    /// Reads the next piece of a day; what is left of the day waits for its time.
    fn load(&mut self, mut day: Day, shared: &mut Shared) {
        let content = shared.files.read(&day.file, MAX_DAY_BYTES);
        let (done, last) = day.read.unwrap_or((0, Timestamp::from_ms(i64::MIN)));
        if day.read.is_none() {
            shared.aside.done += day.file.size;
        }
        let name = day.file.name.clone();
        let before = shared.aside.broken.len();
        let mut entries = Entries::list(content.bytes.as_slice());
        let mut newest = last;
        let is_over = loop {
            let Some(entry) = entries.next() else { break true };
            if done > 0 && entries.met() <= done {
                continue;
            }
            let number = Some(entries.met()).filter(|met| *met > 0);
            let events = match entry {
                Ok(value) => shared.export.events(&self.id, &value).map_err(|error| error.0),
                // A cut file ends in the middle by itself; the cut is told below.
                Err(Flaw::End(_)) if content.cut.is_some() => break true,
                Err(flaw) => Err(flaw.to_string()),
            };
            match events {
                Ok(events) if events.iter().any(|event| !day.holds(event.at)) => {
                    shared.aside.broken(&name, number, "its instant is not of the day that the file is named for");
                }
                // What was told before it can't be taken back.
                Ok(events) if events.iter().any(|event| event.at < last) => {
                    shared.aside.broken(&name, number, "older than messages far above it in the file");
                }
                Ok(events) => {
                    newest = events.iter().map(|event| event.at).fold(newest, Timestamp::max);
                    self.read.extend(events);
                }
                Err(reason) => shared.aside.broken(&name, number, reason),
            }
            if shared.aside.broken.len() - before >= MAX_BROKEN || entries.met() >= MAX_DAY_ENTRIES {
                shared.aside.broken(&name, None, "too many (broken) entries, the rest of the file is left out");
                break true;
            }
            if entries.met() - done >= PIECE {
                day.read = Some((entries.met(), newest));
                break false;
            }
        };
        // The sort is stable: what a message brings with it (reactions) stays behind it.
        self.read.make_contiguous().sort_by_key(|event| event.at);
        if !is_over {
            self.unread.push_front(day);
        } else if let Some(cut) = content.cut {
            shared.aside.broken(&name, Some(entries.met()), cut);
        }
    }
}

impl Stream for Days {
    type Shared = Shared;

    fn not_before(&self) -> Option<Timestamp> {
        let read = self.read.front().map(|event| event.at);
        let unread = self.unread.front().map(Day::first);
        read.into_iter().chain(unread).min()
    }

    fn step(&mut self, shared: &mut Shared) -> Option<Event> {
        let told = self.read.front().map(|event| event.at);
        if let Some(day) = self.unread.pop_front_if(|day| told.is_none_or(|at| day.first() <= at)) {
            self.load(day, shared);
            return None;
        }
        self.read.pop_front()
    }
}
