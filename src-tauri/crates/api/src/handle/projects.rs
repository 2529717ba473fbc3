//! The registry of projects and what was chosen for each.

use crate::{
    Api, ApiError, ErrorCode,
    procedures::Nothing,
    shape::{Ms, Usd, project::*},
};
use harness_domain::{event::Event, evidence::SandboxLevel, feature::Status, id::ProjectId, project::Project};
use harness_engine::{EngineError, OpenProject, check};
use std::path::Path;

pub fn project_list(api: &Api, _: Nothing) -> Result<Vec<ProjectSummary>, ApiError> {
    let projects = api.app().store.project_list()?;
    // One that cannot be opened must not hide the others.
    let theirs = projects.into_iter().filter(|project| api.caller().may_see(project.id));
    Ok(theirs.map(|project| summary_or_problem(api, project)).collect())
}

pub fn project_get(api: &Api, of: OfProject) -> Result<ProjectSummary, ApiError> {
    let project = api.app().store.project(of.project)?;
    Ok(summary_or_problem(api, project))
}

fn summary_or_problem(api: &Api, project: Project) -> ProjectSummary {
    match api.project(project.id).and_then(|open| summary(api, &open)) {
        Ok(summary) => summary,
        Err(error) => ProjectSummary { problem: Some(error.message), ..bare(project) },
    }
}

fn bare(project: Project) -> ProjectSummary {
    ProjectSummary {
        id: project.id,
        name: project.name,
        is_missing: !project.path.is_dir(),
        path: project.path.display().to_string(),
        problem: None,
        counts: CardCounts::default(),
        run: None,
        open_requests: 0,
        has_spec: false,
        is_rehearsal: false,
        opened_at_ms: Ms(project.opened_at_ms),
    }
}

pub(super) fn summary(api: &Api, open: &OpenProject) -> Result<ProjectSummary, ApiError> {
    let counts = open.store.counts()?;
    let last = open.store.runs(1)?.pop();
    let run = match api.runs().outlook(open)? {
        outlook if outlook.is_running => outlook.run.map(|run| RunBrief {
            run: run.id,
            mode: run.mode,
            state: run.state,
            words: outlook.words,
            is_here: outlook.elsewhere.is_none(),
            is_rehearsal: run.rehearsal.is_some(),
            started_at_ms: Ms(run.started_at_ms),
            cost_usd: Usd(run.cost_usd),
        }),
        _ => None,
    };
    let marked = open.store.note(super::demo::MARK)?.is_some();
    Ok(ProjectSummary {
        counts: CardCounts {
            done: counts.done,
            total: counts.total,
            needs_you: counts.of(Status::NeedsInput),
            blocked: counts.of(Status::Blocked),
        },
        run,
        open_requests: u32::try_from(open.store.requests_open()?.len()).unwrap_or(u32::MAX),
        has_spec: harness_engine::specs::is_there(open),
        is_rehearsal: last.map_or(marked, |last| last.rehearsal.is_some()),
        ..bare(open.project.clone())
    })
}

pub fn project_open(api: &Api, at: AtPath) -> Result<ProjectSummary, ApiError> {
    let open = api.app().open_directory(absolute(&at.path)?)?;
    opened(api, &open)
}

/// A project that was just registered or opened, told to the world.
pub(super) fn opened(api: &Api, open: &OpenProject) -> Result<ProjectSummary, ApiError> {
    api.publish(Event::ProjectsChanged {});
    summary(api, &api.project(open.project.id)?)
}

pub(super) fn absolute(path: &str) -> Result<&Path, ApiError> {
    let path = Path::new(path);
    match path.is_absolute() && !path.as_os_str().as_encoded_bytes().contains(&0) {
        true => Ok(path),
        false => Err(ApiError::bad_input("give the whole path of the directory, from the root on")),
    }
}

pub fn project_touch(api: &Api, of: OfProject) -> Result<ProjectSummary, ApiError> {
    api.app().store.project_touch(of.project, api.app().clock.now_ms())?;
    api.publish(Event::ProjectsChanged {});
    project_get(api, of)
}

pub fn project_rename(api: &Api, rename: RenameProject) -> Result<ProjectSummary, ApiError> {
    let name = rename.name.trim();
    if name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(ApiError::bad_input("name: at most 100 characters, on one line"));
    }
    api.app().store.project_rename(rename.project, name)?;
    api.publish(Event::ProjectsChanged {});
    project_get(api, OfProject { project: rename.project })
}

pub fn project_forget(api: &Api, of: OfProject) -> Result<Nothing, ApiError> {
    // One whose records cannot be opened can be forgotten all the same.
    if let Ok(open) = api.project(of.project) {
        refuse_running(api, &open)?;
    }
    forget(api, of.project)
}

pub(super) fn forget(api: &Api, project: ProjectId) -> Result<Nothing, ApiError> {
    api.app().store.project_remove(project)?;
    api.close(project);
    api.publish(Event::ProjectsChanged {});
    Ok(Nothing {})
}

pub(super) fn refuse_running(api: &Api, open: &OpenProject) -> Result<(), ApiError> {
    match api.runs().outlook(open)?.is_running {
        true => {
            let message = format!("a run is under way in {}; stop it first", open.project.name);
            Err(ApiError::new(ErrorCode::NotPossibleNow, message))
        }
        false => Ok(()),
    }
}

pub fn project_settings_read(api: &Api, of: OfProject) -> Result<ProjectSettingsView, ApiError> {
    let open = api.project(of.project)?;
    let plan = check::plan(open.dir(), &open.settings, &[], false);
    Ok(ProjectSettingsView {
        required_sandbox: open.settings.required_sandbox.unwrap_or(SandboxLevel::Full),
        settings: open.settings,
        checks: plan.run,
        check_problems: plan.problems,
    })
}

pub fn project_settings_write(api: &Api, write: WriteProjectSettings) -> Result<ProjectSettingsView, ApiError> {
    let open = api.project(write.project)?;
    let settings = write.settings;
    if settings.max_attempts == Some(0) || settings.check_timeout_s == Some(0) {
        return Err(ApiError::bad_input("max_attempts and check_timeout_s: give 1 or more, or none for the default"));
    }
    if settings.budget_usd.is_some_and(|usd| !usd.is_finite() || usd <= 0.0) {
        return Err(ApiError::bad_input("budget_usd: give an amount above 0, or none"));
    }
    if let Some(check) = settings.checks.iter().find(|check| check.command.trim().is_empty()) {
        return Err(ApiError::bad_input(format!("checks: the {:?} check has no command", check.kind)));
    }
    for check in &settings.checks {
        harness_engine::redact::refuse_secret("a check's command", &check.command)?;
    }
    harness_engine::policy::check_settings(&open, &settings).map_err(|error| match error {
        // There is no file that a person could mend.
        EngineError::Policy(why) => ApiError::bad_input(format!("readable and hosts: {why}")),
        EngineError::Refused(why) => ApiError::bad_input(format!("readable: {why}")),
        other => other.into(),
    })?;
    api.app().store.set_project_settings(write.project, &settings)?;
    open.publish(Event::SettingsChanged {});
    project_settings_read(api, OfProject { project: write.project })
}
