//! What people say of a trigger by their taps, and what becomes of the trigger: it is heard sooner or later, or it
//! pauses.
//!
//! Invariants
//! - A person has one voice, their latest; nothing changes by fewer than [`LEAST_PEOPLE`].
//! - What changes is bounded, and told in words that name numbers and nobody.

use chat::{PersonId, Timestamp};

use crate::library::TriggerId;

/// So few people change nothing.
pub const LEAST_PEOPLE: usize = 3;
/// The farthest that taps make a trigger harder to hear, in hundredths of a logarithm of odds.
const FARTHEST_UP: i32 = 150;
/// The farthest that they make it easier to hear: a needless message costs more than a missed one.
const FARTHEST_DOWN: i32 = -50;
/// What doubling the odds of a complaint moves, as a share of it.
const WEIGHT: f32 = 0.5;
/// Smaller steps are noise, in hundredths.
const STEP: i32 = 10;

/// What a tap says of the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It helped.
    Useful,
    /// It did not.
    NotForMe,
    /// It is known already: the moment may have been right.
    Know,
    /// No more of it.
    Stop,
    /// A manager: the moment was right.
    Right,
    /// A manager: it was not.
    Wrong,
}

impl Mark {
    /// As it is stored among the taps; `None` for a tap that says nothing of the moment.
    pub fn read(tap: &str) -> Option<Self> {
        Some(match tap {
            "useful" => Self::Useful,
            "not_for_me" => Self::NotForMe,
            "know" => Self::Know,
            "stop" => Self::Stop,
            "right" => Self::Right,
            "wrong" => Self::Wrong,
            _ => return None,
        })
    }
}

/// One tap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// Who.
    pub person: PersonId,
    /// What it says.
    pub mark: Mark,
    /// When.
    pub at: Timestamp,
}

/// What became of a trigger by people's taps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steered {
    /// Added to the odds from which on it is heard, in hundredths of their logarithm: above 0, it takes more.
    pub shift: i32,
    /// Why, in words; empty while nothing was learnt.
    pub learnt: String,
    /// Why it pauses, in words; `None` while it does not.
    pub paused: Option<String>,
    /// When it was last let speak again: what was tapped before counts no more for a pause.
    pub resumed_at: Option<Timestamp>,
}

/// A trigger with what became of it.
pub type SteeredTrigger = (TriggerId, Steered);

/// When a trigger pauses by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restraint {
    /// From this share on of people who say *Not for me* or *Stop*, in per cent; 0: never.
    pub percent: u32,
    /// With answers from so many people at least.
    pub people: u32,
}

/// How far taps move a trigger's threshold, in hundredths of a logarithm of odds, and why.
#[expect(clippy::cast_possible_truncation, reason = "the logarithm of a ratio of counts is small")]
pub fn learn(marks: &[Marked]) -> (i32, String) {
    let voices = voices(marks, |mark| match mark {
        Mark::Useful | Mark::Right => Some(false),
        Mark::NotForMe | Mark::Stop | Mark::Wrong => Some(true),
        Mark::Know => None,
    });
    let against = voices.iter().filter(|(_, against)| *against).count();
    let people = voices.len();
    if people < LEAST_PEOPLE {
        return (0, String::new());
    }
    let odds = (against as f32 + 1.0) / ((people - against) as f32 + 1.0);
    let steps = (100.0 * WEIGHT * odds.ln() / STEP as f32).round() as i32;
    let shift = (steps * STEP).clamp(FARTHEST_DOWN, FARTHEST_UP);
    let words = match shift {
        1.. => "it takes more to be heard",
        0 => "nothing changes by it",
        _ => "a little less is enough to be heard",
    };
    (shift, format!("{} of {people} people found it right; {words}", people - against))
}

/// Why a trigger should pause, if it should; `since` is when it was last let speak again.
pub fn restrain(rule: Restraint, marks: &[Marked], since: Option<Timestamp>) -> Option<String> {
    let recent: Vec<Marked> =
        marks.iter().filter(|marked| since.is_none_or(|since| marked.at > since)).cloned().collect();
    let voices = voices(&recent, |mark| match mark {
        Mark::Useful | Mark::Know => Some(false),
        Mark::NotForMe | Mark::Stop => Some(true),
        // What managers think of it does not outvote whom it reaches.
        Mark::Right | Mark::Wrong => None,
    });
    let against = voices.iter().filter(|(_, against)| *against).count();
    let is_enough = voices.len() >= (rule.people as usize).max(LEAST_PEOPLE);
    let is_over = rule.percent > 0 && against * 100 >= voices.len() * rule.percent as usize;
    (is_enough && is_over)
        .then(|| format!("{against} of {} people who answered said “Not for me” or “Stop”", voices.len()))
}

/// The latest that each person said, as far as it says something.
fn voices(marks: &[Marked], says: impl Fn(Mark) -> Option<bool>) -> Vec<(PersonId, bool)> {
    let mut voices: Vec<(PersonId, bool, Timestamp)> = Vec::new();
    for marked in marks {
        let Some(against) = says(marked.mark) else { continue };
        match voices.iter_mut().find(|(person, ..)| *person == marked.person) {
            Some((_, said, at)) if marked.at >= *at => (*said, *at) = (against, marked.at),
            Some(_) => {}
            None => voices.push((marked.person.clone(), against, marked.at)),
        }
    }
    voices.into_iter().map(|(person, against, _)| (person, against)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Restraint = Restraint { percent: 50, people: 5 };

    fn marks(of: &[(&str, Mark)]) -> Vec<Marked> {
        let at = |number: usize| Timestamp::from_ms(i64::try_from(number).unwrap());
        let marks = of.iter().enumerate();
        marks.map(|(number, (who, mark))| Marked { person: PersonId::new(*who), mark: *mark, at: at(number) }).collect()
    }

    fn shift(of: &[(&str, Mark)]) -> i32 {
        learn(&marks(of)).0
    }

    #[test]
    fn one_person_or_two_change_nothing_however_often_they_tap() {
        let often: Vec<_> = (0..50).map(|n| (if n % 2 == 0 { "ana" } else { "ben" }, Mark::NotForMe)).collect();
        assert_eq!(learn(&marks(&often)), (0, String::new()));
        assert_eq!(restrain(Restraint { percent: 1, people: 0 }, &marks(&often), None), None);
    }

    #[test]
    fn three_against_make_it_harder_to_hear_and_three_for_it_a_little_easier() {
        use Mark::{Know, NotForMe, Right, Stop, Useful, Wrong};
        assert_eq!(shift(&[("a", NotForMe), ("b", Stop), ("c", Wrong)]), 70);
        assert_eq!(shift(&[("a", Useful), ("b", Right), ("c", Useful)]), -50);
        assert_eq!(shift(&[("a", Useful), ("b", NotForMe), ("c", Know), ("d", Useful), ("e", Wrong)]), 0);
        let (_, why) = learn(&marks(&[("a", NotForMe), ("b", Stop), ("c", Useful)]));
        assert_eq!(why, "1 of 3 people found it right; it takes more to be heard");
    }

    #[test]
    fn somebody_who_changes_their_mind_counts_once_as_they_think_now() {
        use Mark::{NotForMe, Useful};
        let changed = [("a", NotForMe), ("b", NotForMe), ("c", NotForMe), ("a", Useful)];
        assert_eq!(shift(&changed), shift(&[("a", Useful), ("b", NotForMe), ("c", NotForMe)]));
    }

    #[test]
    fn it_pauses_at_the_limit_with_enough_people_and_not_for_what_lies_before_it_was_resumed() {
        use Mark::{Know, NotForMe, Stop, Useful, Wrong};
        let half = [("a", NotForMe), ("b", Stop), ("c", NotForMe), ("d", Useful), ("e", Know), ("f", Useful)];
        let why = restrain(RULE, &marks(&half), None);
        assert_eq!(why.as_deref(), Some("3 of 6 people who answered said “Not for me” or “Stop”"));
        assert_eq!(restrain(RULE, &marks(&half[..4]), None), None, "four people");
        assert_eq!(restrain(RULE, &marks(&half[1..]), None), None, "two of five");
        assert_eq!(restrain(Restraint { percent: 0, ..RULE }, &marks(&half), None), None, "never");
        assert_eq!(restrain(RULE, &marks(&half), Some(Timestamp::from_ms(0))), None, "two of five since then");
        let managers = [("a", Wrong), ("b", Wrong), ("c", Wrong), ("d", Wrong), ("e", Wrong)];
        assert_eq!(restrain(RULE, &marks(&managers), None), None, "managers are not whom it reaches");
    }

    proptest::proptest! {
        #[test]
        fn what_is_learnt_is_bounded_and_a_complaint_never_makes_it_easier_to_hear(
            said in proptest::collection::vec((0_u8..12, 0_u8..6), 0..60)
        ) {
            let mark = |n: u8| [Mark::Useful, Mark::NotForMe, Mark::Know, Mark::Stop, Mark::Right, Mark::Wrong][usize::from(n)];
            let people: Vec<String> = (0..13).map(|n| n.to_string()).collect();
            let mut given: Vec<_> = said.iter().map(|(who, n)| (people[usize::from(*who)].as_str(), mark(*n))).collect();
            let before = shift(&given);
            proptest::prop_assert!((FARTHEST_DOWN..=FARTHEST_UP).contains(&before));
            given.push((&people[12], Mark::NotForMe));
            let is_enough = marks(&given).len() > LEAST_PEOPLE && before != 0;
            proptest::prop_assert!(!is_enough || shift(&given) >= before);
        }
    }
}
