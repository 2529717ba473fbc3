//! The project's files at one moment, to tell afterwards whether what was checked is what gets committed.

use super::{
    GitError, MAX_FILE_BYTES,
    files::{Content, Stored, Storer, in_tree},
    path::{RepoPath, shown},
    repository::{self, Project},
    status,
};
use git2::{Oid, Tree};
use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

/// HEAD and every file that differed from it at one moment.
#[derive(Debug, Clone)]
pub struct Moment {
    head: Option<Oid>,
    files: BTreeMap<RepoPath, Option<Content>>,
    hidden: Vec<String>,
}

/// What happened to the project since a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Since {
    /// Whether somebody committed, or checked something else out.
    pub has_head_moved: bool,
    /// Files of that moment whose content is another one now, sorted. Files that are new since are not among them: checks
    /// leave reports and builds.
    pub changed: Vec<String>,
    /// Files that a commit would take and that were not there at that moment, sorted.
    pub appeared: Vec<String>,
    /// Files that git was told to look at no more since that moment, sorted; they were looked at all the same.
    pub hidden: Vec<String>,
}

impl Since {
    /// Whether what was there at that moment is there as it was.
    pub fn is_same(&self) -> bool {
        !self.has_head_moved && self.changed.is_empty()
    }
}

/// Looks at the project as it is now. Ignored files and untracked ones that no commit would take for their size are left out.
pub fn moment(dir: &Path) -> Result<Moment, GitError> {
    let project = repository::open(dir)?;
    let turn = project.take_turn()?;
    let storer = Storer::new(&project)?;
    let mut files = BTreeMap::new();
    for change in status::changes(&project)?.files {
        let is_big = storer.looker.look(&change.path)?.is_some_and(|meta| meta.len() > MAX_FILE_BYTES);
        if !(change.is_untracked() && is_big) {
            // A file that cannot be read has no content to compare. Nothing is stored: the file may be a secret.
            let content = storer.fingerprint(&change.path)?;
            files.insert(change.path, content);
        }
    }
    let head = project.head_commit()?.map(|commit| commit.id());
    Ok(Moment { head, files, hidden: shown(&turn.hidden) })
}

impl Moment {
    /// A number that is equal for equal files on an equal commit, within one process.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.head.map(|head| head.as_bytes().to_owned()).hash(&mut hasher);
        for (path, content) in &self.files {
            path.bytes().hash(&mut hasher);
            content.map(|content| (content.oid.as_bytes().to_owned(), content.mode)).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// The files that git had been told to look at no more (`git update-index --assume-unchanged`), sorted. It looks at
    /// them again.
    pub fn hidden(&self) -> &[String] {
        &self.hidden
    }

    /// Compares the project with what it is now.
    pub fn until_now(&self, dir: &Path) -> Result<Since, GitError> {
        let project = repository::open(dir)?;
        let turn = project.take_turn()?;
        Ok(Since { hidden: shown(&turn.hidden), ..self.compare(&project)? })
    }

    /// Fails with `NotAsChecked` unless all that was there at that moment is there as it was.
    pub(super) fn refuse_changed(&self, project: &Project) -> Result<(), GitError> {
        let since = self.compare(project)?;
        if since.is_same() { Ok(()) } else { Err(GitError::NotAsChecked { files: since.changed }) }
    }

    /// Fails with `NotAsChecked` when a file that goes into a commit is another one than at that moment. What was not
    /// there then, and is not in `head` either, may go in.
    pub(super) fn refuse_other(
        &self,
        stored: &BTreeMap<RepoPath, Option<Stored>>,
        head: Option<&Tree<'_>>,
    ) -> Result<(), GitError> {
        let is_other = |(path, stored): &(&RepoPath, &Option<Stored>)| match self.files.get(path) {
            Some(then) => then.map(|then| then.oid) != stored.as_ref().map(|stored| stored.raw),
            None => in_tree(head, path).is_some(),
        };
        let files = shown(stored.iter().filter(is_other).map(|(path, _)| path));
        if files.is_empty() { Ok(()) } else { Err(GitError::NotAsChecked { files }) }
    }

    fn compare(&self, project: &Project) -> Result<Since, GitError> {
        let storer = Storer::new(project)?;
        let (mut changed, mut appeared) = (BTreeSet::new(), BTreeSet::new());
        for (path, before) in &self.files {
            if storer.fingerprint(path)? != *before {
                changed.insert(path.clone());
            }
        }
        for change in status::changes(project)?.files {
            if self.files.contains_key(&change.path) {
                continue;
            }
            if !change.is_new() {
                changed.insert(change.path);
            } else if storer.looker.look(&change.path)?.is_some_and(|meta| meta.len() <= MAX_FILE_BYTES) {
                appeared.insert(change.path);
            }
        }
        let head = project.head_commit()?.map(|commit| commit.id());
        Ok(Since {
            has_head_moved: head != self.head,
            changed: shown(&changed),
            appeared: shown(&appeared),
            hidden: Vec::new(),
        })
    }
}
