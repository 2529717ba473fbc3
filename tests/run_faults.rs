//! Faults: what breaks while agents work, and that nothing is lost, stuck or left behind afterwards.
//!
//! Everything is real (the program, the Claude CLI, git, Node, SQLite) except for the model, which is scripted, and for
//! a CLI that does what the real one cannot be made to do; that one is called fake wherever it stands.
#![cfg(target_os = "linux")]
#![allow(clippy::disallowed_methods, reason = "a test is the owner of the processes it starts, and ends them")]

#[path = "support/mod.rs"]
#[allow(dead_code, reason = "each test binary uses its own part of the machine")]
mod support;

#[path = "run_faults/bad_specs.rs"]
mod bad_specs;
#[path = "run_faults/broken_cli.rs"]
mod broken_cli;
#[path = "run_faults/cli_death.rs"]
mod cli_death;
#[path = "run_faults/host_death.rs"]
mod host_death;
#[path = "run_faults/repository.rs"]
mod repository;
#[path = "run_faults/stage.rs"]
mod stage;
#[path = "run_faults/storage.rs"]
mod storage;
#[path = "run_faults/text.rs"]
mod text;
#[path = "run_faults/two_hosts.rs"]
mod two_hosts;
