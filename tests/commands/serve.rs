//! `kairos serve`: it starts, stops, and keeps what it accepted.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::program::{Serving, run, told};

fn post(serving: &Serving, text: &str) -> String {
    let body = json!({ "as": "ana", "channel": "deals", "text": text });
    serving.post("/playground/post", &body).unwrap()["message"].as_str().unwrap().to_owned()
}

fn cards_under(state: &Value, message: &str) -> usize {
    let messages = state["messages"].as_array().unwrap();
    messages.iter().filter(|found| found["thread"] == message && found["by"]["bot"] == true).count()
}

/// Looks until there is a card; each look waits for its answer.
fn wait_for_card(serving: &Serving, message: &str) {
    for _ in 0..2_000 {
        if cards_under(&serving.state("ana"), message) == 1 {
            return;
        }
    }
    panic!("no card came");
}

#[test]
fn asked_to_stop_it_ends_well_and_keeps_what_it_accepted() {
    let folder = TempDir::new().unwrap();
    let serving = Serving::start(folder.path(), &[]);
    let question = post(&serving, "any line for a price objection?");
    let (ended, log) = serving.stop();
    assert_eq!(ended.code(), Some(0), "{log}");

    let serving = Serving::start(folder.path(), &[]);
    assert_eq!(cards_under(&serving.state("ana"), &question), 0, "its time has not come");
    serving.post("/playground/wind", &json!({ "minutes": 11 })).unwrap();
    wait_for_card(&serving, &question);
    let (ended, log) = serving.stop();
    assert_eq!(ended.code(), Some(0), "{log}");
}

#[test]
fn a_first_start_has_a_story_and_a_second_one_has_the_same() {
    let folder = TempDir::new().unwrap();
    let first = Serving::start(folder.path(), &[]);
    let told = first.state("ana")["messages"].as_array().unwrap().len();
    assert!(told >= 5, "{told} messages");
    first.stop();
    let second = Serving::start(folder.path(), &[]);
    assert_eq!(second.state("ana")["messages"].as_array().unwrap().len(), told);
}

#[test]
fn what_people_write_is_not_logged_however_much_is_logged() {
    let folder = TempDir::new().unwrap();
    let serving = Serving::start(
        folder.path(),
        &[("KAIROS_LOG_LEVEL", "trace,sqlx=trace,hyper=trace,hyper_util=trace"), ("KAIROS_LOG_FORMAT", "json")],
    );
    let question = post(&serving, "@Kairos any line for a price objection about the quetzal?");
    wait_for_card(&serving, &question);
    post(&serving, "the quetzal flew away");
    let body = json!({ "as": "ana", "channel": "private-ana", "text": "quetzal" });
    serving.post("/playground/post", &body).unwrap();
    let (ended, log) = serving.stop();
    assert!(ended.success());
    assert!(log.lines().count() > 20, "{log}");
    assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "every line is JSON");
    let telling: Vec<_> = log.lines().filter(|line| line.contains("quetzal")).collect();
    assert!(telling.is_empty(), "{telling:?}");
}

/// Database, log and journal lie in the user's data directory, and nobody else enters it.
#[cfg(unix)]
#[test]
fn what_it_keeps_is_read_by_nobody_else() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = TempDir::new().unwrap();
    let serving = Serving::start(folder.path(), &[]);
    let kept = folder.path().join(".local/share/kairos");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&kept), 0o700);
    let files: Vec<_> = std::fs::read_dir(&kept).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    assert!(serving.stop().0.success());
}

#[test]
fn a_second_one_on_the_same_port_says_so() {
    let folder = TempDir::new().unwrap();
    let serving = Serving::start(folder.path(), &[]);
    let address = serving.address.unwrap().to_string();
    let output = run(folder.path(), &["serve"], &[("KAIROS_HTTP_LISTEN", &address)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output.stderr).contains("can't be listened on"), "{}", told(&output.stderr));
    let output = run(folder.path(), &["serve"], &[("KAIROS_HTTP_LISTEN", "127.0.0.1:0")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output.stderr).contains("in use by another process"), "{}", told(&output.stderr));
}

#[test]
fn it_is_ready_once_it_says_where_it_is() {
    let folder = TempDir::new().unwrap();
    let serving = Serving::start(folder.path(), &[("KAIROS_STORE_URL", "sqlite::memory:")]);
    for path in ["/healthz", "/readyz"] {
        assert!(serving.get(path)["status"].is_string(), "{path}");
    }
}
