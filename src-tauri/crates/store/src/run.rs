//! Runs, and the states they went through.
use crate::{database::unbuilt, error::Result, project_store::ProjectStore};
use harness_domain::{
    evidence::SandboxLevel,
    failure::RunEnd,
    id::{FeatureId, RunId},
    lifecycle::State,
    run::{Mode, ProcessIdentity, Run},
};
use serde::Serialize;

/// A run as it starts.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRun {
    /// What it is for.
    pub mode: Mode,
    /// Whether it leaves out the heavy checks.
    pub is_quick: bool,
    /// Name of the rehearsal scenario, if a scripted model answers.
    pub rehearsal: Option<String>,
    /// The walls around its sessions.
    pub sandbox: SandboxLevel,
    /// The process that conducts the run.
    pub host: ProcessIdentity,
}

/// One change of a run's state.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunTransition {
    /// The state before.
    pub from: State,
    /// The state after.
    pub to: State,
    /// The card it was about, if any.
    pub feature: Option<FeatureId>,
    /// In words.
    pub reason: String,
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
}

/// A run that has no end yet: alive, or left behind by a host that died.
#[derive(Debug, Clone, PartialEq)]
pub struct UnfinishedRun {
    /// The run.
    pub run: Run,
    /// The process that conducts it; when that is gone, so is the run.
    pub host: ProcessIdentity,
}

impl ProjectStore {
    /// Stores a new run in state `Idle`.
    pub fn run_start(&self, run: NewRun, at_ms: i64) -> Result<Run> {
        let _ = (run, at_ms);
        unbuilt()
    }
    /// Moves a run to the state `to` and returns the state it left, in one transaction with the trail.
    ///
    /// Fails with `NoSuchRun`, `RunEnded`, or `UnlawfulRun` when `to` may not follow.
    pub fn run_transition(
        &self,
        run: RunId,
        to: State,
        feature: Option<FeatureId>,
        reason: &str,
        at_ms: i64,
    ) -> Result<State> {
        let _ = (run, to, feature, reason, at_ms);
        unbuilt()
    }
    /// Every change of a run's state, oldest first.
    pub fn run_transitions(&self, run: RunId) -> Result<Vec<RunTransition>> {
        let _ = run;
        unbuilt()
    }
    /// Notes until when a run waits for a rate limit; none when it goes on. Fails with `NoSuchRun`.
    pub fn run_pause_until(&self, run: RunId, until_ms: Option<i64>) -> Result<()> {
        let _ = (run, until_ms);
        unbuilt()
    }
    /// Stores how a run ended. Its state stays what it was, its claims too. Fails with `NoSuchRun` or `RunEnded`.
    pub fn run_end(&self, run: RunId, end: &RunEnd, at_ms: i64) -> Result<()> {
        let _ = (run, end, at_ms);
        unbuilt()
    }
    /// Adds money to what the run has spent, in US dollars; what its sessions report is not added by itself. Fails with `NoSuchRun`.
    pub fn run_add_cost(&self, run: RunId, usd: f64) -> Result<()> {
        let _ = (run, usd);
        unbuilt()
    }
    /// One run. Fails with `NoSuchRun`.
    pub fn run(&self, run: RunId) -> Result<Run> {
        let _ = run;
        unbuilt()
    }
    /// The last `limit` runs, newest first.
    pub fn runs(&self, limit: usize) -> Result<Vec<Run>> {
        let _ = limit;
        unbuilt()
    }
    /// Every run that has no end, oldest first.
    pub fn runs_unfinished(&self) -> Result<Vec<UnfinishedRun>> {
        unbuilt()
    }
}
