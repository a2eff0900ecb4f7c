//! What must hold whatever the values: over hours, budgets, grace periods and all of them together.

use std::time::Duration;

use chat::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::{Act, World, event, message, need};
use crate::{
    engine::{DaysOff, Received, Rule, WorkingHours, samples},
    library::Mode,
};

/// Twenty years, to the millisecond.
const INSTANTS: std::ops::Range<i64> = 1_700_000_000_000..2_330_000_000_000;
const DAY_MS: i64 = 86_400_000;

fn mode() -> impl Strategy<Value = Mode> {
    prop_oneof![1 => Just(Mode::Off), 1 => Just(Mode::Shadow), 8 => Just(Mode::Live)]
}

fn zone() -> impl Strategy<Value = Option<String>> {
    let zones =
        ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "No/Where"];
    proptest::option::of(proptest::sample::select(zones.to_vec()).prop_map(ToOwned::to_owned))
}

prop_compose! {
    fn world()(
        now in INSTANTS,
        waited in 0..2 * DAY_MS,
        (channel, trigger) in (mode(), mode()),
        zone in zone(),
        grace in proptest::option::of(0_u64..600),
        received in proptest::collection::vec((0..10 * DAY_MS, any::<bool>(), 0_u8..4), 0..6),
        spoke in proptest::option::of(0..DAY_MS),
        snoozed in proptest::option::weighted(0.2, -DAY_MS..DAY_MS),
        holdout in prop_oneof![4 => Just(0_u8), 1 => 0_u8..=50],
        (addressed, first_look) in (proptest::bool::weighted(0.1), any::<bool>()),
    ) -> World {
        let mut world = World { addressed, first_look, ..World::new() };
        let now = Timestamp::from_ms(now);
        (world.now, world.heard_at) = (now, Timestamp::from_ms(now.as_ms() - waited));
        (world.place.mode, world.trigger.mode) = (channel, trigger);
        world.person.profile.zone = zone;
        world.trigger.grace = grace.map(Duration::from_mins);
        world.trigger.holdout_percent = holdout;
        for (ago, unasked, asset) in received {
            let asset = ["tip", "faq", "other", "x"][usize::from(asset)].into();
            let at = Timestamp::from_ms(now.as_ms() - ago);
            world.person.received.push(Received { at, trigger: "other".into(), asset, unasked });
        }
        world.place.last_spoke = spoke.map(|ago| ("price".into(), Timestamp::from_ms(now.as_ms() - ago))).into_iter().collect();
        world.person.snoozed_until = snoozed.map(|ahead| Timestamp::from_ms(now.as_ms() + ahead));
        world
    }
}

/// Hours and zone that hold for the person of a world.
fn is_open(world: &World) -> bool {
    let zone = world.person.profile.zone.as_deref().and_then(|name| TimeZone::get(name).ok());
    WorkingHours::default().next_open(world.now, &zone.unwrap_or(TimeZone::UTC), &DaysOff::default()) == world.now
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_is_said_unasked_keeps_every_promise(world in world()) {
        let decision = world.decide();
        prop_assert!(!decision.reasons.is_empty(), "every decision carries its reasons");
        prop_assert_eq!(&world.decide(), &decision, "the same facts give the same decision");
        let grace = world.trigger.grace.unwrap_or(samples::cadence().grace);
        match &decision.act {
            Act::Speak(plan) if plan.unasked => {
                prop_assert!(world.now >= world.heard_at + grace, "before the grace period ended");
                prop_assert!(!world.first_look || grace.is_zero(), "at the first look");
                prop_assert!(is_open(&world), "in quiet hours");
                let since = |days: i64| Timestamp::from_ms(world.now.as_ms() - days * DAY_MS);
                let unasked = |days| world.person.received.iter().filter(|card| card.unasked && card.at > since(days)).count();
                prop_assert!(unasked(1) < 1 && unasked(7) < 3, "over the budget");
                prop_assert!(world.person.snoozed_until.is_none_or(|until| until <= world.now), "snoozed");
                prop_assert!(world.place.last_spoke.iter().all(|(_, at)| *at + world.trigger.cooldown <= world.now));
                prop_assert_eq!(plan.shadow, world.place.mode.min(world.trigger.mode) == Mode::Shadow);
                prop_assert!(world.place.mode != Mode::Off && world.trigger.mode != Mode::Off);
                for asset in &plan.molecule.assets {
                    let had = |card: &&Received| card.asset == *asset && card.at + world.trigger.recovery > world.now;
                    prop_assert!(world.person.received.iter().find(had).is_none(), "the same card again");
                }
                prop_assert!(decision.reasons.iter().all(|reason| reason.passed));
            }
            Act::Speak(plan) => prop_assert!(world.addressed && !plan.shadow),
            Act::Hold { until, because, .. } => {
                prop_assert!(!world.addressed, "whoever asks does not wait");
                prop_assert!(*until > world.now || world.first_look, "a hold that is over");
                prop_assert!(matches!(because, Rule::Grace | Rule::QuietHours));
            }
            Act::Silent { because } => {
                prop_assert!(decision.reasons.iter().any(|reason| reason.rule == *because && !reason.passed));
            }
        }
    }

    /// However often it is looked at again, a need comes to an end within the week.
    #[test]
    fn what_waits_comes_to_an_end(world in world()) {
        let mut world = World { first_look: true, ..world };
        for _ in 0..4 {
            let Act::Hold { until, .. } = world.decide().act else { return Ok(()) };
            prop_assert!(until.as_ms() - world.now.as_ms() < 5 * DAY_MS, "over a long week-end at most");
            (world.now, world.first_look) = (until, false);
        }
        prop_assert!(false, "held a fifth time at {:?}", world.now);
    }

    #[test]
    fn a_channel_or_trigger_that_is_off_hears_nobody(world in world()) {
        let world = World { addressed: false, ..world };
        let engine = samples::engine([world.trigger.clone()]);
        let decision = engine.decide(&event(), &message(), &[need("price", 1.0)], &world.facts());
        if world.place.mode == Mode::Off || world.trigger.mode == Mode::Off {
            let silent = matches!(decision.act, Act::Silent { because: Rule::Channel | Rule::Trigger });
            prop_assert!(silent, "{:?}", decision.act);
        }
    }
}
