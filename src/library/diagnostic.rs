//! An author's mistake, told so that its author can put it right.
//!
//! Invariants
//! - A diagnostic says where (file, line, source line), what was found, and what would be right.
//! - What is shown can't upset a terminal: control characters are replaced and long lines are cut.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceSpan};
use serde::Serialize;

use super::folder::Document;

/// The longest part of a source line that is shown, in characters.
const SHOWN_CHARACTERS: usize = 200;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The thing is left out of the library.
    Error,
    /// The thing works and would work better.
    Warning,
}

/// A place in a file: lines and columns are counted from one, columns and widths in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) width: usize,
}

impl At {
    /// The place of `width` characters from `column` on.
    pub(super) const fn new(line: usize, column: usize, width: usize) -> Self {
        Self { line, column, width }
    }

    /// The start of a line.
    pub(super) const fn line(line: usize) -> Self {
        Self::new(line, 1, 0)
    }
}

/// Another place that has to do with a mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Spot {
    /// Path below the prompts folder.
    pub file: String,
    /// Counted from one.
    pub line: usize,
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The kind of mistake, stable, for programs: `unknown-key`.
    pub code: &'static str,
    /// Path below the prompts folder.
    pub file: String,
    /// Counted from one.
    pub line: usize,
    /// Counted from one, in characters of `source_line`.
    pub column: usize,
    /// How many characters of `source_line` are meant; 0 for the line as a whole.
    pub width: usize,
    /// The line as it stands in the file, cut where it is long.
    pub source_line: String,
    /// What was found.
    pub found: String,
    /// What would be right.
    pub expected: String,
    /// The other place, e.g. of a duplicate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub see: Option<Spot>,
}

impl Diagnostic {
    /// A mistake at a place of `document`.
    pub(super) fn new(
        document: &Document,
        at: At,
        code: &'static str,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        let line = document.text.lines().nth(at.line.saturating_sub(1)).unwrap_or_default();
        let (source_line, column, width) = excerpt(line, at);
        Self {
            severity: Severity::Error,
            code,
            file: document.file.clone(),
            line: at.line.max(1),
            column,
            width,
            source_line,
            found: printable(&found.into()),
            expected: printable(&expected.into()),
            see: None,
        }
    }

    /// A mistake of a file or folder that has no lines to show.
    pub(super) fn of_file(
        file: &str,
        code: &'static str,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        let document = Document { file: printable(file), text: String::new() };
        Self::new(&document, At::line(1), code, found, expected)
    }

    /// The same as a warning.
    pub(super) fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// The same, with the other place that has to do with it.
    pub(super) fn see(mut self, document: &Document, at: At) -> Self {
        self.see = Some(Spot { file: document.file.clone(), line: at.line });
        self
    }

    /// Drawn for a person, the source line with the place underlined.
    pub fn render(&self, colours: bool) -> String {
        let theme = if colours { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme).with_width(110).with_links(false);
        let mut drawn = String::new();
        match handler.render_report(&mut drawn, &Drawn(self)) {
            Ok(()) => drawn,
            Err(_) => format!("{self}\n"),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}; {}", self.file, self.line, self.found, self.expected)
    }
}

/// A diagnostic as miette draws it.
#[derive(Debug)]
struct Drawn<'a>(&'a Diagnostic);

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.found)?;
        if self.0.source_line.is_empty() {
            write!(f, " ({}:{})", self.0.file, self.0.line)?;
        }
        Ok(())
    }
}

impl std::error::Error for Drawn<'_> {}

impl miette::Diagnostic for Drawn<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.0.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.0.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let see = self.0.see.as_ref().map(|see| format!("\nsee also {}:{}", see.file, see.line));
        Some(Box::new(format!("{}{}", self.0.expected, see.unwrap_or_default())))
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        (!self.0.source_line.is_empty()).then_some(self as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let line = &self.0.source_line;
        let start = byte_of(line, self.0.column - 1);
        let end = if self.0.width == 0 { line.len() } else { byte_of(line, self.0.column - 1 + self.0.width) };
        Some(Box::new(std::iter::once(LabeledSpan::new(None, start, end.saturating_sub(start).max(1)))))
    }
}

impl miette::SourceCode for Drawn<'_> {
    // Only the one line is at hand, under its own number: the whole file is not kept for the sake of a report.
    fn read_span<'a>(
        &'a self,
        _span: &SourceSpan,
        _before: usize,
        _after: usize,
    ) -> Result<Box<dyn miette::SpanContents<'a> + 'a>, miette::MietteError> {
        let whole = SourceSpan::new(0.into(), self.0.source_line.len());
        Ok(Box::new(miette::MietteSpanContents::new_named(
            self.0.file.clone(),
            self.0.source_line.as_bytes(),
            whole,
            self.0.line - 1,
            0,
            1,
        )))
    }
}

/// Where the character with the given number starts, in bytes.
fn byte_of(line: &str, character: usize) -> usize {
    line.char_indices().nth(character).map_or(line.len(), |(byte, _)| byte)
}

/// The part of a line around a place, with the place's column and width in it.
fn excerpt(line: &str, at: At) -> (String, usize, usize) {
    let column = at.column.max(1);
    let skipped = if column > SHOWN_CHARACTERS { column - 1 - SHOWN_CHARACTERS / 4 } else { 0 };
    let mut shown: String = line.chars().skip(skipped).take(SHOWN_CHARACTERS).map(shown_character).collect();
    if line.chars().nth(skipped + SHOWN_CHARACTERS).is_some() {
        shown.push('…');
    }
    let column = (column - skipped).min(shown.chars().count().max(1));
    let width = at.width.min((shown.chars().count() + 1).saturating_sub(column));
    (shown, column, width)
}

/// Text without anything that would move a terminal's cursor; newlines stay.
fn printable(text: &str) -> String {
    let mut shown: String = text.chars().take(2_000).map(|c| if c == '\n' { c } else { shown_character(c) }).collect();
    shown.truncate(shown.trim_end().len());
    shown
}

fn shown_character(character: char) -> char {
    match character {
        '\t' => ' ',
        // The second half are the characters that turn the direction of writing around.
        c if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => '\u{fffd}',
        c => c,
    }
}

/// The word of `known` that `word` was probably meant to be.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Distances of long hostile words are quadratic, and nobody mistypes sixty letters.
    if word.chars().count() > 80 {
        return None;
    }
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&word.to_lowercase(), candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// A question that offers the nearest word, or nothing.
pub(super) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

/// Text cut to at most `limit` characters, for a message.
pub(super) fn short(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(limit.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        Document { file: "skill/a.md".into(), text: text.into() }
    }

    #[test]
    fn the_place_is_underlined_under_its_own_line_number() {
        let document = document("---\nkind: tip\ntitel: Über alles\n---\n");
        let diagnostic =
            Diagnostic::new(&document, At::new(3, 1, 5), "unknown-key", "unknown key `titel`", "did you mean `title`?");
        let drawn = diagnostic.render(false);
        assert!(drawn.contains("skill/a.md:3:1"), "{drawn}");
        assert!(drawn.contains("3 │ titel: Über alles"), "{drawn}");
        assert!(drawn.contains("did you mean `title`?"), "{drawn}");
    }

    #[test]
    fn a_line_of_a_hundred_thousand_letters_is_cut_around_the_place() {
        let document = document(&"ä".repeat(100_000));
        let diagnostic = Diagnostic::new(&document, At::new(1, 90_000, 3), "x", "found", "expected");
        assert!(diagnostic.source_line.chars().count() <= SHOWN_CHARACTERS + 1);
        assert!(!diagnostic.render(true).is_empty());
    }

    #[test]
    fn escape_sequences_do_not_reach_the_terminal() {
        let document = document("a\u{1b}[2Jb");
        let diagnostic = Diagnostic::new(&document, At::line(1), "x", "\u{1b}[2J", "");
        assert!(!diagnostic.render(false).contains('\u{1b}'));
    }

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_another_word_is_not() {
        assert_eq!(nearest("titel", ["title", "kind"]), Some("title"));
        assert_eq!(nearest("zebra", ["title", "kind"]), None);
    }
}
