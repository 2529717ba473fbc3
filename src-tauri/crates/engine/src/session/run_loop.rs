//! The loop: what comes next, a session for it, and what follows from how it ended.

mod aftermath;
mod ending;

use super::{
    Recovered, RunControl, RunOptions, ToolServer,
    conduct::obey_requests,
    enter_state, hold, kept,
    one::{Finished, Stage, Task, new_id},
    outcome::{Ended, Next},
    pace, tree,
};
use crate::{
    EngineError, OpenProject, checkpoint,
    git::{self, Uncommitted},
    requests,
    specs::ProjectSpec,
    toolbox::{self, Toolbox},
};
use harness_agent::locate::Cli;
use harness_domain::{
    event::Event,
    failure::{Outcome, RunEnd},
    feature::{Actor, Feature},
    id::{FeatureId, RunId, SessionId},
    lifecycle::State,
    run::{Mode, Role, Usage},
    schedule::why_nothing_is_ready,
};
use harness_rehearsal::Rehearsal;
use std::sync::Arc;

/// Initializer sessions that may create nothing before the run gives up.
const EMPTY_INITIALIZERS: u32 = 3;
/// Set while the specification is only partly turned into features: its initializer was cut off.
const PLAN_OPEN: &str = "plan:open";
/// Tester sessions that may fail by themselves before the run gives up.
const FAILED_TESTERS: u32 = 3;

enum Step {
    Session { role: Role, targets: Vec<Feature> },
    End(RunEnd),
}

/// Conducts one run.
pub(super) struct Conductor<'a> {
    project: &'a OpenProject,
    options: &'a RunOptions,
    tools: Arc<dyn ToolServer>,
    control: RunControl,
    cli: Cli,
    rehearsal: Option<Rehearsal>,
    specs: Vec<ProjectSpec>,
    run: RunId,
    sessions: u32,
    spent_usd: f64,
    /// Faults in a row that were not a card's.
    faults: u32,
    empty_initializers: u32,
    /// Initializer sessions that ended before they were done although they had created features.
    cut_off_plans: u32,
    /// Whether the tester of a regression run came to its end.
    is_tested: bool,
    failed_testers: u32,
    /// Actions of the rehearsal's person that were carried out.
    acted: usize,
    /// Where uncommitted work of an earlier session is saved, and still lies in the tree.
    unfinished: Option<String>,
    /// Why the last session without a card was ended for going in circles.
    earlier_loop: Option<String>,
}

impl<'a> Conductor<'a> {
    /// Everything the run needs, found and checked.
    #[expect(clippy::too_many_arguments, reason = "each is found in its own way by the one caller, and used here only")]
    pub fn new(
        project: &'a OpenProject,
        options: &'a RunOptions,
        tools: Arc<dyn ToolServer>,
        control: RunControl,
        cli: Cli,
        rehearsal: Option<Rehearsal>,
        specs: Vec<ProjectSpec>,
        run: RunId,
    ) -> Self {
        Self {
            project,
            options,
            tools,
            control,
            cli,
            rehearsal,
            specs,
            run,
            sessions: 0,
            spent_usd: 0.0,
            faults: 0,
            empty_initializers: 0,
            cut_off_plans: 0,
            is_tested: false,
            failed_testers: 0,
            acted: 0,
            unfinished: None,
            earlier_loop: None,
        }
    }

    /// Runs sessions until the run is over. `found` is what a dead host left; a rate limit may hold until `limit_ms`.
    pub async fn go(&mut self, found: Recovered, limit_ms: Option<i64>) -> Result<RunEnd, EngineError> {
        self.unfinished = found.saved_as;
        tree::prepare(self.project, self.run, self.options).await?;
        self.project.publish_progress()?;
        if let Some(until) = limit_ms {
            self.wait_for_limit(until).await?;
        }
        loop {
            obey_requests(self.project, &self.control)?;
            if let Some(end) = self.is_over()? {
                return Ok(end);
            }
            self.let_the_person_act()?;
            match self.step()? {
                Step::End(end) => return Ok(end),
                Step::Session { role, targets } => {
                    if let Some(end) = self.session(role, &targets).await? {
                        return Ok(end);
                    }
                }
            }
        }
    }

    fn is_over(&self) -> Result<Option<RunEnd>, EngineError> {
        if self.control.is_stopping() {
            return Ok(Some(RunEnd::Stopped));
        }
        still_there(self.project)?;
        let counts = self.project.store.counts()?;
        if counts.total > 0 && counts.done == counts.total && matches!(self.options.mode, Mode::Auto | Mode::Code) {
            return Ok(Some(RunEnd::AllPassing));
        }
        if self.control.is_pausing() {
            return Ok(Some(RunEnd::Paused));
        }
        if self.options.max_sessions.is_some_and(|most| self.sessions_in_all() >= most) {
            return Ok(Some(RunEnd::SessionLimit));
        }
        if self.budget_left_usd().is_some_and(|left| left <= 0.0) {
            return Ok(Some(RunEnd::BudgetExhausted));
        }
        Ok(None)
    }

    /// Sessions of this run and of those it goes on with.
    fn sessions_in_all(&self) -> u32 {
        self.options.before.sessions.saturating_add(self.sessions)
    }

    fn budget_left_usd(&self) -> Option<f64> {
        self.options.budget_usd.map(|most| most - self.options.before.cost_usd - self.spent_usd)
    }

    fn step(&mut self) -> Result<Step, EngineError> {
        let is_planned = self.project.store.counts()?.total > 0 && !self.is_plan_open()?;
        let has_features = self.project.store.counts()?.total > 0;
        let session = |role| Step::Session { role, targets: Vec::new() };
        match self.options.mode {
            Mode::Initialize if self.sessions_in_all() > 0 && is_planned => Ok(Step::End(RunEnd::Finished)),
            Mode::Analyze if self.sessions_in_all() > 0 && has_features => Ok(Step::End(RunEnd::Finished)),
            Mode::Analyze if self.empty_initializers >= EMPTY_INITIALIZERS => Ok(Step::End(nothing_created())),
            Mode::Analyze => Ok(session(Role::Analyst)),
            Mode::Initialize if is_planned => {
                Err(EngineError::Refused("the project has features already; `--mode code` works on them".into()))
            }
            Mode::Initialize | Mode::Auto if !has_features && self.empty_initializers >= EMPTY_INITIALIZERS => {
                Ok(Step::End(nothing_created()))
            }
            Mode::Initialize => Ok(session(Role::Initializer)),
            Mode::Auto if !is_planned => Ok(session(Role::Initializer)),
            Mode::Code if !has_features => Err(EngineError::Refused(
                "there are no features to work on yet; `--mode initialize` makes them from the specification".into(),
            )),
            Mode::Regression if self.is_tested => Ok(Step::End(RunEnd::Finished)),
            Mode::Regression if self.failed_testers >= FAILED_TESTERS => Ok(Step::End(nothing_tested())),
            Mode::Regression => {
                let most = usize::try_from(self.options.regression_features).unwrap_or(usize::MAX);
                let targets = self.project.store.random_passing(most, rand::random())?;
                if targets.is_empty() {
                    return Ok(Step::End(RunEnd::NothingReady {
                        why: "no feature passes yet, so none can be tested again".into(),
                    }));
                }
                Ok(Step::Session { role: Role::Tester, targets })
            }
            Mode::Auto | Mode::Code => self.next_card(),
        }
    }

    /// Whether a session that was to plan was cut off: what it has created is not all there is to be built.
    fn is_plan_open(&self) -> Result<bool, EngineError> {
        Ok(self.project.store.note(PLAN_OPEN)?.is_some())
    }

    fn next_card(&self) -> Result<Step, EngineError> {
        if !self.project.store.ready(1)?.is_empty() {
            return Ok(Step::Session { role: Role::Coding, targets: Vec::new() });
        }
        let standstill = why_nothing_is_ready(&self.project.store.features()?);
        let mut why = standstill.to_string();
        let open = self.project.store.requests_open()?;
        if !open.is_empty() {
            why.push_str(&format!(
                "\nThis waits for you, see `harness waiting`:\n{}",
                requests::told(&open).join("\n")
            ));
        }
        Ok(Step::End(if standstill.needs_person() {
            RunEnd::NeedsPerson { why }
        } else {
            RunEnd::NothingReady { why }
        }))
    }

    async fn session(&mut self, role: Role, targets: &[Feature]) -> Result<Option<RunEnd>, EngineError> {
        // Before the claim, so that a way back leads to a board on which nobody works.
        checkpoint::before_session(self.project, self.run, role, self.sessions + 1).await?;
        let id = new_id();
        let claimed = if role == Role::Coding { self.claim(&id)? } else { None };
        let card = claimed.as_ref();
        if role == Role::Coding && card.is_none() {
            // Another client took it in between; look again.
            return Ok(None);
        }
        self.enter_working_state(role, card)?;
        // With the person's own changes in the tree nobody can tell whose they are.
        let may_sort = self.options.uncommitted != Uncommitted::Include;
        let mut unfinished = self.unfinished.take();
        if may_sort && tree::take_out_others(self.project, self.run, card).await? {
            unfinished = None;
        }
        tree::hand_to_agent(self.project, card)?;
        if role == Role::Initializer {
            self.project.store.set_note(PLAN_OPEN, Some("yes"))?;
        }
        self.sessions += 1;
        let tips = self.tips().await;
        let earlier_loop = if role == Role::Coding { None } else { self.earlier_loop.take() };
        let task = Task {
            id: id.clone(),
            role,
            feature: card,
            targets,
            number: self.sessions,
            budget_left_usd: self.budget_left_usd(),
            unfinished: unfinished.as_deref(),
            earlier_loop: earlier_loop.as_deref(),
        };
        let stage = Stage {
            project: self.project,
            options: self.options,
            control: &self.control,
            tools: &self.tools,
            rehearsal: self.rehearsal.as_ref(),
            cli: &self.cli.path,
            run: self.run,
            specs: &self.specs,
        };
        let toolbox = stage.toolbox(&id, role);
        if let Some(card) = card {
            toolbox.adopt(card);
        }
        let finished = play_watched(&stage, &task, toolbox).await?;
        let ended = Ended {
            project: self.project,
            run: self.run,
            role,
            toolbox: &finished.toolbox,
            feature: card,
            outcome: &finished.end.outcome,
            has_budget: self.options.budget_usd.is_some(),
            last_words: finished.last_words,
            looped: finished.looped,
            refusal: finished.toolbox.last_refusal(),
        };
        let outcome = ended.remembered();
        self.spent_usd += finished.end.cost_usd;
        let now = self.project.app.clock.now_ms();
        let end = &finished.end;
        self.project.store.session_end(&id, &outcome, end.turns, end.cost_usd, end.usage, now)?;
        self.project.store.run_add_cost(self.run, end.cost_usd)?;
        self.project.publish(Event::SessionEnded {
            session: id,
            outcome: outcome.clone(),
            feature: card.map(|card| card.id),
            turns: end.turns,
            cost_usd: end.cost_usd,
        });
        if self.options.budget_usd.is_some() && end.cost_usd <= 0.0 && end.usage != Usage::default() {
            self.project.notice(
                "cost_unknown",
                format!(
                    "The session ended before the CLI told its cost ({} tokens read, {} written): the budget does not count it.",
                    end.usage.input_tokens + end.usage.cache_read_tokens + end.usage.cache_write_tokens,
                    end.usage.output_tokens
                ),
            );
        }
        self.tell_of_committed_secrets(tips).await;
        let settled = ended.settle(&outcome).await?;
        self.unfinished = settled.unfinished;
        if let (Outcome::LoopDetected { detail }, true) = (&outcome, role != Role::Coding) {
            self.earlier_loop = Some(detail.clone());
        }
        if role == Role::Tester && unfinished.is_none() {
            self.sweep_up_after_tester().await?;
        }
        self.conclude_session(role, &outcome, &settled.next).await?;
        self.follow(settled.next).await
    }

    /// Claims the next card before its session exists, so that the prompt, the model and the tools fit it.
    fn claim(&self, session: &SessionId) -> Result<Option<Feature>, EngineError> {
        let cause = self.project.cause(Actor::Host, Some(self.run), "next in the queue");
        let claim = toolbox::claim(self.project, session, Some(self.run))?;
        Ok(self.project.store.claim_next(&claim, &cause)?)
    }

    async fn follow(&mut self, next: Next) -> Result<Option<RunEnd>, EngineError> {
        match next {
            Next::GoOn => self.faults = 0,
            Next::End(end) => return Ok(Some(end)),
            Next::WaitForLimit { until_ms } => {
                let until = pace::limit_end(&self.options.pace, self.project.app.clock.now_ms(), until_ms);
                self.wait_for_limit(until).await?;
            }
            Next::BackOff { why } => {
                self.faults += 1;
                if self.faults >= self.options.pace.faults_in_a_row {
                    let message = format!("{} sessions in a row failed; the last one: {why}", self.faults);
                    return Ok(Some(RunEnd::Failed { reason: "too_many_faults".into(), message }));
                }
                let wait = pace::backoff(&self.options.pace, self.faults);
                self.project.notice(
                    "backing_off",
                    format!("The session failed ({why}); trying again in {} s.", wait.as_secs()),
                );
                let until = self.project.app.clock.now_ms() + pace::millis(wait);
                if self.is_over()?.is_some() {
                    return Ok(None);
                }
                pace::wait_until(self.project, self.run, &self.control, until, "backing_off").await?;
            }
        }
        Ok(None)
    }

    async fn wait_for_limit(&mut self, until_ms: i64) -> Result<(), EngineError> {
        self.project.store.run_pause_until(self.run, Some(until_ms))?;
        // A run that would start no session afterwards leaves the wait to the next one.
        if self.is_over()?.is_some() {
            return Ok(());
        }
        pace::wait_until(self.project, self.run, &self.control, until_ms, "rate_limited").await?;
        // A stop in the middle keeps the time: the next run waits out the rest.
        if self.project.app.clock.now_ms() >= until_ms {
            self.project.store.run_pause_until(self.run, None)?;
        }
        Ok(())
    }

    /// In a rehearsal the person is scripted too: reports are made between sessions.
    fn let_the_person_act(&mut self) -> Result<(), EngineError> {
        let Some(scenario) = &self.options.rehearsal else { return Ok(()) };
        while let Some(action) = scenario.person_actions().get(self.acted) {
            let features = self.project.store.features()?;
            let is_due = features.iter().any(|card| card.name == action.after_passing && card.status.is_done());
            if !is_due {
                break;
            }
            let is_known = features.iter().any(|card| card.name == action.report_bug.name);
            if !is_known {
                let report = &action.report_bug;
                crate::bugs::report(self.project, &report.name, &report.description, report.steps.clone())?;
            }
            self.acted += 1;
        }
        Ok(())
    }

    fn enter_working_state(&self, role: Role, feature: Option<&Feature>) -> Result<(), EngineError> {
        let id = feature.map(|feature| feature.id);
        match role {
            Role::Initializer => self.enter(State::Initializing, id, "the specification becomes features"),
            Role::Analyst => self.enter(State::Analyzing, id, "the code base is described"),
            Role::Coding | Role::Tester => {
                self.enter(State::Planning, id, "the next card was chosen")?;
                self.enter(State::Coding, id, "a session starts")
            }
        }
    }

    fn enter(&self, state: State, feature: Option<FeatureId>, reason: &str) -> Result<(), EngineError> {
        let now = self.project.store.run(self.run)?.state;
        // The initializer may start again after one that created nothing; only from idle.
        if now == State::Error && state == State::Initializing {
            enter_state(self.project, self.run, State::Idle, feature, reason)?;
        }
        enter_state(self.project, self.run, state, feature, reason)
    }
}

/// Plays a session to its end, or ends it when the run cannot go on.
async fn play_watched(stage: &Stage<'_>, task: &Task<'_>, toolbox: Toolbox) -> Result<Finished, EngineError> {
    let mut playing = std::pin::pin!(stage.play(task, toolbox));
    tokio::select! {
        finished = &mut playing => finished,
        error = watch(stage.project, stage.control) => {
            // In order, so that its processes are gone and its transcript is whole; what it says now counts no more.
            stage.control.stop();
            drop(playing.await);
            Err(error)
        }
    }
}

/// Looks for requests of other processes, and after the project's directory, while a session runs. Ends only with an
/// error.
async fn watch(project: &OpenProject, control: &RunControl) -> EngineError {
    let obeyed = match git::obeyed(project.dir()) {
        Ok(obeyed) => obeyed,
        Err(error) => return error.into(),
    };
    loop {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        if let Some(path) = hold::remove_planted(project.dir(), &obeyed).first() {
            return EngineError::Refused(hold::planted(path));
        }
        let looked = kept::refuse_changed(project).and_then(|()| obey_requests(project, control));
        if let Err(error) = looked.and_then(|()| still_there(project)) {
            return error;
        }
    }
}

fn still_there(project: &OpenProject) -> Result<(), EngineError> {
    if project.dir().is_dir() {
        return Ok(());
    }
    Err(EngineError::ProjectMissing { path: project.dir().to_owned(), detail: "it was removed during the run".into() })
}

fn nothing_tested() -> RunEnd {
    RunEnd::Failed {
        reason: "not_tested".into(),
        message: format!(
            "{FAILED_TESTERS} sessions in a row ended before their tests did; see their transcripts, and test fewer \
             features at once with --regression-features"
        ),
    }
}

fn nothing_created() -> RunEnd {
    RunEnd::Failed {
        reason: "no_features".into(),
        message: format!(
            "{EMPTY_INITIALIZERS} sessions in a row created no features; see their transcripts, and whether the \
             specification says what is to be built"
        ),
    }
}
