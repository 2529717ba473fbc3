//! Protections: a hostile script drives whole runs with the real CLI, and the machine, the repository and the record are
//! as they were afterwards.
//!
//! Each test here fails when the call that wires its protection is removed.
#![cfg(target_os = "linux")]
#![allow(clippy::disallowed_methods, reason = "a test is the owner of the processes it starts, and ends them")]

#[path = "support/terminal.rs"]
mod screen;
#[path = "support/mod.rs"]
#[allow(dead_code, reason = "each test binary uses its own part of the machine")]
mod support;

#[path = "protection/checkpoints.rs"]
mod checkpoints;
#[path = "protection/commands.rs"]
mod commands;
#[path = "protection/loops.rs"]
mod loops;
#[path = "protection/paths.rs"]
mod paths;
#[path = "protection/people.rs"]
mod people;
#[path = "protection/repository.rs"]
mod repository;
#[path = "protection/secrets.rs"]
mod secrets;
#[path = "run_faults/stage.rs"]
#[allow(dead_code, reason = "each test binary uses its own part of the stage")]
mod stage;
#[path = "protection/terminal.rs"]
mod terminal;
#[path = "protection/walls.rs"]
mod walls;
