//! `kairos hear`, `kairos new topic`, `kairos chat` and the help: what somebody tries first.

use std::{io::Write, process::Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::program::{program, run, told};

#[test]
fn what_would_be_recognised_is_told_with_its_reason() {
    let folder = TempDir::new().unwrap();
    let output = run(folder.path(), &["hear", "any line for a price objection?"], &[]);
    let said = told(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output.stderr));
    assert!(said.starts_with("Would offer help with: A buyer says it is too expensive"), "{said}");
    assert!(said.contains("price objection") && said.contains("▸ 100 % (needs"), "{said}");
    let output = run(folder.path(), &["hear", "lunch at twelve?"], &[]);
    assert!(told(&output.stdout).starts_with("Nobody seems to need help here."), "{}", told(&output.stdout));
}

#[test]
fn scripts_get_every_topic_best_first() {
    let folder = TempDir::new().unwrap();
    let output = run(folder.path(), &["hear", "--json", "how do I answer when they say we're too expensive?"], &[]);
    let topics: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert!(topics.len() >= 7, "{topics:?}");
    assert_eq!((&topics[0]["topic"], &topics[0]["heard"]), (&"too-expensive".into(), &true.into()));
    let score = |topic: &Value| topic["score"].as_f64().unwrap();
    assert!(topics.is_sorted_by(|a, b| score(a) >= score(b)), "{topics:?}");
    for topic in &topics {
        assert_eq!(topic["heard"].as_bool().unwrap(), score(topic) >= topic["threshold"].as_f64().unwrap(), "{topic}");
        assert_eq!(topic.as_object().unwrap().len(), 4, "{topic}");
    }
}

#[test]
fn a_new_topic_is_written_checked_and_never_written_over() {
    let folder = TempDir::new().unwrap();
    let arguments = [
        "new",
        "topic",
        "--dir",
        "mine",
        "--title",
        "A renewal is at risk",
        "--need",
        "Someone hears that a customer may leave.",
        "--skill",
        "Keeping customers",
        "--owner",
        "Customer success",
        "--card-title",
        "Ask what changed",
        "--card",
        "Ask what changed since they signed.",
        "--example",
        "they want to cancel, what now?",
    ];
    let output = run(folder.path(), &arguments, &[]);
    let said = told(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}{}", told(&output.stderr));
    assert!(folder.path().join("mine/keeping-customers/a-renewal-is-at-risk.trigger.md").exists(), "{said}");
    let again = run(folder.path(), &arguments, &[]);
    assert_eq!(again.status.code(), Some(1));
    assert!(told(&again.stderr).contains("is there already"), "{}", told(&again.stderr));
    let missing = run(folder.path(), &["new", "topic"], &[]);
    assert!(told(&missing.stderr).contains("--title is missing"), "{}", told(&missing.stderr));
}

#[test]
fn help_comes_in_groups_and_former_names_still_work() {
    let folder = TempDir::new().unwrap();
    let said = told(&run(folder.path(), &["--help"], &[]).stdout);
    let places: Vec<_> =
        ["Try it:", "Run it:", "Content:", "People and data:", "Care:"].iter().map(|group| said.find(group)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{said}");
    assert!(!said.contains("duty") && said.contains("on-call"), "{said}");
    for arguments in [["duty", "list"], ["on-call", "list"], ["people", "parked"], ["people", "unmatched"]] {
        let output = run(folder.path(), &arguments, &[("KAIROS_STORE_URL", "sqlite::memory:")]);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", told(&output.stderr));
    }
}

#[test]
fn a_talk_knows_its_commands_and_the_one_of_kairos() {
    let folder = TempDir::new().unwrap();
    let mut child = program(folder.path(), &["chat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let typed = "/help\n/dance\n/kairos me\n@Kairos any line for a price objection?\n/why\n/quit\n";
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = told(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output.stderr));
    for part in ["/reply TEXT", "/dance isn’t a command", "You and Kairos", "Asked directly: answered right away"] {
        assert!(said.contains(part), "{part} is missing in: {said}");
    }
    let wide: Vec<_> = said.lines().filter(|line| line.chars().count() > 100 && line.contains(' ')).collect();
    assert!(wide.is_empty(), "{wide:?}");
}

#[test]
fn a_start_says_version_and_data_and_that_nothing_leaves() {
    let folder = TempDir::new().unwrap();
    let mut child = program(folder.path(), &["serve"])
        .env("KAIROS_HTTP_LISTEN", "127.0.0.1:0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let first = lines.next().unwrap().unwrap();
    let second = lines.next().unwrap().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(first.starts_with(&format!("Kairos {} · data in sqlite:", env!("CARGO_PKG_VERSION"))), "{first}");
    assert_eq!(second, "Nothing leaves this machine.");
}
