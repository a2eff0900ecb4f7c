//! What was decided about a need, and why.

use std::fmt;

use chat::{AssetId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use super::dip::Verdict;
use crate::{
    library::{ScenarioId, TriggerId},
    messages::say,
};

/// A trigger recognised in an event, with its evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Need {
    /// Which trigger.
    pub trigger: TriggerId,
    /// How strongly, from 0 to 1.
    pub score: f32,
    /// The score from which on it counts.
    pub threshold: f32,
    /// What it was recognised by.
    pub evidence: Evidence,
}

/// A score and the threshold it needs, in whole per cent; one that is not recognised always reads less than what it needs.
pub fn percents(score: f32, threshold: f32, is_recognised: bool) -> (u32, u32) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
    let percent = |share: f32| (share.clamp(0.0, 1.0) * 100.0).round() as u32;
    let (score, threshold) = (percent(score), percent(threshold));
    if is_recognised { (score.max(threshold), threshold) } else { (score.min(threshold.saturating_sub(1)), threshold) }
}

impl Need {
    /// Score and threshold in whole per cent, as people read them; one that does not reach the threshold also reads less.
    pub fn percents(&self) -> (u32, u32) {
        percents(self.score, self.threshold, self.is_heard())
    }

    /// True when the score reaches the threshold.
    pub fn is_heard(&self) -> bool {
        self.score >= self.threshold
    }
}

/// What a need was recognised by: words of the library, never the person's own text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Evidence {
    /// One of the trigger's phrases stands in the message.
    Keyword {
        /// The phrase as the manager wrote it.
        phrase: String,
    },
    /// The message resembles an example.
    Example {
        /// The example it is nearest to.
        nearest: String,
        /// Words of that example which weighed most.
        words: Vec<String>,
    },
    /// The person asked for it by name.
    Asked,
    /// A number of the person's work moved.
    Measured {
        /// The numbers, and what they come to.
        verdict: Verdict,
    },
    /// Another system raised an alert.
    Alerted {
        /// Its name.
        name: String,
    },
}

impl Evidence {
    /// The example of the library to which a message was nearest, where that is what it was recognised by.
    pub fn example(&self) -> Option<&str> {
        if let Self::Example { nearest, .. } = self { Some(nearest) } else { None }
    }
}

/// What to do about an event: speak, hold or stay silent, always with reasons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// What to do.
    pub act: Act,
    /// The need it is about, where one was recognised (or came nearest).
    pub need: Option<Need>,
    /// Every rule that was looked at, in order.
    pub reasons: Vec<Reason>,
}

/// The three things that can be decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// Say it now.
    Speak(Plan),
    /// Wait, then look again.
    Hold {
        /// When to look again.
        until: Timestamp,
        /// The rule that asks for waiting.
        because: Rule,
        /// What would be said.
        plan: Plan,
    },
    /// Say nothing.
    Silent {
        /// The rule that decided it.
        because: Rule,
    },
}

/// What is offered to whom, for one need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The trigger behind it.
    pub trigger: TriggerId,
    /// For whom.
    pub person: PersonId,
    /// In the thread, or in private.
    pub to: Audience,
    /// What: the assets in order, and practice.
    pub molecule: Molecule,
    /// Decided and recorded, but not said.
    #[serde(default)]
    pub shadow: bool,
    /// True when nobody asked us: it counts against the person's budget.
    pub unasked: bool,
    /// Topics too near each other to tell apart, of which the person is asked to choose one; empty where one is clear.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub among: Vec<Candidate>,
}

/// A topic that may be meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The trigger behind it.
    pub trigger: TriggerId,
    /// Its cards, the one that fits the message best first.
    pub assets: Vec<AssetId>,
}

/// Who is to read an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The thread of the message.
    Thread,
    /// The person alone.
    Private,
}

/// The ordered assets and the scenario offered to one person for one need.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Molecule {
    /// The first is shown; the others are one tap away.
    pub assets: Vec<AssetId>,
    /// What to practise.
    pub scenario: Option<ScenarioId>,
}

/// One rule that was looked at, and what it said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Which rule.
    pub rule: Rule,
    /// True when it let the need pass.
    pub passed: bool,
    /// The value it looked at, in words a manager reads.
    pub value: String,
}

impl Reason {
    /// A rule that let the need pass.
    pub fn passed(rule: Rule, value: impl Into<String>) -> Self {
        Self { rule, passed: true, value: value.into() }
    }

    /// A rule that stopped the need, for now or for good.
    pub fn stopped(rule: Rule, value: impl Into<String>) -> Self {
        Self { rule, passed: false, value: value.into() }
    }
}

/// Declares the rules: the name that is stored, and the text that people read.
macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident = $label:literal,)+) => {
        /// The rules a need passes through.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Rule {
            $($(#[$doc])* $rule,)+
        }

        impl Rule {
            /// Every rule, in the order in which they are looked at.
            pub const ALL: &'static [Self] = &[$(Self::$rule),+];

            /// What people read.
            pub fn label(self) -> &'static str {
                match self { $(Self::$rule => say!($label)),+ }
            }
        }
    };
}

rules! {
    /// Written by a program.
    Author = "rule-author",
    /// The mode of the channel.
    Channel = "rule-channel",
    /// Whether a need was recognised.
    Recognition = "rule-match",
    /// The language of the message, where it is not English.
    Language = "rule-language",
    /// Who goes first, where one message means several needs.
    Priority = "rule-chosen",
    /// Several topics are too close to tell apart.
    Which = "rule-which",
    /// What was measured, and whether it moved.
    Measured = "rule-numbers",
    /// Whether the person turned to Kairos.
    Addressed = "rule-addressed",
    /// The mode of the trigger.
    Trigger = "rule-topic",
    /// What people's taps made of how soon the trigger is heard.
    Learnt = "rule-feedback",
    /// The trigger's condition.
    Condition = "rule-condition",
    /// The trigger's roles.
    Role = "rule-role",
    /// The person opted out, snoozed or stopped the trigger.
    Choice = "rule-settings",
    /// How full the person said their week is.
    Load = "rule-workload",
    /// The randomised share without help.
    Holdout = "rule-control-group",
    /// Whether a person answered first.
    Answered = "rule-answered",
    /// The trigger spoke here a short time ago.
    Cooldown = "rule-cooldown",
    /// The same asset reached the person a short time ago, or they know it.
    Recovery = "rule-repeat",
    /// The grace period.
    Grace = "rule-grace",
    /// Working hours.
    QuietHours = "rule-hours",
    /// The person's budget of unasked messages.
    Budget = "rule-limit",
    /// What the budget held back is told once a week.
    Digest = "rule-summary",
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}
