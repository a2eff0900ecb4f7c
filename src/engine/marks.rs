//! What people say of a trigger by their taps, and what becomes of the trigger: it is heard sooner or later, it pauses,
//! or one of its examples is worth a look.
//!
//! Invariants
//! - A person has one voice, their latest; nothing changes by fewer than [`LEAST_PEOPLE`].
//! - What changes is bounded, and told in words that name nobody, and no number with fewer people behind it than
//!   [`FEWEST`].

use std::collections::BTreeMap;

use chat::{PersonId, Timestamp};
use sha2::{Digest, Sha256};

use super::FEWEST;
use crate::{library::TriggerId, messages::say};

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
    /// Chosen among several topics: it was meant.
    Picked,
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
            "picked" => Self::Picked,
            "right" => Self::Right,
            "wrong" => Self::Wrong,
            _ => return None,
        })
    }

    /// Whether it speaks against the moment; `None`: neither for it nor against.
    const fn is_against(self) -> Option<bool> {
        match self {
            Self::Useful | Self::Picked | Self::Right => Some(false),
            Self::NotForMe | Self::Stop | Self::Wrong => Some(true),
            Self::Know => None,
        }
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
    /// The trigger's example to which the message was nearest, where that is why it was heard.
    pub example: Option<String>,
}

/// What taps made of how a trigger is heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learnt {
    /// Added to the odds from which on it is heard, in hundredths of their logarithm: above 0, it takes more.
    pub shift: i32,
    /// Why, in words; empty while nothing was learnt.
    pub words: String,
    /// Examples that a manager left out: a message that is nearest to one of them is not heard unasked.
    pub left_out: Vec<String>,
    /// Words that people gave and a manager took in: examples beside those of the library, the oldest first.
    pub taken_in: Vec<String>,
    /// When it was last let speak again: what was tapped before counts no more for a pause.
    pub resumed_at: Option<Timestamp>,
}

/// A trigger with what taps made of it.
pub type LearntTrigger = (TriggerId, Learnt);

/// When a trigger pauses by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restraint {
    /// From this share on of people who say *Not for me* or *Stop*, in per cent; 0: never.
    pub percent: u32,
    /// With answers from so many people at least; never fewer than [`FEWEST`].
    pub people: u32,
}

/// How far taps move a trigger's threshold, in hundredths of a logarithm of odds, and why.
#[expect(clippy::cast_possible_truncation, reason = "the logarithm of a ratio of counts is small")]
pub fn learn(marks: &[Marked]) -> (i32, String) {
    let voices = voices(marks, Mark::is_against);
    let (people, against) = (voices.len(), count_against(&voices));
    if people < LEAST_PEOPLE {
        return (0, String::new());
    }
    let odds = (against as f32 + 1.0) / ((people - against) as f32 + 1.0);
    let steps = (100.0 * WEIGHT * odds.ln() / STEP as f32).round() as i32;
    let shift = (steps * STEP).clamp(FARTHEST_DOWN, FARTHEST_UP);
    let said = if people as u64 >= FEWEST {
        say!("feedback-share", liked = people - against, people = people)
    } else {
        say!("feedback-few").to_owned()
    };
    let words = match shift {
        1.. => say!("feedback-more", said = said),
        0 => say!("feedback-same", said = said),
        _ => say!("feedback-less", said = said),
    };
    (shift, words)
}

/// Why a trigger should pause, if it should; `since` is when it was last let speak again.
pub fn restrain(rule: Restraint, marks: &[Marked], since: Option<Timestamp>) -> Option<String> {
    let recent = marks.iter().filter(|marked| since.is_none_or(|since| marked.at > since));
    let voices = voices(recent, |mark| match mark {
        Mark::Useful | Mark::Know => Some(false),
        Mark::NotForMe | Mark::Stop => Some(true),
        // What managers think of it does not outvote whom it reaches.
        Mark::Picked | Mark::Right | Mark::Wrong => None,
    });
    let (people, against) = (voices.len() as u64, count_against(&voices) as u64);
    let is_enough = people >= u64::from(rule.people).max(FEWEST);
    let is_over = rule.percent > 0 && against * 100 >= people * u64::from(rule.percent);
    (is_enough && is_over).then(|| say!("paused-because", against = against, people = people))
}

/// Examples that several people spoke against, more than spoke for: proposals to a manager, who decides.
pub fn worth_a_look(marks: &[Marked]) -> Vec<String> {
    let mut by_example: BTreeMap<&str, Vec<&Marked>> = BTreeMap::new();
    for marked in marks {
        if let Some(example) = &marked.example {
            by_example.entry(example).or_default().push(marked);
        }
    }
    let doubted = by_example.into_iter().filter(|(_, marks)| {
        let voices = voices(marks.iter().copied(), Mark::is_against);
        let against = count_against(&voices);
        against >= LEAST_PEOPLE && against * 2 > voices.len()
    });
    doubted.map(|(example, _)| example.to_owned()).collect()
}

/// A short name of an example, which a button has room for.
pub fn code_of(example: &str) -> String {
    let number = Sha256::digest(example).iter().take(6).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{number:012x}")
}

fn count_against(voices: &[(&PersonId, bool)]) -> usize {
    voices.iter().filter(|(_, against)| *against).count()
}

/// The latest that each person said, as far as it says something.
fn voices<'a>(
    marks: impl IntoIterator<Item = &'a Marked>,
    says: impl Fn(Mark) -> Option<bool>,
) -> Vec<(&'a PersonId, bool)> {
    let mut voices: BTreeMap<&PersonId, (bool, Timestamp)> = BTreeMap::new();
    for marked in marks {
        let Some(against) = says(marked.mark) else { continue };
        let voice = voices.entry(&marked.person).or_insert((against, marked.at));
        if marked.at >= voice.1 {
            *voice = (against, marked.at);
        }
    }
    voices.into_iter().map(|(person, (against, _))| (person, against)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Restraint = Restraint { percent: 50, people: 5 };

    fn marks(of: &[(&str, Mark)]) -> Vec<Marked> {
        heard_by(None, of)
    }

    fn heard_by(example: Option<&str>, of: &[(&str, Mark)]) -> Vec<Marked> {
        let at = |number: usize| Timestamp::from_ms(i64::try_from(number).unwrap());
        let example = example.map(ToOwned::to_owned);
        let marked = |(number, (who, mark)): (usize, &(&str, Mark))| Marked {
            person: PersonId::new(*who),
            mark: *mark,
            at: at(number),
            example: example.clone(),
        };
        of.iter().enumerate().map(marked).collect()
    }

    fn shift(of: &[(&str, Mark)]) -> i32 {
        learn(&marks(of)).0
    }

    #[test]
    fn one_person_or_two_change_nothing_however_often_they_tap() {
        let often: Vec<_> = (0..50).map(|n| (if n % 2 == 0 { "ana" } else { "ben" }, Mark::NotForMe)).collect();
        assert_eq!(learn(&marks(&often)), (0, String::new()));
        assert_eq!(restrain(Restraint { percent: 1, people: 0 }, &marks(&often), None), None);
        assert_eq!(worth_a_look(&heard_by(Some("too much"), &often)), [""; 0]);
    }

    #[test]
    fn three_against_make_it_harder_to_hear_and_three_for_it_a_little_easier() {
        use Mark::{Know, NotForMe, Right, Stop, Useful, Wrong};
        assert_eq!(shift(&[("a", NotForMe), ("b", Stop), ("c", Wrong)]), 70);
        assert_eq!(shift(&[("a", Useful), ("b", Right), ("c", Useful)]), -50);
        assert_eq!(shift(&[("a", Useful), ("b", NotForMe), ("c", Know), ("d", Useful), ("e", Wrong)]), 0);
    }

    #[test]
    fn a_number_has_five_people_behind_it() {
        use Mark::{NotForMe, Stop, Useful};
        let said = [("a", NotForMe), ("b", Stop), ("c", NotForMe), ("d", Useful), ("e", NotForMe)];
        let (_, few) = learn(&marks(&said[..4]));
        assert_eq!(few, "a few people have said what they think; it now takes a closer match");
        let (_, enough) = learn(&marks(&said));
        assert_eq!(enough, "1 of 5 people found it right; it now takes a closer match");
        assert_eq!(restrain(Restraint { percent: 1, people: 1 }, &marks(&said[..4]), None), None);
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
        assert_eq!(why.as_deref(), Some("3 of 6 people who answered said “Not for me” or turned it off"));
        assert_eq!(restrain(RULE, &marks(&half[..4]), None), None, "four people");
        assert_eq!(restrain(RULE, &marks(&half[1..]), None), None, "two of five");
        assert_eq!(restrain(Restraint { percent: 0, ..RULE }, &marks(&half), None), None, "never");
        assert_eq!(restrain(RULE, &marks(&half), Some(Timestamp::from_ms(0))), None, "two of five since then");
        let managers = [("a", Wrong), ("b", Wrong), ("c", Wrong), ("d", Wrong), ("e", Wrong)];
        assert_eq!(restrain(RULE, &marks(&managers), None), None, "managers are not whom it reaches");
    }

    #[test]
    fn an_example_is_worth_a_look_when_three_people_and_most_spoke_against_what_it_brought() {
        use Mark::{NotForMe, Stop, Useful, Wrong};
        let against = [("a", NotForMe), ("b", Stop), ("c", Wrong)];
        let mut marks = heard_by(Some("is it too much?"), &against);
        marks.extend(heard_by(Some("they say it costs too much"), &against[..2]));
        assert_eq!(worth_a_look(&marks), ["is it too much?"]);
        marks.extend(heard_by(Some("is it too much?"), &[("d", Useful), ("e", Useful), ("f", Useful)]));
        assert_eq!(worth_a_look(&marks), [""; 0], "as many found it right");
    }

    proptest::proptest! {
        #[test]
        fn what_is_learnt_is_bounded_and_a_complaint_never_makes_it_easier_to_hear(
            said in proptest::collection::vec((0_u8..12, 0_u8..6), 0..60)
        ) {
            let all = [Mark::Useful, Mark::NotForMe, Mark::Know, Mark::Stop, Mark::Right, Mark::Wrong];
            let people: Vec<String> = (0..13).map(|n| n.to_string()).collect();
            let given = said.iter().map(|(who, n)| (people[usize::from(*who)].as_str(), all[usize::from(*n)]));
            let mut given: Vec<_> = given.collect();
            let (before, words) = learn(&marks(&given));
            proptest::prop_assert!((FARTHEST_DOWN..=FARTHEST_UP).contains(&before));
            given.push((&people[12], Mark::NotForMe));
            proptest::prop_assert!(words.is_empty() || shift(&given) >= before);
        }
    }
}
