//! The transcript of a session, written in batches beside the stream it records.

use super::{
    facets::{facets_of, facets_of_host},
    progress::{Progress, Teller},
};
use crate::{
    OpenProject,
    bus::{Delivery, Subscription},
    redact,
};
use harness_agent::{Body, Message, wire::Block};
use harness_domain::{
    event::Event,
    id::{CheckpointId, SessionId},
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
/// The kind of a transcript row that the host writes when it refused a call.
pub const REFUSAL_ROW: &str = "tool_refused";
/// The kind of a transcript row that the host writes when it saved the project.
pub const CHECKPOINT_ROW: &str = "checkpoint";
/// Unwritten text at which the stream is made to wait: the disk is slower than the CLI, and memory is finite.
const MOST_UNWRITTEN_BYTES: usize = 64 * 1024 * 1024;

/// Takes messages at the speed of the stream and writes them at the speed of the disk.
#[derive(Clone)]
pub(super) struct Recorder {
    shared: Arc<Shared>,
    /// What happens beside the stream; only looked at where something of it belongs into the transcript.
    beside: Arc<Mutex<Subscription>>,
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
    progress: Progress,
    has_progressed: bool,
}

/// The thread that writes. Ends when the recorder is closed and everything is written.
pub(super) struct Writer(std::thread::JoinHandle<()>);

impl Recorder {
    /// Starts the thread that writes the transcript of `session`; `on_failure` is called once if it cannot.
    pub fn start(
        project: &OpenProject,
        session: SessionId,
        on_failure: impl FnOnce(&StoreError) + Send + 'static,
    ) -> std::io::Result<(Self, Writer)> {
        let shared = Arc::new(Shared { queue: Mutex::default(), changed: Condvar::new() });
        let writing = shared.clone();
        let store = project.store.clone();
        let mut teller = Teller::new(project.clone(), session.clone());
        let beside = Arc::new(Mutex::new(project.app.bus.subscribe(None)));
        let thread = std::thread::Builder::new().name("transcript".into()).spawn(move || {
            if let Err(error) = writing.write_all(&store, &session, &mut teller) {
                on_failure(&error);
                // Nobody must wait for room that will never come.
                let mut queue = writing.queue();
                queue.failure = Some(error.to_string());
                queue.rows.clear();
                writing.changed.notify_all();
            }
        })?;
        Ok((Self { shared, beside }, Writer(thread)))
    }

    /// Queues one message at time `at_ms`. Waits only when 64 MiB are still unwritten.
    pub fn add(&self, message: &Message, at_ms: i64) {
        let Some(kind) = kind_of(&message.body) else { return };
        {
            let mut queue = self.shared.queue();
            queue.has_progressed |= queue.progress.hear(message);
        }
        let row = TranscriptRow {
            at_ms,
            kind: kind.to_owned(),
            text_for_search: words_of(&message.body),
            facets: facets_of(&message.body),
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

    /// Puts a refusal where it happened in the transcript.
    pub fn note_refusal(&self, tool: &str, subject: &str, rule: &str, reason: &str, at_ms: i64) {
        let body = json!({
            "type": "host", "subtype": REFUSAL_ROW, "tool": tool, "subject": subject, "rule": rule, "reason": reason,
        });
        self.push(host_row(REFUSAL_ROW, &body, format!("{tool} {rule} {reason}"), at_ms));
    }

    /// Puts a checkpoint where it was made in the transcript.
    pub fn note_checkpoint(&self, checkpoint: CheckpointId, name: &str, at_ms: i64) {
        let body = json!({ "type": "host", "subtype": CHECKPOINT_ROW, "checkpoint": checkpoint, "name": name });
        self.push(host_row(CHECKPOINT_ROW, &body, name.to_owned(), at_ms));
    }

    /// Notes the checkpoints of the project that were made since it was last asked, or since the start.
    pub fn note_checkpoints(&self, project: &OpenProject) {
        let mut beside = self.beside.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(delivery) = beside.try_next() {
            let Delivery::Event(envelope) = delivery else { continue };
            if let Event::CheckpointCreated { checkpoint, name, .. } = envelope.event
                && envelope.project == project.project.id
            {
                self.note_checkpoint(checkpoint, &name, envelope.at_ms);
            }
        }
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

    fn write_all(&self, store: &ProjectStore, session: &SessionId, teller: &mut Teller) -> Result<(), StoreError> {
        loop {
            let mut queue = self.queue();
            while queue.rows.is_empty() && !queue.is_closed {
                queue = match teller.patience() {
                    None => self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner),
                    Some(patience) => {
                        let waited = self.changed.wait_timeout(queue, patience);
                        let (queue, waited) = waited.unwrap_or_else(PoisonError::into_inner);
                        if waited.timed_out() {
                            teller.tell(false);
                        }
                        queue
                    }
                };
            }
            if std::mem::take(&mut queue.has_progressed) {
                teller.progress(&queue.progress);
            }
            if queue.rows.is_empty() {
                drop(queue);
                teller.tell(true);
                return Ok(());
            }
            let batch = std::mem::take(&mut queue.rows);
            queue.bytes = 0;
            drop(queue);
            self.changed.notify_all();
            teller.rows(store.transcript_append(session, &batch)?);
            teller.tell(false);
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
    // The watch compares what tools were really called with and what they answered.
    host_row(LOOP_ROW, &body, format!("{} {} {}", found.kind, step.as_str(), found.description), at_ms)
}

/// A row of the host's own, without credentials.
fn host_row(kind: &str, body: &serde_json::Value, words: String, at_ms: i64) -> TranscriptRow {
    let body = body.to_string();
    TranscriptRow {
        at_ms,
        kind: kind.to_owned(),
        text_for_search: redact::owned(words),
        facets: facets_of_host(kind),
        body: redact::line(&body).unwrap_or(body),
    }
}

/// `message` without credentials. Pieces and control traffic, which nobody keeps, are returned as they are.
pub(crate) fn without_secrets(message: &Message) -> Cow<'_, Message> {
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
