//! Watches what an agent does, and acts when it goes in circles: a word in its conversation, then the end of the session.
//!
//! Calls are known from the stream; how they ended from the hooks, and for those that no hook is asked about (a call the
//! CLI itself finds faulty) from the stream again. Each is judged once.

use super::{one::Ending, record::Recorder, standstill::while_still};
use crate::{OpenProject, git, verify};
use harness_agent::{
    Body, Message, ToolCall, ToolDone,
    wire::{Assistant, Block, StreamEvent},
};
use harness_domain::{
    failure::Outcome,
    id::SessionId,
    loops::{self, Action, Call, Effect, Ending as CallEnding, Limits, Loop, LoopStep, Sight, Spending, Watch},
    run::Role,
};
use serde_json::Value;
use std::{
    collections::{HashMap, VecDeque},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Calls whose end is awaited. More of them at once than the CLI ever starts.
const OPEN_CALLS: usize = 256;
/// Speakers (the agent and those that work for it) whose open message is remembered.
const SPEAKERS: usize = 64;
/// How much of a tool's answer is read, in bytes.
const ANSWER_BYTES: usize = 64 * 1024;
/// Tools of the host whose success is progress by itself.
const REPORTS: [&str; 5] = ["_create", "_mark_", "_resolve", "_skip", "_request_"];
/// Beside a role that builds, one that reads and reports may take so many times as long without changing a file.
const READER_PATIENCE: u32 = 3;

/// Watches one session.
pub(super) struct SessionWatch {
    project: OpenProject,
    session: SessionId,
    recorder: Recorder,
    ending: Arc<Ending>,
    inner: Mutex<Inner>,
}

struct Inner {
    watch: Watch,
    spending: Spending,
    /// The message each speaker (none: the agent itself) is writing.
    writing: HashMap<Option<String>, String>,
    /// Calls that were made and have not ended, oldest first.
    open: VecDeque<(String, Call)>,
    /// What the session was ended for.
    ended_for: Option<Loop>,
}

impl SessionWatch {
    /// A watch over a session that has not begun. `limits` are those of a session that builds.
    pub fn new(
        project: OpenProject,
        session: SessionId,
        role: Role,
        limits: Limits,
        recorder: Recorder,
        ending: Arc<Ending>,
    ) -> Self {
        let inner = Inner {
            watch: Watch::new(for_role(limits, role)),
            spending: Spending::default(),
            writing: HashMap::new(),
            open: VecDeque::new(),
            ended_for: None,
        };
        Self { project, session, recorder, ending, inner: Mutex::new(inner) }
    }

    /// Takes note of how the tree is before the agent begins. May take as long as git takes to look at it.
    pub async fn begin(&self) {
        if let Some(tree) = self.tree().await {
            self.inner().watch.begin(tree);
        }
    }

    /// Takes note of a line of the stream. Does not block.
    pub fn hear(&self, message: &Message) {
        match &message.body {
            Body::Assistant(assistant) => self.inner().hear_assistant(assistant),
            Body::StreamEvent(event) if event.usage.is_some() || event.message_id.is_some() => {
                self.inner().hear_event(event);
            }
            Body::User(user) => {
                for result in &user.results {
                    // What a hook has told of already is not open any more.
                    let Some(call) = self.inner().take(&result.tool_use_id) else { continue };
                    let ending = if result.is_error { CallEnding::Failed } else { CallEnding::Ok };
                    if let Some(words) = self.judge(call, ending, &result.text) {
                        self.ending.say(words);
                    }
                }
            }
            _ => {}
        }
    }

    /// A tool ran or failed; returns words for the agent beside the tool's own answer.
    pub async fn ended(&self, done: &ToolDone) -> Option<String> {
        let call = self.inner().take(&done.tool_use_id).unwrap_or_else(|| Call::read(&done.tool, &done.input));
        let is_report = done.error.is_none() && REPORTS.iter().any(|part| done.tool.contains(part));
        let words = match &done.error {
            Some(error) => error.clone(),
            None => words_of(&call, &done.response),
        };
        let ending = if done.error.is_some() { CallEnding::Failed } else { CallEnding::Ok };
        let doubt = match self.see(call, ending, &words, is_report) {
            Sight::Calm => return None,
            Sight::Stuck(step, found) => return self.act(step, &found),
            Sight::Doubt(doubt) => doubt,
        };
        let tree = self.tree().await;
        let sight = self.inner().watch.compare(doubt, tree);
        match sight {
            Sight::Stuck(step, found) => self.act(step, &found),
            Sight::Calm | Sight::Doubt(_) => None,
        }
    }

    /// The host refused a call, which the agent reads as its error; returns the reason with what else it has to hear.
    pub fn refused(&self, call: &ToolCall, reason: String) -> String {
        let read = self.inner().take(&call.tool_use_id).unwrap_or_else(|| Call::read(&call.tool, &call.input));
        match self.judge(read, CallEnding::Failed, &reason) {
            Some(words) => format!("{reason}\n\n{words}"),
            None => reason,
        }
    }

    /// The agent was kept waiting since then, by a question to a person or by the host's checks.
    pub fn excuse_since(&self, since_ms: i64) {
        let millis = self.project.app.clock.now_ms().saturating_sub(since_ms);
        self.inner().watch.excuse(millis);
    }

    /// What the session was ended for, if it was ended from here.
    pub fn ended_for(&self) -> Option<Loop> {
        self.inner().ended_for.clone()
    }

    /// Judges without looking at the tree: a doubt is left for the next call that a hook tells of.
    fn judge(&self, call: Call, ending: CallEnding, words: &str) -> Option<String> {
        match self.see(call, ending, words, false) {
            Sight::Stuck(step, found) => self.act(step, &found),
            Sight::Calm | Sight::Doubt(_) => None,
        }
    }

    fn see(&self, call: Call, ending: CallEnding, words: &str, is_report: bool) -> Sight {
        let action = Action::new(call, ending, words, self.project.app.clock.now_ms());
        let mut inner = self.inner();
        if inner.ended_for.is_some() {
            return Sight::Calm;
        }
        let tokens = inner.spending.tokens();
        if is_report {
            inner.watch.progressed();
        }
        inner.watch.record(&action, tokens)
    }

    /// Carries out a step of the ladder; returns what the agent is told.
    fn act(&self, step: LoopStep, found: &Loop) -> Option<String> {
        self.recorder.note_loop(&self.project, &self.session, found, step);
        match step {
            LoopStep::Nudged => Some(loops::nudge(found)),
            LoopStep::Ended | LoopStep::Parked => {
                self.inner().ended_for = Some(found.clone());
                self.ending.end(Outcome::LoopDetected { detail: loops::diagnosis(found) });
                None
            }
        }
    }

    async fn tree(&self) -> Option<u64> {
        let dir: PathBuf = self.project.dir().to_owned();
        match while_still(&self.project, move || Ok(git::moment(&dir)?)).await {
            Ok(moment) => {
                if let [first, rest @ ..] = moment.hidden() {
                    self.project.notice("files_hidden", verify::hidden_from_git(first, rest));
                }
                Some(moment.fingerprint())
            }
            Err(error) => {
                tracing::warn!(session = %self.session, %error, "the state of the tree could not be read");
                None
            }
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn hear_assistant(&mut self, assistant: &Assistant) {
        if let (Some(message), Some(usage)) = (&assistant.message_id, assistant.usage) {
            self.spending.see(message, usage);
        }
        for block in &assistant.blocks {
            if let Block::ToolUse { id, name, input } = block {
                if self.open.len() == OPEN_CALLS {
                    self.open.pop_front();
                }
                self.open.push_back((id.clone(), Call::read(name, input)));
            }
        }
    }

    fn hear_event(&mut self, event: &StreamEvent) {
        let speaker = &event.parent_tool_use_id;
        if let Some(id) = &event.message_id {
            if self.writing.len() == SPEAKERS {
                self.writing.clear();
            }
            self.writing.insert(speaker.clone(), id.clone());
        }
        if let (Some(usage), Some(message)) = (event.usage, self.writing.get(speaker)) {
            self.spending.see(message, usage);
        }
    }

    fn take(&mut self, id: &str) -> Option<Call> {
        let place = self.open.iter().position(|(open, _)| open == id)?;
        self.open.remove(place).map(|(_, call)| call)
    }
}

/// Who builds changes files; who plans, describes or tests reads and reports.
fn for_role(limits: Limits, role: Role) -> Limits {
    match role {
        Role::Coding => limits,
        Role::Initializer | Role::Analyst | Role::Tester => Limits {
            stale_calls: limits.stale_calls,
            calls: limits.calls.saturating_mul(READER_PATIENCE),
            tokens: limits.tokens.saturating_mul(u64::from(READER_PATIENCE)),
            millis: limits.millis.saturating_mul(i64::from(READER_PATIENCE)),
        },
    }
}

/// The words of a tool's structured answer. Of an edit there is nothing to learn that the call did not say, and its
/// answer holds the whole file; of a note likewise.
fn words_of(call: &Call, answer: &Value) -> String {
    let mut words = String::new();
    if !matches!(call.effect, Effect::Changes { .. } | Effect::Notes) {
        gather(answer, &mut words);
    }
    words
}

fn gather(value: &Value, words: &mut String) {
    if words.len() >= ANSWER_BYTES {
        return;
    }
    match value {
        Value::String(text) => {
            words.push_str(text);
            words.push('\n');
        }
        Value::Number(number) => {
            words.push_str(&number.to_string());
            words.push('\n');
        }
        Value::Array(values) => values.iter().for_each(|value| gather(value, words)),
        Value::Object(fields) => {
            let told = fields.iter().filter(|(name, _)| !is_measurement(name));
            told.for_each(|(_, value)| gather(value, words));
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// Fields of answers that differ each time.
fn is_measurement(name: &str) -> bool {
    name.to_ascii_lowercase().contains("duration") || name == "timestamp" || name == "tool_use_id"
}
