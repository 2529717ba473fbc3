//! `harness doctor`: what is missing on this machine and how to get it.

use crate::{
    open,
    print::{say, say_json},
};
use clap::Args;
use harness_engine::{
    EngineError,
    home::Home,
    instance,
    setup::{self, Finding, State},
};
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

/// Looks at everything a run needs. The exit code is 1 when something is missing.
pub async fn examine(args: DoctorArgs) -> anyhow::Result<ExitCode> {
    if args.prove {
        let project = args.project.as_deref().map(open::known_as).transpose()?;
        return crate::prove::prove(project.as_ref(), args.json).await;
    }
    let mut findings = vec![data_directory()];
    findings.extend(setup::claude(open::existing().ok().flatten(), args.claude.as_deref()).await.findings);
    findings.push(setup::sandbox());
    findings.extend(setup::tools());
    findings.extend(Home::look().ok().and_then(|home| setup::disk(home.root())));
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
    let unusable =
        |detail: String| Finding::bad(WHAT, State::Missing, detail, "set HARNESS_HOME to a directory you may write to");
    let (home, app) = match (Home::look(), open::existing()) {
        (Ok(home), Ok(app)) => (home, app),
        (Err(error), _) | (_, Err(error)) => return unusable(format!("{error:#}")),
    };
    let path = home.root().display().to_string();
    if app.is_none() {
        return match home.may_be_written() {
            true => Finding::ok(WHAT, path),
            false => unusable(format!("{path} cannot be made or written")),
        };
    }
    match instance::holder(&home) {
        Ok(None) => Finding::ok(WHAT, path),
        Ok(Some(holder)) => {
            let error = EngineError::HeldByAnother { home: home.root().into(), holder };
            Finding::bad(WHAT, State::Warning, error.to_string(), "wait for it, or stop it")
        }
        Err(error) => unusable(error.to_string()),
    }
}
