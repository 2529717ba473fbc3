//! Answering one question of the CLI. Whatever goes wrong on our side is a refusal: the CLI takes an *error* to a hook
//! as "no hook" and runs the tool.

use crate::host::{AgentHost, PermissionAnswer, PermissionAsk, ToolCall, ToolDone, ToolVerdict};
use futures::FutureExt;
use serde_json::{Value, json};
use std::{panic::AssertUnwindSafe, path::PathBuf};
use tokio_util::sync::CancellationToken;

const BROKEN: &str = "The host failed while it decided about this call, so the call is refused. Try something else.";
const ENDING: &str = "The session is being ended by the host; no further tool runs.";

/// JSON-RPC: internal error.
const INTERNAL: i32 = -32603;

/// What a question is about.
#[derive(Debug, PartialEq)]
enum Question {
    PreToolUse(ToolCall),
    PostToolUse(ToolDone),
    Stop,
    PreCompact,
    Permission(Box<PermissionAsk>),
    Mcp { server: String, message: Value },
    Unknown(String),
}

/// Asks the host. `cancelled` fires when the CLI withdraws the question or the session ends.
pub(crate) async fn answer(
    host: &dyn AgentHost,
    request: Value,
    cancelled: CancellationToken,
) -> Result<Value, String> {
    let question = read(request);
    let refusal = refuse_question(&question, BROKEN);
    match AssertUnwindSafe(ask(host, question, cancelled)).catch_unwind().await {
        Ok(answer) => answer,
        Err(_) => {
            tracing::error!("the host panicked while it answered the agent; the question was refused");
            refusal
        }
    }
}

/// Answers without asking the host, while the session is being ended.
pub(crate) fn refuse(request: Value) -> Result<Value, String> {
    refuse_question(&read(request), ENDING)
}

async fn ask(host: &dyn AgentHost, question: Question, cancelled: CancellationToken) -> Result<Value, String> {
    match question {
        Question::PreToolUse(call) => Ok(verdict(host.pre_tool_use(call, cancelled).await)),
        Question::PostToolUse(done) => {
            let event = if done.error.is_some() { "PostToolUseFailure" } else { "PostToolUse" };
            let context = host.post_tool_use(done).await;
            Ok(context.map_or_else(
                || json!({}),
                |context| json!({ "hookSpecificOutput": { "hookEventName": event, "additionalContext": context } }),
            ))
        }
        Question::Stop => {
            let reason = host.on_stop().await;
            Ok(reason.map_or_else(|| json!({}), |reason| json!({ "decision": "block", "reason": reason })))
        }
        Question::PreCompact => {
            let keep = host.on_pre_compact().await;
            Ok(keep.map_or_else(|| json!({}), |keep| json!({ "systemMessage": keep })))
        }
        Question::Permission(asked) => {
            let input = asked.input.clone();
            Ok(permission(host.permission(*asked, cancelled).await, input))
        }
        Question::Mcp { server, message } => {
            let id = message.get("id").cloned();
            let answer = host.mcp(&server, message).await;
            Ok(mcp(id, answer))
        }
        Question::Unknown(subtype) => Err(format!("this host does not know the request `{subtype}`")),
    }
}

fn read(mut request: Value) -> Question {
    let subtype = text(&request, "subtype").unwrap_or_default();
    match subtype.as_str() {
        "hook_callback" => read_hook(text(&request, "callback_id").unwrap_or_default(), take(&mut request, "input")),
        "can_use_tool" => Question::Permission(Box::new(PermissionAsk {
            tool: text(&request, "tool_name").unwrap_or_default(),
            tool_use_id: text(&request, "tool_use_id"),
            reason_type: text(&request, "decision_reason_type"),
            reason: text(&request, "decision_reason"),
            blocked_path: text(&request, "blocked_path"),
            suggestions: take(&mut request, "permission_suggestions"),
            input: take(&mut request, "input"),
        })),
        "mcp_message" => Question::Mcp {
            server: text(&request, "server_name").unwrap_or_default(),
            message: take(&mut request, "message"),
        },
        _ => Question::Unknown(subtype),
    }
}

fn read_hook(callback: String, mut input: Value) -> Question {
    let tool = text(&input, "tool_name").unwrap_or_default();
    let tool_use_id = text(&input, "tool_use_id").unwrap_or_default();
    let agent_id = text(&input, "agent_id");
    match callback.as_str() {
        "PreToolUse" => Question::PreToolUse(ToolCall {
            tool,
            tool_use_id,
            agent_id,
            cwd: text(&input, "cwd").map(PathBuf::from),
            permission_mode: text(&input, "permission_mode"),
            input: take(&mut input, "tool_input"),
        }),
        "PostToolUse" | "PostToolUseFailure" => Question::PostToolUse(ToolDone {
            tool,
            tool_use_id,
            agent_id,
            error: (callback == "PostToolUseFailure").then(|| text(&input, "error").unwrap_or_default()),
            input: take(&mut input, "tool_input"),
            response: take(&mut input, "tool_response"),
        }),
        "Stop" => Question::Stop,
        "PreCompact" => Question::PreCompact,
        _ => Question::Unknown(format!("hook_callback {callback}")),
    }
}

fn refuse_question(question: &Question, why: &str) -> Result<Value, String> {
    match question {
        Question::PreToolUse(_) => Ok(verdict(ToolVerdict::Deny { reason: why.to_owned() })),
        Question::Permission(_) => {
            let answer = PermissionAnswer::Deny { message: why.to_owned(), interrupt: false };
            Ok(permission(answer, Value::Null))
        }
        Question::Mcp { message, .. } => Ok(mcp_error(message.get("id").cloned(), why)),
        Question::PostToolUse(_) | Question::Stop | Question::PreCompact => Ok(json!({})),
        Question::Unknown(_) => Err(why.to_owned()),
    }
}

fn verdict(verdict: ToolVerdict) -> Value {
    let decision = |decision: &str| json!({ "hookEventName": "PreToolUse", "permissionDecision": decision });
    let mut output = match verdict {
        ToolVerdict::Defer => return json!({}),
        ToolVerdict::Deny { .. } => decision("deny"),
        ToolVerdict::Allow | ToolVerdict::Rewrite { .. } => decision("allow"),
    };
    match verdict {
        ToolVerdict::Deny { reason } => output["permissionDecisionReason"] = json!(reason),
        ToolVerdict::Rewrite { input } => output["updatedInput"] = input,
        ToolVerdict::Allow | ToolVerdict::Defer => {}
    }
    json!({ "hookSpecificOutput": output })
}

fn permission(answer: PermissionAnswer, asked: Value) -> Value {
    match answer {
        PermissionAnswer::Allow { input } => json!({ "behavior": "allow", "updatedInput": input.unwrap_or(asked) }),
        PermissionAnswer::Deny { message, interrupt } => {
            json!({ "behavior": "deny", "message": message, "interrupt": interrupt })
        }
    }
}

/// A request needs an answer with its id. A notification needs one from us, but the CLI does not look into it.
fn mcp(id: Option<Value>, answer: Value) -> Value {
    match id {
        None => json!({ "mcp_response": { "jsonrpc": "2.0", "result": {} } }),
        Some(id) if answer.get("jsonrpc").is_none() => mcp_error(Some(id), "the tool server gave no answer"),
        Some(_) => json!({ "mcp_response": answer }),
    }
}

fn mcp_error(id: Option<Value>, why: &str) -> Value {
    json!({ "mcp_response": { "jsonrpc": "2.0", "id": id, "error": { "code": INTERNAL, "message": why } } })
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

fn take(value: &mut Value, key: &str) -> Value {
    value.get_mut(key).map(Value::take).unwrap_or(Value::Null)
}
