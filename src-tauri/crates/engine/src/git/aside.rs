//! A person's uncommitted changes, moved out of the agent's way as an ordinary git stash entry.

use super::{
    GitError,
    error::Doing,
    files::{Content, Edits, Storer, in_index, in_tree},
    path::{RepoPath, shown},
    repository::{self, Position, Project},
    stage::set,
    status::Change,
    swap::{self, Goal, Goals, Swapped},
    tree,
};
use git2::{Oid, Repository, Signature};
use harness_domain::id::RunId;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Changes that were set aside. Keep it (it serializes) until `restore_aside` has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    /// The stash commit; `git stash list` shows it and `git stash apply --index <oid>` brings it back by hand.
    pub oid: String,
    /// The run they made room for.
    pub run: RunId,
    /// The files, sorted.
    pub files: Vec<String>,
}

/// Before the run's number in the message of a stash entry.
const MARK: &str = "auto-agent-harness: your uncommitted changes, set aside for run ";

/// Every set of changes that still waits in the stash, oldest first, also those of earlier starts of the host.
pub fn waiting_asides(dir: &Path) -> Result<Vec<Aside>, GitError> {
    let project = repository::open(dir)?;
    let mut asides = Vec::new();
    for (_, message, oid) in entries(&project.repo)? {
        let number: Option<u32> = message
            .split_once(MARK)
            .and_then(|(_, rest)| rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok());
        if let Some(number) = number {
            let files = shown(&Parts::of(&project, oid)?.files()?);
            asides.push(Aside { oid: oid.to_string(), run: RunId(number), files });
        }
    }
    asides.reverse();
    Ok(asides)
}

/// The entries of the stash, newest first: position, message, commit.
pub(super) fn entries(repo: &Repository) -> Result<Vec<(usize, String, Oid)>, GitError> {
    if repo.find_reference("refs/stash").is_err() {
        return Ok(Vec::new());
    }
    let log = repo.reflog("refs/stash").doing("read the stash")?;
    let text =
        |entry: &git2::ReflogEntry<'_>| String::from_utf8_lossy(entry.message_bytes().unwrap_or_default()).into_owned();
    Ok(log.iter().enumerate().map(|(position, entry)| (position, text(&entry), entry.id_new())).collect())
}

/// Takes one entry out of the stash, if it is there.
pub(super) fn forget(dir: &Path, oid: Oid) -> Result<(), GitError> {
    let mut project = repository::open(dir)?;
    let entry = entries(&project.repo)?.into_iter().find(|(_, _, there)| *there == oid);
    if let Some((position, _, _)) = entry {
        project.repo.stash_drop(position).doing("take an entry out of the stash")?;
    }
    if let Ok(mut exact) = project.repo.find_reference(&exact_ref(oid)) {
        exact.delete().doing("remove a private ref")?;
    }
    Ok(())
}

/// Keeps the exact bytes of files whose line ends git normalizes, which a stash entry cannot.
fn exact_ref(stash: Oid) -> String {
    format!("refs/harness/aside/{stash}")
}

/// Moves `changes` into the stash. The result can be taken back until it is kept.
pub(super) fn set_aside<'a>(
    project: &'a Project,
    changes: &[&Change],
    run: RunId,
    who: &Signature<'_>,
) -> Result<(Aside, Swapped<'a>), GitError> {
    let saved = save(project, changes)?;
    let stash = saved.write(project, run, who)?;
    let swapped = swap::swap(project, &saved.goals, Some(stash))?;
    let aside = Aside { oid: stash.to_string(), run, files: shown(changes.iter().map(|change| &change.path)) };
    Ok((aside, swapped))
}

/// Makes the index agree with HEAD for files that were set aside.
pub(super) fn clear_index(project: &Project, changes: &[&Change]) -> Result<git2::Index, GitError> {
    let head = project.head_tree()?;
    let mut index = project.repo.index().doing("read the index")?;
    for change in changes {
        let before = in_tree(head.as_ref(), &change.path);
        if in_index(&index, &change.path) != before || before.is_none() {
            set(&mut index, &change.path, before, None)?;
        }
    }
    Ok(index)
}

/// Uncommitted changes in the object store, in the three parts of a stash entry.
#[derive(Default)]
struct Saved {
    staged: Edits,
    tracked: Edits,
    untracked: Edits,
    exact: Edits,
    goals: Goals,
}

fn save(project: &Project, changes: &[&Change]) -> Result<Saved, GitError> {
    let head = project.head_tree()?;
    let index = project.repo.index().doing("read the index")?;
    let storer = Storer::new(project)?;
    let mut saved = Saved::default();
    for change in changes {
        let path = &change.path;
        let stored = storer.store(path)?;
        let content = stored.as_ref().map(|stored| stored.content);
        let before = in_tree(head.as_ref(), path);
        if change.is_untracked() {
            saved.untracked.insert(path.clone(), content);
        } else {
            saved.staged.insert(path.clone(), in_index(&index, path));
            saved.tracked.insert(path.clone(), content);
        }
        if let (Some(stored), Some(content)) = (&stored, content)
            && let Some(oid) = storer.exact(path, stored)?
        {
            saved.exact.insert(path.clone(), Some(Content { oid, mode: content.mode }));
        }
        if content != before {
            let expected = stored.map(|stored| stored.meta);
            saved.goals.insert(path.clone(), Goal { content: before, exact: None, expected });
        }
    }
    Ok(saved)
}

impl Saved {
    /// Writes the stash entry: a commit of the tracked files with HEAD, the index and the untracked files as parents.
    fn write(&self, project: &Project, run: RunId, who: &Signature<'_>) -> Result<Oid, GitError> {
        let repo = &project.repo;
        let head = project.head_commit()?.ok_or(GitError::Git {
            doing: "set changes aside",
            source: git2::Error::from_str("there is no commit yet"),
        })?;
        let base = head.tree().doing("read the files of HEAD")?;
        let on = match project.position()? {
            Position::Branch(name) => name,
            Position::Detached(_) => "(no branch)".into(),
        };
        let at = format!(
            "{on}: {} {}",
            &head.id().to_string()[..7],
            head.summary_bytes().map(String::from_utf8_lossy).unwrap_or_default()
        );
        let commit = |tree: Oid, parents: &[&git2::Commit<'_>], message: &str| {
            let tree = repo.find_tree(tree).doing("read a tree")?;
            let oid = repo.commit(None, who, who, message, &tree, parents).doing("write a stash entry")?;
            repo.find_commit(oid).doing("read a stash entry")
        };
        let index = commit(tree::edited(project, Some(&base), &self.staged)?, &[&head], &format!("index on {at}\n"))?;
        let mut parents = vec![&head, &index];
        let untracked;
        if !self.untracked.is_empty() {
            untracked =
                commit(tree::edited(project, None, &self.untracked)?, &[], &format!("untracked files on {at}\n"))?;
            parents.push(&untracked);
        }
        let message = format!("On {on}: {MARK}{run}");
        let stash = commit(tree::edited(project, Some(&base), &self.tracked)?, &parents, &message)?.id();
        if !self.exact.is_empty() {
            let exact =
                commit(tree::edited(project, None, &self.exact)?, &[], "exact bytes of files that were set aside\n")?;
            repo.reference(&exact_ref(stash), exact.id(), true, "set aside").doing("write a private ref")?;
        }
        repo.reference_ensure_log("refs/stash").doing("write the stash")?;
        repo.reference("refs/stash", stash, true, &message).doing("write the stash")?;
        Ok(stash)
    }
}

/// The parts of a stash entry.
pub(super) struct Parts<'a> {
    pub(super) base: git2::Tree<'a>,
    pub(super) staged: git2::Tree<'a>,
    pub(super) tracked: git2::Tree<'a>,
    pub(super) untracked: Option<git2::Tree<'a>>,
    pub(super) exact: Option<git2::Tree<'a>>,
    repo: &'a Repository,
}

impl<'a> Parts<'a> {
    /// Takes a stash commit apart.
    pub(super) fn of(project: &'a Project, stash: Oid) -> Result<Self, GitError> {
        let repo = &project.repo;
        let read = || -> Result<Self, git2::Error> {
            let commit = repo.find_commit(stash)?;
            let untracked = if commit.parent_count() > 2 { Some(commit.parent(2)?.tree()?) } else { None };
            let exact = repo.find_reference(&exact_ref(stash)).and_then(|reference| reference.peel_to_tree()).ok();
            Ok(Self {
                base: commit.parent(0)?.tree()?,
                staged: commit.parent(1)?.tree()?,
                tracked: commit.tree()?,
                untracked,
                exact,
                repo,
            })
        };
        read().doing("read a stash entry")
    }

    /// Tracked files that the entry changes, on disk or in the index; sorted.
    pub(super) fn changed(&self) -> Result<Vec<RepoPath>, GitError> {
        let mut paths = differing(self.repo, &self.base, &self.tracked)?;
        paths.extend(differing(self.repo, &self.base, &self.staged)?);
        paths.sort_unstable();
        paths.dedup();
        Ok(paths)
    }

    /// The untracked files of the entry.
    pub(super) fn new_files(&self) -> Result<Vec<(RepoPath, Content)>, GitError> {
        let mut files = Vec::new();
        let Some(tree) = &self.untracked else { return Ok(files) };
        let empty = self.repo.treebuilder(None).and_then(|builder| builder.write()).doing("read a stash entry")?;
        let empty = self.repo.find_tree(empty).doing("read a stash entry")?;
        for path in differing(self.repo, &empty, tree)? {
            if let Some(content) = in_tree(Some(tree), &path) {
                files.push((path, content));
            }
        }
        Ok(files)
    }

    fn files(&self) -> Result<Vec<RepoPath>, GitError> {
        let mut files = self.changed()?;
        files.extend(self.new_files()?.into_iter().map(|(path, _)| path));
        files.sort_unstable();
        files.dedup();
        Ok(files)
    }
}

fn differing(repo: &Repository, old: &git2::Tree<'_>, new: &git2::Tree<'_>) -> Result<Vec<RepoPath>, GitError> {
    let diff = repo.diff_tree_to_tree(Some(old), Some(new), None).doing("compare the parts of a stash entry")?;
    let paths = diff.deltas().flat_map(|delta| {
        let path = delta.new_file().path_bytes().or_else(|| delta.old_file().path_bytes());
        path.map(RepoPath::from_git)
    });
    Ok(paths.collect())
}
