//! How full somebody says their week is, where they want to be asked: the overloaded get only what they ask for.
//!
//! Invariants
//! - Nobody is asked who did not choose to be, and nothing is inferred: only what they said counts.
//! - What they said holds until they are asked again, or say otherwise.

use super::Asking;
use crate::{
    engine::{Reason, Rule},
    messages::say,
};

/// How full somebody's week is, in their own word.
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

    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Unsure => "unsure",
            Self::Overloaded => "overloaded",
        }
    }
}

impl std::str::FromStr for Load {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|load| load.as_str() == text).ok_or(())
    }
}

/// Whether somebody's week leaves room for what they did not ask for; `None` where they did not say, or ask themselves.
pub(super) fn check(asking: &Asking<'_>) -> Option<Reason> {
    let load = asking.person.own.load.filter(|_| !asking.addressed)?;
    Some(match load {
        Load::Overloaded => Reason::stopped(Rule::Load, say!("workload-overloaded")),
        Load::Ready => Reason::passed(Rule::Load, say!("workload-ready")),
        Load::Unsure => Reason::passed(Rule::Load, say!("workload-unsure")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::samples::{NOW, person, place, trigger};

    fn passes(load: Option<Load>, addressed: bool) -> Option<bool> {
        let (trigger, mut person, place) = (trigger("price"), person(), place());
        person.own.load = load;
        let asking = Asking {
            trigger: &trigger,
            person: &person,
            place: &place,
            addressed,
            heard_at: NOW,
            first_look: false,
            to_group: false,
            now: NOW,
        };
        check(&asking).map(|reason| reason.passed)
    }

    #[test]
    fn only_the_overloaded_are_spared_and_never_what_they_ask_for() {
        assert_eq!(passes(None, false), None);
        for load in Load::ALL {
            assert_eq!(passes(Some(load), false), Some(load != Load::Overloaded));
            assert_eq!(passes(Some(load), true), None);
            assert_eq!(load.as_str().parse(), Ok(load));
        }
    }
}
