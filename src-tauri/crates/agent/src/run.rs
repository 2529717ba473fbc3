//! One session, from start to end.

use crate::{control::ControlError, host::AgentHost, launch::Launch};
use harness_domain::{
    failure::Outcome,
    run::{ProcessIdentity, Usage},
};
use serde_json::Value;
use std::{path::PathBuf, sync::Arc};
use thiserror::Error;

/// Starts a session; returns as soon as its process exists, before the CLI has answered anything.
///
/// What goes wrong later, a CLI that crashes at once included, is told by [`Running::finished`].
/// Fails with [`StartError`] when there is no process to wait for. Must be called inside a tokio runtime.
pub async fn start(launch: Launch, host: Arc<dyn AgentHost>) -> Result<Running, StartError> {
    drop(host);
    Err(StartError::Spawn { program: launch.program, detail: String::new() })
}

/// Why there is no process.
#[derive(Debug, Error)]
pub enum StartError {
    /// The operating system would not start it.
    #[error("{} could not be started: {detail}. Check that it exists and may be executed.", .program.display())]
    Spawn {
        /// What was to be started: the wrapper's program, or the CLI.
        program: PathBuf,
        /// In the operating system's words.
        detail: String,
    },
    /// The settings file could not be written.
    #[error("the session's settings could not be written to {}: {detail}. Is the disk full or read-only?", .path.display())]
    Settings {
        /// Where.
        path: PathBuf,
        /// In the operating system's words.
        detail: String,
    },
}

impl StartError {
    /// The same as a session's outcome.
    pub fn outcome(&self) -> Outcome {
        match self {
            StartError::Spawn { .. } => Outcome::NotStarted { detail: self.to_string() },
            StartError::Settings { .. } => Outcome::StorageFailed { detail: self.to_string() },
        }
    }
}

/// A session that was started. Dropping it kills its whole tree of processes.
#[derive(Debug)]
pub struct Running {
    process: ProcessIdentity,
    handle: Handle,
}

impl Running {
    /// Its process, to be remembered for [`kill_tree`](crate::run) after a crash of the host.
    pub fn process(&self) -> ProcessIdentity {
        self.process
    }

    /// A way to steer it from elsewhere.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Waits until every process of the session is gone.
    pub async fn finished(self) -> SessionEnd {
        SessionEnd {
            outcome: Outcome::Stopped,
            turns: 0,
            usage: Usage::default(),
            cost_usd: 0.0,
            model_usage: Value::Null,
            context_window: None,
            exit_code: None,
            signal: None,
            stderr_tail: String::new(),
            result_text: None,
            api_key_source: None,
            cli_version: None,
            leftovers_killed: 0,
        }
    }
}

/// Steers a running session. Everything here is harmless after its end.
#[derive(Debug, Clone)]
pub struct Handle;

impl Handle {
    /// Interrupts the agent's turn; the session then ends as [`Outcome::Stopped`].
    pub async fn interrupt(&self) -> Result<(), ControlError> {
        Err(ControlError::Ended { request: "interrupt".into() })
    }

    /// Ends the session as [`Outcome::Stopped`]: interrupt, grace, SIGTERM, grace, SIGKILL of the whole tree. Does not wait.
    pub fn stop(&self) {
        self.end(Outcome::Stopped);
    }

    /// Ends the session like [`stop`](Self::stop), but reports `outcome`. The first call decides; a result that the CLI
    /// reported before stands.
    pub fn end(&self, outcome: Outcome) {
        drop(outcome);
    }

    /// Queues a further user message.
    pub fn say(&self, text: impl Into<String>) {
        drop(text.into());
    }

    /// Switches the model from the next request on.
    pub async fn set_model(&self, model: &str) -> Result<(), ControlError> {
        Err(ControlError::Ended { request: model.into() })
    }

    /// Switches the CLI's permission mode.
    pub async fn set_permission_mode(&self, mode: &str) -> Result<(), ControlError> {
        Err(ControlError::Ended { request: mode.into() })
    }

    /// What fills the model's context, as the CLI reports it.
    pub async fn context_usage(&self) -> Result<Value, ControlError> {
        Err(ControlError::Ended { request: "get_context_usage".into() })
    }

    /// What the CLI said at the start about its commands, agents, models and account; none before it did.
    pub fn initialize_answer(&self) -> Option<Value> {
        None
    }
}

/// How a session ended and what it took.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionEnd {
    /// Decided from structured fields alone, never from the agent's prose.
    pub outcome: Outcome,
    /// Turns of the model.
    pub turns: u32,
    /// Tokens of this session; what a resumed one used before is not in it.
    pub usage: Usage,
    /// Money of this session, in US dollars, as the CLI reports it.
    pub cost_usd: f64,
    /// Per model: tokens, cost, context window, as the CLI reports it; null without a result.
    pub model_usage: Value,
    /// Tokens that fit the main model's context.
    pub context_window: Option<u32>,
    /// The exit code, when it exited.
    pub exit_code: Option<i32>,
    /// The signal, when it was killed.
    pub signal: Option<i32>,
    /// The end of its error output.
    pub stderr_tail: String,
    /// The agent's last words.
    pub result_text: Option<String>,
    /// Where the API key came from; `none` for a subscription.
    pub api_key_source: Option<String>,
    /// The CLI's version.
    pub cli_version: Option<String>,
    /// Processes that were still there after the CLI's exit and had to be killed.
    pub leftovers_killed: u32,
}
