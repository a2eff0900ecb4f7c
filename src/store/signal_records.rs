//! What is kept of signals and dips, and where arrivals come from.

use std::{fmt, str::FromStr};

use chat::{DeliveryId, Identity, PersonId, PersonKey, PlatformKind, Scope, Signal, Timestamp};

use super::NameState;
use crate::{engine::dip::Verdict, library::TriggerId};

/// What a signal changes.
#[derive(Clone, Debug, PartialEq)]
pub enum DipChange {
    /// The signal itself is kept; one that is known stays as it is.
    Keep {
        /// What was told.
        signal: Box<Signal>,
        /// About whom, where that is known.
        person: Option<PersonId>,
        /// The workspaces of people that it may reach.
        scope: Scope,
        /// When it came in.
        received_at: Timestamp,
    },
    /// A signal that waited has found its person.
    Adopt {
        /// Which one.
        signal: String,
        /// Whose it is.
        person: PersonId,
    },
    /// An alert about a group reached nobody so far.
    Unheard(Unheard),
    /// An alert about a group has reached somebody, or is no longer true.
    Heard {
        /// Which one.
        signal: String,
    },
    /// A rule looked at a person: the false alarms up to then are spent.
    Looked {
        /// Whose rule.
        trigger: TriggerId,
        /// At whom.
        person: PersonId,
        /// Up to when what was seen goes.
        at: Timestamp,
    },
    /// A number moved; where one is open already, it stays as it is.
    Open(Box<KeptDip>),
    /// Help was offered for the open dip.
    Helped {
        /// Under which trigger.
        trigger: TriggerId,
        /// To whom.
        person: PersonId,
        /// By which card.
        delivery: DeliveryId,
    },
    /// The open dip is over.
    Close {
        /// Under which trigger.
        trigger: TriggerId,
        /// Whose.
        person: PersonId,
        /// Since when.
        at: Timestamp,
    },
}

/// A number that moved, from then until recovery.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptDip {
    /// The trigger whose rule found it.
    pub trigger: TriggerId,
    /// Whose number it is.
    pub person: PersonId,
    /// When it was found.
    pub opened_at: Timestamp,
    /// True when the person is in the share without help: drawn before any other rule was asked.
    pub held_out: bool,
    /// The help that was offered.
    pub delivery: Option<DeliveryId>,
    /// The alert that told of it, where one did.
    pub fingerprint: Option<String>,
    /// The numbers, where there were any.
    pub verdict: Option<Verdict>,
    /// When it was over.
    pub closed_at: Option<Timestamp>,
}

/// An alert about a group that has reached nobody yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unheard {
    /// Which one.
    pub signal: String,
    /// The team that it names; empty: none.
    pub team: String,
    /// The source that told of it.
    pub source: String,
    /// Since when it waits.
    pub since: Timestamp,
}

/// Somebody's time on duty for a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// Who.
    pub person: PersonId,
    /// For which team; [`super::EVERY_TEAM`]: for every one.
    pub team: String,
    /// From when.
    pub from: Timestamp,
    /// Until when, that instant not included.
    pub until: Timestamp,
}

/// Somebody who is known, by all their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Who.
    pub person: PersonId,
    /// On chat platforms.
    pub identities: Vec<Identity>,
    /// In other systems, and how far each is settled.
    pub names: Vec<(PersonKey, NameState)>,
}

/// Signals that wait for somebody by a name that nobody bears yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The name.
    pub who: PersonKey,
    /// How many.
    pub count: u64,
    /// Since when.
    pub since: Timestamp,
    /// A platform named somebody who has not said yet that it is them.
    pub unconfirmed: bool,
}

/// Where an arrival comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A chat platform.
    Platform(PlatformKind),
    /// What a chat platform kept, read after an absence.
    Past(PlatformKind),
    /// A source of alerts, by its name in the configuration.
    Alerts(String),
}

impl From<PlatformKind> for Origin {
    fn from(kind: PlatformKind) -> Self {
        Self::Platform(kind)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Platform(kind) => f.write_str(kind.as_str()),
            Self::Past(kind) => write!(f, "past/{kind}"),
            Self::Alerts(source) => write!(f, "alerts/{source}"),
        }
    }
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(source) = text.strip_prefix("alerts/") {
            return Ok(Self::Alerts(source.to_owned()));
        }
        match text.strip_prefix("past/") {
            Some(kind) => kind.parse().map(Self::Past),
            None => text.parse().map(Self::Platform),
        }
    }
}
