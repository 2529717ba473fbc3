//! What this machine has of what runs need, and what to do about the rest.

use crate::{
    App, EngineError, OpenProject,
    secrets::{self, Account},
};
use harness_agent::{
    env::child_environment,
    locate::{Cli, locate},
    login_state,
};
use harness_domain::evidence::SandboxLevel;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it should be.
    Ok,
    /// Works, but with less than it could.
    Warning,
    /// Runs cannot start until it is mended.
    Missing,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub what: &'static str,
    /// How it is.
    pub state: State,
    /// In a sentence.
    pub detail: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Finding {
    /// Something that is as it should be.
    pub fn ok(what: &'static str, detail: impl Into<String>) -> Self {
        Self { what, state: State::Ok, detail: detail.into(), remedy: None }
    }

    /// Something that is not.
    pub fn bad(what: &'static str, state: State, detail: impl Into<String>, remedy: &str) -> Self {
        Self { what, state, detail: detail.into(), remedy: Some(remedy.into()) }
    }
}

/// What sessions log in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    /// The subscription that the CLI is logged in to.
    Subscription,
    /// An API key.
    ApiKey,
    /// Nothing.
    None,
    /// It could not be found out.
    Unknown,
}

/// The Claude CLI and its login.
#[derive(Debug, Clone)]
pub struct Claude {
    /// None when no usable one is there.
    pub cli: Option<Cli>,
    /// What sessions log in with.
    pub login: Login,
    /// Whose account it is, where the CLI says.
    pub account: Option<String>,
    /// What was found, the CLI first.
    pub findings: Vec<Finding>,
}

/// Looks for the Claude CLI and asks it who is logged in. `chosen` is looked at instead of the bundled one; `app` is none
/// where there is no data directory yet, or none that can be opened, which is a finding of its own.
pub async fn claude(app: Option<App>, chosen: Option<&Path>) -> Claude {
    const REMEDY: &str =
        "run `npm start` once, which bundles it, or install it: npm install -g @anthropic-ai/claude-code";
    let mut environment = child_environment(std::env::vars_os());
    let cli = match locate(chosen, &environment).await {
        Ok(cli) => cli,
        Err(error) => {
            let finding = Finding::bad("Claude CLI", State::Missing, error.to_string(), REMEDY);
            return Claude { cli: None, login: Login::Unknown, account: None, findings: vec![finding] };
        }
    };
    let mut found = Claude {
        findings: vec![Finding::ok("Claude CLI", format!("{} ({})", cli.version, cli.path.display()))],
        cli: Some(cli.clone()),
        login: Login::Unknown,
        account: None,
    };
    let account = match app {
        // The keychain may wait for its person.
        Some(app) => tokio::task::spawn_blocking(move || secrets::account(&app)).await.ok(),
        None => Some(Ok(secrets::default_account())),
    };
    let source = match account {
        Some(Err(error)) => {
            let remedy = "or let the subscription pay: harness key use subscription";
            found.findings.push(Finding::bad("API key", State::Warning, error.to_string(), remedy));
            return found;
        }
        Some(Ok(Account::Key { source, .. })) => Some(source.words()),
        Some(Ok(login @ Account::Login { .. })) => {
            // A token in our environment is a login, which the CLI knows only when it is given it.
            login.give_to(&mut environment);
            None
        }
        None => None,
    };
    let login = login_state(&cli.path, &environment).await;
    if let Ok(login) = &login {
        found.account = login.email.clone();
    }
    found.login = match (&login, source) {
        (_, Some(_)) => Login::ApiKey,
        (Ok(login), None) if login.is_logged_in => Login::Subscription,
        (Ok(_), None) => Login::None,
        (Err(_), None) => Login::Unknown,
    };
    found.findings.push(match (login, source) {
        (Ok(login), Some(source)) if login.is_logged_in => Finding::bad(
            "Claude login",
            State::Warning,
            format!("the API key in {source} wins over your subscription: runs are billed to the key"),
            "use the subscription: harness key use subscription",
        ),
        (Ok(login), None) if login.is_logged_in => Finding::ok("Claude login", "logged in; no API key is used"),
        (_, Some(source)) => Finding::ok("Claude login", format!("runs are billed to the API key in {source}")),
        (Ok(_), None) => Finding::bad(
            "Claude login",
            State::Warning,
            "not logged in: only rehearsals can run",
            &format!("{} auth login, or store an API key: harness key set", cli.path.display()),
        ),
        (Err(error), None) => {
            Finding::bad("Claude login", State::Warning, error.to_string(), "try again, or log in anew")
        }
    });
    found
}

/// How strong the operating system's walls are.
pub fn sandbox() -> Finding {
    let probe = harness_sandbox::probe();
    match probe.level {
        SandboxLevel::Full => Finding::ok("sandbox", "full: files, processes and network of checks are walled in"),
        SandboxLevel::Partial => Finding::bad(
            "sandbox",
            State::Missing,
            format!("partial, by {}: {}", probe.kind, probe.missing.join("; ")),
            "mend it, or accept the risk: in a project's settings, or run by run with --require-sandbox partial",
        ),
        SandboxLevel::PolicyOnly => Finding::bad(
            "sandbox",
            State::Missing,
            probe.missing.join("; "),
            "mend it, or accept the risk: in a project's settings, or run by run with --without-sandbox",
        ),
    }
}

/// Below this much room a run stops soon: checkpoints, records and builds would not fit.
const TOO_LITTLE: u64 = 500 << 20;
/// Below this much room a long run may stop.
const LITTLE: u64 = 5 << 30;
const NO_ROOM: &str = "too little for checkpoints, records and builds";
const MAKE_ROOM: &str = "free some disk space, or move the project to another disk";

/// How much room there is where `dir` lies; none where the operating system does not say.
pub fn disk(dir: &Path) -> Option<Finding> {
    free_bytes(dir).map(|free| room(free, dir))
}

/// Refuses to begin a run where its checkpoints, records and builds would not fit, in the project or beside the records.
///
/// Fails with [`EngineError::Refused`]. Where the operating system does not say how much room there is, nothing is refused.
pub(crate) fn refuse_without_room(project: &OpenProject) -> Result<(), EngineError> {
    let least = project.app.bounds.least_room().unwrap_or(TOO_LITTLE);
    for dir in [project.dir(), project.app.home.root()] {
        let Some(free) = free_bytes(dir).filter(|free| *free < least) else { continue };
        return Err(EngineError::Refused(format!(
            "only {} free for {}, {NO_ROOM}: {MAKE_ROOM}",
            gibibytes(free),
            dir.display()
        )));
    }
    Ok(())
}

fn room(free: u64, dir: &Path) -> Finding {
    const WHAT: &str = "disk space";
    let detail = format!("{} free for {}", gibibytes(free), dir.display());
    match free {
        free if free < TOO_LITTLE => Finding::bad(WHAT, State::Missing, format!("{detail}: {NO_ROOM}"), MAKE_ROOM),
        free if free < LITTLE => Finding::bad(
            WHAT,
            State::Warning,
            format!("{detail}: a long run may use that up"),
            "free some disk space before you let it run for long",
        ),
        _ => Finding::ok(WHAT, detail),
    }
}

fn gibibytes(bytes: u64) -> String {
    let tenths = bytes / ((1 << 30) / 10);
    format!("{}.{} GiB", tenths / 10, tenths % 10)
}

#[cfg(unix)]
fn free_bytes(dir: &Path) -> Option<u64> {
    // A directory that is gone lay on the disk of the one above it.
    let there = dir.ancestors().find(|above| above.is_dir())?;
    let disk = rustix::fs::statvfs(there).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_dir: &Path) -> Option<u64> {
    None
}

/// Programs that projects commonly need; the host itself needs none of them.
pub fn tools() -> Vec<Finding> {
    [("git", "agents use it to look at history"), ("node", "checks of JavaScript projects use it")]
        .into_iter()
        .map(|(name, why)| match program(name) {
            Some(path) => Finding::ok(name, path.display().to_string()),
            None => Finding::bad(name, State::Warning, format!("not on the PATH; {why}"), &format!("install {name}")),
        })
        .collect()
}

/// Where a program lies on the PATH.
pub fn program(name: &str) -> Option<PathBuf> {
    let search = std::env::var_os("PATH").unwrap_or_default();
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&search).map(|dir| dir.join(&file)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_room_is_a_warning_and_too_little_stops_a_run_before_it_begins() {
        let state = |free| room(free, Path::new("/srv")).state;
        assert_eq!(
            [state(LITTLE), state(LITTLE - 1), state(TOO_LITTLE - 1)],
            [State::Ok, State::Warning, State::Missing]
        );
        let told = room(3 << 29, Path::new("/srv"));
        assert!(told.detail.starts_with("1.5 GiB free for /srv") && told.remedy.is_some(), "{told:?}");
    }

    #[cfg(unix)]
    #[test]
    fn the_room_is_known_also_where_a_directory_is_gone() {
        let dir = tempfile::tempdir().expect("a directory");
        let (there, gone) = (free_bytes(dir.path()), free_bytes(&dir.path().join("gone/deeper")));
        assert!(there.is_some_and(|free| free > 0), "a disk that can be written to has room: {there:?}");
        assert!(gone.is_some(), "it would lie on the same disk");
    }
}
