//! A person's uncommitted changes, moved out of the agent's way as an ordinary git stash entry.

use serde::{Deserialize, Serialize};

/// Changes that were set aside. Keep it (it serializes) until `restore_aside` has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    /// The stash commit; `git stash list` shows it and `git stash apply <oid>` brings it back by hand.
    pub oid: String,
    /// The files, sorted.
    pub files: Vec<String>,
}
