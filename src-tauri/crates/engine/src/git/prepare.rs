//! Makes a project ready for a run: a repository of its own, on a branch, with the person's changes kept apart.

use super::{Aside, GitError};
use harness_domain::id::RunId;
use serde::{Deserialize, Serialize};
use std::{path::Path, time::Duration};

/// What to do with changes the person has not committed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Uncommitted {
    /// Save them as a git stash entry and give them back after the run.
    #[default]
    Aside,
    /// Do not start.
    Refuse,
    /// Leave them; the agent's commits will contain them.
    Include,
}

/// How to make a project ready.
#[derive(Debug, Clone, Copy)]
pub struct Prepare<'a> {
    /// The run that is about to start; names the stash entry and a rescue branch.
    pub run: RunId,
    /// What to do with the person's uncommitted changes.
    pub uncommitted: Uncommitted,
    /// Files that stay where they are and are committed alone, such as `prompts/app_spec*.txt`.
    ///
    /// A `*` stands for any characters but a slash; a pattern that ends in a slash means everything below.
    pub keep: &'a [&'a str],
    /// Untracked files above this many bytes are neither committed nor set aside.
    pub max_file_bytes: u64,
    /// How long to wait for another git command that holds the index.
    pub lock_wait: Duration,
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
}

/// What making ready did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Whether there was no repository before.
    pub created_repository: bool,
    /// The commit of the files that were there before the first commit, if one was made.
    pub baseline_commit: Option<String>,
    /// The branch that the run's commits go to.
    pub branch: String,
    /// That branch, when HEAD was detached and it was made for the run.
    pub branch_created_for_detached_head: Option<String>,
    /// The person's changes, when they were set aside.
    pub set_aside: Option<Aside>,
    /// The commit with nothing but the kept files, when they had changed.
    pub spec_commit: Option<String>,
    /// Sentences to show to the person: what was left where it is and why.
    pub warnings: Vec<String>,
}

/// Makes `dir` ready for a run: a repository of its own, on a branch, the person's changes kept apart.
///
/// Where there is no repository it makes one with the branch `main` and commits what is there, without ignored files,
/// secrets and oversized files. On a detached HEAD it makes the branch `harness/run-<run>` and switches to it.
///
/// Fails with `InsideOther` when `dir` merely lies in a bigger repository, with `OperationInProgress` during a merge,
/// rebase, cherry-pick, revert or bisect, with `Uncommitted` when changes are to be refused, and with `IndexLocked`.
/// After any failure files, index and branch are as before.
pub fn prepare(dir: &Path, how: &Prepare<'_>) -> Result<Prepared, GitError> {
    let _ = how;
    Err(GitError::NotARepository { path: dir.to_path_buf() })
}
