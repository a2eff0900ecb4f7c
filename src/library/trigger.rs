//! What a manager configures: when, for whom, what to offer, how.

use std::{fmt, str::FromStr, time::Duration};

use chat::AssetId;
use serde::{Deserialize, Serialize};

use super::{Dip, Moment, ScenarioId, SkillId, asset::names};

chat::id! {
    /// The name of a trigger.
    TriggerId;
}

/// A trigger as its author wrote it, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    /// Its name.
    pub id: TriggerId,
    /// The skill whose folder it lies in.
    pub skill: SkillId,
    /// How people read it in *Why this?*.
    pub title: String,
    /// The need in one sentence.
    pub need: String,
    /// What it offers, the best first; never empty.
    pub offer: Vec<AssetId>,
    /// The scenario behind *Practise this*.
    pub practise: Option<ScenarioId>,
    /// The moments of need it hears; never empty.
    pub moments: Vec<Moment>,
    /// Phrases that mean the need by themselves.
    pub keywords: Vec<String>,
    /// A CEL expression over `event` and `person` that must also hold.
    pub condition: Option<String>,
    /// Only for these roles; empty: everybody.
    pub roles: Vec<String>,
    /// Answered in private even where it was heard in a channel: others need not read that it happened.
    pub is_private: bool,
    /// How long people get to answer first; `None`: as long as the house gives.
    pub grace: Option<Duration>,
    /// How long it stays quiet in a channel after it spoke.
    pub cooldown: Duration,
    /// How long the same asset stays away from the same person.
    pub recovery: Duration,
    /// 0 to 100: who goes first when two triggers hear the same message.
    pub priority: u8,
    /// Whether it speaks.
    pub mode: Mode,
    /// How soon it is heard in what people write; `None`: as the channel has it.
    pub hearing: Option<Hearing>,
    /// Share of people whose needs are recorded and not answered, 0 to 50 per cent.
    pub holdout_percent: u8,
    /// Who answers for it.
    pub owner: String,
    /// For a trigger that listens to numbers instead of words.
    pub dip: Option<Dip>,
    /// Messages that mean the need.
    pub examples: Vec<String>,
    /// Messages that sound alike and mean something else.
    pub unlike: Vec<String>,
}

impl Trigger {
    /// True where it is heard in what people write by its examples, to which more can be added.
    pub fn hears_examples(&self) -> bool {
        self.dip.is_none() && !self.examples.is_empty()
    }
}

names! {
    /// How many messages that mean no need may be taken for one: a name for a budget of alarms.
    Hearing {
        /// One message in two thousand.
        Careful = "careful",
        /// One in a thousand.
        Balanced = "balanced",
        /// Five in a thousand.
        Eager = "eager",
    }
}

names! {
    /// Whether a trigger or a channel is live.
    Mode {
        /// Nothing is decided.
        Off = "off",
        /// Decides and records, says nothing.
        Shadow = "shadow",
        /// Decides and speaks.
        Live = "live",
    }
}
