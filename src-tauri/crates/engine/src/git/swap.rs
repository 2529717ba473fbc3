//! Changes many files of a working tree as one step that can be taken back, even by the next process.
//!
//! New content is first written out completely inside the git directory; then old files are moved out and new ones moved
//! in. Nothing is overwritten or deleted on the way, so taking the step back needs no space and restores the very same
//! files. A journal written before the first move lets the next start take back what a crash cut off.

use super::{
    GitError,
    error::{Doing, io_at},
    files::{Content, Edits, LINK, is_unchanged},
    looker::Looker,
    path::RepoPath,
    repository::Project,
    tree,
};
use git2::{Index, Oid, Repository, build::CheckoutBuilder};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::Metadata,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

/// What shall stand at a path.
#[derive(Debug, Clone)]
pub(super) struct Goal {
    /// The file; `None` removes it.
    pub(super) content: Option<Content>,
    /// A blob with the exact bytes, when `content` has other line ends.
    pub(super) exact: Option<Oid>,
    /// What stands there now; a difference at the moment of the move is an error.
    pub(super) expected: Option<Metadata>,
}

/// Files to change, by path.
pub(super) type Goals = BTreeMap<RepoPath, Goal>;

/// Files that were changed; until `keep` is called the step can be taken back, and is when this is dropped.
pub(super) struct Swapped<'a> {
    project: &'a Project,
    staging: PathBuf,
    is_kept: bool,
}

/// What the next process needs to know to take a step back.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Journal {
    steps: Vec<Step>,
    /// Directories that did not exist before, innermost last.
    made: Vec<RepoPath>,
    /// The stash entry that this step belongs to and that goes when it is taken back.
    stash: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Step {
    /// Its name inside the staging directory.
    number: usize,
    path: RepoPath,
    /// Something stood there and is moved to `old/<number>`.
    had_old: bool,
    /// Something is moved there from `new/<number>`.
    new: Option<Stamp>,
}

/// Tells a file that was moved from one that somebody has written since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    bytes: u64,
    nanos: u128,
}

const JOURNAL: &str = "journal.json";

/// Where a file goes that somebody wrote in the place of a file that has to be put back.
pub(super) const KEPT: &str = "auto-agent-harness-kept";

/// Where old files, new files and the journal are while a step is under way.
pub(super) const STAGING: &str = "auto-agent-harness-swap";

fn staging_of(project: &Project) -> PathBuf {
    project.repo.path().join(STAGING)
}

/// Changes the working tree. `stash` names the stash entry that is to go when the step is taken back.
///
/// Fails with `ChangedMeanwhile` or `InTheWay`; the working tree is as before then.
pub(super) fn swap<'a>(project: &'a Project, goals: &Goals, stash: Option<Oid>) -> Result<Swapped<'a>, GitError> {
    let staging = staging_of(project);
    for directory in [staging.clone(), staging.join("old"), staging.join("new")] {
        std::fs::create_dir(&directory).map_err(io_at(&directory))?;
    }
    let swapped = Swapped { project, staging, is_kept: false };
    let done = swapped.run(goals, stash);
    match done {
        Ok(()) => Ok(swapped),
        Err(error) => Err(swapped.take_back_after(error)),
    }
}

/// Takes back what a process that died left half-done. Returns whether there was something to take back.
pub(super) fn recover(project: &Project) -> Result<bool, GitError> {
    let staging = staging_of(project);
    if !staging.exists() {
        return Ok(false);
    }
    let swapped = Swapped { project, staging, is_kept: false };
    swapped.take_back()
}

impl Swapped<'_> {
    /// The step stays: forgets how to take it back.
    pub(super) fn keep(mut self) {
        self.is_kept = true;
        // Without the journal the rest is only waste that the next step clears away.
        let _ = std::fs::remove_file(self.staging.join(JOURNAL));
        let _ = std::fs::remove_dir_all(&self.staging);
    }

    /// Takes the step back because of `error`, and returns that error, or `HalfDone` when files could not be put back.
    pub(super) fn take_back_after(mut self, error: GitError) -> GitError {
        let outcome = self.take_back_inner();
        self.is_kept = true;
        match outcome {
            Ok(_) => error,
            Err(second) => GitError::HalfDone {
                detail: error.to_string(),
                kept_in: format!("the files are in {} ({second})", self.staging.display()),
            },
        }
    }

    fn take_back(mut self) -> Result<bool, GitError> {
        let outcome = self.take_back_inner();
        self.is_kept = true;
        outcome
    }

    fn run(&self, goals: &Goals, stash: Option<Oid>) -> Result<(), GitError> {
        let looker = Looker::new(&self.project.dir);
        let mut steps = Vec::with_capacity(goals.len());
        for (path, goal) in goals {
            let now = looker.look(path)?.filter(|meta| !meta.is_dir());
            let is_as_expected = match (&goal.expected, &now) {
                (Some(before), Some(now)) => is_unchanged(before, now),
                (None, None) => true,
                _ => false,
            };
            if !is_as_expected {
                return Err(GitError::ChangedMeanwhile { path: path.to_string() });
            }
            let number = steps.len();
            steps.push(Step { number, path: path.clone(), had_old: now.is_some(), new: None });
        }
        let index = self.project.repo.path().join("index");
        if index.exists() {
            std::fs::copy(&index, self.staging.join("index")).map_err(io_at(&index))?;
        }
        let made = missing_directories(&looker, goals)?;
        let mut journal = Journal { steps: Vec::new(), made, stash: stash.map(|oid| oid.to_string()) };
        // Attributes decide about line ends, so the new ones have to stand before other files are written out.
        let (attributes, others): (Vec<_>, Vec<_>) =
            steps.into_iter().partition(|step| step.path.file_name() == b".gitattributes");
        for mut group in [attributes, others] {
            self.write_out(goals, &mut group)?;
            let first = journal.steps.len();
            journal.steps.append(&mut group);
            self.write_journal(&journal)?;
            self.move_files(&journal.steps[first..])?;
        }
        self.prune(&journal.steps);
        Ok(())
    }

    fn write_journal(&self, journal: &Journal) -> Result<(), GitError> {
        let path = self.staging.join(JOURNAL);
        let partial = self.staging.join("journal.part");
        let text = serde_json::to_vec(journal).map_err(|error| io_at(&path)(error.into()))?;
        std::fs::write(&partial, text).map_err(io_at(&partial))?;
        std::fs::rename(&partial, &path).map_err(io_at(&path))
    }

    /// Writes the new content of a group of files to `new/<number>`, with line ends as they belong on disk.
    fn write_out(&self, goals: &Goals, group: &mut [Step]) -> Result<(), GitError> {
        let repo = &self.project.repo;
        let mut wanted = Edits::new();
        for step in group.iter() {
            if let Some(Goal { content: Some(content), exact: None, .. }) = goals.get(&step.path) {
                wanted.insert(step.path.clone(), Some(*content));
            }
        }
        let fresh = self.staging.join("fresh");
        if !wanted.is_empty() {
            let tree = tree::edited(self.project, None, &wanted)?;
            // A handle of its own with an empty index: libgit2 compares the target directory with the index, and fails
            // where a file of the index is a directory there.
            let writer = Repository::open(&self.project.dir).doing("open the repository")?;
            let empty = self.staging.join("no-index");
            Index::open(&empty).and_then(|mut empty| writer.set_index(&mut empty)).doing("write files out")?;
            let tree = writer.find_object(tree, None).doing("read files")?;
            let mut checkout = CheckoutBuilder::new();
            checkout.target_dir(&fresh).force().recreate_missing(true).update_index(false);
            writer.checkout_tree(&tree, Some(&mut checkout)).doing("write files out")?;
        }
        for step in group {
            let target = self.staging.join("new").join(step.number.to_string());
            match goals.get(&step.path) {
                Some(Goal { exact: Some(exact), content: Some(content), .. }) => {
                    let blob = repo.find_blob(*exact).doing("read a file")?;
                    std::fs::write(&target, blob.content()).map_err(io_at(&target))?;
                    make_executable(&target, *content).map_err(io_at(&target))?;
                }
                Some(Goal { content: Some(_), .. }) => {
                    let source = fresh.join(step.path.to_path());
                    std::fs::rename(&source, &target).map_err(io_at(&source))?;
                }
                _ => continue,
            }
            step.new = Some(stamp(&target)?);
        }
        if fresh.exists() {
            std::fs::remove_dir_all(&fresh).map_err(io_at(&fresh))?;
        }
        Ok(())
    }

    fn move_files(&self, group: &[Step]) -> Result<(), GitError> {
        for step in group.iter().filter(|step| step.had_old) {
            let from = self.project.dir.join(step.path.to_path());
            let to = self.staging.join("old").join(step.number.to_string());
            move_file(&from, &to).map_err(io_at(&from))?;
        }
        for step in group.iter().filter(|step| step.new.is_some()) {
            let from = self.staging.join("new").join(step.number.to_string());
            let to = self.project.dir.join(step.path.to_path());
            make_parents(&self.project.dir, &step.path)?;
            place(&from, &to, &step.path)?;
        }
        Ok(())
    }

    /// Removes directories that are empty because their last file was moved out, as git does.
    fn prune(&self, steps: &[Step]) {
        let emptied: BTreeSet<RepoPath> = steps
            .iter()
            .filter(|step| step.had_old && step.new.is_none())
            .flat_map(|step| step.path.parents().collect::<Vec<_>>())
            .collect();
        // Reverse order: inner directories first. One that is not empty refuses, which is what is wanted.
        for directory in emptied.iter().rev() {
            let _ = std::fs::remove_dir(self.project.dir.join(directory.to_path()));
        }
    }

    fn take_back_inner(&self) -> Result<bool, GitError> {
        let path = self.staging.join(JOURNAL);
        let journal = match std::fs::read(&path) {
            Ok(text) => read_journal(&text).map_err(io_at(&path))?,
            // Nothing was moved before the journal was complete, and nothing is needed once it is gone.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                std::fs::remove_dir_all(&self.staging).map_err(io_at(&self.staging))?;
                return Ok(false);
            }
            Err(error) => return Err(io_at(path)(error)),
        };
        let looker = Looker::new(&self.project.dir);
        for step in &journal.steps {
            let number = step.number.to_string();
            let was_moved_in = step.new.is_some() && !exists(&self.staging.join("new").join(&number));
            let was_moved_out = step.had_old && exists(&self.staging.join("old").join(&number));
            let is_occupied = looker.look(&step.path)?.is_some_and(|meta| !meta.is_dir());
            if (was_moved_in || was_moved_out) && is_occupied {
                self.move_away(step, &self.project.dir.join(step.path.to_path()))?;
            }
        }
        for directory in journal.made.iter().rev() {
            if looker.look(directory)?.is_some_and(|meta| meta.is_dir()) {
                let _ = std::fs::remove_dir(self.project.dir.join(directory.to_path()));
            }
        }
        for step in &journal.steps {
            let old = self.staging.join("old").join(step.number.to_string());
            if step.had_old && exists(&old) {
                let target = self.project.dir.join(step.path.to_path());
                make_parents(&self.project.dir, &step.path)?;
                place(&old, &target, &step.path)?;
            }
        }
        self.restore_index()?;
        if let Some(stash) = journal.stash.as_deref().and_then(|oid| Oid::from_str(oid).ok()) {
            super::aside::forget(&self.project.dir, stash)?;
        }
        std::fs::remove_file(&path).map_err(io_at(&path))?;
        std::fs::remove_dir_all(&self.staging).map_err(io_at(&self.staging))?;
        Ok(true)
    }

    /// Moves away what stands where an old file belongs: into the waste when this step put it there, else to a safe place.
    fn move_away(&self, step: &Step, here: &Path) -> Result<(), GitError> {
        let is_ours = match step.new {
            Some(ours) => stamp(here)? == ours,
            None => false,
        };
        let waste = if is_ours { self.staging.join("undone") } else { self.project.repo.path().join(KEPT) };
        std::fs::create_dir_all(&waste).map_err(io_at(&waste))?;
        let mut to = waste.join(step.number.to_string());
        for copy in 1.. {
            if !exists(&to) {
                break;
            }
            to = waste.join(format!("{}-{copy}", step.number));
        }
        if !is_ours {
            tracing::warn!(file = %step.path, kept = %to.display(), "a file that was written meanwhile is kept aside");
        }
        move_file(here, &to).map_err(io_at(here))
    }

    fn restore_index(&self) -> Result<(), GitError> {
        let (saved, index) = (self.staging.join("index"), self.project.repo.path().join("index"));
        if saved.exists() {
            return std::fs::rename(&saved, &index).map_err(io_at(&index));
        }
        Ok(())
    }
}

impl Drop for Swapped<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            // An early return in the middle of a bigger step; what fails here is tried again at the next start.
            let _ = self.take_back_inner();
        }
    }
}

/// Reads a journal. It lies where an agent can write, so its paths are not believed.
fn read_journal(text: &[u8]) -> io::Result<Journal> {
    let journal: Journal = serde_json::from_slice(text)?;
    let mut paths = journal.steps.iter().map(|step| &step.path).chain(&journal.made);
    match paths.find(|path| !path.is_lawful()) {
        Some(path) => {
            Err(io::Error::new(ErrorKind::InvalidData, format!("{path} is outside the project; delete this file")))
        }
        None => Ok(journal),
    }
}

fn stamp(path: &Path) -> Result<Stamp, GitError> {
    let meta = std::fs::symlink_metadata(path).map_err(io_at(path))?;
    let modified = meta.modified().map_err(io_at(path))?;
    let nanos = modified.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    Ok(Stamp { bytes: meta.len(), nanos })
}

/// Directories that have to be made for the new files, outermost first.
fn missing_directories(looker: &Looker<'_>, goals: &Goals) -> Result<Vec<RepoPath>, GitError> {
    let needed: BTreeSet<RepoPath> = goals
        .iter()
        .filter(|(_, goal)| goal.content.is_some())
        .flat_map(|(path, _)| path.parents().collect::<Vec<_>>())
        .collect();
    let mut missing = Vec::new();
    for directory in needed {
        if !looker.look(&directory)?.is_some_and(|meta| meta.is_dir()) {
            missing.push(directory);
        }
    }
    Ok(missing)
}

/// Makes the directories above a file; never goes through a symbolic link.
fn make_parents(root: &Path, path: &RepoPath) -> Result<(), GitError> {
    for parent in path.parents() {
        let full = root.join(parent.to_path());
        match std::fs::create_dir(&full) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                if !std::fs::symlink_metadata(&full).map_err(io_at(&full))?.is_dir() {
                    return Err(GitError::InTheWay { path: parent.to_string() });
                }
            }
            Err(error) => return Err(io_at(full)(error)),
        }
    }
    Ok(())
}

/// Moves a file to where nothing may stand but an empty directory.
fn place(from: &Path, to: &Path, path: &RepoPath) -> Result<(), GitError> {
    match std::fs::symlink_metadata(to) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Ok(meta) if meta.is_dir() && remove_empty(to).is_ok() => {}
        Ok(_) => return Err(GitError::InTheWay { path: path.to_string() }),
        Err(error) => return Err(io_at(to)(error)),
    }
    move_file(from, to).map_err(io_at(to))
}

/// Removes a directory that contains nothing but empty directories.
fn remove_empty(directory: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() && entry.file_name() != ".git" {
            remove_empty(&entry.path())?;
        }
    }
    std::fs::remove_dir(directory)
}

fn exists(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

/// Renames, or copies and removes where the git directory is on another file system (a linked work tree).
fn move_file(from: &Path, to: &Path) -> io::Result<()> {
    match std::fs::rename(from, to) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {}
        outcome => return outcome,
    }
    #[cfg(unix)]
    if std::fs::symlink_metadata(from)?.is_symlink() {
        std::os::unix::fs::symlink(std::fs::read_link(from)?, to)?;
        return std::fs::remove_file(from);
    }
    let outcome = std::fs::copy(from, to);
    if outcome.is_err() {
        // A copy that was cut off must not be taken for the file.
        let _ = std::fs::remove_file(to);
    }
    outcome?;
    std::fs::remove_file(from)
}

fn make_executable(path: &Path, content: Content) -> io::Result<()> {
    debug_assert_ne!(content.mode, LINK, "links have no line ends");
    #[cfg(unix)]
    if content.mode == super::files::EXECUTABLE {
        use std::os::unix::fs::PermissionsExt;
        let mut permissions = std::fs::metadata(path)?.permissions();
        // Whoever may read it may run it, as git does.
        permissions.set_mode(permissions.mode() | (permissions.mode() & 0o444) >> 2);
        std::fs::set_permissions(path, permissions)?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
