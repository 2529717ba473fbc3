//! The tools of an interview: the draft of a specification, part by part.

use crate::{
    answer::{Answer, Refusal, to_result, to_value},
    card::described,
    channel::Callable,
    params::{self, Nothing},
};
use async_trait::async_trait;
use harness_engine::interview::Desk;
use rmcp::{
    ErrorData, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResult, Implementation, ListToolsResult, ServerCapabilities, ServerConfig, Tool,
        ToolAnnotations,
    },
};
use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

const SECTION: &str = "spec_section";
const READ: &str = "spec_read";

/// A part of the draft.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Section {
    /// Which part, such as overview, technology_stack or core_features; a-z, 0-9 and _.
    section: String,
    /// All that the part says, as plain text or Markdown, without its own tags. Empty: the part is taken out.
    text: String,
}

/// The tools of one interview.
#[derive(Clone)]
pub(crate) struct Interviewer {
    desk: Desk,
}

impl Interviewer {
    pub fn new(desk: Desk) -> Self {
        Self { desk }
    }

    /// What its tools are called.
    pub fn names() -> Vec<String> {
        [SECTION, READ].map(str::to_owned).into()
    }

    fn carry_out(desk: &Desk, name: &str, arguments: Map<String, Value>) -> Answer {
        match name {
            SECTION => {
                let Section { section, text } = read(name, arguments)?;
                to_value(&desk.put(&section, &text)?)
            }
            _ => {
                let Nothing {} = read(name, arguments)?;
                let (text, state) = desk.read()?;
                to_value(&json!({ "text": text, "state": state }))
            }
        }
    }
}

#[async_trait]
impl Callable for Interviewer {
    fn listed(&self) -> ListToolsResult {
        let tool = |name, title: &str, words, schema, only_reads| {
            let annotations =
                ToolAnnotations::from_raw(Some(title.into()), Some(only_reads), Some(false), Some(true), Some(false));
            Tool::new(name, words, Arc::new(schema)).with_title(title).with_annotations(annotations)
        };
        ListToolsResult::with_all_items(vec![
            tool(
                SECTION,
                "Write a part of the draft",
                "Puts a part into the draft of the specification, in the place of what it said before. The person sees it \
                 at once. Answers with the score, the parts that are there and those that are missing.",
                params::schema::<Section>(),
                false,
            ),
            tool(
                READ,
                "Read the draft",
                "The whole draft as it is now, with its score and what is missing.",
                params::schema::<Nothing>(),
                true,
            ),
        ])
    }

    async fn called(
        &self,
        params: CallToolRequestParams,
        _cancelled: &CancellationToken,
    ) -> Result<CallToolResult, ErrorData> {
        if !Self::names().contains(&params.name.to_string()) {
            let known = Self::names().join(", ");
            let why = format!("{:?} is not a tool of an interview. There are: {known}", params.name);
            return Err(ErrorData::invalid_params(why, None));
        }
        let (desk, name, arguments) =
            (self.desk.clone(), params.name.to_string(), params.arguments.unwrap_or_default());
        // SQLite may have to wait for another process; the async threads must not wait with it.
        let done = tokio::task::spawn_blocking(move || Self::carry_out(&desk, &name, arguments)).await;
        let fault = |error: tokio::task::JoinError| {
            tracing::error!(tool = %params.name, %error, "a tool failed inside the host");
            Err(Refusal::fault("the tool failed inside the host; go on without it"))
        };
        Ok(to_result(done.unwrap_or_else(fault)))
    }
}

impl ServerHandler for Interviewer {
    fn get_info(&self) -> ServerConfig {
        let implementation = Implementation::new("auto-agent-harness", env!("CARGO_PKG_VERSION"));
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(implementation)
            .with_instructions(
                "The draft of the specification lives here, not in a file. Write it part by part with spec_section while \
                 you talk with the person.",
            )
    }
}

fn read<P: DeserializeOwned>(tool: &str, arguments: Map<String, Value>) -> Result<P, Refusal> {
    serde_path_to_error::deserialize(Value::Object(arguments))
        .map_err(|error| Refusal::bad_input(format!("{tool} was not carried out. {}", described(&error))))
}
