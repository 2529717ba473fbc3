//! What changed, in numbers.

use super::GitError;
use std::path::Path;

/// One commit in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitLine {
    /// Its id.
    pub oid: String,
    /// The first line of its message.
    pub subject: String,
    /// Its author's name.
    pub author: String,
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
}

/// How much changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiffSummary {
    /// Files added, changed, renamed or deleted.
    pub files: usize,
    /// Lines added; binaries and files above 2 MB count none.
    pub insertions: usize,
    /// Lines removed; likewise.
    pub deletions: usize,
    /// A line per file such as `M src/app.js +10 -2`, at most 60 lines, the last one saying how many more there are.
    pub text: String,
}

/// The commits that HEAD has and `since` has not, newest first; all of them when `since` is none.
///
/// Fails with `UnknownCommit` when `since` does not exist.
pub fn commits_since(dir: &Path, since: Option<&str>) -> Result<Vec<CommitLine>, GitError> {
    let _ = since;
    Err(GitError::NotARepository { path: dir.to_path_buf() })
}

/// The working tree, new files included, against the commit `from`; against nothing when `from` is none.
///
/// Fails with `UnknownCommit` when `from` does not exist.
pub fn diff_summary(dir: &Path, from: Option<&str>) -> Result<DiffSummary, GitError> {
    let _ = from;
    Err(GitError::NotARepository { path: dir.to_path_buf() })
}
