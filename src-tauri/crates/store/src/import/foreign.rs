//! Reading the cards of the older systems, whose files have one table `features` with loosely typed columns.

use super::ImportedFeature;
use crate::{
    database::{Abort, Step, explain},
    error::{Result, StoreError},
    row::first,
};
use harness_domain::{
    feature::{Kind, Status},
    id::FeatureId,
    layer::Layer,
    limits::{LONGEST_TEXT, Parts, TooMuch, check_question},
};
use rusqlite::{Connection, ErrorCode, OpenFlags, Row, limits::Limit, types::ValueRef};
use serde_json::Value;
use std::{collections::HashSet, path::Path};

/// Every column that means something here, with what an older version that lacks it would have had.
const COLUMNS: [(&str, &str); 18] = [
    ("id", "NULL"),
    ("priority", "999"),
    ("category", "''"),
    ("name", "''"),
    ("description", "''"),
    ("steps", "NULL"),
    ("passes", "0"),
    ("in_progress", "0"),
    ("source_spec", "NULL"),
    ("dependencies", "NULL"),
    ("item_type", "'feature'"),
    ("parent_bug_id", "NULL"),
    ("bug_status", "NULL"),
    ("arch_layer", "NULL"),
    ("needs_human_input", "0"),
    ("human_input_request", "NULL"),
    ("review_status", "NULL"),
    ("assigned_skills", "NULL"),
];

/// Cards that one file may hold.
const MOST_CARDS: usize = 100_000;
/// What all its cards together may need.
const MOST_DEPENDENCIES: usize = 1_000_000;
/// Steps of all its cards together.
const MOST_STEPS: usize = 1_000_000;
/// Columns of its table; the older systems have about twenty.
const MOST_COLUMNS: usize = 200;
/// Bytes of the file, and of all that is read from it: a forged one could name the same pages again and again.
const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// Bytes of one value; SQLite does not even read what is longer. Lists are read as JSON, which takes some fifty times as
/// much memory; what a card may hold fits in with every character written as an escape.
const LONGEST_VALUE: i32 = 1024 * 1024;

/// Reads the cards of an older system's `features.db`, changing nothing.
///
/// What passed there passes here, with a note that no evidence was imported; what was in progress is pending; a bug
/// that was being analysed is open. Columns that an older version lacks have their defaults; a layer outside 0–8
/// becomes the one its category implies. Fails with `NotImportable` when there is no table of features, when a card has
/// no usable number or holds more than a card may, and when there is more of it all than any board has: the file may have
/// come with a project from anywhere. Fails with `CannotOpen` or `Corrupt` besides.
pub fn read_foreign(path: &Path) -> Result<Vec<ImportedFeature>> {
    read(path).map_err(|abort| match abort {
        Abort::Sql(error) if error.sqlite_error_code() == Some(ErrorCode::TooBig) => {
            let detail = format!("one of its values is longer than {} MB", LONGEST_VALUE / 1024 / 1024);
            StoreError::NotImportable { file: path.to_owned(), detail }
        }
        abort => explain(abort, path),
    })
}

fn read(path: &Path) -> Step<Vec<ImportedFeature>> {
    let refuse = |detail: String| StoreError::NotImportable { file: path.to_owned(), detail };
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE)?;
    let is_too_big = |bytes: u64| {
        refuse(format!("it holds {} MB, and {} MB is the most", bytes.div_ceil(1 << 20), MOST_BYTES >> 20))
    };
    let pages: u64 = connection.pragma_query_value(None, "page_count", |row| row.get::<_, u32>(0))?.into();
    let page: u64 = connection.pragma_query_value(None, "page_size", |row| row.get::<_, u32>(0))?.into();
    if pages * page > MOST_BYTES {
        return Err(is_too_big(pages * page).into());
    }
    // A view could compute rows without end.
    let kind = "SELECT type FROM pragma_table_list('features') WHERE schema = 'main'";
    if first(&connection, kind, (), |row| Ok(row.get::<_, String>(0)?))?.is_some_and(|kind| kind != "table") {
        return Err(refuse("what it calls features is no table".into()).into());
    }
    let present = columns(&connection)?;
    if !present.contains("id") || !present.contains("name") {
        return Err(refuse("it has no table of features".into()).into());
    }
    if present.len() > MOST_COLUMNS {
        let detail = format!("its features have {} columns, and {MOST_COLUMNS} is the most", present.len());
        return Err(refuse(detail).into());
    }
    let known = COLUMNS
        .iter()
        .map(|(name, default)| if present.contains(*name) { (*name).into() } else { format!("{default} AS {name}") });
    // What means nothing here is read as well, to be counted: the way to what comes after it leads through all of it.
    let unknown = present.iter().filter(|name| COLUMNS.iter().all(|(known, _)| known != name)).map(|name| quoted(name));
    let selected: Vec<String> = known.chain(unknown).collect();
    // Not put in order by SQLite, which would read everything before anything could be counted.
    let mut statement = connection.prepare(&format!("SELECT {} FROM features", selected.join(", ")))?;
    let mut rows = statement.query(())?;
    let mut features = Vec::new();
    let (mut bytes, mut dependencies, mut steps) = (0, 0, 0);
    while let Some(row) = rows.next()? {
        if features.len() == MOST_CARDS {
            return Err(refuse(format!("it has more than {MOST_CARDS} features, which is the most")).into());
        }
        bytes += bytes_of(row, selected.len())?;
        if bytes > MOST_BYTES {
            return Err(is_too_big(bytes).into());
        }
        let number = integer(row, "id")?;
        let id = number.and_then(|id| u32::try_from(id).ok()).filter(|id| *id > 0);
        let id = id.ok_or_else(|| refuse(format!("a feature has the number {number:?}")))?;
        let card = card(row, FeatureId(id))?;
        check(&card).map_err(|why| refuse(format!("feature #{id} cannot be taken over: {why}")))?;
        dependencies += card.dependencies.len();
        if dependencies > MOST_DEPENDENCIES {
            let detail = format!("its features have more than {MOST_DEPENDENCIES} dependencies, which is the most");
            return Err(refuse(detail).into());
        }
        steps += card.steps.len();
        if steps > MOST_STEPS {
            return Err(refuse(format!("its features have more than {MOST_STEPS} steps, which is the most")).into());
        }
        features.push(card);
    }
    features.sort_by_key(|card: &ImportedFeature| card.id);
    Ok(features)
}

/// A name as SQL takes any.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// How long the values of a row are together.
fn bytes_of(row: &Row<'_>, columns: usize) -> Step<u64> {
    let mut bytes = 0;
    for column in 0..columns {
        bytes += match row.get_ref(column)? {
            ValueRef::Text(value) | ValueRef::Blob(value) => value.len() as u64,
            ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => 8,
        };
    }
    Ok(bytes)
}

/// Fails when a card holds more than one may that a person or an agent wrote.
fn check(card: &ImportedFeature) -> std::result::Result<(), TooMuch> {
    let parts = Parts {
        name: Some(&card.name),
        description: Some(&card.description),
        steps: Some(&card.steps),
        category: Some(&card.category),
        source_spec: Some(&card.source_spec),
        dependencies: card.dependencies.len(),
        ..Parts::default()
    };
    parts.check()?;
    if let Some(note) = card.note.as_ref().filter(|note| note.len() > LONGEST_TEXT) {
        return Err(TooMuch::Big { what: "list of skills", bytes: note.len() });
    }
    let Some(question) = &card.question_json else { return Ok(()) };
    let asked: Value = serde_json::from_str(question).unwrap_or_default();
    let parts = ["questions", "fields"].iter().filter_map(|key| asked.get(key)?.as_array()).flatten();
    let options = parts.map(|part| part.get("options").and_then(Value::as_array).map_or(0, Vec::len));
    check_question(options, question.len())
}

fn columns(connection: &Connection) -> Step<HashSet<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info('features')")?;
    let names = statement.query_map((), |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(names)
}

fn card(row: &Row<'_>, id: FeatureId) -> Step<ImportedFeature> {
    let parent = number(row, "parent_bug_id")?;
    let kind = match text(row, "item_type")?.as_str() {
        "bug" => Kind::Bug,
        "redesign" => Kind::Redesign,
        _ if parent.is_some() => Kind::Fix,
        _ => Kind::Feature,
    };
    let is_passing = flag(row, "passes")?;
    let question = if flag(row, "needs_human_input")? { Some(text(row, "human_input_request")?) } else { None };
    let status = status(kind, is_passing, &text(row, "bug_status")?, question.is_some());
    let category = or(text(row, "category")?, "functional");
    let layer = integer(row, "arch_layer")?.and_then(|layer| u64::try_from(layer).ok());
    Ok(ImportedFeature {
        id,
        kind,
        status,
        layer: layer.and_then(|layer| Layer::new(layer).ok()).unwrap_or_else(|| Layer::of_category(&category)),
        category,
        name: or(text(row, "name")?, &format!("Feature {id}")),
        description: text(row, "description")?,
        steps: texts(row, "steps")?,
        priority: integer(row, "priority")?.map_or(999, saturated),
        source_spec: or(text(row, "source_spec")?, "main"),
        parent: parent.filter(|_| kind == Kind::Fix),
        dependencies: numbers(row, "dependencies")?,
        note: note(row, status)?,
        question_json: question.filter(|_| status == Status::NeedsInput).map(|text| as_json(&text)),
    })
}

fn status(kind: Kind, is_passing: bool, bug_status: &str, is_asking: bool) -> Status {
    match kind {
        Kind::Bug if is_passing || bug_status == "resolved" => Status::Resolved,
        Kind::Bug if is_asking => Status::NeedsInput,
        Kind::Bug if bug_status == "fixing" => Status::Fixing,
        Kind::Bug => Status::Open,
        _ if is_passing => Status::Passing,
        _ if is_asking => Status::NeedsInput,
        _ => Status::Pending,
    }
}

fn note(row: &Row<'_>, status: Status) -> Step<Option<String>> {
    let mut notes = Vec::new();
    match status {
        Status::Passing => notes.push("Imported as passing, without evidence.".to_owned()),
        Status::NeedsInput => notes.push("Imported with a question that waits for an answer.".to_owned()),
        Status::Pending if flag(row, "in_progress")? => notes.push("It was in progress when imported.".to_owned()),
        _ => {}
    }
    if text(row, "review_status")? == "needs_review" {
        notes.push("It was marked for review.".to_owned());
    }
    let skills = texts(row, "assigned_skills")?;
    if !skills.is_empty() {
        notes.push(format!("Its skills were: {}.", skills.join(", ")));
    }
    Ok((!notes.is_empty()).then(|| notes.join(" ")))
}

fn or(text: String, default: &str) -> String {
    if text.trim().is_empty() { default.to_owned() } else { text }
}

fn saturated(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
}

/// Any text as JSON: itself when it is JSON, else a JSON string.
fn as_json(text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(_) => text.to_owned(),
        Err(_) => Value::String(text.to_owned()).to_string(),
    }
}

fn text(row: &Row<'_>, column: &str) -> Step<String> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    })
}

fn integer(row: &Row<'_>, column: &str) -> Step<Option<i64>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Integer(number) => Some(number),
        // A number in the text or as a fraction is still the number that was meant.
        ValueRef::Real(number) => Some(number as i64),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok().and_then(|text| text.trim().parse().ok()),
        ValueRef::Null | ValueRef::Blob(_) => None,
    })
}

fn flag(row: &Row<'_>, column: &str) -> Step<bool> {
    match row.get_ref(column)? {
        ValueRef::Text(bytes) if bytes.eq_ignore_ascii_case(b"true") => Ok(true),
        _ => Ok(integer(row, column)?.is_some_and(|number| number != 0)),
    }
}

fn number(row: &Row<'_>, column: &str) -> Step<Option<FeatureId>> {
    Ok(integer(row, column)?.and_then(|number| u32::try_from(number).ok()).map(FeatureId))
}

/// A JSON list as values; anything else that is not empty as a list of one.
fn values(row: &Row<'_>, column: &str) -> Step<Vec<Value>> {
    let text = text(row, column)?;
    Ok(match serde_json::from_str(&text) {
        Ok(Value::Array(values)) => values,
        Ok(Value::Null) => Vec::new(),
        Ok(value) => vec![value],
        Err(_) if text.trim().is_empty() => Vec::new(),
        Err(_) => vec![Value::String(text)],
    })
}

fn texts(row: &Row<'_>, column: &str) -> Step<Vec<String>> {
    let as_text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(values(row, column)?.into_iter().map(as_text).collect())
}

fn numbers(row: &Row<'_>, column: &str) -> Step<Vec<FeatureId>> {
    let as_id = |value: Value| match value {
        Value::Number(number) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    Ok(values(row, column)?.into_iter().filter_map(as_id).map(FeatureId).collect())
}
