//! The use cases: runs, sessions, evidence, commits and recovery. Owns tasks and time.

pub mod accounts;
pub mod app;
pub mod backup;
pub mod bounds;
pub mod bugs;
pub mod bus;
pub mod check;
pub mod checkpoint;
pub mod clock;
pub mod error;
pub mod git;
pub mod home;
pub mod images;
pub mod instance;
pub mod interview;
pub mod policy;
mod project_file;
pub mod projects;
pub mod prompts;
pub mod redact;
pub mod requests;
pub mod runs;
pub mod secrets;
pub mod session;
pub mod setup;
pub mod specs;
#[cfg(test)]
mod stage;
pub mod toolbox;
pub mod verify;

pub use app::{App, OpenProject};
pub use error::EngineError;
