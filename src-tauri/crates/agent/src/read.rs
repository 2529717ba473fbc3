//! The readers of the CLI's two outputs. They never wait for the host's answers, only for room in a short queue.

use crate::{
    frame::{Framer, LINE_CAP},
    host::AgentHost,
    talk::{Event, Shared},
    wire::{Body, Message},
};
use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    sync::mpsc,
};

/// As much as a pipe holds on Linux.
const CHUNK: usize = 64 * 1024;

/// How much of the error output is kept, in bytes.
const STDERR_TAIL: usize = 8 * 1024;

/// Reads lines until the stream ends: each one to the host and to the tally, and what the driver must act on to it.
/// Holds one line at a time, however fast they come.
pub(crate) async fn stdout(
    mut stdout: impl AsyncRead + Unpin,
    shared: Arc<Shared>,
    host: Arc<dyn AgentHost>,
    events: mpsc::Sender<Event>,
) {
    let mut framer = Framer::new(LINE_CAP);
    let mut chunk = vec![0; CHUNK];
    let mut for_driver = VecDeque::new();
    loop {
        let read = stdout.read(&mut chunk).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the CLI's output cannot be read any more");
            0
        });
        shared.heard();
        let mut each = |frame: crate::frame::Frame<'_>| {
            let message = Message::of_frame(frame);
            show(host.as_ref(), &message);
            let results = shared.see(&message.body);
            for_driver.extend(event(message, results));
        };
        match read {
            0 => framer.finish(&mut each),
            read => framer.push(&chunk[..read], &mut each),
        }
        for event in for_driver.drain(..) {
            if events.send(event).await.is_err() {
                return; // the driver is gone, and the process with it
            }
        }
        if read == 0 {
            drop(events.send(Event::Eof).await); // a driver that is gone does not need it
            return;
        }
    }
}

fn show(host: &dyn AgentHost, message: &Message) {
    if catch_unwind(AssertUnwindSafe(|| host.on_message(message))).is_err() {
        tracing::error!("the host panicked over a line of the agent; the line is lost, the session goes on");
    }
}

fn event(message: Message, results: u32) -> Option<Event> {
    match message.body {
        Body::SystemInit(_) => Some(Event::TurnStarted),
        Body::Result(_) => Some(Event::Result { number: results }),
        Body::Task(task) => Some(Event::Task(task)),
        Body::ControlRequest { request_id, request } => Some(Event::Question { request_id, request }),
        Body::ControlResponse { request_id, answer } => Some(Event::Answer { request_id, answer }),
        Body::ControlCancel { request_id } => Some(Event::Withdrawn { request_id }),
        _ => None,
    }
}

/// Reads the error output to its end and keeps the last of it.
pub(crate) async fn stderr(mut stderr: impl AsyncRead + Unpin, tail: Arc<Tail>) {
    let mut chunk = vec![0; 4096];
    while let Ok(read @ 1..) = stderr.read(&mut chunk).await {
        tail.push(&chunk[..read]);
    }
}

/// The last bytes of a stream.
#[derive(Debug, Default)]
pub(crate) struct Tail(Mutex<VecDeque<u8>>);

impl Tail {
    fn push(&self, bytes: &[u8]) {
        let mut tail = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tail.extend(bytes);
        let excess = tail.len().saturating_sub(STDERR_TAIL);
        tail.drain(..excess);
    }

    /// As text; a character cut off at the beginning is left out.
    pub(crate) fn text(&self) -> String {
        let mut tail = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = tail.make_contiguous();
        let cut = bytes.iter().take_while(|byte| **byte & 0b1100_0000 == 0b1000_0000).count();
        String::from_utf8_lossy(&bytes[cut..]).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_bounded_and_begins_with_a_whole_character() {
        let tail = Tail::default();
        tail.push("日".repeat(10_000).as_bytes());
        let text = tail.text();
        assert!(text.len() <= STDERR_TAIL, "{} bytes were kept", text.len());
        assert!(text.chars().all(|c| c == '日'), "no broken character at the cut");
    }
}
