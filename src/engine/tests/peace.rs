//! When somebody may be disturbed: by what they say themselves, and by what their platform tells.

use super::{Act, World, hours};
use crate::engine::Rule;

/// How many minutes a need waits, and in which words.
fn waits(change: fn(&mut World)) -> (u64, String) {
    let mut world = World::new();
    change(&mut world);
    let decision = world.decide();
    let asked = decision.reasons.iter().find(|reason| reason.rule == Rule::QuietHours);
    let value = asked.map(|reason| reason.value.clone()).unwrap_or_default();
    match decision.act {
        Act::Hold { until, .. } => (until.since(world.now).as_secs() / 60, value),
        _ => (0, value),
    }
}

fn told(minutes: u64, value: &str) -> (u64, String) {
    (minutes, value.to_owned())
}

#[test]
fn whoever_is_not_to_be_disturbed_is_left_in_peace() {
    let quiet = "Mon-Fri 09:00-17:30, UTC; “do not disturb” is on";
    assert_eq!(waits(|w| w.person.profile.do_not_disturb_until = Some(w.now + hours(2))), told(120, quiet));
    assert_eq!(waits(|w| w.person.profile.do_not_disturb_until = Some(w.now + hours(8))), told(23 * 60, quiet));
    let over = waits(|w| w.person.profile.do_not_disturb_until = Some(w.now));
    assert_eq!(over, told(0, "Mon-Fri 09:00-17:30, UTC"));
}

#[test]
fn days_off_are_passed_over_and_ones_own_zone_counts_more() {
    let away = waits(|w| w.person.own.days_off = "2026-11-18 to 2026-11-19".parse().unwrap());
    assert_eq!(away, told(47 * 60, "Mon-Fri 09:00-17:30, UTC; a day off"));
    let here = waits(|w| {
        w.person.profile.zone = Some("America/New_York".to_owned());
        w.person.own.zone = Some("Europe/Berlin".to_owned());
        w.at("2026-11-18T07:00:00Z");
    });
    assert_eq!(here, told(60, "Mon-Fri 09:00-17:30, Europe/Berlin"));
}

/// Whoever is still being asked about is not spoken to unasked, and is not turned away for what is not known yet.
#[test]
fn whoever_the_platform_has_still_to_describe_is_waited_for_unless_they_ask() {
    let mut world = World::new();
    world.person.awaited = true;
    world.trigger.roles = vec!["sales".to_owned()];
    let decision = world.decide();
    let Act::Hold { until, because: Rule::QuietHours, .. } = decision.act else { panic!("{decision:?}") };
    assert_eq!(until.since(world.now).as_secs(), 1);
    let role = decision.reasons.iter().find(|reason| reason.rule == Rule::Role).unwrap();
    assert!(role.passed && role.value == "only for: sales; asking what their role is", "{role:?}");
    world.person.awaited = false;
    assert_eq!(world.decide().act, Act::Silent { because: Rule::Role }, "once it is known, it counts");
    let asks = World { person: crate::engine::PersonFacts { awaited: true, ..world.person }, addressed: true, ..world };
    assert!(matches!(asks.decide().act, Act::Speak(_)), "whoever asks is answered at once");
}
