//! What a newcomer may try beside the chat: what would be heard, a number that moves, an export, other limits.
//!
//! Invariants
//! - Everything stays on this machine, and nothing of it is kept: neither the text that is tried nor the export.

use std::{future::Future, pin::Pin};

use chat::Timestamp;
use serde::Serialize;

/// An answer that takes a moment; the error is a sentence that a person reads.
pub type Trying<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// The largest export that is taken, in bytes.
pub(crate) const LARGEST_EXPORT: usize = 64 * 1024 * 1024;

/// What the house lets people try out.
pub trait Experiments: Send + Sync {
    /// Every topic with its likelihood in a text, the likeliest first.
    fn hear(&self, text: &str) -> Vec<Topic>;

    /// True where no limits hold in the playground.
    fn limits_are_loose(&self) -> bool;

    /// Lets go of the limits, or has them hold again, from now on and after a restart.
    fn loosen_limits(&self, loose: bool) -> Trying<'_, ()>;

    /// What each number of Ben's would come to; `None` where the library judges no such number.
    fn numbers(&self) -> Trying<'_, Option<Numbers>>;

    /// Tells a number of Ben's, as a CRM would.
    fn send_number(&self, events: u32) -> Trying<'_, ()>;

    /// What would have been said in a Slack export, which is read and thrown away.
    fn rehearse(&self, export: Vec<u8>) -> Trying<'_, Rehearsed>;
}

/// A topic and how likely a text is about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Topic {
    /// Its id in the library.
    pub topic: String,
    /// Its title.
    pub title: String,
    /// The likelihood, from 0 to 1.
    pub score: f32,
    /// The likelihood from which on it counts.
    pub threshold: f32,
    /// True where it counts.
    pub heard: bool,
}

/// What each number would come to that could be told now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Numbers {
    /// The measure's title.
    pub title: String,
    /// What one case is, in the plural.
    pub unit: String,
    /// How many cases there are.
    pub of: u32,
    /// How many of them are usual, as a share.
    pub usual: f64,
    /// True while Ben has a card for a number that has not come back.
    pub helped: bool,
    /// When the next number is looked at, where that is not now.
    pub next: Option<Timestamp>,
    /// What `0`, `1`, … `of` would come to.
    pub verdicts: Vec<Verdict>,
}

/// What one number would come to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// In one word.
    pub outcome: Comes,
    /// The chance of a number at least this low, were nothing different.
    pub chance: Option<f64>,
    /// The most that counts as moved.
    pub accepted: Option<f64>,
}

/// What a number comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Comes {
    /// It is worse than chance explains.
    Moved,
    /// It may be chance.
    Chance,
    /// It is as good as usual, or better.
    Usual,
    /// It is not looked at: too soon, or too few cases.
    Waits,
}

/// What would have been said in an export.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rehearsed {
    /// Messages read.
    pub messages: u64,
    /// True where the export has more than are read here.
    pub cut: bool,
    /// Channels read.
    pub channels: usize,
    /// The first day.
    pub from: Option<String>,
    /// The last day.
    pub to: Option<String>,
    /// Entries that could not be read.
    pub broken: u64,
    /// Every topic that was heard, the one that would answer most first.
    pub topics: Vec<RehearsedTopic>,
}

/// What one topic would have done in an export.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RehearsedTopic {
    /// Its title.
    pub title: String,
    /// How often it would have answered.
    pub spoken: u64,
    /// How often people answered first.
    pub answered: u64,
    /// How often it would have stayed silent.
    pub silent: u64,
    /// How many people it would have answered.
    pub people: usize,
    /// Some of the messages.
    pub examples: Vec<RehearsedMessage>,
}

/// A message of an export.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RehearsedMessage {
    /// The channel's name.
    pub channel: String,
    /// When it was written.
    pub said_at: String,
    /// What it says, on one line.
    pub text: String,
    /// What would have come of it.
    pub ending: String,
}
