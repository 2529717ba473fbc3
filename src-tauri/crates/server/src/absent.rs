//! Documented addresses of the older system whose feature this product does not have: each says so, and what there is
//! instead, to whoever is signed in.

use crate::{auth, reply::failure, reply::failure_with, state::State};
use axum::{
    Router,
    extract::{self, Request},
    http::StatusCode,
    response::Response,
    routing::any,
};
use harness_api::{ApiError, ErrorCode};

struct Absent {
    paths: &'static [&'static str],
    words: &'static str,
    instead: &'static str,
}

const ALL: [Absent; 4] = [
    Absent {
        paths: &[
            "/api/schedules",
            "/api/schedules/{*rest}",
            "/api/projects/{project}/schedules",
            "/api/projects/{project}/schedules/{*rest}",
        ],
        words: "this product has no timetable of runs",
        instead: "Let the system's own timer (cron, systemd) call `harness run`, or POST /api/projects/{project}/agent/start.",
    },
    Absent {
        paths: &["/api/projects/{project}/devserver", "/api/projects/{project}/devserver/{*rest}"],
        words: "this product starts no development server outside a session",
        instead: "Agents start what they check within their walls; start the project's own server in a terminal.",
    },
    Absent {
        paths: &["/api/terminal", "/api/terminal/{*rest}"],
        words: "no terminal of this machine is opened over the network",
        instead: "Use SSH, and `harness` in it.",
    },
    Absent {
        paths: &["/api/projects/{project}/features/analyze-complexity", "/api/feature-analyze/{*rest}"],
        words: "cards are not given a score of complexity",
        instead: "POST /api/projects/{project}/features/split-preview shows which cards a text would become, and an interview \
                  (/api/projects/{project}/interview) talks about them.",
    },
];

pub(crate) fn routes() -> Router<State> {
    ALL.iter().fold(Router::new(), |router, absent| {
        absent.paths.iter().fold(router, |router, path| {
            let serve = move |state: extract::State<State>, request: Request| answer(state.0, absent, request);
            router.route(path, any(serve))
        })
    })
}

async fn answer(state: State, absent: &'static Absent, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    if let Err(error) = auth::authenticate(&state, &parts).await {
        return failure(error);
    }
    let mut error = ApiError::new(ErrorCode::Unavailable, absent.words);
    error.hint = Some(absent.instead.into());
    failure_with(StatusCode::NOT_IMPLEMENTED, error)
}
