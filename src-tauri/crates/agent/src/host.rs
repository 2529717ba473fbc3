//! What the host of an agent decides, and the questions as the CLI puts them.

use crate::wire::Message;
use async_trait::async_trait;
use serde_json::Value;
use std::path::PathBuf;
use tokio_util::sync::CancellationToken;

/// Answers one agent's questions.
///
/// Every method but [`on_message`](Self::on_message) runs in a task of its own, several at once, and may take as long
/// as it likes: the stream is read on meanwhile, and the time does not count as silence of the agent. A panic is
/// answered as a refusal.
#[async_trait]
pub trait AgentHost: Send + Sync + 'static {
    /// Every line of the CLI, in order, partial `stream_event`s included. Must not block: nothing else is read meanwhile.
    fn on_message(&self, message: &Message);

    /// Before a tool runs: may it, and with which input? `cancelled` fires when the call is withdrawn.
    async fn pre_tool_use(&self, call: ToolCall, cancelled: CancellationToken) -> ToolVerdict;

    /// After a tool ran or failed; returns words for the model beside the tool's own result.
    async fn post_tool_use(&self, done: ToolDone) -> Option<String>;

    /// The agent wants to end its turn; a returned reason keeps it working. Asked again at its next try to stop.
    async fn on_stop(&self) -> Option<String>;

    /// The conversation is about to be shortened; returns what the summary must keep.
    async fn on_pre_compact(&self) -> Option<String>;

    /// The CLI's own rules leave a decision to a person. `cancelled` fires when the question is withdrawn.
    async fn permission(&self, ask: PermissionAsk, cancelled: CancellationToken) -> PermissionAnswer;

    /// One JSON-RPC message for the in-channel MCP server `server`. Returns the JSON-RPC answer; what is returned for a
    /// notification (a message without `id`) is ignored.
    async fn mcp(&self, server: &str, message: Value) -> Value;
}

/// A tool call that waits for a verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCall {
    /// The tool's name; an MCP tool is `mcp__<server>__<tool>`.
    pub tool: String,
    /// Its arguments.
    pub input: Value,
    /// Ties the call to its result in the stream.
    pub tool_use_id: String,
    /// The agent's working directory at this moment.
    pub cwd: Option<PathBuf>,
    /// The CLI's permission mode, such as `default` or `plan`.
    pub permission_mode: Option<String>,
    /// Which sub-agent calls; none for the main one.
    pub agent_id: Option<String>,
}

/// What the host says to a [`ToolCall`].
#[derive(Debug, Clone, PartialEq)]
pub enum ToolVerdict {
    /// Run it, without asking any further rule.
    Allow,
    /// Do not run it; the model reads the reason as the tool's error.
    Deny {
        /// Written for the model: what is not allowed, and what to do instead.
        reason: String,
    },
    /// Run it with this input instead.
    Rewrite {
        /// The whole new input.
        input: Value,
    },
    /// No opinion: the CLI's permission rules decide, and may ask [`AgentHost::permission`].
    Defer,
}

/// A tool call that ended.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolDone {
    /// The tool's name.
    pub tool: String,
    /// The arguments it ran with.
    pub input: Value,
    /// Ties it to the call.
    pub tool_use_id: String,
    /// The tool's structured answer; null when it failed.
    pub response: Value,
    /// The error's text, when the tool failed.
    pub error: Option<String>,
    /// Which sub-agent called; none for the main one.
    pub agent_id: Option<String>,
}

/// A question that the CLI would put to a person.
#[derive(Debug, Clone, PartialEq)]
pub struct PermissionAsk {
    /// The tool's name.
    pub tool: String,
    /// Its arguments.
    pub input: Value,
    /// Ties the question to the call in the stream.
    pub tool_use_id: Option<String>,
    /// Rules the CLI suggests to remember, as it wrote them.
    pub suggestions: Value,
    /// Why it asks: `rule`, `mode`, `sandboxOverride`, …
    pub reason_type: Option<String>,
    /// The reason in words.
    pub reason: Option<String>,
    /// The path that a rule blocks.
    pub blocked_path: Option<String>,
}

/// What the host says to a [`PermissionAsk`].
#[derive(Debug, Clone, PartialEq)]
pub enum PermissionAnswer {
    /// Run it.
    Allow {
        /// The whole new input; none leaves it as asked.
        input: Option<Value>,
    },
    /// Do not run it.
    Deny {
        /// Written for the model.
        message: String,
        /// Also end the agent's turn.
        interrupt: bool,
    },
}
