//! The transcript of a session, written in batches beside the stream it records.

use crate::{OpenProject, redact};
use harness_agent::{Body, Message, wire::Block};
use harness_domain::{
    event::Event,
    id::SessionId,
    loops::{Loop, LoopStep},
};
use harness_store::{ProjectStore, StoreError, TranscriptRow};
use serde_json::json;
use std::{
    borrow::Cow,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

/// The kind of a transcript row that the host writes when it found a loop.
pub const LOOP_ROW: &str = "loop_detected";
/// Unwritten text at which the stream is made to wait: the disk is slower than the CLI, and memory is finite.
const MOST_UNWRITTEN_BYTES: usize = 64 * 1024 * 1024;

/// Takes messages at the speed of the stream and writes them at the speed of the disk.
#[derive(Clone)]
pub(super) struct Recorder {
    shared: Arc<Shared>,
}

struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    rows: Vec<TranscriptRow>,
    bytes: usize,
    is_closed: bool,
    failure: Option<String>,
}

/// The thread that writes. Ends when the recorder is closed and everything is written.
pub(super) struct Writer(std::thread::JoinHandle<()>);

impl Recorder {
    /// Starts the thread that writes the transcript of `session`; `on_failure` is called once if it cannot.
    pub fn start(
        store: ProjectStore,
        session: SessionId,
        on_failure: impl FnOnce(&StoreError) + Send + 'static,
    ) -> std::io::Result<(Self, Writer)> {
        let shared = Arc::new(Shared { queue: Mutex::default(), changed: Condvar::new() });
        let writing = shared.clone();
        let thread = std::thread::Builder::new().name("transcript".into()).spawn(move || {
            if let Err(error) = writing.write_all(&store, &session) {
                on_failure(&error);
                // Nobody must wait for room that will never come.
                let mut queue = writing.queue();
                queue.failure = Some(error.to_string());
                queue.rows.clear();
                writing.changed.notify_all();
            }
        })?;
        Ok((Self { shared }, Writer(thread)))
    }

    /// Queues one message at time `at_ms`. Waits only when 64 MiB are still unwritten.
    pub fn add(&self, message: &Message, at_ms: i64) {
        let Some(kind) = kind_of(&message.body) else { return };
        let row = TranscriptRow {
            at_ms,
            kind: kind.to_owned(),
            text_for_search: words_of(&message.body),
            body: message.raw.clone(),
        };
        self.push(row);
    }

    fn push(&self, row: TranscriptRow) {
        let bytes = row.body.len() + row.text_for_search.len();
        let mut queue = self.shared.queue();
        while queue.bytes > MOST_UNWRITTEN_BYTES && queue.failure.is_none() {
            queue = self.shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        if queue.failure.is_some() {
            return;
        }
        queue.bytes += bytes;
        queue.rows.push(row);
        drop(queue);
        self.shared.changed.notify_all();
    }

    /// Puts a loop that was found where it was found in the transcript, and tells the world.
    pub fn note_loop(&self, project: &OpenProject, session: &SessionId, found: &Loop, step: LoopStep) {
        self.push(loop_row(found, step, project.app.clock.now_ms()));
        publish_loop(project, session, found, step);
    }

    /// No more messages will come; the thread ends once all are written.
    pub fn close(&self) {
        self.shared.queue().is_closed = true;
        self.shared.changed.notify_all();
    }
}

impl Writer {
    /// Waits until everything is written.
    pub async fn finished(self) {
        // A writer that panicked has nothing more to write; its rows are lost, not the run.
        let _ = tokio::task::spawn_blocking(move || self.0.join()).await;
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_all(&self, store: &ProjectStore, session: &SessionId) -> Result<(), StoreError> {
        loop {
            let mut queue = self.queue();
            while queue.rows.is_empty() && !queue.is_closed {
                queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
            if queue.rows.is_empty() {
                return Ok(());
            }
            let batch = std::mem::take(&mut queue.rows);
            queue.bytes = 0;
            drop(queue);
            self.changed.notify_all();
            store.transcript_append(session, &batch)?;
        }
    }
}

/// Tells the world of a loop.
pub(super) fn publish_loop(project: &OpenProject, session: &SessionId, found: &Loop, step: LoopStep) {
    project.publish(Event::LoopDetected {
        session: session.clone(),
        kind: found.kind,
        step,
        description: found.description.clone(),
    });
}

/// A loop as the transcript keeps it: `{"type":"host","subtype":"loop_detected",…}`.
pub(super) fn loop_row(found: &Loop, step: LoopStep, at_ms: i64) -> TranscriptRow {
    let body = json!({
        "type": "host",
        "subtype": LOOP_ROW,
        "kind": found.kind,
        "step": step,
        "repetitions": found.repetitions,
        "confidence": found.confidence,
        "description": found.description,
        "evidence": found.evidence,
    });
    TranscriptRow {
        at_ms,
        kind: LOOP_ROW.to_owned(),
        // The watch compares what tools were really called with and what they answered.
        text_for_search: redact::owned(format!("{} {} {}", found.kind, step.as_str(), found.description)),
        body: redact::line(&body.to_string()).unwrap_or_else(|| body.to_string()),
    }
}

/// `message` without credentials. Pieces and control traffic, which nobody keeps, are returned as they are.
pub(super) fn without_secrets(message: &Message) -> Cow<'_, Message> {
    if kind_of(&message.body).is_none() {
        return Cow::Borrowed(message);
    }
    match (redact::line(&message.raw), &message.body) {
        (None, _) => Cow::Borrowed(message),
        (Some(raw), Body::Opaque(why)) => Cow::Owned(Message { raw, body: Body::Opaque(*why) }),
        (Some(raw), _) => Cow::Owned(Message::parse(&raw)),
    }
}

/// What is worth keeping: final messages. Pieces of them and the control traffic are not.
fn kind_of(body: &Body) -> Option<&'static str> {
    match body {
        Body::StreamEvent(_)
        | Body::ControlRequest { .. }
        | Body::ControlResponse { .. }
        | Body::ControlCancel { .. } => None,
        Body::SystemInit(_) => Some("init"),
        Body::ApiRetry(_) => Some("api_retry"),
        Body::CompactBoundary { .. } => Some("compact_boundary"),
        Body::Assistant(_) => Some("assistant"),
        Body::User(_) => Some("user"),
        Body::RateLimit(_) => Some("rate_limit"),
        Body::Result(_) => Some("result"),
        _ => Some("other"),
    }
}

/// The words a person would search for.
fn words_of(body: &Body) -> String {
    match body {
        Body::Assistant(assistant) => {
            let words = assistant.blocks.iter().filter_map(|block| match block {
                Block::Text { text } => Some(text.clone()),
                Block::ToolUse { name, input, .. } => Some(format!("{name} {input}")),
                Block::Thinking { .. } | Block::Other { .. } => None,
            });
            words.collect::<Vec<_>>().join("\n")
        }
        Body::User(user) => {
            let results = user.results.iter().map(|result| result.text.as_str());
            results.chain(user.text.as_deref()).collect::<Vec<_>>().join("\n")
        }
        Body::Result(result) => result.text.clone().unwrap_or_default(),
        _ => String::new(),
    }
}
