//! What a decision rests on: values that the house looked up before asking the engine.

use std::{borrow::Cow, sync::Arc};

use chat::{AssetId, PersonId, Profile, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Budget, DaysOff, Learnt, LearntTrigger, Load, WorkingHours};
use crate::library::{Hearing, Mode, TriggerId};

/// Everything about a person that a decision may look at.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonFacts {
    /// Who.
    pub id: PersonId,
    /// What the platform tells.
    pub profile: Profile,
    /// Their own working hours; `None`: those of the house.
    pub hours: Option<WorkingHours>,
    /// What else they chose for themselves.
    pub own: Own,
    /// Wants nothing unasked at all.
    pub opted_out: bool,
    /// Wants nothing unasked until then.
    pub snoozed_until: Option<Timestamp>,
    /// Triggers they stopped.
    pub stopped: Vec<TriggerId>,
    /// Assets they know.
    pub known: Vec<AssetId>,
    /// What reached them lately, newest first.
    pub received: Vec<Received>,
    /// The platform has been asked who they are, and has not told it yet.
    pub awaited: bool,
}

impl PersonFacts {
    /// Somebody nothing is kept about yet.
    pub fn of_stranger(id: PersonId, profile: Profile) -> Self {
        Self {
            id,
            profile,
            hours: None,
            own: Own::default(),
            opted_out: false,
            snoozed_until: None,
            stopped: Vec::new(),
            known: Vec::new(),
            received: Vec::new(),
            awaited: false,
        }
    }
}

/// What a person chose for themselves, where they did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// An IANA time zone; it counts more than what the platform tells.
    pub zone: Option<String>,
    /// How many unasked messages they bear; `None`: as many as the house says.
    pub budget: Option<Budget>,
    /// When they are away.
    pub days_off: DaysOff,
    /// Wants no digest of what the budget held back.
    pub no_digest: bool,
    /// Wants to be asked once a week how full it is, and next then.
    pub pulse: Option<Timestamp>,
    /// What they said to that last; `None`: nothing since they were last asked.
    pub load: Option<Load>,
}

/// A card that reached a person, or is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// When it was sent (or is to be).
    pub at: Timestamp,
    /// By which trigger.
    pub trigger: TriggerId,
    /// What it offered first.
    pub asset: AssetId,
    /// True when it was not asked for.
    pub unasked: bool,
}

/// Everything about a channel and the conversation in it that a decision may look at.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceFacts {
    /// Whether Kairos is live here.
    pub mode: Mode,
    /// How soon triggers are heard here.
    pub hearing: Hearing,
    /// The channel's name as people read it, e.g. `deals`; empty for a private conversation.
    pub channel: String,
    /// When each trigger last spoke here.
    pub last_spoke: Vec<(TriggerId, Timestamp)>,
    /// Triggers that are paused, here and everywhere.
    pub paused: Vec<TriggerId>,
    /// What people's taps made of triggers, here and everywhere.
    pub learnt: Arc<Vec<LearntTrigger>>,
    /// Whose limits hold here.
    pub limits: Limits,
}

/// Which limits hold in a place: budgets, cooldowns and recovery windows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// None hold: for trying Kairos out, where everybody asks ten things in ten minutes.
    pub loose: bool,
    /// What came before counts against none of them, such as the story that a new playground tells.
    pub since: Option<Timestamp>,
}

impl Limits {
    /// A person with what counts of what reached them.
    pub(super) fn counted<'a>(&self, person: &'a PersonFacts) -> Cow<'a, PersonFacts> {
        if !self.loose && self.since.is_none() {
            return Cow::Borrowed(person);
        }
        let mut person = person.clone();
        person.received.retain(|card| self.counts(card.at));
        Cow::Owned(person)
    }

    /// True where something of that instant counts.
    pub(super) fn counts(&self, at: Timestamp) -> bool {
        !self.loose && self.since.is_none_or(|since| at >= since)
    }
}

impl PlaceFacts {
    /// What taps made of a trigger, where they made something of it.
    pub fn learnt(&self, trigger: &TriggerId) -> Option<&Learnt> {
        self.learnt.iter().find(|(id, _)| id == trigger).map(|(_, learnt)| learnt)
    }
}
