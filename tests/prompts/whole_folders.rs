//! A folder in which everything is right is read whole.

use std::{collections::BTreeMap, path::Path};

use kairos::library::{Library, Source};

use super::{TIP, all_told, read, whole};

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
    let guide = include_str!("../../prompts/README.md");
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
            "markdown" if example.contains("kind: talk") => format!("kairos/{id}.talk.md"),
            "markdown" => format!("price-objections/{id}.md"),
            _ => continue,
        };
        files.insert(file, example.into_bytes());
    }
    assert_eq!(files.len(), 8, "skill, tip, exercise, two triggers, measure, scenario, talk: {:?}", files.keys());
    // What the examples refer to and the guide does not print.
    for id in ["price-objection-faq", "price-value-map"] {
        files.insert(format!("price-objections/{id}.md"), TIP.replace("ask-first", id).into_bytes());
    }
    let files = files.iter().map(|(file, bytes)| (file.as_str(), bytes.clone())).collect();
    let reading = read(&files);
    assert_eq!(reading.errors(), 0, "{}", all_told(&reading));
    assert_eq!(reading.library.triggers.len() + reading.library.scenarios.len() + reading.library.measures.len(), 4);
}
