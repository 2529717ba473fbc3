//! The documented addresses and bodies of the older system that are not ours by name.

mod human_input;

use crate::{
    auth, input,
    reply::failure,
    rest,
    state::{State, Visitor},
};
use axum::{
    extract::{RawPathParams, Request},
    http::request::Parts,
    response::Response,
};
use harness_api::{ApiError, ErrorCode, Method, Procedure};
use serde_json::{Map, Value, json};
use std::path::Path;

/// One address that is documented and that the list has under another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alias {
    /// Its method.
    pub method: Method,
    /// Its path.
    pub path: &'static str,
    /// The procedure that is called in the end.
    pub procedure: Procedure,
    /// How its input follows from the request.
    turn: Turn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// As it is; the project may stand in the body or the query, by name or number.
    Same,
    /// The card of the path is the only one.
    OneCard,
    /// Goes on as the last run did.
    Resume,
    /// One more card is needed.
    AddNeed,
    /// One card is needed no more.
    DropNeed,
    /// The card's question is answered by the names of its fields.
    Resolve,
}

const fn alias(method: Method, path: &'static str, procedure: Procedure, turn: Turn) -> Alias {
    Alias { method, path, procedure, turn }
}

/// Every one of them.
pub const ALL: [Alias; 14] = {
    use Method::{Delete, Get, Post};
    use Procedure as P;
    use Turn::{AddNeed, DropNeed, OneCard, Resolve, Resume, Same};
    [
        alias(Post, "/api/agent/start", P::run_start, Same),
        alias(Post, "/api/agent/stop", P::run_stop, Same),
        alias(Post, "/api/agent/pause", P::run_pause, Same),
        alias(Post, "/api/agent/resume", P::run_start, Resume),
        alias(Get, "/api/agent/status", P::run_status, Same),
        alias(Post, "/api/projects/{project}/agent/resume", P::run_start, Resume),
        alias(Post, "/api/projects/{project}/agent/graceful-pause", P::run_pause, Same),
        alias(Post, "/api/projects/{project}/agent/graceful-resume", P::run_start, Resume),
        alias(Get, "/api/projects/{project}/stats", P::project_get, Same),
        alias(Delete, "/api/projects/{project}/features/{feature}", P::feature_remove, OneCard),
        alias(Post, "/api/projects/{project}/features/{feature}/dependencies/{need}", P::dependency_set, AddNeed),
        alias(Delete, "/api/projects/{project}/features/{feature}/dependencies/{need}", P::dependency_set, DropNeed),
        alias(Post, "/api/projects/{project}/features/{feature}/unskip", P::feature_retry, Same),
        alias(Post, "/api/projects/{project}/features/{feature}/resolve-human-input", P::request_answer, Resolve),
    ]
};

impl Alias {
    /// Says in a description of the procedure what is different at this address.
    pub(crate) fn describe(&self, operation: &mut Value) {
        let schema = "/requestBody/content/application~1json/schema";
        if !self.path.contains("{project}") {
            // By name or number, wherever it stands.
            let project = json!({ "type": ["string", "integer"], "minLength": 1, "minimum": 0 });
            if let Some(body) = operation.pointer_mut(schema) {
                body["properties"]["project"] = project;
            } else if let Some(named) = operation["parameters"].as_array_mut() {
                named.retain(|one| one["name"] != "project");
                named.push(json!({ "name": "project", "in": "query", "required": true, "schema": { "type": "string", "minLength": 1 } }));
            }
        }
        match self.turn {
            Turn::Same | Turn::Resume => {}
            Turn::Resolve => operation["requestBody"] = human_input::body(),
            // All that is needed stands in the path.
            Turn::OneCard | Turn::AddNeed | Turn::DropNeed => {
                if let Some(fields) = operation.as_object_mut() {
                    fields.remove("requestBody");
                }
                if let Some(named) = operation["parameters"].as_array_mut() {
                    named.retain(|one| one["in"] == "path");
                }
            }
        }
    }
}

/// Answers a request to one of them.
pub(crate) async fn answer(state: State, alias: Alias, path: RawPathParams, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let visitor = match auth::authenticate(&state, &parts).await {
        Ok(visitor) => visitor,
        Err(error) => return failure(error),
    };
    if let Err(error) = state.api.permit_role(alias.procedure, &visitor.caller) {
        return failure(error);
    }
    match input::body(&state, alias.procedure, &parts.headers, body).await {
        Ok(input) => serve(&state, alias, &rest::path_of(&path), &visitor, &parts, input).await.unwrap_or_else(failure),
        Err(response) => response,
    }
}

async fn serve(
    state: &State,
    alias: Alias,
    path: &[(String, String)],
    visitor: &Visitor,
    parts: &Parts,
    mut input: Map<String, Value>,
) -> Result<Response, ApiError> {
    modernize(alias.procedure, &mut input)?;
    let (need, mut path): (Vec<_>, Vec<_>) = path.iter().cloned().partition(|(name, _)| name == "need");
    if !path.iter().any(|(name, _)| name == "project") {
        path.push(("project".into(), named_project(parts, &mut input)?));
    }
    input::add_path(state, &visitor.caller, alias.procedure, &path, &mut input).await?;
    match alias.turn {
        Turn::Same => {}
        Turn::OneCard => {
            let card = named_card(&mut input)?;
            input.insert("features".into(), json!([card]));
        }
        Turn::Resolve => {
            let card = named_card(&mut input)?;
            human_input::name_request(state, visitor, card, &mut input).await?;
        }
        Turn::Resume => {
            let last =
                state.api.run(Procedure::run_list, &visitor.caller, json!({ "project": input["project"], "limit": 1 }));
            let last: Value = serde_json::from_str(last.await?.get()).unwrap_or_default();
            if !input.contains_key("mode") && last[0]["mode"].is_string() {
                input.insert("mode".into(), last[0]["mode"].clone());
            }
        }
        Turn::AddNeed | Turn::DropNeed => {
            let need = need.first().and_then(|(_, text)| text.parse::<u32>().ok()).ok_or_else(|| bad("name a card"))?;
            let card = json!({ "project": input["project"], "ids": [input["feature"]] });
            let card = state.api.run(Procedure::feature_cards, &visitor.caller, card).await?;
            let card: Value = serde_json::from_str(card.get()).unwrap_or_default();
            let now = card[0]["dependencies"]
                .as_array()
                .ok_or_else(|| ApiError::new(ErrorCode::NotFound, format!("there is no card {}", input["feature"])))?;
            let mut needs: Vec<Value> = now.iter().filter(|other| **other != need).cloned().collect();
            if alias.turn == Turn::AddNeed {
                needs.push(need.into());
            }
            input.insert("needs".into(), needs.into());
        }
    }
    rest::run(state, alias.procedure, visitor, parts, input).await
}

/// The card that the path names, where the procedure's input has no such field.
fn named_card(input: &mut Map<String, Value>) -> Result<u32, ApiError> {
    let named = input.remove("feature");
    let card = named.as_ref().and_then(Value::as_str).and_then(|text| text.parse::<u32>().ok());
    card.ok_or_else(|| bad("name the card by its number"))
}

/// The project of a request whose path names none.
fn named_project(parts: &Parts, input: &mut Map<String, Value>) -> Result<String, ApiError> {
    let of_body = ["project", "project_name"].iter().filter_map(|name| input.remove(*name)).collect::<Vec<_>>();
    let query = parts.uri.query().unwrap_or_default();
    let of_query = url::form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "project" || name == "project_name")
        .map(|(_, text)| Value::from(text.into_owned()));
    let mut named = of_body.into_iter().chain(of_query).map(|value| match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(bad("project: give a name or a number")),
    });
    match (named.next(), named.next()) {
        (Some(project), None) => project,
        (Some(_), Some(_)) => Err(bad("project is given twice")),
        (None, _) => Err(bad("project: name it in the body or the query")),
    }
}

fn bad(words: &str) -> ApiError {
    ApiError::new(ErrorCode::BadInput, words)
}

/// Turns the documented words of a body into ours. What is ours already stays as it is.
pub(crate) fn modernize(procedure: Procedure, input: &mut Map<String, Value>) -> Result<(), ApiError> {
    match procedure {
        Procedure::run_start => {
            rename(input, "yolo_mode", "is_quick");
            let mode = match input.get("mode").and_then(Value::as_str) {
                Some("initializer") => "initialize",
                Some("coding") => "code",
                Some("analysis") => "analyze",
                _ => return Ok(()),
            };
            input.insert("mode".into(), mode.into());
        }
        Procedure::bug_report => rename(input, "steps_to_reproduce", "steps"),
        Procedure::feature_create if !input.contains_key("feature") && input.contains_key("name") => {
            let mut card = json!({
                "kind": "feature", "category": "functional", "description": "", "steps": [], "source_spec": "main",
                "dependencies": [], "checks": [],
            });
            for name in ["name", "category", "description", "steps", "priority"] {
                if let Some(value) = input.remove(name).filter(|value| !value.is_null()) {
                    card[name] = value;
                }
            }
            if input.remove("item_type").is_some_and(|kind| kind == "bug") {
                return Err(bad("bugs are reported at …/features/bug"));
            }
            input.insert("feature".into(), card);
        }
        Procedure::project_create if input.contains_key("path") => {
            let path = input.remove("path").unwrap_or_default();
            let path = Path::new(path.as_str().unwrap_or_default());
            let name = input.get("name").and_then(Value::as_str);
            if path.file_name().and_then(|last| last.to_str()) != name {
                return Err(bad("path: a project's directory is called like the project"));
            }
            let parent = path.parent().and_then(Path::to_str).unwrap_or_default();
            input.insert("parent_dir".into(), parent.into());
            input.remove("spec_method");
            input.entry("template").or_insert_with(|| "empty".into());
        }
        _ => {}
    }
    Ok(())
}

fn rename(input: &mut Map<String, Value>, old: &str, new: &str) {
    if let Some(value) = input.remove(old) {
        input.entry(new.to_owned()).or_insert(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modern(procedure: Procedure, input: Value) -> Result<Value, ApiError> {
        let Value::Object(mut input) = input else { panic!("an object") };
        modernize(procedure, &mut input).map(|()| Value::Object(input))
    }

    #[test]
    fn a_documented_body_is_understood_and_one_of_ours_is_left_alone() {
        let start = modern(Procedure::run_start, json!({ "yolo_mode": true, "mode": "coding" }));
        assert_eq!(start, Ok(json!({ "is_quick": true, "mode": "code" })));
        let ours = json!({ "is_quick": false, "mode": "regression" });
        assert_eq!(modern(Procedure::run_start, ours.clone()), Ok(ours));
        let card = modern(Procedure::feature_create, json!({ "name": "Login", "steps": ["Open it"] })).expect("a card");
        assert_eq!((&card["feature"]["name"], &card["feature"]["steps"][0]), (&json!("Login"), &json!("Open it")));
        let made =
            modern(Procedure::project_create, json!({ "name": "todo", "path": "/home/ada/todo" })).expect("a project");
        assert_eq!((&made["parent_dir"], &made["template"]), (&json!("/home/ada"), &json!("empty")));
        assert!(modern(Procedure::project_create, json!({ "name": "todo", "path": "/home/ada/other" })).is_err());
    }
}
