//! Sessions of a run.
use crate::{database::unbuilt, error::Result, project_store::ProjectStore};
use harness_domain::{
    failure::Outcome,
    id::{FeatureId, RunId, SessionId},
    run::{ProcessIdentity, Role, Session, Usage},
};

/// A session as it starts.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSession {
    /// The id the CLI is started with.
    pub id: SessionId,
    /// The run it belongs to.
    pub run: RunId,
    /// Its prompt and tools.
    pub role: Role,
    /// The card it is meant to work on, when the host chose one.
    pub feature: Option<FeatureId>,
}

impl ProjectStore {
    /// Stores a new session. Fails with `NoSuchRun` or `SessionExists`.
    pub fn session_start(&self, session: NewSession, at_ms: i64) -> Result<Session> {
        let _ = (session, at_ms);
        unbuilt()
    }
    /// Notes the process of a session, so that a later host can find it. Fails with `NoSuchSession`.
    pub fn session_process(&self, id: &SessionId, process: ProcessIdentity) -> Result<()> {
        let _ = (id, process);
        unbuilt()
    }
    /// Notes the card a session works on. Fails with `NoSuchSession`.
    pub fn session_feature(&self, id: &SessionId, feature: FeatureId) -> Result<()> {
        let _ = (id, feature);
        unbuilt()
    }
    /// Stores how a session ended. Does not release its claim, and does not add its cost to the run. Fails with `NoSuchSession`.
    pub fn session_end(
        &self,
        id: &SessionId,
        outcome: &Outcome,
        turns: u32,
        cost_usd: f64,
        usage: Usage,
        at_ms: i64,
    ) -> Result<()> {
        let _ = (id, outcome, turns, cost_usd, usage, at_ms);
        unbuilt()
    }
    /// The sessions of a run, oldest first.
    pub fn sessions_of(&self, run: RunId) -> Result<Vec<Session>> {
        let _ = run;
        unbuilt()
    }
    /// One session. Fails with `NoSuchSession`.
    pub fn session(&self, id: &SessionId) -> Result<Session> {
        let _ = id;
        unbuilt()
    }
}
