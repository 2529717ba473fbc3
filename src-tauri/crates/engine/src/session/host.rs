//! The host's side of one session: records what the agent does and answers what it asks.

use super::{
    approval::{Answer, Approvals, QUESTION_TOOL},
    blocking,
    channel::ToolChannel,
    guard::SessionGuard,
    record::{self, Recorder},
    watch::SessionWatch,
};
use crate::{OpenProject, toolbox::Toolbox};
use async_trait::async_trait;
use harness_agent::{
    AgentHost, Body, Message, PermissionAnswer, PermissionAsk, ToolCall, ToolDone, ToolVerdict,
    wire::{Assistant, Block},
};
use harness_domain::{event::Event, id::SessionId, run::Role};
use harness_sandbox::{Decision, Verdict};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio_util::sync::CancellationToken;

/// How much of a text an event carries; the transcript has all of it.
const EVENT_TEXT_CHARS: usize = 2_000;
/// How much of a tool's input an event carries.
const EVENT_SUBJECT_CHARS: usize = 200;

/// Answers one session of the CLI.
pub(super) struct SessionHost {
    pub project: OpenProject,
    pub session: SessionId,
    pub role: Role,
    pub toolbox: Toolbox,
    pub channel: Arc<dyn ToolChannel>,
    pub recorder: Recorder,
    pub watch: SessionWatch,
    pub approvals: Approvals,
    /// Judges every call by what it names.
    pub guard: Arc<SessionGuard>,
    /// The built-in tools the session was started with.
    pub tools: Vec<String>,
    pub was_reminded: AtomicBool,
    pub last_words: Mutex<Option<String>>,
}

impl SessionHost {
    /// The agent's last text, for the diagnosis of an attempt that failed.
    pub fn last_words(&self) -> Option<String> {
        self.last_words.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn has_tool(&self, tool: &str) -> bool {
        self.tools.iter().any(|known| known == tool) || tool.starts_with("mcp__features__")
    }

    /// The guard's verdict. It looks at the disk, which may be slow, and whatever keeps it from a verdict is a refusal.
    async fn guarded(&self, call: &ToolCall) -> Verdict {
        let (guard, asked) = (self.guard.clone(), call.clone());
        let judged = tokio::task::spawn_blocking(move || guard.judge(&asked)).await;
        judged.unwrap_or_else(|error| {
            tracing::error!(session = %self.session, tool = call.tool, %error, "a call could not be judged");
            Verdict::deny("guard.failed", "the call could not be judged; try another way")
        })
    }

    /// The files of the project that a call runs.
    async fn files_run(&self, call: &ToolCall) -> BTreeSet<PathBuf> {
        let (guard, asked) = (self.guard.clone(), call.clone());
        blocking(move || guard.files_run(&asked)).await
    }

    /// Tells the agent why its call is not made, and the person that there was one.
    fn refuse(&self, call: &ToolCall, rule: &str, reason: String) -> ToolVerdict {
        tracing::info!(session = %self.session, tool = call.tool, rule, "a call was refused");
        self.project.publish(Event::ToolRefused {
            session: self.session.clone(),
            tool: call.tool.clone(),
            rule: rule.into(),
            reason: cut(&reason, EVENT_TEXT_CHARS),
        });
        let subject = cut(&subject_of(&call.input, self.project.dir()), EVENT_SUBJECT_CHARS);
        self.recorder.note_refusal(&call.tool, &subject, rule, &reason, self.project.app.clock.now_ms());
        ToolVerdict::Deny { reason }
    }

    fn note_assistant(&self, assistant: &Assistant) {
        for block in &assistant.blocks {
            match block {
                Block::Text { text } if !text.trim().is_empty() => {
                    *self.last_words.lock().unwrap_or_else(PoisonError::into_inner) = Some(text.clone());
                    let text = cut(text, EVENT_TEXT_CHARS);
                    self.project.publish(Event::AgentSaid { session: self.session.clone(), text });
                }
                Block::ToolUse { name, input, .. } => self.project.publish(Event::ToolUsed {
                    session: self.session.clone(),
                    tool: name.clone(),
                    subject: cut(&subject_of(input, self.project.dir()), EVENT_SUBJECT_CHARS),
                }),
                Block::Text { .. } | Block::Thinking { .. } | Block::Other { .. } => {}
            }
        }
    }

    /// What every call has to pass, in this order.
    async fn judge(&self, call: &ToolCall, cancelled: CancellationToken) -> ToolVerdict {
        if !self.has_tool(&call.tool) {
            let reason = format!("{} is not a tool of this session", call.tool);
            return self.refuse(call, "tool.unknown", format!("{reason} [tool.unknown]"));
        }
        if call.tool == QUESTION_TOOL {
            // The CLI puts it to `permission`, whose answer becomes the tool's own.
            return ToolVerdict::Defer;
        }
        let verdict = self.guarded(call).await;
        match verdict.decision {
            Decision::Allow => ToolVerdict::Allow,
            Decision::Deny => self.refuse(call, &verdict.rule, verdict.to_string()),
            Decision::Ask => match self.approvals.ask(call, &verdict, &self.files_run(call).await, &cancelled).await {
                Answer::Approved => ToolVerdict::Allow,
                Answer::Denied { message } => self.refuse(call, &verdict.rule, message),
            },
        }
    }
}

#[async_trait]
impl AgentHost for SessionHost {
    fn on_message(&self, message: &Message) {
        // Before anything is kept, shown or judged.
        let message = &*record::without_secrets(message);
        self.recorder.add(message, self.project.app.clock.now_ms());
        if let Body::Assistant(assistant) = &message.body {
            self.note_assistant(assistant);
        }
        self.watch.hear(message);
    }

    async fn pre_tool_use(&self, call: ToolCall, cancelled: CancellationToken) -> ToolVerdict {
        let asked_at_ms = self.project.app.clock.now_ms();
        let verdict = self.judge(&call, cancelled).await;
        self.watch.excuse_since(asked_at_ms);
        match verdict {
            // An agent that repeats what it may not do goes in circles like any other.
            ToolVerdict::Deny { reason } => ToolVerdict::Deny { reason: self.watch.refused(&call, reason) },
            verdict => verdict,
        }
    }

    async fn post_tool_use(&self, done: ToolDone) -> Option<String> {
        self.watch.ended(&done).await
    }

    async fn on_stop(&self) -> Option<String> {
        // Once: an agent that means to end must be able to.
        let (project, session) = (self.project.clone(), self.session.clone());
        let (toolbox, role) = (self.toolbox.clone(), self.role);
        let reminder = blocking(move || reminder(&project, &session, &toolbox, role)).await?;
        (!self.was_reminded.swap(true, Ordering::AcqRel)).then_some(reminder)
    }

    async fn on_pre_compact(&self) -> Option<String> {
        let toolbox = self.toolbox.clone();
        let held = blocking(move || toolbox.claimed()).await.ok()??;
        Some(format!("The session works on #{} ({}); keep what is left of its steps.", held.id, held.name))
    }

    async fn permission(&self, ask: PermissionAsk, cancelled: CancellationToken) -> PermissionAnswer {
        let asked_at_ms = self.project.app.clock.now_ms();
        if ask.tool == QUESTION_TOOL {
            let answer = self.approvals.question(&ask, &cancelled).await;
            self.watch.excuse_since(asked_at_ms);
            return answer;
        }
        if ask.tool.starts_with("mcp__features__") {
            return PermissionAnswer::Allow { input: None };
        }
        if !self.has_tool(&ask.tool) {
            return PermissionAnswer::Deny { message: "That is not a tool of this session.".into(), interrupt: false };
        }
        // Ours have let it pass already; what the CLI itself still has doubts about, a person decides.
        let why =
            ask.reason.clone().or_else(|| ask.reason_type.clone()).unwrap_or_else(|| "it does not say why".into());
        let verdict = Verdict::ask("cli.permission", format!("The Claude CLI asks for permission: {why}."));
        let call = ToolCall {
            tool: ask.tool,
            input: ask.input,
            tool_use_id: ask.tool_use_id.unwrap_or_default(),
            cwd: None,
            permission_mode: None,
            agent_id: None,
        };
        let guarded = self.guarded(&call).await;
        if guarded.decision == Decision::Deny {
            return PermissionAnswer::Deny { message: guarded.to_string(), interrupt: false };
        }
        let answer = self.approvals.ask(&call, &verdict, &self.files_run(&call).await, &cancelled).await;
        self.watch.excuse_since(asked_at_ms);
        match answer {
            Answer::Approved => PermissionAnswer::Allow { input: None },
            Answer::Denied { message } => PermissionAnswer::Deny { message, interrupt: false },
        }
    }

    async fn mcp(&self, _server: &str, message: Value) -> Value {
        let asked_at_ms = self.project.app.clock.now_ms();
        let answer = self.channel.handle(message).await;
        // A card that passes is saved at once.
        self.recorder.note_checkpoints(&self.project);
        self.watch.excuse_since(asked_at_ms);
        answer
    }
}

/// What an agent that wants to stop has forgotten, if anything. Asks the database.
fn reminder(project: &OpenProject, session: &SessionId, toolbox: &Toolbox, role: Role) -> Option<String> {
    if toolbox.is_done() {
        return None;
    }
    match role {
        Role::Coding => {
            let held = toolbox.claimed().ok()??;
            if project.store.was_kept_waiting(session, held.id).ok()? {
                return None; // it was told to end when nothing else is left
            }
            Some(format!(
                "#{id} ({name}) is still yours. If it is built and its tests pass, call feature_mark_passing. If only a \
                 person can decide something, call feature_request_human_input. If it cannot be done now, call \
                 feature_skip with the reason. Otherwise say what is in the way and end.",
                id = held.id,
                name = held.name
            ))
        }
        Role::Initializer => {
            let is_empty = project.store.counts().ok()?.total == 0;
            is_empty.then(|| "No features were created yet: create them with feature_create_bulk, then end.".into())
        }
        Role::Analyst | Role::Tester => None,
    }
}

/// What a tool call is about: its command, path or pattern, or else all of its input. A path in `dir`, the project's
/// directory, is told from there on.
pub(crate) fn subject_of(input: &Value, dir: &Path) -> String {
    let known = ["command", "file_path", "path", "pattern", "url", "query", "feature_id", "name"];
    let found = known.iter().find_map(|key| input.get(key));
    match found {
        Some(Value::String(text)) => match Path::new(text).strip_prefix(dir) {
            Ok(inside) if !inside.as_os_str().is_empty() => inside.display().to_string(),
            _ => text.clone(),
        },
        Some(other) => other.to_string(),
        None => match input.get("features").and_then(Value::as_array) {
            Some(features) => format!("{} features", features.len()),
            None if input.as_object().is_some_and(serde_json::Map::is_empty) => String::new(),
            None => input.to_string(),
        },
    }
}

fn cut(text: &str, most_chars: usize) -> String {
    match text.char_indices().nth(most_chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_in_the_project_is_told_from_there_on_and_every_other_as_it_is() {
        let told = |input: Value| subject_of(&input, Path::new("/srv/shop"));
        assert_eq!(
            told(json!({ "file_path": "/srv/shop/src/app.js" })),
            "src/app.js",
            "its end is what a person reads"
        );
        assert_eq!(told(json!({ "file_path": "/srv/shopping/app.js" })), "/srv/shopping/app.js", "another directory");
        assert_eq!(told(json!({ "path": "/srv/shop" })), "/srv/shop", "the project itself has a name");
        assert_eq!(told(json!({ "command": "cat /srv/shop/a" })), "cat /srv/shop/a", "a command stays what is run");
    }
}
