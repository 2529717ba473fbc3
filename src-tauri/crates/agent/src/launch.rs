//! What to start: everything that one session of the CLI depends on.

use serde_json::Value;
use std::{collections::BTreeMap, ffi::OsString, path::PathBuf, time::Duration};
use uuid::Uuid;

/// One session of the CLI, ready to be started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The CLI, as [`locate`](mod@crate::locate) found it.
    pub program: PathBuf,
    /// What to start it inside of: the words of a command line such as `bwrap … --`. Empty: nothing.
    pub wrapper: Vec<OsString>,
    /// Where it works: the project's directory.
    pub cwd: PathBuf,
    /// Its complete environment. Nothing of ours is added but the session's marker, `HARNESS_SESSION`.
    pub env: BTreeMap<OsString, OsString>,
    /// The id it is told to use, and the marker by which its leftovers are found.
    pub session_id: Uuid,
    /// The first user message. Goes over standard input, whatever its length, never into the argument list.
    pub prompt: String,
    /// A model or its alias; none leaves the choice to the CLI.
    pub model: Option<String>,
    /// Used by the CLI while `model` is overloaded.
    pub fallback_model: Option<String>,
    /// `low` to `max`; none leaves the choice to the CLI.
    pub effort: Option<String>,
    /// The built-in tools that exist for the agent. Empty: none at all.
    pub tools: Vec<String>,
    /// Rules such as `mcp__features__*` that need no question.
    pub allowed_tools: Vec<String>,
    /// Names of in-channel MCP servers; their messages reach [`AgentHost::mcp`](crate::AgentHost::mcp).
    pub mcp_servers: Vec<String>,
    /// The CLI's settings (permissions, sandbox); null for none.
    pub settings: Value,
    /// Where settings too long for the argument list are written for the length of the session. Must lie outside the
    /// project and be visible inside `wrapper`; none means the system's temporary directory.
    pub scratch_dir: Option<PathBuf>,
    /// Which of the person's own settings files count: `user,project`, or empty for none.
    pub setting_sources: String,
    /// The session ends with `max_turns` after so many turns of the model.
    pub max_turns: Option<u32>,
    /// The session ends with `budget_exhausted` when it cost more, in US dollars.
    pub max_budget_usd: Option<f64>,
    /// Added to the CLI's own system prompt; goes over standard input too.
    pub append_system_prompt: Option<String>,
    /// Continues this earlier session, as a new one under `session_id`.
    pub resume: Option<Uuid>,
    /// Further directories that the CLI's file tools may use.
    pub add_dirs: Vec<PathBuf>,
    /// How long silence is believed.
    pub watchdogs: Watchdogs,
}

impl Launch {
    /// A session of `program` in `cwd` with nothing allowed and nothing limited but by the default watchdogs.
    pub fn new(program: PathBuf, cwd: PathBuf, env: BTreeMap<OsString, OsString>, session_id: Uuid) -> Self {
        Self {
            program,
            wrapper: Vec::new(),
            cwd,
            env,
            session_id,
            prompt: String::new(),
            model: None,
            fallback_model: None,
            effort: None,
            tools: Vec::new(),
            allowed_tools: Vec::new(),
            mcp_servers: Vec::new(),
            settings: Value::Null,
            scratch_dir: None,
            setting_sources: String::new(),
            max_turns: None,
            max_budget_usd: None,
            append_system_prompt: None,
            resume: None,
            add_dirs: Vec::new(),
            watchdogs: Watchdogs::default(),
        }
    }
}

/// How long each silence is believed before the session is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watchdogs {
    /// From the start to the first line.
    pub first_byte: Duration,
    /// Between two lines. Time in which the CLI waits for an answer of ours does not count; time in which a tool runs
    /// does, so it must be longer than the longest command may take.
    pub idle: Duration,
    /// From the result to the exit; what is left then is killed, and the result stands.
    pub after_result: Duration,
    /// From an interrupt to SIGTERM.
    pub stop_grace: Duration,
    /// From SIGTERM to SIGKILL.
    pub terminate_grace: Duration,
}

impl Default for Watchdogs {
    fn default() -> Self {
        Self {
            first_byte: Duration::from_secs(60),
            idle: Duration::from_secs(15 * 60), // the CLI's own limit of one Bash call is 10 minutes
            after_result: Duration::from_secs(10),
            stop_grace: Duration::from_secs(5),
            terminate_grace: Duration::from_secs(2),
        }
    }
}
