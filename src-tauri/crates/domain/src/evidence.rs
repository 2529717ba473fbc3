//! Evidence: what the host itself saw before it called a feature passing.

use crate::id::{EvidenceId, FeatureId, RunId};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What a check looks at, which decides whether the quick mode still runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// Compiles or bundles.
    Build,
    /// Looks at types only.
    TypeCheck,
    /// Looks at style and common mistakes.
    Lint,
    /// Runs the project's tests.
    Test,
    /// A command that the specification or the agent attached to one feature.
    Feature,
}

/// One command the host will run, or ran.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
pub struct Check {
    /// What it looks at.
    pub kind: CheckKind,
    /// As a person would type it in the project's directory.
    pub command: String,
    /// Where it comes from, such as `package.json scripts.test` or `configured`.
    pub origin: String,
}

/// How one command ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct CheckResult {
    /// What was run.
    pub check: Check,
    /// None when a signal or the time limit ended it.
    pub exit_code: Option<i32>,
    /// Wall time in milliseconds.
    pub duration_ms: u32,
    /// The end of its output, standard output and error interleaved; at most 16 KiB.
    pub output_tail: String,
    /// Tests it reported to have run, where its output says so.
    pub tests_run: Option<u32>,
    /// Whether it reached its time limit.
    pub is_timed_out: bool,
}

impl CheckResult {
    /// Whether the command succeeded, and a test command tested something.
    pub fn is_ok(&self) -> bool {
        self.exit_code == Some(0) && !self.is_timed_out && !self.is_hollow()
    }

    /// Whether it is a test command that says itself that it ran no test: its success proves nothing.
    pub fn is_hollow(&self) -> bool {
        self.check.kind == CheckKind::Test && self.tests_run == Some(0)
    }
}

/// How strong the walls were around a check or a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SandboxLevel {
    /// No operating-system wall; only the policy layer.
    PolicyOnly,
    /// Some walls; the details say which are missing.
    Partial,
    /// File system, processes and network are walled in.
    Full,
}

/// Proof that a feature's checks were run by the host, at one state of the project's tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Evidence {
    /// Its number within the project.
    pub id: EvidenceId,
    /// What it speaks for.
    pub feature: FeatureId,
    /// The run it was gathered in; none for a check asked for outside any run.
    pub run: Option<RunId>,
    /// Whether every command succeeded.
    pub is_passing: bool,
    /// The commands, in the order they were run.
    pub results: Vec<CheckResult>,
    /// Checks that exist but were left out, and why (quick mode).
    pub skipped: Vec<Check>,
    /// Whether the quick mode (YOLO) left out the heavy checks.
    pub is_quick: bool,
    /// The commit that holds the checked tree; set right after the commit.
    pub commit: Option<String>,
    /// Things a person should look at: deleted or skipped tests, fewer tests than before, files left out of the commit.
    pub warnings: Vec<String>,
    /// The walls around the commands.
    pub sandbox: SandboxLevel,
    /// UTC, in milliseconds since 1970.
    #[specta(type = f64)]
    pub at_ms: i64,
}

impl Evidence {
    /// Tests reported by all its test commands together; none when no output said so.
    pub fn tests_run(&self) -> Option<u32> {
        tests_run(&self.results)
    }
}

/// Tests reported by all commands together; none when no output said so.
pub fn tests_run(results: &[CheckResult]) -> Option<u32> {
    results.iter().filter_map(|result| result.tests_run).reduce(u32::saturating_add)
}
