//! `harness policy`: what agents may run and touch, asked without running anything.

mod check;
mod files;
mod show;

use crate::{
    args::Format,
    open,
    print::{complain, say, say_json},
};
use clap::{Args, Subcommand};
use harness_domain::project::Project;
use harness_engine::{App, home::Home, policy};
use harness_sandbox::{
    Decision, Verdict, WallKind, Workspace,
    policy::{Layers, Policy, Scope, Surroundings},
};
use serde::Serialize;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// What scripts branch on: something was refused.
const REFUSED: u8 = 1;
/// What scripts branch on: the question itself was wrong.
const USAGE: u8 = 2;

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Judge command lines without running them
    #[command(after_help = "\
One word after -- is a whole line of shell; several are one command, each word as it was typed:
  harness policy check -- 'npm ci && npm test'
  harness policy check -- git commit -m 'a; b'
Without a command it reads one JSON object a line, {\"command\": \"…\"}, and writes in the same order
{\"command\", \"verdict\", \"rule\", \"reason\"}, the verdict being allow, ask or deny.
Exit codes: 0 all are allowed, 1 some are not (`ask` needs a person and counts as refused),
2 wrong usage or a broken policy file.")]
    Check(CheckArgs),
    /// Judge paths as tools that read or write files are judged, or list the policy files
    #[command(after_help = "\
Without a path it prints where the policy files are looked for, and which exist.
Exit codes: 0 all are allowed, 1 some are not, 2 wrong usage or a broken policy file.")]
    Path(PathArgs),
    /// Show what counts: the files with their entries, the built-in lists, every rule
    Show(ShowArgs),
    /// Write a commented policy file to start from; one that exists is left alone
    Init(InitArgs),
}

/// Which project's policy.
#[derive(Debug, Args)]
struct Where {
    /// The project's directory or registered name; one that is not registered is judged without a project file
    #[arg(long, value_name = "DIR|NAME", default_value = ".")]
    project: String,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The command; without one, lines of JSON are read from standard input
    #[arg(value_name = "COMMAND", last = true)]
    command: Vec<String>,
    /// Judge as where the operating system offers no walls
    #[arg(long)]
    without_sandbox: bool,
    #[command(flatten)]
    at: Where,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Args)]
pub struct PathArgs {
    /// Paths to judge, from the project's directory on
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Judge writing instead of reading
    #[arg(long, requires = "paths")]
    write: bool,
    #[command(flatten)]
    at: Where,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Args)]
pub struct ShowArgs {
    #[command(flatten)]
    at: Where,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Args)]
pub struct InitArgs {
    /// The file for every project on this machine instead of one project's
    #[arg(long, conflicts_with = "project")]
    organisation: bool,
    #[command(flatten)]
    at: Where,
}

pub fn obey(command: PolicyCommand) -> ExitCode {
    let answered = match command {
        PolicyCommand::Check(args) => check::check(&args),
        PolicyCommand::Path(args) => judge_paths(&args),
        PolicyCommand::Show(args) => show::show(&args),
        PolicyCommand::Init(args) => files::init(&args),
    };
    answered.unwrap_or_else(|error| {
        complain(&format!("{error:#}"));
        // A question that was not answered must not look like a refusal, or a broken policy like a strict one.
        ExitCode::from(USAGE)
    })
}

/// What a project's commands and paths are held against.
struct Ground {
    home: Home,
    /// The registered project, if there is one; asking registers none.
    project: Option<Project>,
    policy: Policy,
    workspace: Workspace,
    /// Where commands start and paths begin.
    cwd: PathBuf,
}

impl Where {
    /// The files that count are read, and a broken one is an error. None, with the complaint made, when there is no such
    /// project and no such directory.
    fn ground(&self, is_walled: bool) -> anyhow::Result<Option<Ground>> {
        let (app, home) = (open::existing()?, Home::look()?);
        let Some((project, cwd)) = self.find(app.as_ref())? else {
            complain(&format!("there is no directory and no project {:?}; see `harness projects list`", self.project));
            return Ok(None);
        };
        let root = project.as_ref().map_or(cwd.as_path(), |project| project.path.as_path());
        let layers = policy::read(&policy::places(&home, project.as_ref().map(|project| project.id)), Some(root))?;
        let walls = if is_walled { harness_sandbox::probe().kind } else { WallKind::None };
        let id = project.as_ref().map(|project| project.id);
        let workspace = policy::workspace(walls, &home, id, root, &layers)?;
        Ok(Some(Ground { policy: Policy::built_in().with_layers(layers), workspace, cwd, project, home }))
    }

    /// The registered project that is meant or around the directory, and the directory. Without an `app` none is registered.
    fn find(&self, app: Option<&App>) -> anyhow::Result<Option<(Option<Project>, PathBuf)>> {
        let dir = Path::new(&self.project).canonicalize().ok().filter(|dir| dir.is_dir());
        let Some(dir) = dir else {
            let Some(app) = app else { return Ok(None) };
            let named = app.store.project_by_name(&self.project)?;
            return Ok(named.filter(|project| project.path.is_dir()).map(|project| {
                let dir = project.path.clone();
                (Some(project), dir)
            }));
        };
        if let Some(app) = app {
            for above in dir.ancestors() {
                if let Some(project) = app.store.project_by_path(above)? {
                    return Ok(Some((Some(project), dir)));
                }
            }
        }
        Ok(Some((None, dir)))
    }
}

impl Ground {
    fn judge(&self, command: &str, is_walled: bool) -> Verdict {
        let around = Surroundings { workspace: &self.workspace, cwd: &self.cwd, is_walled };
        self.policy.judge(command, &around)
    }

    fn layers(&self) -> &Layers {
        self.policy.layers()
    }

    fn places(&self) -> Vec<policy::Place> {
        policy::places(&self.home, self.project.as_ref().map(|project| project.id))
    }
}

/// One path, judged; its keys stand in the order in which those of a judged command do.
#[derive(Serialize)]
struct PathAnswer<'a> {
    path: &'a str,
    access: &'static str,
    verdict: Decision,
    rule: &'a str,
    reason: &'a str,
}

fn judge_paths(args: &PathArgs) -> anyhow::Result<ExitCode> {
    if args.paths.is_empty() {
        return files::list(&args.at, args.format);
    }
    let Some(ground) = args.at.ground(true)? else { return Ok(ExitCode::from(USAGE)) };
    let mut is_refused = false;
    for path in &args.paths {
        let verdict = match args.write {
            true => ground.workspace.may_write(path, &ground.cwd),
            false => ground.workspace.may_read(path, &ground.cwd),
        };
        is_refused |= !verdict.is_allowed();
        let shown = path.display();
        match args.format.json {
            true => say(&serde_json::to_string(&PathAnswer {
                path: &shown.to_string(),
                access: if args.write { "write" } else { "read" },
                verdict: verdict.decision,
                rule: &verdict.rule,
                reason: &verdict.reason,
            })?),
            false => say(&told(&shown.to_string(), &verdict)),
        }
    }
    Ok(ExitCode::from(if is_refused { REFUSED } else { 0 }))
}

/// A verdict for a person.
fn told(what: &str, verdict: &Verdict) -> String {
    match verdict.decision {
        Decision::Allow => format!("allowed  {what}"),
        Decision::Ask => format!("ASK      {what}\n         {verdict}"),
        Decision::Deny => format!("DENIED   {what}\n         {verdict}"),
    }
}

fn scope_title(scope: Scope) -> &'static str {
    match scope {
        Scope::Organisation => "organisation",
        Scope::Project => "project",
    }
}

fn print_json(value: &impl Serialize) -> anyhow::Result<ExitCode> {
    say_json(value)?;
    Ok(ExitCode::SUCCESS)
}
