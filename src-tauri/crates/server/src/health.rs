//! What operators' programs ask: whether it lives, whether it is ready, its figures, and how to speak to it.

use crate::{answers::json, auth, openapi, peer::Peer, reply::failure, state::State};
use axum::{
    Json, Router,
    extract::{self, Request},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use harness_api::{ApiError, CallerRole, ErrorCode};
use serde_json::json as value;

pub(crate) fn routes() -> Router<State> {
    let alive = || get(async || Json(value!({ "status": "healthy" })));
    Router::new()
        .route("/api/health", alive())
        .route("/health", alive())
        .route("/api/ready", get(ready))
        .route("/metrics", get(metrics))
        .route("/api/openapi.json", get(description))
}

/// Whether requests can be answered now: the door is not being shut, and the registry can be read.
async fn ready(extract::State(state): extract::State<State>) -> Response {
    let not_yet = |words: &str| failure(ApiError::new(ErrorCode::Unavailable, words));
    if state.stopping.is_cancelled() {
        return not_yet("the server is being stopped");
    }
    let api = state.api.clone();
    match tokio::task::spawn_blocking(move || api.app().store.foreign_mark().is_ok()).await {
        Ok(true) => Json(value!({ "status": "ready" })).into_response(),
        _ => not_yet("the data directory cannot be read"),
    }
}

/// For programs on this machine, and for administrators.
async fn metrics(extract::State(state): extract::State<State>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let is_here = parts.extensions.get::<Peer>().is_some_and(Peer::is_here);
    if !is_here {
        match auth::authenticate(&state, &parts).await {
            Ok(visitor) if visitor.caller.role >= CallerRole::Admin => {}
            Ok(_) => return failure(ApiError::new(ErrorCode::Forbidden, "the figures need the role admin")),
            Err(error) => return failure(error),
        }
    }
    let text = state.metrics.text(state.api.runs().count());
    (StatusCode::OK, [(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

async fn description() -> Response {
    match openapi::text() {
        Ok(text) => json(text),
        Err(words) => failure(ApiError::new(ErrorCode::Internal, words)),
    }
}
