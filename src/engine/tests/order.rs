//! Who goes first: of needs, and of cards.

use std::sync::Arc;

use chat::Message;

use super::{Act, World, event, message, need};
use crate::{
    engine::{Audience, Decision, Engine, Rule, samples},
    library::{AssetKind, Library, Mode, Moment, Trigger},
};

/// The decision where two triggers hear one message: `first` with the stronger evidence.
fn decided(first: Trigger, second: Trigger) -> Decision {
    let needs = [need(first.id.as_str(), 0.9), need(second.id.as_str(), 0.6)];
    samples::engine([first, second]).decide(&event(), &message(), &needs, &World::new().facts())
}

fn chosen(decision: &Decision) -> &str {
    match &decision.act {
        Act::Hold { plan, .. } | Act::Speak(plan) => plan.trigger.as_str(),
        Act::Silent { because } => panic!("silent: {because:?}"),
    }
}

#[test]
fn the_stronger_evidence_goes_first_among_equals() {
    assert_eq!(chosen(&decided(samples::trigger("a"), samples::trigger("b"))), "a");
    assert_eq!(chosen(&decided(samples::trigger("b"), samples::trigger("a"))), "b");
}

#[test]
fn priority_goes_before_evidence() {
    let urgent = Trigger { priority: 51, ..samples::trigger("b") };
    assert_eq!(chosen(&decided(samples::trigger("a"), urgent)), "b");
}

#[test]
fn a_need_that_may_not_speak_keeps_the_message() {
    let off = Trigger { priority: 90, mode: Mode::Off, ..samples::trigger("a") };
    let decision = decided(off, samples::trigger("b"));
    assert_eq!(decision.act, Act::Silent { because: Rule::Trigger }, "the other one says nothing in its place");
    assert_eq!(decision.need.unwrap().trigger.as_str(), "a");
}

/// The decision about two needs with these scores, of which `refused` may not speak.
fn near(scores: (f32, f32), refused: Option<&str>, addressed: bool) -> Decision {
    let mode = |id: &str| if refused == Some(id) { Mode::Off } else { Mode::Live };
    let triggers = ["a", "b"].map(|id| Trigger { mode: mode(id), ..samples::trigger(id) });
    let world = World { addressed, ..World::new() };
    samples::engine(triggers).decide(&event(), &message(), &[need("a", scores.0), need("b", scores.1)], &world.facts())
}

#[test]
fn nobody_guesses_between_two_needs_that_are_near() {
    let clear = near((0.95, 0.7), None, true);
    assert!(matches!(&clear.act, Act::Speak(plan) if plan.among.is_empty() && plan.trigger.as_str() == "a"));
    let asked = near((0.9, 0.88), None, true);
    let Act::Speak(plan) = &asked.act else { panic!("{:?}", asked.act) };
    assert_eq!(plan.among.iter().map(|of| of.trigger.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!((plan.to, plan.molecule.assets.len()), (Audience::Thread, 0), "in place, for whoever asked");
    let unasked = near((0.9, 0.88), None, false);
    let Act::Hold { plan, until, because } = &unasked.act else { panic!("{:?}", unasked.act) };
    assert_eq!((plan.to, *because), (Audience::Private, Rule::Grace), "in private, where nobody asked");
    let world = World { now: *until, ..World::new() };
    let again = samples::engine(["a", "b"].map(samples::trigger)).reconsider(&need("a", 0.9), plan, &world.facts());
    assert!(matches!(&again.act, Act::Speak(now) if now.among == plan.among), "{:?}", again.act);
}

#[test]
fn a_rule_against_one_of_two_near_needs_is_no_reason_to_guess_the_other() {
    for refused in ["a", "b"] {
        let unasked = near((0.9, 0.88), Some(refused), false);
        assert_eq!(unasked.act, Act::Silent { because: Rule::Trigger }, "{refused} is off");
        assert_eq!(unasked.need.unwrap().trigger.as_str(), "a");
        let asked = near((0.9, 0.88), Some(refused), true);
        assert!(matches!(&asked.act, Act::Speak(plan) if plan.among.len() == 2), "the person still chooses");
    }
}

#[test]
fn what_is_not_strong_enough_is_not_heard() {
    let engine = samples::engine([samples::trigger("a")]);
    let decision = engine.decide(&event(), &message(), &[need("a", 0.49)], &World::new().facts());
    assert_eq!(decision.act, Act::Silent { because: Rule::Recognition });
    assert!(
        !decision.reasons[0].passed
            && decision.reasons[0].value.contains("closest: A buyer says it is too expensive, 49 %"),
        "{:?}",
        decision.reasons
    );
    let decision = engine.decide(&event(), &message(), &[], &World::new().facts());
    assert_eq!(decision.reasons[0].value, "nothing I have a card for");
}

#[test]
fn a_trigger_that_left_the_library_is_not_spoken_to() {
    let engine = samples::engine([samples::trigger("a")]);
    let World { .. } = World::new();
    let gone = need("gone", 1.0);
    let decision = engine.decide(&event(), &message(), std::slice::from_ref(&gone), &World::new().facts());
    assert_eq!(decision.act, Act::Silent { because: Rule::Recognition });
    let held = decided(samples::trigger("a"), samples::trigger("b"));
    let Act::Hold { mut plan, .. } = held.act else { panic!("a fresh need is held") };
    plan.trigger = "gone".into();
    let decision = engine.reconsider(&gone, &plan, &World::new().facts());
    assert_eq!(decision.act, Act::Silent { because: Rule::Trigger });
    assert_eq!(decision.reasons[0].value, "this topic was removed");
}

/// The assets of a plan over these, in the order in which the trigger offers them.
fn ordered(assets: Vec<crate::library::Asset>, roles: &[&str]) -> Vec<String> {
    let mut library = Library::default();
    let offer = assets.iter().map(|asset| asset.id.clone()).collect();
    let trigger = Trigger { offer, moments: vec![Moment::Solve], ..samples::trigger("price") };
    library.assets = assets.into_iter().map(|asset| (asset.id.clone(), asset)).collect();
    library.triggers = [(trigger.id.clone(), trigger)].into();
    let engine = Engine::new(Arc::new(library), samples::cadence());
    let mut world = World::new();
    world.person.profile.roles = roles.iter().map(|role| (*role).to_owned()).collect();
    // No words say which card fits.
    let wordless = Message { text: String::new(), ..message() };
    match engine.decide(&event(), &wordless, &[need("price", 1.0)], &world.facts()).act {
        Act::Hold { plan, .. } => plan.molecule.assets.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn what_serves_the_moment_comes_first_then_as_the_author_ordered() {
    let asset = |id: &str, moments: &[Moment]| crate::library::Asset {
        moments: moments.to_vec(),
        ..samples::asset(id, AssetKind::Tip)
    };
    let assets = vec![
        asset("later", &[Moment::More]),
        asset("first", &[Moment::Solve]),
        asset("last", &[Moment::New]),
        asset("second", &[Moment::More, Moment::Solve]),
    ];
    assert_eq!(ordered(assets, &[]), ["first", "second", "later", "last"]);
}

#[test]
fn what_is_written_for_others_is_left_out_and_an_exercise_is_no_answer() {
    let for_leads = crate::library::Asset { roles: vec!["lead".into()], ..samples::asset("leads", AssetKind::Tip) };
    let assets = || {
        vec![for_leads.clone(), samples::asset("exercise", AssetKind::Retrieval), samples::asset("all", AssetKind::Faq)]
    };
    assert_eq!(ordered(assets(), &[]), ["all"]);
    assert_eq!(ordered(assets(), &["lead"]), ["leads", "all"]);
    assert!(ordered(vec![for_leads.clone()], &["seller"]).is_empty());
}
