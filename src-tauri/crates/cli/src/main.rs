//! The `harness` command: run, inspect and serve projects from a terminal.

mod approvals;
mod args;
mod backup;
mod bugs;
mod checkpoint;
mod desk;
mod display;
mod doctor;
mod features;
mod key;
mod log;
mod open;
mod policy;
mod print;
mod projects;
mod prove;
mod questions;
mod run;
mod runs;
mod serve;
mod signals;
mod token;
mod unseen;
mod user;
mod waiting;

use args::{Cli, Command};
use clap::{CommandFactory, Parser};
use print::{complain, say_bytes};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
};

fn main() -> ExitCode {
    harness_sandbox::stand_guard();
    let cli = Cli::parse();
    if let Some(kind) = cli.wall {
        harness_sandbox::choose(kind);
    }
    let is_server = matches!(cli.command, Command::Serve(_));
    if is_server && let Err(error) = serve::read_environment_files() {
        complain(&format!("{error:#}"));
        return ExitCode::FAILURE;
    }
    log::start(is_server);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(&format!("the program could not start its threads: {error}"));
            return ExitCode::FAILURE;
        }
    };
    // A fault ends the process: agents die with it, and the next start finds and tells what was left. A host that lives on
    // without its run would keep them.
    let result = catch_unwind(AssertUnwindSafe(|| runtime.block_on(obey(cli.command))));
    // A blocking read of standard input cannot be cancelled and must not keep the process alive.
    runtime.shutdown_background();
    match result {
        Ok(Ok(code)) => code,
        // It was told when it happened.
        Err(_fault) => ExitCode::FAILURE,
        Ok(Err(error)) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn obey(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run(args) => return run::run(args).await,
        Command::Serve(args) => serve::serve(args).await?,
        Command::Pause(project) => run::request(&project, "pause")?,
        Command::Stop(project) => run::request(&project, "stop")?,
        Command::Features(command) => features::obey(command)?,
        Command::Bugs(command) => bugs::obey(command)?,
        Command::Waiting { project, format } => waiting::list(&project, format)?,
        Command::Approvals(command) => approvals::obey(command)?,
        Command::Questions(command) => questions::obey(command)?,
        Command::Runs(command) => runs::obey(command)?,
        Command::Checkpoint(command) => return checkpoint::obey(command),
        Command::Projects(command) => projects::obey(command)?,
        Command::Policy(command) => return Ok(policy::obey(command)),
        Command::Key(command) => key::obey(command)?,
        Command::User(command) => user::obey(command).await?,
        Command::Token(command) => token::obey(command)?,
        Command::Mcp(project) => open::serve_tools(&project).await?,
        Command::Backup(args) => backup::back_up(&args)?,
        Command::Restore(args) => backup::restore(&args)?,
        Command::Doctor(args) => return doctor::examine(args).await,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "harness", &mut script);
            say_bytes(&script);
        }
    }
    Ok(ExitCode::SUCCESS)
}
