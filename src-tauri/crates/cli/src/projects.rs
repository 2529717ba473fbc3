//! `harness projects`: register projects and choose their settings.

use crate::{
    args::{Format, ProjectArg, SandboxArg},
    features::time,
    open,
    print::{say, say_json, say_table},
};
use clap::{Args, Subcommand};
use harness_domain::evidence::{Check, CheckKind};
use harness_engine::check;
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum ProjectsCommand {
    /// List the registered projects, most recently opened first
    List {
        #[command(flatten)]
        format: Format,
    },
    /// Register a directory as a project
    Add {
        /// The directory, which must exist
        dir: PathBuf,
        /// Another name than the directory's
        #[arg(long)]
        name: Option<String>,
    },
    /// Rename a project
    Rename {
        /// The new name
        name: String,
        #[command(flatten)]
        project: ProjectArg,
    },
    /// Forget a project; its directory is left alone
    Remove {
        #[command(flatten)]
        project: ProjectArg,
    },
    /// Show the checks the host runs, or choose them
    Checks(ChecksArgs),
    /// Show or choose a project's settings
    Settings(SettingsArgs),
}

#[derive(Debug, Args)]
pub struct ChecksArgs {
    /// A test command to run instead of the detected checks; repeat it for more
    #[arg(long = "test", value_name = "COMMAND")]
    tests: Vec<String>,
    /// A build command to run instead of the detected checks
    #[arg(long = "build", value_name = "COMMAND")]
    builds: Vec<String>,
    /// A type-check command to run instead of the detected checks
    #[arg(long = "typecheck", value_name = "COMMAND")]
    type_checks: Vec<String>,
    /// A lint command to run instead of the detected checks
    #[arg(long = "lint", value_name = "COMMAND")]
    lints: Vec<String>,
    /// Go back to the detected checks
    #[arg(long, conflicts_with_all = ["tests", "builds", "type_checks", "lints"])]
    detect: bool,
    #[command(flatten)]
    project: ProjectArg,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Args)]
pub struct SettingsArgs {
    /// The model for sessions; empty for the CLI's default
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// The model that plans (turns specifications and code into cards); empty for the project's
    #[arg(long, value_name = "MODEL")]
    planning_model: Option<String>,
    /// The model that builds; empty for the project's
    #[arg(long, value_name = "MODEL")]
    building_model: Option<String>,
    /// The model that tests passing cards again; empty for the project's
    #[arg(long, value_name = "MODEL")]
    testing_model: Option<String>,
    /// Money a run may spend at most unless it is started with another amount, in US dollars; 0 for no limit
    #[arg(long, value_name = "USD")]
    budget_usd: Option<f64>,
    /// Failed attempts before a card is parked; 3 unless chosen
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_attempts: Option<u32>,
    /// Seconds one check may take; 600 unless chosen
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    check_timeout: Option<u32>,
    /// The level of walls below which no run starts; full unless chosen
    #[arg(long, value_name = "LEVEL", value_enum)]
    require_sandbox: Option<SandboxArg>,
    #[command(flatten)]
    project: ProjectArg,
}

pub fn obey(command: ProjectsCommand) -> anyhow::Result<()> {
    match command {
        ProjectsCommand::List { format } => list(format),
        ProjectsCommand::Add { dir, name } => {
            let app = open::app()?;
            let project = app.open_directory(&dir)?.project;
            if let Some(name) = &name {
                app.store.project_rename(project.id, name)?;
            }
            say(&format!("{} is registered as {}.", project.path.display(), name.unwrap_or(project.name)));
            Ok(())
        }
        ProjectsCommand::Rename { name, project } => {
            let project = open::known(&project)?;
            project.app.store.project_rename(project.project.id, &name)?;
            say(&format!("{} is now called {name}.", project.project.name));
            Ok(())
        }
        ProjectsCommand::Remove { project } => {
            let project = open::known(&project)?;
            // A run whose host died is unfinished too, and cannot be stopped any more.
            let is_running = project.store.runs_unfinished()?.iter().any(|run| harness_agent::is_alive(run.host));
            anyhow::ensure!(!is_running, "a run is under way in {}; stop it first", project.project.name);
            project.app.store.project_remove(project.project.id)?;
            say(&format!("{} is forgotten; {} is left alone.", project.project.name, project.dir().display()));
            Ok(())
        }
        ProjectsCommand::Checks(args) => checks(args),
        ProjectsCommand::Settings(args) => settings(args),
    }
}

fn list(format: Format) -> anyhow::Result<()> {
    let projects = open::existing()?.map_or_else(|| Ok(Vec::new()), |app| app.store.project_list())?;
    if format.json {
        return say_json(&projects);
    }
    if projects.is_empty() {
        say("No projects yet. `harness run DIR` registers one.");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = projects
        .iter()
        .map(|project| vec![project.name.clone(), time(project.opened_at_ms), project.path.display().to_string()])
        .collect();
    say_table(&["NAME", "OPENED", "DIRECTORY"], &rows);
    Ok(())
}

fn checks(args: ChecksArgs) -> anyhow::Result<()> {
    let project = open::known(&args.project)?;
    let mut settings = project.settings.clone();
    let kinds = [
        (CheckKind::TypeCheck, args.type_checks),
        (CheckKind::Lint, args.lints),
        (CheckKind::Build, args.builds),
        (CheckKind::Test, args.tests),
    ];
    let chosen: Vec<Check> = kinds
        .into_iter()
        .flat_map(|(kind, commands)| {
            commands.into_iter().map(move |command| Check { kind, command, origin: "configured".into() })
        })
        .collect();
    if args.detect || !chosen.is_empty() {
        settings.checks = chosen;
        project.app.store.set_project_settings(project.project.id, &settings)?;
    }
    let plan = check::plan(project.dir(), &settings, &[], false);
    if args.format.json {
        return say_json(&json!({ "checks": plan.run, "problems": plan.problems }));
    }
    let rows: Vec<Vec<String>> =
        plan.run.iter().map(|check| vec![check.command.clone(), check.origin.clone()]).collect();
    say_table(&["CHECK", "FROM"], &rows);
    for problem in &plan.problems {
        say(&format!("! {problem}"));
    }
    if plan.found_nothing() {
        say(
            "No checks were found, so no feature can pass. Add a test command to the project, or choose one with --test.",
        );
    }
    Ok(())
}

fn settings(args: SettingsArgs) -> anyhow::Result<()> {
    let project = open::known(&args.project)?;
    let mut settings = project.settings.clone();
    let stages = &mut settings.stage_models;
    for (chosen, model) in [
        (args.model, &mut settings.model),
        (args.planning_model, &mut stages.planning),
        (args.building_model, &mut stages.building),
        (args.testing_model, &mut stages.testing),
    ] {
        if let Some(name) = chosen {
            *model = Some(name).filter(|name| !name.is_empty());
        }
    }
    if let Some(usd) = args.budget_usd {
        if !usd.is_finite() || usd < 0.0 {
            anyhow::bail!("--budget-usd: give an amount in US dollars, or 0 for no limit");
        }
        settings.budget_usd = Some(usd).filter(|usd| *usd > 0.0);
    }
    settings.max_attempts = args.max_attempts.or(settings.max_attempts);
    settings.check_timeout_s = args.check_timeout.or(settings.check_timeout_s);
    settings.required_sandbox = args.require_sandbox.map(Into::into).or(settings.required_sandbox);
    if settings != project.settings {
        project.app.store.set_project_settings(project.project.id, &settings)?;
    }
    say_json(&settings)
}
