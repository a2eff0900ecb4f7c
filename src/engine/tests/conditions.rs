//! Conditions: what they see, and that none of them can do harm.

use chat::{Place, Privacy};
use proptest::prelude::*;

use super::{Act, Rule, World, event, message, need};
use crate::{engine::samples, library::Trigger};

/// What a condition says about somebody in #deals: passed, and with which value.
fn said(condition: &str) -> (bool, String) {
    let trigger = Trigger { condition: Some(condition.to_owned()), ..samples::trigger("price") };
    let mut world = World { trigger: trigger.clone(), first_look: true, ..World::new() };
    world.person.profile.roles = vec!["seller".into(), "lead".into()];
    world.person.profile.zone = Some("Europe/Lisbon".into());
    let decision = world.decide();
    let reason = decision.reasons.iter().find(|reason| reason.rule == Rule::Condition).unwrap();
    assert_eq!(matches!(decision.act, Act::Silent { because: Rule::Condition }), !reason.passed, "{condition}");
    (reason.passed, reason.value.clone())
}

#[test]
fn they_see_the_event_and_the_person() {
    for holds in [
        r#"event.channel == "deals""#,
        r#"event.platform == "slack" && !event.in_thread && !event.private"#,
        "event.text_length == 17",
        r#""seller" in person.roles"#,
        r#"person.roles.exists(role, role == "lead")"#,
        r#"person.zone.startsWith("Europe/") || person.language == "de""#,
    ] {
        assert_eq!(said(holds), (true, holds.to_owned()));
    }
    for not in [r#"event.channel == "support""#, "event.private", "event.text_length > 1000", "false"] {
        assert_eq!(said(not), (false, not.to_owned()));
    }
}

#[test]
fn one_that_cannot_be_answered_stops_with_its_reason() {
    for (condition, why) in [
        ("event.nothing == 1", "could not be evaluated"),
        ("event.channel", "gives neither yes nor no"),
        ("1 / 0 == 1", "could not be evaluated"),
        ("person.roles[7] == 'x'", "could not be evaluated"),
    ] {
        assert_eq!(said(condition), (false, format!("{condition}: {why}")));
    }
    assert!(!said("event.channel == ").0, "what does not compile never holds");
}

#[test]
fn they_see_threads_and_private_conversations() {
    let trigger =
        Trigger { condition: Some("event.in_thread || event.private".to_owned()), ..samples::trigger("price") };
    let engine = samples::engine([trigger]);
    let holds = |place: Place| {
        let event = chat::Event { place, ..event() };
        let decision = engine.decide(&event, &message(), &[need("price", 1.0)], &World::new().facts());
        !matches!(decision.act, Act::Silent { because: Rule::Condition })
    };
    let place = event().place;
    assert!(!holds(place.clone()));
    assert!(holds(place.in_thread(&"m0".into())));
    assert!(holds(Place { privacy: Privacy::Private, ..place }));
}

/// The engine asks them of every message: none may end the program.
#[test]
fn nasty_ones_stop_and_do_no_harm() {
    for nasty in [
        "9223372036854775807 + 1 > 0",
        "-9223372036854775807 - 2 < 0",
        "9223372036854775807 * 2 > 0",
        "-(-9223372036854775807 - 1) > 0",
        "(-9223372036854775807 - 1) / -1 > 0",
        "(-9223372036854775807 - 1) % -1 == 0",
        "1 % 0 == 1",
        "1.0 / 0.0 > 1.0",
        "uint(-1) > 1u",
        "0u - 1u > 0u",
        "int('x') == 1",
        "int(1e300) > 0",
        "uint(1e300) > 0u",
        "[1][5] == 1",
        "[1][-1] == 1",
        "{'a': 1}['b'] == 1",
        "size(1) == 1",
        "'a'.matches('(')",
        "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('(a*)*(a*)*b')",
        "'x'.matches('(x{1000}){1000}')",
        "timestamp('no') == timestamp('no')",
        "duration('no') == duration('no')",
        "duration('9999999999999h') > duration('1h')",
        "timestamp('9999-12-31T23:59:59Z') + duration('9999999h') > timestamp('2020-01-01T00:00:00Z')",
        "person.roles + 1 == 2",
        "event == person",
        "has(event.nothing.more)",
        "event.channel.nothing()",
        "nothing(event)",
        "[1,2,3].map(x, x / 0) == [1]",
        "person.roles.all(role, role.all(r, r == 1))",
        "string(event) == ''",
        "'ü🙂'.size() == 2 && 'ü🙂'[0] == 'ü'",
        "dyn(1) == '1'",
        "null == null && null",
        "true ? 1 : true",
        "\u{0}",
        "'\\u0000' == ''",
        "'\\ud800' == ''",
    ] {
        said(nasty);
    }
}

/// The slowest that the library lets through: two loops, one inside the other, over lists as long as a condition may be.
#[test]
fn the_slowest_one_takes_no_time_that_anybody_notices() {
    let list = format!("[{}]", vec!["1"; 115].join(","));
    let slow = format!("{list}.all(a, {list}.all(b, a == b))");
    assert!(slow.chars().count() <= 500);
    assert_eq!(said(&slow), (true, slow.clone()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn no_text_at_all_does_harm(condition in "(event|person|role|[a-z]|[0-9]|[.()\\[\\]{}<>=!&|?:,+*/% '\"-]|\\PC){0,40}") {
        said(&condition);
    }

    #[test]
    fn no_arithmetic_does_harm(a in any::<i64>(), b in any::<i64>(), sign in "[-+*/%]", compare in "<|>|==|<=") {
        said(&format!("({a}) {sign} ({b}) {compare} ({a})"));
    }
}
