//! The procedures as REST, from the one list.

use crate::{
    absent, aliases,
    answers::{self, Written, is_known, json, tagged},
    assets, auth, health, input,
    paging::Part,
    reply::{failure, failure_with},
    state::{State, Visitor},
    stream,
};
use axum::{
    Router,
    extract::{self, RawPathParams, Request},
    http::{HeaderValue, Method as HttpMethod, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::{MethodFilter, MethodRouter, get, on},
};
use bytes::Bytes;
use harness_api::{Answer, ApiError, Caller, ErrorCode, Kind, Method, Procedure};
use harness_domain::id::ProjectId;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, sync::Arc};
use tower_http::compression::{CompressionLayer, predicate::Predicate};

/// Every route of the door.
pub(crate) fn routes() -> Router<State> {
    let mut paths: BTreeMap<String, MethodRouter<State>> = BTreeMap::new();
    let mut add = |path: &str, route: MethodRouter<State>| {
        let there = paths.remove(path).unwrap_or_default();
        paths.insert(path.to_owned(), there.merge(route));
    };
    for procedure in Procedure::ALL.iter().copied() {
        let serve = move |state: extract::State<State>, path: RawPathParams, request: Request| {
            answer(state.0, procedure, path, request)
        };
        add(procedure.path(), on(filter(procedure.method()), serve));
    }
    for alias in aliases::ALL {
        let serve = move |state: extract::State<State>, path: RawPathParams, request: Request| {
            aliases::answer(state.0, alias, path, request)
        };
        add(alias.path, on(filter(alias.method), serve));
    }
    let routes = paths.into_iter().fold(Router::new(), |router, (path, route)| router.route(&path, route));
    routes
        // Queries only: an answer with a secret in it could be guessed at by its length.
        .layer(CompressionLayer::new().gzip(true).br(true).compress_when(IsQuery))
        .merge(health::routes())
        .merge(absent::routes())
        .route("/api/events", get(stream::events))
        .route("/ws/projects/{project}", get(stream::project))
        .nest("/api/auth", auth::routes())
        .fallback(assets::page)
        .method_not_allowed_fallback(async || {
            let error = ApiError::new(ErrorCode::BadInput, "this address does not take that method");
            failure_with(StatusCode::METHOD_NOT_ALLOWED, error)
        })
}

fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    }
}

/// In the extensions of answers that may be compressed.
#[derive(Debug, Clone, Copy)]
struct OfQuery;

#[derive(Debug, Clone, Copy)]
struct IsQuery;

impl Predicate for IsQuery {
    fn should_compress<B: axum::body::HttpBody>(&self, response: &axum::http::Response<B>) -> bool {
        let is_short = response.body().size_hint().upper().is_some_and(|most| most < answers::WORTH_COMPRESSING as u64);
        response.extensions().get::<OfQuery>().is_some() && !is_short
    }
}

async fn answer(state: State, procedure: Procedure, path: RawPathParams, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let visitor = match auth::authenticate(&state, &parts).await {
        Ok(visitor) => visitor,
        Err(error) => return failure(error),
    };
    // Before the body is read: who may not, need not send it.
    if let Err(error) = state.api.permit_role(procedure, &visitor.caller) {
        return failure(error);
    }
    let mut input = match input::body(&state, procedure, &parts.headers, body).await {
        Ok(input) => input,
        Err(response) => return response,
    };
    let path = path_of(&path);
    if let Err(error) = aliases::modernize(procedure, &mut input) {
        return failure(error);
    }
    if let Err(error) = merge(&state, &visitor.caller, procedure, &path, &parts, &mut input).await {
        return failure(error);
    }
    run(&state, procedure, &visitor, &parts, input).await.unwrap_or_else(failure)
}

pub(crate) fn path_of(path: &RawPathParams) -> Vec<(String, String)> {
    path.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}

async fn merge(
    state: &State,
    caller: &Caller,
    procedure: Procedure,
    path: &[(String, String)],
    parts: &Parts,
    input: &mut Map<String, Value>,
) -> Result<(), ApiError> {
    let mut asked = Map::new();
    input::add_query(procedure, parts.uri.query().unwrap_or_default(), &mut asked)?;
    for (name, value) in asked {
        if input.contains_key(&name) {
            return Err(ApiError::new(ErrorCode::BadInput, format!("{name} is given twice")));
        }
        input.insert(name, value);
    }
    input::add_path(state, caller, procedure, path, input).await
}

/// Runs a procedure with its whole input and answers as HTTP does.
pub(crate) async fn run(
    state: &State,
    procedure: Procedure,
    visitor: &Visitor,
    parts: &Parts,
    input: Map<String, Value>,
) -> Result<Response, ApiError> {
    if procedure.kind() == Kind::Mutation || parts.method != HttpMethod::GET && parts.method != HttpMethod::HEAD {
        let answer = state.api.run(procedure, &visitor.caller, Value::Object(input)).await?;
        return Ok(plain(procedure, answer));
    }
    let known = parts.headers.get(header::IF_NONE_MATCH);
    let part = Part::of(procedure, parts.uri.query().unwrap_or_default())?;
    let project = input.get("project").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok()).map(ProjectId);
    // Ten thousand cards take a while to write: only those that changed are written again.
    let response = match (project.filter(|_| procedure == Procedure::feature_list), &part) {
        (Some(project), part) => {
            let list = state.answers.board(&state.api, &visitor.caller, project).await?;
            listed(&list, part.as_ref(), parts, known).await?
        }
        (None, Some(part)) => {
            let answer = state.api.run(procedure, &visitor.caller, Value::Object(input)).await?;
            let tag = fingerprint(answer.get().as_bytes());
            listed(&Arc::new(Written::of(answer, tag)?), Some(part), parts, known).await?
        }
        (None, None) => {
            let answer = state.api.run(procedure, &visitor.caller, Value::Object(input)).await?;
            let tag = fingerprint(answer.get().as_bytes());
            tagged(plain(procedure, answer), &tag, known)
        }
    };
    Ok(compressible(response))
}

/// A list or a part of it, unless the client has it already.
async fn listed(
    list: &Arc<Written>,
    part: Option<&Part>,
    parts: &Parts,
    known: Option<&HeaderValue>,
) -> Result<Response, ApiError> {
    let tag = format!("{}{}", list.tag, part.map_or_else(String::new, Part::place));
    let mut response = if is_known(&tag, known) {
        tagged(json(Bytes::new()), &tag, known)
    } else {
        let response = match part {
            Some(part) => part.of_list(list, &parts.uri),
            None => whole(list, parts).await?,
        };
        tagged(response, &tag, None)
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    Ok(response)
}

fn compressible(mut response: Response) -> Response {
    response.extensions_mut().insert(OfQuery);
    response
}

/// A whole list, compressed for those who take that.
async fn whole(list: &Arc<Written>, parts: &Parts) -> Result<Response, ApiError> {
    let compressed = if takes_gzip(parts) { list.compressed().await? } else { None };
    let mut response = match compressed {
        Some(bytes) => {
            let mut response = json(bytes);
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            response
        }
        None => json(list.whole().await?),
    };
    let count = HeaderValue::from(list.len());
    response.headers_mut().insert(crate::paging::TOTAL.clone(), count);
    Ok(response)
}

fn takes_gzip(parts: &Parts) -> bool {
    let all = parts.headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        matches!(name.trim(), "gzip" | "*") && !weight.replace(' ', "").trim_end_matches(['0', '.']).ends_with("q=")
    })
}

fn plain(procedure: Procedure, answer: Answer) -> Response {
    if procedure.gives_nothing() {
        return StatusCode::NO_CONTENT.into_response();
    }
    let text: Box<str> = answer.into();
    json(String::from(text))
}

fn fingerprint(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}
