//! Opens a project's repository, and only a repository that belongs to exactly that directory.

use super::GitError;
use std::path::Path;

/// The commit HEAD is at; `None` when the repository has no commit yet.
pub fn head(dir: &Path) -> Result<Option<String>, GitError> {
    Err(GitError::NotARepository { path: dir.to_path_buf() })
}

/// Whether nothing differs from HEAD, ignored files and nested repositories aside.
pub fn is_clean(dir: &Path) -> Result<bool, GitError> {
    Err(GitError::NotARepository { path: dir.to_path_buf() })
}
