//! The house keeps the shape that DESIGN.md gives it: who may use whom, how large a file may grow, where time comes
//! from. Every rule is also shown a sample it must find, so that a rule that has gone blind fails.

mod code;
mod rules;

use std::{fs, path::Path};

use rules::File;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files below a folder of the repository.
fn files_below(folder: &str) -> Vec<File> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
                files.push(File { path, text });
            }
        }
    }
    files
}

/// Everything that ships: files of tests beside the code are left to their own size.
fn shipped() -> Vec<File> {
    let mut files = [files_below("src"), files_below("adapters"), files_below("recognition/src")].concat();
    files.retain(|file| {
        !file.path.ends_with("/tests.rs") && !file.path.contains("/tests/") && !file.path.ends_with("/build.rs")
    });
    assert!(files.len() > 20, "only {} files were found", files.len());
    files
}

fn assert_kept(rule: impl Fn(&File) -> Vec<String>) {
    let wrong: Vec<String> = shipped().iter().flat_map(rule).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn sample(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}

#[test]
fn everything_uses_only_what_it_may() {
    assert_kept(rules::dependencies);
}

#[test]
fn a_dependency_that_is_not_allowed_is_found() {
    for (path, text, found) in [
        ("src/engine/mod.rs", "use crate::store::Store;", "src/engine/mod.rs:1: engine may not use store"),
        (
            "src/engine/a.rs",
            "use crate::{\n    library::Mode,\n    clock::Clock,\n};",
            "src/engine/a.rs:3: engine may not use clock",
        ),
        ("src/engine/mod.rs", "use super::ingest;", "src/engine/mod.rs:1: engine may not use ingest"),
        (
            "src/engine/a/b.rs",
            "fn f() { super::super::super::http::x() }",
            "src/engine/a/b.rs:1: engine may not use http",
        ),
        (
            "src/engine/a.rs",
            "async fn f() { tokio::task::yield_now().await }",
            "src/engine/a.rs:1: engine may not use tokio",
        ),
        ("src/library/mod.rs", "#[derive(sqlx::FromRow)]\nstruct A;", "src/library/mod.rs:1: library may not use sqlx"),
        ("src/outbox/mod.rs", "use slack::Slack;", "src/outbox/mod.rs:1: outbox may not use slack"),
        (
            "adapters/slack/src/lib.rs",
            "use serenity::all::Http;",
            "adapters/slack/src/lib.rs:1: slack may not use serenity",
        ),
        (
            "adapters/slack/src/lib.rs",
            "use discord::Discord;",
            "adapters/slack/src/lib.rs:1: slack may not use discord",
        ),
        (
            "adapters/chat/src/lib.rs",
            "use serde_json::Value;",
            "adapters/chat/src/lib.rs:1: chat depends on serde alone",
        ),
        ("src/helpers.rs", "", "src/helpers.rs: module helpers has no line in the table of allowed dependencies"),
    ] {
        assert_eq!(rules::dependencies(&sample(path, text)), [found], "{text}");
    }
}

#[test]
fn what_is_allowed_is_left_alone() {
    for (path, text) in [
        ("src/engine/a.rs", "use super::{Reason, cadence};\nuse crate::{engine::b, library::Mode};\nuse chat::Card;"),
        (
            "src/engine/a.rs",
            "// use crate::store;\nconst A: &str = \"sqlx::query\";\n#[cfg(test)]\nmod tests {\n    use crate::store;\n}\n",
        ),
        ("src/run.rs", "use crate::{http, ingest, store};\nuse playground::Playground;"),
        ("adapters/playground/src/lib.rs", "mod playground;\npub use playground::Playground;\nuse tokio::sync::watch;"),
    ] {
        assert_eq!(rules::dependencies(&sample(path, text)), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn pure_rooms_stay_pure() {
    assert_kept(rules::purity);
    for text in
        ["use crate::store::{Delivery, Store};", "async fn f() {}", "fn f() { x.await }", "struct A(Mutex<u8>);"]
    {
        assert_eq!(rules::purity(&sample("src/handlers/a.rs", text)).len(), 1, "{text}");
    }
    assert_eq!(rules::purity(&sample("src/ingest/a.rs", "async fn f() {}")), [""; 0]);
}

#[test]
fn no_type_is_spread_over_many_files() {
    let wrong = rules::spread(&shipped());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let files: Vec<_> = ["a", "b", "c", "d"].map(|name| sample(&format!("src/x/{name}.rs"), "impl Line {\n}\n")).into();
    assert_eq!(rules::spread(&files[..3]), [""; 0]);
    assert_eq!(rules::spread(&files).len(), 1);
}

#[test]
fn files_are_small_rooms() {
    assert_kept(rules::size);
}

#[test]
fn a_file_that_has_grown_is_found() {
    let long = |lines: usize| "fn a() {}\n".repeat(lines);
    assert_eq!(rules::size(&sample("src/store/mod.rs", &long(400))), Vec::<String>::new());
    assert_eq!(rules::size(&sample("src/store/mod.rs", &long(401))).len(), 1);
    assert_eq!(rules::size(&sample("src/main.rs", &long(61))).len(), 1);
    let with_tests = |tests: usize| format!("{}\n#[cfg(test)]\nmod tests {{\n{}}}\n", long(300), long(tests));
    assert_eq!(rules::size(&sample("src/a.rs", &with_tests(140))), Vec::<String>::new());
    assert_eq!(rules::size(&sample("src/a.rs", &with_tests(160))).len(), 1);
}

#[test]
fn the_house_keeps_its_habits() {
    assert_kept(rules::habits);
}

#[test]
fn a_broken_habit_is_found() {
    for (path, text) in [
        ("src/store/mod.rs", "fn f() { println!(\"x\") }"),
        ("adapters/slack/src/lib.rs", "fn f() { eprintln!(\"x\") }"),
        ("src/engine/mod.rs", "fn f() { std::time::SystemTime::now() }"),
        ("src/engine/mod.rs", "fn f() { let a = jiff::Timestamp::now(); }"),
        ("src/engine/mod.rs", "#[cfg(test)]\nmod tests {\n    fn f() { std::thread::sleep(d) }\n}\n"),
        ("src/outbox/mod.rs", "fn f() { Uuid::now_v7() }"),
        ("src/outbox/mod.rs", "#[allow(dead_code)]\nfn f() {}"),
        ("recognition/src/encoder/mod.rs", "fn f() { unsafe { g() } }"),
        ("src/store/taps.rs", "const SQL: &str = \"SELECT a FROM b LIMIT $1\";"),
    ] {
        assert_eq!(rules::habits(&sample(path, text)).len(), 1, "{text}");
    }
    for (path, text) in [
        ("src/commands/doctor.rs", "fn f() { println!(\"x\") }"),
        ("src/clock.rs", "fn f() { std::time::SystemTime::now() }"),
        ("src/store/mod.rs", "// println!(\"x\")\n/// Instant::now is not for us\nfn f() { g(\"println!\") }"),
    ] {
        assert_eq!(rules::habits(&sample(path, text)), Vec::<String>::new(), "{text}");
    }
}

/// The names of the entries of a folder.
fn names_in(folder: &str) -> Vec<String> {
    let path = root().join(folder);
    let entries = fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn migrations_come_in_pairs() {
    let sqlite = names_in("migrations/sqlite");
    assert!(!sqlite.is_empty());
    let wrong = rules::migrations(&sqlite, &names_in("migrations/postgres"));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_migration_of_one_database_alone_is_found() {
    let (one, both) = (["1.sql".to_owned()], ["1.sql".to_owned(), "2.sql".to_owned()]);
    assert_eq!(rules::migrations(&both, &one).len(), 1);
    assert_eq!(rules::migrations(&one, &both).len(), 1);
    assert_eq!(rules::migrations(&one, &one), Vec::<String>::new());
}

#[test]
fn the_map_in_the_readme_names_every_module() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md holds the map of the code");
    let is_module = |name: &String| {
        let path = root().join("src").join(name);
        path.is_dir() || path.extension().is_some_and(|ending| ending == "rs")
    };
    let mut modules: Vec<String> = names_in("src")
        .iter()
        .filter(|name| is_module(name))
        .map(|name| name.trim_end_matches(".rs").to_owned())
        .collect();
    modules.retain(|name| !["main", "lib"].contains(&name.as_str()));
    modules.extend(names_in("adapters"));
    let wrong = rules::map(&readme, &modules);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_module_that_the_map_forgets_is_found() {
    let modules = ["store".to_owned(), "clock".to_owned(), "inbox".to_owned()];
    assert_eq!(rules::map("store/ keeps, clock.rs tells; the inbox", &modules), ["README.md's map doesn't name inbox"]);
}
