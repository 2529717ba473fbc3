//! The end of a run, however it came: everything in order, and told.

use super::{Conductor, enter_state, tree};
use crate::{
    EngineError, redact,
    session::{RunReport, hold},
};
use harness_domain::{
    event::Event,
    failure::{Outcome, RunEnd},
    feature::Actor,
    lifecycle::State,
    run::Session,
};

impl Conductor<'_> {
    /// Puts everything in order and stores how the run ended.
    pub async fn finish(mut self, end: RunEnd) -> Result<RunReport, EngineError> {
        let end = redact::through(end);
        let cause = self.project.cause(Actor::Host, Some(self.run), format!("the run ended: {}", end.code()));
        for id in self.project.store.release_run(self.run, &cause)? {
            self.project.publish_status(&self.project.store.feature(id)?, end.code());
        }
        self.end_sessions()?;
        self.final_state(&end)?;
        hold::release(self.project)?;
        if let Err(error) = self.leave_tree().await {
            // The run's own end matters more, and what is not given back now is given back by the next run.
            self.project.notice("repository", error.to_string());
        }
        self.project.store.run_end(self.run, &end, self.project.app.clock.now_ms())?;
        self.project.publish(Event::RunEnded { run: self.run, end: end.clone() });
        if let Some(rehearsal) = self.rehearsal.take() {
            rehearsal.stop().await;
        }
        Ok(RunReport { run: self.run, end, sessions: self.sessions, cost_usd: self.spent_usd })
    }

    /// A session that an error cut off never got to say how it ended.
    fn end_sessions(&self) -> Result<(), EngineError> {
        let now = self.project.app.clock.now_ms();
        let open = self.project.store.sessions_of(self.run)?.into_iter().filter(|session| session.outcome.is_none());
        for session in open {
            let Session { turns, cost_usd, usage, .. } = session;
            self.project.store.session_end(&session.id, &Outcome::Stopped, turns, cost_usd, usage, now)?;
        }
        Ok(())
    }

    /// Saves unfinished work, and gives the person's own changes back when there is none.
    async fn leave_tree(&self) -> Result<(), EngineError> {
        if !self.project.dir().is_dir() {
            return Ok(());
        }
        let message = "Uncommitted work at the end of the run".to_owned();
        if tree::is_agents(self.project)?
            && let Some(saved_as) = tree::save(self.project, format!("run-{}/last", self.run), message, false).await?
        {
            self.project.notice(
                "work_saved",
                format!("Unfinished work lies in the tree and is kept as {saved_as}; the next run continues it."),
            );
        }
        tree::give_back(self.project).await
    }

    fn final_state(&self, end: &RunEnd) -> Result<(), EngineError> {
        let reason = end.code();
        let state = self.project.store.run(self.run)?.state;
        if matches!(end, RunEnd::NeedsPerson { .. }) && matches!(state, State::Idle | State::Planning) {
            self.enter(State::Planning, None, reason)?;
            return self.enter(State::WaitingApproval, None, reason);
        }
        if matches!(end, RunEnd::Failed { .. }) && state.next().contains(&State::Error) {
            self.enter(State::Error, None, reason)?;
        }
        match self.project.store.run(self.run)?.state {
            State::Idle | State::Completed | State::Error => Ok(()),
            State::Initializing => {
                self.enter(State::Error, None, reason)?;
                enter_state(self.project, self.run, State::Idle, None, reason)
            }
            _ => self.enter(State::Idle, None, reason),
        }
    }
}
