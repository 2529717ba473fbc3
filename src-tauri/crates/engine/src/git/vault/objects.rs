//! Objects from one repository to another, children before their parents, so that what is there is there in full.

use super::{
    Place, Vault,
    pack::{Added, Pack, has},
};
use crate::git::{GitError, error::Doing, repository::Project, secret, stage};
use git2::{ObjectType, Odb, Oid, Repository, Sort, Tree};
use std::{collections::HashSet, io::Write};

/// Commits copied one object at a time; more go as one pack.
const FEW_COMMITS: usize = 64;

/// Copies everything that the project's refs and stash lead to and the vault does not have.
pub(super) fn keep_history(vault: &Vault, project: &Project, place: &Place) -> Result<(), GitError> {
    let mut tips = Vec::new();
    for oid in place.tips() {
        tag_chain(&project.repo, &vault.repo, oid, &mut tips)?;
    }
    copy_commits(&project.repo, &vault.repo, &tips, Into::Own)
}

/// Copies the tag objects between a ref and its commit, which is added to `commits`.
pub(super) fn tag_chain(from: &Repository, to: &Repository, oid: Oid, commits: &mut Vec<Oid>) -> Result<(), GitError> {
    let (from_odb, to_odb) = (odb(from)?, odb(to)?);
    let mut oid = oid;
    loop {
        match from_odb.read_header(oid).doing("read a ref")?.1 {
            ObjectType::Commit => {
                commits.push(oid);
                return Ok(());
            }
            ObjectType::Tag => {
                copy(&from_odb, &to_odb, oid)?;
                oid = from.find_tag(oid).doing("read a tag")?.target_id();
            }
            ObjectType::Tree => return copy_tree(from, to, oid, Into::Own),
            _ => return copy(&from_odb, &to_odb, oid),
        }
    }
}

/// How objects are put into a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Into {
    /// The vault, or one that is being made: durable, in one piece.
    Own,
    /// The project's, which people and git itself look after: a few objects as files of their own.
    Projects,
}

impl Into {
    /// Which of the two sides no agent reaches.
    fn own<'a>(self, from: &'a Repository, to: &'a Repository) -> &'a Repository {
        match self {
            Self::Own => to,
            Self::Projects => from,
        }
    }
}

/// Copies commits with all that they lead to, down to what `to` has already.
pub(super) fn copy_commits(from: &Repository, to: &Repository, tips: &[Oid], into: Into) -> Result<(), GitError> {
    let (from_odb, to_odb) = (odb(from)?, odb(to)?);
    let (mut missing, mut boundary) = (HashSet::new(), Vec::new());
    let mut waiting = tips.to_vec();
    while let Some(oid) = waiting.pop() {
        if has(&to_odb, oid) {
            boundary.push(oid);
        } else if missing.insert(oid) {
            waiting.extend(from.find_commit(oid).doing("read the history")?.parent_ids());
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let mut walk = from.revwalk().doing("read the history")?;
    walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE).doing("read the history")?;
    for oid in &missing {
        walk.push(*oid).doing("read the history")?;
    }
    for oid in boundary {
        // One that only the other side has needs no hiding here.
        if has(&from_odb, oid) {
            walk.hide(oid).doing("read the history")?;
        }
    }
    if missing.len() > FEW_COMMITS {
        let mut builder = from.packbuilder().doing("copy the history")?;
        builder.insert_walk(&mut walk).doing("copy the history")?;
        let added = Added::watch(to)?;
        let mut writer = to_odb.packwriter().doing("copy the history")?;
        builder.foreach(|bytes| writer.write_all(bytes).is_ok()).doing("copy the history")?;
        writer.commit().doing("copy the history")?;
        added.sync()?;
        return to_odb.refresh().doing("copy the history");
    }
    let mut copying = Copying { from, pack: Pack::new(into.own(from, to)), from_odb, to_odb };
    for oid in walk {
        let commit = from.find_commit(oid.doing("read the history")?).doing("read the history")?;
        // A commit that is there is there in full, so what its first parent has needs no question.
        let parent = commit.parent(0).and_then(|parent| parent.tree()).ok();
        copying.tree(commit.tree_id(), parent.as_ref())?;
        copying.object(commit.id())?;
    }
    copying.store(to, into)
}

/// Copies a tree and everything below it that `to` does not have.
fn copy_tree(from: &Repository, to: &Repository, oid: Oid, into: Into) -> Result<(), GitError> {
    let pack = Pack::new(into.own(from, to));
    let mut copying = Copying { from, pack, from_odb: odb(from)?, to_odb: odb(to)? };
    copying.tree(oid, None)?;
    copying.store(to, into)
}

/// Objects on their way from one repository to another.
struct Copying<'a> {
    from: &'a Repository,
    from_odb: Odb<'a>,
    to_odb: Odb<'a>,
    pack: Pack,
}

impl Copying<'_> {
    /// A tree and everything below it, except for what stands in `base` too, which is there in full.
    fn tree(&mut self, oid: Oid, base: Option<&Tree<'_>>) -> Result<(), GitError> {
        if self.pack.has(&self.to_odb, oid) {
            return Ok(());
        }
        let tree = self.from.find_tree(oid).doing("read a directory")?;
        for entry in tree.iter() {
            let before = base.and_then(|base| base.get_name_bytes(entry.name_bytes()));
            if before.as_ref().is_some_and(|before| before.id() == entry.id()) {
                continue;
            }
            match entry.kind() {
                Some(ObjectType::Tree) => {
                    let base = before.and_then(|before| self.from.find_tree(before.id()).ok());
                    self.tree(entry.id(), base.as_ref())?;
                }
                Some(ObjectType::Blob) => self.object(entry.id())?,
                // The commit of a submodule is in that repository.
                _ => {}
            }
        }
        self.object(oid)
    }

    fn object(&mut self, oid: Oid) -> Result<(), GitError> {
        if self.pack.has(&self.to_odb, oid) { Ok(()) } else { self.pack.copy(&self.from_odb, oid) }
    }

    fn store(self, to: &Repository, into: Into) -> Result<(), GitError> {
        match into {
            Into::Own => self.pack.store(to),
            Into::Projects => self.pack.store_or_spread(to),
        }
    }
}

/// Copies a tree and everything below it, whatever `to` has of it: a directory that is there may lack its files, where
/// an agent had its hands on them.
pub(super) fn copy_whole_tree(from: &Repository, to: &Repository, oid: Oid) -> Result<(), GitError> {
    let (from_odb, to_odb) = (odb(from)?, odb(to)?);
    let mut waiting = vec![oid];
    let mut seen = HashSet::new();
    while let Some(oid) = waiting.pop() {
        if !seen.insert(oid) {
            continue;
        }
        for entry in from.find_tree(oid).doing("read a directory")?.iter() {
            match entry.kind() {
                Some(ObjectType::Tree) => waiting.push(entry.id()),
                Some(ObjectType::Blob) if seen.insert(entry.id()) => copy(&from_odb, &to_odb, entry.id())?,
                _ => {}
            }
        }
        copy(&from_odb, &to_odb, oid)?;
    }
    Ok(())
}

/// Copies one object. Reading checks it against its name, so nothing false is taken over.
fn copy(from: &Odb<'_>, to: &Odb<'_>, oid: Oid) -> Result<(), GitError> {
    if has(to, oid) {
        return Ok(());
    }
    let object = from.read(oid).doing("read an object")?;
    to.write(object.kind(), object.data()).doing("copy an object").map(drop)
}

/// Copies what is staged and stands nowhere else, but no secret: that was never to be in a checkpoint.
pub(super) fn keep_staged(vault: &Vault, project: &Project) -> Result<(), GitError> {
    let (from, to) = (odb(&project.repo)?, odb(&vault.repo)?);
    let staged = project.repo.index().doing("read the index")?;
    for entry in staged.iter().filter(|entry| entry.mode.cast_signed() != crate::git::files::GITLINK) {
        if has(&to, entry.id) {
            continue;
        }
        let path = crate::git::path::RepoPath::from_git(&entry.path);
        let is_small = |bytes: usize| bytes as u64 <= stage::SEARCHED_BYTES;
        let Ok((bytes, ObjectType::Blob)) = from.read_header(entry.id) else { continue };
        if secret::by_name(&path).is_some() || !is_small(bytes) {
            continue;
        }
        let Ok(object) = from.read(entry.id) else { continue };
        if secret::by_content(object.data(), || None).is_none() {
            to.write(ObjectType::Blob, object.data()).doing("copy what is staged")?;
        }
    }
    Ok(())
}

/// Reads a tree in full.
pub(super) fn prove_tree(repo: &Repository, oid: Oid) -> Result<(), GitError> {
    let odb = odb(repo)?;
    let mut waiting = vec![oid];
    let mut seen = HashSet::new();
    while let Some(oid) = waiting.pop() {
        if !seen.insert(oid) {
            continue;
        }
        let tree = repo.find_tree(oid).doing("read a directory")?;
        for entry in tree.iter() {
            match entry.kind() {
                Some(ObjectType::Tree) => waiting.push(entry.id()),
                Some(ObjectType::Blob) if seen.insert(entry.id()) => {
                    odb.read(entry.id()).doing("read a file of the checkpoint")?;
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Whether every commit that `tips` lead to can be read, and every file of the tips themselves.
pub(super) fn prove_history(repo: &Repository, tips: &[Oid]) -> Result<(), GitError> {
    let mut seen = HashSet::new();
    let mut waiting = tips.to_vec();
    while let Some(oid) = waiting.pop() {
        if seen.insert(oid) {
            waiting.extend(repo.find_commit(oid).doing("read the history")?.parent_ids());
        }
    }
    for oid in tips {
        prove_tree(repo, repo.find_commit(*oid).doing("read the history")?.tree_id())?;
    }
    Ok(())
}

fn odb(repo: &Repository) -> Result<Odb<'_>, GitError> {
    repo.odb().doing("open an object store")
}
