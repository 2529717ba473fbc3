//! The list as OpenAPI 3.1.

use crate::{aliases, input, paging, reply::status_of};
use harness_api::{
    ErrorCode, Method,
    schema::{self, ProcedureSchema},
};
use serde_json::{Map, Value, json};
use std::sync::OnceLock;

/// Every code, for the answers that any address may give.
const CODES: [ErrorCode; 10] = [
    ErrorCode::BadInput,
    ErrorCode::Unauthorized,
    ErrorCode::Forbidden,
    ErrorCode::NotFound,
    ErrorCode::Conflict,
    ErrorCode::NotPossibleNow,
    ErrorCode::Refused,
    ErrorCode::Busy,
    ErrorCode::Unavailable,
    ErrorCode::Internal,
];
/// What HTTP itself refuses, with an `ApiError` too.
const BY_HTTP: [&str; 7] = ["405", "408", "413", "414", "415", "421", "504"];

/// The description as JSON, made once.
///
/// Fails with a sentence when a type cannot be said in JSON Schema.
pub(crate) fn text() -> Result<&'static str, String> {
    static TEXT: OnceLock<Result<String, String>> = OnceLock::new();
    let text = TEXT.get_or_init(|| document().map(|document| document.to_string()));
    text.as_deref().map_err(Clone::clone)
}

/// The whole description.
///
/// Fails with a sentence when a type cannot be said in JSON Schema.
pub fn document() -> Result<Value, String> {
    let all = schema::schemas()?;
    let mut paths: Map<String, Value> = Map::new();
    let mut add = |path: &str, method: Method, operation: Value| {
        let place = paths.entry(path.to_owned()).or_insert_with(|| json!({}));
        place[method.as_str().to_ascii_lowercase()] = operation;
    };
    for one in &all.procedures {
        let procedure = one.procedure;
        add(
            procedure.path(),
            procedure.method(),
            operation(one, procedure.path(), procedure.method(), procedure.name()),
        );
    }
    for alias in aliases::ALL {
        let Some(one) = all.procedures.iter().find(|one| one.procedure == alias.procedure) else { continue };
        let method = alias.method.as_str().to_ascii_lowercase();
        let words = alias
            .path
            .trim_start_matches("/api/")
            .replace(['/', '{', '}', '-'], "_")
            .replace("__", "_")
            .trim_matches('_')
            .to_owned();
        let mut described = operation(one, alias.path, alias.method, &format!("documented_{method}_{words}"));
        described["description"] = json!(format!("The documented address of `{}`.", alias.procedure.name()));
        alias.describe(&mut described);
        add(alias.path, alias.method, described);
    }
    for (path, words) in [("/api/health", "Whether it lives."), ("/api/ready", "Whether it can answer now.")] {
        let answer =
            json!({ "type": "object", "properties": { "status": { "type": "string" } }, "required": ["status"] });
        let responses = json!({
            "200": { "description": "It is so.", "content": { "application/json": { "schema": answer } } },
            "default": refusal("It is not."),
        });
        paths.insert(
            path.to_owned(),
            json!({ "get": { "operationId": path.replace('/', "_").trim_matches('_'), "summary": words, "security": [],
                             "tags": ["operations"], "responses": responses } }),
        );
    }
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Auto Agent Harness",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "AGPL-3.0-only", "identifier": "AGPL-3.0-only" },
            "description": "Every procedure of the product. `{project}` is a project's number or its name. What is refused \
                            is refused with an ApiError. Events come over WebSockets: /api/events, /ws/projects/{project}.",
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }, { "session": [] }],
        "paths": paths,
        "components": {
            "schemas": all.types,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "A token of `harness token create`." },
                "session": { "type": "apiKey", "in": "cookie", "name": "harness_access",
                             "description": "A browser's session; what changes something needs x-csrf-token too." },
            },
        },
    }))
}

fn operation(one: &ProcedureSchema, path: &str, method: Method, id: &str) -> Value {
    let procedure = one.procedure;
    let in_path: Vec<&str> = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
    let mut parameters: Vec<Value> = in_path.iter().map(|name| path_parameter(one, name)).collect();
    let rest = one.fields.iter().filter(|(name, _)| !in_path.contains(&name.as_str()));
    let mut described = json!({
        "operationId": id,
        "summary": procedure.words(),
        "tags": [procedure.name().split('_').next().unwrap_or_default()],
        "x-role": procedure.role().as_str(),
    });
    if matches!(method, Method::Get | Method::Delete) {
        parameters.extend(rest.map(|(name, field)| {
            json!({ "name": name, "in": "query", "required": field.is_required, "description": field.words,
                    "schema": not_null(&field.schema) })
        }));
        if method == Method::Get && input::is_pageable(procedure) {
            parameters.extend(steering());
        }
    } else {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for (name, field) in rest {
            properties.insert(name.clone(), field.described());
            if field.is_required {
                required.push(name.clone());
            }
        }
        if !properties.is_empty() {
            let is_required = !required.is_empty();
            let schema = json!({ "type": "object", "properties": properties, "required": required });
            described["requestBody"] =
                json!({ "required": is_required, "content": { "application/json": { "schema": schema } } });
        }
    }
    described["parameters"] = parameters.into();
    described["responses"] = responses(one, method);
    described
}

fn path_parameter(one: &ProcedureSchema, name: &str) -> Value {
    let schema = match (name, one.fields.get(name)) {
        ("project", _) => json!({ "type": "string", "minLength": 1 }),
        (_, Some(field)) => field.schema.clone(),
        ("need" | "feature", None) => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
        (_, None) => json!({ "type": "string", "minLength": 1 }),
    };
    let words = if name == "project" { "The project's number or name." } else { "" };
    json!({ "name": name, "in": "path", "required": true, "description": words, "schema": schema })
}

fn steering() -> [Value; 3] {
    let number = |name: &str, least: usize, most: usize, words: &str| {
        json!({ "name": name, "in": "query", "required": false, "description": words,
                "schema": { "type": "integer", "minimum": least, "maximum": most } })
    };
    [
        number("limit", 1, paging::MOST, "How many entries at most; without it, all."),
        number("cursor", 0, 999_999_999, "Where to go on, from the answer's Link header."),
        number("page", 1, paging::LAST_PAGE, "Which part of `limit` entries, from 1. A cursor counts more."),
    ]
}

/// In a query what is not given is left out.
fn not_null(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(kinds) = schema["type"].as_array() {
        schema["type"] = kinds.first().cloned().unwrap_or_default();
    } else if let Some(choices) = schema["anyOf"].as_array()
        && choices.len() == 2
        && choices[1]["type"] == "null"
    {
        schema = choices[0].clone();
    }
    schema
}

fn responses(one: &ProcedureSchema, method: Method) -> Value {
    let mut responses = Map::new();
    if one.procedure.gives_nothing() {
        responses.insert("204".into(), json!({ "description": "It is done." }));
    } else {
        let mut answer = json!({
            "description": "The answer.", "content": { "application/json": { "schema": one.output } },
        });
        if method == Method::Get {
            let text = json!({ "type": "string" });
            answer["headers"] = json!({ "ETag": { "description": "The answer's version.", "schema": text } });
            responses.insert("304".into(), json!({ "description": "The client has it already (If-None-Match)." }));
        }
        responses.insert("200".into(), answer);
    }
    for code in CODES {
        responses.insert(status_of(code).as_str().to_owned(), refusal("Why not."));
    }
    for status in BY_HTTP {
        responses.insert(status.to_owned(), refusal("Refused by HTTP itself."));
    }
    responses.insert("429".into(), refusal("Too many attempts; Retry-After says when to come again."));
    responses.into()
}

fn refusal(words: &str) -> Value {
    let error = json!({ "$ref": "#/components/schemas/ApiError" });
    json!({ "description": words, "content": { "application/json": { "schema": error } } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use harness_api::Procedure;
    use std::collections::HashSet;

    #[test]
    fn every_procedure_is_described_once_and_every_reference_leads_somewhere() {
        let document = document().expect("it can be said");
        let mut ids = HashSet::new();
        for (path, place) in document["paths"].as_object().expect("paths") {
            for (method, operation) in place.as_object().expect("methods") {
                let id = operation["operationId"].as_str().expect("a name");
                assert!(ids.insert(id.to_owned()), "{method} {path} shares its name {id}");
                let named = operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "path");
                assert_eq!(named.count(), path.matches('{').count(), "{method} {path} says all of its path");
            }
        }
        for procedure in Procedure::ALL {
            assert!(ids.contains(procedure.name()), "{} is described", procedure.name());
        }
        let text = document.to_string();
        let schemas = document["components"]["schemas"].as_object().expect("schemas");
        for reference in text.split("#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap_or_default();
            assert!(schemas.contains_key(name), "{name} is named and not described");
        }
    }
}
