//! The catalogue and the code agree, and the texts keep to the product's voice.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use super::*;

/// Words of the product's former voice; VOICE: short, concrete, modern English that a busy colleague says aloud.
const RETIRED: [&str; 14] = [
    "unasked",
    "whoever",
    "whom",
    "put by",
    "is none",
    "nothing of it",
    "at once",
    "so that it does",
    "came before",
    "counts against",
    "holdout",
    "the house",
    "as for everybody",
    "what you know already",
];
/// Words that managers read, and employees don't.
const FOR_MANAGERS: [&str; 4] = ["trigger", "threshold", "heard", "asset"];
/// The files whose texts managers and operators read.
const MANAGERS_READ: [&str; 2] = ["managers.ftl", "command-line.ftl"];

/// The files of one language: name and text.
fn files(language: &str) -> Vec<(String, String)> {
    let folder = FOLDER.dirs().find(|folder| folder.path() == Path::new(language)).expect("the language has a folder");
    let read = |file: &include_dir::File<'_>| {
        (file.path().file_name().unwrap().to_string_lossy().into_owned(), file.contents_utf8().unwrap().to_owned())
    };
    folder.files().map(read).collect()
}

/// Each id with the names of the values that its text mentions.
fn values_of(files: &[(String, String)]) -> BTreeMap<String, BTreeSet<String>> {
    let mut of: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, text) in files {
        let mut id = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some(new) = ids_in(line).next() {
                new.clone_into(&mut id);
                assert!(of.insert(id.clone(), BTreeSet::new()).is_none(), "{name}: {id} stands there twice");
            }
            let named = line.split('$').skip(1).map(|rest| {
                rest.chars().take_while(|sign| sign.is_ascii_alphanumeric() || *sign == '_').collect::<String>()
            });
            of.entry(id.clone()).or_default().extend(named);
        }
        of.remove("");
    }
    of
}

/// One `say!(…)` in the code.
struct Said {
    place: String,
    id: String,
    values: BTreeSet<String>,
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("messages/tests.rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found
}

fn said() -> Vec<Said> {
    let mut found = Vec::new();
    for (path, text) in sources() {
        for (at, call) in text.match_indices("say!(") {
            let line_begins = text[..at].rfind('\n').map_or(0, |at| at + 1);
            let inside = text[at + call.len()..].trim_start();
            let Some(rest) = inside.strip_prefix('"').filter(|_| !text[line_begins..at].contains("//")) else {
                continue;
            };
            let (id, rest) = rest.split_once('"').unwrap();
            let line = text[..at].lines().count();
            found.push(Said {
                place: format!("{}:{line}", path.display()),
                id: id.to_owned(),
                values: names_given(rest),
            });
        }
    }
    found
}

/// The names before `=` at the top level of what follows an id, up to the end of the call.
fn names_given(rest: &str) -> BTreeSet<String> {
    let (mut depth, mut names, mut signs) = (0_usize, BTreeSet::new(), rest.char_indices());
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => {
                let mut is_escaped = false;
                for (_, inside) in signs.by_ref() {
                    if inside == '"' && !is_escaped {
                        break;
                    }
                    is_escaped = inside == '\\' && !is_escaped;
                }
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                let name = rest[at + 1..].split_once('=').map_or("", |(name, _)| name).trim();
                if !name.is_empty() {
                    names.insert(name.to_owned());
                }
            }
            _ => {}
        }
    }
    names
}

#[test]
fn every_text_can_be_read() {
    for folder in FOLDER.dirs() {
        let language = folder.path().to_str().unwrap();
        let files = files(language);
        let texts: Vec<&str> = files.iter().map(|(_, text)| text.as_str()).collect();
        Catalogue::read(language, &texts).unwrap_or_else(|wrong| panic!("{language}: {wrong:?}"));
    }
    assert!(LANGUAGES.iter().any(|known| known.language == ENGLISH));
}

#[test]
fn the_code_asks_for_texts_that_are_there_with_the_values_they_mention() {
    let there = values_of(&files(ENGLISH));
    let said = said();
    assert!(!said.is_empty());
    for Said { place, id, values } in said {
        let mentioned = there.get(&id).unwrap_or_else(|| panic!("{place}: no text has the id {id}"));
        assert_eq!(&values, mentioned, "{place}: {id} is given (left), its text mentions (right)");
    }
}

#[test]
fn every_text_is_used() {
    let code: Vec<String> = sources().into_iter().map(|(_, text)| text).collect();
    let unused: Vec<String> = values_of(&files(ENGLISH))
        .into_keys()
        .filter(|id| !code.iter().any(|text| text.contains(&format!("\"{id}\""))))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn texts_keep_to_the_voice_of_the_product() {
    let mut wrong = Vec::new();
    for (file, text) in files(ENGLISH) {
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            // What stands in braces is Fluent's own, and its quotes are straight.
            let said = outside_braces(line.split_once(" = ").map_or(line, |(_, said)| said));
            if said.contains(['"', '\'']) {
                wrong.push(format!("{file}: a straight quote: {line}"));
            }
            let lower = said.to_lowercase();
            let employees = FOR_MANAGERS.iter().filter(|_| !MANAGERS_READ.contains(&file.as_str()));
            wrong.extend(
                RETIRED
                    .iter()
                    .chain(employees)
                    .filter(|word| lower.contains(**word))
                    .map(|word| format!("{file}: “{word}”: {line}")),
            );
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn outside_braces(text: &str) -> String {
    let mut depth = 0_i32;
    let keep = |sign: char| {
        depth += i32::from(sign == '{') - i32::from(sign == '}');
        depth == 0 && sign != '}'
    };
    let mut keep = keep;
    text.chars().filter(|sign| keep(*sign)).collect()
}

#[test]
fn another_language_is_a_folder_with_ids_of_english() {
    let english = values_of(&files(ENGLISH));
    for folder in FOLDER.dirs() {
        for (id, values) in values_of(&files(folder.path().to_str().unwrap())) {
            let known = english.get(&id).unwrap_or_else(|| panic!("{}: {id} is not English", folder.path().display()));
            assert!(values.is_subset(known), "{}: {id} mentions {values:?} of {known:?}", folder.path().display());
        }
    }
}

#[test]
fn a_text_chooses_by_number_and_carries_no_marks_of_direction() {
    let german = "pulse-title = Wie voll ist deine Woche?\ncards = { $n ->\n    [one] eine Karte\n   *[other] { $n } Karten\n }\n";
    let german = Catalogue::read("de", &[german]).unwrap();
    assert_eq!(german.fixed.keys().collect::<Vec<_>>(), ["pulse-title"]);
    let cards = |n: usize| german.text("cards", &[("n", n.into())]).unwrap();
    assert_eq!((cards(1).as_str(), cards(1_000).as_str()), ("eine Karte", "1000 Karten"));
    assert_eq!(german.text("cards", &[]), None, "a value is missing");
    assert_eq!(german.text("unknown", &[]), None);
}

#[test]
fn what_is_to_be_typed_is_set_apart() {
    let typed = |text: &str| Span::Code(text.to_owned());
    let plain = |text: &str| Span::Plain(text.to_owned());
    assert_eq!(spans("`/kairos me` or `why`."), [typed("/kairos me"), plain(" or "), typed("why"), plain(".")]);
    assert_eq!(paragraph("no code").plain(), "no code");
}

#[test]
fn what_cannot_be_read_is_told() {
    assert!(Catalogue::read("no language", &[]).is_err());
    assert!(Catalogue::read("de", &["pulse-title = { $n"]).is_err());
    assert!(Catalogue::read("de", &["a = b\n", "a = c\n"]).is_err(), "two texts of one id");
}

#[test]
fn a_language_that_is_not_there_falls_back_to_english() {
    let english = fixed("pulse-title");
    assert_ne!(english, "pulse-title");
    assert_eq!(speaking("de-x-none", || fixed("pulse-title")), english);
    assert_eq!(fixed("no-such-text"), "no-such-text");
}
