//! The walls a child process is started in, and what is inside them.
//!
//! This crate decides; it starts nothing but its own probe. [`Wall::wrap`] gives the words to put in
//! front of a command line, and [`probe`] says honestly how strong the result is on this machine.
#![deny(missing_docs)]

mod os;
pub mod policy;
pub mod protected;
mod verdict;
mod wall;

pub use os::{Probe, probe};
pub use verdict::{Decision, Verdict};
pub use wall::{Network, Wall};
