//! How the tools reach an agent: the engine knows the questions, the `mcp` crate the protocol.

use crate::{interview::Desk, toolbox::Toolbox};
use async_trait::async_trait;
use harness_domain::run::Role;
use serde_json::Value;
use std::sync::Arc;

/// The name under which the CLI knows our tools: `mcp__features__feature_get_next`.
pub const SERVER_NAME: &str = "features";

/// Makes channels to tools.
pub trait ToolServer: Send + Sync + 'static {
    /// The names of the tools that a session of this role may use; the allow-list is made of them.
    fn names(&self, role: Role) -> Vec<String>;

    /// A channel for one session. What it offers follows from the toolbox's scope.
    fn open(&self, toolbox: Toolbox) -> Arc<dyn ToolChannel>;

    /// The names of the tools of an interview.
    fn interview_names(&self) -> Vec<String>;

    /// A channel for one interview.
    fn open_interview(&self, desk: Desk) -> Arc<dyn ToolChannel>;
}

/// Answers JSON-RPC messages of one session.
#[async_trait]
pub trait ToolChannel: Send + Sync {
    /// The answer to one message; any value for a notification.
    async fn handle(&self, message: Value) -> Value;
}
