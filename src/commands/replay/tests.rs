//! The command with a line that stands in for the engine: it hears a few words, and holds for ten minutes.

use std::{collections::VecDeque, path::Path, time::Duration};

use chat::Message;
use serde_json::Value;

use super::*;
use crate::engine::{Audience, Evidence, Molecule, Need, Plan, Rule};

mod reports;

const GRACE: Duration = Duration::from_mins(10);

pub(super) fn decision(trigger: &str, act: Act, score: f32) -> Decision {
    let evidence = Evidence::Keyword { phrase: "expensive".into() };
    let need = Need { trigger: TriggerId::new(trigger), score, threshold: 0.5, evidence };
    Decision { act, need: Some(need), reasons: Vec::new() }
}

pub(super) fn plan(trigger: &str, person: &str) -> Plan {
    Plan {
        trigger: TriggerId::new(trigger),
        person: PersonId::new(person),
        to: Audience::Thread,
        molecule: Molecule::default(),
        shadow: false,
        unasked: true,
        among: Vec::new(),
    }
}

/// Hears a few words; anybody else's message in the channel counts as an answer.
#[derive(Default)]
struct StubLine {
    held: VecDeque<Outcome>,
    clock: Timestamp,
    profiles: usize,
}

impl StubLine {
    fn speak(&self, outcome: &Outcome) -> Outcome {
        let Act::Hold { plan, until, .. } = outcome.decision.act.clone() else { unreachable!("only holds are held") };
        let decision = Decision { act: Act::Speak(plan), ..outcome.decision.clone() };
        assert!(until <= self.clock);
        Outcome { at: until, phase: Phase::Again, decision, ..outcome.clone() }
    }

    fn hear(&self, event: &Event, message: &Message) -> Outcome {
        let words = [("expensive", "price"), ("price is", "price"), ("furious", "angry"), ("upset", "angry")];
        let trigger = words.iter().find(|(word, _)| message.text.contains(word)).map(|(_, trigger)| *trigger);
        let decision = match trigger {
            _ if message.by_bot => Decision { act: Act::Silent { because: Rule::Author }, need: None, reasons: vec![] },
            None => Decision { act: Act::Silent { because: Rule::Recognition }, need: None, reasons: vec![] },
            Some(trigger) => {
                let plan = plan(trigger, event.by.user.as_str());
                decision(trigger, Act::Hold { until: event.at + GRACE, because: Rule::Grace, plan }, 0.9)
            }
        };
        Outcome {
            event: event.id.clone(),
            message: message.id.clone(),
            said_at: event.at,
            at: self.clock,
            channel: event.place.channel.to_string(),
            person: PersonId::new(event.by.user.as_str()),
            card: trigger.map(|trigger| format!("The {trigger} card")),
            decision,
            phase: Phase::First,
        }
    }
}

impl Line for StubLine {
    async fn wind_to(&mut self, at: Timestamp) -> anyhow::Result<Vec<Outcome>> {
        assert!(at >= self.clock, "the clock never goes back");
        self.clock = at;
        let due = self.held.iter().take_while(|outcome| outcome.at + GRACE <= at).count();
        let due: Vec<_> = self.held.drain(..due).collect();
        Ok(due.iter().map(|outcome| self.speak(outcome)).collect())
    }

    async fn take(&mut self, event: Event, by: Option<&Profile>) -> anyhow::Result<Vec<Outcome>> {
        self.profiles += usize::from(by.is_some());
        let What::Message(message) = &event.what else { return Ok(Vec::new()) };
        let mut outcomes = Vec::new();
        if !message.by_bot
            && let Some(at) = self.held.iter().position(|held| {
                held.channel == event.place.channel.as_str() && held.person.as_str() != event.by.user.as_str()
            })
        {
            let held = self.held.remove(at).unwrap();
            let act = Act::Silent { because: Rule::Answered };
            let decision = Decision { act, ..held.decision.clone() };
            outcomes.push(Outcome { at: event.at, phase: Phase::Cancelled, decision, ..held });
        }
        let heard = self.hear(&event, message);
        if matches!(heard.decision.act, Act::Hold { .. }) {
            self.held.push_back(heard.clone());
        }
        outcomes.push(heard);
        Ok(outcomes)
    }

    async fn finish(&mut self) -> anyhow::Result<Vec<Outcome>> {
        Ok(Vec::new())
    }
}

fn replay(arguments: &[&str]) -> Replay {
    #[derive(clap::Parser)]
    struct Cli {
        #[command(flatten)]
        replay: Replay,
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/slack-export");
    let all = [&["replay", path.to_str().unwrap()], arguments].concat();
    <Cli as clap::Parser>::try_parse_from(all).unwrap().replay
}

fn output(arguments: &[&str], width: usize) -> (Summary, String) {
    let replay = replay(arguments);
    let mut line = StubLine::default();
    let mut out = Vec::new();
    let screen = Screen { width, colours: false };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let summary = runtime.block_on(run(&replay, replay.open().unwrap(), &mut line, &mut out, screen)).unwrap();
    assert!(line.profiles > 0);
    (summary, String::from_utf8(out).unwrap())
}

#[test]
fn a_history_is_told_in_a_table() {
    insta::assert_snapshot!("wide", output(&["--show", "2"], 100).1);
    insta::assert_snapshot!("narrow", output(&["--show", "1", "--zone", "Europe/Lisbon"], 40).1);
}

#[test]
fn lines_of_json_hold_no_text_unless_asked() {
    let (summary, out) = output(&["--json"], 80);
    assert!(!out.contains("too expensive") && !out.contains("\"text\""));
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.last().unwrap()["summary"]["total"]["heard"], summary.total.heard);
    let kinds = |kind: &str| lines.iter().filter(|line| line["decision"] == kind).count() as u64;
    assert_eq!((kinds("speak"), kinds("cancelled")), (summary.total.spoken, summary.total.answered));
    let held = lines.iter().find(|line| line["decision"] == "hold").unwrap();
    insta::assert_snapshot!("held_line", held);
}

#[test]
fn lines_of_json_hold_the_text_when_asked_even_long_after() {
    let (_, out) = output(&["--json", "--text"], 80);
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let spoken = lines.iter().find(|line| line["decision"] == "speak").unwrap();
    assert_eq!(spoken["text"], "how do I answer when they say we're too expensive?");
    assert_eq!(spoken["at"], "2024-03-04T10:14:00Z");
}

#[test]
fn only_the_days_and_channels_asked_for_are_told() {
    let (summary, _) = output(&["--channel", "deals", "--from", "2024-03-04", "--to", "2024-03-04"], 80);
    assert_eq!((summary.messages, summary.channels), (4, 1));
    assert_eq!(summary.from, summary.to);
}

/// A pipe whose reader has gone, as with `| head`.
struct ClosedPipe;

impl Write for ClosedPipe {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for arguments in [&["--json"][..], &[]] {
        let replay = replay(arguments);
        let screen = Screen { width: 80, colours: true };
        let mut line = StubLine::default();
        runtime.block_on(run(&replay, replay.open().unwrap(), &mut line, &mut ClosedPipe, screen)).unwrap();
    }
}
