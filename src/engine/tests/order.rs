//! Who goes first: of needs, and of cards.

use std::sync::Arc;

use super::{Act, World, event, message, need};
use crate::{
    engine::{Decision, Engine, Rule, samples},
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
fn one_that_may_not_speak_makes_way() {
    let off = Trigger { priority: 90, mode: Mode::Off, ..samples::trigger("a") };
    assert_eq!(chosen(&decided(off.clone(), samples::trigger("b"))), "b");
    let both = decided(off, Trigger { mode: Mode::Off, ..samples::trigger("b") });
    assert_eq!(both.act, Act::Silent { because: Rule::Trigger });
    assert_eq!(both.need.unwrap().trigger.as_str(), "a", "the first refusal is told");
}

#[test]
fn what_is_not_strong_enough_is_not_heard() {
    let engine = samples::engine([samples::trigger("a")]);
    let decision = engine.decide(&event(), &message(), &[need("a", 0.49)], &World::new().facts());
    assert_eq!(decision.act, Act::Silent { because: Rule::Recognition });
    assert!(
        !decision.reasons[0].passed && decision.reasons[0].value.contains("closest: The need a"),
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
    match engine.decide(&event(), &message(), &[need("price", 1.0)], &world.facts()).act {
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
