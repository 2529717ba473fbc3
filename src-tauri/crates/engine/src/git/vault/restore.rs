//! Puts files, branch and index back to what a checkpoint holds.

use super::{Place, Vault, objects, place, rebuild};
use crate::git::{
    GitError,
    error::{Doing, io_at},
    files::{Content, GITLINK, LINK},
    looker::Looker,
    path::RepoPath,
    repository::{self, Position, Project, wait_until},
    swap::{self, Goal, Goals},
};
use git2::{Delta, ErrorCode, ObjectType, Oid};
use serde::Serialize;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// One file that differs between two trees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileChange {
    /// The file.
    pub path: String,
    /// What becomes of it.
    pub how: How,
}

/// How a file differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Only the second tree has it.
    Added,
    /// Both have it, with another content or kind.
    Changed,
    /// Only the first tree has it.
    Removed,
}

/// Both sides of a path that differs.
struct Difference {
    path: RepoPath,
    now: Option<Content>,
    then: Option<Content>,
}

/// How long to wait for another git command that holds the index.
const LOCK_WAIT: Duration = Duration::from_secs(10);
/// How long a lock on a ref may stand when a restore goes on that was cut off.
const STALE_LOCK: Duration = Duration::from_secs(1);

impl Vault {
    /// The files that differ between two trees, sorted.
    pub fn changes(&self, now: &str, then: &str) -> Result<Vec<FileChange>, GitError> {
        let differences = self.differences(now, then)?;
        let change = |difference: Difference| FileChange {
            path: difference.path.to_string(),
            how: match (difference.now, difference.then) {
                (None, _) => How::Added,
                (_, None) => How::Removed,
                _ => How::Changed,
            },
        };
        Ok(differences.into_iter().map(change).collect())
    }

    fn differences(&self, now: &str, then: &str) -> Result<Vec<Difference>, GitError> {
        let (now, then) = (self.tree(now)?, self.tree(then)?);
        let mut options = git2::DiffOptions::new();
        options.include_typechange(true);
        let diff = self
            .repo
            .diff_tree_to_tree(Some(&now), Some(&then), Some(&mut options))
            .doing("compare two checkpoints")?;
        let side = |file: git2::DiffFile<'_>| {
            (!file.id().is_zero()).then(|| Content { oid: file.id(), mode: i32::from(file.mode()) })
        };
        let difference = |delta: git2::DiffDelta<'_>| {
            let bytes = delta.new_file().path_bytes().or_else(|| delta.old_file().path_bytes())?;
            let now = if delta.status() == Delta::Added { None } else { side(delta.old_file()) };
            let then = if delta.status() == Delta::Deleted { None } else { side(delta.new_file()) };
            Some(Difference { path: RepoPath::from_git(bytes), now, then })
        };
        Ok(diff.deltas().filter_map(difference).collect())
    }

    /// The lines that differ between two trees, as a patch.
    pub fn patch(&self, now: &str, then: &str) -> Result<Vec<u8>, GitError> {
        let (now, then) = (self.tree(now)?, self.tree(then)?);
        let diff = self.repo.diff_tree_to_tree(Some(&now), Some(&then), None).doing("compare two checkpoints")?;
        let mut text = Vec::new();
        diff.print(git2::DiffFormat::Patch, |_, _, line| {
            if matches!(line.origin(), '+' | '-' | ' ') {
                text.push(line.origin() as u8);
            }
            text.extend_from_slice(line.content());
            true
        })
        .doing("compare two checkpoints")?;
        Ok(text)
    }

    /// Makes the files in `dir` those of the tree `then`; `now` is the tree they are known to be. Files that are in neither
    /// tree are not touched, but what stands in the place of a file that has to come is first copied into `aside`.
    ///
    /// All or nothing: `decide` is called when every file is in its place, and only when it succeeds do they stay. Until
    /// then also a crash takes everything back, at the next opening. Returns what was copied aside, and remarks.
    ///
    /// Fails with `ChangedMeanwhile` when a file is not as in `now`, `InTheWay` and `IndexLocked`.
    pub fn swap_files(
        &self,
        dir: &Path,
        now: &str,
        then: &str,
        aside: &Path,
        decide: impl FnOnce() -> Result<(), GitError>,
    ) -> Result<Vec<String>, GitError> {
        let project = repository::open(dir)?;
        let _turn = project.take_turn()?;
        project.wait_for_index(LOCK_WAIT)?;
        let then_tree = self.tree(then)?;
        objects::copy_whole_tree(&self.repo, &project.repo, then_tree.id())?;
        let mut remarks = Vec::new();
        let mut goals = Goals::new();
        let looker = Looker::new(&project.dir);
        for Difference { path, now, then } in self.differences(now, then)? {
            let is_link = |side: Option<Content>| side.is_some_and(|side| side.mode == GITLINK);
            if is_link(now) || is_link(then) {
                let words =
                    then.map_or_else(|| "is not in the checkpoint".into(), |then| format!("was at {}", then.oid));
                remarks.push(format!("the submodule {path} {words}; `git submodule update` moves it there"));
                continue;
            }
            let found = looker.look(&path)?;
            let expected = found.filter(|meta| !meta.is_dir());
            if now.is_none()
                && let (Some(meta), true) = (&expected, then.is_some())
            {
                remarks.extend(set_aside(&project, &path, meta, aside)?);
            }
            let exact = then.filter(|then| then.mode != LINK).map(|then| then.oid);
            if let Some(now) = now
                && !is_still(&project, &path, now, expected.as_ref())
            {
                return Err(GitError::ChangedMeanwhile { path: path.to_string() });
            }
            goals.insert(path, Goal { content: then, exact, expected });
        }
        let swapped = swap::swap(&project, &goals, None)?;
        match decide() {
            Ok(()) => swapped.keep(),
            Err(error) => return Err(swapped.take_back_after(error)),
        }
        Ok(remarks)
    }

    /// Puts HEAD, its branch and the index back to `place`, and brings back other refs that are gone. Other refs that
    /// moved stay where they are, and are told. Doing it twice is doing it once.
    pub fn restore_place(&self, dir: &Path, to: &Place, beside: &Path) -> Result<Vec<String>, GitError> {
        let project = repository::open(dir)?;
        let _turn = project.take_turn()?;
        let mut remarks = Vec::new();
        if to.has_history {
            objects::copy_commits(&self.repo, &project.repo, &self.commits_of(to), objects::Into::Projects)?;
        }
        for (name, oid) in &to.refs {
            let Ok(oid) = Oid::from_str(oid) else { continue };
            let is_heads = to.branch.as_deref().is_some_and(|branch| *name == format!("refs/heads/{branch}"));
            match project.repo.refname_to_id(name) {
                Ok(there) if there == oid || is_heads || name == "refs/stash" => {}
                Ok(there) if name.starts_with("refs/heads/") => {
                    let short = name.trim_start_matches("refs/heads/");
                    remarks.push(format!(
                        "branch {short} was at {:.8} and is at {:.8} now; `git branch -f {short} {oid}` moves it back",
                        oid.to_string(),
                        there.to_string()
                    ));
                }
                Ok(_) => {}
                Err(_) if project.repo.odb().is_ok_and(|odb| odb.exists(oid)) => {
                    unlocked(&project, name, || project.repo.reference(name, oid, true, WHY).map(drop))?;
                    remarks.push(format!("{name} was gone and is back"));
                }
                Err(_) => remarks.push(format!("{name} is gone, and so is what it named")),
            }
        }
        move_head(&project, to)?;
        project.repo.cleanup_state().doing("end what was under way")?;
        restore_index(&project, to, beside)?;
        Ok(remarks)
    }

    /// The commits that a place names, as far as the vault has them.
    fn commits_of(&self, place: &Place) -> Vec<Oid> {
        let commit = |oid| self.repo.find_object(oid, None).ok()?.peel_to_commit().ok().map(|commit| commit.id());
        place.tips().into_iter().filter_map(commit).collect()
    }

    /// Whether the repository in `dir` is there and has what `place` names; makes it anew from the vault otherwise.
    /// What was in its place is moved to `aside`. Returns remarks; none when all was well.
    pub fn repair(&self, dir: &Path, place: &Place, beside: &Path, aside: &Path) -> Result<Vec<String>, GitError> {
        rebuild::repair(self, dir, place, beside, aside)
    }

    /// The commits that leave the branch when HEAD goes back to `to`.
    pub fn commits_lost(&self, dir: &Path, to: &Place) -> Result<usize, GitError> {
        let project = repository::open(dir)?;
        let Some(head) = project.head_commit()? else { return Ok(0) };
        let mut walk = project.repo.revwalk().doing("read the history")?;
        walk.push(head.id()).doing("read the history")?;
        if let Some(oid) = to.commit.as_deref().and_then(|oid| Oid::from_str(oid).ok())
            && project.repo.find_commit(oid).is_ok()
        {
            walk.hide(oid).doing("read the history")?;
        }
        Ok(walk.take_while(Result::is_ok).count())
    }
}

/// What the logs of refs say.
const WHY: &str = "checkpoint restored";

/// Whether a file is as it was saved a moment ago. A link is small and has no content to hide.
fn is_still(project: &Project, path: &RepoPath, saved: Content, found: Option<&std::fs::Metadata>) -> bool {
    let full = project.dir.join(path.to_path());
    match found {
        Some(meta) if meta.is_symlink() => saved.mode == LINK,
        Some(_) => Oid::hash_file(ObjectType::Blob, full).is_ok_and(|oid| oid == saved.oid),
        None => false,
    }
}

/// Copies a file that no tree has out of the way of one that comes.
fn set_aside(
    project: &Project,
    path: &RepoPath,
    meta: &std::fs::Metadata,
    aside: &Path,
) -> Result<Option<String>, GitError> {
    if !meta.is_file() {
        return Ok(None);
    }
    let to: PathBuf = aside.join(path.to_path());
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent).map_err(io_at(parent))?;
    }
    std::fs::copy(project.dir.join(path.to_path()), &to).map_err(io_at(&to))?;
    Ok(Some(format!("{path} as it was is in no checkpoint; it is kept as {}", to.display())))
}

/// Moves HEAD, and the branch it is on, in a way that can be repeated.
fn move_head(project: &Project, to: &Place) -> Result<(), GitError> {
    let repo = &project.repo;
    let oid = to.commit.as_deref().and_then(|oid| Oid::from_str(oid).ok());
    match (&to.branch, oid) {
        (Some(branch), oid) => {
            let name = if branch.starts_with("refs/") { branch.clone() } else { format!("refs/heads/{branch}") };
            match oid {
                Some(oid) if repo.refname_to_id(&name).is_ok_and(|there| there == oid) => {}
                Some(oid) => unlocked(project, &name, || repo.reference(&name, oid, true, WHY).map(drop))?,
                None => {
                    if let Ok(mut reference) = repo.find_reference(&name) {
                        reference.delete().doing("take back the first commit")?;
                    }
                }
            }
            if project.position().ok() != Some(Position::Branch(branch.clone())) {
                unlocked(project, "HEAD", || repo.reference_symbolic("HEAD", &name, true, WHY).map(drop))?;
            }
        }
        (None, Some(oid)) => unlocked(project, "HEAD", || repo.set_head_detached(oid))?,
        (None, None) => {}
    }
    Ok(())
}

/// Changes a ref. A lock that stands for a second is what a restore left that was killed here, and is removed.
fn unlocked(project: &Project, name: &str, change: impl Fn() -> Result<(), git2::Error>) -> Result<(), GitError> {
    let mut outcome = Ok(());
    let is_done = wait_until(STALE_LOCK, || {
        outcome = change();
        !outcome.as_ref().is_err_and(|error| error.code() == ErrorCode::Locked)
    });
    if !is_done {
        let root = if name == "HEAD" { project.repo.path() } else { project.repo.commondir() };
        let _ = std::fs::remove_file(root.join(format!("{name}.lock")));
        outcome = change();
    }
    outcome.doing("move the branch back")
}

/// Puts the index back as it was, or as the commit has it when it would name what is not there.
fn restore_index(project: &Project, to: &Place, beside: &Path) -> Result<(), GitError> {
    let (saved, index) = (beside.join(place::SETTINGS[0]), project.repo.path().join("index"));
    if saved.exists() {
        // Moved into place, so nothing is written through a link that stands there.
        let bytes = std::fs::read(&saved).map_err(io_at(&saved))?;
        if std::fs::read(&index).is_ok_and(|now| now == bytes) {
            return Ok(());
        }
        let partial = project.repo.path().join("auto-agent-harness.index");
        let _ = std::fs::remove_file(&partial);
        std::fs::copy(&saved, &partial).map_err(io_at(&partial))?;
        if rebuild::is_index_whole(project, &partial) {
            return std::fs::rename(&partial, &index).map_err(io_at(&index));
        }
        let _ = std::fs::remove_file(&partial);
    }
    let mut index = git2::Index::open(&index).doing("write the index")?;
    index.clear().doing("write the index")?;
    if let Some(commit) = to.commit.as_deref().and_then(|oid| Oid::from_str(oid).ok()) {
        let tree = project.repo.find_commit(commit).and_then(|commit| commit.tree()).doing("read the files of HEAD")?;
        index.read_tree(&tree).doing("write the index")?;
    }
    project.write_index(&mut index, LOCK_WAIT)
}

impl Vault {
    /// Takes back files that a restore had moved when it was cut off, and clears away what else it left.
    pub fn settle(dir: &Path) -> Result<(), GitError> {
        rebuild::sweep(dir)?;
        let Ok(project) = repository::open(dir) else { return Ok(()) };
        project.take_turn().map(drop)
    }
}
