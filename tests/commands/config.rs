//! `kairos config` and `kairos doctor`, and what a wrong configuration is told.

use std::{fs, process::Stdio};

use kairos::config::DEFAULT_TOML;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::program::{program, run, told};

fn effective(folder: &TempDir, arguments: &[&str]) -> Vec<(String, String)> {
    let output = run(folder.path(), &[arguments, &["config", "--effective", "--json"]].concat(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output.stderr));
    let settings: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    settings.iter().map(|setting| (text(&setting["key"]), text(&setting["value"]))).collect()
}

#[test]
fn what_it_prints_can_be_read_and_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let output = run(folder.path(), &["config"], &[]);
    assert_eq!((output.status.code(), told(&output.stdout).as_str()), (Some(0), DEFAULT_TOML));
    let defaults = effective(&folder, &[]);
    assert!(defaults.len() > 20);
    fs::write(folder.path().join("mine.toml"), &output.stdout).unwrap();
    assert_eq!(effective(&folder, &["--config", "mine.toml"]), defaults);
}

#[test]
fn a_wrong_value_is_told_with_its_key_and_what_is_allowed() {
    let folder = TempDir::new().unwrap();
    let file = "[cadence]\ngrace_minutes = 99999\n[http]\nlisten = \"here\"\n[stoer]\nurl = \"x\"\n";
    fs::write(folder.path().join("kairos.toml"), file).unwrap();
    let env = [("KAIROS_LOG_LEVEL", "loud"), ("KAIROS_SLACK_BOT_TOKEN", "hush-hush")];
    for command in [&["serve"][..], &["check"], &["replay", "."], &[]] {
        let output = run(folder.path(), command, &env);
        let said = told(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{command:?}: {said}");
        for part in [
            "cadence.grace_minutes",
            "99999",
            "from 0 to 1440",
            "http.listen",
            "here",
            "127.0.0.1:8080",
            "stoer",
            "log.level",
            "loud",
            "slack.bot_token",
        ] {
            assert!(said.contains(part), "{part} is missing in: {said}");
        }
        assert!(!said.contains("hush-hush"), "a secret is never shown");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn the_defaults_are_printed_whatever_is_wrong() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("kairos.toml"), "not = [toml").unwrap();
    let output = run(folder.path(), &["config"], &[]);
    assert_eq!((output.status.code(), told(&output.stdout).as_str()), (Some(0), DEFAULT_TOML));
}

#[test]
fn the_doctor_tells_programs_what_is_there() {
    let folder = TempDir::new().unwrap();
    let output = run(folder.path(), &["doctor", "--json"], &[("KAIROS_HTTP_LISTEN", "127.0.0.1:0")]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &report["ok"]), (Some(0), &Value::Bool(true)), "{report}");
    let checks = report["checks"].as_array().unwrap();
    for name in ["store", "prompts", "listen address", "time zones"] {
        let found = checks.iter().find(|check| check["name"] == name).unwrap();
        assert_eq!(found["state"], "ok", "{found}");
    }
}

#[test]
fn the_doctor_says_what_to_do() {
    let folder = TempDir::new().unwrap();
    let env = [("KAIROS_STORE_URL", "postgres://nobody@127.0.0.1:1/none"), ("KAIROS_HTTP_LISTEN", "127.0.0.1:0")];
    let output = run(folder.path(), &["doctor", "--json"], &env);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let checks = report["checks"].as_array().unwrap();
    let store = checks.iter().find(|check| check["name"] == "store").unwrap();
    assert_eq!(store["state"], "wrong");
    assert!(store["todo"].as_str().unwrap().contains("KAIROS_STORE_URL"), "{store}");
    let output = run(folder.path(), &["doctor", "--json"], &[("KAIROS_HTTP_LISTEN", "nowhere")]);
    assert_eq!(output.status.code(), Some(2));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["ok"], false, "wrong configuration is told to programs as well");
}

#[test]
fn a_reader_that_goes_away_is_no_failure_to_tell_of() {
    let folder = TempDir::new().unwrap();
    let export = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/slack-export");
    for arguments in [&["config"][..], &["check", "--json"], &["replay", "--json", export]] {
        let mut command = program(folder.path(), arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(told(&output.stderr), "", "{arguments:?}");
        assert!(output.status.code().is_some_and(|code| code < 2), "{arguments:?}: {}", output.status);
    }
}

#[test]
fn the_version_is_told() {
    let folder = TempDir::new().unwrap();
    let output = run(folder.path(), &["--version"], &[]);
    assert_eq!(told(&output.stdout), format!("kairos {}\n", env!("CARGO_PKG_VERSION")));
    let output = run(folder.path(), &["sevre"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output.stderr).contains("serve"), "it says what would be right");
}
