//! Runs and sessions, as the database and the screen know them.

use crate::{
    evidence::SandboxLevel,
    failure::{Outcome, RunEnd},
    id::{FeatureId, RunId, SessionId},
    lifecycle::State,
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Initialize when there are no features yet, then code until all pass.
    Auto,
    /// Only turn the specification into features.
    Initialize,
    /// Only work on features that exist.
    Code,
    /// Describe an existing code base as features.
    Analyze,
    /// Test passing features again.
    Regression,
}

/// Which prompt and which tools a session gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Turns a specification into features.
    Initializer,
    /// Works on one feature, fix or bug.
    Coding,
    /// Describes an existing code base as features.
    Analyst,
    /// Tests passing features again.
    Tester,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Mode; 5] = [Mode::Auto, Mode::Initialize, Mode::Code, Mode::Analyze, Mode::Regression];

    /// The word on the command line and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Auto => "auto",
            Mode::Initialize => "initialize",
            Mode::Code => "code",
            Mode::Analyze => "analyze",
            Mode::Regression => "regression",
        }
    }
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 4] = [Role::Initializer, Role::Coding, Role::Analyst, Role::Tester];

    /// The word in prompts, scenarios and the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Initializer => "initializer",
            Role::Coding => "coding",
            Role::Analyst => "analyst",
            Role::Tester => "tester",
        }
    }
}

/// The process of a session, so that a later host can tell it from another process with the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ProcessIdentity {
    /// As the operating system numbers it; also its process group.
    pub pid: u32,
    /// When it started, in the operating system's own unit (Linux: clock ticks since boot).
    #[specta(type = f64)]
    pub started: u64,
}

/// One run as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Run {
    /// Its number within the project.
    pub id: RunId,
    /// What it is for.
    pub mode: Mode,
    /// Whether it leaves out the heavy checks.
    pub is_quick: bool,
    /// Name of the rehearsal scenario, when a scripted model answers instead of a real one.
    pub rehearsal: Option<String>,
    /// Where its life cycle stands.
    pub state: State,
    /// A rate limit holds until then and was not waited out yet, nor by a run that ended; UTC, in milliseconds since 1970.
    #[specta(type = Option<f64>)]
    pub paused_until_ms: Option<i64>,
    /// How it ended; none while it lives.
    pub end: Option<RunEnd>,
    /// Sessions started.
    pub sessions: u32,
    /// Money spent, in US dollars, as the CLI reports it.
    pub cost_usd: f64,
    /// The walls around its sessions.
    pub sandbox: SandboxLevel,
    /// UTC, in milliseconds since 1970.
    #[specta(type = f64)]
    pub started_at_ms: i64,
    /// UTC, in milliseconds since 1970.
    #[specta(type = Option<f64>)]
    pub ended_at_ms: Option<i64>,
}

/// Tokens of one session, counted once: the CLI repeats cumulative figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Usage {
    /// Prompt tokens that were not cached.
    #[specta(type = f64)]
    pub input_tokens: u64,
    /// Tokens the model wrote.
    #[specta(type = f64)]
    pub output_tokens: u64,
    /// Prompt tokens written to the cache.
    #[specta(type = f64)]
    pub cache_write_tokens: u64,
    /// Prompt tokens read from the cache.
    #[specta(type = f64)]
    pub cache_read_tokens: u64,
}

/// One session of a run as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Session {
    /// The id the CLI was started with.
    pub id: SessionId,
    /// The run it belongs to.
    pub run: RunId,
    /// Its prompt and tools.
    pub role: Role,
    /// The card it claimed, if any.
    pub feature: Option<FeatureId>,
    /// Its process, once started.
    pub process: Option<ProcessIdentity>,
    /// How it ended; none while it lives.
    pub outcome: Option<Outcome>,
    /// Turns of the model.
    pub turns: u32,
    /// Money spent, in US dollars, as the CLI reports it.
    pub cost_usd: f64,
    /// Tokens.
    pub usage: Usage,
    /// UTC, in milliseconds since 1970.
    #[specta(type = f64)]
    pub started_at_ms: i64,
    /// UTC, in milliseconds since 1970.
    #[specta(type = Option<f64>)]
    pub ended_at_ms: Option<i64>,
}
