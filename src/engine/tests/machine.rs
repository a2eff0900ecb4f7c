//! A house in small: needs, answers, choices, the clock and a platform that fails, in any order; the real engine decides,
//! and a model of store and outbox does what the protocol says.
//!
//! Invariants, held whatever happens
//! - Never early, never in quiet hours, never over the budget, never after a cancel, never twice, never lost; nothing for
//!   whoever said that they are overloaded, nothing by a trigger that pauses.
//! - Every one of them is broken by a house that leaves out one rule: the test sees it.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use chat::Timestamp;
use proptest::{prelude::*, test_runner::TestRunner};

use super::{event, message, minutes, need};
use crate::{
    engine::{Act, Cadence, Engine, Facts, Load, Need, PersonFacts, PlaceFacts, Plan, Received, Rule, samples},
    library::{AssetKind, Library, Trigger, TriggerId},
};

/// How late a decided card may still be sent without being decided again, as in the store.
const LATE: Duration = Duration::from_mins(2);
const GRACE: Duration = Duration::from_mins(10);
const ZONES: [&str; 3] = ["Europe/Lisbon", "America/New_York", "Asia/Kolkata"];

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let mut library = Library::default();
    for asset in [samples::asset("tip", AssetKind::Tip), samples::asset("faq", AssetKind::Faq)] {
        library.assets.insert(asset.id.clone(), asset);
    }
    for id in ["a", "b"] {
        let rests = Trigger { cooldown: Duration::ZERO, recovery: Duration::ZERO, ..samples::trigger(id) };
        library.triggers.insert(rests.id.clone(), rests);
    }
    let digest = Some("Thu 14:00".parse().unwrap());
    Engine::new(Arc::new(library), Cadence { digest, ..samples::cadence() })
});

#[derive(Clone, Debug)]
enum Step {
    Needs { who: usize, trigger: &'static str },
    Answers(usize),
    Passes(u64),
    Snoozes { who: usize, hours: u64 },
    OptsOut { who: usize, out: bool },
    IsOverloaded { who: usize, is: bool },
    Pauses { trigger: &'static str, does: bool },
    Sends(Answer),
}

/// What comes of a call to the platform; a crash in the middle of one is the same as no answer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Arrives,
    Refuses,
    NeverArrives,
    ArrivesUnheard,
}

/// A rule that a naive house leaves out.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Without {
    Nothing,
    Grace,
    Hours,
    Budget,
    Cancel,
    LookingUp,
    Lookback,
    DecidingAgain,
    Load,
    Pauses,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Held(Timestamp),
    PutBy,
    Pending(Timestamp),
    Unclear(Timestamp),
    /// With what it came to.
    Ended(&'static str),
}

#[derive(Clone, Debug)]
struct Row {
    who: usize,
    need: Need,
    plan: Plan,
    heard_at: Timestamp,
    state: State,
    /// When it counts as received.
    at: Timestamp,
    is_cancelled: bool,
    shown: Vec<Timestamp>,
}

struct House {
    without: Without,
    now: Timestamp,
    people: Vec<PersonFacts>,
    paused: Vec<TriggerId>,
    rows: Vec<Row>,
    /// For each person when the next digest comes, and when the last one came.
    digests: Vec<(Option<Timestamp>, Option<Timestamp>)>,
}

impl House {
    fn new(without: Without, now: i64) -> Self {
        let person = |zone: &&str| {
            let profile = chat::Profile { zone: Some((*zone).to_owned()), ..chat::Profile::default() };
            PersonFacts::of_stranger((*zone).into(), profile)
        };
        let people: Vec<_> = ZONES.iter().map(person).collect();
        let digests = vec![(None, None); people.len()];
        Self { without, now: Timestamp::from_ms(now), people, paused: Vec::new(), rows: Vec::new(), digests }
    }

    fn facts(&self, who: usize) -> PersonFacts {
        let counts = |row: &&Row| {
            row.who == who && matches!(row.state, State::Pending(_) | State::Unclear(_) | State::Ended("sent"))
        };
        let received = self.rows.iter().filter(counts).map(|row| Received {
            at: row.at,
            trigger: row.plan.trigger.clone(),
            asset: "tip".into(),
            unasked: true,
        });
        let received = if self.without == Without::Budget { Vec::new() } else { received.collect() };
        let hours = (self.without == Without::Hours).then(|| "Mon-Sun 00:00-23:59".parse().unwrap());
        let mut facts = PersonFacts { hours, received, ..self.people[who].clone() };
        facts.own.load = facts.own.load.filter(|_| self.without != Without::Load);
        facts
    }

    fn place(&self) -> PlaceFacts {
        let paused = if self.without == Without::Pauses { Vec::new() } else { self.paused.clone() };
        PlaceFacts { paused, ..samples::place() }
    }

    fn take(&mut self, step: &Step) -> Result<(), String> {
        match *step {
            Step::Needs { who, trigger } => self.hear(who, need(trigger, 1.0)),
            Step::Answers(nth) => {
                self.cancel(|row, n| n == nth && !matches!(row.state, State::Ended(_) | State::Unclear(_)));
            }
            Step::Passes(length) => self.now = self.now + minutes(length),
            Step::Snoozes { who, hours } => {
                self.people[who].snoozed_until = Some(self.now + super::hours(hours));
                self.cancel(|row, _| row.who == who && matches!(row.state, State::Pending(_)));
            }
            Step::OptsOut { who, out } => {
                self.people[who].opted_out = out;
                if out {
                    self.cancel(|row, _| row.who == who && matches!(row.state, State::Pending(_)));
                }
            }
            Step::IsOverloaded { who, is } => {
                self.people[who].own.load = is.then_some(Load::Overloaded);
                if is {
                    self.cancel(|row, _| row.who == who && matches!(row.state, State::Pending(_)));
                }
            }
            Step::Pauses { trigger, does } => {
                self.paused.retain(|paused| paused.as_str() != trigger);
                if does {
                    self.paused.push(trigger.into());
                    let is_its = |row: &Row| row.plan.trigger.as_str() == trigger;
                    self.cancel(|row, _| is_its(row) && matches!(row.state, State::Pending(_)));
                }
            }
            Step::Sends(answer) => self.send(answer)?,
        }
        self.wake();
        Ok(())
    }

    fn hear(&mut self, who: usize, need: Need) {
        let (person, place) = (self.facts(who), self.place());
        let heard_at = if self.without == Without::Grace { self.now - GRACE } else { self.now };
        let facts = Facts { person: &person, place: &place, heard_at, now: self.now, addressed: false };
        if let Act::Hold { until, plan, .. } =
            ENGINE.decide(&event(), &message(), std::slice::from_ref(&need), &facts).act
        {
            let (state, at) = (State::Held(until), until);
            let heard_at = self.now;
            self.rows.push(Row { who, need, plan, heard_at, state, at, is_cancelled: false, shown: Vec::new() });
        }
    }

    fn cancel(&mut self, which: impl Fn(&Row, usize) -> bool) {
        let naive = self.without == Without::Cancel;
        for (_, row) in self.rows.iter_mut().enumerate().filter(|(n, row)| which(row, *n)) {
            row.is_cancelled = true;
            if !naive {
                row.state = State::Ended("cancelled");
            }
        }
    }

    /// Decides again what is due, looks up what is unclear, tells what digests hold.
    fn wake(&mut self) {
        for n in 0..self.rows.len() {
            match self.rows[n].state {
                State::Unclear(until) if until <= self.now => {
                    let arrived = !self.rows[n].shown.is_empty();
                    self.rows[n].state = match self.without {
                        Without::LookingUp => State::Pending(self.now),
                        Without::Lookback => State::Ended("sent"),
                        _ if arrived => State::Ended("sent"),
                        _ => State::Held(self.now),
                    };
                }
                _ => {}
            }
            if let State::Held(until) = self.rows[n].state
                && until <= self.now
            {
                self.decide_again(n);
            }
        }
        for who in 0..self.people.len() {
            self.tell(who);
        }
    }

    fn decide_again(&mut self, n: usize) {
        let row = &self.rows[n];
        let (who, person, place) = (row.who, self.facts(row.who), self.place());
        let heard_at = if self.without == Without::Grace { row.heard_at - GRACE } else { row.heard_at };
        let facts = Facts { person: &person, place: &place, heard_at, now: self.now, addressed: false };
        let state = match ENGINE.reconsider(&row.need, &row.plan, &facts).act {
            Act::Speak(_) => State::Pending(self.now),
            Act::Hold { because: Rule::Digest, .. } => {
                let (next, last) = self.digests[who];
                self.digests[who].0 = next.or_else(|| ENGINE.cadence().next_digest(&person, last, self.now));
                State::PutBy
            }
            Act::Hold { until, .. } => State::Held(until),
            Act::Silent { because } => State::Ended(because.label()),
        };
        (self.rows[n].state, self.rows[n].at) = (state, self.now);
    }

    fn tell(&mut self, who: usize) {
        let Some(due) = self.digests[who].0.filter(|due| *due <= self.now) else { return };
        let (person, now) = (self.facts(who), self.now);
        let open = ENGINE.opens(&person, now);
        if open > now {
            self.digests[who].0 = Some(open.max(due));
            return;
        }
        let wants_quiet = person.opted_out || person.snoozed_until.is_some_and(|until| until > now);
        let quiet = wants_quiet || person.own.load == Some(Load::Overloaded);
        for row in self.rows.iter_mut().filter(|row| row.who == who && row.state == State::PutBy) {
            row.state = State::Ended(if quiet { "the person's choice" } else { "told" });
        }
        self.digests[who] = (None, if quiet { self.digests[who].1 } else { Some(now) });
    }

    fn send(&mut self, answer: Answer) -> Result<(), String> {
        let now = self.now;
        let pending = |row: &Row| matches!(row.state, State::Pending(due) if due <= now);
        let Some(n) = self.rows.iter().position(pending) else { return Ok(()) };
        let State::Pending(due) = self.rows[n].state else { return Ok(()) };
        let again = self.without != Without::DecidingAgain;
        if again && now > due + LATE {
            self.rows[n].state = State::Held(now);
            return Ok(());
        }
        if matches!(answer, Answer::Arrives | Answer::ArrivesUnheard) {
            self.show(n)?;
        }
        let later = now + minutes(5);
        self.rows[n].state = match answer {
            Answer::Arrives => State::Ended("sent"),
            Answer::Refuses if again => State::Held(later),
            Answer::Refuses => State::Pending(later),
            Answer::NeverArrives | Answer::ArrivesUnheard => State::Unclear(now + minutes(1)),
        };
        Ok(())
    }

    /// The platform shows a card: every promise is looked at.
    fn show(&mut self, n: usize) -> Result<(), String> {
        let (now, row) = (self.now, &self.rows[n]);
        let person = &self.people[row.who];
        let told = |what: &str| Err(format!("{what}: {row:?} at {now:?}"));
        if !row.shown.is_empty() {
            return told("twice");
        }
        if now < row.heard_at + GRACE {
            return told("early");
        }
        if ENGINE.opens(person, now) != now {
            return told("in quiet hours");
        }
        let shown = self.rows.iter().filter(|other| other.who == row.who).flat_map(|other| &other.shown);
        let (day, week) = (now - super::hours(24), now - super::hours(7 * 24));
        let (day, week) = shown.fold((0, 0), |(d, w), at| (d + u32::from(*at > day), w + u32::from(*at > week)));
        if day >= 1 || week >= 3 {
            return told("over the budget");
        }
        if row.is_cancelled || person.opted_out || person.snoozed_until.is_some_and(|until| until > now) {
            return told("after a cancel");
        }
        if person.own.load == Some(Load::Overloaded) {
            return told("to the overloaded");
        }
        if self.paused.contains(&row.plan.trigger) {
            return told("by a trigger that pauses");
        }
        self.rows[n].shown.push(now);
        self.rows[n].at = now;
        Ok(())
    }

    /// Everything works again for three weeks: whatever is still open is lost.
    fn ends(&mut self) -> Result<(), String> {
        for _ in 0..21 * 24 * 2 {
            self.take(&Step::Passes(30))?;
            while self.rows.iter().any(|row| matches!(row.state, State::Pending(due) if due <= self.now)) {
                self.take(&Step::Sends(Answer::Arrives))?;
            }
        }
        let is_lost = |row: &&Row| match row.state {
            State::Ended("sent") => row.shown.is_empty(),
            State::Ended(_) => false,
            _ => true,
        };
        self.rows.iter().find(is_lost).map_or(Ok(()), |row| Err(format!("lost: {row:?}")))
    }
}

fn step() -> impl Strategy<Value = Step> {
    let (who, trigger) = (0..ZONES.len(), prop_oneof![Just("a"), Just("b")]);
    let answer = prop_oneof![
        6 => Just(Answer::Arrives),
        2 => Just(Answer::Refuses),
        1 => Just(Answer::NeverArrives),
        1 => Just(Answer::ArrivesUnheard),
    ];
    prop_oneof![
        6 => (who.clone(), trigger.clone()).prop_map(|(who, trigger)| Step::Needs { who, trigger }),
        2 => (0_usize..12).prop_map(Step::Answers),
        8 => prop_oneof![Just(1_u64), Just(10), Just(11), Just(45), Just(400), Just(1_440), Just(4_000)].prop_map(Step::Passes),
        1 => (who.clone(), 1_u64..200).prop_map(|(who, hours)| Step::Snoozes { who, hours }),
        1 => (who.clone(), any::<bool>()).prop_map(|(who, out)| Step::OptsOut { who, out }),
        1 => (who, any::<bool>()).prop_map(|(who, is)| Step::IsOverloaded { who, is }),
        1 => (trigger, any::<bool>()).prop_map(|(trigger, does)| Step::Pauses { trigger, does }),
        10 => answer.prop_map(Step::Sends),
    ]
}

/// Runs houses without a rule until one breaks a promise; which, if any.
fn broken(without: Without, cases: u32) -> Option<String> {
    let starts = 1_790_000_000_000_i64..1_793_000_000_000;
    let config = ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 50, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let kept = runner.run(&(starts, proptest::collection::vec(step(), 1..60)), |(start, steps)| {
        let mut house = House::new(without, start);
        let done = steps.iter().try_for_each(|step| house.take(step)).and_then(|()| house.ends());
        done.map_err(TestCaseError::fail)
    });
    kept.err().map(|broken| broken.to_string())
}

#[test]
fn whatever_happens_every_promise_is_kept() {
    assert_eq!(broken(Without::Nothing, 400), None);
}

#[test]
fn a_house_without_one_of_the_rules_is_caught() {
    for (without, promise) in [
        (Without::Grace, "early"),
        (Without::Hours, "in quiet hours"),
        (Without::Budget, "over the budget"),
        (Without::Cancel, "after a cancel"),
        (Without::LookingUp, "twice"),
        (Without::Lookback, "lost"),
        (Without::DecidingAgain, ""),
        (Without::Load, "to the overloaded"),
        (Without::Pauses, "by a trigger that pauses"),
    ] {
        let found = broken(without, 400).unwrap_or_else(|| panic!("nothing is broken without {without:?}"));
        assert!(found.contains(promise), "without {without:?}: {found}");
    }
}
