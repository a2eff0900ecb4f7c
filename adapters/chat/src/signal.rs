//! What other systems tell about work: numbers that were observed, and alerts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Something that another system told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// The same for every delivery of the same; unique over all sources.
    pub id: String,
    /// Whom it is about; `None`: a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<PersonKey>,
    /// What it says.
    pub what: Said,
}

/// What a signal says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "said", rename_all = "snake_case")]
pub enum Said {
    /// A number.
    Observation(Observation),
    /// An alert, or its end.
    Alert(Alert),
}

impl Said {
    /// When the window of a number ended, or an alert began or ended.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Observation(seen) => seen.until,
            Self::Alert(alert) => alert.at,
        }
    }
}

/// A person as some system names them: `email` and an address, `crm` and an owner's id, `slack` and a user's id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PersonKey {
    /// The kind of name, a lower-case word.
    pub scheme: String,
    /// The name. Never for logs.
    pub value: String,
}

impl PersonKey {
    /// Reads `scheme:value`; what has no scheme and an `@` is an e-mail address. E-mail addresses are compared in lower
    /// case. `None` for what is empty or too long.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (scheme, value) = match text.split_once(':') {
            Some((scheme, value)) if is_word(scheme) => (scheme.to_owned(), value.trim()),
            _ if text.contains('@') => ("email".to_owned(), text),
            _ => return None,
        };
        Self::new(&scheme, value)
    }

    /// A name of a kind; `None` for what is empty or too long.
    pub fn new(scheme: &str, value: &str) -> Option<Self> {
        let scheme = scheme.trim().to_lowercase();
        let value = value.trim();
        let value = if scheme == "email" { value.to_lowercase() } else { value.to_owned() };
        let is_right = is_word(&scheme) && !value.is_empty() && value.len() <= 320 && !value.contains(char::is_control);
        is_right.then_some(Self { scheme, value })
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= 30 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A number that was observed about somebody's work.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The name of the measure.
    pub measure: String,
    /// How many of the cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numerator: Option<f64>,
    /// How many cases, or how much exposure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denominator: Option<f64>,
    /// The number itself, where it is no share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// When its window begins, where that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// When its window ends.
    pub until: Timestamp,
    /// What is usual, where the source knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<f64>,
    /// Whatever else the source says, bounded.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// An alert of another system, or its end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// Its name: what triggers answer.
    pub name: String,
    /// The same for the beginning and the end of one alert.
    pub fingerprint: String,
    /// False when it is over.
    pub firing: bool,
    /// When it began, or ended.
    pub at: Timestamp,
    /// Whatever else the source says, bounded.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}
