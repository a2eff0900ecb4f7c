//! Whatever lies in a prompts folder, reading it ends, and says what it found.

use proptest::prelude::*;

use super::{Library, Reading, folder::Contents};

const NAMES: [&str; 6] = ["s/skill.md", "s/a.md", "s/a.trigger.md", "s/a.measure.md", "s/a.ink", "s/a.png"];

/// What real files are made of: strung together they come closer to the limits than random bytes do.
const PIECES: &[&str] = &[
    "---\n",
    "\n",
    "  ",
    "\t",
    "kind: ",
    "tip\n",
    "retrieval\n",
    "scenario\n",
    "trigger\n",
    "id: a\n",
    "title: T\n",
    "minutes: 1\n",
    "moments: [apply]\n",
    "- [ ] ",
    "- [x] ",
    "- ",
    "* ",
    "+ ",
    "1. ",
    "> ",
    "# ",
    "## Examples\n",
    "=== knot\n",
    "-> knot\n",
    "-> END\n",
    "-> ",
    "->-> ",
    "<- ",
    "{",
    "}",
    "{x:",
    "|",
    "(",
    ")",
    "[",
    "]",
    "~ ",
    "VAR x = 1\n",
    "x",
    "++",
    "LIST l = a, (b)\n",
    "//",
    "/*",
    "*/",
    "# feedback\n",
    "# debrief\n",
    "word ",
    "**",
    "_",
    "`",
    "```\n",
    "<b>",
    "![a](b)",
    "[a](https://b.c)",
    "| a | b |\n|---|---|\n",
    "\\",
    "\"",
    "'",
    ": ",
    "&a ",
    "*a ",
    "!!str ",
    "? ",
    "%",
    "@",
    "ä",
    "🙂",
    "\u{feff}",
    "\u{202e}",
    "\0",
    "\r",
    "\r\n",
    "-",
    "INCLUDE a\n",
    "EXTERNAL f()\n",
    "=== function f(a)\n",
    "~ return a\n",
    "- else:",
    "<>",
    "::",
    "stopping",
    "TURNS_SINCE(-> knot)",
    "condition: ",
    "event.a == 1",
    "not ",
    "CONST c = c\n",
    "# kind: scenario\n# id: a\n# title: T\n# minutes: 1\n",
    "---\nkind: tip\nid: a\ntitle: T\nminutes: 1\nmoments: [apply]\n---\n",
];

fn read(name: &str, bytes: &[u8]) -> Reading {
    Library::read_contents(Contents::of(&[(name, bytes)]))
}

const TRIGGER: &str = "---\nkind: trigger\nid: a\ntitle: T\nneed: N\noffer: [b]\nmoments: [solve]\nkeywords: [x]\n\
    condition: event.a == 1\nowner: O\n---\n## Examples\n- one\n- two\n\n## Unlike\n- three\n";
const EXERCISE: &str = "---\nkind: retrieval\nid: a\ntitle: T\nminutes: 1\nmoments: [more]\n---\nWhat?\n\n- [ ] One\n      \
    No.\n- [x] Two\n      Yes, **that** and [this](https://a.b).\n";
const SCENARIO: &str = "# kind: scenario\n# id: a\n# title: T\n# minutes: 1\nVAR x = 1\nOnce {x > 1: more|less}.\n\
    * [One]\n  ~ x = x + 1\n  Fine. # feedback\n  -> b\n* {x == 1} [Two]\n  Fine. # feedback\n  -> b\n=== b\nAnd?\n\
    + [One]\n  Fine. # feedback\n  -> c\n+ [Two]\n  Fine. # feedback\n  -> b\n=== c\n{x > 1: -> d}\nSo. # debrief\n-> END\n\
    === d\nThus. # debrief\n-> END\n";

/// One file alone is never a whole library without a word about it: the skill is missing, or the file is wrong.
fn answers(name: &str, bytes: &[u8]) {
    let reading = read(name, bytes);
    let library = &reading.library;
    let valid = library.skills.len() + library.assets.len() + library.scenarios.len() + library.pictures.len() > 0;
    assert!(valid || name == "s/a.png" || !reading.diagnostics.is_empty(), "{name} was dropped without a word");
    for diagnostic in &reading.diagnostics {
        assert!(!diagnostic.found.contains("the reader gave up"), "a parser panicked");
        assert!(!diagnostic.found.contains("Ink gave up"), "Ink panicked");
        assert!(diagnostic.line >= 1 && diagnostic.column >= 1);
        assert!(!diagnostic.render(false).contains('\0'));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(name in prop::sample::select(&NAMES[..]), bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        answers(name, &bytes);
    }

    #[test]
    fn any_text_is_answered(name in prop::sample::select(&NAMES[..]), text in "\\PC{0,300}") {
        answers(name, text.as_bytes());
    }

    #[test]
    fn any_string_of_pieces_is_answered(
        name in prop::sample::select(&NAMES[..]),
        headed in any::<bool>(),
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60),
    ) {
        let head = match (headed, name) {
            (false, _) => "",
            (true, "s/a.ink") => "# kind: scenario\n# id: a\n# title: T\n# minutes: 1\n",
            (true, _) => "---\nkind: tip\nid: a\ntitle: T\nminutes: 1\nmoments: [apply]\n---\n",
        };
        answers(name, format!("{head}{}", pieces.concat()).as_bytes());
    }

    #[test]
    fn a_right_file_with_slips_in_it_is_answered(
        (name, right) in prop::sample::select(&[("s/a.trigger.md", TRIGGER), ("s/a.md", EXERCISE), ("s/a.ink", SCENARIO)][..]),
        slips in prop::collection::vec((any::<prop::sample::Index>(), 0..6_usize, prop::sample::select(PIECES)), 1..6),
    ) {
        let mut letters: Vec<char> = right.chars().collect();
        for (at, gone, piece) in slips {
            let at = at.index(letters.len());
            let end = (at + gone).min(letters.len());
            letters.splice(at..end, piece.chars());
        }
        answers(name, letters.into_iter().collect::<String>().as_bytes());
    }
}

#[test]
fn nesting_takes_no_stack() {
    let head = "---\nkind: tip\nid: a\ntitle: T\nminutes: 1\nmoments: [apply]\n";
    let deep = 60_000;
    let ink = "# kind: scenario\n# id: a\n# title: T\n# minutes: 1\n";
    let files = [
        ("s/a.md", format!("{head}x: {}\n---\n", "[".repeat(deep))),
        ("s/a.md", format!("{head}x: {}\n---\n", "{a: ".repeat(deep))),
        ("s/a.md", format!("{head}x:\n {}\n---\n", "- ".repeat(deep))),
        ("s/a.md", format!("{head}---\n{}a\n", "> ".repeat(deep / 2))),
        ("s/a.md", format!("{head}---\n{}a\n", "- ".repeat(deep / 2))),
        ("s/a.md", format!("{head}---\n{}a\n", "*".repeat(deep))),
        ("s/a.md", format!("{head}---\n{}a\n", "[".repeat(deep))),
        ("s/a.trigger.md", format!("---\ncondition: '{}'\n---\n", "(".repeat(480))),
        ("s/a.trigger.md", format!("---\ncondition: '{}a'\n---\n", "!".repeat(480))),
        ("s/a.trigger.md", format!("---\ncondition: '{}a'\n---\n", "-".repeat(480))),
        ("s/a.trigger.md", format!("---\ncondition: '{}a'\n---\n", "a?b:".repeat(120))),
        ("s/a.trigger.md", format!("---\ncondition: 'a{}'\n---\n", "+a".repeat(240))),
        ("s/a.ink", format!("{ink}{}", "{a:".repeat(deep))),
        ("s/a.ink", format!("{ink}{}", "{a:\n".repeat(deep))),
        ("s/a.ink", format!("{ink}~ x = {}", "(".repeat(deep))),
        ("s/a.ink", format!("{ink}{} a\n", "* ".repeat(deep))),
        ("s/a.ink", format!("{ink}VAR x = 1\n~ x = {}x\n", "not ".repeat(900))),
        ("s/a.ink", format!("{ink}VAR x = 1\n~ x = {}x\n", "x + ".repeat(900))),
        ("s/a.ink", format!("{ink}VAR x = 1\n~ x = {}x\n", "-".repeat(3_000))),
        ("s/a.ink", (0..20_000).fold(ink.to_owned(), |text, n| text + &"*".repeat(n % 20) + "a\n")),
    ];
    for (name, text) in files {
        let reading = read(name, text.as_bytes());
        assert!(reading.library.triggers.is_empty());
        assert!(!reading.diagnostics.is_empty(), "{name}: {}", text.chars().take(80).collect::<String>());
    }
}

#[test]
fn files_in_a_circle_end() {
    let folder = tempfile::tempdir().unwrap();
    let skill = folder.path().join("s");
    std::fs::create_dir(&skill).unwrap();
    std::os::unix::fs::symlink(folder.path(), skill.join("up")).unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).unwrap();
    std::os::unix::fs::symlink("loop.md", skill.join("loop.md")).unwrap();
    let reading = Library::read(&super::Source::Folder(folder.path().to_owned()));
    let told: Vec<_> = reading.diagnostics.iter().map(|told| format!("{} {}", told.file, told.code)).collect();
    assert!(told.contains(&"s/loop.md unreadable".to_owned()), "{told:?}");
    assert!(told.contains(&"s/up nested-folder".to_owned()), "{told:?}");
}

/// `~ s = s + s` in a loop took 5 GB.
#[test]
fn a_story_that_grows_without_end_is_told_and_takes_no_memory() {
    for growing in [
        "VAR s = \"xx\"\n-> loop\n=== loop\n~ s = s + s\n-> loop\n",
        "VAR s = \"xx\"\n-> loop\n=== loop\n~ s = \"{s}{s}\"\nOn and on.\n-> loop\n",
        "-> loop(\"xx\")\n=== loop(s)\n~ temp t = s + s\n-> loop(t)\n",
    ] {
        let ink = format!("# kind: scenario\n# id: a\n# title: T\n# minutes: 5\n\n{growing}");
        let reading = read("s/a.ink", ink.as_bytes());
        let told: Vec<String> = reading.diagnostics.iter().map(|it| it.found.clone()).collect();
        assert!(told.iter().any(|it| it.contains("grows without end") || it.contains("in a circle")), "{told:?}");
    }
}

#[test]
fn a_comment_that_cuts_a_value_is_warned_of() {
    let skill = "---\ntitle: Ticket #7 and more\narea: Work\n---\nAbout it.\n";
    let reading = read("s/skill.md", skill.as_bytes());
    let warned = reading.diagnostics.iter().find(|it| it.code == "yaml-comment").unwrap();
    assert!(warned.found.contains("`title` ends before the `#`"), "{}", warned.found);
    let quoted = skill.replace("Ticket #7 and more", "\"Ticket #7 and more\"");
    let reading = read("s/skill.md", quoted.as_bytes());
    assert!(reading.diagnostics.iter().all(|it| it.code != "yaml-comment"));
}

/// What a link leads to is shown to people: it has to lie inside.
#[cfg(unix)]
#[test]
fn a_link_that_leads_out_of_the_folder_is_not_followed() {
    let (home, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(elsewhere.path().join("secret.md"), "hush").unwrap();
    std::fs::create_dir(home.path().join("s")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("secret.md"), home.path().join("s/a.md")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), home.path().join("t")).unwrap();
    let reading = Library::read(&super::Source::Folder(home.path().to_owned()));
    let told: Vec<_> = reading.diagnostics.iter().filter(|it| it.code == "outside-link").map(|it| &it.file).collect();
    assert_eq!(told, ["s/a.md", "t"]);
}
