//! Gives a person's set-aside changes back, or says where they are.

use super::{
    Aside, GitError,
    aside::{self, Parts},
    error::Doing,
    files::{Content, Edits, Storer, in_index, in_tree},
    path::RepoPath,
    repository::{self, Project},
    stage,
    swap::{self, Goal, Goals},
};
use git2::{Index, MergeOptions, Oid, Tree};
use std::{collections::BTreeSet, fs::Metadata, path::Path, time::Duration};

/// What became of changes that had been set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restored {
    /// They are back in the working tree, as uncommitted changes; the stash entry is gone.
    Applied,
    /// They touch what the run changed; the working tree is untouched and they stay in the stash.
    Conflicts {
        /// The files that cannot be put back by themselves.
        files: Vec<String>,
        /// Such as `stash@{0}`, for `git stash pop`.
        kept_as: String,
    },
    /// The stash entry is gone: the person has taken or dropped it.
    Gone,
}

/// Gives back what `prepare` set aside, exactly, staged files staged again.
///
/// All or nothing: when a single file conflicts with what the run did, nothing is changed and the entry stays in the
/// stash. Fails with `IndexLocked` or `OperationInProgress`; the entry stays in the stash then, too.
pub fn restore_aside(dir: &Path, aside: &Aside) -> Result<Restored, GitError> {
    restore_within(dir, aside, LOCK_WAIT)
}

/// The same, with a limit to how long another git command is waited for.
pub(super) fn restore_within(dir: &Path, aside: &Aside, patience: Duration) -> Result<Restored, GitError> {
    let project = repository::open(dir)?;
    let _turn = project.take_turn()?;
    project.refuse_unfinished()?;
    let Some((position, stash)) = find(&project, &aside.oid)? else { return Ok(Restored::Gone) };
    project.wait_for_index(patience)?;
    let plan = match plan(&project, stash)? {
        Ok(plan) => plan,
        Err(files) => return Ok(Restored::Conflicts { files, kept_as: format!("stash@{{{position}}}") }),
    };
    let mut index = project.repo.index().doing("read the index")?;
    for (path, content) in &plan.staged {
        if in_index(&index, path) != *content {
            stage::set(&mut index, path, *content, None)?;
        }
    }
    let swapped = match swap::swap(&project, &plan.goals, None) {
        Ok(swapped) => swapped,
        Err(GitError::InTheWay { path }) => {
            return Ok(Restored::Conflicts { files: vec![path], kept_as: format!("stash@{{{position}}}") });
        }
        Err(error) => return Err(error),
    };
    match project.write_index(&mut index, patience) {
        Ok(()) => swapped.keep(),
        Err(error) => return Err(swapped.take_back_after(error)),
    }
    aside::forget(dir, stash)?;
    Ok(Restored::Applied)
}

/// How long to wait for another git command that holds the index.
const LOCK_WAIT: Duration = Duration::from_secs(10);

/// Where the entry is in the stash; `None` when the person took it.
fn find(project: &Project, oid: &str) -> Result<Option<(usize, Oid)>, GitError> {
    let entries = aside::entries(&project.repo)?;
    Ok(entries.into_iter().find(|(_, _, there)| there.to_string() == oid).map(|(position, _, there)| (position, there)))
}

/// What giving back changes.
struct Plan {
    goals: Goals,
    staged: Edits,
}

/// Works out what to change, or which files are in conflict.
fn plan(project: &Project, stash: Oid) -> Result<Result<Plan, Vec<String>>, GitError> {
    let parts = Parts::of(project, stash)?;
    let head = project.head_tree()?.ok_or_else(|| GitError::Git {
        doing: "give back what was set aside",
        source: git2::Error::from_str("the branch has no commit any more"),
    })?;
    let mut conflicts = BTreeSet::new();
    let tracked = merge(project, &parts.base, &head, &parts.tracked, &mut conflicts)?;
    let staged = merge(project, &parts.base, &head, &parts.staged, &mut conflicts)?;
    if !conflicts.is_empty() {
        return Ok(Err(conflicts.into_iter().collect()));
    }
    let index = project.repo.index().doing("read the index")?;
    let storer = Storer::new(project)?;
    let mut plan = Plan { goals: Goals::new(), staged: Edits::new() };
    for path in parts.changed()? {
        let wanted = in_index(&tracked, &path);
        let before = in_tree(Some(&head), &path);
        let (now, staged_now) = (storer.store(&path)?, in_index(&index, &path));
        let content = now.as_ref().map(|now| now.content);
        let staged_wanted = in_index(&staged, &path);
        // What the run left uncommitted in the same file must not be overwritten, unless it is the same.
        let is_free = (content == before || content == wanted) && (staged_now == before || staged_now == staged_wanted);
        if !is_free {
            conflicts.insert(path.to_string());
        } else {
            plan.staged.insert(path.clone(), staged_wanted);
            plan.add(&parts, path, wanted, now.map(|now| (now.content, now.meta)));
        }
    }
    for (path, wanted) in parts.new_files()? {
        let now = storer.store(&path)?;
        match now {
            Some(now) if now.content != wanted => drop(conflicts.insert(path.to_string())),
            now => plan.add(&parts, path, Some(wanted), now.map(|now| (now.content, now.meta))),
        }
    }
    Ok(if conflicts.is_empty() { Ok(plan) } else { Err(conflicts.into_iter().collect()) })
}

impl Plan {
    fn add(&mut self, parts: &Parts<'_>, path: RepoPath, wanted: Option<Content>, now: Option<(Content, Metadata)>) {
        if now.as_ref().map(|(content, _)| *content) == wanted {
            return;
        }
        // The exact bytes belong to the saved version; a merged one gets line ends as git writes them.
        let is_saved_version = wanted.is_some()
            && (in_tree(Some(&parts.tracked), &path) == wanted || in_tree(parts.untracked.as_ref(), &path) == wanted);
        let exact =
            if is_saved_version { in_tree(parts.exact.as_ref(), &path).map(|content| content.oid) } else { None };
        self.goals.insert(path, Goal { content: wanted, exact, expected: now.map(|(_, meta)| meta) });
    }
}

/// Three-way merge of whole trees; files in conflict are added to `conflicts`.
fn merge(
    project: &Project,
    base: &Tree<'_>,
    ours: &Tree<'_>,
    theirs: &Tree<'_>,
    conflicts: &mut BTreeSet<String>,
) -> Result<Index, GitError> {
    let mut options = MergeOptions::new();
    // Following renames could put the person's lines into a file they never touched.
    options.find_renames(false);
    let merged = project.repo.merge_trees(base, ours, theirs, Some(&options)).doing("merge what was set aside")?;
    for conflict in merged.conflicts().doing("read the conflicts")? {
        let conflict = conflict.doing("read a conflict")?;
        let entry = conflict.their.or(conflict.our).or(conflict.ancestor);
        conflicts.extend(entry.map(|entry| String::from_utf8_lossy(&entry.path).into_owned()));
    }
    Ok(merged)
}
