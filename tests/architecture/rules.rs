//! The rules of the house, as functions over one file: each says what is wrong, one line for each find.

use super::code::{bare, paths, shipping};

/// A file of ours.
#[derive(Clone, Debug)]
pub(super) struct File {
    /// Its path from the root of the repository, with `/`.
    pub(super) path: String,
    pub(super) text: String,
}

/// Which of our own modules a module may use. DESIGN.md's line "Allowed to use, and nothing else" in a table: a
/// module without a line here is a mistake. `chat` is in everybody's reach.
const ALLOWED: [(&str, &[&str]); 25] = [
    // Pure texts by id.
    ("messages", &[]),
    // Who may do what.
    ("access", &[]),
    ("library", &[]),
    ("engine", &["library", "messages"]),
    // Its cards carry taps, and those are the engine's.
    ("practice", &["engine", "library", "messages"]),
    ("history", &[]),
    ("clock", &[]),
    ("crash", &[]),
    // Draws a nonce for each seal.
    ("vault", &["clock"]),
    // The limits of the house are the engine's and the outbox's own types, and the sources of alerts name their schemes.
    ("config", &["engine", "library", "alerts", "outbox"]),
    ("logs", &["config"]),
    ("people", &[]),
    ("store", &["library", "engine", "practice", "people"]),
    ("connections", &[]),
    // Pure: of the store they know the records alone, which `purity` sees to.
    ("handlers", &["access", "alerts", "engine", "messages", "practice", "library", "store"]),
    ("ingest", &["handlers", "alerts", "engine", "library", "store", "clock", "crash", "connections"]),
    ("outbox", &["store", "clock", "crash"]),
    ("alerts", &["people"]),
    ("insight", &["store", "clock"]),
    // The bounds of what is served are the operator's.
    ("http", &["ingest", "store", "library", "engine", "insight", "alerts", "clock", "config", "connections"]),
    ("commands", EVERYTHING),
    ("run", EVERYTHING),
    // The playground at home: part of the composition, in a file of its own.
    ("demo", EVERYTHING),
    ("main", &["commands", "crash"]),
    ("lib", &[]),
];
const EVERYTHING: &[&str] = &["*"];

/// Crates that only some may use: everybody else may not.
const RESERVED: [(&str, &[&str]); 15] = [
    ("sqlx", &["store"]),
    (
        "tokio",
        &[
            "clock",
            "connections",
            "store",
            "ingest",
            "outbox",
            "http",
            "alerts",
            "insight",
            "commands",
            "run",
            "demo",
            "playground",
            "slack",
            "discord",
        ],
    ),
    ("axum", &["http", "run", "commands", "playground", "slack", "discord"]),
    ("reqwest", &["run", "commands", "slack", "discord"]),
    ("hyper", &["http", "slack", "discord"]),
    ("slack_morphism", &["slack"]),
    ("serenity", &["discord"]),
    ("slack", &["run", "commands", "history"]),
    ("discord", &["run", "commands", "history"]),
    ("playground", &["run", "demo", "commands"]),
    ("kairos", &["main"]),
    ("clap", &["commands", "main"]),
    ("rustls", &["main"]),
    ("uuid", &["clock"]),
    ("ring", &["clock", "vault", "discord"]),
];

/// What reads the machine's clock or draws at random: `src/clock.rs` alone.
const MACHINE: [&str; 9] = [
    "SystemTime::now",
    "Timestamp::now",
    "Zoned::now",
    "Instant::now",
    "thread::sleep",
    "rand::rng",
    "rand::random",
    "Uuid::now_v7",
    "Uuid::new_v4",
];

const PRINTING: [&str; 5] = ["println!", "eprintln!", "print!", "eprint!", "dbg!"];

/// The module or adapter that a file belongs to: `src/store/mod.rs` to `store`, `adapters/slack/src/send.rs` to `slack`.
pub(super) fn room(path: &str) -> &str {
    let parts: Vec<&str> = path.split('/').collect();
    match parts[..] {
        ["adapters", adapter, ..] => adapter,
        ["recognition", ..] => "recognition",
        ["src", file] => file.trim_end_matches(".rs"),
        ["src", module, ..] => module,
        _ => "",
    }
}

/// A crate of its own: what it may use stands in its manifest.
fn is_adapter(path: &str) -> bool {
    path.starts_with("adapters/") || path.starts_with("recognition/")
}

/// Dependencies that DESIGN.md doesn't allow.
pub(super) fn dependencies(file: &File) -> Vec<String> {
    let room = room(&file.path);
    let allowed = ALLOWED.iter().find(|(module, _)| *module == room).map(|(_, allowed)| *allowed);
    if allowed.is_none() && !is_adapter(&file.path) {
        return vec![format!("{}: module {room} has no line in the table of allowed dependencies", file.path)];
    }
    let bare = bare(shipping(&file.text));
    let mut wrong = Vec::new();
    for named in paths(&bare) {
        let at = format!("{}:{}", file.path, named.line);
        let first = named.path[0].as_str();
        if let (Some(module), Some(allowed)) = (own_module(&file.path, &named.path), allowed) {
            let is_known = ALLOWED.iter().any(|(known, _)| *known == module);
            let is_allowed = module == room || allowed.contains(&module) || allowed == EVERYTHING;
            if is_known && !is_allowed {
                wrong.push(format!("{at}: {room} may not use {module}"));
            }
        }
        // An adapter names its own crate in nothing but its tests; a local module may bear a crate's name.
        let is_local = first == room || bare.contains(&format!("mod {first};"));
        if let Some((_, users)) = RESERVED.iter().find(|(reserved, _)| *reserved == first && !is_local)
            && !users.contains(&room)
        {
            wrong.push(format!("{at}: {room} may not use {first}"));
        }
        if room == "chat" && file.path.starts_with("adapters/chat/") && first == "serde_json" {
            wrong.push(format!("{at}: chat depends on serde alone"));
        }
    }
    wrong.dedup();
    wrong
}

/// The module of ours that a path leads to, seen from the file: `crate::store::Row` and enough `super`s lead out.
fn own_module<'a>(file: &str, path: &'a [String]) -> Option<&'a str> {
    let first = path.first()?.as_str();
    if first == "crate" {
        return path.get(1).map(String::as_str);
    }
    let supers = path.iter().take_while(|part| *part == "super").count();
    // `src/store/backend.rs` is two rooms below the crate, `src/store/mod.rs` and `src/store.rs` one.
    let depth = file.trim_end_matches("/mod.rs").split('/').count() - 1;
    (supers > 0 && supers >= depth).then(|| path.get(supers).map(String::as_str)).flatten()
}

/// What a pure room may not name: a store, a lock, something that waits.
const IMPURE: [&str; 5] = ["Store", "await", "async", "Mutex", "RwLock"];
const PURE: [&str; 4] = ["handlers", "practice", "messages", "access"];

/// Stores, locks and waiting in rooms that are to be pure functions.
pub(super) fn purity(file: &File) -> Vec<String> {
    if !PURE.contains(&room(&file.path)) || is_adapter(&file.path) {
        return Vec::new();
    }
    let bare = bare(shipping(&file.text));
    let wrong = lines_with(&bare, &IMPURE);
    wrong.map(|(line, what)| format!("{}:{line}: {what} in a pure room; ask for it instead", file.path)).collect()
}

/// Types whose methods are spread over more files than a reader can hold in mind.
///
/// Excepted by name: the store, whose order is one file an aggregate; the engine and Discord's adapter, which are still to
/// be taken apart.
const SPREAD: [&str; 3] = ["Store", "Engine", "Discord"];

/// See [`SPREAD`].
pub(super) fn spread(files: &[File]) -> Vec<String> {
    const MOST: usize = 3;
    let mut found: std::collections::BTreeMap<(String, String), std::collections::BTreeSet<&str>> =
        std::collections::BTreeMap::default();
    for file in files {
        let bare = bare(shipping(&file.text));
        for line in bare.lines().filter(|line| line.starts_with("impl") && !line.contains(" for ")) {
            let of = line.trim_start_matches("impl").trim_start();
            let of = if of.starts_with('<') { of.split_once("> ").map_or(of, |(_, of)| of) } else { of };
            let name: String = of.chars().take_while(|sign| sign.is_alphanumeric()).collect();
            let house = if is_adapter(&file.path) { room(&file.path) } else { "" };
            found.entry((house.to_owned(), name)).or_default().insert(&file.path);
        }
    }
    let too_many =
        found.into_iter().filter(|((_, name), files)| files.len() > MOST && !SPREAD.contains(&name.as_str()));
    too_many.map(|((_, name), files)| format!("{name} has methods in {} files: {files:?}", files.len())).collect()
}

/// Files that have grown past their size.
pub(super) fn size(file: &File) -> Vec<String> {
    let lines = shipping(&file.text).lines().count();
    let whole = file.text.lines().count();
    let most = if file.path == "src/main.rs" { 60 } else { 400 };
    let mut wrong = Vec::new();
    if lines > most {
        wrong.push(format!("{}: {lines} lines, at most {most}: it asks for a better idea", file.path));
    }
    if whole > most + 50 {
        wrong.push(format!("{}: {whole} lines with its tests, at most {}", file.path, most + 50));
    }
    wrong
}

/// Printing outside of the commands, the machine's clock outside of the clock, `unsafe`, silenced lints, and a `LIMIT` by
/// which SQLite plans: it prepares such a statement anew whenever a number is bound.
pub(super) fn habits(file: &File) -> Vec<String> {
    let room = room(&file.path);
    let (shipped, whole) = (bare(shipping(&file.text)), bare(&file.text));
    let mut wrong = Vec::new();
    if !["commands", "main"].contains(&room) || is_adapter(&file.path) {
        wrong.extend(
            lines_with(&shipped, &PRINTING).map(|(line, what)| {
                format!("{}:{line}: {what} outside of the commands; return it, or log it", file.path)
            }),
        );
    }
    if file.path != "src/clock.rs" {
        wrong.extend(lines_with(&whole, &MACHINE).map(|(line, what)| {
            format!("{}:{line}: {what} outside of src/clock.rs; ask the clock you were given", file.path)
        }));
    }
    if file.path != "recognition/src/machine.rs" {
        wrong.extend(lines_with(&whole, &["unsafe"]).map(|(line, what)| {
            format!("{}:{line}: {what} outside of recognition/src/machine.rs; there is a safe way", file.path)
        }));
    }
    if file.path.starts_with("src/store/") {
        let limits = file.text.lines().enumerate().filter(|(_, line)| line.contains("LIMIT $"));
        wrong.extend(limits.map(|(index, _)| {
            format!("{}:{}: SQLite prepares it anew each time; write LIMIT CAST($1 AS BIGINT)", file.path, index + 1)
        }));
    }
    wrong.extend(
        lines_with(&whole, &["#[allow", "#![allow"])
            .map(|(line, _)| format!("{}:{line}: #[allow]; write #[expect(…, reason = \"…\")]", file.path)),
    );
    wrong
}

/// Lines that hold one of `words` where no longer name begins: `print!` isn't in `eprint!`, `now` isn't in `nowhere`.
fn lines_with<'a>(bare: &'a str, words: &'a [&'a str]) -> impl Iterator<Item = (usize, &'a str)> {
    let is_name = |part: Option<char>| part.is_some_and(|part| part.is_alphanumeric() || part == '_');
    bare.lines().enumerate().flat_map(move |(index, line)| {
        let holds = move |word: &&'a str| {
            line.match_indices(*word)
                .any(|(at, _)| !is_name(line[..at].chars().last()) && !is_name(line[at + word.len()..].chars().next()))
        };
        words.iter().copied().filter(holds).map(move |word| (index + 1, word))
    })
}

/// Migrations that one database has and the other lacks.
pub(super) fn migrations(sqlite: &[String], postgres: &[String]) -> Vec<String> {
    let lacks = |these: &[String], those: &[String], name: &str| -> Vec<String> {
        let lacking = these.iter().filter(|file| !those.contains(file));
        lacking
            .map(|file| format!("migrations/{name}/{file} is missing: migrations come in pairs of one name"))
            .collect()
    };
    [lacks(sqlite, postgres, "postgres"), lacks(postgres, sqlite, "sqlite")].concat()
}

/// Modules that the README's map doesn't name: it names one as `src/store` or `store/`, and an adapter likewise.
pub(super) fn map(readme: &str, modules: &[String]) -> Vec<String> {
    let is_named = |module: &String| {
        [format!("{module}/"), format!("{module}.rs"), format!("`{module}`")].iter().any(|name| readme.contains(name))
    };
    modules
        .iter()
        .filter(|module| !is_named(module))
        .map(|module| format!("README.md's map doesn't name {module}"))
        .collect()
}
