//! Whatever people write, answer and choose, in any order, over weeks: never early, never in quiet hours, never over the
//! budget, never after a cancel, never twice, never lost.

use std::time::Duration;

use chat::{MessageId, Timestamp};
use jiff::tz::TimeZone;
use kairos::engine::{DaysOff, WorkingHours};
use playground::{Author, Outcome, Person, Room};
use proptest::{
    prelude::*,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use tempfile::TempDir;

use crate::support::{
    app::{Said, Setup, TestApp, days, hours, minutes},
    prompts::prompts,
};

const NEEDS: [&str; 3] = ["help with the price talk", "this angry call was hard", "a late pay again"];
const GRACE: Duration = minutes(10);

#[derive(Clone, Debug)]
enum Step {
    Needs { who: usize, what: usize },
    Replies { who: usize, to: usize },
    Claims { who: usize, which: usize },
    FoundIt(usize),
    Passes(u64),
    Commands { who: usize, word: &'static str },
}

/// A need that somebody wrote down, and since when no card may come for it.
struct Asked {
    said: Said,
    who: Person,
    at: Timestamp,
    over_since: Option<Timestamp>,
}

/// Since when, and until when, somebody wants nothing.
struct Quiet {
    who: Person,
    from: Timestamp,
    until: Option<Timestamp>,
}

struct Weeks {
    app: TestApp,
    asked: Vec<Asked>,
    quiet: Vec<Quiet>,
}

fn name(who: Person) -> &'static str {
    who.id()
}

impl Weeks {
    async fn take(&mut self, step: &Step) {
        let now = self.app.now();
        match *step {
            Step::Passes(length) => self.app.advance(minutes(length)).await,
            Step::Needs { who, what } => {
                let who = Person::ALL[who];
                // Whoever has a need of their own answers nobody, be it the same need.
                let said = self.app.person(name(who)).says(NEEDS[what]).await;
                self.asked.push(Asked { said, who, at: now, over_since: None });
            }
            Step::Replies { who, to } => {
                let Some(asked) = self.asked.get_mut(to) else { return };
                if asked.who != Person::ALL[who] {
                    asked.over_since.get_or_insert(now);
                }
                self.app.person(name(Person::ALL[who])).replies_to(&asked.said, "let me see?").await;
            }
            Step::Claims { who, which } => {
                let Some(asked) = self.asked.get_mut(which).filter(|asked| asked.who != Person::ALL[who]) else {
                    return;
                };
                asked.over_since.get_or_insert(now);
                self.app.person(name(Person::ALL[who])).reacts_to(&asked.said, "👀").await;
            }
            Step::FoundIt(which) => {
                let Some(asked) = self.asked.get_mut(which) else { return };
                asked.over_since.get_or_insert(now);
                self.app.person(name(asked.who)).replies_to(&asked.said, "nvm, found it").await;
            }
            Step::Commands { who, word } => {
                let who = Person::ALL[who];
                let theirs = self.quiet.iter_mut().filter(|quiet| quiet.who == who);
                theirs.for_each(|quiet| quiet.until = Some(quiet.until.map_or(now, |until| until.min(now))));
                match word {
                    "snooze" => self.quiet.push(Quiet { who, from: now, until: Some(now + days(7)) }),
                    "stop" => self.quiet.push(Quiet { who, from: now, until: None }),
                    _ => {}
                }
                self.app.person(name(who)).commands(word).await;
            }
        }
    }

    /// Every card in a thread, with when it came.
    fn cards(&self) -> Vec<(MessageId, Timestamp)> {
        let posted = self.app.playground().messages(Room::Deals, Person::Ana).into_iter();
        let ours = posted.filter(|posted| posted.by == Author::Kairos && posted.only.is_none());
        ours.filter_map(|posted| Some((posted.thread?, posted.at))).collect()
    }

    fn judge(&self) -> Result<(), String> {
        let cards = self.cards();
        for asked in &self.asked {
            let came: Vec<_> = cards.iter().filter(|(to, _)| *to == asked.said.id).map(|(_, at)| *at).collect();
            let told = |what: &str| Err(format!("{what}: {came:?} for {:?} of {:?}", asked.said.id, asked.who));
            let Some(at) = came.first().copied() else { continue };
            if came.len() > 1 {
                return told("twice");
            }
            if at < asked.at + GRACE {
                return told("early");
            }
            let zone = TimeZone::get(asked.who.zone()).unwrap();
            if WorkingHours::default().next_open(at, &zone, &DaysOff::default()) != at {
                return told("in quiet hours");
            }
            if asked.over_since.is_some_and(|since| since < at) {
                return told("after a cancel");
            }
            let mut quiet = self.quiet.iter().filter(|quiet| quiet.who == asked.who);
            if quiet.any(|quiet| quiet.from < at && quiet.until.is_none_or(|until| at < until)) {
                return told("to somebody who wants nothing");
            }
            let theirs = self.asked.iter().filter(|other| other.who == asked.who);
            let theirs = theirs.filter_map(|other| cards.iter().find(|(to, _)| *to == other.said.id));
            let within = |span| theirs.clone().filter(|(_, other)| *other <= at && *other + span > at).count();
            if within(hours(24)) > 1 || within(days(7)) > 3 {
                return told("over the budget");
            }
        }
        Ok(())
    }

    /// Nothing waits for ever: in the end a need has its card, or a reason why there is none.
    fn is_lost(&self) -> Result<(), String> {
        for asked in &self.asked {
            let decided = self.app.decisions(&asked.said);
            match decided.last().map(|note| note.outcome) {
                Some(Outcome::Waits) | None => return Err(format!("lost: {:?} of {:?}", asked.said.id, asked.who)),
                Some(Outcome::Speaks) if self.app.answers(&asked.said).is_empty() => {
                    return Err(format!("never sent: {:?}", asked.said.id));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..Person::ALL.len();
    let which = 0_usize..8;
    prop_oneof![
        6 => (who.clone(), 0..NEEDS.len()).prop_map(|(who, what)| Step::Needs { who, what }),
        1 => (who.clone(), which.clone()).prop_map(|(who, to)| Step::Replies { who, to }),
        1 => (who.clone(), which.clone()).prop_map(|(who, which)| Step::Claims { who, which }),
        1 => which.prop_map(Step::FoundIt),
        8 => prop_oneof![Just(3_u64), Just(10), Just(45), Just(500), Just(1_440), Just(4_000)].prop_map(Step::Passes),
        1 => (who, prop_oneof![Just("snooze"), Just("stop"), Just("resume")])
            .prop_map(|(who, word)| Step::Commands { who, word }),
    ]
}

async fn weeks(steps: Vec<Step>) -> Result<(), String> {
    let folder = TempDir::new().unwrap();
    let lines = "cooldown_hours: 0\nrecovery_days: 0";
    let prompts = prompts()
        .trigger("price-talk", "tip-1, tip-2", lines)
        .trigger("angry-call", "tip-3, tip-4", lines)
        .trigger("late-pay", "tip-5", lines)
        .folder();
    let url = format!("sqlite:{}", folder.path().join("weeks.sqlite").display());
    let app = TestApp::open(&url, Setup::default().prompts(prompts)).await;
    let mut weeks = Weeks { app, asked: Vec::new(), quiet: Vec::new() };
    for step in &steps {
        weeks.take(step).await;
        weeks.judge()?;
    }
    weeks.app.advance(days(21)).await;
    weeks.judge()?;
    weeks.is_lost()
}

#[test]
fn every_promise_holds_at_every_step() {
    let config =
        ProptestConfig { cases: 8, failure_persistence: None, max_shrink_iters: 20, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let kept = runner.run(&proptest::collection::vec(step(), 10..50), |steps| {
        // An app that a failing case leaves half way must not be judged for what it left.
        let judged = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(weeks(steps))
        });
        judged.join().expect("the weeks went through").map_err(TestCaseError::fail)
    });
    if let Err(broken) = kept {
        panic!("{broken}");
    }
}
