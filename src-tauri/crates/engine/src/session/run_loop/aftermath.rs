//! What a session leaves for the run as a whole, beyond its own card.

use super::{Conductor, EMPTY_INITIALIZERS, Next, PLAN_OPEN, tree};
use crate::{
    EngineError,
    git::{self, Uncommitted},
    verify::blocking,
};
use harness_domain::{failure::Outcome, lifecycle::State, run::Role};

impl Conductor<'_> {
    /// What a role's session leaves for the run as a whole.
    pub(super) async fn conclude_session(
        &mut self,
        role: Role,
        outcome: &Outcome,
        next: &Next,
    ) -> Result<(), EngineError> {
        let has_features = self.project.store.counts()?.total > 0;
        if role == Role::Initializer && has_features {
            self.conclude_plan(outcome, next)?;
        }
        match role {
            Role::Initializer | Role::Analyst => {
                // After a fault of the CLI or the API the run waits and counts that instead.
                if *next == Next::GoOn && !has_features {
                    self.empty_initializers += 1;
                    let left = EMPTY_INITIALIZERS - self.empty_initializers;
                    self.project.notice(
                        "nothing_created",
                        format!("The session ended without creating a single feature; {left} more tries."),
                    );
                }
                if self.project.dir().is_dir() {
                    let subject = if role == Role::Initializer { "Set up the project" } else { "Describe the project" };
                    tree::commit(self.project, self.run, subject, None).await?;
                }
            }
            Role::Tester => {
                self.is_tested = *outcome == Outcome::Completed;
                self.failed_testers += u32::from(outcome.counts_as_attempt() && !self.is_tested);
            }
            Role::Coding => {}
        }
        self.rest_state(has_features)
    }

    /// A plan is whole when its session ended by itself; one that was cut off is gone on with, but not for ever.
    fn conclude_plan(&mut self, outcome: &Outcome, next: &Next) -> Result<(), EngineError> {
        self.cut_off_plans += u32::from(*next == Next::GoOn);
        if *outcome == Outcome::Completed {
            self.project.store.set_note(PLAN_OPEN, None)?;
        } else if self.cut_off_plans >= EMPTY_INITIALIZERS {
            self.project.store.set_note(PLAN_OPEN, None)?;
            self.project.notice(
                "plan_incomplete",
                format!(
                    "{EMPTY_INITIALIZERS} sessions ended before they had planned everything; the run goes on with the \
                     features there are. Compare them with the specification."
                ),
            );
        } else {
            self.project.notice(
                "plan_incomplete",
                format!("Planning was cut off ({}); it is gone on with before anything is built.", outcome.code()),
            );
        }
        Ok(())
    }

    /// Where the repository's branches stand before a session; none when they cannot be read.
    pub(super) async fn tips(&self) -> Option<git::Tips> {
        let dir = self.project.dir().to_owned();
        let found = blocking(move || git::tips(&dir)).await;
        found.inspect_err(|error| tracing::info!(%error, "where the branches stand is not known")).ok()
    }

    /// Tells the person of secrets that were committed since `before`: an agent may commit by itself, and what the host
    /// keeps out of its own commits is in the history then.
    pub(super) async fn tell_of_committed_secrets(&self, before: Option<git::Tips>) {
        let (Some(before), dir) = (before, self.project.dir().to_owned()) else { return };
        let found = match blocking(move || git::secrets_since(&dir, &before)).await {
            Ok(found) => found,
            // Whether the repository can be worked on is judged elsewhere, with what to do.
            Err(error) => return tracing::info!(%error, "the session's commits were not searched for secrets"),
        };
        if found.is_empty() {
            return;
        }
        let all: Vec<String> = found.iter().map(ToString::to_string).collect();
        self.project.notice(
            "secrets_committed",
            format!(
                "In this session {}. Whoever gets the history has it: replace it where it was issued, and take the commit out \
                 before you push.",
                all.join("; ")
            ),
        );
    }

    /// What trying things out left in the tree is nobody's work on any card. Only for a tree that was clean before.
    pub(super) async fn sweep_up_after_tester(&self) -> Result<(), EngineError> {
        // The person's own changes lie in the tree too then, and cannot be told apart.
        if self.options.uncommitted == Uncommitted::Include || !self.project.dir().is_dir() {
            return Ok(());
        }
        let message = "Files that a tester left".to_owned();
        if let Some(saved_as) = tree::save(self.project, format!("run-{}/tester", self.run), message, true).await? {
            self.project.notice(
                "work_saved",
                format!("What the tester left was taken out of the tree; it is kept as {saved_as}."),
            );
        }
        Ok(())
    }

    /// Where the run stands between two sessions.
    fn rest_state(&self, has_features: bool) -> Result<(), EngineError> {
        let counts = self.project.store.counts()?;
        let is_complete = has_features && counts.done == counts.total;
        match self.project.store.run(self.run)?.state {
            State::Verifying if is_complete => self.enter(State::Completed, None, "every card passes"),
            State::Verifying => self.enter(State::Planning, None, "a card passes"),
            State::Initializing if has_features => {
                self.enter(State::Planning, None, "features exist")?;
                if self.is_plan_open()? { self.enter(State::Idle, None, "planning was cut off") } else { Ok(()) }
            }
            State::Initializing => {
                self.enter(State::Error, None, "the initializer created nothing")?;
                self.enter(State::Idle, None, "between two sessions")
            }
            State::Coding | State::Testing | State::Analyzing => {
                self.enter(State::Idle, None, "the session ended without a passing card")
            }
            _ => Ok(()),
        }
    }
}
