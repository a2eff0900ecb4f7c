//! `kairos replay`: the live line over a recorded conversation.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{
    program::{run, told},
    prompts::prompts,
};

const EXPORT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/slack-export");
const DISCORD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/discord-export.json");

/// The decisions over a small library that hears by its keywords, and the summary last.
fn lines(path: &str) -> Vec<Value> {
    let library = prompts()
        .trigger("too-expensive", "tip-1, tip-2", "cooldown_hours: 0")
        .trigger("the-price", "tip-3, tip-4", "cooldown_hours: 0")
        .trigger("customer", "tip-5", "")
        .trigger("feedback", "tip-6", "")
        .folder();
    let folder = TempDir::new().unwrap();
    let arguments = ["replay", "--json", "--prompts", library.path().to_str().unwrap(), path];
    let output = run(folder.path(), &arguments, &[]);
    assert_eq!((output.status.code(), told(&output.stderr).as_str()), (Some(0), ""));
    told(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_numbers_of_a_recorded_conversation() {
    for (name, path) in [("slack", EXPORT), ("discord", DISCORD)] {
        let lines = lines(path);
        let summary = &lines.last().unwrap()["summary"];
        let numbers: Vec<String> = ["messages", "channels", "broken"]
            .into_iter()
            .map(|key| format!("{key} {}", summary[key]))
            .chain(
                ["heard", "spoken", "held", "answered", "silent", "people"]
                    .map(|key| format!("{key} {}", summary["total"][key])),
            )
            .collect();
        insta::assert_snapshot!(format!("numbers_of_{name}"), numbers.join("\n"));
    }
}

#[test]
fn every_decision_is_counted_once_and_the_same_on_every_run() {
    let lines = lines(EXPORT);
    let (summary, decisions) = lines.split_last().unwrap();
    let total = &summary["summary"]["total"];
    let count = |kind: &str| decisions.iter().filter(|line| line["decision"] == kind).count() as u64;
    assert_eq!(total["spoken"], count("speak"));
    assert_eq!(total["answered"], count("cancelled"));
    assert!(count("speak") > 0 && count("cancelled") > 0, "{total}");
    // How strongly something was heard may differ in its last digits; what is decided may not.
    let decided = |lines: &[Value]| -> Vec<Value> {
        let mut lines = lines.to_vec();
        lines.iter_mut().filter_map(Value::as_object_mut).for_each(|line| drop(line.remove("score")));
        lines
    };
    assert!(decided(&self::lines(EXPORT)) == decided(&lines), "another run decides otherwise");
}

#[test]
fn no_text_of_anybody_is_printed_unless_it_is_asked_for() {
    let folder = TempDir::new().unwrap();
    let texts = texts_of_the_export();
    assert!(texts.len() > 20);
    let said = told(&run(folder.path(), &["replay", "--json", EXPORT], &[]).stdout);
    for text in &texts {
        assert!(!said.contains(text.as_str()), "{text}");
    }
    let said = told(&run(folder.path(), &["replay", "--show", "0", EXPORT], &[]).stdout);
    for text in &texts {
        assert!(!said.contains(text.as_str()), "{text}");
    }
    let said = told(&run(folder.path(), &["replay", "--json", "--text", EXPORT], &[]).stdout);
    assert!(texts.iter().any(|text| said.contains(text.as_str())), "asked for, it is there");
}

/// The texts of some length: a short one may be a word of the report.
fn texts_of_the_export() -> Vec<String> {
    let mut texts = Vec::new();
    for channel in ["deals", "support", "general"] {
        for day in fs::read_dir(format!("{EXPORT}/{channel}")).unwrap() {
            let messages: Vec<Value> = serde_json::from_slice(&fs::read(day.unwrap().path()).unwrap()).unwrap();
            texts.extend(messages.iter().filter_map(|message| Some(message["text"].as_str()?.to_owned())));
        }
    }
    texts.retain(|text| text.len() > 20);
    texts
}

#[test]
fn what_is_broken_is_named_and_the_rest_is_read() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("broken.zip"), b"PK\x03\x04 and then nothing").unwrap();
    fs::write(folder.path().join("noise.json"), [0_u8, 159, 146, 150]).unwrap();
    fs::write(folder.path().join("empty.zip"), b"").unwrap();
    for name in ["broken.zip", "noise.json", "empty.zip", "nothing.zip"] {
        let output = run(folder.path(), &["replay", name], &[]);
        let said = told(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(name), "{said}");
        assert!(!said.contains("panicked"), "{said}");
    }
    let export = folder.path().join("export");
    fs::create_dir_all(export.join("deals")).unwrap();
    for file in ["users.json", "channels.json", "deals/2024-03-04.json"] {
        fs::copy(format!("{EXPORT}/{file}"), export.join(file)).unwrap();
    }
    fs::write(export.join("deals/2024-03-05.json"), "[{\"type\": \"message\", ").unwrap();
    let output = run(folder.path(), &["replay", "export"], &[]);
    let said = told(&output.stdout) + &told(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "something was found: {said}");
    assert!(said.contains("2024-03-05.json"), "{said}");
    let whole: Vec<Value> = told(&run(folder.path(), &["replay", "--json", "export"], &[]).stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(whole.last().unwrap()["summary"]["messages"], 4, "the other day is read");
}
