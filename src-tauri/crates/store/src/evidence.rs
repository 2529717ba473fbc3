//! Evidence: what the host saw when it ran a card's checks.
use crate::{database::unbuilt, error::Result, project_store::ProjectStore};
use harness_domain::{
    evidence::{Check, CheckResult, Evidence, SandboxLevel},
    id::{EvidenceId, FeatureId, RunId},
};
use serde::Serialize;
use std::collections::HashMap;

/// Evidence as gathered: all but its number and its commit.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvidence {
    /// What it speaks for.
    pub feature: FeatureId,
    /// The run it was gathered in, if any.
    pub run: Option<RunId>,
    /// Whether every command succeeded.
    pub is_passing: bool,
    /// The commands, in the order they were run.
    pub results: Vec<CheckResult>,
    /// Checks that exist but were left out.
    pub skipped: Vec<Check>,
    /// Whether the quick mode left out the heavy checks.
    pub is_quick: bool,
    /// Things a person should look at.
    pub warnings: Vec<String>,
    /// The walls around the commands.
    pub sandbox: SandboxLevel,
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
}

/// Evidence without the commands' output, for lists.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvidenceSummary {
    /// Its number within the project.
    pub id: EvidenceId,
    /// What it speaks for.
    pub feature: FeatureId,
    /// The run it was gathered in, if any.
    pub run: Option<RunId>,
    /// Whether every command succeeded.
    pub is_passing: bool,
    /// Whether the quick mode left out the heavy checks.
    pub is_quick: bool,
    /// The commit that holds the checked tree.
    pub commit: Option<String>,
    /// Commands run.
    pub checks_run: u32,
    /// Commands left out.
    pub checks_skipped: u32,
    /// Tests reported by all test commands together.
    pub tests_run: Option<u32>,
    /// Things a person should look at.
    pub warnings: Vec<String>,
    /// The walls around the commands.
    pub sandbox: SandboxLevel,
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
}

impl ProjectStore {
    /// Stores evidence. Fails with `NoSuchFeature` or `NoSuchRun`.
    pub fn evidence_add(&self, evidence: NewEvidence) -> Result<Evidence> {
        let _ = evidence;
        unbuilt()
    }
    /// Names the commit that holds the checked tree, and adds warnings found while committing. Fails with `NoSuchEvidence`.
    pub fn evidence_set_commit(&self, id: EvidenceId, oid: &str, extra_warnings: &[String]) -> Result<()> {
        let _ = (id, oid, extra_warnings);
        unbuilt()
    }
    /// All evidence of a card, newest first.
    pub fn evidence_of(&self, feature: FeatureId) -> Result<Vec<Evidence>> {
        let _ = feature;
        unbuilt()
    }
    /// The newest evidence of every card that has any.
    pub fn evidence_latest(&self) -> Result<HashMap<FeatureId, EvidenceSummary>> {
        unbuilt()
    }
    /// Tests run by the newest passing evidence that reported a number: what later evidence is compared with.
    pub fn tests_high_water(&self) -> Result<Option<u32>> {
        unbuilt()
    }
}
