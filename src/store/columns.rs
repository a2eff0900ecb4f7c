//! How the words of the house stand in columns: names and JSON as text, instants and counts as integers.

use std::str::FromStr;

use chat::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use super::{StoreError, quarantine::FORMAT};

/// A value as JSON text.
pub(super) fn write_json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    Ok(serde_json::to_string(value)?)
}

/// A value as JSON text, where there is one.
pub(super) fn write_optional_json<T: Serialize>(value: Option<&T>) -> Result<Option<String>, StoreError> {
    value.map(write_json).transpose()
}

/// Reads what [`write_json`] wrote.
pub(super) fn read_json<T: DeserializeOwned>(text: &str, column: &'static str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Unreadable { column, source: Some(source) })
}

/// Reads what [`write_optional_json`] wrote.
pub(super) fn read_optional_json<T: DeserializeOwned>(
    text: Option<&str>,
    column: &'static str,
) -> Result<Option<T>, StoreError> {
    text.map(|text| read_json(text, column)).transpose()
}

/// Sees whether the JSON of a row is of a version that this Kairos knows.
pub(super) fn read_format(version: i64) -> Result<(), StoreError> {
    if version > FORMAT { Err(StoreError::Unreadable { column: "format", source: None }) } else { Ok(()) }
}

/// Reads one of a fixed set of names.
pub(super) fn read_name<T: FromStr>(text: &str, column: &'static str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Unreadable { column, source: None })
}

/// Reads a small number.
pub(super) fn read_small(number: i64, column: &'static str) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| StoreError::Unreadable { column, source: None })
}

/// Reads the result of a `COUNT`, which is never below zero.
pub(super) fn read_count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// An instant, where there is one.
pub(super) fn write_instant(instant: Option<Timestamp>) -> Option<i64> {
    instant.map(Timestamp::as_ms)
}

/// Reads what [`write_instant`] wrote.
pub(super) fn read_instant(ms: Option<i64>) -> Option<Timestamp> {
    ms.map(Timestamp::from_ms)
}
