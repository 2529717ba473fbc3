//! A private repository outside the project, which keeps what checkpoints hold.
//!
//! It shares no file with the project's own repository: an agent may delete or damage everything it can reach, `.git`
//! included, and nothing here is lost. Every object that comes from the project is checked against its name on the way.
//!
//! One process at a time works on a vault; the caller sees to that with a lock of its own.

mod compact;
mod known;
mod objects;
mod pack;
mod place;
mod read;
mod rebuild;
mod restore;
mod scan;
mod trees;

pub(crate) use compact::Staying;
pub(crate) use place::Place;
pub use restore::{FileChange, How};

use super::{
    GitError, LeftOut,
    error::{Doing, io_at},
    repository,
};
use git2::{Oid, Repository, RepositoryInitOptions};
use std::path::{Path, PathBuf};

/// Where the refs of checkpoints are in the project's own repository; their number follows.
const REFS: &str = "refs/harness/checkpoint/";

/// The setting that has libgit2 wait for the disk.
const DURABLE: &str = "core.fsyncObjectFiles";

/// The private repository of one project.
pub(crate) struct Vault {
    repo: Repository,
    dir: PathBuf,
}

/// A project's files and the state of its repository, saved.
#[derive(Debug, Clone)]
pub(crate) struct Saved {
    /// The tree of all files.
    pub tree: String,
    /// A commit of it; its parent is the HEAD of that time.
    pub commit: String,
    /// How many files.
    pub files: u64,
    /// Where the repository stood.
    pub place: Place,
    /// What is not in the tree and why, sorted.
    pub left_out: Vec<LeftOut>,
    /// What a person should know besides, as sentences.
    pub remarks: Vec<String>,
}

/// How a project is saved.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Saving<'a> {
    /// The message of the commit.
    pub message: &'a str,
    /// Save in the middle of a merge or rebase too.
    pub may_be_unfinished: bool,
    /// A tree whose files count as tracked, so that no rule of an agent's keeps them out.
    pub also: Option<&'a str>,
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
}

impl Vault {
    /// Opens the vault in `dir`, or makes it.
    pub fn open(dir: &Path) -> Result<Self, GitError> {
        compact::settle(dir)?;
        let open = || Repository::open_bare(dir);
        let repo = match open() {
            Ok(repo) => repo,
            Err(_) => {
                let mut options = RepositoryInitOptions::new();
                options.bare(true).mkpath(true).external_template(false).initial_head("main");
                Repository::init_opts(dir, &options).and_then(|_| open()).doing("open the store of checkpoints")?
            }
        };
        // What is stored one by one, as the commit of a checkpoint is, has to survive a loss of power too.
        let mut config = repo.config().doing("read the settings of the store of checkpoints")?;
        if !config.get_bool(DURABLE).unwrap_or(false) {
            config.set_bool(DURABLE, true).doing("write the settings of the store of checkpoints")?;
        }
        Ok(Self { repo, dir: dir.to_owned() })
    }

    fn known_path(&self) -> PathBuf {
        self.dir.join("files.known")
    }

    /// Saves the project in `dir`: its files, its history, and (as files in `beside`) what else it takes to put its
    /// repository back. Branch, index and working tree are not touched, and nothing is written into the project.
    ///
    /// Fails with `OperationInProgress` or `Unmerged` unless it may be unfinished, and as opening the repository does.
    pub fn save(&self, dir: &Path, beside: &Path, how: &Saving<'_>) -> Result<Saved, GitError> {
        let mut project = repository::open(dir)?;
        if !how.may_be_unfinished {
            project.refuse_unfinished()?;
        }
        let also = how.also.map(|tree| self.tree(tree)).transpose()?;
        let scanned = scan::scan(self, &project, also.as_ref())?;
        drop(also);
        let mut remarks = scanned.remarks;
        let mut place = Place::of(&mut project)?;
        if let Err(error) = objects::keep_history(self, &project, &place) {
            // The files are safe; a history that is incomplete in the project cannot be made whole here.
            place.has_history = false;
            remarks.push(format!("the history could not be copied, only the files ({error})"));
        }
        place::copy_settings(self, &project, beside)?;
        let tree = self.repo.find_tree(scanned.tree).doing("read a tree")?;
        let who = project.signature(None, how.at_ms)?;
        let head = place.commit.as_deref().and_then(|oid| Oid::from_str(oid).ok());
        let parent = head.filter(|_| place.has_history).and_then(|oid| self.repo.find_commit(oid).ok());
        let parents: Vec<_> = parent.iter().collect();
        let message = super::message::compose(how.message, "", &[]);
        let commit = self.repo.commit(None, &who, &who, &message, &tree, &parents).doing("store a checkpoint")?;
        Ok(Saved {
            tree: scanned.tree.to_string(),
            commit: commit.to_string(),
            files: scanned.files,
            place,
            left_out: scanned.left_out,
            remarks,
        })
    }

    /// The files of the project in `dir` as a tree, without saving anything else.
    pub fn look(&self, dir: &Path, also: Option<&str>) -> Result<(String, Vec<LeftOut>), GitError> {
        let project = repository::open(dir)?;
        let also = also.map(|tree| self.tree(tree)).transpose()?;
        let scanned = scan::scan(self, &project, also.as_ref())?;
        Ok((scanned.tree.to_string(), scanned.left_out))
    }

    /// Writes a private ref for a checkpoint into the project's own repository, with every object it needs.
    pub fn publish(&self, dir: &Path, number: u32, commit: &str) -> Result<(), GitError> {
        let project = repository::open(dir)?;
        project.refuse_links()?;
        let oid = self.oid(commit)?;
        objects::copy_commits(&self.repo, &project.repo, &[oid], objects::Into::Projects)?;
        let name = format!("{REFS}{number}");
        project.repo.reference(&name, oid, true, "checkpoint").doing("write a private ref").map(drop)
    }

    /// Removes the private ref of a checkpoint from the project's own repository, if it is there.
    pub fn unpublish(dir: &Path, number: u32) -> Result<(), GitError> {
        let project = repository::open(dir)?;
        project.refuse_links()?;
        match project.repo.find_reference(&format!("{REFS}{number}")) {
            Ok(mut reference) => reference.delete().doing("remove a private ref"),
            Err(_) => Ok(()),
        }
    }

    /// Fails unless every file of a tree is in the vault and unharmed.
    pub fn prove(&self, tree: &str) -> Result<(), GitError> {
        objects::prove_tree(&self.repo, self.oid(tree)?)
    }

    fn oid(&self, oid: &str) -> Result<Oid, GitError> {
        Oid::from_str(oid).map_err(|_| GitError::UnknownCommit { oid: oid.to_owned() })
    }

    fn tree(&self, oid: &str) -> Result<git2::Tree<'_>, GitError> {
        let oid = self.oid(oid)?;
        self.repo.find_tree(oid).map_err(|_| GitError::UnknownCommit { oid: oid.to_string() })
    }
}

/// Writes a file completely or not at all.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), GitError> {
    use std::io::Write;
    let partial = path.with_extension("partial");
    let write = || {
        let mut file = std::fs::File::create(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&partial, path)
    };
    write().map_err(io_at(path))
}
