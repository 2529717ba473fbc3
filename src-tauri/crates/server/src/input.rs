//! The input of a procedure from a request: the path, the query and the body, merged into one object.

use crate::{body::whole, reply::failure_with, state::State};
use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use harness_api::{
    ApiError, Caller, ErrorCode, Procedure,
    schema::{self, ProcedureSchema},
};
use harness_domain::id::ProjectId;
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};
use url::form_urlencoded;

/// What an image may have, encoded as text.
const IMAGE_BYTES: usize = 16 * 1024 * 1024;
/// Parameters that steer the answer and belong to no input.
pub(crate) const STEERING: [&str; 4] = ["limit", "cursor", "page", "ticket"];

/// How the fields of every procedure's input are written in an address.
static FIELDS: LazyLock<HashMap<Procedure, Fields>> = LazyLock::new(|| {
    // A type that cannot be said is found by the tests of the API; here its procedure would take no parameters.
    let all = schema::schemas().map(|all| all.procedures).unwrap_or_default();
    all.into_iter().map(|one| (one.procedure, Fields::of(&one))).collect()
});

/// The names and types of an input's fields.
#[derive(Default)]
struct Fields {
    kinds: BTreeMap<String, Kind>,
    is_list: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Whole,
    Number,
    Switch,
    List,
    Other,
}

impl Fields {
    fn of(one: &ProcedureSchema) -> Self {
        let kinds = one.fields.iter().map(|(name, field)| (name.clone(), kind(&field.schema))).collect();
        Self { kinds, is_list: one.output["type"] == "array" }
    }
}

fn kind(schema: &Value) -> Kind {
    let of = |word: &str| match word {
        "string" => Kind::Text,
        "integer" => Kind::Whole,
        "number" => Kind::Number,
        "boolean" => Kind::Switch,
        "array" => Kind::List,
        _ => Kind::Other,
    };
    match &schema["type"] {
        Value::String(word) => of(word),
        Value::Array(words) => words.first().and_then(Value::as_str).map_or(Kind::Other, of),
        _ => match (schema["$ref"].as_str(), schema["anyOf"].get(0)) {
            (Some(name), _) => named_kind(name),
            (None, Some(first)) => kind(first),
            _ => Kind::Other,
        },
    }
}

fn named_kind(reference: &str) -> Kind {
    static TYPES: LazyLock<Map<String, Value>> =
        LazyLock::new(|| schema::schemas().map(|all| all.types).unwrap_or_default());
    let name = reference.rsplit('/').next().unwrap_or_default();
    TYPES.get(name).map_or(Kind::Other, kind)
}

/// Whether the answer is a list that can be asked for in parts: it is one, and has no bounds of its own.
pub(crate) fn is_pageable(procedure: Procedure) -> bool {
    FIELDS.get(&procedure).is_some_and(|fields| fields.is_list && !fields.kinds.contains_key("limit"))
}

/// Reads the types of the list, which takes a few milliseconds once.
pub(crate) fn prepare() {
    LazyLock::force(&FIELDS);
}

/// The object of a body of JSON; empty when there is none.
///
/// Fails as HTTP has it: with 413 when it is too large, 408 when it does not come, 415 when it is not JSON, 400 when it
/// is not an object.
pub(crate) async fn body(
    state: &State,
    procedure: Procedure,
    headers: &HeaderMap,
    body: Body,
) -> Result<Map<String, Value>, Response> {
    let refuse = |status, words: String| failure_with(status, ApiError::new(ErrorCode::BadInput, words));
    let bytes = whole(headers, body, most_bytes(state, procedure)).await?;
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    if headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return Err(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send the body without a content encoding".into()));
    }
    if !is_json(headers) {
        return Err(refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send JSON, with content-type: application/json".into(),
        ));
    }
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(mut fields)) => {
            fields.values_mut().for_each(as_whole);
            Ok(fields)
        }
        Ok(_) => Err(refuse(StatusCode::BAD_REQUEST, "the input is one JSON object".into())),
        Err(error) => Err(refuse(StatusCode::BAD_REQUEST, format!("the body is no JSON: {error}"))),
    }
}

/// To JSON 4.0 is the number 4, and some programs write it so.
fn as_whole(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let whole = number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9e15);
            if let Some(whole) = whole {
                *value = (whole as i64).into();
            }
        }
        Value::Array(values) => values.iter_mut().for_each(as_whole),
        Value::Object(fields) => fields.values_mut().for_each(as_whole),
        _ => {}
    }
}

fn most_bytes(state: &State, procedure: Procedure) -> usize {
    match procedure {
        Procedure::image_add => IMAGE_BYTES.max(state.config.max_body_bytes),
        _ => state.config.max_body_bytes,
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let said = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = said.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// Adds what the query says to `input`; unknown parameters are somebody else's.
pub(crate) fn add_query(procedure: Procedure, query: &str, input: &mut Map<String, Value>) -> Result<(), ApiError> {
    let Some(fields) = FIELDS.get(&procedure) else { return Ok(()) };
    let mut lists: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut seen = Vec::new();
    for (name, text) in form_urlencoded::parse(query.as_bytes()) {
        let Some(kind) = fields.kinds.get(name.as_ref()) else { continue };
        if *kind == Kind::List {
            lists.entry(name.into_owned()).or_default().push(text.into_owned().into());
            continue;
        }
        if seen.contains(&name) || input.contains_key(name.as_ref()) {
            return Err(ApiError::new(ErrorCode::BadInput, format!("{name} is given twice")));
        }
        input.insert(name.to_string(), read(*kind, &name, &text)?);
        seen.push(name);
    }
    for (name, values) in lists {
        if input.insert(name.clone(), Value::Array(values)).is_some() {
            return Err(ApiError::new(ErrorCode::BadInput, format!("{name} is given twice")));
        }
    }
    Ok(())
}

/// Adds what the path says to `input`. Every part has been decoded once.
pub(crate) async fn add_path(
    state: &State,
    caller: &Caller,
    procedure: Procedure,
    path: &[(String, String)],
    input: &mut Map<String, Value>,
) -> Result<(), ApiError> {
    for (name, text) in path {
        let value = match name.as_str() {
            "project" => project(state, caller, text).await?.0.into(),
            name => {
                let kind = FIELDS.get(&procedure).and_then(|fields| fields.kinds.get(name)).copied();
                read(kind.unwrap_or(Kind::Text), name, text)?
            }
        };
        // The address decides what may be touched; a body that says something else is a mistake or an attempt.
        if input.get(name).is_some_and(|said| *said != value) {
            let words = format!("{name} is {value} in the address and something else in the body");
            return Err(ApiError::new(ErrorCode::BadInput, words));
        }
        input.insert(name.clone(), value);
    }
    Ok(())
}

/// A project by its number, or by its name.
///
/// Fails with `NotFound` when there is none. A caller who is limited to some projects is refused any other with
/// `Forbidden`, whether or not it is there.
pub(crate) async fn project(state: &State, caller: &Caller, text: &str) -> Result<ProjectId, ApiError> {
    let others = || ApiError::new(ErrorCode::Forbidden, "this token is for other projects");
    match project_of(state, text).await {
        Ok(project) if caller.may_see(project) => Ok(project),
        Ok(_) => Err(others()),
        Err(error) if error.code == ErrorCode::NotFound && caller.projects.is_some() => Err(others()),
        Err(error) => Err(error),
    }
}

async fn project_of(state: &State, text: &str) -> Result<ProjectId, ApiError> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
        let missing = || ApiError::new(ErrorCode::NotFound, format!("there is no project {text}"));
        return text.parse().map(ProjectId).map_err(|_| missing());
    }
    let (api, name) = (state.api.clone(), text.to_owned());
    let found = tokio::task::spawn_blocking(move || api.project_named(&name)).await;
    found.unwrap_or_else(|_| Err(ApiError::new(ErrorCode::Internal, "the projects could not be read")))
}

fn read(kind: Kind, name: &str, text: &str) -> Result<Value, ApiError> {
    let wrong = |wanted: &str| ApiError::new(ErrorCode::BadInput, format!("{name}: {text:?} is no {wanted}"));
    match kind {
        Kind::Text | Kind::List => Ok(text.into()),
        Kind::Whole => {
            // `parse` alone would take a plus sign.
            let digits = text.strip_prefix('-').unwrap_or(text);
            let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<i64>().ok().filter(|_| is_number).map(Value::from).ok_or_else(|| wrong("whole number"))
        }
        Kind::Number => match text.parse::<f64>() {
            Ok(number) if number.is_finite() && number.fract() == 0.0 && number.abs() < 9e15 => {
                Ok((number as i64).into())
            }
            Ok(number) if number.is_finite() => Ok(number.into()),
            _ => Err(wrong("number")),
        },
        Kind::Switch => match text {
            "true" | "1" => Ok(true.into()),
            "false" | "0" => Ok(false.into()),
            _ => Err(wrong("true or false")),
        },
        Kind::Other => serde_json::from_str(text).map_err(|_| wrong("JSON")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn query(procedure: Procedure, query: &str) -> Result<Value, ApiError> {
        let mut input = Map::new();
        add_query(procedure, query, &mut input).map(|()| Value::Object(input))
    }

    #[test]
    fn a_query_says_what_the_type_of_its_field_says() {
        let search = query(Procedure::transcript_search, "query=a+b%2Fc&limit=5&other=1").expect("it can be read");
        assert_eq!(search, json!({ "query": "a b/c", "limit": 5 }), "decoded once, in its type, and nothing else");
        let list = query(Procedure::request_list, "is_open=true").expect("it can be read");
        assert_eq!(list, json!({ "is_open": true }));
        assert!(query(Procedure::transcript_search, "limit=%2B5").is_err(), "a sign is no digit");
        assert!(query(Procedure::transcript_search, "query=a&query=b").is_err(), "one of them would be dropped");
    }

    #[test]
    fn a_whole_number_is_one_however_it_is_written() {
        let mut value = json!({ "a": [4.0, -0.0, 4.5, 1e300], "b": { "c": 9e14 } });
        as_whole(&mut value);
        assert_eq!(value, json!({ "a": [4, 0, 4.5, 1e300], "b": { "c": 900_000_000_000_000_i64 } }));
    }

    #[test]
    fn only_lists_without_bounds_of_their_own_are_cut() {
        assert!(is_pageable(Procedure::feature_list) && is_pageable(Procedure::project_list));
        assert!(!is_pageable(Procedure::transcript_window), "it has a limit of its own");
        assert!(!is_pageable(Procedure::project_get), "it is no list");
    }
}
