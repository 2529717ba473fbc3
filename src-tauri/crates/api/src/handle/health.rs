//! What a run would find in the way.

use super::policies;
use crate::{
    Api, ApiError,
    shape::{Health, HealthCheck, project::OfProject},
};
use harness_domain::{evidence::SandboxLevel, schedule::why_nothing_is_ready};
use harness_engine::{
    OpenProject, check, git,
    setup::{self, State},
    specs,
};

pub fn project_health(api: &Api, of: OfProject) -> Result<Vec<HealthCheck>, ApiError> {
    let project = api.project(of.project)?;
    let mut found = vec![directory(&project)];
    if project.dir().is_dir() {
        found.push(repository(&project));
        found.push(specification(&project));
        found.push(checks(&project));
    }
    found.push(cards(&project)?);
    found.push(policy(&project));
    found.push(walls(&project));
    found.extend(disk(&project));
    found.push(claude(api));
    Ok(found)
}

fn fine(id: &str, title: &str, detail: impl Into<String>) -> HealthCheck {
    HealthCheck { id: id.into(), title: title.into(), state: Health::Ok, detail: detail.into(), fix: None }
}

fn wrong(id: &str, title: &str, state: Health, detail: impl Into<String>, fix: &str) -> HealthCheck {
    HealthCheck { id: id.into(), title: title.into(), state, detail: detail.into(), fix: Some(fix.into()) }
}

fn directory(project: &OpenProject) -> HealthCheck {
    match project.dir().is_dir() {
        true => fine("directory", "Directory", format!("{} is there.", project.dir().display())),
        false => wrong(
            "directory",
            "Directory",
            Health::Problem,
            format!("{} is not there.", project.dir().display()),
            "Put it back, or forget the project.",
        ),
    }
}

fn repository(project: &OpenProject) -> HealthCheck {
    const ID: &str = "git.repository";
    const TITLE: &str = "Repository";
    match git::is_clean(project.dir()) {
        Ok(true) => fine(ID, TITLE, "Everything is committed."),
        Ok(false) => HealthCheck {
            state: Health::Warning,
            fix: Some("Commit them, if they are meant for the agents to build on.".into()),
            ..fine(ID, TITLE, "There are changes that are not committed: a run sets them aside and gives them back.")
        },
        Err(git::GitError::NotARepository { .. }) => fine(ID, TITLE, "There is none yet; the first run makes one."),
        Err(error) => wrong(ID, TITLE, Health::Problem, error.to_string(), "Mend the repository, then look again."),
    }
}

fn specification(project: &OpenProject) -> HealthCheck {
    match specs::is_there(project) {
        true => fine("spec", "Specification", "There is one."),
        false => wrong(
            "spec",
            "Specification",
            Health::Warning,
            "There is none.",
            "Write what is to be built, or add cards by hand.",
        ),
    }
}

fn checks(project: &OpenProject) -> HealthCheck {
    const ID: &str = "checks";
    const TITLE: &str = "Checks";
    const FIX: &str = "Choose a test command in the project's settings, or let the first card add one.";
    let plan = check::plan(project.dir(), &project.settings, &[], false);
    if let Some(problem) = plan.problems.first() {
        return wrong(ID, TITLE, Health::Warning, problem.clone(), FIX);
    }
    if plan.found_nothing() {
        return wrong(ID, TITLE, Health::Warning, "No checks were found, so no card can pass yet.", FIX);
    }
    let commands: Vec<&str> = plan.run.iter().map(|check| check.command.as_str()).collect();
    fine(ID, TITLE, format!("The host runs: {}.", commands.join(", ")))
}

fn cards(project: &OpenProject) -> Result<HealthCheck, ApiError> {
    const ID: &str = "cards";
    const TITLE: &str = "Cards";
    let counts = project.store.counts()?;
    if counts.total == 0 || counts.done == counts.total || !project.store.ready(1)?.is_empty() {
        return Ok(fine(ID, TITLE, format!("{} of {} are done.", counts.done, counts.total)));
    }
    let standstill = why_nothing_is_ready(&project.store.features()?);
    let fix = if standstill.needs_person() { "Answer what waits for you." } else { "Give parked cards another try." };
    Ok(wrong(ID, TITLE, Health::Warning, format!("Nothing can be worked on: {standstill}."), fix))
}

fn policy(project: &OpenProject) -> HealthCheck {
    match policies::problem(project) {
        None => fine("policy", "Policy", "Every policy file is whole."),
        Some(error) => wrong("policy", "Policy", Health::Problem, error.to_string(), "Mend the file that is named."),
    }
}

fn walls(project: &OpenProject) -> HealthCheck {
    const ID: &str = "sandbox";
    const TITLE: &str = "Walls";
    let probe = harness_sandbox::probe();
    let needed = project.settings.required_sandbox.unwrap_or(SandboxLevel::Full);
    match (probe.level >= needed, probe.level) {
        (true, SandboxLevel::Full) => fine(ID, TITLE, "Files, processes and network are walled in."),
        (true, _) => HealthCheck {
            state: Health::Warning,
            ..fine(
                ID,
                TITLE,
                format!("Weaker than they could be, as this project allows: {}.", probe.missing.join("; ")),
            )
        },
        (false, _) => wrong(
            ID,
            TITLE,
            Health::Problem,
            probe.missing.join("; "),
            "Mend that, or accept the risk in the project's settings.",
        ),
    }
}

/// The tighter one of the project's disk and that of its records.
fn disk(project: &OpenProject) -> Option<HealthCheck> {
    let places = [project.dir(), project.app.home.root()];
    let finding = places.into_iter().filter_map(setup::disk).max_by_key(|finding| finding.state as u8)?;
    let state = match finding.state {
        State::Ok => Health::Ok,
        State::Warning => Health::Warning,
        State::Missing => Health::Problem,
    };
    Some(HealthCheck { state, fix: finding.remedy, ..fine("disk", "Disk space", finding.detail) })
}

fn claude(api: &Api) -> HealthCheck {
    const ID: &str = "claude";
    const TITLE: &str = "Claude";
    let found = api.wait(setup::claude(Some(api.app().clone()), None));
    match found.findings.into_iter().find(|finding| finding.state != State::Ok) {
        None => fine(ID, TITLE, "The CLI is there and logged in."),
        Some(finding) => {
            let state = if finding.state == State::Missing { Health::Problem } else { Health::Warning };
            HealthCheck { state, fix: finding.remedy, ..fine(ID, TITLE, finding.detail) }
        }
    }
}
