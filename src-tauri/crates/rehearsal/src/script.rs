//! A role's script, checked and complete: steps that become the model's turns.

use crate::{
    condition::Condition,
    template::{Template, Text},
};
use axum::http::{HeaderName, HeaderValue};
use std::time::Duration;

/// One entry of a script.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// Checked before every repetition; the step ends when it does not hold.
    pub when: Condition,
    pub repeat: Repeat,
    pub kind: StepKind,
}

#[derive(Debug, Clone)]
pub(crate) enum StepKind {
    Turn(Box<Turn>),
    /// Steps one after another.
    Group(Vec<Step>),
    /// The first whose `when` holds.
    Choose(Vec<Step>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    Times(u32),
    Forever,
}

/// What the model does when it is its turn.
#[derive(Debug, Clone)]
pub(crate) struct Turn {
    /// Unique in its scenario.
    pub id: usize,
    pub say: Option<Text>,
    pub calls: Vec<Call>,
    /// Bytes of filler text after `say`.
    pub fill: usize,
    pub delay: Delay,
    pub fault: Option<Fault>,
    pub usage: Usage,
}

/// A tool call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// As the CLI knows the tool.
    pub tool: String,
    pub input: Template,
}

/// How slowly an answer comes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Delay {
    /// Before the first byte.
    pub first: Duration,
    /// Between two pieces of the stream.
    pub chunk: Duration,
}

/// Something that goes wrong instead of the answer.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub kind: FaultKind,
    /// How often in one session; without it, always.
    pub times: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FaultKind {
    Status(ApiError),
    /// No answer, ever.
    Hang,
    /// The connection ends in the middle of the answer.
    Cut,
}

/// An answer with an HTTP error status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    /// From 400 to 599.
    pub status: u16,
    /// Replaces the service's usual words.
    pub message: Option<String>,
    /// Names in lower case.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

/// Token counts that replace the estimated ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub input: Option<u64>,
    pub output: Option<u64>,
    pub cache_write: Option<u64>,
    pub cache_read: Option<u64>,
}

impl Turn {
    /// Whether it becomes an assistant turn of the conversation. A turn that only fails leaves no trace in it.
    pub fn has_output(&self) -> bool {
        self.say.is_some() || !self.calls.is_empty() || self.fill > 0
    }
}

impl ApiError {
    /// An error with its own words and no headers.
    pub fn new(status: u16, message: &str) -> Self {
        Self { status, message: Some(message.into()), headers: Vec::new() }
    }
}
