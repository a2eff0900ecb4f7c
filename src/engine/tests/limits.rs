//! Where limits are loose, or count from a later instant: nothing that came before is held against anybody.

use super::{Act, World, hours, minutes};
use crate::{
    engine::{Conversation, Limits, Rule, samples},
    library::TriggerId,
};

/// Somebody who has had all that a day and a week allow, in a channel where the same trigger has just spoken.
fn spent() -> World {
    let mut world = World::new();
    for ago in [1, 30, 50] {
        world.received(hours(ago), "other", true);
    }
    world.place.last_spoke = vec![(TriggerId::new("price"), world.now - minutes(20))];
    world
}

#[test]
fn loose_limits_hold_nothing_against_anybody_and_say_so() {
    let mut world = spent();
    assert!(matches!(world.decide().act, Act::Silent { because: Rule::Cooldown }), "{:?}", world.decide());
    world.place.limits = Limits { loose: true, since: None };
    let decision = world.decide();
    assert!(matches!(decision.act, Act::Speak(_)), "{decision:?}");
    for rule in [Rule::Cooldown, Rule::Budget, Rule::Recovery] {
        let reason = decision.reasons.iter().find(|reason| reason.rule == rule).unwrap();
        assert!(reason.passed && reason.value.contains("demo limits"), "{reason:?}");
    }
}

#[test]
fn what_came_before_limits_count_is_forgiven_and_what_came_after_is_not() {
    let mut world = spent();
    world.place.limits = Limits { loose: false, since: Some(world.now) };
    assert!(matches!(world.decide().act, Act::Speak(_)), "{:?}", world.decide());
    world.place.limits = Limits { loose: false, since: Some(world.now - hours(24 * 8)) };
    assert!(!matches!(world.decide().act, Act::Speak(_)), "{:?}", world.decide());
}

#[test]
fn loose_limits_leave_working_hours_and_peoples_own_choices_alone() {
    let mut world = spent();
    world.place.limits = Limits { loose: true, since: None };
    world.at("2026-11-18T22:00:00Z");
    assert!(matches!(world.decide().act, Act::Hold { because: Rule::QuietHours, .. }), "{:?}", world.decide());
    world.at("2026-11-18T10:00:00Z");
    world.person.opted_out = true;
    assert!(matches!(world.decide().act, Act::Silent { because: Rule::Choice }), "{:?}", world.decide());
}

/// The bars of the playground say what the engine does.
#[test]
fn a_topic_counts_exactly_where_the_engine_hears_it() {
    let engine = samples::engine([samples::trigger("price")]);
    for text in ["a price objection", "who brings cake on Friday?", "", "help with the price objection please"] {
        let said = Conversation::none(false);
        let heard: Vec<_> = engine.hear(text, &said).into_iter().filter(super::super::Need::is_heard).collect();
        let topics = engine.topics(text, &said);
        assert_eq!(topics.len(), 1, "{text}");
        assert_eq!(topics[0].heard, !heard.is_empty(), "{text}: {topics:?}");
        assert!((0.0..=1.0).contains(&topics[0].score) && (0.0..=1.0).contains(&topics[0].threshold), "{topics:?}");
    }
}
