//! What every way in shares: who we say we are, which tools there are, and calling one.

use crate::table::Table;
use harness_domain::run::Role;
use harness_engine::{redact, toolbox::Toolbox};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, CustomRequest, CustomResult, ErrorCode,
        Implementation, JsonObject, ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
    },
    service::RequestContext,
};
use serde_json::Value;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The tools of one session. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Handler {
    toolbox: Toolbox,
    running: TaskTracker,
    ending: CancellationToken,
}

impl Handler {
    /// The tools of `toolbox`, until `ending`.
    pub fn new(toolbox: Toolbox, ending: CancellationToken) -> Self {
        Self { toolbox, running: TaskTracker::new(), ending }
    }

    /// The calls under way.
    pub fn running(&self) -> &TaskTracker {
        &self.running
    }

    fn role(&self) -> Option<Role> {
        self.toolbox.scope().role
    }

    /// The tools this session may use.
    pub fn tools(&self) -> ListToolsResult {
        ListToolsResult::with_all_items(Table::of(self.role()).map(|entry| entry.tool().clone()).collect())
    }

    /// Calls a tool, and gives it up when `cancelled` or at the session's end: the processes it started are then killed.
    ///
    /// Fails only when there is no such tool for this session, or when it was cancelled. Everything else that goes
    /// wrong is a result marked as an error, so that an agent gets to read it.
    pub async fn call(
        &self,
        params: CallToolRequestParams,
        cancelled: &CancellationToken,
    ) -> Result<CallToolResult, ErrorData> {
        let Some(entry) = Table::find(self.role(), &params.name) else { return Err(self.no_such_tool(&params.name)) };
        let _running = self.running.token();
        let given_up = || Err(ErrorData::internal_error(format!("{} was cancelled", params.name), None));
        let result = tokio::select! {
            result = entry.call(&self.toolbox, without_secrets(params.arguments.unwrap_or_default())) => result,
            () = cancelled.cancelled() => return given_up(),
            () = self.ending.cancelled() => return given_up(),
        };
        tracing::debug!(
            session = %self.toolbox.scope().session,
            tool = %params.name,
            is_error = result.is_error.unwrap_or_default(),
            "a tool was called"
        );
        Ok(result)
    }

    fn no_such_tool(&self, name: &str) -> ErrorData {
        let of_whom = match self.role() {
            Some(role) => format!("a {} session", role.as_str()),
            None => "this project".into(),
        };
        let known: Vec<&str> = Table::of(self.role()).map(|entry| entry.tool().name.as_ref()).collect();
        let known = known.join(", ");
        ErrorData::invalid_params(format!("{name:?} is not a tool of {of_whom}. There are: {known}"), None)
    }
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        let implementation = Implementation::new("auto-agent-harness", env!("CARGO_PKG_VERSION"));
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(implementation)
            .with_instructions(instructions(self.role()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        Table::find(self.role(), name).map(|entry| entry.tool().clone())
    }

    async fn list_tools(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(self.tools())
    }

    async fn call_tool(
        &self,
        params: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.call(params, &context.ct).await.map(Into::into)
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        // The SDK brings here what it knows no method for, and also what is no lawful request of a method it knows.
        let CustomRequest { method, params, .. } = request;
        if method != "tools/call" {
            return Err(no_such_method(&method));
        }
        let why = match serde_json::from_value::<CallToolRequestParams>(params.unwrap_or_default()) {
            Ok(_) => "its parameters do not fit".into(),
            Err(error) => error.to_string(),
        };
        Err(ErrorData::invalid_params(format!("{method} cannot be read: {why}"), None))
    }
}

/// What an agent says in a tool call ends up in cards, questions, reasons and commits, where no credential belongs.
fn without_secrets(arguments: JsonObject) -> JsonObject {
    let mut arguments = Value::Object(arguments);
    redact::value(&mut arguments);
    match arguments {
        Value::Object(arguments) => arguments,
        _ => JsonObject::default(),
    }
}

/// What is said to a client that asks for something other than tools.
pub(crate) fn no_such_method(method: &str) -> ErrorData {
    let why = format!("there is no method {method:?} here: this server offers tools and nothing else");
    ErrorData::new(ErrorCode::METHOD_NOT_FOUND, why, None)
}

/// What the tools are for, in the words of the work at hand.
fn instructions(role: Option<Role>) -> &'static str {
    match role {
        Some(Role::Initializer) => {
            "The project's features live here, not in files. Create them with feature_create_bulk, foundations first, and \
             check the result with feature_get_stats. You cannot mark features: the sessions after you build them, and the \
             host decides which pass."
        }
        Some(Role::Coding) => {
            "The project's features live here, not in files. Take yours with feature_get_next, build it, and ask for the \
             verdict with feature_mark_passing: the host runs the project's checks itself and decides. One feature a session; \
             when it is done, given back, put off or waits for a person, end the session."
        }
        Some(Role::Analyst) => {
            "The project's features live here, not in files. Record what the code already does with feature_import_existing, \
             and create what is missing with feature_create_bulk."
        }
        Some(Role::Tester) => {
            "The project's features live here, not in files. Test those that pass again (feature_get_for_regression, \
             feature_get_by_id) and report each that fails with feature_mark_failing. The host creates the fixes."
        }
        None => {
            "The features and bugs of one project under Auto Agent Harness. feature_get_next claims the next one for you, \
             feature_mark_passing asks the host to run the project's checks and to commit; nothing passes without that. You \
             hold one feature at a time; what you hold when you disconnect goes back into the queue."
        }
    }
}
