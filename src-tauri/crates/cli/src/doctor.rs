//! `harness doctor`: what is missing on this machine and how to get it.

use crate::{
    open,
    print::{say, say_json},
};
use clap::Args;
use harness_engine::{
    instance::Instance,
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
        let project = args.project.as_deref().map(|project| open::app()?.open_known(project)).transpose()?;
        return crate::prove::prove(project.as_ref(), args.json).await;
    }
    let mut findings = vec![data_directory()];
    findings.extend(setup::claude(open::app().ok(), args.claude.as_deref()).await.findings);
    findings.push(setup::sandbox());
    findings.extend(setup::tools());
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
