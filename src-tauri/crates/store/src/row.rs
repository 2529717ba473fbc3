//! Values in and out of rows.

use crate::{database::Step, error::StoreError};
use rusqlite::{Connection, Params, Row};
use serde::{Serialize, de::DeserializeOwned};
use std::path::Path;

/// Every row of a query, each turned into a value.
pub(crate) fn all<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    mut value: impl FnMut(&Row<'_>) -> Step<T>,
) -> Step<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    let mut values = Vec::new();
    while let Some(row) = rows.next()? {
        values.push(value(row)?);
    }
    Ok(values)
}

/// The first row of a query, if there is one.
pub(crate) fn first<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    value: impl FnOnce(&Row<'_>) -> Step<T>,
) -> Step<Option<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    match rows.next()? {
        Some(row) => value(row).map(Some),
        None => Ok(None),
    }
}

/// Runs a statement; the number of rows it changed.
pub(crate) fn execute(connection: &Connection, sql: &str, parameters: impl Params) -> Step<usize> {
    Ok(connection.prepare_cached(sql)?.execute(parameters)?)
}

/// A word that stands for one of a fixed set of values.
pub(crate) fn word<T>(
    row: &Row<'_>,
    column: &str,
    expected: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Step<T> {
    let text: String = row.get(column)?;
    parse(&text).ok_or_else(|| StoreError::BadValue { expected, value: text }.into())
}

/// A value kept as JSON text.
pub(crate) fn json<T: DeserializeOwned>(row: &Row<'_>, column: &str, expected: &'static str) -> Step<T> {
    let text: String = row.get(column)?;
    from_json(&text, expected)
}

/// A value kept as JSON text, or nothing.
pub(crate) fn json_if_any<T: DeserializeOwned>(row: &Row<'_>, column: &str, expected: &'static str) -> Step<Option<T>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| from_json(&text, expected)).transpose()
}

fn from_json<T: DeserializeOwned>(text: &str, expected: &'static str) -> Step<T> {
    serde_json::from_str(text).map_err(|_| StoreError::BadValue { expected, value: text.to_owned() }.into())
}

/// JSON text of a value of ours. `what` names it should it refuse, as a number that is not finite does.
pub(crate) fn to_json<T: Serialize + ?Sized>(value: &T, what: &'static str) -> Step<String> {
    serde_json::to_string(value).map_err(|error| StoreError::NotJson { what, detail: error.to_string() }.into())
}

/// Refuses text from outside that is not JSON.
pub(crate) fn check_json(text: &str, what: &'static str) -> Step<()> {
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(StoreError::NotJson { what, detail: error.to_string() }.into()),
    }
}

/// A word of an enum that is known to serde only.
pub(crate) fn word_of<T: Serialize>(value: &T, what: &'static str) -> Step<String> {
    let quoted = to_json(value, what)?;
    Ok(quoted.trim_matches('"').to_owned())
}

/// The inverse of [`word_of`].
pub(crate) fn parse_word<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
}

/// A row limit as SQLite takes it.
pub(crate) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// A count that SQLite has as a signed number.
pub(crate) fn count(row: &Row<'_>, column: &str) -> Step<u64> {
    let number: i64 = row.get(column)?;
    Ok(u64::try_from(number).unwrap_or_default())
}

/// A count as SQLite takes it.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The number that the last insertion gave out. The tables check that it fits.
pub(crate) fn new_id(tx: &Connection) -> u32 {
    u32::try_from(tx.last_insert_rowid()).unwrap_or(u32::MAX)
}

/// A path as SQLite takes it. Fails with `PathNotText`.
pub(crate) fn path_text(path: &Path) -> Step<&str> {
    path.to_str().ok_or_else(|| StoreError::PathNotText { path: path.to_owned() }.into())
}
