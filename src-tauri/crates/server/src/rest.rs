//! The procedures as REST, from the one list.

use crate::{
    auth,
    reply::{failure, failure_with},
    state::State,
};
use axum::{
    Json, Router,
    extract::{self, Request},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{MethodFilter, MethodRouter, get, on},
};
use harness_api::{ApiError, ErrorCode, Method, Procedure};
use serde_json::json;
use std::collections::BTreeMap;

/// Every route of the door.
pub(crate) fn routes() -> Router<State> {
    let mut paths: BTreeMap<&str, MethodRouter<State>> = BTreeMap::new();
    for procedure in Procedure::ALL.iter().copied() {
        let route = on(filter(procedure.method()), move |state: extract::State<State>, request: Request| {
            answer(state.0, procedure, request)
        });
        let there = paths.remove(procedure.path()).unwrap_or_default();
        paths.insert(procedure.path(), there.merge(route));
    }
    let routes = paths.into_iter().fold(Router::new(), |router, (path, route)| router.route(path, route));
    routes
        .route("/api/health", get(async || Json(json!({ "status": "healthy" }))))
        .nest("/api/auth", auth::routes())
        .fallback(async || failure(ApiError::new(ErrorCode::NotFound, "there is nothing at this address")))
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

async fn answer(state: State, procedure: Procedure, request: Request) -> Response {
    let (parts, _body) = request.into_parts();
    let visitor = match auth::authenticate(&state, &parts).await {
        Ok(visitor) => visitor,
        Err(error) => return failure(error),
    };
    match state.api.run(procedure, &visitor.caller, json!({})).await {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => failure(error),
    }
}
