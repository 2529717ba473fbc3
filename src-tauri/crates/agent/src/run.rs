//! One session, from start to end, as its owner sees it.

use crate::{
    control::ControlError,
    drive::Driver,
    host::AgentHost,
    launch::Launch,
    process,
    talk::{Shared, Steer},
};
use harness_domain::{
    failure::Outcome,
    run::{ProcessIdentity, Usage},
};
use serde_json::{Value, json};
use std::{fmt, path::PathBuf, sync::Arc};
use thiserror::Error;
use tokio::{sync::mpsc, task::JoinSet};
use uuid::Uuid;

/// Starts a session; returns as soon as its process exists, before the CLI has answered anything.
///
/// What goes wrong later, a CLI that crashes at once included, is told by [`Running::finished`].
/// Fails with [`StartError`] when there is no process to wait for. Must be called inside a tokio runtime.
pub async fn start(launch: Launch, host: Arc<dyn AgentHost>) -> Result<Running, StartError> {
    if !launch.cwd.is_dir() {
        return Err(StartError::WorkingDirectory { path: launch.cwd });
    }
    let line = launch
        .command_line()
        .map_err(|error| StartError::Settings { path: launch.scratch_dir(), detail: error.to_string() })?;
    let program = PathBuf::from(&line.command.program);
    let spawned =
        process::spawn(line.command).await.map_err(|error| StartError::Spawn { program, detail: error.to_string() })?;
    let process = spawned.tree.identity();
    let session = launch.session_id;
    tracing::info!(%session, pid = process.pid, model = ?launch.model, resumed = ?launch.resume, "agent session started");
    let (driver, handle) = Driver::new(launch, host, spawned, line.settings);
    let mut driving = JoinSet::new();
    driving.spawn(driver.run());
    Ok(Running { process, session, handle, driving, is_over: false })
}

/// Why there is no process.
#[derive(Debug, Error)]
pub enum StartError {
    /// The project's directory is gone.
    #[error("{} is not a directory; was the project moved or deleted?", .path.display())]
    WorkingDirectory {
        /// Where the session was to work.
        path: PathBuf,
    },
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
        /// The directory it was to be written to.
        path: PathBuf,
        /// In the operating system's words.
        detail: String,
    },
}

impl StartError {
    /// The same as a session's outcome.
    pub fn outcome(&self) -> Outcome {
        match self {
            StartError::WorkingDirectory { .. } | StartError::Spawn { .. } => {
                Outcome::NotStarted { detail: self.to_string() }
            }
            StartError::Settings { .. } => Outcome::StorageFailed { detail: self.to_string() },
        }
    }
}

/// A session that was started. Dropping it kills its whole tree of processes, which blocks for some milliseconds.
#[derive(Debug)]
pub struct Running {
    process: ProcessIdentity,
    session: Uuid,
    handle: Handle,
    driving: JoinSet<SessionEnd>,
    is_over: bool,
}

impl Running {
    /// Its process, to be remembered for [`kill_tree`](process::kill_tree) after a crash of the host.
    pub fn process(&self) -> ProcessIdentity {
        self.process
    }

    /// A way to steer it from elsewhere.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Waits until every process of the session is gone. Host methods that still run then are dropped.
    pub async fn finished(mut self) -> SessionEnd {
        let ended = self.driving.join_next().await;
        match ended {
            Some(Ok(end)) => {
                self.is_over = true;
                end
            }
            // Our own fault; the drop of `self` kills what the driver could not.
            Some(Err(error)) => SessionEnd::lost(format!("the session's driver failed: {error}")),
            None => SessionEnd::lost("the session's driver is gone".to_owned()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.is_over {
            process::kill_tree(self.process, self.session);
        }
    }
}

/// Steers a running session. Everything here is harmless after its end.
#[derive(Clone)]
pub struct Handle {
    pub(crate) shared: Arc<Shared>,
    /// Unbounded: each entry is one act of a person or of the host's rules.
    pub(crate) steer: mpsc::UnboundedSender<Steer>,
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

impl Handle {
    /// Interrupts the agent's turn; the session then ends as [`Outcome::Stopped`].
    ///
    /// Returns when the CLI has confirmed. Does not insist: use [`stop`](Self::stop) for that.
    pub async fn interrupt(&self) -> Result<(), ControlError> {
        self.send(Steer::Interrupted);
        self.shared.control.request("interrupt", json!({})).await.map(drop)
    }

    /// Ends the session as [`Outcome::Stopped`]: interrupt, grace, SIGTERM, grace, SIGKILL of the whole tree. Does not
    /// wait.
    pub fn stop(&self) {
        self.end(Outcome::Stopped);
    }

    /// Ends the session like [`stop`](Self::stop), but reports `outcome`. The first call decides; a result that the CLI
    /// reported before stands.
    pub fn end(&self, outcome: Outcome) {
        self.send(Steer::End(outcome));
    }

    /// Queues a further user message. The agent reads it between two tool calls, or as a turn of its own when it had
    /// ended already; after the last result it is lost, unless the session is a conversation.
    pub fn say(&self, text: impl Into<String>) {
        self.send(Steer::Say(text.into()));
    }

    /// Lets a conversation end in order: at once when it waits, else after the turn that goes on. Other sessions end by
    /// themselves.
    pub fn leave(&self) {
        self.send(Steer::Leave);
    }

    /// Switches the model from the next turn on; the turn that runs keeps its own.
    pub async fn set_model(&self, model: &str) -> Result<(), ControlError> {
        self.shared.control.request("set_model", json!({ "model": model })).await.map(drop)
    }

    /// Switches the CLI's permission mode: `default`, `acceptEdits`, `plan`, …
    pub async fn set_permission_mode(&self, mode: &str) -> Result<(), ControlError> {
        self.shared.control.request("set_permission_mode", json!({ "mode": mode })).await.map(drop)
    }

    /// What fills the model's context, as the CLI reports it.
    pub async fn context_usage(&self) -> Result<Value, ControlError> {
        self.shared.control.request("get_context_usage", json!({})).await
    }

    /// What the CLI said at the start about its commands, agents, models and account; none before it did.
    pub fn initialize_answer(&self) -> Option<Value> {
        self.shared.initialize.get().cloned()
    }

    fn send(&self, steer: Steer) {
        if self.steer.send(steer).is_err() {
            tracing::debug!("a session was steered after its end");
        }
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
    /// Money of this session, in US dollars, as the CLI reports it; 0 when it ended before any report.
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
    /// Processes that were still there after the CLI's exit, or besides it at its kill, and had to be killed.
    pub leftovers_killed: u32,
}

impl SessionEnd {
    /// The end of a session that never had a process.
    pub fn without_process(outcome: Outcome) -> Self {
        Self { outcome, ..Self::lost(String::new()) }
    }

    fn lost(detail: String) -> Self {
        Self {
            outcome: Outcome::Crashed { detail },
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
