//! The Claude CLI as a process and a protocol: no database, no user interface.
//!
//! [`locate`](mod@locate) finds the CLI, [`login_state`] asks it who is logged in, [`mod@env`] decides what of our environment it may see, [`Launch`] says what to
//! start, [`start`] starts it, and an [`AgentHost`] answers its questions until [`Running::finished`] tells how it
//! ended. No agent outlives its [`Running`], and none outlives this process.
#![deny(missing_docs)]

mod answer;
pub mod control;
mod drive;
pub mod env;
mod frame;
pub mod host;
pub mod launch;
pub mod locate;
pub mod login;
mod outcome;
mod phase;
pub mod process;
mod read;
pub mod run;
mod talk;
mod usage;
pub mod wire;

pub use control::ControlError;
pub use host::{AgentHost, PermissionAnswer, PermissionAsk, ToolCall, ToolDone, ToolVerdict};
pub use launch::{Launch, Watchdogs};
pub use login::{LoginState, login_state};
#[cfg(unix)]
pub use process::process_identity;
pub use process::{Load, is_alive, kill_tree, load, machine_memory, reap_marked};
pub use run::{Handle, Running, SessionEnd, StartError, start};
pub use wire::{Body, Message};
