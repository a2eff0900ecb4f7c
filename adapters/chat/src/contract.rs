//! The contract of an adapter: in prose ([`Clause`]), and as checks that every adapter runs.
//!
//! Invariants
//! - Every check names the clause it holds; every clause a platform can break is held by a check.
//! - The checks know a platform only through [`Platform`] and a [`Peer`]; they never sleep and need no runtime.
//! - A fourth platform costs one translation: nothing here changes for it.
//!
//! An adapter with no connection yet runs [`check_rendering`]; one with a connection runs [`check`] as well, against
//! a peer: somebody else's imitation of the platform, or its own test double.

use std::{fmt, future::Future, pin::Pin};

use crate::{Identity, MessageId, Place, Platform, ShownTo};

mod hearing;
mod looking;
mod refusing;
mod samples;
mod sending;
mod wholeness;

pub use samples::{HOSTILE, Sample, sample_cards};
pub use wholeness::{check_rendering, missing};

/// What an adapter owes. MUST and SHOULD as in RFC 2119; the number of a clause is its place in this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clause {
    /// A send with a key that was used at that place before MUST show nothing new, and MUST answer with the message
    /// that is there. Different keys are different messages, even with the same card.
    SendsOnce = 1,
    /// `find` MUST return what an earlier send with that key left, also after an edit; `None` for a key never used.
    Finds,
    /// An edit MUST change the message where it stands: same id, no second message, nothing left of the old card.
    EditsInPlace,
    /// Every text of a card MUST be shown whole: descriptions, labels and addresses included. What cannot be shown
    /// in the platform's own form SHOULD be shown as text, never dropped.
    ShowsWhole,
    /// What people or authors wrote MUST NOT ping, link or format beyond what the card's own spans say.
    Inert,
    /// `open_private` MUST lead to a conversation that one person reads, the same one each time.
    PrivateStaysPrivate,
    /// A message for [`ShownTo::Only`] MUST NOT be visible to anybody else; where the platform can't do that now, it
    /// MUST be refused and shown to nobody.
    ForOneOnly,
    /// What will never work MUST be `Definite`; what surely did nothing and may work later MUST be `Transient`; what
    /// may have happened MUST be `Unknown`. A wait that the platform asked for MUST be passed on.
    RefusesHonestly,
    /// What is over a limit of the platform MUST be refused as `Definite` and not shown at all: never cut, never
    /// shown in part. What is within the limits in [`crate::Card`]'s fields SHOULD fit.
    KeepsLimits,
    /// No refusal, no [`crate::Unreadable`] and no log line may carry the text of a message or of a card.
    Discreet,
    /// `translate` MUST be pure: the same raw event gives the same events, with the same ids, whenever it comes.
    TranslatesAlike,
    /// `translate` MUST say truly who wrote what where, and MUST keep a message's text whatever else in the raw event
    /// is odd, missing or new.
    KeepsText,
    /// `translate` MUST NOT panic, whatever it is given: garbage is `Unreadable`, what doesn't matter is no event.
    NeverPanics,
    /// A message of ours or of another program MUST come back marked `by_bot`.
    KnowsItself,
    /// `describe` MUST answer `None` for somebody the platform does not know, and a profile for somebody it does. It
    /// SHOULD tell the time zone, and until when somebody is not to be disturbed, where the platform knows.
    DescribesPeople,
    /// A history MUST be oldest first and hold nothing older than was asked for; `None` where there is none.
    HistoryInOrder,
    /// `message` MUST give a message as the history gives it, also when the place is the thread that it opened; never one
    /// of another channel.
    FindsMessages,
    /// `describe_many` MUST answer for each person in their order what `describe` answers.
    DescribesTogether,
    /// `join` MUST say `Joined` where Kairos is a member, and only where what is said reaches it from then on.
    Joins,
}

impl Clause {
    /// Every clause, in the order of the contract.
    pub const ALL: [Self; 19] = [
        Self::SendsOnce,
        Self::Finds,
        Self::EditsInPlace,
        Self::ShowsWhole,
        Self::Inert,
        Self::PrivateStaysPrivate,
        Self::ForOneOnly,
        Self::RefusesHonestly,
        Self::KeepsLimits,
        Self::Discreet,
        Self::TranslatesAlike,
        Self::KeepsText,
        Self::NeverPanics,
        Self::KnowsItself,
        Self::DescribesPeople,
        Self::HistoryInOrder,
        Self::FindsMessages,
        Self::DescribesTogether,
        Self::Joins,
    ];

    /// Its number in the contract, from one.
    pub const fn number(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "clause {} ({self:?})", self.number())
    }
}

/// A clause that was not kept, with what was seen instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The clause.
    pub clause: Clause,
    /// What was seen.
    pub found: String,
}

impl Breach {
    /// `clause` was not kept: `found` was seen.
    pub fn new(clause: Clause, found: impl Into<String>) -> Self {
        Self { clause, found: found.into() }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.clause, self.found)
    }
}

/// What looking at the platform becomes.
pub type Look<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A message as a reader of the platform sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Under which id.
    pub message: MessageId,
    /// Everything that can be read on it, with markup already turned into manner: labels of buttons and menu entries,
    /// descriptions of pictures and addresses of links included.
    pub text: String,
    /// True when somebody was notified by something in the text.
    pub pings: bool,
    /// Who sees it.
    pub to: ShownTo,
}

/// A message that somebody writes on the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Where.
    pub place: Place,
    /// Who; [`None`] for Kairos itself.
    pub by: Option<Identity>,
    /// What.
    pub text: String,
}

/// How the next call to the platform goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The platform says "not now, in two seconds" and does nothing.
    Busy,
    /// The platform does it, and its answer never arrives.
    AnswerLost,
}

/// The other side of a platform in a test: who is there, and what they see.
///
/// A check expects a platform on which no key of this contract was used before.
pub trait Peer: Send + Sync {
    /// A channel that several people and Kairos read.
    fn shared(&self) -> Place;

    /// A channel that takes no messages, ever: archived, or not there.
    fn closed(&self) -> Place;

    /// Somebody the platform knows, who may be written to in private.
    fn known(&self) -> Identity;

    /// Somebody the platform has never heard of.
    fn unknown(&self) -> Identity;

    /// Every message of ours that stands at `place` now, whoever sees it, oldest first.
    fn shown<'a>(&'a self, place: &'a Place) -> Look<'a, Vec<Shown>>;

    /// The raw event that the platform delivers for a message; the same for the same message.
    fn raw(&self, said: &Said) -> String;

    /// The same raw event, made odd around the text: unknown fields, fields of another type, fields missing that a
    /// message can do without. One string for each oddity.
    fn odd(&self, said: &Said) -> Vec<String>;

    /// Lets the next call go wrong; false where this platform can't go wrong so (a chat within our own process).
    fn fail_next(&self, fault: Fault) -> bool;
}

/// Holds a platform to the whole contract. Empty when it keeps every clause.
pub async fn check(platform: &dyn Platform, peer: &dyn Peer) -> Vec<Breach> {
    let mut breaches = hearing::check(platform, peer);
    breaches.extend(sending::check(platform, peer).await);
    breaches.extend(refusing::check(platform, peer).await);
    breaches.extend(looking::check(platform, peer).await);
    breaches
}
