//! What can go wrong with a repository, in words that say what to do.

use harness_agent::process::NotFrozen;
use std::{path::PathBuf, time::Duration};

/// Why a git operation was refused or failed. Unless a variant says otherwise, files, branch and index are as before.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The project's directory is gone.
    #[error("{} does not exist any more; put it back or remove the project", .path.display())]
    Missing {
        /// The directory.
        path: PathBuf,
    },
    /// The project's path is a file.
    #[error("{} is not a directory", .path.display())]
    NotADirectory {
        /// The path.
        path: PathBuf,
    },
    /// There is no repository, and this operation does not make one.
    #[error("{} is not a git repository; run `git init` there", .path.display())]
    NotARepository {
        /// The directory.
        path: PathBuf,
    },
    /// A bigger repository contains the directory, so commits would sweep in files of others.
    #[error(
        "{} lies inside the git repository {}: a project needs a repository of its own. Choose a directory outside, \
         run `git init` in this one, or add it to the .gitignore of the outer repository",
        .path.display(), .root.display()
    )]
    InsideOther {
        /// The project.
        path: PathBuf,
        /// Where the bigger repository begins.
        root: PathBuf,
    },
    /// A repository without files.
    #[error("{} is a bare repository and has no files to work on; clone it and use the clone", .path.display())]
    Bare {
        /// The directory.
        path: PathBuf,
    },
    /// The `.git` in the project leads to a repository that belongs to another directory.
    #[error(
        "the .git of {} leads to {}, which does not belong to this directory; nothing was touched. \
         If it does belong here, run `git worktree repair` (a linked work tree) or `git config core.worktree {}` \
         (a separate git directory) there; otherwise remove that .git",
        .path.display(), .leads_to.display(), .path.display()
    )]
    Foreign {
        /// The project.
        path: PathBuf,
        /// Where its `.git` leads.
        leads_to: PathBuf,
    },
    /// There is a `.git` that git cannot open.
    #[error("{} is there but is not a working git repository; repair it, or remove it if there is nothing in it to keep", .path.display())]
    Damaged {
        /// The `.git`.
        path: PathBuf,
    },
    /// A part of the repository is a symbolic link, so writing it would write somewhere else.
    #[error(
        "{} is a symbolic link inside the repository: writing there would change files elsewhere. \
         Replace it by what it leads to, then try again", .path.display()
    )]
    Linked {
        /// The link.
        path: PathBuf,
    },
    /// A pipe or device stands where git reads a file.
    #[error(
        "{} is a pipe or a device where git expects a file: reading it would wait for ever. Remove it, then try again",
        .path.display()
    )]
    Pipe {
        /// The pipe.
        path: PathBuf,
    },
    /// What would be committed is not what was checked.
    #[error(
        "what would be committed is not what was checked{}; end what changes files in the background, and have the \
         checks run again", because_of(.files)
    )]
    NotAsChecked {
        /// The files that changed; none when the history did.
        files: Vec<String>,
    },
    /// Something of a session ran while it should have stood still.
    #[error(transparent)]
    NotStill(#[from] NotFrozen),
    /// Something took so long that it is not waited for any more.
    #[error(
        "git was not done with the repository after {} minutes; look whether a file in it waits for something, \
         such as a pipe or a network drive that is gone", .waited.as_secs() / 60
    )]
    TooSlow {
        /// How long it was waited for.
        waited: Duration,
    },
    /// Another user owns the repository, and git does not trust it.
    #[error(
        "{} belongs to another user, so git does not trust it; if you do, run \
         `git config --global --add safe.directory {}`", .path.display(), .path.display()
    )]
    Untrusted {
        /// The directory.
        path: PathBuf,
    },
    /// The repository uses a format that this program cannot read.
    #[error("{} uses a repository format that is not supported: {detail}", .path.display())]
    Unsupported {
        /// The directory.
        path: PathBuf,
        /// The format, as libgit2 names it.
        detail: String,
    },
    /// Somebody is in the middle of something.
    #[error("a {what} is in progress in {}; finish it or abort it (`git status` says how), then start again", .path.display())]
    OperationInProgress {
        /// The project.
        path: PathBuf,
        /// Such as `merge` or `rebase`.
        what: &'static str,
    },
    /// The index has conflicts.
    #[error("these files have unresolved conflicts: {}; resolve them, `git add` them, then start again", listed(.files))]
    Unmerged {
        /// The files.
        files: Vec<String>,
    },
    /// There are uncommitted changes, and the person asked to refuse them.
    #[error("there are uncommitted changes: {}; commit or stash them, or allow them to be set aside", listed(.files))]
    Uncommitted {
        /// The files.
        files: Vec<String>,
    },
    /// Another program holds the index.
    #[error(
        "another git command seems to be at work: {} was there for {} s. Wait for it to end; if no git command is \
         running, one was cut off: delete that file", .lock_file.display(), .waited.as_secs()
    )]
    IndexLocked {
        /// The lock.
        lock_file: PathBuf,
        /// How long it was waited for.
        waited: Duration,
    },
    /// A file changed while it was being saved, so the operation was taken back.
    #[error("{path} changed while it was being saved; close the programs that write to the project and try again")]
    ChangedMeanwhile {
        /// The file.
        path: String,
    },
    /// Something that git does not handle stands where a file has to go.
    #[error("{path} cannot be written: something that git does not track is in its place; move it away and try again")]
    InTheWay {
        /// The file.
        path: String,
    },
    /// A file cannot be stored in git.
    #[error("{path} cannot be saved ({detail}); make it readable or move it away, then try again")]
    Unsavable {
        /// The file.
        path: String,
        /// Why, as the system says.
        detail: String,
    },
    /// No such commit.
    #[error("there is no commit {oid} in this repository; its history may have been rewritten")]
    UnknownCommit {
        /// As given.
        oid: String,
    },
    /// A step failed half-way and could not be taken back: everything is saved, but the files on disk are mixed.
    #[error("{detail}; and the files could not all be put back. Nothing is lost: {kept_in}")]
    HalfDone {
        /// What failed first.
        detail: String,
        /// Where to find the work, as a command or a path.
        kept_in: String,
    },
    /// The file system refused.
    #[error("{}: {source}", .path.display())]
    Io {
        /// What was being read or written.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// libgit2 refused.
    #[error("cannot {doing}: {source}")]
    Git {
        /// What was being done, as an infinitive.
        doing: &'static str,
        /// libgit2's reason.
        source: git2::Error,
    },
}

/// How many names an error message shows.
const SHOWN: usize = 8;

fn because_of(files: &[String]) -> String {
    if files.is_empty() {
        ": somebody committed or checked something out".into()
    } else {
        format!(": {} changed", listed(files))
    }
}

/// The first few names, and how many more there are.
fn listed(files: &[String]) -> String {
    let mut text = files.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if files.len() > SHOWN {
        text.push_str(&format!(" and {} more", files.len() - SHOWN));
    }
    text
}

/// Names what was being done when libgit2 failed.
pub(super) trait Doing<T> {
    /// Turns libgit2's error into ours.
    fn doing(self, doing: &'static str) -> Result<T, GitError>;
}

impl<T> Doing<T> for Result<T, git2::Error> {
    fn doing(self, doing: &'static str) -> Result<T, GitError> {
        self.map_err(|source| GitError::Git { doing, source })
    }
}

/// Names the path that the file system refused.
pub(super) fn io_at(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> GitError {
    let path = path.into();
    move |source| GitError::Io { path, source }
}
