//! The event stream over WebSockets: one for the web interface, one per project with the documented names.
//!
//! Every socket reads the one ring of remembered events at its own pace. Nobody waits for a slow one; when it has
//! fallen behind further than the ring reaches, it is told to read everything anew.

mod documented;
mod socket;

use crate::{auth, input, reply::failure, state::State};
use axum::{
    extract::{self, FromRequestParts, Path, Request, ws::WebSocketUpgrade},
    response::Response,
};
use documented::Documented;
use harness_api::{ApiError, Caller, ErrorCode, Frame, JoinStream};
use harness_domain::id::ProjectId;
use socket::{Script, attend};
use url::form_urlencoded;

/// The most bytes that a client may send at once: it has nothing to say but `ping`.
const MOST_HEARD: usize = 4 * 1024;
/// What waits to be written to one socket at most, before the socket waits for its client.
const MOST_WAITING: usize = 1024 * 1024;

/// Whether sockets are opened at this address.
pub(crate) fn is_of_socket(path: &str) -> bool {
    path == "/api/events" || path.starts_with("/ws/")
}

/// `/api/events`: every event, as the web interface has it from the desktop too.
pub(crate) async fn events(extract::State(state): extract::State<State>, request: Request) -> Response {
    open(state, request, async |_: &State, _: &Caller| Ok(Plain)).await.unwrap_or_else(|response| response)
}

/// `/ws/projects/{project}`: one project's events under the documented names, and as they are.
pub(crate) async fn project(
    extract::State(state): extract::State<State>,
    Path(project): Path<String>,
    request: Request,
) -> Response {
    let script =
        async |state: &State, caller: &Caller| input::project(state, caller, &project).await.map(Documented::new);
    open(state, request, script).await.unwrap_or_else(|response| response)
}

async fn open<S: Script + Send + 'static>(
    state: State,
    request: Request,
    script: impl AsyncFnOnce(&State, &Caller) -> Result<S, ApiError>,
) -> Result<Response, Response> {
    let (mut parts, _) = request.into_parts();
    let visitor = auth::authenticate(&state, &parts).await.map_err(failure)?;
    let join = join_of(parts.uri.query().unwrap_or_default()).map_err(failure)?;
    let script = script(&state, &visitor.caller).await.map_err(failure)?;
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &state).await.map_err(|_| {
        let mut error = ApiError::new(ErrorCode::BadInput, "this address is for WebSockets");
        error.hint = Some("Open it with a WebSocket client.".into());
        failure(error)
    })?;
    let upgrade = upgrade
        .max_message_size(MOST_HEARD)
        .max_frame_size(MOST_HEARD)
        .write_buffer_size(16 * 1024)
        .max_write_buffer_size(MOST_WAITING);
    Ok(upgrade.on_upgrade(move |socket| attend(state, visitor, join, script, socket)))
}

/// From where on a client listens. Fails with `BadInput` when that cannot be read.
fn join_of(query: &str) -> Result<JoinStream, ApiError> {
    let mut join = JoinStream::default();
    for (name, text) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "after" => {
                let number = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
                let number =
                    number.ok_or_else(|| ApiError::new(ErrorCode::BadInput, "after: give an event's number"))?;
                join.after = Some(number);
            }
            "epoch" => join.epoch = Some(text.chars().take(64).collect()),
            _ => {}
        }
    }
    Ok(join)
}

/// Frames as they are.
struct Plain;

impl Script for Plain {
    async fn greet(&mut self, _: &State, _: &Caller) -> Vec<String> {
        Vec::new()
    }

    fn tell(&mut self, frame: &Frame, out: &mut Vec<String>) {
        out.extend(serde_json::to_string(frame).ok());
    }
}

/// Whether an event of `project` is for those who listen to `wanted`.
fn concerns(project: ProjectId, wanted: ProjectId) -> bool {
    project == wanted || project == ProjectId::ALL
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_stream_is_a_number_and_an_epoch() {
        let join = join_of("after=12&epoch=ab%2Fc&ticket=x").expect("a place");
        assert_eq!((join.after, join.epoch.as_deref()), (Some(12), Some("ab/c")));
        assert!(join_of("after=-1").is_err() && join_of("after=%2B1").is_err() && join_of("after=").is_err());
    }
}
