//! The tools over the CLI's control channel: JSON-RPC messages one by one, without a transport of their own.
//!
//! The messages are answered here, with the protocol's types from the SDK, and not by an SDK service behind an
//! in-memory transport. The channel is already one request, one answer; a service would add a task a session that
//! must be ended with it, a table to find the answer to each request again, and a handshake before which it refuses
//! to list tools, where this CLI initialises twice and lists whenever it likes. Concurrency is the caller's: each
//! message is a future of its own, and a slow check holds up nobody.

use crate::{
    handler::{Handler, no_such_method},
    interview::Interviewer,
    table::Table,
};
use async_trait::async_trait;
use harness_domain::run::Role;
use harness_engine::{
    interview::Desk,
    session::{ToolChannel, ToolServer},
    toolbox::Toolbox,
};
use rmcp::{
    ErrorData, ServerHandler,
    model::{CallToolRequestParams, CallToolResult, InitializeRequestParams, ListToolsResult},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio_util::sync::CancellationToken;

/// Opens tool channels for the sessions of a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tools;

impl ToolServer for Tools {
    fn names(&self, role: Role) -> Vec<String> {
        Table::of(Some(role)).map(|entry| entry.tool().name.to_string()).collect()
    }

    fn open(&self, toolbox: Toolbox) -> Arc<dyn ToolChannel> {
        // A session's end reaches its checks through its toolbox.
        let handler = Handler::new(toolbox, CancellationToken::new());
        Arc::new(Channel { handler, calls: Mutex::default() })
    }

    fn interview_names(&self) -> Vec<String> {
        Interviewer::names()
    }

    fn open_interview(&self, desk: Desk) -> Arc<dyn ToolChannel> {
        Arc::new(Channel { handler: Interviewer::new(desk), calls: Mutex::default() })
    }
}

/// Tools that can be listed and called.
#[async_trait]
pub(crate) trait Callable: ServerHandler {
    /// Every one.
    fn listed(&self) -> ListToolsResult;

    /// Calls one. Fails only when there is none of that name, or when it was cancelled.
    async fn called(
        &self,
        params: CallToolRequestParams,
        cancelled: &CancellationToken,
    ) -> Result<CallToolResult, ErrorData>;
}

#[async_trait]
impl Callable for Handler {
    fn listed(&self) -> ListToolsResult {
        self.tools()
    }

    async fn called(
        &self,
        params: CallToolRequestParams,
        cancelled: &CancellationToken,
    ) -> Result<CallToolResult, ErrorData> {
        self.call(params, cancelled).await
    }
}

/// The tools of one session.
struct Channel<H> {
    handler: H,
    /// Calls under way by their request's id, so that the CLI can withdraw them.
    calls: Mutex<HashMap<String, CancellationToken>>,
}

#[async_trait]
impl<H: Callable> ToolChannel for Channel<H> {
    async fn handle(&self, message: Value) -> Value {
        let Value::Object(mut message) = message else {
            return failure(Value::Null, invalid_request("a message is a JSON object"));
        };
        let params = message.remove("params").unwrap_or_default();
        match (message.remove("id"), message.remove("method")) {
            (None | Some(Value::Null), Some(Value::String(method))) => {
                self.note(&method, &params);
                Value::Null
            }
            (Some(id @ (Value::String(_) | Value::Number(_))), Some(Value::String(method))) => {
                match self.answer(&id, &method, params).await {
                    Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
                    Err(error) => failure(id, error),
                }
            }
            // An answer to a question that was never asked.
            (Some(_), None) if message.contains_key("result") || message.contains_key("error") => Value::Null,
            (id, _) => {
                failure(id.unwrap_or_default(), invalid_request("a request has a method, and an id to answer to"))
            }
        }
    }
}

impl<H: Callable> Channel<H> {
    async fn answer(&self, id: &Value, method: &str, params: Value) -> Result<Value, ErrorData> {
        match method {
            "initialize" => {
                let params: InitializeRequestParams = read(method, params)?;
                write(&self.handler.negotiate_initialize(&params)?)
            }
            "ping" => Ok(Value::Object(Map::new())),
            "tools/list" => {
                let mut listed = self.handler.listed();
                // A later revision's field; this channel's versions do not know it.
                listed.result_type = None;
                write(&listed)
            }
            "tools/call" => {
                let params: CallToolRequestParams = read(method, params)?;
                let call = Call::begin(&self.calls, id);
                let mut result = self.handler.called(params, &call.cancelled).await?;
                result.result_type = None;
                write(&result)
            }
            other => Err(no_such_method(other)),
        }
    }

    fn note(&self, method: &str, params: &Value) {
        if method != "notifications/cancelled" {
            return;
        }
        let Some(id) = params.get("requestId") else { return };
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(call) = calls.get(&id.to_string()) {
            call.cancel();
        }
    }
}

/// One call under way; forgotten when dropped, however it ends.
struct Call<'a> {
    calls: &'a Mutex<HashMap<String, CancellationToken>>,
    id: String,
    cancelled: CancellationToken,
}

impl<'a> Call<'a> {
    fn begin(calls: &'a Mutex<HashMap<String, CancellationToken>>, id: &Value) -> Self {
        let call = Self { calls, id: id.to_string(), cancelled: CancellationToken::new() };
        calls.lock().unwrap_or_else(PoisonError::into_inner).insert(call.id.clone(), call.cancelled.clone());
        call
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

fn read<P: DeserializeOwned>(method: &str, params: Value) -> Result<P, ErrorData> {
    serde_json::from_value(params)
        .map_err(|error| ErrorData::invalid_params(format!("{method} cannot be read: {error}"), None))
}

fn write(result: &impl Serialize) -> Result<Value, ErrorData> {
    serde_json::to_value(result)
        .map_err(|error| ErrorData::internal_error(format!("the answer cannot be written: {error}"), None))
}

fn invalid_request(why: &'static str) -> ErrorData {
    ErrorData::invalid_request(why, None)
}

fn failure(id: Value, error: ErrorData) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": error })
}
