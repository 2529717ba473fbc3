//! Processes and their trees: started so that they cannot outlive us, ended so that nothing of them is left.
//!
//! On Unix a child leads a session and group of its own, and everything it starts carries the marker
//! [`MARKER`](crate::env::MARKER) in its environment. A tree is therefore found by three marks: descent, group, and
//! environment; the last one still finds a daemon that called `setsid` and whose parent is gone. What clears its
//! environment *and* lets its parent die *and* calls `setsid` escapes all three; only the sandbox's own process
//! namespace holds that.

#[cfg(unix)]
mod freeze;
#[cfg(unix)]
mod guard;
#[cfg(target_os = "linux")]
mod linux;
mod load;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(unix)]
mod tree;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
use linux as os;
#[cfg(target_os = "macos")]
use macos as os;

#[cfg(unix)]
pub use freeze::{Frozen, NotFrozen, freeze};
#[cfg(unix)]
pub use guard::Guard;
#[cfg(unix)]
pub use tree::{identity as process_identity, is_alive, kill_tree, own, reap_marked};
#[cfg(unix)]
pub use unix::watch;
#[cfg(unix)]
pub(crate) use unix::{ProcessTree, spawn};
#[cfg(windows)]
pub use windows::{Frozen, NotFrozen, freeze, is_alive, kill_tree, own, reap_marked};
#[cfg(windows)]
pub(crate) use windows::{ProcessTree, spawn};

pub use load::{Load, load, machine_memory};

use std::{collections::BTreeMap, ffi::OsString, path::PathBuf};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use uuid::Uuid;

/// What to start.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) program: OsString,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) cwd: PathBuf,
    /// Complete: nothing of ours is inherited.
    pub(crate) env: BTreeMap<OsString, OsString>,
    /// Marks every process of the tree.
    pub(crate) session: Uuid,
}

/// A child that was started, and the ends of its pipes.
#[derive(Debug)]
pub(crate) struct Spawned {
    pub(crate) child: Child,
    pub(crate) tree: ProcessTree,
    pub(crate) stdin: ChildStdin,
    pub(crate) stdout: ChildStdout,
    pub(crate) stderr: ChildStderr,
}
