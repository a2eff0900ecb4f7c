//! One file of `DiscordChatExporter`: a channel or a thread, oldest message first.
//!
//! Invariants
//! - A file is read piece by piece and is closed in between: neither its size nor the number of files matters.
//! - Events come in time order; a message that lies before the one above it is broken.

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, BufReader, Seek, SeekFrom},
    path::PathBuf,
};

use chat::{Event, Timestamp};
use discord::export::Export;

use super::{
    Aside,
    entries::{Entries, Flaw},
    merge::Stream,
    slack_days::MAX_BROKEN,
};

/// How many messages are read at a time.
const PIECE: u64 = 256;
/// How many bytes are read at a time, but for a message that is larger.
const PIECE_BYTES: u64 = 1 << 20;

/// One exported file, and how far it is read.
pub(super) struct Exported {
    /// The file as people know it.
    pub(super) name: String,
    path: PathBuf,
    export: Export,
    /// Where in the file to go on, and how many messages lie behind; `None` at its end.
    next: Option<(u64, u64)>,
    /// The instant of the last message that was read.
    last: Timestamp,
    broken: usize,
    read: VecDeque<Event>,
}

impl Exported {
    /// The file at `path`, whose messages begin at `offset`.
    pub(super) fn new(name: String, path: PathBuf, export: Export, offset: u64) -> Self {
        let last = Timestamp::from_ms(i64::MIN);
        Self { name, path, export, next: Some((offset, 0)), last, broken: 0, read: VecDeque::new() }
    }

    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.read.len()
    }

    /// Looks at the first messages, so that the file can wait for its time; false where the newest comes first.
    pub(super) fn begins_with_oldest(&mut self) -> bool {
        let Ok(entries) = self.entries(self.next.unwrap_or_default()) else { return true };
        let mut firsts = entries.take(50).filter_map(|entry| Some(self.export.events(&entry.ok()?).ok()?.first()?.at));
        let (first, second) = (firsts.next(), firsts.next());
        drop(firsts);
        self.last = first.unwrap_or(self.last);
        second.is_none_or(|second| second >= self.last)
    }

    fn entries(&self, (offset, met): (u64, u64)) -> io::Result<Entries<BufReader<File>>> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(Entries::within(BufReader::with_capacity(64 << 10, file), offset, met))
    }

    fn load(&mut self, from: (u64, u64), aside: &mut Aside) {
        let mut entries = match self.entries(from) {
            Ok(entries) => entries,
            Err(error) => return aside.broken(&self.name, None, format!("can't be read: {error}")),
        };
        while entries.met() - from.1 < PIECE && entries.offset() - from.0 < PIECE_BYTES {
            let Some(entry) = entries.next() else { return };
            if let Err(flaw) = self.take(entry, aside) {
                self.broken += 1;
                aside.broken(&self.name, Some(entries.met()), flaw.to_string());
                if self.broken >= MAX_BROKEN {
                    return aside.broken(&self.name, None, "too many broken entries, the rest of the file is left out");
                }
                if matches!(flaw, Flaw::End(_)) {
                    return;
                }
            }
        }
        aside.done += entries.offset() - from.0;
        self.next = Some((entries.offset(), entries.met()));
    }

    fn take(&mut self, entry: Result<serde_json::Value, Flaw>, aside: &mut Aside) -> Result<(), Flaw> {
        let entry = entry?;
        let events = self.export.events(&entry).map_err(|error| Flaw::Entry(error.0))?;
        if let Some(first) = events.first() {
            if first.at < self.last {
                let reason = "older than the message before it; an export that begins with the oldest would be right";
                return Err(Flaw::Entry(reason.into()));
            }
            self.last = first.at;
        }
        if let Some((who, profile)) = self.export.author(&entry) {
            aside.meet(who, profile);
        }
        self.read.extend(events);
        Ok(())
    }
}

impl Stream for Exported {
    type Shared = Aside;

    fn not_before(&self) -> Option<Timestamp> {
        self.read.front().map(|event| event.at).or_else(|| self.next.map(|_| self.last))
    }

    fn step(&mut self, aside: &mut Aside) -> Option<Event> {
        let event = self.read.pop_front();
        if event.is_none()
            && let Some(from) = self.next.take()
        {
            self.load(from, aside);
        }
        event
    }
}
