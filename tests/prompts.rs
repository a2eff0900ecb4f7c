//! The content that ships is right, and an author's mistake is told so that its author can put it right.

use std::{collections::BTreeMap, fs, path::Path};

use chat::{Card, Misfit, PlatformKind, Text};
use kairos::library::{Asset, Checks, Diagnostic, Library, Reading, Severity, Source, TriggerId};

const SKILL: &str = "---\nkind: skill\nid: selling\ntitle: Selling\narea: selling\n---\nHear what stands behind it.\n";
const TIP: &str = "\
---
kind: tip
id: ask-first
title: Ask first
minutes: 1
moments: [apply, solve]
---
Ask **before** you answer.

1. Listen.
2. Ask.
";
const EXERCISE: &str = "\
---
kind: retrieval
id: first-words
title: The first words
minutes: 0.5
moments: [more]
---
What comes first?

- [ ] An offer
      It comes later.
- [x] A question
      Yes: it opens the talk.
";
const TRIGGER: &str = "\
---
kind: trigger
id: too-expensive
title: It is too expensive
need: Someone has heard that the price is too high.
offer: [ask-first]
practise: the-talk
moments: [solve]
mode: live
owner: Sales
---
## Examples
- one one
- two two
- three three
- four four
- five five
- six six
- seven seven
- eight eight
- nine nine
- ten ten

## Unlike
- the flight is too expensive
";
const SCENARIO: &str = "\
# kind: scenario
# id: the-talk
# title: The talk
# minutes: 5

A buyer writes.
* [Ask]
    You learn something. # feedback
    -> second
* [Offer]
    They want more. # feedback
    -> second

=== second
The buyer answers.
* [Show worth]
    It stands there. # feedback
    -> third
* [Hold on]
    The line holds. # feedback
    -> third

=== third
The buyer thinks.
* [Wait]
    Silence works. # feedback
    -> debrief
* [Talk]
    The moment is gone. # feedback
    -> debrief

=== debrief
Ask first. # debrief
-> END
";

/// A prompts folder in which everything is right, to break one thing at a time.
fn whole() -> BTreeMap<&'static str, Vec<u8>> {
    [
        ("selling/skill.md", SKILL),
        ("selling/ask-first.md", TIP),
        ("selling/first-words.md", EXERCISE),
        ("selling/too-expensive.trigger.md", TRIGGER),
        ("selling/the-talk.ink", SCENARIO),
    ]
    .map(|(file, text)| (file, text.as_bytes().to_vec()))
    .into()
}

fn read(files: &BTreeMap<&str, Vec<u8>>) -> Reading {
    let folder = tempfile::tempdir().unwrap();
    for (file, bytes) in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    Library::read(&Source::Folder(folder.path().to_owned()))
}

/// Reads the folder with one file in place of its own.
fn with(file: &'static str, text: impl Into<Vec<u8>>) -> Reading {
    let mut files = whole();
    files.insert(file, text.into());
    read(&files)
}

fn told(diagnostic: &Diagnostic) -> String {
    let severity = if diagnostic.severity == Severity::Warning { "warning " } else { "" };
    let see = diagnostic.see.as_ref().map(|see| format!(" (see {}:{})", see.file, see.line)).unwrap_or_default();
    let Diagnostic { file, line, column, found, expected, code, .. } = diagnostic;
    format!("{severity}{file}:{line}:{column} [{code}] {found} => {expected}{see}")
}

fn all_told(reading: &Reading) -> String {
    reading.diagnostics.iter().map(told).collect::<Vec<_>>().join("\n")
}

/// The mistake stands at `file:line`, and its words hold `words`; `words` may name what would be right as well.
#[track_caller]
fn assert_told(reading: &Reading, place: &str, code: &str, words: &str) {
    let told = all_told(reading);
    let found = reading.diagnostics.iter().any(|diagnostic| {
        format!("{}:{}", diagnostic.file, diagnostic.line) == place
            && diagnostic.code == code
            && (diagnostic.found.contains(words) || diagnostic.expected.contains(words))
    });
    assert!(found, "expected {place} [{code}] {words}, found:\n{told}");
}

#[test]
fn the_content_that_ships_is_read_without_a_mistake() {
    let reading = Library::read(&Source::Starter);
    assert_eq!(reading.errors(), 0, "{}", all_told(&reading));
    let on_disk = Library::read(&Source::Folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts")));
    assert_eq!(all_told(&reading), all_told(&on_disk));
}

#[test]
fn a_whole_folder_is_read_whole() {
    let reading = read(&whole());
    assert_eq!(all_told(&reading), "");
    let library = reading.library;
    let tip = &library.assets[&"ask-first".into()];
    assert_eq!((tip.seconds, tip.steps.len(), tip.text.plain().as_str()), (60, 2, "Ask before you answer."));
    let exercise = &library.assets[&"first-words".into()];
    assert_eq!(exercise.answers.iter().map(|answer| answer.right).collect::<Vec<_>>(), [false, true]);
    assert_eq!(exercise.answers[0].feedback, "It comes later.");
    assert_eq!(library.scenarios[&"the-talk".into()].turns, (4, 4));
    let trigger = &library.triggers[&"too-expensive".into()];
    assert_eq!((trigger.examples.len(), trigger.unlike.len(), trigger.grace), (10, 1, None));
}

#[test]
fn a_folder_written_on_windows_is_read_the_same() {
    let files = whole().into_iter().map(|(file, bytes)| {
        let text = String::from_utf8(bytes).unwrap();
        (file, format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes())
    });
    let reading = read(&files.collect());
    assert_eq!(all_told(&reading), "");
    assert_eq!(format!("{:?}", reading.library.assets), format!("{:?}", read(&whole()).library.assets));
}

#[test]
fn the_examples_of_the_authors_guide_are_read_without_a_mistake() {
    let guide = include_str!("../prompts/README.md");
    let mut files = BTreeMap::new();
    for (at, _) in guide.match_indices("\n```") {
        let Some((language, example)) = guide[at + 4..].split_once('\n') else { continue };
        let example = example.split("\n```").next().unwrap_or_default().to_owned() + "\n";
        let id =
            example.lines().find_map(|line| line.trim_start_matches("# ").strip_prefix("id: ")).unwrap_or_default();
        let file = match language {
            "ink" => format!("price-objections/{id}.ink"),
            "markdown" if example.contains("kind: skill") => "price-objections/skill.md".to_owned(),
            "markdown" if example.contains("kind: measure") => format!("price-objections/{id}.measure.md"),
            "markdown" if example.contains("kind: trigger") => format!("price-objections/{id}.trigger.md"),
            "markdown" => format!("price-objections/{id}.md"),
            _ => continue,
        };
        files.insert(file, example.into_bytes());
    }
    assert_eq!(files.len(), 7, "skill, tip, exercise, two triggers, measure, scenario: {:?}", files.keys());
    // What the examples refer to and the guide does not print.
    for id in ["price-objection-faq", "price-value-map"] {
        files.insert(format!("price-objections/{id}.md"), TIP.replace("ask-first", id).into_bytes());
    }
    let files = files.iter().map(|(file, bytes)| (file.as_str(), bytes.clone())).collect();
    let reading = read(&files);
    assert_eq!(reading.errors(), 0, "{}", all_told(&reading));
    assert_eq!(reading.library.triggers.len() + reading.library.scenarios.len() + reading.library.measures.len(), 4);
}

/// File, what to replace in it, by what, and where what is told.
type Case = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

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
        (ink, "A buyer writes.", "INCLUDE other.ink", "6", "ink-include", "one file"),
        (ink, "A buyer writes.", "EXTERNAL call()", "6", "ink-external", "program"),
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
    let counts = "VAR n = 0\nA buyer writes.\n+ [Wait]\n    ~ n = n + 1\n    Silence. # feedback\n    -> second";
    let endless = SCENARIO.replace("A buyer writes.", counts).replace("* [Hold on]", "+ [Hold on]\n    ~ n = n + 1");
    let endless =
        endless.replace("The line holds. # feedback\n    -> third", "The line holds. # feedback\n    -> second");
    let endless = endless.replace("* [Show worth]", "+ [Show worth]");
    let reading = with(ink, endless);
    assert_eq!(reading.errors(), 0, "{}", all_told(&reading));
    assert_told(&reading, &format!("{ink}:1"), "ink-large", "20000");
    // Even then a place that nobody leaves is found.
    let trap = "VAR n = 0\nA buyer writes.\n+ [Wait]\n    ~ n = n + 1\n    Silence. # feedback\n    -> trap";
    let knot = "=== trap\nAgain?\n+ [Yes]\n    ~ n = n + 1\n    So. # feedback\n    -> trap\n+ [No]\n    ~ n = n - 1\n    And. # feedback\n    -> trap\n\n=== third";
    let reading = with(ink, SCENARIO.replace("A buyer writes.", trap).replace("=== third", knot));
    assert_told(&reading, &format!("{ink}:8"), "ink-no-end", "no way leads to an end");
}

#[track_caller]
fn assert_cases(cases: &[Case]) {
    for (file, from, to, line, code, words) in cases {
        let text = String::from_utf8(whole()[file].clone()).unwrap();
        assert!(text.contains(from), "{file} has no {from:?}");
        let reading = with(file, text.replacen(from, to, 1));
        assert_told(&reading, &format!("{file}:{line}"), code, words);
    }
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
fn the_same_example_under_two_triggers_points_at_both() {
    let second = TRIGGER
        .replace("id: too-expensive", "id: other")
        .replace("- ", "- other ")
        .replace("- other ten ten", "- ten ten");
    let second = second.replace("the flight", "the train");
    let reading = with("selling/other.trigger.md", second);
    let [diagnostic] = reading.diagnostics.as_slice() else { panic!("{}", all_told(&reading)) };
    let see = diagnostic.see.as_ref().unwrap();
    assert_eq!((diagnostic.line, see.file.as_str(), see.line), (22, "selling/other.trigger.md", 22));
}

fn card(asset: &Asset) -> Card {
    Card::new(asset.title.clone(), Text::paragraph("…"))
}

#[test]
fn what_the_recogniser_would_mix_up_is_told() {
    let claims = |text: &str| match text {
        "two two" => vec![(TriggerId::new("too-expensive"), 0.4), (TriggerId::new("other"), 0.7)],
        _ => vec![(TriggerId::new("too-expensive"), 0.9)],
    };
    let mut reading = read(&whole());
    reading.check(&Checks { claims: &claims, card: &card, misfits: &|_| Vec::new() });
    assert_told(
        &reading,
        "selling/too-expensive.trigger.md:14",
        "claimed",
        "`other` claims this example more strongly",
    );
    assert_told(&reading, "selling/too-expensive.trigger.md:25", "heard-alike", "more examples");
    assert_eq!((reading.errors(), reading.warnings()), (1, 1));
}

#[test]
fn a_card_that_no_platform_shows_whole_is_a_mistake_and_otherwise_a_warning() {
    let misfit = || vec![Misfit { part: "title".into(), found: 9, limit: 5, unit: "characters".into() }];
    let check = |platforms: &'static [PlatformKind]| {
        let mut reading = read(&whole());
        let misfits = |card: &Card| {
            platforms.iter().filter(|_| card.title == "Ask first").map(|platform| (*platform, misfit())).collect()
        };
        reading.check(&Checks { claims: &|_| Vec::new(), card: &card, misfits: &misfits });
        assert_told(&reading, "selling/ask-first.md:4", "misfit", "title has 9 characters of at most 5");
        (reading.errors(), reading.warnings())
    };
    assert_eq!(check(&[PlatformKind::Discord]), (0, 1));
    assert_eq!(check(&PlatformKind::ALL), (1, 0));
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
