//! What is wrong with a configuration, told so that whoever wrote it can mend it.
//!
//! Invariants
//! - A mistake names the key, where it was read, what was found and what would be right.
//! - A secret is never part of it, and neither is the value of an unknown key, which may be a misspelt secret.

use std::{fmt, path::PathBuf};

use serde::Serialize;

/// Where a value was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase", tag = "from")]
pub enum Source {
    /// The TOML inside the program.
    Default,
    /// The configuration file.
    File {
        /// Its path as it was given.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// An environment variable.
    Environment {
        /// Its name.
        variable: String,
    },
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment { variable } => write!(f, "environment variable {variable}"),
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    source: Source,
    text: String,
}

impl Mistake {
    /// The value of a known key that doesn't fit; `found` is masked already.
    pub(super) fn value(source: Source, key: &str, found: &str, right: &str) -> Self {
        Self { source, text: format!("{key} is {found:?}, but {right} would be right") }
    }

    /// A name nobody knows, with the nearest that somebody does.
    pub(super) fn unknown<'a>(
        source: Source,
        manner: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let hint = nearest(name, known).map_or_else(String::new, |near| format!("; did you mean {near}?"));
        Self { source, text: format!("there is no {manner} {name}{hint}") }
    }

    /// Anything else.
    pub(super) fn other(source: Source, text: impl Into<String>) -> Self {
        Self { source, text: text.into() }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.source, self.text)
    }
}

/// Everything that is wrong with a configuration; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// In the order in which people mend them: the file from top to bottom, then the environment.
    pub(super) fn new(mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by(|one, other| one.source.cmp(&other.source));
        Self(mistakes)
    }

    /// The configuration file that can't be read.
    pub fn unreadable(path: PathBuf, error: &std::io::Error) -> Self {
        Self(vec![Mistake::other(Source::File { path, line: 1 }, format!("the file can't be read: {error}"))])
    }

    /// What is wrong, in the order in which people mend it.
    pub fn iter(&self) -> impl Iterator<Item = &Mistake> {
        self.0.iter()
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        writeln!(f, "the configuration has {count} mistake{}:", if count == 1 { "" } else { "s" })?;
        for mistake in &self.0 {
            writeln!(f, "  {mistake}")?;
        }
        f.write_str("`kairos config` prints every key with what is allowed")
    }
}

impl std::error::Error for Mistakes {}

/// The known name that looks most like `name`, when one does. What all variables begin with says nothing.
fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let telling = |name: &str| name.strip_prefix("KAIROS_").unwrap_or(name).to_lowercase();
    known
        .into_iter()
        .map(|near| (strsim::normalized_damerau_levenshtein(&telling(name), &telling(near)), near))
        .filter(|(likeness, _)| *likeness > 0.5)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, near)| near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_a_stranger_is_not() {
        let known = ["KAIROS_HTTP_LISTEN", "KAIROS_STORE_URL", "KAIROS_CONFIG"];
        assert_eq!(nearest("KAIROS_HTTP_LISTN", known), Some("KAIROS_HTTP_LISTEN"));
        assert_eq!(nearest("KAIROS_STORE", known), Some("KAIROS_STORE_URL"));
        assert_eq!(nearest("KAIROS_X", known), None);
    }
}
