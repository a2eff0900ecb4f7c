//! Reads what was said in the past, out of what Slack and Discord export, as the events the live bot would have seen.
//!
//! Invariants
//! - Events come in the order of their instants, over all channels.
//! - Memory holds a few days of Slack's channels, or a piece of each Discord file, never the whole history.
//! - A broken entry costs itself alone, and is told by file and number, never by what was written.
//! - Nothing is unpacked or written.

mod discord_files;
mod entries;
mod files;
mod merge;
mod open;
mod plain_line;
mod slack_days;

use std::{
    collections::{BTreeMap, VecDeque},
    fmt, io,
    path::{Path, PathBuf},
};

use chat::{Event, Identity, Place, Profile, Timestamp};
use thiserror::Error;

use merge::Merge;
pub use plain_line::plain_line;

/// The most people whose profile is kept.
const MAX_PEOPLE: usize = 1_000_000;

/// Past events in the order of their instants, and what could not be read among them.
pub struct History {
    source: Source,
    channels: Vec<Channel>,
    wanted: Wanted,
    total_bytes: u64,
    left_out: usize,
    not_read: NotRead,
    /// How many more events are read; `None`: all.
    most: Option<u64>,
}

/// Files of an export that hold no conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct NotRead {
    /// How many.
    pub count: usize,
    /// The first of them, by their paths within the export.
    pub names: Vec<String>,
}

enum Source {
    Slack(Merge<slack_days::Days>, Box<slack_days::Shared>),
    Discord(Merge<discord_files::Exported>, Aside),
}

/// A channel of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Where it is.
    pub place: Place,
    /// Its name, without `#`.
    pub name: String,
}

/// What of a history is wanted; by default all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only these channels, by name or id; empty: all.
    pub channels: Vec<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before, this instant not included.
    pub to: Option<Timestamp>,
}

impl Wanted {
    fn holds(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at < to)
    }
}

/// Something in a history that could not be read: where, and why, without anybody's words.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Broken {
    /// The file, by its path within the export.
    pub file: String,
    /// The entry in it, from one; `None`: the file itself.
    pub entry: Option<u64>,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry {
            Some(entry) => write!(f, "{}, entry {entry}: {}", self.file, self.reason),
            None => write!(f, "{}: {}", self.file, self.reason),
        }
    }
}

/// Why something can't be read as a history at all.
#[derive(Debug, Error)]
pub enum NotHistory {
    /// There is nothing at that path, or it may not be read.
    #[error("{} can't be read", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is something else.
    #[error(
        "{} is {found}; right would be a Slack export (the zip, or its folder with channels.json and a folder for each \
         channel) or JSON of DiscordChatExporter (a file, or a folder of such files)",
        path.display()
    )]
    Unknown {
        /// The path.
        path: PathBuf,
        /// What was found there.
        found: String,
    },
    /// A zip with a password.
    #[error("{} is an encrypted zip; unpack it and give the folder", path.display())]
    Encrypted {
        /// The path.
        path: PathBuf,
    },
    /// A zip that is made to do harm.
    #[error("{} is not read: {reason}", path.display())]
    Unsafe {
        /// The path.
        path: PathBuf,
        /// What about it.
        reason: String,
    },
    /// A Discord file whose newest message comes first.
    #[error("{file} begins with the newest message; an export without `--reverse` would be right")]
    Reversed {
        /// The file.
        file: String,
    },
    /// A channel that was asked for is not in the history.
    #[error("there is no channel {name:?} here; there are: {known}")]
    NoChannel {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
}

impl NotHistory {
    fn unreadable(path: &Path, source: io::Error) -> Self {
        Self::Unreadable { path: path.to_owned(), source }
    }
}

/// What is gathered beside the events.
#[derive(Default)]
struct Aside {
    /// Broken entries that were not told yet; files stop adding to it after `MAX_BROKEN`.
    broken: VecDeque<Broken>,
    /// Bytes read so far.
    done: u64,
    /// Profiles by identity.
    people: BTreeMap<Identity, Profile>,
}

impl Aside {
    fn broken(&mut self, file: &str, entry: Option<u64>, reason: impl Into<String>) {
        self.broken.push_back(Broken { file: plain_line(file, 200), entry, reason: reason.into() });
    }

    fn meet(&mut self, who: Identity, profile: Profile) {
        if self.people.len() < MAX_PEOPLE {
            self.people.insert(who, profile);
        }
    }
}

impl History {
    /// Opens a Slack export (zip or folder) or JSON of `DiscordChatExporter` (file or folder), told by what is in it.
    ///
    /// Private conversations between people are left out, as Kairos is never in them.
    pub fn open(path: &Path, wanted: Wanted) -> Result<Self, NotHistory> {
        open::open(path, wanted)
    }

    /// The channels that will be read, by name.
    pub fn channels(&self) -> &[Channel] {
        &self.channels
    }

    /// What is known of a person. Slack tells it before the first event, Discord with a person's first message.
    pub fn profile(&self, who: &Identity) -> Option<&Profile> {
        self.aside().people.get(who)
    }

    /// Everybody who is known so far.
    pub fn people(&self) -> impl Iterator<Item = (&Identity, &Profile)> {
        self.aside().people.iter()
    }

    /// Files of the export that hold no conversation that is read.
    pub fn not_read(&self) -> &NotRead {
        &self.not_read
    }

    /// How many private conversations between people, and comments of canvases, were left out.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// Ends after so many events.
    pub fn stop_after(&mut self, events: u64) {
        self.most = Some(events);
    }

    /// About how many bytes there are to read.
    pub fn total_bytes(&self) -> u64 {
        self.total_bytes
    }

    /// About how many of them were read.
    pub fn done_bytes(&self) -> u64 {
        self.aside().done.min(self.total_bytes)
    }

    fn aside(&self) -> &Aside {
        match &self.source {
            Source::Slack(_, shared) => &shared.aside,
            Source::Discord(_, aside) => aside,
        }
    }

    /// How many events are in memory now.
    #[cfg(test)]
    fn held(&self) -> usize {
        match &self.source {
            Source::Slack(merge, _) => merge.streams().iter().map(slack_days::Days::held).sum(),
            Source::Discord(merge, _) => merge.streams().iter().map(discord_files::Exported::held).sum(),
        }
    }

    fn next_broken(&mut self) -> Option<Broken> {
        match &mut self.source {
            Source::Slack(_, shared) => shared.aside.broken.pop_front(),
            Source::Discord(_, aside) => aside.broken.pop_front(),
        }
    }
}

impl Iterator for History {
    type Item = Result<Event, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(broken) = self.next_broken() {
                return Some(Err(broken));
            }
            let (ended, event) = match &mut self.source {
                Source::Slack(merge, shared) => (merge.has_ended(), merge.step(shared)),
                Source::Discord(merge, aside) => (merge.has_ended(), merge.step(aside)),
            };
            if ended {
                return None;
            }
            if let Some(event) = event.filter(|event| self.wanted.holds(event.at)) {
                if let Some(most) = &mut self.most {
                    *most = most.checked_sub(1)?;
                }
                return Some(Ok(event));
            }
        }
    }
}

/// The instant at which the day begins, in UTC, that a file like `2019-01-02.json` is named for.
fn day_of(name: &str) -> Option<Timestamp> {
    let day = name.strip_suffix(".json").filter(|day| day.len() == 10)?;
    let date: jiff::civil::Date = day.parse().ok()?;
    let start = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp::from_ms(start.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests;
