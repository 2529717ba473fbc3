//! The project's files at one moment, to tell afterwards whether what was checked is what gets committed.

use super::{
    GitError, MAX_FILE_BYTES,
    files::{Content, Storer},
    path::{RepoPath, shown},
    repository, status,
};
use git2::Oid;
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
}

/// What happened to the project since a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Since {
    /// Whether somebody committed, or checked something else out.
    pub has_head_moved: bool,
    /// Files of that moment whose content is another one now, sorted. Files that are new since are not among them: checks
    /// leave reports and builds.
    pub changed: Vec<String>,
}

/// Looks at the project as it is now. Ignored files and untracked ones that no commit would take for their size are left out.
pub fn moment(dir: &Path) -> Result<Moment, GitError> {
    let project = repository::open(dir)?;
    let _turn = project.take_turn()?;
    let mut storer = Storer::new(&project)?;
    let mut files = BTreeMap::new();
    for change in status::changes(&project)?.files {
        let is_big = storer.looker.look(&change.path)?.is_some_and(|meta| meta.len() > MAX_FILE_BYTES);
        if !(change.is_untracked() && is_big) {
            let content = content(&mut storer, &change.path)?;
            files.insert(change.path, content);
        }
    }
    Ok(Moment { head: project.head_commit()?.map(|commit| commit.id()), files })
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

    /// Compares the project with what it is now.
    pub fn until_now(&self, dir: &Path) -> Result<Since, GitError> {
        let project = repository::open(dir)?;
        let _turn = project.take_turn()?;
        let mut storer = Storer::new(&project)?;
        let mut changed = BTreeSet::new();
        for (path, before) in &self.files {
            if content(&mut storer, path)? != *before {
                changed.insert(path.clone());
            }
        }
        for change in status::changes(&project)?.files {
            if !change.is_new() && !self.files.contains_key(&change.path) {
                changed.insert(change.path);
            }
        }
        let head = project.head_commit()?.map(|commit| commit.id());
        Ok(Since { has_head_moved: head != self.head, changed: shown(&changed) })
    }
}

/// A file that cannot be read has no content to compare. Nothing is stored: the file may be a secret.
fn content(storer: &mut Storer<'_>, path: &RepoPath) -> Result<Option<Content>, GitError> {
    storer.fingerprint(path)
}
