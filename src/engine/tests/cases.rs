//! The table: what is changed, what is decided, and which rule says so with which value.

use std::time::Duration;

use chat::PersonId;

use super::{MOMENT, World, hours, minutes};
use crate::{
    engine::{
        Act, Budget, Rule,
        samples::{self, NOW},
    },
    library::{Mode, TriggerId},
};

enum Decided {
    Speaks,
    /// Looks again so many minutes later.
    Holds(u64),
    Silent,
}
use Decided::{Holds, Silent, Speaks};

struct Case {
    name: &'static str,
    change: fn(&mut World),
    decided: Decided,
    rule: Rule,
    passed: bool,
    value: &'static str,
}

const fn case(
    name: &'static str,
    change: fn(&mut World),
    decided: Decided,
    rule: Rule,
    passed: bool,
    value: &'static str,
) -> Case {
    Case { name, change, decided, rule, passed, value }
}

fn check(cases: &[Case]) {
    for Case { name, change, decided, rule, passed, value } in cases {
        let mut world = World::new();
        change(&mut world);
        let decision = world.decide();
        match (&decision.act, decided) {
            (Act::Speak(plan), Speaks) => assert_eq!(plan.unasked, !world.addressed, "{name}"),
            (Act::Hold { until, because, .. }, Holds(minutes)) => {
                assert_eq!((*until, because), (world.now + super::minutes(*minutes), rule), "{name}");
            }
            (Act::Silent { because }, Silent) => assert_eq!(because, rule, "{name}"),
            (act, _) => panic!("{name}: {act:?}, {:?}", decision.reasons),
        }
        let reason = decision.reasons.iter().find(|reason| reason.rule == *rule);
        let reason = reason.unwrap_or_else(|| panic!("{name}: {rule:?} is not among {:?}", decision.reasons));
        assert_eq!((reason.passed, reason.value.as_str()), (*passed, *value), "{name}");
    }
}

fn a_moment_less(span: Duration) -> Duration {
    span.saturating_sub(MOMENT)
}

#[test]
fn the_managers_switches() {
    check(&[
        case("live", |_| {}, Speaks, Rule::Channel, true, "on"),
        case("channel off", |w| w.place.mode = Mode::Off, Silent, Rule::Channel, false, "off"),
        case(
            "channel in shadow",
            |w| w.place.mode = Mode::Shadow,
            Speaks,
            Rule::Channel,
            true,
            "watch only (shadow): recorded, nothing is posted",
        ),
        case("trigger off", |w| w.trigger.mode = Mode::Off, Silent, Rule::Trigger, false, "off"),
        case(
            "trigger in shadow",
            |w| w.trigger.mode = Mode::Shadow,
            Speaks,
            Rule::Trigger,
            true,
            "watch only (shadow): recorded, nothing is posted",
        ),
        case(
            "both off",
            |w| (w.trigger.mode, w.place.mode) = (Mode::Off, Mode::Off),
            Silent,
            Rule::Trigger,
            false,
            "off",
        ),
    ]);
}

#[test]
fn whose_turn_it_is() {
    check(&[
        case("for everybody", |w| w.person.profile.roles.clear(), Speaks, Rule::Channel, true, "on"),
        case(
            "another role",
            |w| w.trigger.roles = vec!["seller".into()],
            Silent,
            Rule::Role,
            false,
            "only for: seller",
        ),
        case(
            "one role of several",
            |w| {
                w.trigger.roles = vec!["seller".into(), "lead".into()];
                w.person.profile.roles = vec!["writer".into(), "lead".into()];
            },
            Speaks,
            Rule::Role,
            true,
            "only for: seller, lead",
        ),
    ]);
}

#[test]
fn what_the_person_wants() {
    let (out, quiet) = ("suggestions are turned off", "quiet for a week");
    check(&[
        case("nothing unasked", |w| w.person.opted_out = true, Silent, Rule::Choice, false, out),
        case("snoozed", |w| w.person.snoozed_until = Some(NOW + MOMENT), Silent, Rule::Choice, false, quiet),
        case("snoozed until now", |w| w.person.snoozed_until = Some(NOW), Speaks, Rule::Channel, true, "on"),
        case(
            "stopped",
            |w| w.person.stopped = vec![TriggerId::new("price")],
            Silent,
            Rule::Choice,
            false,
            "this topic is turned off",
        ),
        case(
            "another one stopped",
            |w| w.person.stopped = vec![TriggerId::new("angry")],
            Speaks,
            Rule::Channel,
            true,
            "on",
        ),
    ]);
}

/// Somebody whose lot falls in, or out of, a comparison group of half the people.
fn with_lot(is_held_out: bool) -> PersonId {
    let trigger = crate::library::Trigger { holdout_percent: 50, ..samples::trigger("price") };
    let people = (0..100).map(|n| PersonId::new(format!("p{n}")));
    let drawn = |person: &PersonId| {
        let world = World { trigger: trigger.clone(), ..World::new() };
        let world =
            World { person: crate::engine::PersonFacts { id: person.clone(), ..world.person.clone() }, ..world };
        matches!(world.decide().act, Act::Silent { because: Rule::Holdout }) == is_held_out
    };
    people.into_iter().find(drawn).expect("a hundred coins fell on one side")
}

#[test]
fn the_comparison_group() {
    check(&[
        case(
            "compared",
            |w| (w.trigger.holdout_percent, w.person.id) = (50, with_lot(true)),
            Silent,
            Rule::Holdout,
            false,
            "50 % of people get no card, for comparison",
        ),
        case(
            "helped",
            |w| (w.trigger.holdout_percent, w.person.id) = (50, with_lot(false)),
            Speaks,
            Rule::Holdout,
            true,
            "50 % of people get no card, for comparison",
        ),
    ]);
}

#[test]
fn a_trigger_rests_where_it_spoke() {
    fn spoke(world: &mut World, trigger: &str, ago: Duration) {
        world.place.last_spoke.push((TriggerId::new(trigger), world.now - ago));
    }
    let (rests, rested) = ("already answered here in the last 4 hours", "quiet here for the last 4 hours");
    check(&[
        case("never spoke", |_| {}, Speaks, Rule::Cooldown, true, rested),
        case("a moment early", |w| spoke(w, "price", a_moment_less(hours(4))), Silent, Rule::Cooldown, false, rests),
        case("in time", |w| spoke(w, "price", hours(4)), Speaks, Rule::Cooldown, true, rested),
        case("another spoke", |w| spoke(w, "angry", minutes(1)), Speaks, Rule::Cooldown, true, rested),
        case(
            "the last time counts",
            |w| {
                spoke(w, "price", minutes(1));
                spoke(w, "price", hours(40));
            },
            Silent,
            Rule::Cooldown,
            false,
            rests,
        ),
    ]);
}

#[test]
fn the_budget_of_a_person() {
    check(&[
        case("nothing yet", |_| {}, Speaks, Rule::Budget, true, "0 of 1 cards used today, 0 of 3 this week"),
        case(
            "one today",
            |w| w.received(a_moment_less(hours(24)), "x", true),
            Silent,
            Rule::Budget,
            false,
            "1 of 1 cards used today, 1 of 3 this week",
        ),
        case(
            "one yesterday",
            |w| w.received(hours(24), "x", true),
            Speaks,
            Rule::Budget,
            true,
            "0 of 1 cards used today, 1 of 3 this week",
        ),
        case(
            "three this week",
            |w| [30, 60, 167].into_iter().for_each(|ago| w.received(hours(ago), "x", true)),
            Silent,
            Rule::Budget,
            false,
            "0 of 1 cards used today, 3 of 3 this week",
        ),
        case(
            "the third a week ago",
            |w| [30, 60, 168].into_iter().for_each(|ago| w.received(hours(ago), "x", true)),
            Speaks,
            Rule::Budget,
            true,
            "0 of 1 cards used today, 2 of 3 this week",
        ),
        case(
            "asked for, all of it",
            |w| (0..9).for_each(|ago| w.received(hours(ago), "x", false)),
            Speaks,
            Rule::Budget,
            true,
            "0 of 1 cards used today, 0 of 3 this week",
        ),
    ]);
    assert_eq!(samples::cadence().budget, Budget { per_day: 1, per_week: 3 });
}

#[test]
fn people_get_their_time() {
    let (first, over) = ("waiting 10 minutes for people to answer first", "nobody answered within 10 minutes");
    check(&[
        case("just heard", |w| w.now = w.heard_at, Holds(10), Rule::Grace, false, first),
        case("three minutes later", |w| w.now = w.heard_at + minutes(3), Holds(7), Rule::Grace, false, first),
        case("over", |_| {}, Speaks, Rule::Grace, true, over),
        case(
            "its own time",
            |w| (w.trigger.grace, w.now) = (Some(minutes(30)), w.heard_at + minutes(5)),
            Holds(25),
            Rule::Grace,
            false,
            "waiting 30 minutes for people to answer first",
        ),
        case(
            "no time at all",
            |w| (w.trigger.grace, w.now, w.first_look) = (Some(minutes(0)), w.heard_at, true),
            Speaks,
            Rule::Grace,
            true,
            "nobody answered within 0 minutes",
        ),
        case(
            "heard late",
            |w| (w.heard_at, w.first_look) = (w.now - hours(2), true),
            Holds(0),
            Rule::Grace,
            false,
            "this reached me late: reading what people wrote since then first",
        ),
    ]);
}

#[test]
fn working_hours_of_the_person() {
    let (house, berlin) = ("Mon-Fri 09:00-17:30, UTC", "Mon-Fri 09:00-17:30, Europe/Berlin");
    check(&[
        case("at nine", |w| w.at("2026-11-18T09:00:00Z"), Speaks, Rule::QuietHours, true, house),
        case("a minute before", |w| w.at("2026-11-18T08:59:00Z"), Holds(1), Rule::QuietHours, false, house),
        case("a minute to the end", |w| w.at("2026-11-18T17:29:00Z"), Speaks, Rule::QuietHours, true, house),
        case("at the end", |w| w.at("2026-11-18T17:30:00Z"), Holds(930), Rule::QuietHours, false, house),
        case("on Friday evening", |w| w.at("2026-11-20T18:00:00Z"), Holds(3_780), Rule::QuietHours, false, house),
        case(
            "their zone",
            |w| {
                w.person.profile.zone = Some("Europe/Berlin".into());
                w.at("2026-11-18T07:00:00Z");
            },
            Holds(60),
            Rule::QuietHours,
            false,
            berlin,
        ),
        case(
            "a zone that nobody knows",
            |w| w.person.profile.zone = Some("Mars/Base".into()),
            Speaks,
            Rule::QuietHours,
            true,
            house,
        ),
        case(
            "their own hours",
            |w| {
                w.person.hours = Some("Sat-Sun 20:00-22:00".parse().unwrap());
                w.at("2026-11-21T20:00:00Z");
            },
            Speaks,
            Rule::QuietHours,
            true,
            "Sat,Sun 20:00-22:00, UTC",
        ),
    ]);
}

#[test]
fn nothing_a_second_time() {
    let new = "you haven’t seen this card in 30 days";
    check(&[
        case("new", |_| {}, Speaks, Rule::Recovery, true, new),
        case(
            "one was seen",
            |w| w.received(hours(25), "tip", true),
            Speaks,
            Rule::Recovery,
            true,
            "skipped 1 card you have already seen",
        ),
        case("long ago", |w| w.received(hours(30 * 24), "tip", true), Speaks, Rule::Recovery, true, new),
        case(
            "all known",
            |w| w.person.known = vec!["tip".into(), "faq".into()],
            Silent,
            Rule::Recovery,
            false,
            "you have seen everything I have on this",
        ),
    ]);
}

#[test]
fn whoever_asks_passes_every_rule_for_the_unasked() {
    let stops: [fn(&mut World); 11] = [
        |w| w.place.mode = Mode::Off,
        |w| w.place.mode = Mode::Shadow,
        |w| w.trigger.mode = Mode::Shadow,
        |w| w.trigger.roles = vec!["seller".into()],
        |w| w.person.opted_out = true,
        |w| w.person.snoozed_until = Some(NOW + hours(24)),
        |w| w.person.stopped = vec![TriggerId::new("price")],
        |w| (w.trigger.holdout_percent, w.person.id) = (50, with_lot(true)),
        |w| w.place.last_spoke.push((TriggerId::new("price"), NOW)),
        |w| (0..9).for_each(|_| w.received(minutes(1), "tip", true)),
        |w| w.at("2026-11-21T03:00:00Z"),
    ];
    for (n, stop) in stops.into_iter().enumerate() {
        let mut world = World::new();
        stop(&mut world);
        let unasked = world.decide();
        assert!(!matches!(&unasked.act, Act::Speak(plan) if !plan.shadow), "{n}: {unasked:?}");
        let asked = World { addressed: true, ..world }.decide();
        assert!(matches!(&asked.act, Act::Speak(plan) if !plan.shadow && !plan.unasked), "{n}: {asked:?}");
    }
    let mut off = World { addressed: true, ..World::new() };
    off.trigger.mode = Mode::Off;
    assert!(matches!(off.decide().act, Act::Silent { because: Rule::Trigger }), "what is off is off");
}

#[test]
fn whoever_asks_for_what_they_have_seen_gets_it_again() {
    let mut world = World { addressed: true, ..World::new() };
    world.person.known = vec!["tip".into(), "faq".into()];
    let decision = world.decide();
    let Act::Speak(plan) = &decision.act else { panic!("{decision:?}") };
    assert_eq!(plan.molecule.assets, ["tip".into(), "faq".into()]);
    let told = &decision.reasons.iter().find(|reason| reason.rule == Rule::Recovery).unwrap().value;
    assert_eq!(told, "you have seen everything I have on this; you asked, so here it is again");
}
