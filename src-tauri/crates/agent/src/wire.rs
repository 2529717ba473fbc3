//! The lines that the CLI writes, read leniently: what is unknown is kept, what is broken is kept too.

mod parse;

use crate::frame::Frame;
use harness_domain::run::Usage;
use serde_json::Value;

/// One line of the CLI.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The line as it came, without its newline; bytes that are not UTF-8 are replaced.
    pub raw: String,
    /// What of it is understood.
    pub body: Body,
}

impl Message {
    /// Reads one line. Never fails: what cannot be understood is [`Body::Other`] or [`Body::Opaque`].
    pub fn parse(line: &str) -> Self {
        Self { raw: line.to_owned(), body: parse::body(line) }
    }

    pub(crate) fn of_frame(frame: Frame<'_>) -> Self {
        match frame {
            Frame::Line(line) => match std::str::from_utf8(line) {
                Ok(line) => Self::parse(line),
                Err(_) => Self::parse(&String::from_utf8_lossy(line)),
            },
            Frame::TooLong { head, bytes } => {
                Self { raw: String::from_utf8_lossy(head).into_owned(), body: Body::Opaque(Opaque::TooLong { bytes }) }
            }
            Frame::Partial(line) => {
                Self { raw: String::from_utf8_lossy(line).into_owned(), body: Body::Opaque(Opaque::Partial) }
            }
        }
    }
}

/// What of a line is understood.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// `system/init`: the session is set up. Comes again at each further user message.
    SystemInit(SystemInit),
    /// `system/api_retry`: a request to the API failed and will be tried again.
    ApiRetry(ApiRetry),
    /// `system/compact_boundary`: the conversation was shortened here.
    CompactBoundary {
        /// `auto` or `manual`.
        trigger: Option<String>,
        /// Tokens before.
        pre_tokens: Option<u64>,
    },
    /// `system/task_started`, `task_updated`, `task_notification`: something runs in the background.
    Task(Task),
    /// `assistant`: one content block of the model, usually.
    Assistant(Assistant),
    /// `user`: tool results, or a message on the person's side.
    User(User),
    /// `stream_event`: a piece of what an `assistant` message will say whole. Not worth keeping.
    StreamEvent(StreamEvent),
    /// `rate_limit_event`: how much of a subscription is used up.
    RateLimit(RateLimit),
    /// `result`: the only authority on cost and outcome.
    Result(Box<ResultMessage>),
    /// `control_request`: a question to the host.
    ControlRequest {
        /// To be repeated in the answer.
        request_id: String,
        /// The question.
        request: Value,
    },
    /// `control_response`: the answer to a request of the host.
    ControlResponse {
        /// Which request.
        request_id: String,
        /// The answer, or the CLI's refusal in words.
        answer: Result<Value, String>,
    },
    /// `control_cancel_request`: the CLI withdraws a question.
    ControlCancel {
        /// Which question.
        request_id: String,
    },
    /// A type that is not known here, or a known one of unexpected shape.
    Other {
        /// The line's `type`.
        type_name: String,
        /// The line's `subtype`.
        subtype: Option<String>,
    },
    /// Not a JSON object with a `type`.
    Opaque(Opaque),
}

/// Why a line could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opaque {
    /// Not JSON, or not an object with a `type`.
    Invalid,
    /// Longer than the cap; [`Message::raw`] holds its beginning only.
    TooLong {
        /// Its length in bytes.
        bytes: u64,
    },
    /// The stream ended in the middle of the line.
    Partial,
}

/// How a session is set up.
#[derive(Debug, Clone, PartialEq)]
pub struct SystemInit {
    /// The session's id.
    pub session_id: Option<String>,
    /// The working directory.
    pub cwd: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// Every tool that the agent has.
    pub tools: Vec<String>,
    /// Each MCP server and its status (`connected`, `failed`, …).
    pub mcp_servers: Vec<McpServer>,
    /// The CLI's permission mode.
    pub permission_mode: Option<String>,
    /// Where the API key comes from; `none` for a subscription.
    pub api_key_source: Option<String>,
    /// The CLI's version.
    pub cli_version: Option<String>,
}

/// An MCP server as the CLI sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct McpServer {
    /// Its name.
    pub name: String,
    /// `connected`, `failed`, `pending`, …
    pub status: String,
}

/// A failed request to the API that will be tried again.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiRetry {
    /// Which try failed, from 1.
    pub attempt: Option<u32>,
    /// How many tries there will be.
    pub max_retries: Option<u32>,
    /// Until the next try, in milliseconds.
    pub retry_delay_ms: Option<f64>,
    /// HTTP status; none when the connection failed.
    pub error_status: Option<u16>,
    /// The CLI's word for it: `rate_limit`, `authentication_failed`, `overloaded`, …
    pub error: Option<String>,
}

/// Something that runs in the background: a command, a sub-agent.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Its id.
    pub task_id: String,
    /// The call that started it.
    pub tool_use_id: Option<String>,
    /// `local_bash`, `local_agent`, …; known at its start only.
    pub task_type: Option<String>,
    /// `completed`, `failed`, `stopped`, `killed`, …; none at its start.
    pub status: Option<String>,
    /// In words.
    pub summary: Option<String>,
}

/// A message of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Assistant {
    /// The API's id; the same one on every block of a message.
    pub message_id: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// What it says and calls.
    pub blocks: Vec<Block>,
    /// Tokens of the whole message up to here: the last line of a `message_id` counts, never the sum.
    pub usage: Option<Usage>,
    /// Set when a sub-agent speaks: the call that started it.
    pub parent_tool_use_id: Option<String>,
    /// Set when the CLI speaks in the model's place because the API failed: `rate_limit`, `authentication_failed`, …
    pub error: Option<String>,
}

/// One content block of the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// Words.
    Text {
        /// The words.
        text: String,
    },
    /// Its thinking.
    Thinking {
        /// The words.
        text: String,
    },
    /// A tool call.
    ToolUse {
        /// Ties it to its result.
        id: String,
        /// The tool's name.
        name: String,
        /// Its arguments.
        input: Value,
    },
    /// A block of a type that is not known here.
    Other {
        /// Its `type`.
        type_name: String,
    },
}

/// A message on the person's side: mostly tool results.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// Results of tool calls.
    pub results: Vec<ToolResult>,
    /// Plain words, joined.
    pub text: Option<String>,
    /// Set when it belongs to a sub-agent: the call that started it.
    pub parent_tool_use_id: Option<String>,
    /// Written by the CLI, not by a person.
    pub is_synthetic: bool,
    /// A repetition of what was said before.
    pub is_replay: bool,
}

/// The result of a tool call.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolResult {
    /// Which call.
    pub tool_use_id: String,
    /// Whether the tool failed or was refused.
    pub is_error: bool,
    /// Its words; images and the like are left out.
    pub text: String,
}

/// A piece of a message that is still being written.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamEvent {
    /// The API's event: `message_start`, `content_block_delta`, …
    pub event: String,
    /// Which content block.
    pub index: Option<u32>,
    /// The new words of a text block.
    pub text: Option<String>,
    /// The new words of a thinking block.
    pub thinking: Option<String>,
    /// `message_start` only: the API's id of the message.
    pub message_id: Option<String>,
    /// `message_start` and `message_delta`: tokens of the message up to here.
    pub usage: Option<Usage>,
    /// Set when a sub-agent speaks: the call that started it.
    pub parent_tool_use_id: Option<String>,
}

/// How much of a subscription is used up.
#[derive(Debug, Clone, PartialEq)]
pub struct RateLimit {
    /// `allowed`, `allowed_warning` or `rejected`.
    pub status: String,
    /// When the window begins anew; UTC, in seconds since 1970.
    pub resets_at_s: Option<f64>,
    /// `five_hour`, `seven_day`, …
    pub limit_type: Option<String>,
    /// The used part of the window, 1 being all of it.
    pub utilization: Option<f64>,
}

/// The end of a turn, with its cost.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultMessage {
    /// `success`, `error_max_turns`, `error_during_execution`, …; `success` alone does not mean success.
    pub subtype: String,
    /// Whether it failed.
    pub is_error: bool,
    /// HTTP status of the API's last refusal.
    pub api_error_status: Option<u16>,
    /// Turns of the model.
    pub num_turns: Option<u32>,
    /// Money, in US dollars, of the whole process up to here.
    pub total_cost_usd: Option<f64>,
    /// Tokens.
    pub usage: Option<Usage>,
    /// Per model: tokens, cost, context window.
    pub model_usage: Value,
    /// The model's last words.
    pub text: Option<String>,
    /// What went wrong, in words.
    pub errors: Vec<String>,
    /// The session's id.
    pub session_id: Option<String>,
    /// Why the turn ended, in the CLI's words for programs: `completed`, `max_turns`, …
    pub terminal_reason: Option<String>,
}
