//! Commits what an agent left behind, without secrets, oversized files or other people's repositories.

use super::{
    GitError,
    error::Doing,
    message,
    moment::Moment,
    path::RepoPath,
    repository::{self, Position, Project},
    stage::{self, Staged},
    status,
};
use git2::ErrorCode;
use harness_agent::process::NotFrozen;
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
    /// Commit even when nothing differs, so that the message stands in the history: somebody else committed the work.
    pub may_be_empty: bool,
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
    /// Programs outside the walls obey it, so that it is the person's to commit.
    Obeyed,
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
            Self::Obeyed => {
                f.write_str("editors, agents or the harness obey it outside the walls; look at it before you commit it")
            }
            Self::Unstorable { detail } => write!(f, "git cannot store it: {detail}"),
        }
    }
}

/// Commits everything that differs from HEAD and is not ignored, on the current branch.
///
/// Left out and reported are files that editors, agents and the harness obey, secrets, oversized new files, nested
/// repositories, files that need a filter program and files that git cannot store; a tracked file stays as committed when
/// a credential was added to it. What is left out is also taken out of the index, so that the next commit by hand does not
/// sweep it in. On a detached HEAD a branch is made first.
///
/// Fails with `IndexLocked` when another git command holds the index all the time (its lock is never removed), and with
/// `OperationInProgress` or `Unmerged` when a merge was left unfinished.
pub fn commit_all(dir: &Path, request: &CommitRequest) -> Result<Committed, GitError> {
    commit(dir, request, None)
}

/// As [`commit_all`], and only when it commits what stood there at the moment `checked`; files that are new since then may
/// be in it.
///
/// `prove` is asked when everything is written and nothing refers to it yet, so that no branch ever shows a commit that
/// somebody may have changed on the way. Fails with `NotAsChecked` besides, and with `NotStill` when `prove` does; nothing
/// is committed then.
pub fn commit_checked(
    dir: &Path,
    request: &CommitRequest,
    checked: &Moment,
    prove: &dyn Fn() -> Result<(), NotFrozen>,
) -> Result<Committed, GitError> {
    commit(dir, request, Some(Checked { moment: checked, prove }))
}

/// What a commit must not differ from.
#[derive(Clone, Copy)]
struct Checked<'a> {
    moment: &'a Moment,
    /// Whether nothing could have changed it.
    prove: &'a dyn Fn() -> Result<(), NotFrozen>,
}

fn commit(dir: &Path, request: &CommitRequest, checked: Option<Checked<'_>>) -> Result<Committed, GitError> {
    let message = message::compose(&request.subject, &request.body, &request.trailers);
    let started = std::time::Instant::now();
    let mut tries = 0;
    loop {
        let project = repository::open(dir)?;
        let _turn = project.take_turn()?;
        match try_commit(&project, request, &message, checked) {
            // Somebody committed in between, or is about to: look again at what is left to commit.
            Err(GitError::Git { source, .. })
                if is_race(&source) && (tries < RACES || started.elapsed() < request.lock_wait) =>
            {
                tries += 1;
                std::thread::sleep(PAUSE);
            }
            outcome => return outcome,
        }
    }
}

/// How often somebody else may commit first.
const RACES: u32 = 5;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(20);

/// The branch moved under us, or somebody holds its lock.
fn is_race(error: &git2::Error) -> bool {
    matches!(error.code(), ErrorCode::Modified | ErrorCode::Locked | ErrorCode::Exists)
}

fn try_commit(
    project: &Project,
    request: &CommitRequest,
    message: &str,
    checked: Option<Checked<'_>>,
) -> Result<Committed, GitError> {
    project.wait_for_index(request.lock_wait)?;
    project.refuse_unfinished()?;
    if let Some(checked) = checked {
        checked.moment.refuse_changed(project)?;
    }
    let (branch, branch_created) = match project.position()? {
        Position::Branch(name) => (name, None),
        Position::Detached(at) => {
            let name = project.branch_off(at, &format!("harness/at-{}", &at.to_string()[..8]))?;
            (name.clone(), Some(name))
        }
    };
    let found = status::changes(project)?;
    let is_obeyed = |path: &RepoPath| harness_sandbox::protected::is_obeyed(&path.to_path());
    let mut staged = stage::stage(project, &found, |path| !is_obeyed(path), request.max_file_bytes)?;
    let obeyed = found.files.iter().filter(|change| is_obeyed(&change.path));
    staged.left_out.extend(obeyed.map(|change| LeftOut { path: change.path.to_string(), why: WhyLeftOut::Obeyed }));
    if let Some(checked) = checked {
        // What was read for the commit, not what stands there now.
        checked.moment.refuse_other(&staged.edits, project.head_tree()?.as_ref())?;
    }
    let oid = record(project, &staged, request, message, checked.map(|checked| checked.prove))?;
    let head = project.head_commit()?.map(|commit| commit.id().to_string());
    Ok(Committed { oid, head, branch, branch_created, left_out: staged.left_out })
}

/// Writes the index and then the commit, so that a lock on the index stops both. The branch moves last, after `prove`.
fn record(
    project: &Project,
    staged: &Staged,
    request: &CommitRequest,
    message: &str,
    prove: Option<&dyn Fn() -> Result<(), NotFrozen>>,
) -> Result<Option<String>, GitError> {
    let head = project.head_commit()?;
    let base = project.head_tree()?;
    let tree = staged.tree(project, base.as_ref())?;
    let mut index = project.repo.index().doing("read the index")?;
    if staged.apply_to(&mut index, base.as_ref())? {
        project.write_index(&mut index, request.lock_wait)?;
    }
    let has_news = match &base {
        Some(base) => base.id() != tree,
        None => !staged.is_empty(),
    };
    if !(has_news || request.may_be_empty && head.is_some()) {
        return Ok(None);
    }
    let who = project.signature(request.author.as_ref(), request.at_ms)?;
    let tree = project.repo.find_tree(tree).doing("read a tree")?;
    let parents: Vec<_> = head.iter().collect();
    let oid = project.repo.commit(None, &who, &who, message, &tree, &parents).doing("commit")?;
    prove.map_or(Ok(()), |prove| prove())?;
    move_branch(project, head.as_ref().map(git2::Commit::id), oid)?;
    Ok(Some(oid.to_string()))
}

/// Moves the branch that HEAD is on, or HEAD itself when it is on none, unless somebody else moved it from `from`.
///
/// The log of the branch gets words of this product's own: it is a file that is appended to by its path, and the message
/// of a commit is an agent's.
fn move_branch(project: &Project, from: Option<git2::Oid>, to: git2::Oid) -> Result<(), GitError> {
    let repo = &project.repo;
    let head = repo.find_reference("HEAD").doing("read HEAD")?;
    let name = head.symbolic_target_bytes().map_or_else(|| b"HEAD".to_vec(), <[u8]>::to_vec);
    let name = String::from_utf8(name).map_err(|_| GitError::Git {
        doing: "commit",
        source: git2::Error::from_str("the branch's name is not UTF-8"),
    })?;
    let moved = match from {
        Some(from) => repo.reference_matching(&name, to, true, from, LOGGED),
        None => repo.reference(&name, to, false, LOGGED),
    };
    moved.doing("commit").map(drop)
}

/// What the logs of refs say of a commit.
const LOGGED: &str = "commit: by Auto Agent Harness";

/// Commits only the files that `is_wanted`, whatever else has changed. Returns the commit and what was left out.
pub(super) fn commit_only(
    project: &Project,
    request: &CommitRequest,
    is_wanted: impl Fn(&RepoPath) -> bool,
) -> Result<(Option<String>, Vec<LeftOut>), GitError> {
    let found = status::changes(project)?;
    let staged = stage::stage(project, &found, is_wanted, request.max_file_bytes)?;
    let message = message::compose(&request.subject, &request.body, &request.trailers);
    let oid = record(project, &staged, request, &message, None)?;
    Ok((oid, staged.left_out))
}
