//! What an agent, or any MCP client, may ask of a project. The host decides; the tools only ask.

mod bugs;
mod create;
mod passing;
mod queue;
mod view;

pub use bugs::BugReport;
pub use create::{Card, Created, CreatedCard, DependencyChange, Imported, ImportedCard};
pub use passing::{FailingReport, PassingReport};
pub use queue::{Blocked, Completion, GraphEdge, GraphNode, GraphView, Next, NextKind, Skipped, Stats};
pub use view::{EvidenceView, FeatureView, SummaryView, evidence_of_all};

use crate::{
    EngineError, OpenProject,
    git::{self, GitError},
    verify::Verifier,
};
use harness_domain::{
    feature::{Actor, Feature},
    id::{FeatureId, RunId, SessionId},
    run::Role,
};
use harness_store::Claim;
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};
use tokio_util::sync::CancellationToken;

/// How long a claim lasts without being renewed, in milliseconds. Who holds one renews it every few minutes while it
/// lives, so this is only how long a card waits for a client that was lost.
pub(crate) const LEASE_MS: i64 = 30 * 60 * 1000;

/// Who asks, and how far the answer may go.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Holds the claims.
    pub session: SessionId,
    /// The run the session belongs to; none for an MCP client outside any run.
    pub run: Option<RunId>,
    /// What the session was told to be; none for an MCP client outside any run, which may use every tool.
    pub role: Option<Role>,
    /// Whether heavy checks are left out.
    pub is_quick: bool,
}

/// The tools of one session on one project. Cheap to clone.
#[derive(Clone)]
pub struct Toolbox {
    project: OpenProject,
    scope: Scope,
    verifier: Verifier,
    cancelled: CancellationToken,
    /// A session of a run works on one card; after it, the session is over.
    is_done: Arc<AtomicBool>,
    last_refusal: Arc<Mutex<Option<String>>>,
    /// Held while this session's checks run.
    checking: Arc<tokio::sync::Mutex<()>>,
}

impl Toolbox {
    /// The tools for `scope`. `cancelled` ends checks that are under way.
    pub fn new(project: OpenProject, scope: Scope, verifier: Verifier, cancelled: CancellationToken) -> Self {
        Self {
            project,
            scope,
            verifier,
            cancelled,
            is_done: Arc::default(),
            last_refusal: Arc::default(),
            checking: Arc::default(),
        }
    }

    /// Takes over a card that the host claimed for this session before it started.
    pub(crate) fn adopt(&self, feature: &Feature) {
        self.project.publish_status(feature, "claimed by a session");
    }

    /// Why the host refused to call the session's card passing, the last time it did.
    pub(crate) fn last_refusal(&self) -> Option<String> {
        self.last_refusal.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note_refusal(&self, why: String) {
        *self.last_refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    }

    /// Who asks.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The project asked about.
    pub fn project(&self) -> &OpenProject {
        &self.project
    }

    /// Whether this session has done what one session may do.
    pub fn is_done(&self) -> bool {
        self.is_done.load(Ordering::Acquire)
    }

    /// The card this session holds.
    pub fn claimed(&self) -> Result<Option<Feature>, EngineError> {
        Ok(self.project.store.claimed_by(&self.scope.session)?)
    }

    /// Keeps the session's claim alive.
    pub fn renew_lease(&self) -> Result<(), EngineError> {
        let until = self.project.app.clock.now_ms() + LEASE_MS;
        self.project.store.lease_renew(&self.scope.session, until)?;
        Ok(())
    }

    fn finish(&self) {
        // An outside client may go on to the next card; a session of a run may not.
        if self.scope.run.is_some() {
            self.is_done.store(true, Ordering::Release);
        }
    }

    fn cause(&self, reason: impl Into<String>) -> harness_store::Cause {
        self.project.cause(Actor::Agent(self.scope.session.clone()), self.scope.run, reason)
    }

    fn claim(&self) -> Result<Claim, EngineError> {
        claim(&self.project, &self.scope.session, self.scope.run)
    }

    fn note_claim(&self, feature: &Feature) -> Result<(), EngineError> {
        if self.scope.run.is_some() {
            self.project.store.session_feature(&self.scope.session, feature.id)?;
        }
        self.adopt(feature);
        Ok(())
    }

    /// Whether another session holds `feature`.
    fn is_anothers(&self, feature: &Feature) -> bool {
        feature.lease.as_ref().is_some_and(|lease| lease.session != self.scope.session)
    }

    /// Refuses when this session works on another card: one card at a time keeps evidence and commits apart.
    fn only_claim(&self, wanted: FeatureId) -> Result<(), EngineError> {
        if self.is_done() {
            return Err(EngineError::Refused(
                "this session has done its card; end it now, the next session takes the next card".into(),
            ));
        }
        match self.claimed()? {
            Some(held) if held.id != wanted => Err(EngineError::Refused(format!(
                "this session already works on #{} ({}); finish it with feature_mark_passing, \
                 or give it back with feature_clear_in_progress",
                held.id, held.name
            ))),
            _ => Ok(()),
        }
    }
}

/// A claim of `session` on whatever card it gets, from now on, with the commit that its work starts from: so deleted
/// tests show even after several attempts.
pub(crate) fn claim(project: &OpenProject, session: &SessionId, run: Option<RunId>) -> Result<Claim, EngineError> {
    let starts_at = match git::head(project.dir()) {
        // Outside any run there may be no repository yet; nothing can have been deleted from it.
        Err(GitError::NotARepository { .. }) => None,
        head => head?,
    };
    let lease_until_ms = project.app.clock.now_ms() + LEASE_MS;
    Ok(Claim { session: session.clone(), run, lease_until_ms, starts_at })
}

#[cfg(test)]
mod tests;
