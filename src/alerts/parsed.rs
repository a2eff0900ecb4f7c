//! What was read of a body, entry by entry, and what was not.

use chat::{Signal, Timestamp, Unreadable};
use serde_json::Value;

use super::EntryError;

/// What was read of a body.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// What it tells.
    pub signals: Vec<Signal>,
    /// Entries that can't be read.
    pub unread: Vec<Unread>,
}

/// An entry that can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Which one: `alert 2`.
    pub place: String,
    /// Why, without any of its content.
    pub reason: String,
}

impl Parsed {
    /// Reads each of `entries`, numbered from zero for `read` and from one in what is told.
    pub(super) fn of_each<'e>(
        what: &str,
        entries: impl IntoIterator<Item = &'e Value>,
        read: impl Fn(usize, &'e Value) -> Result<Vec<Signal>, EntryError>,
    ) -> Self {
        let mut parsed = Self::default();
        for (index, entry) in entries.into_iter().enumerate() {
            match read(index, entry) {
                Ok(signals) => parsed.signals.extend(signals),
                Err(error) => {
                    let place = format!("{what} {}", index + 1);
                    parsed.unread.push(Unread { place, reason: error.to_string() });
                }
            }
        }
        parsed
    }

    /// What to tell whoever looks after it; `None` where all was read.
    pub fn told(&self) -> Option<String> {
        let first = self.unread.first()?;
        let all = self.unread.len() + self.signals.len();
        Some(format!("{} of {all} can't be read; {}: {}", self.unread.len(), first.place, first.reason))
    }
}

/// What readers know of where a body came from.
#[derive(Clone, Copy)]
pub(super) struct SourceContext<'a> {
    /// The source's name.
    pub(super) source: &'a str,
    /// The label that names the team.
    pub(super) team_label: &'a str,
    /// The unique name of the event that carries the entries, where its format has one.
    pub(super) event: Option<&'a str>,
    /// When it came in: what it says nothing about happened then.
    pub(super) received_at: Timestamp,
}

/// Why a body can't be read.
pub(super) enum NotRead {
    /// Its sender has to mend it.
    Body(String),
    /// Whoever wrote the source's mapping has to mend that: the body is kept until then.
    Mapping(String),
}

impl From<Unreadable> for NotRead {
    fn from(Unreadable(reason): Unreadable) -> Self {
        Self::Body(reason)
    }
}
