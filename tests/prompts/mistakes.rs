//! A mistake in one file, of each kind.

use super::{Case, EXERCISE, TIP, TRIGGER, all_told, assert_cases, assert_told, read, whole, with};
use crate::support::prompts::SCENARIO;

#[test]
fn a_mistake_in_a_front_matter_is_told_with_its_line_and_what_would_be_right() {
    let tip = "selling/ask-first.md";
    let trigger = "selling/too-expensive.trigger.md";
    let cases: &[Case] = &[
        (tip, "title:", "titel:", "4", "unknown-key", "did you mean `title`?"),
        (tip, "title: Ask first\n", "", "1", "missing-key", "the key `title` is missing"),
        (tip, "kind: tip", "kind: tipp", "2", "wrong-value", "did you mean `tip`?"),
        (tip, "kind: tip", "kind: trigger", "2", "wrong-file-name", ".trigger.md"),
        (tip, "minutes: 1", "minutes: soon", "5", "wrong-value", "a number from 0.5 to 15"),
        (tip, "minutes: 1", "minutes: 16", "5", "wrong-value", "a number from 0.5 to 15"),
        (tip, "[apply, solve]", "[apply, solv]", "6", "wrong-value", "did you mean `solve`?"),
        (tip, "[apply, solve]", "apply", "6", "wrong-type", "a list"),
        (tip, "[apply, solve]", "[]", "6", "wrong-value", "at least one"),
        (tip, "title: Ask first", "title: [Ask, first]", "4", "wrong-type", "`title` is a list"),
        (tip, "title: Ask first", "title: {ask: first}", "4", "wrong-type", "keys or lists inside"),
        (tip, "title: Ask first", "title: Ask: first", "4", "yaml", "in quotes"),
        (tip, "title: Ask first", "title:", "4", "wrong-type", "`title` has no value"),
        (tip, "minutes: 1", "minutes: 1\ntitle: Again", "6", "repeated-key", "a second time"),
        (tip, "id: ask-first", "id: Ask First", "3", "wrong-name", "lower-case words"),
        (tip, "minutes: 1", "minutes: 1\nlanguage: english", "6", "wrong-value", "two lower-case letters"),
        (tip, "minutes: 1", "minutes: 1\nlink: http://a.org\nlink_label: A", "6", "not-https", "https://"),
        (tip, "minutes: 1", "minutes: 1\nlink: https://a.org", "1", "missing-key", "link_label"),
        (
            tip,
            "minutes: 1",
            "minutes: 1\ninput: A label that is longer than any field could ever show",
            "6",
            "too-long",
            "45",
        ),
        (tip, "kind: tip", "kind: infographic", "1", "missing-key", "`image` is missing"),
        (tip, "kind: tip", "kind: video", "1", "missing-key", "`captions` is missing"),
        (tip, "kind: tip", "kind: audio", "1", "missing-key", "`transcript` is missing"),
        (tip, "kind: tip", "kind: reflection", "1", "missing-key", "`input` is missing"),
        (tip, "minutes: 1", "minutes: 1\nimage: map.png\nalt: A map", "6", "dangling", "`map.png` does not lie beside"),
        (tip, "minutes: 1", "minutes: 1\ndeeper: first-wrods", "6", "dangling", "did you mean `first-words`?"),
        (tip, "minutes: 1", "minutes: 1\ndeeper: too-expensive", "6", "dangling", "is no asset"),
        (tip, "---\nkind", "kind", "1", "no-front-matter", "`---`"),
        (tip, "solve]\n---", "solve]", "1", "no-front-matter", "has no end"),
        (trigger, "[ask-first]", "[ask-frist]", "6", "dangling", "did you mean `ask-first`?"),
        (trigger, "the-talk", "the-walk", "7", "dangling", "there is no scenario `the-walk`"),
        (trigger, "mode: live", "mode: on", "9", "wrong-value", "`off`, `shadow`, `live`"),
        (trigger, "mode: live", "priority: 101", "9", "wrong-value", "0 to 100"),
        (trigger, "mode: live", "holdout_percent: 51", "9", "wrong-value", "0 to 50"),
        (trigger, "mode: live", "condition: event.channel ==", "9", "condition", "can't be read"),
        (trigger, "mode: live", "condition: evnt.channel == 'a'", "9", "condition", "did you mean `event`?"),
        (trigger, "too-expensive", "ask-first", "3", "same-name", "given twice"),
        ("selling/skill.md", "id: selling", "id: buying", "3", "wrong-name", "`id: selling`"),
        ("selling/the-talk.ink", "# title: The talk\n", "", "1", "missing-key", "`title` is missing"),
        ("selling/the-talk.ink", "# minutes: 5", "# minuts: 5", "4", "unknown-key", "did you mean `minutes`?"),
    ];
    assert_cases(cases);
}

#[test]
fn a_mistake_in_a_text_is_told_with_its_line_and_what_would_be_right() {
    let tip = "selling/ask-first.md";
    let exercise = "selling/first-words.md";
    let trigger = "selling/too-expensive.trigger.md";
    let cases: &[Case] = &[
        (tip, "Ask **before**", "| a | b |\n|---|---|\n| 1 | 2 |\n", "8", "table", "bullets"),
        (tip, "Ask **before**", "Ask <b>before</b>", "8", "html", "angle brackets"),
        (tip, "Ask **before**", "![map](map.png)", "8", "image", "`image` and `alt`"),
        (tip, "1. Listen.", "```\nlet x\n```\n\n1. Listen.", "10", "code-block", "block of code"),
        (tip, "2. Ask.", "   - inside\n2. Ask.", "11", "nested-list", "one level"),
        (tip, "**before**", "[before](http://a.org)", "8", "not-https", "https://"),
        (tip, "1. Listen.", "- [ ] Listen\n\n1. Listen.", "10", "boxes", "kind: checklist"),
        (tip, "kind: tip", "kind: checklist", "8", "few-steps", "at least three"),
        (tip, "kind: tip", "kind: quick-reference", "8", "no-term", "**Term**"),
        (tip, "kind: tip", "kind: faq", "8", "no-question", "## question"),
        (tip, "Ask **before** you answer.", "Ask\u{7}", "8", "control-character", "invisible"),
        (exercise, "      It comes later.\n", "", "10", "no-feedback", "about the task"),
        (exercise, "- [x]", "- [ ]", "10", "answers", "no answer is right"),
        (exercise, "- [ ]", "- [x]", "10", "answers", "every answer is right"),
        (exercise, "- [ ] An offer\n      It comes later.\n", "", "10", "answers", "two to five"),
        (trigger, "- two two", "- One, one!", "14", "same-example", "a second time"),
        (trigger, "- the flight is too expensive", "- ten ten", "25", "same-example", "a second time"),
        (trigger, "## Unlike", "## Unlikely", "24", "unknown-heading", "did you mean `Unlike`?"),
        (trigger, "- two two", "two two", "14", "outside-section", "`- …`"),
        (trigger, "- two two\n", "", "13", "few-examples", "9 examples"),
    ];
    assert_cases(cases);
    let empty = TRIGGER.lines().filter(|line| !line.starts_with("- ")).collect::<Vec<_>>().join("\n");
    assert_told(&with(trigger, empty), &format!("{trigger}:1"), "no-examples", "10 or more");
    let long = TIP.replace("1. Listen.", &"word ".repeat(400));
    assert_told(&with(tip, long), &format!("{tip}:8"), "too-long", "at most 1800");
    let long = TIP.replace("Ask first", &"a".repeat(81));
    assert_told(&with(tip, long), &format!("{tip}:4"), "too-long", "at most 80");
    let long = EXERCISE.replace("An offer", &"a".repeat(141));
    assert_told(&with(exercise, long), &format!("{exercise}:10"), "too-long", "at most 140");
}

#[test]
fn a_file_that_is_no_text_or_no_picture_is_told() {
    let asset = "selling/ask-first.md";
    assert_told(&with(asset, *b"---\nkind: \xff\n"), "selling/ask-first.md:2", "not-utf8", "UTF-8");
    assert_told(&with(asset, *b"  \n"), "selling/ask-first.md:1", "empty-file", "empty");
    assert_told(&with(asset, vec![b'a'; 300_000]), "selling/ask-first.md:1", "too-large", "at most 256 kB");
    assert_told(&with("selling/notes.docx", "x"), "selling/notes.docx:1", "unknown-file", ".ink");
    assert_told(&with("notes.md", "x"), "notes.md:1", "outside-skill", "folder");
    assert_told(&with("buying/a.md", TIP.replace("ask-first", "a")), "buying/skill.md:1", "no-skill", "skill.md");
    assert_told(&with("selling/map.png", "no picture"), "selling/map.png:1", "not-png", "PNG");
    assert_told(&with("selling/map.png", vec![0; 1_100_000]), "selling/map.png:1", "too-large", "at most 1024 kB");
    let quiet = with("selling/map.svg", "<svg/>");
    assert_eq!(all_told(&quiet), "");
}

#[test]
fn what_is_wrong_is_left_out_and_the_rest_is_whole() {
    let reading = with("selling/ask-first.md", TIP.replace("minutes: 1", "minutes: 99"));
    assert_eq!(reading.errors(), 1, "one mistake is told once: {}", all_told(&reading));
    assert!(reading.library.triggers.is_empty(), "a trigger with nothing left to offer");
    assert_eq!((reading.library.assets.len(), reading.library.scenarios.len()), (1, 1));
}

#[test]
fn one_mistake_in_a_file_does_not_hide_the_next() {
    let trigger = TRIGGER.replace("[ask-first]", "[ask-frist]").replace("mode: live", "mode: on");
    let reading = with("selling/too-expensive.trigger.md", trigger);
    assert_eq!(reading.errors(), 2, "{}", all_told(&reading));
    let scenario = SCENARIO.replace("# minutes", "# minuts").replace("Ask first. # debrief", "Ask first.");
    let reading = with("selling/the-talk.ink", scenario);
    assert_told(&reading, "selling/the-talk.ink:4", "unknown-key", "minutes");
    assert_told(&reading, "selling/the-talk.ink:25", "ink-no-debrief", "debrief");
}

#[test]
fn a_mistake_is_drawn_with_its_line_underlined() {
    let reading = with("selling/ask-first.md", TIP.replace("solve", "solv"));
    insta::assert_snapshot!(reading.diagnostics[0].render(false), @r"
    wrong-value

      × `moments` can't be `solv`
       ╭─[selling/ask-first.md:6:1]
     6 │ moments: [apply, solv]
       ·                  ────
       ╰────
      help: `new`, `more`, `apply`, `solve`, `change`; did you mean `solve`?
    ");
}

const MEASURE: &str = "\
---
kind: measure
id: close-rate
title: Negotiations that close
unit: negotiations
number: proportion
better: higher
---
";
const DIP: &str = "\
---
kind: trigger
id: fewer-close
title: Fewer close
need: Fewer negotiations close than usual.
measure: close-rate
offer: [ask-first]
moments: [solve]
mode: live
owner: Sales
---
## Message
Here is a way
to prepare the next one.
";

#[test]
fn a_trigger_for_a_number_is_read_with_its_measure() {
    let mut files = whole();
    files.insert("selling/close-rate.measure.md", MEASURE.as_bytes().to_vec());
    files.insert("selling/fewer-close.trigger.md", DIP.as_bytes().to_vec());
    let reading = read(&files);
    assert_eq!(all_told(&reading), "");
    let dip = reading.library.triggers[&"fewer-close".into()].dip.clone().unwrap();
    assert_eq!(
        (dip.message.as_str(), dip.false_alarms, dip.window_days),
        ("Here is a way to prepare the next one.", 1.0, 60)
    );
    assert_eq!(reading.library.measures[&"close-rate".into()].minimum, 20);
    let (measure, trigger) = ("selling/close-rate.measure.md", "selling/fewer-close.trigger.md");
    let cases: &[(&str, &str, &str, &str, &str)] = &[
        (measure, "better: higher\n", "", "1", "missing-key"),
        (measure, "number: proportion", "number: share", "6", "wrong-value"),
        (measure, "better: higher", "better: higher\nminimum: 0", "8", "wrong-value"),
        (measure, "better: higher", "better: higher\nbaseline: 25", "8", "wrong-value"),
        (trigger, "measure: close-rate", "measure: close-rat", "6", "dangling"),
        (trigger, "measure: close-rate", "measure: ask-first", "6", "dangling"),
        (trigger, "measure: close-rate", "measure: close-rate\nrule: exat", "7", "wrong-value"),
        (trigger, "measure: close-rate", "measure: close-rate\nlook_days: 90", "7", "wrong-value"),
        (trigger, "measure: close-rate", "measure: close-rate\nrule: threshold", "1", "missing-key"),
        (trigger, "measure: close-rate", "measure: close-rate\nrule: source", "7", "missing-key"),
        (trigger, "measure: close-rate", "measure: close-rate\nfalse_alarms_per_year: 0", "7", "wrong-value"),
        (trigger, "measure: close-rate", "window_days: 30", "6", "missing-key"),
        (trigger, "## Message", "## Examples\n- my numbers fell\n\n## Message", "13", "dip-with-examples"),
        (trigger, "## Message\nHere is a way\nto prepare the next one.\n", "", "12", "no-message"),
    ];
    for (file, from, to, line, code) in cases {
        let mut files = files.clone();
        let text = String::from_utf8(files[file].clone()).unwrap();
        assert!(text.contains(from), "{from}");
        files.insert(*file, text.replace(from, to).into_bytes());
        assert_told(&read(&files), &format!("{file}:{line}"), code, "");
    }
}
