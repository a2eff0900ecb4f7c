//! What a manager may see of a measure: everybody together, never anybody.
//!
//! Invariants
//! - Of fewer than [`FEWEST`] people nothing is said; a part of them is told only where the rest are as many too.
//! - Of each person the newest number counts, once.

use std::collections::BTreeMap;

use chat::{Observation, PersonId, Timestamp};
use serde::Serialize;

use super::looks::{Amount, amount};
use crate::library::Measure;

/// The fewest people of whom a total is shown.
pub const FEWEST: usize = 5;

/// A measure over everybody who is measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Total {
    /// How many people.
    pub people: usize,
    /// Their newest numbers, pooled: a share, a rate, or a mean.
    pub number: f64,
    /// Of how many a number moved.
    pub moved: usize,
    /// Of the helped: how many, and how many of them are back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub helped: Option<Part>,
    /// The same of the share without help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without: Option<Part>,
}

/// A part of those whose number moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Part {
    /// How many people.
    pub people: usize,
    /// How many of them are back at what is usual.
    pub back: usize,
}

/// That a number of somebody's moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Whose.
    pub person: PersonId,
    /// True in the share without help.
    pub held_out: bool,
    /// Since when it is over.
    pub closed_at: Option<Timestamp>,
}

/// The total over what was observed, the oldest first; `None` where it would tell of too few.
pub fn total(measure: &Measure, observed: &[(PersonId, Observation)], moved: &[Moved]) -> Option<Total> {
    let newest: BTreeMap<&PersonId, Amount> =
        observed.iter().filter_map(|(person, seen)| Some((person, amount(measure, seen)?))).collect();
    if newest.len() < FEWEST {
        return None;
    }
    let pooled = newest.values().fold(Amount { events: 0.0, of: 0.0 }, |sum, one| Amount {
        events: sum.events + one.events,
        of: sum.of + one.of,
    });
    // Of each person the last time counts.
    let of: BTreeMap<&PersonId, &Moved> = moved.iter().map(|it| (&it.person, it)).collect();
    let part = |held_out: bool| {
        let theirs: Vec<_> = of.values().filter(|it| it.held_out == held_out).collect();
        let back = theirs.iter().filter(|it| it.closed_at.is_some()).count();
        Some(Part { people: theirs.len(), back }).filter(|part| part.people >= FEWEST)
    };
    let number = pooled.share();
    Some(Total { people: newest.len(), number, moved: of.len(), helped: part(false), without: part(true) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::{Better, MeasureId, MeasureKind, SkillId};

    fn measure() -> Measure {
        Measure {
            id: MeasureId::new("close-rate"),
            skill: SkillId::new("selling"),
            title: "Negotiations that close".to_owned(),
            unit: "negotiations".to_owned(),
            kind: MeasureKind::Proportion,
            better: Better::Higher,
            minimum: 20,
            baseline: None,
        }
    }

    fn seen(person: usize, numerator: f64) -> (PersonId, Observation) {
        let seen = Observation { numerator: Some(numerator), denominator: Some(20.0), ..Observation::default() };
        (PersonId::new(format!("p{person}")), seen)
    }

    fn moved(person: usize, held_out: bool, back: bool) -> Moved {
        let closed_at = back.then(|| Timestamp::from_ms(1));
        Moved { person: PersonId::new(format!("p{person}")), held_out, closed_at }
    }

    #[test]
    fn of_four_people_nothing_is_said_and_of_five_the_total() {
        let observed: Vec<_> = (0..4).map(|person| seen(person, 5.0)).collect();
        assert_eq!(total(&measure(), &observed, &[]), None);
        let observed: Vec<_> = (0..5).map(|person| seen(person, 5.0)).collect();
        let all = total(&measure(), &observed, &[moved(1, false, false)]).unwrap();
        assert_eq!((all.people, all.number, all.moved, all.helped), (5, 0.25, 1, None));
    }

    #[test]
    fn a_person_counts_once_by_their_newest_number() {
        let mut observed: Vec<_> = (0..5).map(|person| seen(person, 5.0)).collect();
        observed.extend((0..5).map(|person| seen(person, 10.0)));
        let twice = [moved(1, false, true), moved(1, false, false)];
        let all = total(&measure(), &observed, &twice).unwrap();
        assert_eq!((all.people, all.number, all.moved), (5, 0.5, 1));
    }

    #[test]
    fn parts_are_told_from_five_people_on() {
        let observed: Vec<_> = (0..12).map(|person| seen(person, 5.0)).collect();
        let parts: Vec<_> = (0..9).map(|person| moved(person, person >= 5, person % 2 == 0)).collect();
        let all = total(&measure(), &observed, &parts).unwrap();
        assert_eq!(all.helped, Some(Part { people: 5, back: 3 }));
        assert_eq!(all.without, None, "four could be picked out");
    }
}
