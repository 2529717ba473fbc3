//! A run from its first look at the project to its report.

use super::{RunControl, RunOptions, ToolServer, pace, recover, run_loop::Conductor};
use crate::{
    EngineError, OpenProject,
    git::{self, GitError},
    policy, redact,
    secrets::{self, Account},
    setup,
    specs::{self, ProjectSpec},
    verify::blocking,
};
use harness_agent::{env::child_environment, locate::locate, process};
use harness_domain::{
    event::Event,
    evidence::SandboxLevel,
    failure::RunEnd,
    id::RunId,
    run::{Mode, Run},
};
use harness_rehearsal::Rehearsal;
use harness_sandbox::Probe;
use harness_store::{EvidenceSummary, NewRun};
use std::sync::Arc;

/// Where a person's request to a running host is left by another process.
const REQUEST: &str = "run:request";
/// Where a host that nobody sits in front of records what a later one needs to go on with its run.
pub(crate) const RESUME_RECORD: &str = "run:resume";

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct RunReport {
    /// Its number.
    pub run: RunId,
    /// Why it ended.
    pub end: RunEnd,
    /// Sessions started.
    pub sessions: u32,
    /// US dollars, as the CLI reports it.
    pub cost_usd: f64,
}

/// Runs agents on `project` until everything passes, a limit is reached, a person is needed or says stop.
///
/// The caller holds the data directory's [`Instance`](crate::instance::Instance). What a dead host left is put right
/// first. Errors are faults found before the run began; whatever happens later is in the report.
pub async fn conduct(
    project: &OpenProject,
    options: RunOptions,
    tools: Arc<dyn ToolServer>,
    control: RunControl,
) -> Result<RunReport, EngineError> {
    conduct_telling(project, options, tools, control, |_| ()).await
}

/// The same, telling the run's number as soon as it is stored.
pub(crate) async fn conduct_telling(
    project: &OpenProject,
    mut options: RunOptions,
    tools: Arc<dyn ToolServer>,
    control: RunControl,
    began: impl FnOnce(RunId),
) -> Result<RunReport, EngineError> {
    refuse_emptied(project)?;
    setup::refuse_without_room(project)?;
    options.budget_usd = options.budget_usd.or(project.settings.budget_usd);
    // Sessions read it anew; a broken one is told before anything has begun.
    policy::load(project)?;
    if let Some(from) = &options.spec {
        specs::adopt(project.dir(), from)?;
    }
    if let Some(text) = options.rehearsal.as_ref().and_then(|scenario| scenario.spec()) {
        specs::provide(project.dir(), text)?;
    }
    let specs = match (options.mode, specs::read(project)) {
        (_, Ok(specs)) => specs,
        // Without features the specification is where everything starts; with features it is only context.
        (Mode::Auto | Mode::Code, Err(EngineError::NoSpec { .. })) if project.store.counts()?.total > 0 => Vec::new(),
        (Mode::Analyze | Mode::Regression, Err(EngineError::NoSpec { .. })) => Vec::new(),
        (_, Err(error)) => return Err(error),
    };
    let sandbox = harness_sandbox::probe();
    refuse_weaker(project, &options, &sandbox)?;
    if options.rehearsal.is_none() && options.account.is_none() {
        options.account = Some(who_pays(project).await?);
    }
    #[cfg(unix)]
    let _ = tokio::task::spawn_blocking(super::gate::sweep).await;
    let found = recover(project).await?;
    let limit = limit_left(project, options.rehearsal.is_some())?;
    let mut cli = locate(options.cli.as_deref(), &child_environment(std::env::vars_os())).await?;
    // The CLI's own installer leaves a link in ~/.local/bin; inside the walls only what it leads to can be shown.
    cli.path = cli.path.canonicalize().unwrap_or(cli.path);
    let rehearsal = match &options.rehearsal {
        Some(scenario) => Some(Rehearsal::start(scenario.clone()).await.map_err(|source| EngineError::File {
            path: "127.0.0.1".into(),
            action: "listened on",
            source,
        })?),
        None => None,
    };
    redact::keep_files_to_ourselves(project.dir());
    let run = begin(project, &options, &sandbox, &specs)?;
    if let Some(until_ms) = limit {
        // At once: this host may end too before it waits.
        project.store.run_pause_until(run.id, Some(until_ms))?;
    }
    began(run.id);
    if let Some(Account::Key { source, .. }) = &options.account {
        project.notice("account", format!("Sessions are billed to the API key in {}.", source.words()));
    }
    warn_of_committed_secrets(project).await?;
    let mut conductor = Conductor::new(project, &options, tools, control, cli, rehearsal, specs, run.id);
    let end = match conductor.go(found, limit).await {
        Ok(end) => end,
        Err(error) => RunEnd::Failed { reason: error.code().into(), message: error.to_string() },
    };
    conductor.finish(end).await
}

/// What the sessions log in with, as the person chose.
pub(crate) async fn who_pays(project: &OpenProject) -> Result<Account, EngineError> {
    let app = project.app.clone();
    match tokio::task::spawn_blocking(move || secrets::account(&app)).await {
        Ok(account) => Ok(account?),
        Err(gone) => std::panic::resume_unwind(gone.into_panic()),
    }
}

/// Tells the person once which files of the last commit hold secrets: nothing takes them back, only new ones are kept out.
async fn warn_of_committed_secrets(project: &OpenProject) -> Result<(), EngineError> {
    let dir = project.dir().to_owned();
    let found = match blocking(move || git::committed_secrets(&dir)).await {
        Ok(found) => found,
        // Whether the repository can be worked on is judged elsewhere, with what to do.
        Err(error) => {
            tracing::info!(%error, "the last commit was not searched for secrets");
            return Ok(());
        }
    };
    if let [first, rest @ ..] = &found[..] {
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        project.notice(
            "secrets_committed",
            format!(
                "The repository holds secrets already: {} ({}){more}. Whoever can read it has them: replace them where they \
                 were issued.",
                first.path, first.kind
            ),
        );
    }
    Ok(())
}

/// Refuses to start below the level that the person asked for, for this run or for the project; the strongest unless
/// they said otherwise. A rehearsal needs none of its own accord: its model is a script of the person's.
pub(crate) fn refuse_weaker(project: &OpenProject, options: &RunOptions, sandbox: &Probe) -> Result<(), EngineError> {
    let chosen = options.required_sandbox.or(project.settings.required_sandbox);
    let usual = match options.rehearsal {
        Some(_) => SandboxLevel::PolicyOnly,
        None => SandboxLevel::Full,
    };
    if options.may_run_unwalled || sandbox.level >= chosen.unwrap_or(usual) {
        return Ok(());
    }
    Err(EngineError::NoSandbox { missing: sandbox.missing.clone() })
}

/// Refuses to go on where the records say that cards were built and committed, but there is no commit at all: the
/// directory was emptied or replaced, and to call the cards passing would be untrue.
fn refuse_emptied(project: &OpenProject) -> Result<(), EngineError> {
    let is_empty = match git::head(project.dir()) {
        Ok(head) => head.is_none(),
        Err(GitError::NotARepository { .. } | GitError::InsideOther { .. }) => true,
        Err(error) => return Err(error.into()),
    };
    let passed = |evidence: &EvidenceSummary| evidence.is_passing && evidence.commit.is_some();
    if !is_empty || !project.store.evidence_latest()?.values().any(passed) {
        return Ok(());
    }
    Err(EngineError::Refused(format!(
        "{dir} holds no commit any more, but {done} of its cards are recorded as built: were its files removed? Put \
         them back, or start anew: `harness projects remove --project {name}` forgets the records",
        dir = project.dir().display(),
        done = project.store.counts()?.done,
        name = project.project.name,
    )))
}

/// Until when a rate limit holds that the run before this one met and did not wait out, however it ended: the API has
/// not forgotten. A rehearsed limit holds up no real run, nor the other way round.
fn limit_left(project: &OpenProject, is_rehearsal: bool) -> Result<Option<i64>, EngineError> {
    let last = project.store.runs(1)?.pop().filter(|last| last.rehearsal.is_some() == is_rehearsal);
    let now_ms = project.app.clock.now_ms();
    let until_ms = last.and_then(|last| last.paused_until_ms).filter(|until_ms| *until_ms > now_ms);
    // A clock that was wrong at the time must not stop every run from now on.
    Ok(until_ms.filter(|until_ms| *until_ms <= pace::latest_limit(now_ms)))
}

/// Stores the run and tells the world, with everything a person should know from the start.
fn begin(
    project: &OpenProject,
    options: &RunOptions,
    sandbox: &Probe,
    specs: &[ProjectSpec],
) -> Result<Run, EngineError> {
    // A request that was meant for an earlier run must not end this one.
    project.store.set_note(REQUEST, None)?;
    let new = NewRun {
        mode: options.mode,
        is_quick: options.is_quick,
        rehearsal: options.rehearsal.as_ref().map(|scenario| scenario.name().to_owned()),
        sandbox: sandbox.level,
        host: process::own(),
    };
    let run = project.store.run_start(new, project.app.clock.now_ms())?;
    project.publish(Event::RunStarted {
        run: run.id,
        mode: run.mode,
        is_quick: run.is_quick,
        rehearsal: run.rehearsal.clone(),
        sandbox: run.sandbox,
    });
    for missing in &sandbox.missing {
        project.notice("sandbox", format!("The operating system's walls are not complete here: {missing}."));
    }
    for warning in specs.iter().flat_map(ProjectSpec::warnings) {
        project.notice("spec", warning);
    }
    Ok(run)
}

/// Carries out what another process asked of this run.
pub(super) fn obey_requests(project: &OpenProject, control: &RunControl) -> Result<(), EngineError> {
    match project.store.note(REQUEST)?.as_deref() {
        Some("stop") => control.stop(),
        Some("pause") => control.pause(),
        _ => return Ok(()),
    }
    Ok(project.store.set_note(REQUEST, None)?)
}

/// Leaves a request (`stop` or `pause`) for the host that runs this project.
pub fn request(project: &OpenProject, what: &str) -> Result<(), EngineError> {
    // A run that a person ends does not go on by itself, even if its host dies before it reads this.
    project.store.set_note(RESUME_RECORD, None)?;
    Ok(project.store.set_note(REQUEST, Some(what))?)
}
