//! Every text of the product that people read, by its id: `say!("pulse-title")`, `say!("snoozed-until", day = day)`.
//!
//! The texts stand in `prompts/messages/LANGUAGE/*.ftl`, in the syntax of Project Fluent: another language is another
//! folder with the same ids, and falls back to English for those it lacks.
//!
//! Invariants
//! - Pure: no clock, no configuration; the same id and the same values give the same text.
//! - Never fails: an id without a text is shown as it is, and the tests of this module find it before anybody else does.
//! - Texts carry no marks that isolate directions: they go into buttons and notifications as plain text.

#[cfg(test)]
mod tests;

use std::{cell::Cell, collections::HashMap, fmt, sync::LazyLock};

use chat::{Block, Span, Text};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use include_dir::{Dir, include_dir};
use unic_langid::LanguageIdentifier;

static FOLDER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/prompts/messages");
static LANGUAGES: LazyLock<Vec<Catalogue>> = LazyLock::new(|| FOLDER.dirs().filter_map(of_folder).collect());
/// The language whose texts are whole; others fall back to it.
const ENGLISH: &str = "en";

thread_local! {
    static SPOKEN: Cell<&'static str> = const { Cell::new(ENGLISH) };
}

/// A value that a text mentions: a text, or a number by which it chooses between one and many.
pub type Value<'a> = FluentValue<'a>;

/// The text of that id: `&'static str` where it mentions no values, a `String` where they are given as `name = value`.
macro_rules! say {
    ($id:literal) => {
        $crate::messages::fixed($id)
    };
    ($id:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::messages::filled($id, &[$((stringify!($name), $crate::messages::Value::from($value))),+])
    };
}
pub(crate) use say;

/// The texts of one language.
pub struct Catalogue {
    language: String,
    bundle: FluentBundle<FluentResource>,
    /// The texts that mention no values.
    fixed: HashMap<String, String>,
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalogue").field("language", &self.language).finish_non_exhaustive()
    }
}

impl Catalogue {
    /// The texts of files in Fluent's syntax; the error lists what can't be read, one mistake each.
    pub fn read(language: &str, files: &[&str]) -> Result<Self, Vec<String>> {
        let identifier: LanguageIdentifier =
            language.parse().map_err(|_| vec![format!("“{language}” isn’t a language tag such as en or de")])?;
        let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
        bundle.set_use_isolating(false);
        let (mut ids, mut wrong) = (Vec::new(), Vec::new());
        for text in files {
            let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(resource, errors)| {
                wrong.extend(errors.iter().map(ToString::to_string));
                resource
            });
            ids.extend(ids_in(text).map(str::to_owned));
            if let Err(errors) = bundle.add_resource(resource) {
                wrong.extend(errors.iter().map(ToString::to_string));
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let mut catalogue = Self { language: language.to_owned(), bundle, fixed: HashMap::new() };
        catalogue.fixed = ids.into_iter().filter_map(|id| Some((catalogue.text(&id, &[])?, id))).map(swap).collect();
        Ok(catalogue)
    }

    /// The text of that id with its values; `None` where the language has none, or it asks for a value not given.
    pub fn text(&self, id: &str, values: &[(&str, Value<'_>)]) -> Option<String> {
        let pattern = self.bundle.get_message(id)?.value()?;
        let values: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&values), &mut errors);
        errors.is_empty().then(|| text.into_owned())
    }
}

/// A text as spans: what stands between backticks is to be typed exactly so.
pub fn spans(text: &str) -> Vec<Span> {
    let parts = text.split('`').enumerate().filter(|(_, part)| !part.is_empty());
    let span = |(at, part): (usize, &str)| {
        if at % 2 == 0 { Span::Plain(part.to_owned()) } else { Span::Code(part.to_owned()) }
    };
    parts.map(span).collect()
}

/// [`spans`] as a paragraph of its own.
pub fn paragraph(text: &str) -> Text {
    Text(vec![Block::Paragraph(spans(text))])
}

/// Has every text that `compose` asks for come in a language, where that has it.
pub fn speaking<T>(language: &str, compose: impl FnOnce() -> T) -> T {
    let known = LANGUAGES.iter().find(|known| known.language == language).map_or(ENGLISH, |known| &known.language);
    let before = SPOKEN.replace(known);
    let composed = compose();
    SPOKEN.set(before);
    composed
}

/// The text of an id that mentions no values.
pub fn fixed(id: &'static str) -> &'static str {
    in_turn().find_map(|language| language.fixed.get(id)).map_or(id, String::as_str)
}

/// The text of an id with its values.
pub fn filled(id: &'static str, values: &[(&str, Value<'_>)]) -> String {
    in_turn().find_map(|language| language.text(id, values)).unwrap_or_else(|| id.to_owned())
}

/// The language that is spoken, then English.
fn in_turn() -> impl Iterator<Item = &'static Catalogue> {
    let spoken = SPOKEN.get();
    let fallback = (spoken != ENGLISH).then_some(ENGLISH);
    [spoken].into_iter().chain(fallback).filter_map(|tag| LANGUAGES.iter().find(|known| known.language == tag))
}

/// What a folder of the binary holds; nothing where it can't be read, which the tests find.
fn of_folder(folder: &'static Dir<'_>) -> Option<Catalogue> {
    let files: Vec<&str> = folder.files().filter_map(include_dir::File::contents_utf8).collect();
    Catalogue::read(folder.path().file_name()?.to_str()?, &files).ok()
}

/// The ids of a file, in its order.
fn ids_in(file: &str) -> impl Iterator<Item = &str> {
    let id = |line: &'_ str| line.starts_with(|first: char| first.is_ascii_alphabetic());
    file.lines().filter(move |line| id(line)).filter_map(|line| Some(line.split_once('=')?.0.trim()))
}

fn swap<A, B>((a, b): (A, B)) -> (B, A) {
    (b, a)
}
