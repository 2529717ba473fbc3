//! Runs: started in this process, steered, and looked at.

use super::settings::app_settings_read;
use crate::{
    Api, ApiError,
    procedures::Nothing,
    shape::{Count, Ms, Usd, project::OfProject, run::*},
};
use harness_domain::run::Run;
use harness_engine::{
    OpenProject,
    runs::{LastTool as Tool, Outlook, SessionOutlook},
    session::RunOptions,
};
use harness_rehearsal::Scenario;
use std::time::Duration;

/// Runs that a list has unless more are asked for.
const USUAL_RUNS: u32 = 100;
/// Runs that a list has at most.
const MOST_RUNS: u32 = 10_000;
/// The longest that a call may wait for a person's word.
const MOST_MINUTES: u32 = 24 * 60;

pub fn run_start(api: &Api, start: StartRun) -> Result<StartedRun, ApiError> {
    let project = api.project(start.project)?;
    if start.budget_usd.is_some_and(|usd| !usd.is_finite() || usd <= 0.0) {
        return Err(ApiError::bad_input("budget_usd: give an amount above 0, or none"));
    }
    if start.max_sessions == Some(0) {
        return Err(ApiError::bad_input("max_sessions: give 1 or more, or none"));
    }
    let patience = start.attended_minutes.map(|minutes| Duration::from_secs(60 * u64::from(minutes.min(MOST_MINUTES))));
    // What the project chose goes before what the person chose for all.
    let of_person = app_settings_read(api, Nothing {})?;
    let budget_usd = start.budget_usd.or(project.settings.budget_usd).or(of_person.default_budget_usd);
    let options = RunOptions {
        mode: start.mode,
        is_quick: start.is_quick,
        model: start.model.map(|model| model.trim().to_owned()).filter(|model| !model.is_empty()),
        default_model: of_person.default_model,
        max_sessions: start.max_sessions,
        budget_usd,
        rehearsal: start.rehearsal.as_deref().map(scenario).transpose()?,
        patience: patience.filter(|patience| !patience.is_zero()),
        ..RunOptions::default()
    };
    let run = api.wait(api.runs().start(project, options, api.tools()))?;
    Ok(StartedRun { run })
}

/// A scenario by its name. Only those that come with the product: a path from a caller could name any file.
pub(super) fn scenario(name: &str) -> Result<Scenario, ApiError> {
    if !Scenario::builtin_names().contains(&name) {
        return Err(ApiError::bad_input(format!(
            "rehearsal: there is no scenario {name:?}; rehearsal_list names them"
        )));
    }
    Scenario::load(name).map_err(|error| harness_engine::EngineError::from(error).into())
}

pub fn rehearsal_list(_: &Api, _: Nothing) -> Result<Vec<RehearsalBrief>, ApiError> {
    let brief = |name: &str| {
        let title = scenario(name)?.title().to_owned();
        Ok(RehearsalBrief { name: name.to_owned(), title })
    };
    Scenario::builtin_names().into_iter().map(brief).collect()
}

pub fn run_pause(api: &Api, of: OfProject) -> Result<RunStatus, ApiError> {
    let project = api.project(of.project)?;
    api.runs().pause(&project)?;
    status(api, &project)
}

pub fn run_stop(api: &Api, of: OfProject) -> Result<RunStatus, ApiError> {
    let project = api.project(of.project)?;
    api.runs().stop(&project)?;
    status(api, &project)
}

pub fn run_status(api: &Api, of: OfProject) -> Result<RunStatus, ApiError> {
    status(api, &api.project(of.project)?)
}

fn status(api: &Api, project: &OpenProject) -> Result<RunStatus, ApiError> {
    let outlook: Outlook = api.runs().outlook(project)?;
    Ok(RunStatus {
        cost_usd: Usd(outlook.run.as_ref().map_or(0.0, |run| run.cost_usd)),
        run: outlook.run,
        is_running: outlook.is_running,
        can_start: outlook.can_start,
        can_pause: outlook.can_pause,
        can_stop: outlook.can_stop,
        words: outlook.words,
        next: outlook.next,
        until_ms: outlook.until_ms.map(Ms),
        session: outlook.session.map(session),
        elsewhere: outlook.elsewhere.map(|pid| Elsewhere { pid }),
        estimate_ms: outlook.estimate_ms.map(Ms),
    })
}

fn session(live: SessionOutlook) -> LiveSession {
    let tool = |last: Tool| LastTool { tool: last.tool, subject: last.subject, at_ms: Ms(last.at_ms) };
    LiveSession {
        id: live.session.id,
        role: live.session.role,
        number: live.number,
        feature: live.feature,
        model: live.model,
        started_at_ms: Ms(live.session.started_at_ms),
        turns: live.turns,
        cost_usd: Usd(live.session.cost_usd),
        usage: live.usage,
        context_tokens: live.context_tokens.map(Count),
        context_window: Some(Count(live.context_window)),
        last_text: live.last_text,
        last_tool: live.last_tool.map(tool),
        rows: Count(live.rows),
    }
}

pub fn run_list(api: &Api, list: ListRuns) -> Result<Vec<Run>, ApiError> {
    let limit = list.limit.unwrap_or(USUAL_RUNS).min(MOST_RUNS);
    Ok(api.project(list.project)?.store.runs(limit as usize)?)
}

pub fn run_get(api: &Api, of: OfRun) -> Result<RunDetail, ApiError> {
    let store = api.project(of.project)?.store;
    let moves = store.run_transitions(of.run)?.into_iter().map(|change| RunMove {
        from: change.from,
        to: change.to,
        feature: change.feature,
        reason: change.reason,
        at_ms: Ms(change.at_ms),
    });
    Ok(RunDetail { run: store.run(of.run)?, sessions: store.sessions_of(of.run)?, transitions: moves.collect() })
}
