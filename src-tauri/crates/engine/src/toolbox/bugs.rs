//! Bugs, and questions to the person.

use super::{FeatureView, Toolbox};
use crate::EngineError;
use harness_domain::{
    event::Event,
    feature::{Kind, Status},
    id::FeatureId,
};
use serde::Serialize;
use serde_json::{Value, json};

/// A bug with what was done about it.
#[derive(Debug, Clone, Serialize)]
pub struct BugReport {
    /// The bug.
    pub bug: FeatureView,
    /// `open`, `analyzing`, `fixing`, `resolved`, `needs_input` or `blocked`.
    pub status: &'static str,
    /// Its fixes.
    pub fixes: Vec<FeatureView>,
    /// How many there are.
    pub fixes_total: usize,
    /// How many of them pass.
    pub fixes_passing: usize,
    /// Whether all of them do, and there is at least one.
    pub can_resolve: bool,
}

impl Toolbox {
    /// Where a bug stands.
    pub fn bug_status(&self, id: FeatureId) -> Result<BugReport, EngineError> {
        let bug = self.project.store.feature(id)?;
        if bug.kind != Kind::Bug {
            return Err(EngineError::Refused(format!("#{id} is a {}, not a bug", bug.kind.as_str())));
        }
        let fixes = self.project.store.fixes_of(id)?;
        let fixes_passing = fixes.iter().filter(|fix| fix.status == Status::Passing).count();
        let fixes = fixes
            .into_iter()
            .map(|fix| Ok((self.project.store.evidence_latest_of(fix.id)?, fix)))
            .collect::<Result<Vec<_>, EngineError>>()?;
        // A bug has no checks of its own: its fixes speak for it.
        let newest = fixes.iter().filter_map(|(evidence, _)| evidence.as_ref()).max_by_key(|evidence| evidence.id);
        Ok(BugReport {
            status: bug.status.as_str(),
            bug: FeatureView::new(bug, newest.cloned()),
            fixes_total: fixes.len(),
            fixes_passing,
            can_resolve: !fixes.is_empty() && fixes_passing == fixes.len(),
            fixes: fixes.into_iter().map(|(evidence, fix)| FeatureView::new(fix, evidence)).collect(),
        })
    }

    /// Resolves a bug whose fixes all pass. The host does so by itself when the last one does.
    ///
    /// An already resolved bug is left as it is. Refused, naming the fixes, while any does not pass.
    pub fn bug_resolve(&self, id: FeatureId) -> Result<BugReport, EngineError> {
        let before = self.bug_status(id)?;
        if before.status == Status::Resolved.as_str() {
            return Ok(before);
        }
        let is_own = self.claimed()?.is_some_and(|held| held.id == id);
        let changes = self.project.store.resolve_bug(id, &self.cause("all fixes pass"))?;
        if is_own {
            self.finish();
        }
        self.project.publish_changes(&changes)?;
        self.bug_status(id)
    }

    /// Asks the person a question. The card waits for the answer, and the session ends.
    ///
    /// `question` is one question, or an object with fields as the person's form shows them.
    pub fn request_human_input(&self, id: FeatureId, question: Value) -> Result<Value, EngineError> {
        self.only_claim(id)?;
        if self.is_anothers(&self.project.store.feature(id)?) {
            return Err(EngineError::Refused(format!("#{id} is in the hands of another session")));
        }
        let asked = question.get("question").or_else(|| question.get("prompt")).unwrap_or(&question);
        let words = asked.as_str().map_or_else(|| question.to_string(), str::to_owned);
        if words.trim().is_empty() || words == "null" {
            return Err(EngineError::Refused("the question is empty: ask one that a person can answer".into()));
        }
        let request = self.project.store.question_ask(
            id,
            &self.scope.session,
            &question.to_string(),
            &self.cause(format!("asked: {words}")),
        )?;
        self.finish();
        self.project.publish(Event::RequestOpened {
            request: request.id,
            kind: request.kind,
            feature: Some(id),
            session: request.session,
            tool: None,
            subject: words,
            reason: String::new(),
            deadline_ms: None,
        });
        self.project.publish_status(&self.project.store.feature(id)?, "waits for an answer");
        Ok(json!({
            "status": "needs_input",
            "question_id": request.id,
            "instruction": "The person was asked. End this session now; the answer comes with the next one.",
        }))
    }
}
