//! What a tool call comes to: a result, or a refusal that says what to do.

use harness_engine::EngineError;
use rmcp::model::{CallToolResult, ContentBlock};
use serde::Serialize;
use serde_json::{Value, json};

/// Why a call did not do what was asked, in words an agent can act on.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// The text the agent reads.
    message: String,
    /// The same for programs.
    detail: Value,
}

/// The outcome of a tool.
pub(crate) type Answer = Result<Value, Refusal>;

impl Refusal {
    /// A refusal with a stable word for programs to branch on.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let detail = json!({ "code": code, "message": message });
        Self { message, detail }
    }

    /// The arguments cannot be used; nothing was changed.
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::new("bad_input", message)
    }

    /// A fault of the program, which no other arguments would cure.
    pub fn fault(message: impl Into<String>) -> Self {
        Self::new("fault", message)
    }

    /// A report that says no. The agent reads `message`, programs read the whole report.
    pub fn report(message: String, report: &impl Serialize) -> Self {
        Self { message, detail: serde_json::to_value(report).unwrap_or_default() }
    }
}

impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

/// Turns what a tool returned into JSON.
pub(crate) fn to_value(result: &impl Serialize) -> Answer {
    serde_json::to_value(result).map_err(|error| Refusal::fault(format!("the result cannot be shown as JSON: {error}")))
}

/// The answer as the protocol shows it.
///
/// A success is the same JSON as text and as structured content. A refusal is a text to read, marked as an error,
/// with its details beside it: clients show an agent the first text of an error and nothing else.
pub(crate) fn to_result(answer: Answer) -> CallToolResult {
    match answer {
        Ok(value) => CallToolResult::structured(value),
        Err(Refusal { message, detail }) => {
            let mut result = CallToolResult::error(vec![ContentBlock::text(message)]);
            result.structured_content = Some(detail);
            result
        }
    }
}
