//! The desktop application: a window onto the product, with everything of the operating system around it.

#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod activity;
mod ahead;
mod awake;
mod commands;
mod desktop;
mod display;
mod lan;
mod log;
mod native;
mod notify;
mod page;
mod painting;
mod place;
mod product;
mod quit;
mod stream;
mod tray;
mod update;
mod watch;

use std::process::ExitCode;

const USAGE: &str = "\
Auto Agent Harness: the desktop application

Usage: auto-agent-harness [LINK]

  LINK        auto-agent-harness://project/ID or auto-agent-harness://project/ID/feature/ID
  --version   the version
  --help      this text

HARNESS_HOME is where the data is kept; HARNESS_LOG=info tells what happens on standard error.
`harness` is the same product for terminals and servers.";

fn main() -> ExitCode {
    // First of all: where walls are put up by Landlock, it is this program that puts itself behind them.
    harness_sandbox::stand_guard();
    log::start();
    // Before the toolkit is touched: it ends the process where it finds no screen, and says nothing a person can use.
    match std::env::args().nth(1).as_deref() {
        Some("--version" | "-V") => {
            log::say(concat!("auto-agent-harness ", env!("CARGO_PKG_VERSION")));
            return ExitCode::SUCCESS;
        }
        Some("--help" | "-h") => {
            log::say(USAGE);
            return ExitCode::SUCCESS;
        }
        Some(other) if place::Place::of_link(other).is_none() => {
            log::complain(&format!("{other:?} is no link of this program and no option; --help shows what there is"));
            return ExitCode::from(2);
        }
        _ => {}
    }
    if let Err(missing) = display::check() {
        log::complain(&missing);
        return ExitCode::FAILURE;
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            log::complain(&format!("the program could not start its threads: {error}"));
            return ExitCode::FAILURE;
        }
    };
    // One runtime for the product and the window, so that it ends after both.
    tauri::async_runtime::set(runtime.handle().clone());
    let code = desktop::run();
    runtime.shutdown_background();
    if code == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
