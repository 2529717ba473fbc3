//! The scripted model as an HTTP server on loopback.

use crate::{
    RecordedRequest, Scenario,
    answer::{error_body, new_id},
    script::ApiError,
    stage::{Call, Reply, Stage},
};
use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use futures::{StreamExt, stream};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::task::JoinSet;
use tokio_util::sync::{CancellationToken, DropGuard};

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

/// A conversation with a few large answers in it is sent whole with every request.
const LARGEST_REQUEST: usize = 256 * 1024 * 1024;

/// What was sent before a cut has to leave the server's buffer first, or the client sees no answer at all.
const FLUSH_PAUSE: Duration = Duration::from_millis(30);

/// How long [`Rehearsal::stop`] waits for connections to end.
const STOP_LIMIT: Duration = Duration::from_secs(2);

/// A running rehearsal. Dropping it ends it; [`Rehearsal::stop`] also waits until its port is free.
#[derive(Debug)]
pub struct Rehearsal {
    address: SocketAddr,
    stage: Arc<Stage>,
    tasks: JoinSet<()>,
    /// Ends the server and every open answer when it goes.
    ending: DropGuard,
}

impl Rehearsal {
    /// Serves `scenario` on a free port of 127.0.0.1. Fails only when no port can be bound.
    pub async fn start(scenario: Scenario) -> io::Result<Self> {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let ended = CancellationToken::new();
        let stage = Arc::new(Stage::new(scenario, ended.clone()));
        let router = Router::new()
            .route("/{role}/{session}/v1/messages", post(messages))
            .fallback(not_found)
            .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
            .with_state(Arc::clone(&stage));
        tracing::info!(%address, scenario = stage.scenario().name(), "rehearsal started");
        let mut tasks = JoinSet::new();
        let ending = ended.clone().drop_guard();
        tasks.spawn(async move {
            let serving = axum::serve(listener, router).with_graceful_shutdown(ended.cancelled_owned());
            if let Err(error) = serving.await {
                tracing::error!(%error, "rehearsal ended early");
            }
        });
        Ok(Self { address, stage, tasks, ending })
    }

    /// What `ANTHROPIC_BASE_URL` must be for one session of one role (`initializer`, `coding`, `analyst`, `tester`).
    ///
    /// Both become parts of a path as they are: words without slashes.
    pub fn base_url(&self, role: &str, session: &str) -> String {
        format!("http://{}/{role}/{session}", self.address)
    }

    /// The port it listens on, on loopback.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Messages requests received so far, whatever the answer was.
    pub fn requests_served(&self) -> u64 {
        self.stage.served()
    }

    /// The latest requests, oldest first: at most 1000, only the last few with their bodies.
    pub fn recorded(&self) -> Vec<RecordedRequest> {
        self.stage.recorded()
    }

    /// Ends it: unanswered requests are dropped, streams are cut, the port is free afterwards.
    pub async fn stop(self) {
        let Self { ending, mut tasks, .. } = self;
        drop(ending);
        if tokio::time::timeout(STOP_LIMIT, tasks.join_next()).await.is_err() {
            tracing::warn!("a connection of the rehearsal did not end in time and was dropped");
            tasks.shutdown().await;
        }
    }
}

async fn not_found() -> Response {
    failure(&ApiError::new(404, "a rehearsal only answers POST /<role>/<session>/v1/messages"))
}

async fn messages(
    State(stage): State<Arc<Stage>>,
    Path((role, session)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Ok(request) = serde_json::from_slice(&body) else {
        return failure(&ApiError::new(400, "the request is not JSON"));
    };
    let header_names = headers.keys().map(|name| name.as_str().to_owned()).collect();
    let call = Call { role, session, header_names, request, bytes: body.len() };
    let is_stream = call.request["stream"] == true;
    let ended = stage.ended();
    match stage.answer(call) {
        Reply::Silence => {
            ended.cancelled().await;
            failure(&ApiError::new(503, "the rehearsal has ended"))
        }
        Reply::Error { error, delay } => {
            wait(&ended, delay.first).await;
            failure(&error)
        }
        Reply::Message { answer, delay, is_cut } => {
            wait(&ended, delay.first).await;
            let mut headers = HeaderMap::new();
            if let Ok(id) = HeaderValue::try_from(new_id("req_01")) {
                headers.insert(REQUEST_ID, id);
            }
            let mut pieces = if is_stream {
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
                headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
                answer.events()
            } else {
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
                in_halves(&answer.message().to_string())
            };
            if is_cut {
                pieces.truncate(pieces.len() / 2);
            }
            (headers, piecewise(pieces, delay.chunk, is_cut, ended)).into_response()
        }
    }
}

/// Sends the pieces one by one. Ends in the middle of the chunked body, as a lost connection does, when it is cut
/// and when the rehearsal ends first.
fn piecewise(pieces: Vec<String>, pause: Duration, is_cut: bool, ended: CancellationToken) -> Body {
    let lost = || io::Error::new(io::ErrorKind::ConnectionAborted, "the rehearsal drops this connection");
    let ending = is_cut.then_some(None);
    let parts = pieces.into_iter().map(Some).chain(ending).enumerate();
    Body::from_stream(stream::iter(parts).then(move |(index, part)| {
        let ended = ended.clone();
        async move {
            let pause = if part.is_none() { pause.max(FLUSH_PAUSE) } else { pause };
            if index > 0 {
                wait(&ended, pause).await;
            }
            part.filter(|_| !ended.is_cancelled()).map(Bytes::from).ok_or_else(lost)
        }
    }))
}

async fn wait(ended: &CancellationToken, pause: Duration) {
    if !pause.is_zero() {
        // The rehearsal's end cuts every pause short; what follows notices it by itself.
        let _ = tokio::time::timeout(pause, ended.cancelled()).await;
    }
}

fn in_halves(text: &str) -> Vec<String> {
    let middle = (text.len() / 2..text.len()).find(|index| text.is_char_boundary(*index)).unwrap_or(text.len());
    let (first, second) = text.split_at(middle);
    vec![first.to_owned(), second.to_owned()]
}

fn failure(error: &ApiError) -> Response {
    let id = new_id("req_01");
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = error_body(error.status, error.message.as_deref(), &id);
    let mut response = (status, [(REQUEST_ID, id)], Json(body)).into_response();
    for (name, value) in &error.headers {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    response
}
