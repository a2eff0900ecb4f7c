//! `kairos check`: what is wrong is told with its place, to people and to programs.

use std::{fs, path::Path};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::program::{run, told};

#[test]
fn the_prompts_that_ship_have_no_mistake() {
    let folder = TempDir::new().unwrap();
    let prompts = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts");
    for arguments in [&["check"][..], &["check", prompts.to_str().unwrap()]] {
        let output = run(folder.path(), arguments, &[]);
        let said = told(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(said.contains("no mistakes"), "{said}");
    }
}

#[test]
fn a_mistake_is_told_with_its_place_and_the_exit_code_is_one() {
    let folder = TempDir::new().unwrap();
    let prompts = folder.path().join("prompts");
    fs::create_dir_all(prompts.join("asking")).unwrap();
    fs::write(
        prompts.join("asking/skill.md"),
        "---\nkind: skill\nid: asking\ntitle: Asking\narea: leading\n---\nAsk.\n",
    )
    .unwrap();
    fs::write(
        prompts.join("asking/ask.md"),
        "---\nkind: tip\nid: ask\ntitel: Ask\nminutes: 1\nmoments: [apply]\n---\nAsk first.\n",
    )
    .unwrap();
    fs::write(prompts.join("asking/noise.md"), [0xff, 0xfe, 0x00, 0x80]).unwrap();

    let output = run(folder.path(), &["check", "prompts"], &[]);
    let said = told(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for part in ["asking/ask.md", "titel: Ask", "did you mean `title`?", "asking/noise.md"] {
        assert!(said.contains(part), "{part} is missing in: {said}");
    }
    assert!(!said.contains('\u{1b}'), "no colours where nobody looks: {said}");

    let output = run(folder.path(), &["check", "prompts", "--json"], &[]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["errors"].as_u64().unwrap() >= 2);
    let found = report["diagnostics"].as_array().unwrap();
    assert!(found.iter().any(|found| found["file"] == "asking/ask.md" && found["line"] == 4), "{found:?}");
}

#[test]
fn a_title_that_has_no_room_on_the_card_of_another_is_told_with_its_line() {
    let folder = TempDir::new().unwrap();
    let skill = folder.path().join("prompts/asking");
    fs::create_dir_all(&skill).unwrap();
    let write = |file: &str, text: &str| fs::write(skill.join(file), text).unwrap();
    let title = "Prices & offers: what to say when they ask for less than we can do";
    assert_eq!(title.chars().count(), 66);
    write("skill.md", "---\nkind: skill\nid: asking\ntitle: Asking\narea: leading\n---\nAsk.\n");
    let asset = |id: &str, title: &str| {
        format!("---\nkind: tip\nid: {id}\ntitle: \"{title}\"\nminutes: 1\nmoments: [apply]\n---\nAsk first.\n")
    };
    write("first.md", &asset("first", "First"));
    write("second.md", &asset("second", title));
    let examples = "- what do I say about the price\n- they ask for less, what now\n- how low may I go with the price\n\
                    - the buyer wants ten per cent off\n- can I give them a discount\n\
                    - the price is too high for them\n- they want it cheaper\n- they say others cost less\n\
                    - they only sign with a rebate\n- the customer haggles about our price\n";
    write(
        "price.trigger.md",
        &format!(
            "---\nkind: trigger\nid: price\ntitle: Price\nneed: Somebody is asked for a lower price.\n\
             moments: [apply]\nowner: Sales\noffer: [first, second]\n---\n## Examples\n{examples}"
        ),
    );
    let output = run(folder.path(), &["check", "prompts"], &[]);
    let said = told(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for part in ["asking/second.md:4", "slack can't show a card with this asset whole", "of at most 75"] {
        assert!(said.contains(part), "{part} is missing in: {said}");
    }
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = TempDir::new().unwrap();
    let output = run(folder.path(), &["check", "no/such/folder"], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output.stdout).contains("no/such/folder"));
}
