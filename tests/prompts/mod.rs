//! The content that ships is right, and an author's mistake is told so that its author can put it right.

mod crosswise;
mod hearing;
mod mistakes;
mod scenarios;
mod whole_folders;

use std::{collections::BTreeMap, fs};

use kairos::library::{Diagnostic, Library, Reading, Severity, Source};

use crate::support::prompts::{SCENARIO, SKILL};

pub(super) const TIP: &str = "\
---
kind: tip
id: ask-first
title: Ask first
minutes: 1
moments: [apply, solve]
---
Ask **before** you answer.

1. Listen.
2. Ask.
";
pub(super) const EXERCISE: &str = "\
---
kind: retrieval
id: first-words
title: The first words
minutes: 0.5
moments: [more]
---
What comes first?

- [ ] An offer
      It comes later.
- [x] A question
      Yes: it opens the talk.
";
pub(super) const TRIGGER: &str = "\
---
kind: trigger
id: too-expensive
title: It is too expensive
need: Someone has heard that the price is too high.
offer: [ask-first]
practise: the-talk
moments: [solve]
mode: live
owner: Sales
---
## Examples
- one one
- two two
- three three
- four four
- five five
- six six
- seven seven
- eight eight
- nine nine
- ten ten

## Unlike
- the flight is too expensive
";

/// A prompts folder in which everything is right, to break one thing at a time.
pub(super) fn whole() -> BTreeMap<&'static str, Vec<u8>> {
    [
        ("selling/skill.md", SKILL),
        ("selling/ask-first.md", TIP),
        ("selling/first-words.md", EXERCISE),
        ("selling/too-expensive.trigger.md", TRIGGER),
        ("selling/the-talk.ink", SCENARIO),
    ]
    .map(|(file, text)| (file, text.as_bytes().to_vec()))
    .into()
}

pub(super) fn read(files: &BTreeMap<&str, Vec<u8>>) -> Reading {
    let folder = tempfile::tempdir().unwrap();
    for (file, bytes) in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    Library::read(&Source::Folder(folder.path().to_owned()))
}

/// Reads the folder with one file in place of its own.
pub(super) fn with(file: &'static str, text: impl Into<Vec<u8>>) -> Reading {
    let mut files = whole();
    files.insert(file, text.into());
    read(&files)
}

pub(super) fn told(diagnostic: &Diagnostic) -> String {
    let severity = if diagnostic.severity == Severity::Warning { "warning " } else { "" };
    let see = diagnostic.see.as_ref().map(|see| format!(" (see {}:{})", see.file, see.line)).unwrap_or_default();
    let Diagnostic { file, line, column, found, expected, code, .. } = diagnostic;
    format!("{severity}{file}:{line}:{column} [{code}] {found} => {expected}{see}")
}

pub(super) fn all_told(reading: &Reading) -> String {
    reading.diagnostics.iter().map(told).collect::<Vec<_>>().join("\n")
}

/// The mistake stands at `file:line`, and its words hold `words`; `words` may name what would be right as well.
#[track_caller]
pub(super) fn assert_told(reading: &Reading, place: &str, code: &str, words: &str) {
    let told = all_told(reading);
    let found = reading.diagnostics.iter().any(|diagnostic| {
        format!("{}:{}", diagnostic.file, diagnostic.line) == place
            && diagnostic.code == code
            && (diagnostic.found.contains(words) || diagnostic.expected.contains(words))
    });
    assert!(found, "expected {place} [{code}] {words}, found:\n{told}");
}

/// File, what to replace in it, by what, and where what is told.
pub(super) type Case = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

#[track_caller]
pub(super) fn assert_cases(cases: &[Case]) {
    for (file, from, to, line, code, words) in cases {
        let text = String::from_utf8(whole()[file].clone()).unwrap();
        assert!(text.contains(from), "{file} has no {from:?}");
        let reading = with(file, text.replacen(from, to, 1));
        assert_told(&reading, &format!("{file}:{line}"), code, words);
    }
}
