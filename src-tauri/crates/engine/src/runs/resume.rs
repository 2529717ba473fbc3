//! Runs that go on by themselves after the host has ended in the middle of them.
//!
//! A host that nobody sits in front of keeps a record of each run: what a person chose for it. The record goes when the
//! run ends, and when a person stops or pauses it. So whatever record there is when such a host starts is of a run that
//! the host's own end cut off, by a signal or without a warning.

use super::{Runs, outlook};
use crate::{
    EngineError, OpenProject,
    session::{self, Before, RESUME_RECORD, RunControl, RunOptions, ToolServer},
};
use harness_domain::{
    failure::{Outcome, RunEnd},
    id::RunId,
    run::{Mode, Run},
};
use harness_rehearsal::Scenario;
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};

/// Times in a row that a run is resumed without one of its sessions coming to an end. More would be one that takes its
/// host with it each time.
const MOST_IN_A_ROW: u32 = 3;

/// A run, with what the next host needs to go on with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    run: RunId,
    choices: Choices,
    /// What was done before this run, by those that it goes on with.
    before: Before,
    /// Times in a row that it was resumed, up to this run, without a session coming to an end. Runs that only waited for
    /// the account's limit are left out.
    tries: u32,
    /// Times that a host began to resume this run and did not get as far as starting the next one.
    starts: u32,
    /// Why it was not resumed.
    problem: Option<Problem>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Problem {
    why: String,
    /// Whether it is left to a person; otherwise it is tried again.
    is_final: bool,
}

/// What a person chooses for a run that is started over the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Choices {
    mode: Mode,
    is_quick: bool,
    model: Option<String>,
    default_model: Option<String>,
    max_sessions: Option<u32>,
    budget_usd: Option<f64>,
    rehearsal: Option<String>,
    patience_s: Option<u64>,
}

impl Choices {
    fn of(options: &RunOptions) -> Self {
        Self {
            mode: options.mode,
            is_quick: options.is_quick,
            model: options.model.clone(),
            default_model: options.default_model.clone(),
            max_sessions: options.max_sessions,
            budget_usd: options.budget_usd,
            rehearsal: options.rehearsal.as_ref().map(|scenario| scenario.name().to_owned()),
            patience_s: options.patience.map(|patience| patience.as_secs()),
        }
    }

    /// Fails when there is no such rehearsal any more.
    fn options(&self, before: Before) -> Result<RunOptions, EngineError> {
        Ok(RunOptions {
            mode: self.mode,
            is_quick: self.is_quick,
            model: self.model.clone(),
            default_model: self.default_model.clone(),
            max_sessions: self.max_sessions,
            budget_usd: self.budget_usd,
            rehearsal: self.rehearsal.as_deref().map(Scenario::load).transpose()?,
            patience: self.patience_s.map(Duration::from_secs),
            before,
            ..RunOptions::default()
        })
    }
}

/// The record of a run that is about to start, but for its number.
pub(super) struct Draft {
    choices: Choices,
    before: Before,
    tries: u32,
}

impl Draft {
    pub fn new(options: &RunOptions, tries: u32) -> Self {
        Self { choices: Choices::of(options), before: options.before, tries }
    }

    /// Records the run. That this fails is told, and keeps nothing from running.
    pub fn keep(self, project: &OpenProject, run: RunId) {
        let Self { choices, before, tries } = self;
        let record = Record { run, choices, before, tries, starts: 0, problem: None };
        if let Err(error) = record.write(project) {
            project.notice("resume", format!("Should the server end in the middle of run {run}, it stays so: {error}"));
        }
    }
}

impl Record {
    fn write(&self, project: &OpenProject) -> Result<(), EngineError> {
        let text = serde_json::to_string(self).map_err(|error| EngineError::Refused(error.to_string()))?;
        Ok(project.store.set_note(RESUME_RECORD, Some(&text))?)
    }

    /// The record of the project's last run, if it has one and was cut off. A run that was started since then, by
    /// whomever, goes before it.
    fn of(project: &OpenProject, last: Option<&Run>) -> Result<Option<Self>, EngineError> {
        let Some(text) = project.store.note(RESUME_RECORD)? else { return Ok(None) };
        let record: Self = match serde_json::from_str(&text) {
            Ok(record) => record,
            Err(error) => {
                tracing::warn!(project = %project.project.name, %error, "what is known of an interrupted run cannot be read");
                return Ok(None);
            }
        };
        let is_cut_off = |run: &Run| matches!(run.end, None | Some(RunEnd::Crashed | RunEnd::Stopped | RunEnd::Paused));
        Ok(last.filter(|last| last.id == record.run && is_cut_off(last)).map(|_| record))
    }

    /// Keeps why the run was not resumed, unless another one was started meanwhile. The same reason is told once.
    fn give_up(self, project: &OpenProject, why: &str, is_final: bool) -> Result<(), EngineError> {
        let last = project.store.runs(1)?.pop();
        if Self::of(project, last.as_ref())?.is_none() {
            return Ok(());
        }
        let (run, before, now) = (self.run, self.problem.clone(), Problem { why: why.into(), is_final });
        let is_told = before.is_some_and(|before| before == now);
        Self { problem: Some(now), ..self }.write(project)?;
        if !is_told {
            project.notice(
                "not_resumed",
                format!("Run {run} was cut off by the end of the server, and is not resumed: {why}"),
            );
        }
        Ok(())
    }
}

/// Whether a run with this end goes on when the next host starts: the host's end is the only reason for its own.
pub(super) fn is_cut_off(end: &RunEnd, control: &RunControl) -> bool {
    !control.is_persons() && matches!(end, RunEnd::Stopped | RunEnd::Paused)
}

/// Takes the record away: the run is over, or is to be by a person's word. That this fails is told.
pub(super) fn forget(project: &OpenProject) {
    if let Err(error) = project.store.set_note(RESUME_RECORD, None) {
        project.notice("resume", format!("The run may go on by itself when the server starts again: {error}"));
    }
}

/// What a person is told of a run that was cut off, if the last one was.
pub(super) fn words(project: &OpenProject, last: Option<&Run>) -> Result<Option<String>, EngineError> {
    const CUT_OFF: &str = "The server ended in the middle of the last run";
    Ok(Record::of(project, last)?.map(|record| match record.problem {
        None => format!("{CUT_OFF}; it goes on when the server starts, or when you start it."),
        Some(Problem { why, is_final: true }) => format!("{CUT_OFF}, and it was not resumed: {why}"),
        Some(Problem { why, is_final: false }) => format!("{CUT_OFF}, and it was not resumed yet: {why}"),
    }))
}

/// What the cut-off run and those before it have done, and how many of its sessions came to an end of their own.
fn done(project: &OpenProject, record: &Record) -> Result<(Before, u32), EngineError> {
    let sessions = project.store.sessions_of(record.run)?;
    let ended = sessions.iter().filter(|session| !session.outcome.as_ref().is_none_or(is_of_host));
    let ended = u32::try_from(ended.count()).unwrap_or(u32::MAX);
    let cost_usd = record.before.cost_usd + project.store.run(record.run)?.cost_usd;
    Ok((Before { sessions: record.before.sessions.saturating_add(ended), cost_usd }, ended))
}

/// Whether the run began no session, for the account's limit that still holds.
fn is_waiting(project: &OpenProject, run: RunId) -> Result<bool, EngineError> {
    let until_ms = project.store.run(run)?.paused_until_ms;
    let is_limited = until_ms.is_some_and(|until_ms| until_ms > project.app.clock.now_ms());
    Ok(is_limited && project.store.sessions_of(run)?.is_empty())
}

/// Whether the host's end is why the session ended.
fn is_of_host(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Stopped => true,
        Outcome::Crashed { detail } => detail == session::HOST_ENDED,
        _ => false,
    }
}

impl Runs {
    /// From now on each run is recorded, so that a later host can go on with one that this host's end cuts off. For hosts
    /// that nobody sits in front of.
    pub fn keep_records(&self) {
        self.state().keeps_records = true;
    }

    /// The project's last run, if a host's end cut it off and it was not left to a person yet.
    fn interrupted(&self, project: &OpenProject) -> Result<Option<Record>, EngineError> {
        let is_here = self.state().hosted.contains_key(&project.project.id);
        if is_here || outlook::elsewhere(project)?.is_some() {
            return Ok(None);
        }
        let last = project.store.runs(1)?.pop();
        let record = Record::of(project, last.as_ref())?;
        Ok(record.filter(|record| !record.problem.as_ref().is_some_and(|problem| problem.is_final)))
    }

    /// Whether the end of a host cut the project's last run off, and nobody decided yet what becomes of it.
    pub fn is_interrupted(&self, project: &OpenProject) -> Result<bool, EngineError> {
        Ok(self.interrupted(project)?.is_some())
    }

    /// Goes on with a run that the end of a host cut off, with what was chosen for it and what is left of its limits.
    /// None when there is no such run, or when it is left to a person because it took its host with it time and again.
    ///
    /// Fails as [`Runs::start`] does; why is kept for whoever looks at the project, and it can be tried again.
    pub async fn resume(&self, project: OpenProject, tools: Arc<dyn ToolServer>) -> Result<Option<RunId>, EngineError> {
        let Some(record) = self.interrupted(&project)? else { return Ok(None) };
        let (before, ended) = done(&project, &record)?;
        let in_a_row = record.starts + if ended > 0 { 0 } else { record.tries };
        if in_a_row >= MOST_IN_A_ROW {
            let why = format!(
                "it was resumed {in_a_row} times in a row, and each time the server ended before a session did. Start it \
                 yourself when you know why"
            );
            record.give_up(&project, &why, true)?;
            return Ok(None);
        }
        // Nothing of an agent's has run that could take the host with it; and a limit may outlast many hosts.
        let tries = if is_waiting(&project, record.run)? { in_a_row } else { in_a_row + 1 };
        // Before anything is tried: what takes the host with it now counts too.
        Record { starts: record.starts + 1, problem: None, ..record.clone() }.write(&project)?;
        let started = match record.choices.options(before) {
            Ok(options) => self.start_again(project.clone(), options, tools, tries).await,
            Err(error) => Err(error),
        };
        match started {
            Ok(run) => {
                let cut_off = record.run;
                project
                    .notice("resumed", format!("Run {run} goes on where the end of the server cut run {cut_off} off."));
                Ok(Some(run))
            }
            Err(error) => {
                record.give_up(&project, &error.to_string(), false)?;
                Err(error)
            }
        }
    }

    /// Leaves a run that the end of a host cut off to a person, for good. Nothing happens when there is none.
    pub fn leave(&self, project: &OpenProject) -> Result<(), EngineError> {
        match self.interrupted(project)? {
            Some(record) => record.give_up(project, "the server was told to resume none. Start it yourself", true),
            None => Ok(()),
        }
    }
}
