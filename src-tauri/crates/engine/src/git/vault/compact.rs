//! Frees the space of checkpoints that are gone, by making the vault anew with what is left.

use super::{Place, Vault, known::Known, objects, pack::Added};
use crate::git::{
    GitError,
    error::{Doing, io_at},
};
use git2::{Index, ObjectType};
use std::{
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

/// A checkpoint that stays.
pub(crate) struct Staying<'a> {
    /// Its tree.
    pub tree: &'a str,
    /// Its commit.
    pub commit: &'a str,
    /// Where the repository stood.
    pub place: &'a Place,
    /// Where its index and settings are.
    pub beside: &'a Path,
}

/// Removals after which it is worth the time.
const REMOVALS: u32 = 40;

impl Vault {
    /// Counts removals, and says whether there were so many that the space should be freed.
    pub fn note_removals(&self, more: usize) -> Result<bool, GitError> {
        let path = self.dir.join("removals");
        let before = std::fs::read_to_string(&path).ok().and_then(|text| text.parse().ok()).unwrap_or(0_u32);
        let now = before.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
        super::write_whole(&path, now.to_string().as_bytes())?;
        Ok(now >= REMOVALS)
    }

    /// Makes the vault anew with what `staying` needs. The old one stays in its place until the new one is proven whole.
    pub fn compact(self, staying: &[Staying<'_>]) -> Result<(), GitError> {
        let (partial, old) = (self.dir.with_extension("partial"), old_of(&self.dir));
        remove_all(&partial)?;
        let fresh = Vault::open(&partial)?;
        self.copy_to(&fresh, staying)?;
        for checkpoint in staying {
            fresh.prove(checkpoint.tree)?;
        }
        self.copy_memory(&fresh, staying);
        let dir = self.dir.clone();
        drop((self, fresh));
        std::fs::rename(&dir, &old).map_err(io_at(&dir))?;
        std::fs::rename(&partial, &dir).map_err(io_at(&dir))?;
        remove_all(&old)
    }

    fn copy_to(&self, fresh: &Vault, staying: &[Staying<'_>]) -> Result<(), GitError> {
        let mut commits = Vec::new();
        for checkpoint in staying {
            commits.push(self.oid(checkpoint.commit)?);
            for oid in checkpoint.place.tips() {
                // What a checkpoint without its history names may not be here.
                let copied = objects::tag_chain(&self.repo, &fresh.repo, oid, &mut commits);
                if checkpoint.place.has_history {
                    copied?;
                }
            }
        }
        let mut walk = self.repo.revwalk().doing("free space")?;
        for oid in commits {
            walk.push(oid).doing("free space")?;
        }
        let mut builder = self.repo.packbuilder().doing("free space")?;
        builder.insert_walk(&mut walk).doing("free space")?;
        let odb = fresh.repo.odb().doing("free space")?;
        let added = Added::watch(&fresh.repo)?;
        let mut writer = odb.packwriter().doing("free space")?;
        builder.foreach(|bytes| writer.write_all(bytes).is_ok()).doing("free space")?;
        writer.commit().doing("free space")?;
        added.sync()?;
        let here = self.repo.odb().doing("free space")?;
        for checkpoint in staying {
            let Ok(index) = Index::open(&checkpoint.beside.join("index")) else { continue };
            for entry in index.iter() {
                if let Ok(object) = here.read(entry.id)
                    && !odb.exists(entry.id)
                {
                    odb.write(ObjectType::Blob, object.data()).doing("free space")?;
                }
            }
        }
        Ok(())
    }

    /// What is known of the files is only of use when everything it names is there.
    fn copy_memory(&self, fresh: &Vault, staying: &[Staying<'_>]) {
        let tree = Known::read(&self.known_path()).memory.tree;
        if staying.iter().any(|kept| kept.tree == tree) {
            // Without it every file is read once more.
            let _ = std::fs::copy(self.known_path(), fresh.known_path());
        }
    }
}

/// Puts a vault back that a process was about to replace when it died.
pub(super) fn settle(dir: &Path) -> Result<(), GitError> {
    let old = old_of(dir);
    if !old.exists() {
        return Ok(());
    }
    if dir.exists() { remove_all(&old) } else { std::fs::rename(&old, dir).map_err(io_at(dir)) }
}

fn old_of(dir: &Path) -> PathBuf {
    dir.with_extension("old")
}

fn remove_all(path: &Path) -> Result<(), GitError> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(io_at(path)(error)),
        _ => Ok(()),
    }
}
