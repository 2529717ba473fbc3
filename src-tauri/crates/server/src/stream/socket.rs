//! One socket: what it is told, until it goes away or is sent away.

use crate::state::{State, Visitor};
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use futures::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use harness_api::{Caller, Frame, Frames, JoinStream};
use std::time::{Duration, Instant};

/// How often a silent client is asked whether it is there.
const ASK_EVERY: Duration = Duration::from_secs(20);
/// How long it may take to say so.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the last word may take to be written.
const PARTING: Duration = Duration::from_secs(2);
/// Messages written at once: a burst costs few system calls.
const BATCH: usize = 256;

/// What a socket's client is told of each frame.
pub(super) trait Script {
    /// Messages right after the hello.
    fn greet(&mut self, state: &State, caller: &Caller) -> impl Future<Output = Vec<String>> + Send;

    /// Adds the messages that a frame is.
    fn tell(&mut self, frame: &Frame, out: &mut Vec<String>);
}

/// Why a socket ends.
enum End {
    Gone,
    Sent(u16, &'static str),
}

/// Tells a client everything until one of both leaves.
pub(super) async fn attend(
    state: State,
    visitor: Visitor,
    join: JoinStream,
    mut script: impl Script,
    socket: WebSocket,
) {
    let open = state.metrics.socket();
    // So that the door waits for its last word.
    let _here = state.tasks.token();
    let (mut out, mut heard) = socket.split();
    let mut frames = state.api.subscribe(&join);
    let mut last_heard = Instant::now();
    let end = tokio::select! {
        end = tell(&state, &visitor.caller, &mut frames, &mut script, &mut out, &mut heard, &mut last_heard) => end,
        () = visitor.revoked.cancelled() => End::Sent(close_code::POLICY, "signed out"),
        () = state.stopping.cancelled() => End::Sent(close_code::AWAY, "the server is being stopped"),
    };
    if let End::Sent(code, words) = end {
        let close = Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(words) }));
        // A client that does not read is left without it.
        let _ = tokio::time::timeout(PARTING, out.send(close)).await;
    }
    drop(open);
}

async fn tell(
    state: &State,
    caller: &Caller,
    frames: &mut Frames,
    script: &mut impl Script,
    out: &mut SplitSink<WebSocket, Message>,
    heard: &mut SplitStream<WebSocket>,
    last_heard: &mut Instant,
) -> End {
    let mut words = Vec::new();
    let mut is_greeted = false;
    let mut ask = tokio::time::interval_at(tokio::time::Instant::now() + ASK_EVERY, ASK_EVERY);
    loop {
        tokio::select! {
            frame = frames.next() => {
                let mut next = Some(frame);
                let mut count = 0;
                while let Some(frame) = next {
                    // Somebody else's project is nobody's business.
                    if !matches!(&frame, Frame::Event { envelope } if !caller.may_see(envelope.project)) {
                        state.metrics.framed(matches!(frame, Frame::Resync { .. }));
                        script.tell(&frame, &mut words);
                    }
                    count += 1;
                    next = if count < BATCH { frames.try_next() } else { None };
                }
                if !is_greeted {
                    is_greeted = true;
                    words.extend(script.greet(state, caller).await);
                }
                for word in words.drain(..) {
                    if out.feed(Message::Text(word.into())).await.is_err() {
                        return End::Gone;
                    }
                }
                if out.flush().await.is_err() {
                    return End::Gone;
                }
            }
            message = heard.next() => {
                *last_heard = Instant::now();
                match message {
                    None | Some(Err(_) | Ok(Message::Close(_))) => return End::Gone,
                    Some(Ok(Message::Text(text))) if is_ping(&text) => {
                        if out.send(Message::Text(Utf8Bytes::from_static(r#"{"type":"pong"}"#))).await.is_err() {
                            return End::Gone;
                        }
                    }
                    Some(Ok(_)) => {}
                }
            }
            _ = ask.tick() => {
                if last_heard.elapsed() > PATIENCE {
                    return End::Sent(close_code::POLICY, "nothing was heard");
                }
                if out.send(Message::Ping(bytes::Bytes::new())).await.is_err() {
                    return End::Gone;
                }
            }
        }
    }
}

/// Whether it is the documented question whether we are there.
fn is_ping(text: &str) -> bool {
    text == "ping" || serde_json::from_str::<serde_json::Value>(text).is_ok_and(|said| said["type"] == "ping")
}
