//! The project's own checks: which there are, running them, and telling the agent what went wrong.
//!
//! What runs here was written by an agent, so nothing it says is taken at its word: commands run inside
//! a [`Wall`](harness_sandbox::Wall), with an environment of named variables only, a time limit and
//! bounded memory, and a test script that runs no tests is not accepted as one.

pub mod detect;
mod environment;
mod hollow;
mod output;
pub mod process;
mod report;
pub mod test_count;
mod tree;

pub use detect::{Detection, detect};
pub use environment::{CheckEnvironment, OutputCallback, allowed_variables};
pub use process::{CheckError, run_check};
pub use report::{failure_report, warnings};
pub use test_count::tests_run;

use harness_domain::{
    evidence::{Check, CheckKind, CheckResult},
    project::ProjectSettings,
};
use std::{collections::HashSet, path::Path};
use tokio_util::sync::CancellationToken;

/// Which checks to run for one feature, decided before the first one starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// To run, in this order: the cheap ones first.
    pub run: Vec<Check>,
    /// Left out by the quick mode.
    pub skipped: Vec<Check>,
    /// What a person or the agent should know about the project's checks, as sentences.
    pub problems: Vec<String>,
}

impl Plan {
    /// Whether the project has no check at all, neither to run nor left out: nothing can be called passing.
    pub fn found_nothing(&self) -> bool {
        self.run.is_empty() && self.skipped.is_empty()
    }

    /// Whether `results` prove the plan: every check of it ran, and every one succeeded.
    ///
    /// A plan without anything to run is never proven.
    pub fn is_proven_by(&self, results: &[CheckResult]) -> bool {
        !self.run.is_empty()
            && self.run.len() == results.len()
            && self.run.iter().zip(results).all(|(check, result)| *check == result.check && result.is_ok())
    }
}

/// What happens while a plan is run.
#[derive(Debug, Clone, Copy)]
pub enum CheckProgress<'a> {
    /// A check is about to start.
    Started {
        /// Its place in the plan, from 0.
        index: usize,
        /// How many checks the plan has.
        total: usize,
        /// What is run.
        check: &'a Check,
    },
    /// A check has ended.
    Finished {
        /// Its place in the plan, from 0.
        index: usize,
        /// How many checks the plan has.
        total: usize,
        /// How it ended.
        result: &'a CheckResult,
    },
}

/// Chooses the checks for one feature of the project in `dir`.
///
/// Configured checks replace the detected ones. Checks of the feature are added, never instead.
/// `quick` (YOLO) keeps type checks and lints, or builds where the project has neither; tests and the
/// feature's own checks are listed in [`Plan::skipped`]. Reads files and starts nothing.
pub fn plan(dir: &Path, settings: &ProjectSettings, feature_checks: &[String], quick: bool) -> Plan {
    let Detection { checks, mut problems } = if settings.checks.is_empty() {
        detect(dir)
    } else {
        Detection { checks: settings.checks.clone(), problems: Vec::new() }
    };
    let mut all = checks;
    for command in feature_checks.iter().map(|command| command.trim()).filter(|command| !command.is_empty()) {
        match hollow::why_hollow(command) {
            Some(why) => problems.push(format!("The feature's check `{command}` {why}, so it was left out.")),
            None => {
                all.push(Check { kind: CheckKind::Feature, command: command.to_owned(), origin: "feature".to_owned() })
            }
        }
    }
    let mut seen = HashSet::new();
    all.retain(|check| seen.insert(check.command.trim().to_owned()));
    if !quick {
        return Plan { run: all, skipped: Vec::new(), problems };
    }
    let has_light = all.iter().any(|check| matches!(check.kind, CheckKind::TypeCheck | CheckKind::Lint));
    let (run, skipped) = all.into_iter().partition(|check| match check.kind {
        CheckKind::TypeCheck | CheckKind::Lint => true,
        CheckKind::Build => !has_light,
        CheckKind::Test | CheckKind::Feature => false,
    });
    Plan { run, skipped, problems }
}

/// Runs the plan's checks in order and stops after the first that fails.
///
/// The checks are ordered cheap first, so what stops the run is the shortest answer for the agent: a type
/// error is not buried under the hundred test failures it causes. The results are those of the checks that
/// ran, the failing one last; whether they prove the plan is [`Plan::is_proven_by`].
///
/// Fails as [`run_check`] does, which means that nothing was learned about the project.
pub async fn run_all(
    plan: &Plan,
    env: &CheckEnvironment,
    cancel: &CancellationToken,
    mut on_progress: impl FnMut(CheckProgress<'_>) + Send,
) -> Result<Vec<CheckResult>, CheckError> {
    let total = plan.run.len();
    let mut results = Vec::with_capacity(total);
    for (index, check) in plan.run.iter().enumerate() {
        on_progress(CheckProgress::Started { index, total, check });
        let result = run_check(check, env, cancel.clone()).await?;
        on_progress(CheckProgress::Finished { index, total, result: &result });
        let is_ok = result.is_ok();
        results.push(result);
        if !is_ok {
            break;
        }
    }
    Ok(results)
}

#[cfg(test)]
mod tests;
