//! Where a repository stood: its HEAD, its refs, its stash, and the few files that no object holds.

use super::{REFS, Vault, objects};
use crate::git::handle::Directory;
use crate::git::{
    GitError,
    error::{Doing, io_at},
    repository::{Position, Project},
};
use git2::{Oid, RepositoryState};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path};

/// Where a repository stood at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// The branch HEAD was on; none when it was on no branch.
    pub branch: Option<String>,
    /// The commit it was at; none before the first one.
    pub commit: Option<String>,
    /// Every other ref that names an object, checkpoints aside.
    pub refs: BTreeMap<String, String>,
    /// The stash, newest first: commit and message.
    pub stash: Vec<(String, String)>,
    /// A merge, rebase or the like that was under way.
    pub unfinished: Option<String>,
    /// Whether the vault has all of that.
    pub has_history: bool,
}

impl Place {
    /// Where the project's repository stands now.
    pub(super) fn of(project: &mut Project) -> Result<Self, GitError> {
        let (branch, commit) = match project.position()? {
            Position::Branch(name) => (Some(name), project.head_commit().ok().flatten().map(|head| head.id())),
            Position::Detached(oid) => (None, Some(oid)),
        };
        let mut refs = BTreeMap::new();
        for reference in project.repo.references().doing("read the refs")?.flatten() {
            let name = String::from_utf8_lossy(reference.name_bytes()).into_owned();
            if let (Some(oid), false) = (reference.target(), name.starts_with(REFS)) {
                refs.insert(name, oid.to_string());
            }
        }
        let mut stash = Vec::new();
        // A stash whose log is damaged leaves its newest entry, which is a ref as well.
        let _ = project.repo.stash_foreach(|_, message, oid| {
            stash.push((oid.to_string(), message.to_owned()));
            true
        });
        let unfinished =
            (project.repo.state() != RepositoryState::Clean).then(|| format!("{:?}", project.repo.state()));
        Ok(Self { branch, commit: commit.map(|oid| oid.to_string()), refs, stash, unfinished, has_history: true })
    }

    /// Whether HEAD, the stash and what is under way are the same. Other refs change with every piece of saved work.
    pub fn is_same_but_for_refs(&self, other: &Self) -> bool {
        (&self.branch, &self.commit, &self.stash, &self.unfinished)
            == (&other.branch, &other.commit, &other.stash, &other.unfinished)
    }

    /// Every object it names.
    pub(super) fn tips(&self) -> Vec<Oid> {
        let named = self.refs.values().chain(self.stash.iter().map(|(oid, _)| oid)).chain(&self.commit);
        let mut tips: Vec<Oid> = named.filter_map(|oid| Oid::from_str(oid).ok()).collect();
        tips.sort_unstable();
        tips.dedup();
        tips
    }
}

/// Files of the git directory that say how it works; the last one is in the project when `.git` is a file.
pub(super) const SETTINGS: [&str; 4] = ["index", "config", "info/exclude", "shallow"];

/// The copy of a `.git` that is a file.
pub(super) const LINK_FILE: &str = "gitfile";

/// Copies the index and the settings of the project's repository into `beside`.
pub(super) fn copy_settings(vault: &Vault, project: &Project, beside: &Path) -> Result<(), GitError> {
    for name in SETTINGS {
        // Each work tree has an index of its own; the rest is shared.
        let root = if name == "index" { project.repo.path() } else { project.repo.commondir() };
        copy_plain(root, name, &beside.join(name.replace('/', "-")))?;
    }
    copy_plain(&project.dir, ".git", &beside.join(LINK_FILE))?;
    keep_staged_when_changed(vault, project)
}

/// Copies a file if there is one. A link in its place, which an agent can put there, is not followed.
fn copy_plain(root: &Path, name: &str, to: &Path) -> Result<(), GitError> {
    let open = || {
        let here = Directory::open(root)?;
        match name.split_once('/') {
            Some((directory, name)) => here.child(directory.as_bytes())?.file(name.as_bytes()),
            None => here.file(name.as_bytes()),
        }
    };
    let Ok(mut from) = open() else { return Ok(()) };
    let mut into = std::fs::File::create(to).map_err(io_at(to))?;
    std::io::copy(&mut from, &mut into).map_err(io_at(to)).map(drop)
}

/// Looks through the index for content that stands nowhere else, when it changed since the last look.
fn keep_staged_when_changed(vault: &Vault, project: &Project) -> Result<(), GitError> {
    let Ok(meta) = std::fs::symlink_metadata(project.repo.path().join("index")) else { return Ok(()) };
    let mark = format!("{} {:?}", meta.len(), meta.modified().ok());
    let path = vault.dir.join("staged.mark");
    if std::fs::read_to_string(&path).is_ok_and(|before| before == mark) {
        return Ok(());
    }
    // An index that libgit2 cannot read (a split one) is copied all the same.
    if objects::keep_staged(vault, project).is_ok() {
        super::write_whole(&path, mark.as_bytes())?;
    }
    Ok(())
}
