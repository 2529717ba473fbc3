//! Cards as tools and the command line show them.

use crate::EngineError;
use harness_domain::{
    evidence::SandboxLevel,
    feature::{Feature, Kind, Status},
    id::{EvidenceId, FeatureId},
};
use harness_store::{CheckLine, EvidenceSummary, ProjectStore};
use serde::Serialize;
use std::collections::HashMap;

/// A whole card.
#[derive(Debug, Clone, Serialize)]
pub struct FeatureView {
    /// Its number.
    pub id: FeatureId,
    /// Its title.
    pub name: String,
    /// `feature`, `bug`, `fix` or `redesign`.
    pub kind: Kind,
    /// As the specification sorts it.
    pub category: String,
    /// What is to be built, or what is wrong.
    pub description: String,
    /// Acceptance steps, in order.
    pub steps: Vec<String>,
    /// Lower goes first within a layer.
    pub priority: i32,
    /// From 0 (skeleton) to 8 (quality).
    pub layer: u8,
    /// The layer's name.
    pub layer_name: &'static str,
    /// `pending`, `in_progress`, `passing`, `failing`, `needs_input` or `blocked`: the same words for every kind.
    pub status: &'static str,
    /// For bugs: `open`, `analyzing`, `fixing`, `resolved`, `needs_input` or `blocked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bug_status: Option<&'static str>,
    /// Cards that must pass first.
    pub dependencies: Vec<FeatureId>,
    /// The bug or failing feature that it mends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<FeatureId>,
    /// The specification it came from.
    pub source_spec: String,
    /// Sessions that ended without it passing.
    pub attempts: u32,
    /// Whether a person moved it to the front.
    pub is_pinned: bool,
    /// Commands of its own that must succeed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<String>,
    /// The model a person chose for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Why it last failed, was parked, or waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The newest proof; for a bug, that of its newest fix.
    pub evidence: Option<EvidenceView>,
}

/// A card without its long texts, for lists.
#[derive(Debug, Clone, Serialize)]
pub struct SummaryView {
    /// Its number.
    pub id: FeatureId,
    /// Its title.
    pub name: String,
    /// Where it stands, in the words of [`FeatureView::status`].
    pub status: &'static str,
    /// Cards that must pass first.
    pub dependencies: Vec<FeatureId>,
}

/// A proof without its outputs.
#[derive(Debug, Clone, Serialize)]
pub struct EvidenceView {
    /// Its number.
    pub id: EvidenceId,
    /// The card whose checks these are; another one than the card shown only for a bug.
    pub feature: FeatureId,
    /// Whether every command succeeded.
    pub is_passing: bool,
    /// Whether the quick mode left out the heavy checks.
    pub is_quick: bool,
    /// The commands and how they ended.
    pub checks: Vec<CheckLine>,
    /// Commands the quick mode left out.
    pub skipped: Vec<String>,
    /// The commit that holds the checked tree.
    pub commit: Option<String>,
    /// Tests that ran, where the output says so.
    pub tests_run: Option<u32>,
    /// What a person should look at.
    pub warnings: Vec<String>,
    /// The walls around the commands.
    pub sandbox: SandboxLevel,
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
}

/// The same word for features and bugs, so that `passing` always means done.
pub(super) fn status_word(feature_kind: Kind, status: Status) -> &'static str {
    match (feature_kind, status) {
        (Kind::Bug, Status::Open) => "pending",
        (Kind::Bug, Status::Analyzing | Status::Fixing) => "in_progress",
        (Kind::Bug, Status::Resolved) => "passing",
        _ => status.as_str(),
    }
}

impl FeatureView {
    /// Shows `feature` with its newest proof, if there is one.
    pub fn new(feature: Feature, evidence: Option<EvidenceSummary>) -> Self {
        Self {
            id: feature.id,
            kind: feature.kind,
            status: status_word(feature.kind, feature.status),
            bug_status: (feature.kind == Kind::Bug).then(|| feature.status.as_str()),
            name: feature.name,
            category: feature.category,
            description: feature.description,
            steps: feature.steps,
            priority: feature.priority,
            layer: feature.layer.number(),
            layer_name: feature.layer.name(),
            dependencies: feature.dependencies,
            parent_id: feature.parent,
            source_spec: feature.source_spec,
            attempts: feature.attempts,
            is_pinned: feature.is_pinned,
            checks: feature.checks,
            model: feature.model,
            note: feature.note,
            evidence: evidence.map(EvidenceView::from),
        }
    }
}

impl From<EvidenceSummary> for EvidenceView {
    fn from(evidence: EvidenceSummary) -> Self {
        Self {
            id: evidence.id,
            feature: evidence.feature,
            is_passing: evidence.is_passing,
            is_quick: evidence.is_quick,
            checks: evidence.checks,
            skipped: evidence.skipped.into_iter().map(|check| check.command).collect(),
            commit: evidence.commit,
            tests_run: evidence.tests_run,
            warnings: evidence.warnings,
            sandbox: evidence.sandbox,
            at_ms: evidence.at_ms,
        }
    }
}

/// Every card with its newest proof, in queue order. Two queries, whatever the number of cards.
pub fn evidence_of_all(store: &ProjectStore) -> Result<Vec<FeatureView>, EngineError> {
    let features = store.features()?;
    let newest = store.evidence_latest()?;
    // A bug has no checks of its own: its fixes speak for it.
    let mut through_fixes: HashMap<FeatureId, &EvidenceSummary> = HashMap::new();
    for fix in &features {
        let (Some(parent), Some(evidence)) = (fix.parent, newest.get(&fix.id)) else { continue };
        let kept = through_fixes.entry(parent).or_insert(evidence);
        if evidence.id > kept.id {
            *kept = evidence;
        }
    }
    let evidence_for = |feature: &Feature| match feature.kind {
        Kind::Bug => through_fixes.get(&feature.id).map(|evidence| (*evidence).clone()),
        _ => newest.get(&feature.id).cloned(),
    };
    Ok(features.iter().map(|feature| FeatureView::new(feature.clone(), evidence_for(feature))).collect())
}
