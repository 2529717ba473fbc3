//! The walls a child process is started in, and what is inside them.
//!
//! This crate decides; it starts nothing but its own probe. [`Wall::wrap`] gives the words to put in
//! front of a command line, and [`probe`] says honestly how strong the result is on this machine.
//! [`Workspace`] judges paths, [`judge_url`] addresses.
#![deny(missing_docs)]

mod command;
mod hosts;
mod os;
mod path;
pub mod policy;
pub mod protected;
mod shell;
#[cfg(test)]
mod tests;
mod url;
mod verdict;
mod wall;
mod workspace;

pub use hosts::{AllowedHosts, Reach};
pub use os::{Probe, WallKind, choose, forwarder, judges_ports, probe, stand_guard};
pub use path::{Directory, why_no_project, windows};
pub use url::{Place, judge_url, place_of_host, place_of_url};
pub use verdict::{Decision, Verdict};
pub use wall::{Network, Wall, inner_shell};
pub use workspace::Workspace;
