//! Makes a project ready for a run: a repository of its own, on a branch, with the person's changes kept apart.

use super::{
    Aside, CommitRequest, GitError, LeftOut, WhyLeftOut, aside, commit,
    error::{Doing, io_at},
    files::Storer,
    path::{RepoPath, shown},
    repository::{self, Position, Project, Turn},
    stage,
    status::{self, Change, Changes},
};
use git2::{Repository, RepositoryInitOptions};
use harness_domain::id::RunId;
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

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
    /// When they have changed they are committed whatever `uncommitted` says, and the commit is reported.
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

/// Makes a repository with the branch `main` in `dir`, unless it has one. Commits nothing.
///
/// Fails with `InsideOther` when `dir` lies in a bigger repository.
pub fn init(dir: &Path) -> Result<(), GitError> {
    if repository::find(dir)?.is_some() {
        return Ok(());
    }
    let mut options = RepositoryInitOptions::new();
    // Without templates: they may bring hooks along.
    options.initial_head("main").no_reinit(true).mkdir(false).external_template(false);
    Repository::init_opts(dir, &options).doing("make a repository")?;
    Ok(())
}

/// Makes `dir` ready for a run: a repository of its own, on a branch, the person's changes kept apart.
///
/// Where there is no repository it makes one with the branch `main` and commits what is there, without ignored files,
/// secrets and oversized files. On a detached HEAD it makes the branch `harness/run-<run>` and switches to it. Untracked
/// secrets and oversized files stay where they are; no commit of this module takes them.
///
/// Fails with `InsideOther` when `dir` merely lies in a bigger repository, with `OperationInProgress` during a merge,
/// rebase, cherry-pick, revert or bisect, with `Uncommitted` when changes are to be refused, and with `IndexLocked`.
/// After any failure files, index and branch are as before.
pub fn prepare(dir: &Path, how: &Prepare<'_>) -> Result<Prepared, GitError> {
    if let Some(project) = repository::find(dir)? {
        return Preparing::new(&project, how)?.run();
    }
    init(dir)?;
    let outcome = repository::open(dir).and_then(|project| Preparing::new(&project, how)?.run());
    match outcome {
        Ok(prepared) => Ok(Prepared { created_repository: true, ..prepared }),
        Err(error) => {
            // It was made a moment ago and holds copies of files that are still there.
            let _ = std::fs::remove_dir_all(dir.join(".git"));
            Err(error)
        }
    }
}

struct Preparing<'a> {
    project: &'a Project,
    how: &'a Prepare<'a>,
    _turn: Turn,
    warnings: Vec<String>,
}

impl<'a> Preparing<'a> {
    fn new(project: &'a Project, how: &'a Prepare<'a>) -> Result<Self, GitError> {
        let turn = project.take_turn()?;
        let mut warnings = Vec::new();
        if turn.has_recovered {
            warnings.push("An earlier start was cut off while it moved files; that was taken back first.".into());
        }
        project.wait_for_index(how.lock_wait)?;
        project.refuse_unfinished()?;
        Ok(Self { project, how, _turn: turn, warnings })
    }

    fn run(mut self) -> Result<Prepared, GitError> {
        match self.project.head_commit()? {
            None => self.begin_history(),
            Some(_) => self.keep_apart(),
        }
    }

    fn is_kept(&self, path: &RepoPath) -> bool {
        self.how.keep.iter().any(|pattern| path.matches(pattern))
    }

    fn request(&self, subject: &str) -> CommitRequest {
        CommitRequest {
            subject: subject.into(),
            body: String::new(),
            trailers: vec![("Run".into(), self.how.run.to_string())],
            author: None,
            may_be_empty: false,
            max_file_bytes: self.how.max_file_bytes,
            lock_wait: self.how.lock_wait,
            at_ms: self.how.at_ms,
        }
    }

    /// The first commits of a repository that has none.
    fn begin_history(&mut self) -> Result<Prepared, GitError> {
        let Position::Branch(branch) = self.project.position()? else {
            return Err(GitError::Git { doing: "read HEAD", source: git2::Error::from_str("it has no commit") });
        };
        let index_before = IndexCopy::take(self.project)?;
        let made = self.first_commits();
        let (baseline_commit, spec_commit) = match made {
            Ok(commits) => commits,
            Err(error) => {
                // Take the first of the two commits back; its files have not been touched.
                if let Ok(mut reference) = self.project.repo.find_reference(&format!("refs/heads/{branch}")) {
                    let _ = reference.delete();
                }
                index_before.put_back();
                return Err(error);
            }
        };
        Ok(self.prepared(branch, baseline_commit, spec_commit))
    }

    fn first_commits(&mut self) -> Result<(Option<String>, Option<String>), GitError> {
        let request = self.request("Files present before the first run");
        let (baseline, left_out) = commit::commit_only(self.project, &request, |path| !self.is_kept(path))?;
        self.warn_of(&left_out);
        Ok((baseline, self.commit_specification()?))
    }

    fn commit_specification(&mut self) -> Result<Option<String>, GitError> {
        let request = self.request("Add the specification");
        let (oid, left_out) = commit::commit_only(self.project, &request, |path| self.is_kept(path))?;
        self.warn_of(&left_out);
        Ok(oid)
    }

    /// Keeps the person's changes and the run's apart in a repository that has commits.
    fn keep_apart(&mut self) -> Result<Prepared, GitError> {
        let found = status::changes(self.project)?;
        let changes = self.movable(&found)?;
        if self.how.uncommitted == Uncommitted::Refuse && !changes.is_empty() {
            return Err(GitError::Uncommitted { files: shown(changes.iter().map(|change| &change.path)) });
        }
        let index_before = IndexCopy::take(self.project)?;
        let (branch, detached_at) = match self.project.position()? {
            Position::Branch(name) => (name, None),
            Position::Detached(at) => {
                (self.project.branch_off(at, &format!("harness/run-{}", self.how.run))?, Some(at))
            }
        };
        match self.set_aside_and_commit(&changes) {
            Ok((set_aside, spec_commit)) => {
                let mut prepared = self.prepared(branch.clone(), None, spec_commit);
                prepared.set_aside = set_aside;
                prepared.branch_created_for_detached_head = detached_at.map(|_| branch);
                Ok(prepared)
            }
            Err(error) => {
                index_before.put_back();
                if let Some(at) = detached_at {
                    let _ = self.project.repo.set_head_detached(at);
                    if let Ok(mut reference) = self.project.repo.find_reference(&format!("refs/heads/{branch}")) {
                        let _ = reference.delete();
                    }
                }
                Err(error)
            }
        }
    }

    fn set_aside_and_commit(&mut self, changes: &[&Change]) -> Result<(Option<Aside>, Option<String>), GitError> {
        if self.how.uncommitted == Uncommitted::Include {
            if !changes.is_empty() {
                let files = shown(changes.iter().map(|change| &change.path));
                self.warnings.push(format!(
                    "{} uncommitted files will be part of the agent's commits: {}",
                    files.len(),
                    few(&files)
                ));
            }
            return Ok((None, self.commit_specification()?));
        }
        if changes.is_empty() {
            return Ok((None, self.commit_specification()?));
        }
        let who = self.project.signature(None, self.how.at_ms)?;
        let (aside, swapped) = aside::set_aside(self.project, changes, self.how.run, &who)?;
        let rest = || -> Result<(), GitError> {
            let mut index = aside::clear_index(self.project, changes)?;
            self.project.write_index(&mut index, self.how.lock_wait)
        };
        let outcome = rest().and_then(|()| self.commit_specification());
        match outcome {
            Ok(spec_commit) => {
                swapped.keep();
                Ok((Some(aside), spec_commit))
            }
            Err(error) => Err(swapped.take_back_after(error)),
        }
    }

    /// The changes that can be moved out of the way: not the kept files, nor what no commit would take anyway.
    fn movable<'c>(&mut self, found: &'c Changes) -> Result<Vec<&'c Change>, GitError> {
        let head = self.project.head_tree()?;
        let mut storer = Storer::new(self.project)?;
        let mut movable = Vec::new();
        let mut left = Vec::new();
        for change in found.files.iter().filter(|change| !self.is_kept(&change.path)) {
            let mut found = storer.find(&change.path)?;
            let most_bytes = self.how.max_file_bytes;
            let why =
                stage::why_left_out(self.project, &mut storer, change, head.as_ref(), most_bytes, found.as_mut())?;
            match why {
                // A tracked file is moved whatever was written into it: the stash is as private as the file.
                Some(WhyLeftOut::Secret { .. } | WhyLeftOut::Oversized { .. }) if !change.is_untracked() => {
                    movable.push(change);
                }
                Some(why) => left.push(LeftOut { path: change.path.to_string(), why }),
                None => movable.push(change),
            }
        }
        left.extend(
            found.nested.iter().map(|path| LeftOut { path: path.to_string(), why: WhyLeftOut::NestedRepository }),
        );
        let unreadable = || WhyLeftOut::Unstorable { detail: "it cannot be read".into() };
        left.extend(found.unreadable.iter().map(|path| LeftOut { path: path.to_string(), why: unreadable() }));
        self.warn_of(&left);
        Ok(movable)
    }

    fn warn_of(&mut self, left: &[LeftOut]) {
        const SHOWN: usize = 20;
        for LeftOut { path, why } in left.iter().take(SHOWN) {
            self.warnings.push(format!("{path} stays where it is and is in no commit: {why}."));
        }
        if left.len() > SHOWN {
            self.warnings.push(format!("{} more files stay where they are and are in no commit.", left.len() - SHOWN));
        }
    }

    fn prepared(&mut self, branch: String, baseline_commit: Option<String>, spec_commit: Option<String>) -> Prepared {
        Prepared {
            created_repository: false,
            baseline_commit,
            branch,
            branch_created_for_detached_head: None,
            set_aside: None,
            spec_commit,
            warnings: std::mem::take(&mut self.warnings),
        }
    }
}

/// The first few names.
fn few(files: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown = files.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if files.len() > SHOWN { format!("{shown}, …") } else { shown }
}

/// The index as it was, to put back when a start fails.
struct IndexCopy {
    path: PathBuf,
    bytes: Option<Vec<u8>>,
}

impl IndexCopy {
    fn take(project: &Project) -> Result<Self, GitError> {
        let path = project.repo.path().join("index");
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(io_at(path)(error)),
        };
        Ok(Self { path, bytes })
    }

    /// Best effort: without it the same files show as staged, and nothing is lost.
    fn put_back(&self) {
        let _ = match &self.bytes {
            Some(bytes) if std::fs::read(&self.path).is_ok_and(|now| now == *bytes) => Ok(()),
            Some(bytes) => {
                let partial = self.path.with_extension("auto-agent-harness");
                let _ = std::fs::remove_file(&partial);
                // A new file, so that nothing is written through a link of that name.
                File::create_new(&partial)
                    .and_then(|mut file| file.write_all(bytes))
                    .and_then(|()| std::fs::rename(&partial, &self.path))
            }
            None => std::fs::remove_file(&self.path),
        };
    }
}
