//! What the tasks of one session have in common: what they tell each other, and what they look at together.

use crate::{
    control::Control,
    usage::Tally,
    wire::{Body, Task},
};
use harness_domain::failure::Outcome;
use serde_json::Value;
use std::{
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

/// What the reader tells the driver.
#[derive(Debug)]
pub(crate) enum Event {
    TurnStarted,
    Result { number: u32 },
    Task(Task),
    Question { request_id: String, request: Value },
    Answer { request_id: String, answer: Result<Value, String> },
    Withdrawn { request_id: String },
    Eof,
}

/// What the owner asks for.
#[derive(Debug)]
pub(crate) enum Steer {
    Say(String),
    Leave,
    End(Outcome),
    Interrupted,
}

/// What the driver, the reader and the handles look at together.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) control: Control,
    pub(crate) initialize: OnceLock<Value>,
    tally: Mutex<Tally>,
    results: AtomicU32,
    born: Instant,
    heard_after_ms: AtomicU64,
    decided_after_ms: AtomicU64,
}

impl Shared {
    pub(crate) fn new(control: Control, born: Instant) -> Self {
        Self {
            control,
            initialize: OnceLock::new(),
            tally: Mutex::default(),
            results: AtomicU32::new(0),
            born,
            heard_after_ms: AtomicU64::new(0),
            decided_after_ms: AtomicU64::new(0),
        }
    }

    pub(crate) fn born(&self) -> Instant {
        self.born
    }

    /// How many results there were.
    pub(crate) fn results(&self) -> u32 {
        self.results.load(Ordering::Acquire)
    }

    /// The CLI wrote something.
    pub(crate) fn heard(&self) {
        self.heard_after_ms.store(self.age_ms(), Ordering::Relaxed);
    }

    /// The host answered a question of the CLI, whether or not the CLI has read that yet.
    pub(crate) fn decided(&self) {
        self.decided_after_ms.store(self.age_ms(), Ordering::Release);
    }

    fn age_ms(&self) -> u64 {
        u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Takes note of a line; returns how many results there were.
    pub(crate) fn see(&self, body: &Body) -> u32 {
        self.tally().see(body);
        if let Body::Result(_) = body {
            self.results.fetch_add(1, Ordering::AcqRel);
        }
        self.results()
    }

    /// When the host answered last; the session's birth when it never did.
    pub(crate) fn last_decided(&self) -> Instant {
        self.born + Duration::from_millis(self.decided_after_ms.load(Ordering::Acquire))
    }

    /// When the CLI wrote last.
    pub(crate) fn last_heard(&self) -> Instant {
        self.born + Duration::from_millis(self.heard_after_ms.load(Ordering::Relaxed))
    }

    pub(crate) fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
