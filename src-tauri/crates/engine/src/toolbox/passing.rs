//! Passing needs evidence; failing needs a reason.

use super::Toolbox;
use crate::{EngineError, check, verify::Verdict};
use harness_agent::process;
use harness_domain::{
    event::Event,
    evidence::Evidence,
    feature::{Kind, Status},
    id::{EvidenceId, FeatureId},
};
use serde::Serialize;

/// The host's answer to a request to call a card passing.
#[derive(Debug, Clone, Serialize)]
pub struct PassingReport {
    /// `passing` or `refused`.
    pub status: &'static str,
    /// The card.
    pub feature_id: FeatureId,
    /// The proof, when any command was run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence_id: Option<EvidenceId>,
    /// The commit that holds the checked tree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Bugs and features that pass because this card does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also_passing: Vec<FeatureId>,
    /// What a person will be shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// What to do now; after a refusal, the output of what failed.
    pub message: String,
}

/// What became of a card that does not pass any more.
#[derive(Debug, Clone, Serialize)]
pub struct FailingReport {
    /// The card.
    pub feature_id: FeatureId,
    /// Always `failing`.
    pub status: &'static str,
    /// The card that mends it.
    pub fix_id: FeatureId,
    /// Bugs that are open again because of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reopened: Vec<FeatureId>,
}

impl Toolbox {
    /// Runs the project's checks and, only if all succeed, commits and marks the card as passing.
    ///
    /// `checks` are commands the agent adds; they never replace the project's own. Takes as long as the checks take.
    /// A refusal is not an error: the report says what failed.
    pub async fn mark_passing(&self, id: FeatureId, checks: Vec<String>) -> Result<PassingReport, EngineError> {
        let feature = self.project.store.feature(id)?;
        if feature.kind == Kind::Bug {
            return Err(EngineError::Refused(format!(
                "#{id} is a bug: it passes when its fixes do. Create them with feature_create_bulk and parent_bug_id {id}"
            )));
        }
        if feature.status == Status::Passing {
            return Err(EngineError::Refused(format!("#{id} passes already")));
        }
        self.only_claim(id)?;
        self.refuse_beside_a_run()?;
        let Ok(_checking) = self.checking.try_lock() else {
            return Err(EngineError::Refused(
                "the checks that this session asked for are still running: wait for that answer".into(),
            ));
        };
        if self.claimed()?.is_none() {
            let claimed = self.project.store.claim(id, &self.claim()?, &self.cause("claimed to be verified"))?;
            self.note_claim(&claimed)?;
        }
        self.renew_lease()?;
        let verdict = self.verifier.verify(&feature, &self.scope, &checks, &self.cancelled).await;
        if let Err(error) = &verdict {
            self.note_refusal(format!("the card could not be verified: {error}"));
        }
        let verdict = verdict?;
        match verdict {
            Verdict::Passing { evidence, changes } => {
                self.finish();
                self.project.publish_changes(&changes)?;
                let also_passing = changes.iter().map(|change| change.feature).filter(|other| *other != id).collect();
                Ok(PassingReport {
                    status: "passing",
                    feature_id: id,
                    evidence_id: Some(evidence.id),
                    commit: evidence.commit,
                    also_passing,
                    warnings: evidence.warnings,
                    message: format!("#{id} passes. End this session with a short summary."),
                })
            }
            Verdict::Refused { evidence, why } => {
                self.note_refusal(why.clone());
                Ok(PassingReport::refused(id, evidence.as_ref(), &why))
            }
        }
    }

    /// A client outside the run would commit the half-done work of the run's session as its own.
    fn refuse_beside_a_run(&self) -> Result<(), EngineError> {
        if self.scope.run.is_some() {
            return Ok(());
        }
        let unfinished = self.project.store.runs_unfinished()?;
        match unfinished.iter().find(|unfinished| process::is_alive(unfinished.host)) {
            Some(alive) => Err(EngineError::Refused(format!(
                "run {} works on this project now, and its sessions share the working tree; \
                 wait for its end, or end it with `harness stop`",
                alive.run.id
            ))),
            None => Ok(()),
        }
    }

    /// Marks a passing card as failing, with the reason, and creates the fix for it.
    pub fn mark_failing(&self, id: FeatureId, reason: &str) -> Result<FailingReport, EngineError> {
        if reason.trim().is_empty() {
            return Err(EngineError::Refused("say what fails and how it was seen: the fix starts from that".into()));
        }
        let (changes, fix) = self.project.store.mark_failing(id, reason, &self.cause(reason))?;
        self.project.publish_changes(&changes)?;
        self.project.publish(Event::FeaturesCreated { features: vec![fix.id] });
        Ok(FailingReport {
            feature_id: id,
            status: Status::Failing.as_str(),
            fix_id: fix.id,
            reopened: changes.iter().map(|change| change.feature).filter(|other| *other != id).collect(),
        })
    }
}

impl PassingReport {
    fn refused(id: FeatureId, evidence: Option<&Evidence>, why: &str) -> Self {
        let output = evidence.map(|evidence| check::failure_report(&evidence.results)).unwrap_or_default();
        Self {
            status: "refused",
            feature_id: id,
            evidence_id: evidence.map(|evidence| evidence.id),
            commit: None,
            also_passing: Vec::new(),
            warnings: evidence.map(|evidence| evidence.warnings.clone()).unwrap_or_default(),
            message: format!("#{id} does not pass: {why}\n{output}\nMend it and call feature_mark_passing again."),
        }
    }
}
