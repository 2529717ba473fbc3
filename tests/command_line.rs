//! The command line as a person and a script meet it.
#![allow(clippy::disallowed_methods, reason = "a test is the owner of the processes it starts, and ends them")]

#[path = "support/mod.rs"]
#[allow(dead_code, reason = "each test binary uses its own part of the machine")]
mod support;

#[path = "command_line/adoption.rs"]
mod adoption;
#[path = "command_line/backups.rs"]
mod backups;
#[path = "command_line/cards.rs"]
mod cards;
#[path = "command_line/desk.rs"]
mod desk;
#[path = "command_line/help.rs"]
mod help;
#[path = "command_line/looking.rs"]
mod looking;
#[path = "command_line/machine.rs"]
mod machine;
#[path = "command_line/pipes.rs"]
mod pipes;
#[path = "command_line/places.rs"]
mod places;
#[path = "command_line/policy.rs"]
mod policy;
#[path = "command_line/records.rs"]
mod records;
