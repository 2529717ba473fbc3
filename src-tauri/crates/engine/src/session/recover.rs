//! What a host that died left behind: its processes, its claims, its half-done work.

use super::{enter_state, kept, tree};
use crate::{EngineError, OpenProject, requests};
use harness_agent::kill_tree;
use harness_domain::{
    failure::{Outcome, RunEnd},
    feature::Actor,
    id::{FeatureId, RunId},
    lifecycle::State,
    run::Usage,
};
use uuid::Uuid;

/// What is recorded of a session whose host died.
pub(crate) const HOST_ENDED: &str = "the host ended while the session was running";

/// What was found and put right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Runs that had no end.
    pub runs: Vec<RunId>,
    /// Processes that were still there.
    pub killed: u32,
    /// Cards that were given back.
    pub released: Vec<FeatureId>,
    /// The ref that keeps uncommitted work.
    pub saved_as: Option<String>,
}

/// Ends the runs that a dead host left: kills what still runs, gives their cards back, saves uncommitted work.
///
/// Call it only while holding the data directory's [`Instance`](crate::instance::Instance): then no run can be alive.
pub async fn recover(project: &OpenProject) -> Result<Recovered, EngineError> {
    let mut found = Recovered::default();
    let now = project.app.clock.now_ms();
    for unfinished in project.store.runs_unfinished()? {
        let run = unfinished.run.id;
        found.runs.push(run);
        for session in project.store.sessions_of(run)?.into_iter().filter(|session| session.outcome.is_none()) {
            if let (Some(process), Ok(marker)) = (session.process, Uuid::parse_str(&session.id.0)) {
                let killed = tokio::task::spawn_blocking(move || kill_tree(process, marker)).await;
                found.killed += killed.unwrap_or_default();
            }
            let outcome = Outcome::Crashed { detail: HOST_ENDED.into() };
            project.store.session_end(&session.id, &outcome, session.turns, session.cost_usd, Usage::default(), now)?;
        }
        park_what_waits(project, run)?;
        let cause = project.cause(Actor::Host, Some(run), "the host ended in the middle of the run");
        found.released.extend(project.store.release_run(run, &cause)?);
        settle_state(project, run, unfinished.run.state)?;
        project.store.run_end(run, &RunEnd::Crashed, now)?;
    }
    if !found.runs.is_empty() {
        kept::put_back(project)?;
    }
    let cause = project.cause(Actor::Host, None, "the lease expired");
    found.released.extend(project.store.release_expired(now, &cause)?);
    if tree::is_agents(project)? && project.dir().join(".git").exists() {
        let last = found.runs.last().map_or_else(|| "idle".into(), |run| format!("run-{run}"));
        let message = "Uncommitted work found after the host had ended in the middle of a run";
        found.saved_as = tree::save(project, format!("{last}/rescue"), message.into(), false).await?;
    }
    found.tell(project)?;
    if let Some(saved_as) = &found.saved_as {
        project.notice("work_saved", format!("Uncommitted work of the interrupted session is saved as {saved_as}."));
    }
    Ok(found)
}

impl Recovered {
    /// Tells a person, and a program that follows the cards, what was put right.
    fn tell(&self, project: &OpenProject) -> Result<(), EngineError> {
        for id in &self.released {
            project.publish_status(&project.store.feature(*id)?, "nobody works on it any more");
        }
        for run in &self.runs {
            project.notice("recovered", format!("Run {run} was cut off: its host ended without a word."));
        }
        if self.killed > 0 {
            project.notice("recovered", format!("{} processes of it were still there and were ended.", self.killed));
        }
        Ok(())
    }
}

/// Calls that waited for a person died with the host. What was asked lives on, and its card waits for the answer.
fn park_what_waits(project: &OpenProject, run: RunId) -> Result<(), EngineError> {
    for request in project.store.requests_outlive(run)? {
        let Some(feature) = request.feature else { continue };
        let waits = format!("Waits for your word: {}.", requests::told(std::slice::from_ref(&request)).join("; "));
        let cause = project.cause(Actor::Host, Some(run), waits);
        if project.store.park_for_requests(&request.session, feature, &cause)?.is_some() {
            project.publish_status(&project.store.feature(feature)?, "waits for a person");
        }
    }
    Ok(())
}

/// A run that is over stands still: idle, or waiting for a person if that is what it did.
fn settle_state(project: &OpenProject, run: RunId, state: State) -> Result<(), EngineError> {
    let reason = "the host ended in the middle of the run";
    if state == State::Initializing {
        enter_state(project, run, State::Error, None, reason)?;
    }
    if !matches!(state, State::Idle | State::Completed | State::WaitingApproval) {
        enter_state(project, run, State::Idle, None, reason)?;
    }
    Ok(())
}
