//! Reading one line. The frequent types are read straight into what is kept of them, the rare ones field by field, so
//! that one field of an unexpected shape costs that field and not the line.

use super::{
    ApiRetry, Assistant, Block, Body, McpServer, Opaque, RateLimit, ResultMessage, StreamEvent, SystemInit, Task,
    ToolResult, User,
};
use harness_domain::run::Usage;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, value::RawValue};
use std::borrow::Cow;

/// What the line says. The line is scanned once for its type, usually within its first bytes, and once for the rest.
pub(super) fn body(line: &str) -> Body {
    let Some((type_name, subtype)) = type_of(line) else { return Body::Opaque(Opaque::Invalid) };
    let known = match (type_name.as_ref(), subtype.as_deref()) {
        ("stream_event", _) => serde_json::from_str(line).ok().map(stream_event),
        ("assistant", _) => serde_json::from_str(line).ok().map(assistant),
        ("user", _) => serde_json::from_str(line).ok().map(user),
        ("system", Some("init")) => value(line).map(system_init),
        ("system", Some("api_retry")) => value(line).map(api_retry),
        ("system", Some("compact_boundary")) => value(line).map(compact_boundary),
        ("system", Some("task_started" | "task_updated" | "task_notification")) => value(line).and_then(task),
        ("rate_limit_event", _) => value(line).and_then(rate_limit),
        ("result", _) => value(line).map(|v| Body::Result(Box::new(result(&v)))),
        ("control_request", _) => value(line).and_then(control_request),
        ("control_response", _) => value(line).and_then(control_response),
        ("control_cancel_request", _) => {
            value(line).and_then(|v| Some(Body::ControlCancel { request_id: text(&v, "request_id")? }))
        }
        _ => None,
    };
    match known {
        Some(body) => body,
        None if serde_json::from_str::<IgnoredAny>(line).is_ok() => {
            Body::Other { type_name: type_name.into_owned(), subtype: subtype.map(Cow::into_owned) }
        }
        None => Body::Opaque(Opaque::Invalid),
    }
}

/// `type` and `subtype`. The CLI writes them first, so that most lines are known by their beginning.
fn type_of(line: &str) -> Option<(Cow<'_, str>, Option<Cow<'_, str>>)> {
    #[derive(Deserialize)]
    struct Peek<'a> {
        #[serde(borrow, rename = "type")]
        type_name: Cow<'a, str>,
        #[serde(borrow)]
        subtype: Option<Cow<'a, str>>,
    }
    if let Some((type_name, rest)) = word(line, "{\"type\":\"") {
        if let Some((subtype, _)) = word(rest, ",\"subtype\":\"") {
            return Some((type_name.into(), Some(subtype.into())));
        }
        if type_name != "system" && is_known(type_name) {
            return Some((type_name.into(), None));
        }
    }
    serde_json::from_str(line).ok().map(|Peek { type_name, subtype }| (type_name, subtype))
}

/// Types that are read without regard to their subtype.
fn is_known(type_name: &str) -> bool {
    matches!(
        type_name,
        "stream_event"
            | "assistant"
            | "user"
            | "result"
            | "rate_limit_event"
            | "control_request"
            | "control_response"
            | "control_cancel_request"
    )
}

/// The string that follows `before`, if it has no escapes, and what comes after it.
fn word<'a>(line: &'a str, before: &str) -> Option<(&'a str, &'a str)> {
    let (word, rest) = line.strip_prefix(before)?.split_once('"')?;
    (!word.contains('\\')).then_some((word, rest))
}

fn value(line: &str) -> Option<Value> {
    serde_json::from_str(line).ok()
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

fn number<T: TryFrom<u64>>(value: &Value, key: &str) -> Option<T> {
    T::try_from(value.get(key)?.as_u64()?).ok()
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(default)]
struct RawUsage {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
}

impl From<RawUsage> for Usage {
    fn from(raw: RawUsage) -> Self {
        Usage {
            input_tokens: raw.input_tokens.unwrap_or(0),
            output_tokens: raw.output_tokens.unwrap_or(0),
            cache_write_tokens: raw.cache_creation_input_tokens.unwrap_or(0),
            cache_read_tokens: raw.cache_read_input_tokens.unwrap_or(0),
        }
    }
}

#[derive(Deserialize)]
struct RawStreamEvent<'a> {
    #[serde(borrow)]
    event: RawEvent<'a>,
    parent_tool_use_id: Option<String>,
}

#[derive(Deserialize)]
struct RawEvent<'a> {
    #[serde(borrow, rename = "type")]
    name: Cow<'a, str>,
    index: Option<u32>,
    delta: Option<RawDelta>,
    message: Option<RawStart>,
    usage: Option<RawUsage>,
}

#[derive(Deserialize)]
struct RawDelta {
    text: Option<String>,
    thinking: Option<String>,
}

#[derive(Deserialize)]
struct RawStart {
    id: Option<String>,
    usage: Option<RawUsage>,
}

fn stream_event(raw: RawStreamEvent<'_>) -> Body {
    let RawStreamEvent { event, parent_tool_use_id } = raw;
    let (text, thinking) = event.delta.map_or((None, None), |delta| (delta.text, delta.thinking));
    let (message_id, start_usage) = event.message.map_or((None, None), |start| (start.id, start.usage));
    Body::StreamEvent(StreamEvent {
        event: event.name.into_owned(),
        index: event.index,
        text,
        thinking,
        message_id,
        usage: event.usage.or(start_usage).map(Usage::from),
        parent_tool_use_id,
    })
}

#[derive(Deserialize)]
struct RawAssistant<'a> {
    #[serde(borrow)]
    message: RawModelMessage<'a>,
    parent_tool_use_id: Option<String>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct RawModelMessage<'a> {
    id: Option<String>,
    model: Option<String>,
    #[serde(borrow, default)]
    content: Vec<RawBlock<'a>>,
    usage: Option<RawUsage>,
}

#[derive(Deserialize)]
struct RawBlock<'a> {
    #[serde(borrow, rename = "type")]
    type_name: Cow<'a, str>,
    id: Option<String>,
    name: Option<String>,
    input: Option<Value>,
    text: Option<String>,
    thinking: Option<String>,
}

fn assistant(raw: RawAssistant<'_>) -> Body {
    Body::Assistant(Assistant {
        message_id: raw.message.id,
        model: raw.message.model,
        blocks: raw.message.content.into_iter().map(block).collect(),
        usage: raw.message.usage.map(Usage::from),
        parent_tool_use_id: raw.parent_tool_use_id,
        error: raw.error,
    })
}

fn block(raw: RawBlock<'_>) -> Block {
    match (raw.type_name.as_ref(), raw.text, raw.thinking, raw.id, raw.name) {
        ("text", Some(text), ..) => Block::Text { text },
        ("thinking", _, Some(text), ..) => Block::Thinking { text },
        ("tool_use", _, _, Some(id), Some(name)) => {
            Block::ToolUse { id, name, input: raw.input.unwrap_or(Value::Null) }
        }
        (type_name, ..) => Block::Other { type_name: type_name.to_owned() },
    }
}

#[derive(Deserialize)]
struct RawUser<'a> {
    #[serde(borrow)]
    message: RawUserMessage<'a>,
    parent_tool_use_id: Option<String>,
    #[serde(default, rename = "isSynthetic")]
    is_synthetic: bool,
    #[serde(default, rename = "isReplay")]
    is_replay: bool,
}

#[derive(Deserialize)]
struct RawUserMessage<'a> {
    #[serde(borrow)]
    content: &'a RawValue,
}

#[derive(Deserialize)]
struct RawUserBlock<'a> {
    #[serde(borrow, rename = "type")]
    type_name: Cow<'a, str>,
    text: Option<String>,
    tool_use_id: Option<String>,
    #[serde(default)]
    is_error: Option<bool>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
}

fn user(raw: RawUser<'_>) -> Body {
    let mut results = Vec::new();
    let mut words = Vec::new();
    for block in blocks(raw.message.content) {
        match (block.type_name.as_ref(), block.tool_use_id, block.text) {
            ("tool_result", Some(tool_use_id), _) => results.push(ToolResult {
                tool_use_id,
                is_error: block.is_error.unwrap_or(false),
                text: block.content.map(joined).unwrap_or_default(),
            }),
            ("text", _, Some(text)) => words.push(text),
            _ => {}
        }
    }
    Body::User(User {
        results,
        text: (!words.is_empty()).then(|| words.join("\n")),
        parent_tool_use_id: raw.parent_tool_use_id,
        is_synthetic: raw.is_synthetic,
        is_replay: raw.is_replay,
    })
}

/// Content is either plain text or a list of blocks.
fn blocks(content: &RawValue) -> Vec<RawUserBlock<'_>> {
    if content.get().starts_with('"') {
        let text = serde_json::from_str(content.get()).ok();
        return vec![RawUserBlock {
            type_name: Cow::Borrowed("text"),
            text,
            tool_use_id: None,
            is_error: None,
            content: None,
        }];
    }
    serde_json::from_str(content.get()).unwrap_or_default()
}

fn joined(content: &RawValue) -> String {
    let texts: Vec<String> = blocks(content).into_iter().filter_map(|block| block.text).collect();
    texts.join("\n")
}

fn system_init(value: Value) -> Body {
    let strings = |key: &str| {
        let list = value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(|tool| tool.as_str().map(str::to_owned)).collect()
    };
    let servers = value.get("mcp_servers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    Body::SystemInit(SystemInit {
        session_id: text(&value, "session_id"),
        cwd: text(&value, "cwd"),
        model: text(&value, "model"),
        tools: strings("tools"),
        mcp_servers: servers
            .iter()
            .filter_map(|server| Some(McpServer { name: text(server, "name")?, status: text(server, "status")? }))
            .collect(),
        permission_mode: text(&value, "permissionMode"),
        api_key_source: text(&value, "apiKeySource"),
        cli_version: text(&value, "claude_code_version"),
    })
}

fn api_retry(value: Value) -> Body {
    Body::ApiRetry(ApiRetry {
        attempt: number(&value, "attempt"),
        max_retries: number(&value, "max_retries"),
        retry_delay_ms: value.get("retry_delay_ms").and_then(Value::as_f64),
        error_status: number(&value, "error_status"),
        error: text(&value, "error"),
    })
}

fn compact_boundary(value: Value) -> Body {
    let about = value.get("compact_metadata").unwrap_or(&Value::Null);
    Body::CompactBoundary { trigger: text(about, "trigger"), pre_tokens: number(about, "pre_tokens") }
}

fn task(value: Value) -> Option<Body> {
    Some(Body::Task(Task {
        task_id: text(&value, "task_id")?,
        tool_use_id: text(&value, "tool_use_id"),
        task_type: text(&value, "task_type"),
        status: text(&value, "status").or_else(|| text(value.get("patch")?, "status")),
        summary: text(&value, "summary").or_else(|| text(&value, "description")),
    }))
}

fn rate_limit(value: Value) -> Option<Body> {
    let about = value.get("rate_limit_info")?;
    Some(Body::RateLimit(RateLimit {
        status: text(about, "status")?,
        resets_at_s: about.get("resetsAt").and_then(Value::as_f64),
        limit_type: text(about, "rateLimitType"),
        utilization: about.get("utilization").and_then(Value::as_f64),
    }))
}

fn result(value: &Value) -> ResultMessage {
    let errors = value.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let usage = value.get("usage").and_then(|usage| RawUsage::deserialize(usage).ok());
    ResultMessage {
        subtype: text(value, "subtype").unwrap_or_default(),
        // A result that does not say whether it failed is no proof of success.
        is_error: value.get("is_error").and_then(Value::as_bool).unwrap_or(true),
        api_error_status: number(value, "api_error_status"),
        num_turns: number(value, "num_turns"),
        total_cost_usd: value.get("total_cost_usd").and_then(Value::as_f64),
        usage: usage.map(Usage::from),
        model_usage: value.get("modelUsage").cloned().unwrap_or(Value::Null),
        text: text(value, "result"),
        errors: errors.iter().filter_map(|error| error.as_str().map(str::to_owned)).collect(),
        session_id: text(value, "session_id"),
        terminal_reason: text(value, "terminal_reason"),
    }
}

fn control_request(mut value: Value) -> Option<Body> {
    let request_id = text(&value, "request_id")?;
    Some(Body::ControlRequest { request_id, request: value.get_mut("request")?.take() })
}

fn control_response(mut value: Value) -> Option<Body> {
    let response = value.get_mut("response")?;
    let request_id = text(response, "request_id")?;
    let answer = match response.get("subtype").and_then(Value::as_str) {
        Some("success") => Ok(response.get_mut("response").map(Value::take).unwrap_or(Value::Null)),
        _ => Err(text(response, "error").unwrap_or_else(|| "no reason given".to_owned())),
    };
    Some(Body::ControlResponse { request_id, answer })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_type_is_found_wherever_it_stands_in_the_line() {
        let first = r#"{"type":"system","subtype":"api_retry","attempt":2,"error_status":529,"error":"overloaded"}"#;
        let last = r#"{"attempt":2,"error_status":529,"error":"overloaded","subtype":"api_retry","type":"system"}"#;
        let escaped =
            r#"{"type":"sys\u0074em","subtype":"api_retry","attempt":2,"error_status":529,"error":"overloaded"}"#;
        assert!(
            matches!(body(first), Body::ApiRetry(ApiRetry { error_status: Some(529), .. })),
            "as the CLI writes it"
        );
        assert_eq!(body(first), body(last), "in another order");
        assert_eq!(body(first), body(escaped), "or with escapes");
    }

    #[test]
    fn a_line_that_only_begins_well_is_not_believed() {
        for line in [r#"{"type":"stream_event","#, r#"{"type":"new_thing"} trailing"#, r#"{"type":7}"#, "{}", "null"] {
            assert_eq!(body(line), Body::Opaque(Opaque::Invalid), "{line}");
        }
    }

    #[test]
    fn one_odd_field_of_a_result_costs_that_field_only() {
        let line = r#"{"type":"result","subtype":"success","is_error":false,"num_turns":"three","total_cost_usd":0.5,"usage":"none","api_error_status":null}"#;
        let Body::Result(result) = body(line) else { panic!("it is a result") };
        assert_eq!((result.num_turns, result.usage), (None, None), "the odd ones are unknown");
        assert_eq!((result.total_cost_usd, result.is_error), (Some(0.5), false), "the others are read");
    }

    #[test]
    fn blocks_of_the_model_are_read_and_unknown_ones_kept_by_name() {
        let line = r#"{"type":"assistant","message":{"id":"m","model":"x","content":[{"type":"thinking","thinking":"hm"},{"type":"tool_use","id":"t","name":"Bash","input":{"command":"ls"}},{"type":"hologram","z":1}],"usage":{"input_tokens":1,"output_tokens":null}},"parent_tool_use_id":"p","error":"rate_limit"}"#;
        let Body::Assistant(said) = body(line) else { panic!("it is the model's") };
        let blocks = [
            Block::Thinking { text: "hm".into() },
            Block::ToolUse { id: "t".into(), name: "Bash".into(), input: json!({ "command": "ls" }) },
            Block::Other { type_name: "hologram".into() },
        ];
        assert_eq!(said.blocks, blocks, "in order");
        assert_eq!(said.error.as_deref(), Some("rate_limit"), "the CLI's own word");
        assert_eq!(said.usage.map(|usage| usage.input_tokens), Some(1), "a null is a zero");
    }

    #[test]
    fn a_tool_result_is_read_as_text_and_as_blocks() {
        let line = |content: Value| {
            json!({ "type": "user", "isReplay": true, "message": { "role": "user", "content": content } }).to_string()
        };
        let result = |content: Value| json!([{ "type": "tool_result", "tool_use_id": "t", "is_error": true, "content": content }]);
        let of = |content: Value| match body(&line(content)) {
            Body::User(user) => user,
            other => panic!("{other:?}"),
        };
        let plain = of(result(json!("no such file")));
        let blocks = of(result(json!([{ "type": "text", "text": "no such file" }, { "type": "image", "source": {} }])));
        assert_eq!(plain, blocks, "both say the same");
        assert!(plain.results[0].is_error && plain.is_replay && plain.text.is_none(), "{plain:?}");
        assert_eq!(of(json!("just words")).text.as_deref(), Some("just words"), "a message of a person");
    }

    #[test]
    fn background_tasks_are_followed_by_their_id() {
        let started =
            r#"{"type":"system","subtype":"task_started","task_id":"b1","task_type":"local_bash","description":"x"}"#;
        let updated = r#"{"type":"system","subtype":"task_updated","task_id":"b1","patch":{"status":"killed"}}"#;
        assert!(matches!(body(started), Body::Task(Task { status: None, task_type: Some(_), .. })), "at its start");
        assert!(
            matches!(body(updated), Body::Task(Task { status: Some(status), .. }) if status == "killed"),
            "at its end"
        );
    }
}
