//! The host's side of an interview: keeps what the agent says and answers what it asks. It may read the project and
//! nothing else.

use super::talk::Talk;
use crate::{
    redact, requests,
    session::{SERVER_NAME, ToolChannel, guard::SessionGuard, record::without_secrets, subject_of},
};
use async_trait::async_trait;
use harness_agent::{
    AgentHost, Body, Message, PermissionAnswer, PermissionAsk, ToolCall, ToolDone, ToolVerdict,
    wire::{Assistant, Block, StreamEvent},
};
use harness_domain::interview::Speaker;
use serde_json::Value;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio_util::sync::CancellationToken;

/// The CLI's own tool for questions.
const QUESTION_TOOL: &str = "AskUserQuestion";
/// The built-in tools of an interview.
pub(super) const TOOLS: [&str; 4] = ["Read", "Glob", "Grep", QUESTION_TOOL];

/// Answers one process of an interview.
pub(super) struct InterviewHost {
    pub talk: Arc<Talk>,
    pub guard: Arc<SessionGuard>,
    pub channel: Arc<dyn ToolChannel>,
    /// What was spent before this process.
    pub spent_usd: f64,
    /// Whether the CLI came as far as to set the session up.
    pub is_set_up: AtomicBool,
}

impl InterviewHost {
    fn is_own(tool: &str) -> bool {
        tool.strip_prefix("mcp__")
            .and_then(|rest| rest.strip_prefix(SERVER_NAME))
            .is_some_and(|rest| rest.starts_with("__"))
    }

    fn note_assistant(&self, assistant: &Assistant) {
        // What the CLI says in the model's place is told as a problem.
        if assistant.error.is_some() || assistant.parent_tool_use_id.is_some() {
            return;
        }
        for block in &assistant.blocks {
            match block {
                Block::Text { text } if !text.trim().is_empty() => self.talk.said(Speaker::Agent, text.trim()),
                Block::ToolUse { name, input, .. } if !Self::is_own(name) && name != QUESTION_TOOL => {
                    let subject: String = subject_of(input, self.talk.project.dir()).chars().take(200).collect();
                    self.talk.doing(Some(format!("{name} {subject}")));
                }
                _ => {}
            }
        }
    }

    fn note_piece(&self, piece: &StreamEvent) {
        if piece.parent_tool_use_id.is_some() {
            return;
        }
        if let Some(words) = &piece.text {
            self.talk.heard(words);
        }
    }

    /// The guard's verdict, looked for off the async threads. What is left to a person is refused: reading needs nobody.
    async fn judge(&self, call: ToolCall) -> ToolVerdict {
        let guard = self.guard.clone();
        match tokio::task::spawn_blocking(move || guard.judge(&call)).await {
            Ok(verdict) if verdict.is_allowed() => ToolVerdict::Allow,
            Ok(verdict) => ToolVerdict::Deny { reason: verdict.to_string() },
            Err(error) => {
                tracing::error!(%error, "a call could not be judged");
                ToolVerdict::Deny { reason: "the call could not be judged; go on without it".into() }
            }
        }
    }
}

#[async_trait]
impl AgentHost for InterviewHost {
    fn on_message(&self, message: &Message) {
        let message = &*without_secrets(message);
        match &message.body {
            Body::SystemInit(_) => self.is_set_up.store(true, Ordering::Release),
            Body::Assistant(assistant) => self.note_assistant(assistant),
            Body::StreamEvent(piece) => self.note_piece(piece),
            Body::User(_) => self.talk.doing(None),
            Body::ApiRetry(retry) => self.talk.retrying(retry),
            Body::Result(result) => {
                let cost_usd = self.spent_usd + result.total_cost_usd.unwrap_or_default();
                self.talk.answered(cost_usd, result.is_error);
            }
            _ => {}
        }
    }

    async fn pre_tool_use(&self, call: ToolCall, _cancelled: CancellationToken) -> ToolVerdict {
        if call.tool == QUESTION_TOOL {
            // The CLI puts it to `permission`, whose answer becomes the tool's own.
            return ToolVerdict::Defer;
        }
        if Self::is_own(&call.tool) {
            return ToolVerdict::Allow;
        }
        if !TOOLS.contains(&call.tool.as_str()) {
            return ToolVerdict::Deny { reason: format!("{} is not a tool of an interview [tool.unknown]", call.tool) };
        }
        self.judge(call).await
    }

    async fn post_tool_use(&self, _done: ToolDone) -> Option<String> {
        None
    }

    async fn on_stop(&self) -> Option<String> {
        None
    }

    async fn on_pre_compact(&self) -> Option<String> {
        Some("Keep what the person wants and why, and what is still open; spec_read shows the draft.".into())
    }

    async fn permission(&self, ask: PermissionAsk, cancelled: CancellationToken) -> PermissionAnswer {
        let denied = |message: &str| PermissionAnswer::Deny { message: message.into(), interrupt: false };
        if Self::is_own(&ask.tool) {
            return PermissionAnswer::Allow { input: None };
        }
        if ask.tool != QUESTION_TOOL {
            return denied("An interview only reads, and what may be read needs no permission.");
        }
        let mut fields = match requests::question_of_tool(&ask.input) {
            Ok(fields) => fields,
            Err(why) => return denied(&why),
        };
        redact::value(&mut fields);
        let answer = self.talk.ask(&fields);
        tokio::select! {
            answer = answer => match answer {
                Ok(answer) => PermissionAnswer::Allow { input: Some(requests::answered_tool(&ask.input, &answer)) },
                Err(_) => denied("The question was called off."),
            },
            () = cancelled.cancelled() => {
                self.talk.unask();
                denied("The question was called off.")
            }
        }
    }

    async fn mcp(&self, _server: &str, message: Value) -> Value {
        self.channel.handle(message).await
    }
}
