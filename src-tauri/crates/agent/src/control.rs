//! Our requests to the CLI and its answers.

use base64::{Engine as _, prelude::BASE64_STANDARD as BASE64};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use thiserror::Error;
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::{mpsc, oneshot},
};

/// Why a request to the CLI was not answered as hoped.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ControlError {
    /// The session ended first.
    #[error("the Claude CLI ended before it answered `{request}`")]
    Ended {
        /// The request's subtype.
        request: String,
    },
    /// No answer came in time.
    #[error("the Claude CLI did not answer `{request}` within {after_ms} ms")]
    TimedOut {
        /// The request's subtype.
        request: String,
        /// How long it was waited for, in milliseconds.
        after_ms: u64,
    },
    /// The CLI answered that it will not.
    #[error("the Claude CLI refused `{request}`: {message}")]
    Refused {
        /// The request's subtype.
        request: String,
        /// In the CLI's words.
        message: String,
    },
}

/// How long the CLI may take to answer a request of ours. It answers within milliseconds, in the middle of a turn too.
const PATIENCE: Duration = Duration::from_secs(15);

/// Lines that wait to be written. When it is full, the CLI has stopped reading: answers then wait, and everything else
/// is dropped, since the watchdogs will end such a session.
const QUEUE: usize = 256;

type Answer = Result<Value, String>;

/// Our side of the control channel.
#[derive(Debug)]
pub(crate) struct Control {
    outbound: mpsc::Sender<Outbound>,
    pending: Mutex<HashMap<String, oneshot::Sender<Answer>>>,
    next: AtomicU64,
}

#[derive(Debug)]
pub(crate) enum Outbound {
    Line(Vec<u8>),
    /// Closes the CLI's standard input: no further turn, please.
    Close,
}

impl Control {
    pub(crate) fn new() -> (Self, mpsc::Receiver<Outbound>) {
        let (outbound, lines) = mpsc::channel(QUEUE);
        (Self { outbound, pending: Mutex::default(), next: AtomicU64::new(1) }, lines)
    }

    /// Asks the CLI and waits for its answer.
    pub(crate) async fn request(&self, subtype: &str, body: Value) -> Result<Value, ControlError> {
        let request = || subtype.to_owned();
        let (id, answer) = self.ask(subtype, body);
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(message))) => Err(ControlError::Refused { request: request(), message }),
            Ok(Err(_)) => Err(ControlError::Ended { request: request() }),
            Err(_) => {
                self.pending().remove(&id);
                let after_ms = u64::try_from(PATIENCE.as_millis()).unwrap_or(u64::MAX);
                Err(ControlError::TimedOut { request: request(), after_ms })
            }
        }
    }

    /// Asks the CLI; the answer arrives at the receiver, which closes when there will be none.
    pub(crate) fn ask(&self, subtype: &str, mut body: Value) -> (String, oneshot::Receiver<Answer>) {
        let id = format!("harness-{}", self.next.fetch_add(1, Ordering::Relaxed));
        let (sender, answer) = oneshot::channel();
        if let Some(body) = body.as_object_mut() {
            body.insert("subtype".to_owned(), json!(subtype));
        }
        self.pending().insert(id.clone(), sender);
        if !self.push(&json!({ "type": "control_request", "request_id": id, "request": body })) {
            self.pending().remove(&id);
        }
        (id, answer)
    }

    /// Hands an answer of the CLI to whoever asked.
    pub(crate) fn resolve(&self, request_id: &str, answer: Answer) {
        match self.pending().remove(request_id) {
            Some(waiting) => drop(waiting.send(answer)), // whoever asked may have given up
            None => tracing::debug!(request_id, "the CLI answered a request that nobody waits for"),
        }
    }

    /// Nobody will answer any more.
    pub(crate) fn end(&self) {
        self.pending().clear();
    }

    /// Queues a user message, with pictures before its words when there are any.
    pub(crate) fn say(&self, session: &str, text: &str, images: &[(String, Vec<u8>)]) {
        let picture = |(media_type, bytes): &(String, Vec<u8>)| {
            let source = json!({ "type": "base64", "media_type": media_type, "data": BASE64.encode(bytes) });
            json!({ "type": "image", "source": source })
        };
        let content = match images {
            [] => json!(text),
            images => images.iter().map(picture).chain([json!({ "type": "text", "text": text })]).collect(),
        };
        let message = json!({ "role": "user", "content": content });
        self.push(&json!({ "type": "user", "message": message, "parent_tool_use_id": null, "session_id": session }));
    }

    /// Answers a question of the CLI. Waits while the CLI does not read.
    pub(crate) async fn answer(&self, request_id: &str, answer: Answer) {
        let response = match answer {
            Ok(response) => json!({ "subtype": "success", "request_id": request_id, "response": response }),
            Err(error) => json!({ "subtype": "error", "request_id": request_id, "error": error }),
        };
        let line = line(&json!({ "type": "control_response", "response": response }));
        // An error means that the session is over, and the question with it.
        drop(self.outbound.send(Outbound::Line(line)).await);
    }

    /// Closes the CLI's standard input after what is queued.
    pub(crate) fn close(&self) {
        if self.outbound.try_send(Outbound::Close).is_err() {
            tracing::debug!("the CLI's standard input is closed or full already");
        }
    }

    fn push(&self, message: &Value) -> bool {
        let sent = self.outbound.try_send(Outbound::Line(line(message))).is_ok();
        if !sent {
            tracing::warn!(kind = ?message.get("type"), "the CLI does not read its standard input; a line was dropped");
        }
        sent
    }

    fn pending(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<Answer>>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn line(message: &Value) -> Vec<u8> {
    let mut line = message.to_string().into_bytes(); // JSON text never holds a bare newline
    line.push(b'\n');
    line
}

/// Writes what is queued, in order, until it is told to close or the CLI stops reading.
pub(crate) async fn write(mut lines: mpsc::Receiver<Outbound>, mut stdin: impl AsyncWrite + Unpin) {
    while let Some(Outbound::Line(line)) = lines.recv().await {
        if let Err(error) = stdin.write_all(&line).await {
            tracing::debug!(%error, "the CLI closed its standard input");
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_answer_reaches_the_request_it_names() {
        let (control, _lines) = Control::new();
        let (first, answer_to_first) = control.ask("interrupt", json!({}));
        let (second, answer_to_second) = control.ask("set_model", json!({ "model": "m" }));
        control.resolve(&second, Err("no such model".into()));
        control.resolve("unknown", Ok(json!(0)));
        control.resolve(&first, Ok(json!({ "done": true })));
        assert_eq!(answer_to_first.await.unwrap(), Ok(json!({ "done": true })), "answers come in any order");
        assert_eq!(answer_to_second.await.unwrap(), Err("no such model".into()), "and may be refusals");
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_without_an_answer_times_out_and_one_after_the_end_says_so() {
        let (control, lines) = Control::new();
        let error = control.request("interrupt", json!({})).await.unwrap_err();
        assert_eq!(error, ControlError::TimedOut { request: "interrupt".into(), after_ms: 15_000 }, "nobody answered");
        drop(lines);
        let error = control.request("interrupt", json!({})).await.unwrap_err();
        assert_eq!(error, ControlError::Ended { request: "interrupt".into() }, "nobody can");
    }

    #[tokio::test]
    async fn what_was_queued_before_the_close_is_written_and_nothing_after_it() {
        let (control, lines) = Control::new();
        control.say("s", "two\nlines", &[]);
        control.close();
        control.say("s", "too late", &[]);
        let mut written = Vec::new();
        write(lines, &mut written).await;
        let text = String::from_utf8(written).unwrap();
        assert_eq!(text.lines().count(), 1, "one message is one line, whatever is in it: {text}");
        assert!(text.contains("two\\nlines"), "in order, up to the close: {text}");
    }
}
