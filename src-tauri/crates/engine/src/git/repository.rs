//! Opens a project's repository, and only a repository that belongs to exactly that directory.

use super::{
    GitError,
    error::{Doing, io_at},
    files,
    path::RepoPath,
    pipes, status, swap,
};
use git2::{Commit, ErrorClass, ErrorCode, Repository, RepositoryState, Signature, Time};
use std::{
    ffi::OsStr,
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

/// The commit HEAD is at; `None` when the repository has no commit yet.
///
/// Fails with `NotARepository`, `InsideOther` or another reason why there is no repository to ask.
pub fn head(dir: &Path) -> Result<Option<String>, GitError> {
    // By the name alone: an agent may have made a pipe of the commit's own file.
    match open(dir)?.repo.refname_to_id("HEAD") {
        Ok(commit) => Ok(Some(commit.to_string())),
        Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => Ok(None),
        Err(source) => Err(GitError::Git { doing: "read HEAD", source }),
    }
}

/// Name and email that commits in this project carry: the person's git settings, or this product's where they are silent.
pub fn identity(dir: &Path, at_ms: i64) -> Result<(String, String), GitError> {
    let who = open(dir)?.signature(None, at_ms)?;
    let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((words(who.name_bytes()), words(who.email_bytes())))
}

/// Whether nothing differs from HEAD, ignored files and nested repositories aside.
///
/// Files that no commit takes (secrets, for instance) count as a difference when they are not ignored.
pub fn is_clean(dir: &Path) -> Result<bool, GitError> {
    let project = open(dir)?;
    let found = status::changes(&project)?;
    for change in &found.files {
        // A size that differs may still be the same content with other line ends.
        let is_same = change.may_be_only_touched() && files::is_as_in_index(&project, &change.path)?;
        if !is_same {
            return Ok(false);
        }
    }
    Ok(found.unreadable.is_empty())
}

/// A project's own repository.
pub(super) struct Project {
    /// The repository; its working tree is `dir`.
    pub(super) repo: Repository,
    /// The project's directory, without symbolic links.
    pub(super) dir: PathBuf,
}

/// Held while files, index or refs are changed, so that two callers in this product do not cross.
pub(super) struct Turn {
    _lock: Option<File>,
    /// Whether something that a dead process had left half-done was taken back first.
    pub(super) has_recovered: bool,
    /// Files that git had been told to look at no more; it looks at them again.
    pub(super) hidden: Vec<RepoPath>,
}

/// Where HEAD stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Position {
    /// On a branch, which may not have a commit yet.
    Branch(String),
    /// On a commit and no branch.
    Detached(git2::Oid),
}

/// Opens the repository of exactly `dir`.
pub(super) fn open(dir: &Path) -> Result<Project, GitError> {
    find(dir)?.ok_or_else(|| GitError::NotARepository { path: dir.to_path_buf() })
}

/// Opens the repository of exactly `dir`, or `None` when a new one could be made there.
pub(super) fn find(dir: &Path) -> Result<Option<Project>, GitError> {
    let meta = match std::fs::metadata(dir) {
        Ok(meta) => meta,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(GitError::Missing { path: dir.to_path_buf() });
        }
        Err(error) => return Err(io_at(dir)(error)),
    };
    if !meta.is_dir() {
        return Err(GitError::NotADirectory { path: dir.to_path_buf() });
    }
    let dir = dir.canonicalize().map_err(io_at(dir))?;
    pipes::refuse_at_opening(&dir)?;
    match Repository::open(&dir) {
        Ok(repo) => Ok(Some(checked(repo, dir)?)),
        Err(error) if error.code() == ErrorCode::NotFound => {
            refuse_damaged(&dir)?;
            refuse_inside_other(&dir)?;
            Ok(None)
        }
        Err(error) if error.code() == ErrorCode::Owner => Err(GitError::Untrusted { path: dir }),
        Err(error) if error.class() == ErrorClass::Repository || error.class() == ErrorClass::Config => {
            Err(GitError::Unsupported { path: dir, detail: error.message().to_owned() })
        }
        Err(source) => Err(GitError::Git { doing: "open the repository", source }),
    }
}

/// Refuses a repository that would have us write somewhere else: an agent can write a `.git` file.
fn checked(repo: Repository, dir: PathBuf) -> Result<Project, GitError> {
    let Some(workdir) = repo.workdir() else {
        return Err(GitError::Bare { path: dir });
    };
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    if real(workdir) != dir {
        return Err(GitError::Foreign { leads_to: workdir.to_path_buf(), path: dir });
    }
    let (git_dir, common) = (real(repo.path()), real(repo.commondir()));
    let is_inside = git_dir == dir.join(".git") && common == git_dir;
    let is_linked = git_dir.starts_with(common.join("worktrees"))
        && std::fs::read_to_string(git_dir.join("gitdir"))
            .is_ok_and(|back| Path::new(back.trim_end()).parent().is_some_and(|owner| real(owner) == dir));
    // A submodule and a separate git directory say in their own configuration whose they are.
    let is_claimed = common == git_dir
        && repo
            .config()
            .and_then(|config| config.get_path("core.worktree"))
            .is_ok_and(|tree| real(&git_dir.join(tree)) == dir);
    if is_inside || is_linked || is_claimed {
        return Ok(Project { repo, dir });
    }
    Err(GitError::Foreign { leads_to: git_dir, path: dir })
}

/// A `.git` that is there but cannot be opened is for a person to look at, not to be overwritten.
fn refuse_damaged(dir: &Path) -> Result<(), GitError> {
    let dot_git = dir.join(".git");
    let Ok(meta) = std::fs::symlink_metadata(&dot_git) else { return Ok(()) };
    // Through a link to an empty directory the repository would be made elsewhere.
    let is_empty = meta.is_dir() && std::fs::read_dir(&dot_git).is_ok_and(|mut entries| entries.next().is_none());
    if is_empty { Ok(()) } else { Err(GitError::Damaged { path: dot_git }) }
}

fn refuse_inside_other(dir: &Path) -> Result<(), GitError> {
    let Some(parent) = dir.parent() else { return Ok(()) };
    let Ok(git_dir) = Repository::discover_path(parent, std::iter::empty::<&OsStr>()) else { return Ok(()) };
    let outer = Repository::open(&git_dir).ok();
    let root = outer.as_ref().and_then(Repository::workdir).map_or_else(|| git_dir.clone(), Path::to_path_buf);
    let is_ignored = outer.is_some_and(|outer| {
        let real_root = root.canonicalize().unwrap_or_else(|_| root.clone());
        // Git asks differently about directories; the final slash says that this is one.
        dir.strip_prefix(real_root).is_ok_and(|inner| outer.is_path_ignored(inner.join("")).unwrap_or(false))
    });
    if is_ignored { Ok(()) } else { Err(GitError::InsideOther { path: dir.to_path_buf(), root }) }
}

impl Project {
    /// The commit HEAD is at; `None` before the first one.
    pub(super) fn head_commit(&self) -> Result<Option<Commit<'_>>, GitError> {
        match self.repo.head().and_then(|head| head.peel_to_commit()) {
            Ok(commit) => Ok(Some(commit)),
            Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => Ok(None),
            Err(source) => Err(GitError::Git { doing: "read HEAD", source }),
        }
    }

    /// The files of HEAD; `None` before the first commit.
    pub(super) fn head_tree(&self) -> Result<Option<git2::Tree<'_>>, GitError> {
        self.head_commit()?.map(|commit| commit.tree().doing("read the files of HEAD")).transpose()
    }

    /// A commit by its id. Fails with `UnknownCommit`.
    pub(super) fn commit(&self, oid: &str) -> Result<Commit<'_>, GitError> {
        let unknown = |_| GitError::UnknownCommit { oid: oid.to_owned() };
        self.repo.find_commit(git2::Oid::from_str(oid).map_err(unknown)?).map_err(unknown)
    }

    /// Where HEAD stands.
    pub(super) fn position(&self) -> Result<Position, GitError> {
        let head = self.repo.find_reference("HEAD").doing("read HEAD")?;
        if let Some(target) = head.target() {
            return Ok(Position::Detached(target));
        }
        let target = String::from_utf8_lossy(head.symbolic_target_bytes().unwrap_or_default()).into_owned();
        Ok(Position::Branch(target.strip_prefix("refs/heads/").map(str::to_owned).unwrap_or(target)))
    }

    /// Makes a branch at a detached HEAD and switches to it without touching a file. Returns its name.
    pub(super) fn branch_off(&self, at: git2::Oid, wanted: &str) -> Result<String, GitError> {
        let commit = self.repo.find_commit(at).doing("read the commit of the detached HEAD")?;
        // A branch called `harness` makes `harness/…` impossible, hence the second spelling.
        let flat = wanted.replace('/', "-");
        let numbered = (2..100).map(|number| format!("{flat}-{number}"));
        let mut last = None;
        for name in [wanted.to_owned(), flat.clone()].into_iter().chain(numbered) {
            let reference = format!("refs/heads/{name}");
            let is_ours = self.repo.refname_to_id(&reference).is_ok_and(|there| there == at);
            match if is_ours { Ok(()) } else { self.repo.branch(&name, &commit, false).map(drop) } {
                Ok(()) => {
                    self.repo.set_head(&reference).doing("switch to the new branch")?;
                    return Ok(name);
                }
                Err(error) => last = Some(error),
            }
        }
        let source = last.unwrap_or_else(|| git2::Error::from_str("no free name"));
        Err(GitError::Git { doing: "make a branch for the detached HEAD", source })
    }

    /// Fails with `OperationInProgress` or `Unmerged` when somebody is in the middle of something.
    pub(super) fn refuse_unfinished(&self) -> Result<(), GitError> {
        let what = match self.repo.state() {
            RepositoryState::Clean => return self.refuse_conflicts(),
            RepositoryState::Merge => "merge",
            RepositoryState::Revert | RepositoryState::RevertSequence => "revert",
            RepositoryState::CherryPick | RepositoryState::CherryPickSequence => "cherry-pick",
            RepositoryState::Bisect => "bisect",
            RepositoryState::Rebase | RepositoryState::RebaseInteractive | RepositoryState::RebaseMerge => "rebase",
            RepositoryState::ApplyMailbox | RepositoryState::ApplyMailboxOrRebase => "patch series",
        };
        Err(GitError::OperationInProgress { path: self.dir.clone(), what })
    }

    fn refuse_conflicts(&self) -> Result<(), GitError> {
        let index = self.repo.index().doing("read the index")?;
        if !index.has_conflicts() {
            return Ok(());
        }
        let mut files: Vec<String> = index
            .conflicts()
            .doing("read the conflicts")?
            .filter_map(Result::ok)
            .filter_map(|conflict| conflict.our.or(conflict.their).or(conflict.ancestor))
            .map(|entry| String::from_utf8_lossy(&entry.path).into_owned())
            .collect();
        files.sort_unstable();
        Err(GitError::Unmerged { files })
    }

    /// Gets ready to change files, index or refs: checks that the repository leads nowhere else, waits for other callers
    /// in this product, and takes back what a process that died left half-done.
    pub(super) fn take_turn(&self) -> Result<Turn, GitError> {
        self.refuse_links()?;
        let path = self.repo.path().join(LOCK);
        let file = open_lock(&path)?;
        let mut outcome = Ok(());
        let is_free = wait_until(TURN_WAIT, || {
            outcome = file.try_lock();
            !matches!(outcome, Err(TryLockError::WouldBlock))
        });
        if !is_free {
            return Err(GitError::IndexLocked { lock_file: path, waited: TURN_WAIT });
        }
        // Some network file systems have no locks. One host per data directory is the rule anyway.
        let lock = outcome.is_ok().then_some(file);
        let has_recovered = swap::recover(self)?;
        let mut index = self.repo.index().doing("read the index")?;
        let hidden = status::unhide(self, &mut index)?;
        if !hidden.is_empty() {
            self.write_index(&mut index, UNHIDE_WAIT)?;
        }
        Ok(Turn { _lock: lock, has_recovered, hidden })
    }

    /// Refuses symbolic links in everything that is written: an agent can put one there, and git would write through it.
    /// And pipes in everything that is read or written, for which git would wait for ever.
    pub(super) fn refuse_links(&self) -> Result<(), GitError> {
        const WRITTEN: [&str; 10] =
            ["HEAD", "ORIG_HEAD", "index", "packed-refs", "config", "logs", "refs", LOCK, swap::STAGING, swap::KEPT];
        for root in [self.repo.path(), self.repo.commondir()] {
            WRITTEN.iter().try_for_each(|name| refuse_links_below(&root.join(name)))?;
            pipes::refuse_in_history(&root.join("objects"))?;
        }
        Ok(())
    }

    /// Where another git command keeps the index to itself.
    pub(super) fn index_lock(&self) -> PathBuf {
        self.repo.path().join("index.lock")
    }

    /// Waits until no other git command holds the index. Fails with `IndexLocked`; never removes a lock.
    pub(super) fn wait_for_index(&self, patience: Duration) -> Result<(), GitError> {
        let lock_file = self.index_lock();
        wait_until(patience, || !lock_file.exists())
            .then_some(())
            .ok_or_else(|| GitError::IndexLocked { lock_file: lock_file.clone(), waited: patience })
    }

    /// Writes the index, waiting for other git commands. Fails with `IndexLocked`.
    pub(super) fn write_index(&self, index: &mut git2::Index, patience: Duration) -> Result<(), GitError> {
        let mut outcome = Ok(());
        let is_done = wait_until(patience, || {
            outcome = index.write();
            !outcome.as_ref().is_err_and(|error| error.code() == ErrorCode::Locked)
        });
        if is_done {
            return outcome.doing("write the index");
        }
        Err(GitError::IndexLocked { lock_file: self.index_lock(), waited: patience })
    }

    /// Who commits: `author`, or the person's git settings, or this product.
    pub(super) fn signature(
        &self,
        author: Option<&(String, String)>,
        at_ms: i64,
    ) -> Result<Signature<'static>, GitError> {
        let config = self.repo.config().and_then(|mut config| config.snapshot()).doing("read the git settings")?;
        signature(&config, author, at_ms)
    }
}

/// How long to wait for another git command before git can be told to look at files again.
const UNHIDE_WAIT: Duration = Duration::from_secs(5);

/// Opens the lock without following a link that somebody puts there, and without waiting for the other end of a pipe.
fn open_lock(path: &Path) -> Result<File, GitError> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    }
    let file = options.open(path).map_err(io_at(path))?;
    let kind = file.metadata().map_err(io_at(path))?.file_type();
    pipes::refuse(path, kind)?;
    Ok(file)
}

/// The lock of this product's own callers, inside the git directory.
const LOCK: &str = "auto-agent-harness.lock";

/// How long a caller waits for another one of this product. An agent that takes the lock must not stop the host for ever.
const TURN_WAIT: Duration = Duration::from_secs(120);

fn refuse_links_below(path: &Path) -> Result<(), GitError> {
    let Ok(meta) = std::fs::symlink_metadata(path) else { return Ok(()) };
    if meta.is_symlink() {
        return Err(GitError::Linked { path: path.to_path_buf() });
    }
    pipes::refuse(path, meta.file_type())?;
    if !meta.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(path).map_err(io_at(path))? {
        refuse_links_below(&entry.map_err(io_at(path))?.path())?;
    }
    Ok(())
}

/// Who commits; each missing part is replaced by this product's.
pub(super) fn signature(
    config: &git2::Config,
    author: Option<&(String, String)>,
    at_ms: i64,
) -> Result<Signature<'static>, GitError> {
    let part = |given: Option<&String>, key: &str, ours: &str| {
        given
            .cloned()
            .or_else(|| config.get_string(key).ok())
            // Git drops these characters; a name made of nothing else would be refused.
            .filter(|text| text.chars().any(|c| !c.is_control() && !" .,:;<>\"'\\".contains(c)))
            .unwrap_or_else(|| ours.to_owned())
    };
    let name = part(author.map(|(name, _)| name), "user.name", "Auto Agent Harness");
    let email = part(author.map(|(_, email)| email), "user.email", "harness@localhost");
    let clean = |text: &str| text.replace(['<', '>', '\n', '\0'], " ");
    Signature::new(&clean(&name), &clean(&email), &Time::new(at_ms.div_euclid(1000), 0)).doing("name the author")
}

/// Asks again and again, more slowly each time, until `is_done` or the patience is over. Asks at least once.
pub(crate) fn wait_until(patience: Duration, mut is_done: impl FnMut() -> bool) -> bool {
    let started = std::time::Instant::now();
    let mut pause = Duration::from_millis(10);
    loop {
        if is_done() {
            return true;
        }
        let Some(left) = patience.checked_sub(started.elapsed()).filter(|left| !left.is_zero()) else {
            return false;
        };
        std::thread::sleep(pause.min(left));
        pause = (pause * 2).min(Duration::from_millis(250));
    }
}
