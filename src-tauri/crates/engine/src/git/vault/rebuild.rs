//! Makes a project's repository anew when it is gone or damaged.

use super::{Place, Vault, objects, place};
use crate::git::{
    GitError,
    error::{Doing, io_at},
    repository::{self, Project},
};
use git2::{Index, Oid, Repository, RepositoryInitOptions};
use std::{
    io::{self, ErrorKind},
    path::Path,
};

/// Where a repository is made before it is moved into its place.
const STAGING: &str = ".git-auto-agent-harness";

/// As [`Vault::repair`] says.
pub(super) fn repair(
    vault: &Vault,
    dir: &Path,
    place: &Place,
    beside: &Path,
    aside: &Path,
) -> Result<Vec<String>, GitError> {
    let dot_git = dir.join(".git");
    let link = beside.join(place::LINK_FILE);
    let why = match repository::open(dir) {
        Ok(project) => match is_whole(&project, place) {
            Ok(()) => return Ok(Vec::new()),
            Err(error) => error,
        },
        // Nobody else's fault, and nothing that a new repository would mend.
        Err(error @ (GitError::Missing { .. } | GitError::NotADirectory { .. } | GitError::Untrusted { .. })) => {
            return Err(error);
        }
        Err(error) => error,
    };
    if link.exists() {
        // A linked work tree: the repository itself is elsewhere, and only the way to it can be put back.
        let remarks = put_away(&dot_git, aside)?;
        std::fs::copy(&link, &dot_git).map_err(io_at(&dot_git))?;
        return repository::open(dir).and(Ok(remarks));
    }
    if !place.has_history {
        // Without its history there is nothing to make it from.
        return Err(why);
    }
    let staging = dir.join(STAGING);
    sweep(dir)?;
    build(vault, &staging, place, beside)?;
    let mut remarks =
        vec!["the project's repository was gone or damaged and was made anew from checkpoints".to_owned()];
    remarks.extend(put_away(&dot_git, aside)?);
    std::fs::rename(&staging, &dot_git).map_err(io_at(&dot_git))?;
    Ok(remarks)
}

/// Moves what stands in the place of `.git` to where a person finds it.
fn put_away(dot_git: &Path, aside: &Path) -> Result<Vec<String>, GitError> {
    if std::fs::symlink_metadata(dot_git).is_err() {
        return Ok(Vec::new());
    }
    let to = aside.join("git-as-it-was");
    std::fs::create_dir_all(aside).map_err(io_at(aside))?;
    move_away(dot_git, &to).map_err(io_at(dot_git))?;
    Ok(vec![format!("what was left of the old one is kept as {}", to.display())])
}

/// Removes a repository that was being made when the process died.
pub(super) fn sweep(dir: &Path) -> Result<(), GitError> {
    let staging = dir.join(STAGING);
    match std::fs::remove_dir_all(&staging) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(io_at(staging)(error)),
        _ => Ok(()),
    }
}

/// Fails unless the repository can be read and has every commit that `place` names, with the files of each.
fn is_whole(project: &Project, place: &Place) -> Result<(), GitError> {
    project.position()?;
    project.head_commit()?;
    let commit = |oid| project.repo.find_object(oid, None).and_then(|object| object.peel_to_commit());
    let head = place.commit.as_deref().and_then(|oid| Oid::from_str(oid).ok());
    let tips = head.into_iter().map(|oid| commit(oid).map(|commit| commit.id()).doing("read the history"));
    objects::prove_history(&project.repo, &tips.collect::<Result<Vec<_>, _>>()?)
}

fn build(vault: &Vault, staging: &Path, place: &Place, beside: &Path) -> Result<(), GitError> {
    let mut options = RepositoryInitOptions::new();
    options.bare(true).no_reinit(true).external_template(false);
    let repo = Repository::init_opts(staging, &options).doing("make a repository")?;
    // The stash is the log of a ref, and a bare repository keeps none unless told to.
    let settings = |mut config: git2::Config| {
        config.set_bool("core.bare", false)?;
        config.set_bool("core.logAllRefUpdates", true)
    };
    repo.config().and_then(settings).doing("write the git settings")?;
    let mut commits = Vec::new();
    for oid in place.tips() {
        objects::tag_chain(&vault.repo, &repo, oid, &mut commits)?;
    }
    objects::copy_commits(&vault.repo, &repo, &commits, objects::Into::Own)?;
    for (name, oid) in &place.refs {
        if let Ok(oid) = Oid::from_str(oid)
            && name != "refs/stash"
        {
            repo.reference(name, oid, true, "made anew").doing("write a ref")?;
        }
    }
    rebuild_stash(&repo, place)?;
    match (&place.branch, &place.commit) {
        (Some(branch), _) => {
            let name = if branch.starts_with("refs/") { branch.clone() } else { format!("refs/heads/{branch}") };
            repo.set_head(&name).doing("write HEAD")?;
        }
        (None, Some(oid)) => {
            let oid = Oid::from_str(oid).doing("write HEAD")?;
            repo.set_head_detached(oid).doing("write HEAD")?;
        }
        (None, None) => {}
    }
    drop(repo);
    std::fs::create_dir_all(staging.join("info")).map_err(io_at(staging))?;
    for name in place::SETTINGS.into_iter().filter(|name| *name != "index") {
        let (from, to) = (beside.join(name.replace('/', "-")), staging.join(name));
        if from.exists() {
            std::fs::copy(&from, &to).map_err(io_at(&to))?;
        }
    }
    Ok(())
}

/// Writes the stash anew, oldest entry first, as its log is the list.
fn rebuild_stash(repo: &Repository, place: &Place) -> Result<(), GitError> {
    if place.stash.is_empty() {
        return Ok(());
    }
    repo.reference_ensure_log("refs/stash").doing("write the stash")?;
    for (oid, message) in place.stash.iter().rev() {
        let oid = Oid::from_str(oid).doing("write the stash")?;
        repo.reference("refs/stash", oid, true, message).doing("write the stash")?;
    }
    Ok(())
}

/// Whether the repository has everything that an index names.
pub(super) fn is_index_whole(project: &Project, index: &Path) -> bool {
    let Ok(odb) = project.repo.odb() else { return false };
    Index::open(index).is_ok_and(|index| {
        index.iter().all(|entry| entry.mode.cast_signed() == crate::git::files::GITLINK || odb.exists(entry.id))
    })
}

/// Renames, or copies and removes where the data directory is on another file system.
fn move_away(from: &Path, to: &Path) -> io::Result<()> {
    match std::fs::rename(from, to) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {}
        outcome => return outcome,
    }
    copy_all(from, to)?;
    if from.is_dir() { std::fs::remove_dir_all(from) } else { std::fs::remove_file(from) }
}

/// Copies files and directories; links are left out, since they lead elsewhere.
fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    let kind = std::fs::symlink_metadata(from)?.file_type();
    if kind.is_file() {
        return std::fs::copy(from, to).map(drop);
    }
    if kind.is_dir() {
        std::fs::create_dir_all(to)?;
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            copy_all(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
