//! `harness doctor`: what is missing on this machine and how to get it.

use crate::{
    open,
    print::{say, say_json},
};
use clap::Args;
use harness_agent::{
    env::child_environment,
    locate::{locate, login_state},
};
use harness_domain::evidence::SandboxLevel;
use harness_engine::{
    instance::Instance,
    secrets::{self, Account},
};
use serde::Serialize;
use std::{path::PathBuf, process::ExitCode};

#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// The Claude CLI to look at instead of the bundled one
    #[arg(long, value_name = "PATH", env = "HARNESS_CLAUDE")]
    claude: Option<PathBuf>,
    /// Make real attempts to get out of the walls, and print which of them are held
    #[arg(long)]
    prove: bool,
    /// With --prove: the project whose granted directories and listed hosts the walls have then, by name or directory
    #[arg(long, value_name = "PROJECT", requires = "prove")]
    project: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// As it should be.
    Ok,
    /// Works, but with less than it could.
    Warning,
    /// Runs cannot start until it is mended.
    Missing,
}

#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    state: State,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

impl Finding {
    fn ok(what: &'static str, detail: impl Into<String>) -> Self {
        Self { what, state: State::Ok, detail: detail.into(), remedy: None }
    }

    fn bad(what: &'static str, state: State, detail: impl Into<String>, remedy: &str) -> Self {
        Self { what, state, detail: detail.into(), remedy: Some(remedy.into()) }
    }
}

/// Looks at everything a run needs. The exit code is 1 when something is missing.
pub async fn examine(args: DoctorArgs) -> anyhow::Result<ExitCode> {
    if args.prove {
        let project = args.project.as_deref().map(|project| open::app()?.open_known(project)).transpose()?;
        return crate::prove::prove(project.as_ref(), args.json).await;
    }
    let mut findings = vec![data_directory()];
    findings.extend(claude(&args).await);
    findings.push(sandbox());
    findings.extend(tools());
    let is_missing = findings.iter().any(|finding| finding.state == State::Missing);
    if args.json {
        say_json(&findings)?;
    } else {
        for finding in &findings {
            let mark = match finding.state {
                State::Ok => "ok     ",
                State::Warning => "warning",
                State::Missing => "MISSING",
            };
            say(&format!("{mark}  {:<16} {}", finding.what, finding.detail));
            if let Some(remedy) = &finding.remedy {
                say(&format!("{:26}→ {remedy}", ""));
            }
        }
    }
    Ok(if is_missing { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn data_directory() -> Finding {
    const WHAT: &str = "data directory";
    let app = match open::app() {
        Ok(app) => app,
        Err(error) => {
            return Finding::bad(
                WHAT,
                State::Missing,
                format!("{error:#}"),
                "set HARNESS_HOME to a directory you may write to",
            );
        }
    };
    let path = app.home.root().display().to_string();
    match Instance::take(&app.home, "doctor", app.clock.as_ref()) {
        Ok(_) => Finding::ok(WHAT, path),
        Err(error) => Finding::bad(WHAT, State::Warning, error.to_string(), "wait for it, or stop it"),
    }
}

async fn claude(args: &DoctorArgs) -> Vec<Finding> {
    const REMEDY: &str =
        "run `npm start` once, which bundles it, or install it: npm install -g @anthropic-ai/claude-code";
    let environment = child_environment(std::env::vars_os());
    let cli = match locate(args.claude.as_deref(), &environment).await {
        Ok(cli) => cli,
        Err(error) => return vec![Finding::bad("Claude CLI", State::Missing, error.to_string(), REMEDY)],
    };
    let mut findings = vec![Finding::ok("Claude CLI", format!("{} ({})", cli.version, cli.path.display()))];
    let account = match open::app() {
        // The keychain may wait for its person.
        Ok(app) => tokio::task::spawn_blocking(move || secrets::account(&app)).await.ok(),
        // Told as the data directory's own finding.
        Err(_) => None,
    };
    let source = match account {
        Some(Err(error)) => {
            let remedy = "or let the subscription pay: harness key use subscription";
            findings.push(Finding::bad("API key", State::Warning, error.to_string(), remedy));
            return findings;
        }
        Some(Ok(Account::Key { source, .. })) => Some(source.words()),
        Some(Ok(Account::Login { .. })) | None => None,
    };
    findings.push(match (login_state(&cli.path, &environment).await, source) {
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
    findings
}

fn sandbox() -> Finding {
    let probe = harness_sandbox::probe();
    match probe.level {
        SandboxLevel::Full => Finding::ok("sandbox", "full: files, processes and network of checks are walled in"),
        SandboxLevel::Partial => Finding::bad(
            "sandbox",
            State::Missing,
            format!("partial, by {}: {}", probe.kind, probe.missing.join("; ")),
            "mend it, or accept the risk run by run with --require-sandbox partial",
        ),
        SandboxLevel::PolicyOnly => Finding::bad(
            "sandbox",
            State::Missing,
            probe.missing.join("; "),
            "mend it, or accept the risk run by run with --without-sandbox",
        ),
    }
}

/// Programs that projects commonly need; the host itself needs none of them.
fn tools() -> Vec<Finding> {
    let search = std::env::var_os("PATH").unwrap_or_default();
    let find = |name: &str| std::env::split_paths(&search).map(|dir| dir.join(name)).find(|path| path.is_file());
    [("git", "agents use it to look at history"), ("node", "checks of JavaScript projects use it")]
        .into_iter()
        .map(|(name, why)| match find(name) {
            Some(path) => Finding::ok(name, path.display().to_string()),
            None => Finding::bad(name, State::Warning, format!("not on the PATH; {why}"), &format!("install {name}")),
        })
        .collect()
}
