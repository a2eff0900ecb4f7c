//! Every way through a scenario ends, and says something at each step.

use super::{Case, all_told, assert_cases, assert_told, with};
use crate::support::prompts::SCENARIO;

#[test]
fn a_mistake_on_any_way_through_a_scenario_is_told() {
    let ink = "selling/the-talk.ink";
    let cases: &[Case] = &[
        (ink, "-> third\n* [Hold", "-> thrid\n* [Hold", "18", "ink", "thrid"),
        (ink, "-> third\n* [Hold", "-> second\n* [Hold", "19", "ink-choices", "1 to choose from"),
        (ink, "They want more. # feedback", "They want more.", "10", "ink-no-feedback", "\"Offer\" gets no feedback"),
        (ink, "Ask first. # debrief", "Ask first.", "25", "ink-no-debrief", "# debrief"),
        (ink, "Ask first. # debrief\n-> END", "Ask first. # debrief", "33", "ink-runtime", "stops without `-> END`"),
        (
            ink,
            "    Silence works. # feedback\n    -> debrief",
            "    Silence works. # feedback\n    -> END",
            "25",
            "ink-no-debrief",
            "end",
        ),
        (ink, "-> second\n\n=== second", "-> debrief\n\n=== second", "10", "ink-short", "end after 2 turns"),
        (ink, "The buyer thinks.", "The buyer thinks.\n-> third", "24", "ink-endless", "circle"),
        (
            ink,
            "* [Wait]",
            "* [Wait]\n  Fine. # feedback\n  -> debrief\n* [Go]\n  Fine. # feedback\n  -> debrief\n* [Sit]\n  Fine. # feedback\n  -> debrief\n* [Sing]",
            "25",
            "ink-choices",
            "5 to choose from",
        ),
        (
            ink,
            "* [Talk]\n    The moment is gone. # feedback\n    -> debrief",
            "",
            "25",
            "ink-choices",
            "1 to choose from",
        ),
        (ink, "A buyer writes that the price is high.", "INCLUDE other.ink", "6", "ink-include", "one file"),
        (ink, "A buyer writes that the price is high.", "EXTERNAL call()", "6", "ink-external", "program"),
    ];
    assert_cases(cases);
    let long = SCENARIO.replace("[Wait]", &format!("[{}]", "a".repeat(141)));
    assert_told(&with(ink, long), &format!("{ink}:25"), "ink-long-choice", "at most 140");
    let long = SCENARIO.replace("The buyer thinks.", &"thinking ".repeat(101));
    assert_told(&with(ink, long), &format!("{ink}:24"), "ink-long-turn", "at most 900");
}

#[test]
fn a_scenario_from_which_no_way_leads_out_is_told_with_the_way_there() {
    let ink = "selling/the-talk.ink";
    let trap = "    -> trap\n\n=== trap\nAgain?\n+ [Yes]\n    So be it. # feedback\n    -> trap\n+ [No]\n    And yet. # feedback\n    -> trap\n\n=== second";
    let reading = with(ink, SCENARIO.replacen("    -> second\n\n=== second", trap, 1));
    assert_told(&reading, &format!("{ink}:10"), "ink-no-end", "(on the way \"Offer\")");
    assert!(reading.library.scenarios.is_empty());
}

#[test]
fn a_scenario_that_comes_back_to_its_choices_is_walked_with_its_history() {
    let ink = "selling/the-talk.ink";
    // On the third visit both choices are used up: the story breaks there, and only there.
    let reading = with(
        ink,
        SCENARIO.replace("Silence works. # feedback\n    -> debrief", "Silence works. # feedback\n    -> second"),
    );
    assert!(reading.errors() > 0, "{}", all_told(&reading));
    // A hub that people may leave is fine.
    let hub = SCENARIO.replace("* [Wait]", "+ [Wait]").replace("* [Talk]", "+ [Talk]");
    let hub = hub.replace("Silence works. # feedback\n    -> debrief", "Silence works. # feedback\n    -> third");
    let reading = with(ink, hub);
    assert_eq!(all_told(&reading), "");
}

#[test]
fn a_scenario_that_counts_for_ever_is_walked_as_far_as_the_bound() {
    let ink = "selling/the-talk.ink";
    let counts = "VAR n = 0\nA buyer writes that the price is high.\n+ [Wait]\n    ~ n = n + 1\n    Silence. # feedback\n    -> second";
    let endless = SCENARIO
        .replace("A buyer writes that the price is high.", counts)
        .replace("* [Hold on]", "+ [Hold on]\n    ~ n = n + 1");
    let endless =
        endless.replace("The line holds. # feedback\n    -> third", "The line holds. # feedback\n    -> second");
    let endless = endless.replace("* [Show worth]", "+ [Show worth]");
    let reading = with(ink, endless);
    assert_eq!(reading.errors(), 0, "{}", all_told(&reading));
    assert_told(&reading, &format!("{ink}:1"), "ink-large", "20000");
    // Even then a place that nobody leaves is found.
    let trap = "VAR n = 0\nA buyer writes that the price is high.\n+ [Wait]\n    ~ n = n + 1\n    Silence. # feedback\n    -> trap";
    let knot = "=== trap\nAgain?\n+ [Yes]\n    ~ n = n + 1\n    So. # feedback\n    -> trap\n+ [No]\n    ~ n = n - 1\n    And. # feedback\n    -> trap\n\n=== third";
    let reading =
        with(ink, SCENARIO.replace("A buyer writes that the price is high.", trap).replace("=== third", knot));
    assert_told(&reading, &format!("{ink}:8"), "ink-no-end", "no way leads to an end");
}
