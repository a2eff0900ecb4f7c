//! What others find fault with: `slackblocks` and the types that Slack itself publishes. Each misses what the other sees;
//! `checks` has what both miss.

use std::{
    collections::HashMap,
    fs,
    io::Write as _,
    process::{Command, Stdio},
    sync::LazyLock,
};

use jsonschema::Validator;
use serde_json::{Value, json};

use super::{peer::root, standin::Call};

/// Slack's types as schemas.
static TYPES: LazyLock<HashMap<String, Validator>> = LazyLock::new(|| {
    let path = root().join("tests/peers/node_modules/kairos-slack-types.json");
    let text = fs::read_to_string(path).expect(
        "the schemas of @slack/types aren't made: run `npm ci --prefix tests/peers && node tests/peers/slack/schema.mjs`, \
         or tests/run, which does it for you",
    );
    let schemas: HashMap<String, Value> = serde_json::from_str(&text).unwrap();
    schemas.into_iter().map(|(name, schema)| (name, jsonschema::validator_for(&schema).unwrap())).collect()
});

/// Something that Slack is to show.
pub(super) struct Shown {
    kind: &'static str,
    json: Value,
}

impl Shown {
    /// What a call shows, where it shows something.
    pub(super) fn by(call: &Call) -> Option<Self> {
        Self::of(&call.method, &call.body)
    }

    /// What a call of `method` with `body` shows, where it shows something.
    pub(super) fn of(method: &str, body: &Value) -> Option<Self> {
        let kind = match method {
            "views.open" => "modal",
            "views.publish" => "home",
            _ if method.starts_with("chat.") => "message",
            _ => return None,
        };
        Some(Self { kind, json: if kind == "message" { body.clone() } else { body["view"].clone() } })
    }
}

/// What is wrong with what is shown; empty when neither finds fault.
pub(super) fn faults(shown: &[Shown]) -> Vec<String> {
    let mut faults = by_slackblocks(shown);
    faults.extend(shown.iter().flat_map(by_types));
    faults
}

/// Slack's types know no unknown field, and no field of another kind.
fn by_types(shown: &Shown) -> Vec<String> {
    let mut wrong = Vec::new();
    for block in shown.json["blocks"].as_array().into_iter().flatten() {
        if !TYPES["block"].is_valid(block) {
            wrong.push(format!("@slack/types: no block that Slack knows: {block}"));
        }
    }
    let whole = match shown.kind {
        "message" => ("metadata", &shown.json["metadata"]),
        kind => (kind, &shown.json),
    };
    if !whole.1.is_null() && !TYPES[whole.0].is_valid(whole.1) {
        wrong.push(format!("@slack/types: no {}: {}", whole.0, whole.1));
    }
    wrong
}

fn by_slackblocks(shown: &[Shown]) -> Vec<String> {
    let program = root().join("tests/peers/slack/checker/installed/bin/slack-block-check");
    assert!(
        program.exists(),
        "slackblocks isn't installed: run `cargo install --debug --locked --path tests/peers/slack/checker \
         --root tests/peers/slack/checker/installed`, or tests/run, which does it for you"
    );
    let mut checker = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = checker.stdin.take().unwrap();
    let mut lines = Vec::new();
    for one in shown {
        writeln!(lines, "{}", json!({ "kind": one.kind, "json": known_to_slackblocks(one) })).unwrap();
    }
    let writing = std::thread::spawn(move || input.write_all(&lines).unwrap());
    let output = checker.wait_with_output().unwrap();
    writing.join().unwrap();
    assert!(output.status.success(), "slackblocks' checker failed");
    let told = String::from_utf8(output.stdout).unwrap();
    told.lines().map(|line| format!("slackblocks: {line}")).collect()
}

/// A message as slackblocks knows one: what surrounds the text and the blocks is another method's matter.
fn known_to_slackblocks(shown: &Shown) -> Value {
    if shown.kind != "message" {
        return shown.json.clone();
    }
    json!({ "channel": shown.json["channel"], "text": shown.json["text"], "blocks": shown.json["blocks"] })
}

/// A checker that has gone blind would let everything pass.
#[test]
fn both_see() {
    let message =
        |block: Value| Shown { kind: "message", json: json!({ "channel": "C1", "text": "t", "blocks": [block] }) };
    let header = |text: &str| message(json!({ "type": "header", "text": { "type": "plain_text", "text": text } }));
    assert_eq!(faults(&[header("Fine")]), Vec::<String>::new());
    let long = faults(&[header(&"x".repeat(151))]);
    assert!(long.len() == 1 && long[0].starts_with("slackblocks: "), "{long:?}");
    let unknown = faults(&[message(json!({ "type": "divider", "colour": "red" }))]);
    assert!(unknown.iter().any(|fault| fault.starts_with("@slack/types: ")), "{unknown:?}");
}
