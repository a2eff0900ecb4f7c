//! Lays the configuration file and the environment over the defaults, and remembers where each value was read.
//!
//! Invariants
//! - The known keys are those of the embedded TOML; there is no second list.
//! - Reading never stops at the first mistake.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Serialize;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    DEFAULT_TOML,
    alerts::KEYS as SOURCE_KEYS,
    mistake::{Mistake, Source},
    secret::masked,
    values::Right,
};

/// The table whose keys are the user's own.
const OPEN_TABLE: &str = "channels.modes";
/// The table whose tables are the user's own.
const SOURCES: &str = "alerts.sources";
/// The key of a source that may hold a list.
const LIST: &str = "workspaces";
/// Variables that are ours and no setting.
const OTHER_VARIABLES: [&str; 1] = ["KAIROS_CONFIG"];
/// Beginning of variables that tests read.
const TEST_VARIABLES: &str = "KAIROS_TEST_";

/// A value as it was written, and where.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) text: String,
    pub(super) source: Source,
}

/// One setting in force, fit to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// The key, e.g. `http.listen`.
    pub key: String,
    /// The value as it was written; a secret or a password in it is masked.
    pub value: String,
    /// Where it was read.
    pub source: Source,
}

/// The raw configuration, and what is wrong with it so far.
pub(super) struct Reader {
    values: BTreeMap<String, Found>,
    /// The entries of the open table, by the user's key.
    entries: BTreeMap<String, Found>,
    /// The sources of alerts, by the user's name, then by key.
    sources: BTreeMap<String, BTreeMap<String, Found>>,
    pub(super) mistakes: Vec<Mistake>,
    pub(super) warnings: Vec<Mistake>,
}

impl Reader {
    pub(super) fn new(file: Option<(PathBuf, String)>, env: impl Iterator<Item = (String, String)>) -> Self {
        let mut reader = Self {
            values: BTreeMap::new(),
            entries: BTreeMap::new(),
            sources: BTreeMap::new(),
            mistakes: Vec::new(),
            warnings: Vec::new(),
        };
        reader.take_toml(DEFAULT_TOML, None);
        if let Some((path, text)) = file {
            reader.take_toml(&text, Some(&path));
        }
        reader.take_environment(env);
        reader
    }

    /// The value of `key` as `read` understands it; `None` after noting a mistake.
    pub(super) fn read<T>(&mut self, key: &str, read: impl FnOnce(&str) -> Result<T, Right>) -> Option<T> {
        let Some(found) = self.values.get(key) else {
            // A key that the embedded TOML lacks is our own slip; the test over the defaults finds it.
            self.mistakes.push(Mistake::other(Source::Default, format!("{key} has no default")));
            return None;
        };
        match read(&found.text) {
            Ok(value) => Some(value),
            Err(right) => {
                let found_text = masked(key, &found.text);
                self.mistakes.push(Mistake::value(found.source.clone(), key, &found_text, &right));
                None
            }
        }
    }

    /// Where the value of `key` was read.
    pub(super) fn source(&self, key: &str) -> Source {
        self.values.get(key).map_or(Source::Default, |found| found.source.clone())
    }

    /// The entries of the open table; taken out, so that they are judged once.
    pub(super) fn entries(&self) -> BTreeMap<String, Found> {
        self.entries.clone()
    }

    /// The sources of alerts.
    pub(super) fn sources(&self) -> BTreeMap<String, BTreeMap<String, Found>> {
        self.sources.clone()
    }

    /// Everything in force, fit to be shown.
    pub(super) fn settings(&self) -> Vec<Setting> {
        let entries = self.entries.iter().map(|(name, found)| (format!("{OPEN_TABLE}.\"{name}\""), found));
        let sources = self
            .sources
            .iter()
            .flat_map(|(name, table)| table.iter().map(move |(key, found)| (format!("{SOURCES}.{name}.{key}"), found)));
        let values = self.values.iter().map(|(key, found)| (key.clone(), found));
        let shown = |(key, found): (String, &Found)| Setting {
            value: masked(&key, &found.text),
            source: found.source.clone(),
            key,
        };
        values.chain(entries).chain(sources).map(shown).collect()
    }

    /// Takes every value of a TOML text: the defaults when it has no path.
    fn take_toml(&mut self, text: &str, path: Option<&Path>) {
        let at = |offset: usize| match path {
            None => Source::Default,
            Some(path) => {
                let before = text.get(..offset).unwrap_or(text);
                Source::File { path: path.to_owned(), line: before.matches('\n').count() + 1 }
            }
        };
        // Only the message of a parser's error is shown: with the source line it could show a secret.
        match DeTable::parse(text) {
            Ok(table) => self.take_table("", table.get_ref(), &at),
            Err(error) => {
                let offset = error.span().map_or(0, |span| span.start);
                self.mistakes.push(Mistake::other(at(offset), format!("this is not TOML: {}", error.message().trim())));
            }
        }
    }

    fn take_table(&mut self, prefix: &str, table: &DeTable<'_>, at: &dyn Fn(usize) -> Source) {
        for (name, value) in table {
            let key =
                if prefix.is_empty() { name.get_ref().to_string() } else { format!("{prefix}.{}", name.get_ref()) };
            let source = at(name.span().start);
            match value.get_ref() {
                _ if prefix == OPEN_TABLE => self.take_entry(name.get_ref(), value, source),
                _ if prefix.starts_with(SOURCES) && prefix.len() > SOURCES.len() => {
                    self.take_source(&prefix[SOURCES.len() + 1..], name.get_ref(), value, source);
                }
                DeValue::Table(inner) if source == Source::Default || prefix == SOURCES || self.is_section(&key) => {
                    self.take_table(&key, inner, at);
                }
                _ if source == Source::Default || self.values.contains_key(&key) => {
                    self.take_value(&key, value, source);
                }
                DeValue::Table(_) => {
                    let sections = self.sections();
                    let known = sections.iter().map(String::as_str);
                    self.mistakes.push(Mistake::unknown(source, "section", &key, known));
                }
                _ => self.mistakes.push(Mistake::unknown(source, "key", &key, self.values.keys().map(String::as_str))),
            }
        }
    }

    fn take_value(&mut self, key: &str, value: &Spanned<DeValue<'_>>, source: Source) {
        match written(value.get_ref()) {
            Some(text) => {
                self.values.insert(key.to_owned(), Found { text, source });
            }
            None => self.mistakes.push(Mistake::value(
                source,
                key,
                value.get_ref().type_str(),
                "a single value (text in quotes, or a number)",
            )),
        }
    }

    fn take_entry(&mut self, name: &str, value: &Spanned<DeValue<'_>>, source: Source) {
        match written(value.get_ref()) {
            Some(text) => {
                self.entries.insert(name.to_owned(), Found { text, source });
            }
            None => self.mistakes.push(Mistake::other(
                source,
                format!("{OPEN_TABLE}: {name} is no entry; \"platform/workspace/channel\" = \"live\" would be right"),
            )),
        }
    }

    fn take_source(&mut self, of: &str, name: &str, value: &Spanned<DeValue<'_>>, source: Source) {
        let key = format!("{SOURCES}.{of}.{name}");
        match written(value.get_ref()) {
            _ if !SOURCE_KEYS.contains(&name) => {
                let known = SOURCE_KEYS.map(|key| format!("{SOURCES}.{of}.{key}"));
                self.mistakes.push(Mistake::unknown(source, "key", &key, known.iter().map(String::as_str)));
            }
            None if name == LIST => {
                if let Some(text) = listed(value.get_ref()) {
                    self.sources.entry(of.to_owned()).or_default().insert(name.to_owned(), Found { text, source });
                } else {
                    let kind = value.get_ref().type_str();
                    self.mistakes.push(Mistake::value(source, &key, kind, "a list of texts in quotes"));
                }
            }
            Some(text) => {
                self.sources.entry(of.to_owned()).or_default().insert(name.to_owned(), Found { text, source });
            }
            None => {
                let kind = value.get_ref().type_str();
                self.mistakes.push(Mistake::value(source, &key, kind, "a single value (text in quotes)"));
            }
        }
    }

    /// Takes a variable such as `KAIROS_ALERTS_SOURCES_CRM_SECRET`, so that a secret need not stand in a file.
    fn take_source_variable(&mut self, variable: &str, text: &str) -> bool {
        let rest = variable.strip_prefix(&variable_of(SOURCES)).and_then(|rest| rest.strip_prefix('_'));
        let Some(rest) = rest.map(str::to_lowercase) else { return false };
        // The longest key first: `previous_secret` ends in another key.
        let mut keys = SOURCE_KEYS;
        keys.sort_by_key(|key| std::cmp::Reverse(key.len()));
        let split = |key: &&str| rest.strip_suffix(*key)?.strip_suffix('_').map(str::to_owned);
        let Some((name, key)) = keys.iter().find_map(|key| Some((split(key).filter(|name| !name.is_empty())?, *key)))
        else {
            return false;
        };
        let name = self.sources.keys().find(|known| known.replace('-', "_") == name).cloned().unwrap_or(name);
        let source = Source::Environment { variable: variable.to_owned() };
        if !text.trim().is_empty() {
            let found = Found { text: text.trim().to_owned(), source };
            self.sources.entry(name).or_default().insert(key.to_owned(), found);
        }
        true
    }

    fn is_section(&self, key: &str) -> bool {
        self.sections().iter().any(|section| section == key)
    }

    /// The known sections: what stands before the last dot of a known key, and the open table.
    fn sections(&self) -> Vec<String> {
        let mut sections: Vec<String> =
            self.values.keys().filter_map(|key| key.rsplit_once('.')).map(|(section, _)| section.to_owned()).collect();
        sections.extend([OPEN_TABLE, SOURCES, "alerts"].map(str::to_owned));
        sections.dedup();
        sections
    }

    fn take_environment(&mut self, env: impl Iterator<Item = (String, String)>) {
        let keys: BTreeMap<String, String> = self.values.keys().map(|key| (variable_of(key), key.clone())).collect();
        // Sorted, so that the same environment is always told in the same order.
        let ours: BTreeMap<String, String> = env.filter(|(name, _)| name.starts_with("KAIROS_")).collect();
        for (variable, text) in ours {
            let source = Source::Environment { variable: variable.clone() };
            if let Some(key) = keys.get(&variable) {
                let text = text.trim().to_owned();
                if !text.is_empty() {
                    self.values.insert(key.clone(), Found { text, source });
                }
            } else if self.take_source_variable(&variable, &text) {
                // A source's own.
            } else if variable == variable_of(OPEN_TABLE) {
                self.mistakes
                    .push(Mistake::other(source, format!("{OPEN_TABLE} is set in the configuration file only")));
            } else if !variable.starts_with(TEST_VARIABLES) && !OTHER_VARIABLES.contains(&variable.as_str()) {
                let known = keys.keys().map(String::as_str).chain(OTHER_VARIABLES);
                // No mistake: Kubernetes sets KAIROS_PORT and others of the kind for a service that is named kairos.
                self.warnings.push(Mistake::unknown(source, "setting", &variable, known));
            }
        }
    }
}

/// The environment variable that sets `key`.
pub(super) fn variable_of(key: &str) -> String {
    format!("KAIROS_{}", key.replace('.', "_").to_uppercase())
}

/// A list of texts as they would stand in a variable, with commas; `None` for anything else.
fn listed(value: &DeValue<'_>) -> Option<String> {
    let DeValue::Array(entries) = value else { return None };
    let texts = entries.iter().map(|entry| written(entry.get_ref())).collect::<Option<Vec<_>>>()?;
    Some(texts.join(", "))
}

/// A single TOML value as text; `None` for tables and lists.
fn written(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.trim().to_owned()),
        DeValue::Integer(number) => {
            let decimal = i128::from_str_radix(number.as_str(), number.radix()).map(|number| number.to_string());
            Some(decimal.unwrap_or_else(|_| number.to_string()))
        }
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(is_true) => Some(is_true.to_string()),
        DeValue::Datetime(instant) => Some(instant.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}
