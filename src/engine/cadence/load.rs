//! How loaded somebody says they are, where they want to be asked: the overloaded get only what they ask for.
//!
//! Invariants
//! - Nobody is asked who did not choose to be, and nothing is inferred: only what they said counts.
//! - What they said holds for [`HOLDS`] and no longer.

use std::time::Duration;

use chat::Timestamp;

use crate::engine::{Reason, Rule};

/// How long what somebody said holds, and how long until they are asked again.
pub const HOLDS: Duration = Duration::from_hours(7 * 24);

/// How loaded somebody is, in their own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// Ready for more.
    Ready,
    /// Neither nor.
    Unsure,
    /// Too much already.
    Overloaded,
}

impl Load {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Ready, Self::Unsure, Self::Overloaded];

    /// As it is stored, and as people read it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Unsure => "unsure",
            Self::Overloaded => "overloaded",
        }
    }
}

/// What somebody who wants to be asked said last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pulse {
    /// What, and when; `None`: nothing yet.
    pub said: Option<(Load, Timestamp)>,
}

impl Pulse {
    /// What holds at an instant, and until when.
    pub fn holding(self, now: Timestamp) -> Option<(Load, Timestamp)> {
        self.said.map(|(load, at)| (load, at + HOLDS)).filter(|(_, until)| now < *until)
    }
}

/// Whether somebody's load leaves room for what they did not ask for; `None` where they did not say.
pub(crate) fn check(pulse: Option<Pulse>, now: Timestamp) -> Option<Reason> {
    let (load, _) = pulse?.holding(now)?;
    let value = format!("said they are {} this week", load.as_str());
    Some(match load {
        Load::Overloaded => Reason::stopped(Rule::Load, format!("{value}: only what they ask for")),
        Load::Ready | Load::Unsure => Reason::passed(Rule::Load, value),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_overloaded_are_spared_and_only_for_a_week() {
        let said_at = Timestamp::from_ms(1_000);
        let passes = |load, after| check(Some(Pulse { said: Some((load, said_at)) }), said_at + after).map(|it| it.passed);
        let moment = Duration::from_millis(1);
        assert_eq!(check(None, said_at), None);
        assert_eq!(check(Some(Pulse::default()), said_at), None);
        for load in Load::ALL {
            assert_eq!(passes(load, HOLDS - moment), Some(load != Load::Overloaded));
            assert_eq!(passes(load, HOLDS), None);
        }
    }
}
