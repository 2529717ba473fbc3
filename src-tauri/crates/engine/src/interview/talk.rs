//! One interview while it is talked about: who speaks, what is said this moment, and what keeps it from going on.

use super::Problem;
use crate::{EngineError, OpenProject, redact, requests};
use harness_agent::{Handle, wire::ApiRetry};
use harness_domain::{event::Event, id::InterviewId, interview::Speaker, spec::draft::Draft};
use serde_json::Value;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// How often at most pieces of an answer are told.
const BETWEEN_PIECES: Duration = Duration::from_millis(120);

/// What happens in an interview this moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Activity {
    /// Nothing: it is the person's turn.
    #[default]
    Idle,
    /// The CLI is being started.
    Starting,
    /// The agent thinks, reads or writes.
    Thinking,
    /// The agent asked something and waits for the answer.
    Asking,
}

/// The API did not answer, and the CLI tries again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retrying {
    /// The CLI's word for the reason: `rate_limit`, `overloaded`, …
    pub reason: String,
    /// Which try failed.
    pub attempt: u32,
}

/// One interview while it is talked about.
pub(super) struct Talk {
    pub project: OpenProject,
    pub id: InterviewId,
    state: Mutex<State>,
    drafting: Mutex<()>,
}

#[derive(Default)]
pub(super) struct State {
    pub activity: Activity,
    /// What the agent has written of the text that it writes now.
    pub partial: String,
    /// What it does besides writing.
    pub doing: Option<String>,
    pub retrying: Option<Retrying>,
    pub question: Option<Question>,
    pub problem: Option<Problem>,
    /// The process that hears what is said, if there is one.
    pub line: Option<Line>,
    told: Option<Instant>,
    lines: u64,
}

impl State {
    /// A number for a process that no other one of this interview has.
    pub fn next_line(&mut self) -> u64 {
        self.lines += 1;
        self.lines
    }

    /// The process is gone, and all that was under way with it.
    pub fn hang_up(&mut self, problem: Option<Problem>) {
        *self = Self { problem, lines: self.lines, ..Self::default() };
    }
}

/// A question that waits for the person.
pub(super) struct Question {
    /// As it was asked.
    pub fields: String,
    answer: oneshot::Sender<Value>,
}

/// The way to a process.
pub(super) struct Line {
    pub number: u64,
    /// None while it is being started.
    pub handle: Option<Handle>,
    /// What is said as soon as there is somebody who hears it.
    pub unsaid: Vec<String>,
    /// Ends it.
    pub hang_up: CancellationToken,
    /// Since when nothing happens on it.
    pub idle_since: Option<Instant>,
}

impl Talk {
    pub fn new(project: OpenProject, id: InterviewId) -> Self {
        Self { project, id, state: Mutex::default(), drafting: Mutex::default() }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        // Whole after every statement, so a panic elsewhere cannot have left it half-changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Held by who changes the draft.
    pub fn drafting(&self) -> MutexGuard<'_, ()> {
        self.drafting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the world that there is something to see.
    pub fn tell(&self) {
        self.project.publish(Event::InterviewChanged { interview: self.id });
    }

    /// Keeps what was said; an interview that is over keeps nothing more.
    pub fn said(&self, speaker: Speaker, text: &str) {
        // The reader of the stream waits for this write: a conversation has few, and each has to be there before it is told.
        let now_ms = self.project.app.clock.now_ms();
        if let Err(error) = self.project.store.remark_add(self.id, speaker, &redact::text(text), now_ms) {
            tracing::warn!(interview = %self.id, %error, "what was said was not kept");
        }
        let mut state = self.state();
        if speaker == Speaker::Agent {
            (state.partial, state.doing, state.retrying) = (String::new(), None, None);
        }
        drop(state);
        self.tell();
    }

    /// The agent wrote a piece of a text.
    pub fn heard(&self, words: &str) {
        let mut state = self.state();
        state.partial.push_str(words);
        state.retrying = None;
        if state.told.is_some_and(|told| told.elapsed() < BETWEEN_PIECES) {
            return; // the whole text is told when it is there
        }
        state.told = Some(Instant::now());
        drop(state);
        self.tell();
    }

    /// What the agent does besides writing.
    pub fn doing(&self, what: Option<String>) {
        let mut state = self.state();
        if state.doing == what {
            return;
        }
        state.doing = what.map(redact::owned);
        drop(state);
        self.tell();
    }

    pub fn retrying(&self, retry: &ApiRetry) {
        let reason = retry.error.clone().unwrap_or_else(|| "connection".into());
        self.state().retrying = Some(Retrying { reason, attempt: retry.attempt.unwrap_or(1) });
        self.tell();
    }

    /// The agent's turn is over, and so much was spent in all.
    pub fn answered(&self, cost_usd: f64, is_error: bool) {
        if let Err(error) = self.project.store.interview_cost(self.id, cost_usd) {
            tracing::warn!(interview = %self.id, %error, "what an interview cost was not kept");
        }
        let mut state = self.state();
        (state.partial, state.doing, state.retrying) = (String::new(), None, None);
        if let Some(line) = &mut state.line {
            line.idle_since = Some(Instant::now());
            // Why it failed is known for certain only once the process is gone.
            if let (Some(handle), true) = (&line.handle, is_error) {
                handle.leave();
            }
        }
        if !is_error {
            state.activity = Activity::Idle;
        }
        drop(state);
        self.tell();
    }

    /// Puts a question to the person; what is received is the answer, as it is stored.
    pub fn ask(&self, fields: &Value) -> oneshot::Receiver<Value> {
        let (answer, receiver) = oneshot::channel();
        let fields = fields.to_string();
        self.said(Speaker::Agent, &in_words(&fields));
        let mut state = self.state();
        state.question = Some(Question { fields, answer });
        state.activity = Activity::Asking;
        drop(state);
        self.tell();
        receiver
    }

    /// Takes a question back.
    pub fn unask(&self) {
        let mut state = self.state();
        state.question = None;
        if state.activity == Activity::Asking {
            state.activity = Activity::Thinking;
        }
        drop(state);
        self.tell();
    }

    /// Answers the question that waits: one answer for each of its parts, or one in the person's own words.
    ///
    /// Fails with `Refused` when none waits, or the answers do not fit.
    pub fn answer(&self, answers: &[String], is_free: bool) -> Result<(), EngineError> {
        let mut state = self.state();
        let Some(question) = &state.question else {
            return Err(EngineError::Refused("no question waits for an answer any more".into()));
        };
        let parts = requests::parts_of(&question.fields);
        let (answer, words) = match answers {
            [only] if is_free => (Value::String(only.trim().to_owned()), only.trim().to_owned()),
            _ => {
                let answer = requests::fill(&parts, answers).map_err(EngineError::Refused)?;
                (answer, answers.iter().filter(|answer| !answer.is_empty()).cloned().collect::<Vec<_>>().join("\n"))
            }
        };
        if words.trim().is_empty() {
            return Err(EngineError::Refused("the answer is empty: choose something, or write it".into()));
        }
        redact::refuse_secret("the answer", &words)?;
        let Some(question) = state.question.take() else { return Ok(()) };
        state.activity = Activity::Thinking;
        drop(state);
        self.said(Speaker::Person, &words);
        // The process may have gone away just now; its end tells so.
        let _ = question.answer.send(answer);
        Ok(())
    }
}

/// A question with its options, as the conversation keeps it.
fn in_words(fields: &str) -> String {
    let parts = requests::parts_of(fields).into_iter().map(|part| {
        let options = part.options.iter().map(|option| match &option.description {
            Some(description) => format!("\n- {}: {description}", option.label),
            None => format!("\n- {}", option.label),
        });
        part.label.clone() + "\n" + &options.collect::<String>()
    });
    parts.collect::<Vec<_>>().join("\n\n").trim().to_owned()
}

/// The draft as it is stored. One that cannot be read was written by another version, and begins anew.
pub(super) fn draft_of(json: &str) -> Draft {
    serde_json::from_str(json).unwrap_or_default()
}
