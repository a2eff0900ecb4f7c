//! What is counted, and how it is shown.

use proptest::prelude::*;

use super::*;
use crate::{commands::replay::table, history::Broken};

/// Monday, 2024-12-30, 12:00 UTC: the first ISO week of 2025.
const MONDAY_MS: i64 = 1_735_560_000_000;

fn day(n: u64) -> Timestamp {
    Timestamp::from_ms(MONDAY_MS) + Duration::from_hours(24 * n)
}

fn outcome(event: usize, at: Timestamp, phase: Phase, act: Act) -> Outcome {
    Outcome {
        event: EventId::new(format!("e{event}")),
        message: MessageId::new(format!("m{event}")),
        said_at: at,
        at,
        channel: "deals".into(),
        person: PersonId::new(format!("p{}", event % 3)),
        decision: decision("price", act, 0.8),
        card: None,
        phase,
    }
}

fn hold() -> Act {
    Act::Hold { until: Timestamp::default(), because: Rule::Grace, plan: plan("price", "p") }
}

fn speak() -> Act {
    Act::Speak(plan("price", "p"))
}

fn silent(because: Rule) -> Act {
    Act::Silent { because }
}

fn said(at: Timestamp) -> Event {
    let place = chat::Place {
        platform: chat::PlatformKind::Slack,
        workspace: "T".into(),
        channel: "C".into(),
        thread: None,
        privacy: chat::Privacy::Shared,
    };
    let by = chat::Identity { platform: chat::PlatformKind::Slack, workspace: "T".into(), user: "U".into() };
    let message = Message { id: "m".into(), text: String::new(), by_bot: false, mentions_us: false, replies_to: None };
    Event { id: "e".into(), at, place, by, what: What::Message(message) }
}

fn report() -> Report {
    Report::new(TimeZone::UTC, 2)
}

#[test]
fn every_need_ends_in_one_way() {
    let mut report = report();
    (0..21).for_each(|n| report.read(&said(day(n))));
    for (event, end) in [speak(), silent(Rule::Answered), silent(Rule::Budget), speak()].into_iter().enumerate() {
        report.take(&outcome(event, day(0), Phase::First, hold()), None);
        report.take(&outcome(event, day(0), Phase::Again, hold()), None);
        report.take(&outcome(event, day(event as u64), Phase::Again, end), None);
    }
    report.take(&outcome(7, day(7), Phase::First, hold()), None);
    report.take(&outcome(8, day(8), Phase::First, silent(Rule::Holdout)), None);
    report.take(&outcome(9, day(9), Phase::First, speak()), None);
    let mut unheard = outcome(10, day(9), Phase::First, silent(Rule::Recognition));
    unheard.decision.need.as_mut().unwrap().score = 0.1;
    report.take(&unheard, None);
    let summary = report.summary();
    let price = &summary.triggers[0];
    assert_eq!(
        (price.heard, price.spoken, price.answered, price.silent, price.waiting, price.held),
        (7, 3, 1, 2, 1, 5)
    );
    assert_eq!(price.silent_because, [(Rule::Holdout, 1), (Rule::Budget, 1)].into());
    assert_eq!(summary.unheard, [(Rule::Recognition, 1)].into());
    assert_eq!(price.people, 1);
    assert_eq!((price.per_week, price.per_1000_messages), (1.0, 142.86));
    let weeks: Vec<_> = price.weeks.iter().map(|week| (week.week.as_str(), week.spoken)).collect();
    assert_eq!(weeks, [("2025-W01", 2), ("2025-W02", 1)]);
    assert_eq!(price.worst_day.as_ref().unwrap().date, "2024-12-30");
}

#[test]
fn examples_of_what_would_be_said_come_first_and_are_few() {
    let mut report = report();
    report.take(&outcome(1, day(0), Phase::First, silent(Rule::Budget)), Some("silent"));
    report.take(&outcome(2, day(0), Phase::First, silent(Rule::Budget)), Some("silent too"));
    report.take(&outcome(3, day(1), Phase::First, speak()), Some("first"));
    report.take(&outcome(4, day(2), Phase::First, speak()), Some("second"));
    report.take(&outcome(5, day(3), Phase::First, speak()), Some("third"));
    let examples = report.summary().triggers.swap_remove(0).examples;
    assert_eq!(examples.iter().map(|example| example.text.as_str()).collect::<Vec<_>>(), ["first", "second"]);
}

#[test]
fn broken_entries_are_counted_and_the_first_are_named() {
    let mut report = report();
    for n in 0..30 {
        report.broken(Broken { file: "a\u{1b}[2J.json".into(), entry: Some(n), reason: "not JSON".into() });
    }
    let summary = report.summary();
    assert_eq!((summary.broken, summary.named_broken.len()), (30, 20));
    let page = table::render(&summary, Screen { width: 60, colours: false });
    assert!(page.contains("30 entries or files could not be read:\n  a [2J.json, entry 0: not JSON\n"), "{page}");
}

#[test]
fn an_empty_history_is_told_too() {
    let page = table::render(&report().summary(), Screen { width: 80, colours: false });
    assert_eq!(page, "0 messages in 0 channels\n\nNothing matched.\n");
}

#[test]
fn colours_are_only_added_never_needed() {
    let mut report = report();
    report.take(&outcome(1, day(0), Phase::First, speak()), Some("text"));
    let plain = table::render(&report.summary(), Screen { width: 80, colours: false });
    let coloured = table::render(&report.summary(), Screen { width: 80, colours: true });
    assert_ne!(plain, coloured);
    assert_eq!(console::strip_ansi_codes(&coloured), plain);
}

proptest! {
    #[test]
    fn endings_always_add_up_and_lines_fit(
        steps in prop::collection::vec((0..6_usize, 0..3_usize, 0..5_usize, 0..100_u64), 0..80), width in 30..130_usize,
    ) {
        let mut report = report();
        for (event, phase, act, at) in steps {
            let phase = [Phase::First, Phase::Again, Phase::Cancelled][phase];
            let act = [hold(), speak(), silent(Rule::Answered), silent(Rule::Budget), silent(Rule::Grace)][act].clone();
            report.read(&said(day(at)));
            report.take(&outcome(event, day(at), phase, act), Some("a\u{1b}]0;b\u{7} long text, long text, long text"));
        }
        let summary = report.summary();
        for sums in summary.triggers.iter().chain([&summary.total]) {
            prop_assert_eq!(sums.heard, sums.spoken + sums.answered + sums.silent + sums.waiting);
            prop_assert_eq!(sums.weeks.iter().map(|week| week.spoken).sum::<u64>(), sums.spoken);
        }
        let page = table::render(&summary, Screen { width, colours: false });
        for line in page.lines() {
            prop_assert!(line.chars().count() <= width, "{} > {width}: {line}", line.chars().count());
            prop_assert!(!line.chars().any(char::is_control));
        }
    }
}
