//! Secrets that are in the repository already.

use super::{
    GitError, diff,
    error::Doing,
    path::RepoPath,
    repository::{self, Project},
    secret,
};
use git2::{Commit, Delta, DiffOptions, ErrorCode, ObjectType, Oid, Revwalk, TreeWalkMode, TreeWalkResult};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// Bigger files hold data, not keys.
const SEARCHED_BYTES: usize = 1_000_000;
/// All files together.
const SEARCHED_IN_ALL: usize = 128_000_000;
/// A run must not wait longer for a warning.
const PATIENCE: Duration = Duration::from_secs(5);
/// One is worth a warning; nobody reads a thousand.
const MOST: usize = 100;

/// A file of the last commit that holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedSecret {
    /// The file.
    pub path: String,
    /// Such as `GitHub token`; never the secret.
    pub kind: &'static str,
}

/// The files of the last commit that look like secrets by name or hold one, in the repository's order; none before the first commit.
///
/// Looks at files of up to 1 MB, for at most five seconds: what it does not say is no promise.
pub fn committed_secrets(dir: &Path) -> Result<Vec<CommittedSecret>, GitError> {
    let project = repository::open(dir)?;
    let Some(tree) = project.head_tree()? else { return Ok(Vec::new()) };
    let (started, mut searched, mut found) = (Instant::now(), 0, Vec::new());
    let walked = tree.walk(TreeWalkMode::PreOrder, |above, entry| {
        if found.len() >= MOST || searched > SEARCHED_IN_ALL || started.elapsed() > PATIENCE {
            return TreeWalkResult::Abort;
        }
        if entry.kind() != Some(ObjectType::Blob) {
            return TreeWalkResult::Ok;
        }
        let path = RepoPath::from_git(&[above.as_bytes(), entry.name_bytes()].concat());
        let by_content = || {
            let (bytes, _) = project.repo.odb().and_then(|odb| odb.read_header(entry.id())).ok()?;
            if bytes > SEARCHED_BYTES {
                return None;
            }
            searched += bytes;
            let blob = project.repo.find_blob(entry.id()).ok()?;
            secret::by_content(blob.content(), || None)
        };
        if let Some(kind) = secret::by_name(&path).or_else(by_content) {
            found.push(CommittedSecret { path: path.to_string(), kind });
        }
        TreeWalkResult::Ok
    });
    match walked {
        // Stopping early is told as an error.
        Err(error) if error.code() != ErrorCode::User => Err(error).doing("read the files of HEAD"),
        _ => Ok(found),
    }
}

/// A secret that a commit brought in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeakedSecret {
    /// The commit, in short.
    pub commit: String,
    /// The file, or none for the commit's message.
    pub path: Option<String>,
    /// Such as `GitHub token`; never the secret.
    pub kind: &'static str,
}

impl std::fmt::Display for LeakedSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.path {
            Some(path) => write!(f, "commit {} brought {path} ({}) into the repository", self.commit, self.kind),
            None => write!(f, "the message of commit {} holds a secret ({})", self.commit, self.kind),
        }
    }
}

/// Where HEAD, branches and tags of a repository stood.
#[derive(Debug, Clone, Default)]
pub struct Tips(Vec<Oid>);

/// Where HEAD, branches and tags stand now.
pub fn tips(dir: &Path) -> Result<Tips, GitError> {
    let project = repository::open(dir)?;
    let mut tips: Vec<Oid> = project.head_commit()?.map(|head| head.id()).into_iter().collect();
    for names in ["refs/heads/*", "refs/tags/*"] {
        let found = project.repo.references_glob(names).doing("read the branches")?;
        // One that is broken leads to no commit.
        tips.extend(found.flatten().filter_map(|found| found.peel_to_commit().ok()).map(|commit| commit.id()));
    }
    tips.sort_unstable();
    tips.dedup();
    Ok(Tips(tips))
}

/// The secrets in commits that branches and tags have now and had not when they stood at `before`, newest first.
///
/// Looks at files of up to 1 MB, for at most five seconds: what it does not say is no promise.
pub fn secrets_since(dir: &Path, before: &Tips) -> Result<Vec<LeakedSecret>, GitError> {
    let now = tips(dir)?;
    let project = repository::open(dir)?;
    leaked(&project, &now.0, &before.0)
}

/// The secrets in commits that HEAD has and the commit `since` has not, newest first; limits as [`secrets_since`] has.
///
/// Fails with `UnknownCommit` when `since` does not exist.
pub fn secrets_since_commit(dir: &Path, since: &str) -> Result<Vec<LeakedSecret>, GitError> {
    let project = repository::open(dir)?;
    let since = project.commit(since)?.id();
    let head = project.head_commit()?.map(|head| head.id());
    leaked(&project, head.as_slice(), &[since])
}

fn leaked(project: &Project, now: &[Oid], before: &[Oid]) -> Result<Vec<LeakedSecret>, GitError> {
    let walk = || -> Result<Revwalk<'_>, git2::Error> {
        let mut walk = project.repo.revwalk()?;
        now.iter().try_for_each(|tip| walk.push(*tip))?;
        for tip in before {
            match walk.hide(*tip) {
                // An agent may have removed it together with its branch.
                Err(error) if error.code() != ErrorCode::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(walk)
    };
    let mut search = Search { project, started: Instant::now(), searched: 0, found: Vec::new() };
    for oid in walk().doing("read the history")? {
        let commit = oid.and_then(|oid| project.repo.find_commit(oid)).doing("read the history")?;
        if search.is_over() {
            break;
        }
        search.commit(&commit).doing("read a commit")?;
    }
    Ok(search.found)
}

struct Search<'a> {
    project: &'a Project,
    started: Instant,
    searched: usize,
    found: Vec<LeakedSecret>,
}

impl Search<'_> {
    fn is_over(&self) -> bool {
        self.found.len() >= MOST || self.searched > SEARCHED_IN_ALL || self.started.elapsed() > PATIENCE
    }

    fn commit(&mut self, commit: &Commit<'_>) -> Result<(), git2::Error> {
        let short = commit.id().to_string()[..8].to_owned();
        if let Some(kind) = secret::by_content(commit.message_bytes(), || None) {
            self.found.push(LeakedSecret { commit: short.clone(), path: None, kind });
        }
        // What a merge takes over from its other parents came with them.
        let parents = commit.parents().map(|parent| parent.tree()).collect::<Result<Vec<_>, _>>()?;
        let mut options = DiffOptions::new();
        options.context_lines(0).ignore_submodules(true);
        let diff = self.project.repo.diff_tree_to_tree(parents.first(), Some(&commit.tree()?), Some(&mut options))?;
        for delta in diff.deltas().filter(|delta| delta.status() != Delta::Deleted) {
            if self.is_over() {
                break;
            }
            let path = diff::path_of(&delta);
            let (old, new) = (delta.old_file().id(), delta.new_file().id());
            let is_taken_over = |tree: &git2::Tree<'_>| tree.get_path(&path.to_path()).is_ok_and(|had| had.id() == new);
            if parents.iter().skip(1).any(is_taken_over) {
                continue;
            }
            let by_name = || (delta.status() == Delta::Added).then(|| secret::by_name(&path)).flatten();
            if let Some(kind) = by_name().or_else(|| self.by_content(new, old)) {
                self.found.push(LeakedSecret { commit: short.clone(), path: Some(path.to_string()), kind });
            }
        }
        Ok(())
    }

    fn by_content(&mut self, new: Oid, old: Oid) -> Option<&'static str> {
        let repo = &self.project.repo;
        let (bytes, kind) = repo.odb().and_then(|odb| odb.read_header(new)).ok()?;
        if kind != ObjectType::Blob || bytes > SEARCHED_BYTES {
            return None;
        }
        self.searched += bytes;
        let before = || repo.find_blob(old).ok().map(|blob| blob.content().to_vec());
        secret::by_content(repo.find_blob(new).ok()?.content(), before)
    }
}
