//! The front matter: the keys and values at the head of a file, each with its place.
//!
//! Invariants
//! - Values are text as it was typed: `title: 2024` and `language: no` are words, whatever YAML thinks of them.
//! - Reading takes no stack: however deep a value is nested, it is refused at the second level.

use saphyr_parser::{Event, Parser, Span};

use super::{diagnostic::At, page::Page};

/// The head of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct FrontMatter {
    pub(super) fields: Vec<Field>,
    /// The line below the head, counted from one.
    pub(super) body_line: usize,
    /// Where the body starts, in bytes.
    pub(super) body_start: usize,
}

/// One key with its value.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) key: String,
    pub(super) at: At,
    pub(super) value: Value,
    pub(super) value_at: At,
}

/// What stands behind a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Nothing.
    Empty,
    /// One value.
    One(String),
    /// A list.
    Many(Vec<(String, At)>),
    /// Something with keys or lists inside.
    Nested,
}

impl FrontMatter {
    pub(super) fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// Where the value of `key` stands, or the head's first line.
    pub(super) fn value_at(&self, key: &str) -> At {
        self.field(key).map_or(At::line(1), |field| field.value_at)
    }

    /// Where the entry of the list behind `key` stands that says `entry`.
    pub(super) fn entry_at(&self, key: &str, entry: &str) -> At {
        let entries = match self.field(key).map(|field| &field.value) {
            Some(Value::Many(entries)) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().find(|(text, _)| text == entry).map_or_else(|| self.value_at(key), |(_, at)| *at)
    }

    /// Reads the head of a Markdown file; `None` when there is none that could be read.
    pub(super) fn read(page: &mut Page<'_>) -> Option<Self> {
        let text = &page.document.text;
        let mut lines = text.split_inclusive('\n');
        let first = lines.next().unwrap_or_default();
        if first.trim_start_matches('\u{feff}').trim_end() != "---" {
            page.error(
                "no-front-matter",
                At::line(1),
                "the file does not begin with a front matter",
                "a line of `---`, then `kind: …` and the other keys, then another line of `---`",
            );
            return None;
        }
        let (start, mut end, mut line) = (first.len(), first.len(), 2);
        for candidate in lines {
            if candidate.trim_end() == "---" {
                let fields = read_yaml(page, &text[start..end])?;
                return Some(Self { fields, body_line: line + 1, body_start: end + candidate.len() });
            }
            end += candidate.len();
            line += 1;
        }
        page.error(
            "no-front-matter",
            At::line(1),
            "the front matter has no end",
            "a second line of `---` below the keys",
        );
        None
    }
}

/// What the reader of YAML events is in the middle of.
#[derive(Default)]
struct Reader {
    fields: Vec<Field>,
    key: Option<(String, At)>,
    list: Option<(Vec<(String, At)>, At)>,
    /// Open collections: 1 inside the head itself.
    depth: usize,
    /// The depth of a value that is nested too deep, until it closes.
    nested_at: Option<(usize, At)>,
}

fn read_yaml(page: &mut Page<'_>, yaml: &str) -> Option<Vec<Field>> {
    let mut reader = Reader::default();
    for event in Parser::new_from_str(yaml) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                // Markers count from the line below the first `---`.
                let line = (error.marker().line() + 1).min(page.line_count());
                page.error(
                    "yaml",
                    At::line(line),
                    format!("the front matter can't be read: {}", error.info()),
                    YAML_HELP,
                );
                return None;
            }
        };
        if !reader.take(&event, place(&span)) {
            let at = place(&span);
            page.error("yaml", at, "the front matter is not a list of keys", "one `key: value` a line");
            return None;
        }
    }
    refuse_repeated(page, &mut reader.fields);
    warn_of_comments(page, &reader.fields);
    Some(reader.fields)
}

/// Warns where YAML takes the end of a value for a comment: `title: Ticket #7` would lose its number without a word.
fn warn_of_comments(page: &mut Page<'_>, fields: &[Field]) {
    for field in fields.iter().filter(|field| matches!(field.value, Value::One(_))) {
        let line = page.document.text.lines().nth(field.value_at.line - 1).unwrap_or_default();
        let behind: String = line.chars().skip(field.value_at.column - 1 + field.value_at.width).collect();
        if behind.trim_start_matches(['"', '\'']).trim_start().starts_with('#') {
            let found = format!("`{}` ends before the `#`: what stands behind it counts as a comment", field.key);
            page.warn(
                "yaml-comment",
                field.value_at,
                found,
                "the whole value in quotes, or the comment on a line of its own",
            );
        }
    }
}

const YAML_HELP: &str = "one `key: value` a line; a value with a colon, a `#` or quotes inside stands in quotes, \
                         e.g. `title: \"First: ask\"`, and a list is written `[one, two]`";

impl Reader {
    /// Takes one event; false for a head that is not a mapping.
    fn take(&mut self, event: &Event<'_>, at: At) -> bool {
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                self.depth += 1;
                let list = matches!(event, Event::SequenceStart(..));
                match self.depth {
                    1 => return !list,
                    2 if self.key.is_none() => return false,
                    2 if list => self.list = Some((Vec::new(), at)),
                    _ if self.nested_at.is_none() => self.nested_at = Some((self.depth, at)),
                    _ => {}
                }
            }
            Event::MappingEnd | Event::SequenceEnd => {
                self.depth -= 1;
                if self.depth == 1 {
                    let value = match (self.nested_at.take(), self.list.take()) {
                        (Some((_, at)), _) => (Value::Nested, at),
                        (None, Some((entries, at))) => (Value::Many(entries), at),
                        (None, None) => (Value::Empty, at),
                    };
                    self.close(value.0, value.1);
                }
            }
            Event::Scalar(text, style, ..) => {
                let empty = text.is_empty() && *style == saphyr_parser::ScalarStyle::Plain;
                return self.scalar(text, at, empty);
            }
            Event::Alias(_) if self.depth == 1 && self.key.is_some() => self.close(Value::Nested, at),
            Event::Alias(_) if self.depth == 1 => return false,
            Event::Alias(_) => self.nested_at = self.nested_at.or(Some((self.depth, at))),
            _ => {}
        }
        true
    }

    fn scalar(&mut self, text: &str, at: At, empty: bool) -> bool {
        match (self.depth, self.key.is_some(), &mut self.list) {
            (0, ..) => return empty,
            (1, false, _) => self.key = Some((text.to_owned(), at)),
            (1, true, _) => {
                let value = if empty { Value::Empty } else { Value::One(text.trim_end().to_owned()) };
                self.close(value, at);
            }
            (2, _, Some((entries, _))) => entries.push((text.trim_end().to_owned(), at)),
            _ => {}
        }
        true
    }

    fn close(&mut self, value: Value, value_at: At) {
        if let Some((key, at)) = self.key.take() {
            self.fields.push(Field { key, at, value, value_at });
        }
    }
}

fn place(span: &Span) -> At {
    let width = if span.start.line() == span.end.line() { span.end.col().saturating_sub(span.start.col()) } else { 0 };
    At::new(span.start.line() + 1, span.start.col() + 1, width)
}

/// Tells of keys that stand twice, and keeps the first of each.
pub(super) fn refuse_repeated(page: &mut Page<'_>, fields: &mut Vec<Field>) {
    let mut kept: Vec<Field> = Vec::new();
    for field in fields.drain(..) {
        if let Some(first) = kept.iter().find(|first| first.key == field.key) {
            let found = format!("`{}` stands here a second time", field.key);
            page.error_see("repeated-key", field.at, found, "one of the two", first.at);
        } else {
            kept.push(field);
        }
    }
    *fields = kept;
}
