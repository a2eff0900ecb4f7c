//! A file while it is read, with the mistakes found in it so far.

use super::{
    diagnostic::{At, Diagnostic, Severity},
    folder::Document,
};

/// How many mistakes of one file are told; who mends these sees the next ones.
const TOLD: usize = 50;

/// A file while it is read.
pub(super) struct Page<'a> {
    pub(super) document: &'a Document,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'a> Page<'a> {
    pub(super) fn open(document: &'a Document) -> Self {
        let mut page = Self { document, diagnostics: Vec::new() };
        page.refuse_invisible();
        page
    }

    pub(super) fn error(&mut self, code: &'static str, at: At, found: impl Into<String>, expected: impl Into<String>) {
        self.tell(Diagnostic::new(self.document, at, code, found, expected));
    }

    pub(super) fn warn(&mut self, code: &'static str, at: At, found: impl Into<String>, expected: impl Into<String>) {
        self.tell(Diagnostic::new(self.document, at, code, found, expected).warning());
    }

    /// A mistake that has to do with another place in the same file.
    pub(super) fn error_see(
        &mut self,
        code: &'static str,
        at: At,
        found: impl Into<String>,
        expected: impl Into<String>,
        other: At,
    ) {
        self.tell(Diagnostic::new(self.document, at, code, found, expected).see(self.document, other));
    }

    fn tell(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < TOLD {
            self.diagnostics.push(diagnostic);
        }
    }

    /// True when what was read must not be used.
    pub(super) fn is_broken(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// The file's name without its folder.
    pub(super) fn name(&self) -> &str {
        self.document.file.rsplit('/').next().unwrap_or_default()
    }

    pub(super) fn line_count(&self) -> usize {
        self.document.text.lines().count().max(1)
    }

    /// Control characters show nowhere and turn up when something was pasted or is no text at all.
    fn refuse_invisible(&mut self) {
        for (number, line) in self.document.text.lines().enumerate() {
            if let Some(column) = line.chars().position(|c| c.is_control() && c != '\t') {
                let at = At::new(number + 1, column + 1, 1);
                self.error("control-character", at, "an invisible control character", "plain text; type the line anew");
                return;
            }
        }
    }
}
