//! Which need is meant is decided before any rule is asked.

use proptest::prelude::*;

use super::{Act, World, event, hours, message, minutes, need};
use crate::{
    engine::{Decision, Load, Need, PersonFacts, Received, samples},
    library::{Mode, Trigger},
};

/// What stands in the way of one trigger, by the bits of a number.
fn refuse(trigger: &mut Trigger, world: &mut World, by: u16) {
    let id = trigger.id.clone();
    let is_set = |bit: u16| by & (1 << bit) != 0;
    if is_set(0) {
        trigger.mode = Mode::Off;
    }
    if is_set(1) {
        trigger.mode = trigger.mode.min(Mode::Shadow);
    }
    if is_set(2) {
        trigger.roles = vec!["lead".to_owned()];
    }
    if is_set(3) {
        trigger.holdout_percent = 50;
    }
    if is_set(4) {
        trigger.condition = Some("event.channel == \"elsewhere\"".to_owned());
    }
    if is_set(5) {
        world.person.stopped.push(id.clone());
    }
    if is_set(6) {
        world.place.paused.push(id.clone());
    }
    if is_set(7) {
        world.place.last_spoke.push((id, world.now - minutes(20)));
    }
    if is_set(8) {
        trigger.grace = Some(minutes(0));
    }
    if is_set(9) {
        trigger.offer.truncate(1);
    }
}

prop_compose! {
    /// Three triggers with what stands in their way, the needs that were heard, and somebody with choices of their own.
    fn case()(
        scores in proptest::collection::vec(0.3_f32..1.0, 3),
        priorities in proptest::collection::vec(prop_oneof![Just(50_u8), 40_u8..60], 3),
        refusals in proptest::collection::vec(0_u16..1024, 3),
        (opted_out, snoozed, overloaded, addressed) in (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()),
        (off, night, received) in (any::<bool>(), any::<bool>(), 0_u8..4),
    ) -> (Vec<Trigger>, Vec<Need>, World) {
        let mut world = World { addressed, first_look: true, ..World::new() };
        let mut triggers = Vec::new();
        for (index, id) in ["a", "b", "c"].into_iter().enumerate() {
            let mut trigger = Trigger { priority: priorities[index], ..samples::trigger(id) };
            refuse(&mut trigger, &mut world, refusals[index]);
            triggers.push(trigger);
        }
        world.person.opted_out = opted_out;
        world.person.snoozed_until = snoozed.then(|| world.now + hours(3));
        world.person.own.load = overloaded.then_some(Load::Overloaded);
        if off {
            world.place.mode = Mode::Off;
        }
        if night {
            world.now = world.now + hours(12);
        }
        for number in 0..received {
            let (asset, unasked) = (["tip", "faq", "x", "y"][usize::from(number)].into(), number % 2 == 0);
            world.person.received.push(Received { at: world.now - hours(2), trigger: "other".into(), asset, unasked });
        }
        let needs = ["a", "b", "c"].into_iter().zip(scores).map(|(id, score)| need(id, score)).collect();
        (triggers, needs, world)
    }
}

/// The topics of which a card may come, in the order in which it names them; none for silence.
fn topics(decision: &Decision) -> Vec<String> {
    let (Act::Speak(plan) | Act::Hold { plan, .. }) = &decision.act else { return Vec::new() };
    if plan.among.is_empty() {
        return vec![plan.trigger.to_string()];
    }
    plan.among.iter().map(|of| of.trigger.to_string()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Somebody for whom no rule says no is told the same topics, or nobody is told anything.
    #[test]
    fn whatever_the_rules_say_no_card_is_of_another_topic((triggers, needs, world) in case()) {
        let free = triggers.iter().map(|trigger| {
            Trigger { priority: trigger.priority, ..samples::trigger(trigger.id.as_str()) }
        });
        let nobody = World { person: PersonFacts { ..samples::person() }, addressed: true, ..World::new() };
        let unruled = samples::engine(free).decide(&event(), &message(), &needs, &nobody.facts());
        let engine = samples::engine(triggers);
        let ruled = engine.decide(&event(), &message(), &needs, &world.facts());
        prop_assert!(topics(&ruled).is_empty() || topics(&ruled) == topics(&unruled), "{:?}", ruled.act);
        prop_assert_eq!(&ruled.need, &unruled.need, "the need that loses keeps the message");
        // And when its hour has come.
        if let Act::Hold { plan, .. } = &ruled.act {
            let later = World { now: world.now + hours(1), first_look: false, ..world.clone() };
            let again = engine.reconsider(&needs[0], plan, &later.facts());
            prop_assert!(topics(&again).is_empty() || topics(&again) == topics(&unruled), "{:?}", again.act);
        }
        if let Act::Silent { because } = &ruled.act {
            prop_assert!(ruled.reasons.iter().any(|reason| reason.rule == *because && !reason.passed));
        }
    }
}
