//! Putting a backup in the place of a data directory.

use super::{BackupError, unpack::unpack};
use crate::{clock::Clock, home::Home, instance::Instance};
use harness_store::{AppStore, Content, check_database, is_open_elsewhere};
use serde::Serialize;
use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// The data directory.
    pub home: PathBuf,
    /// Where what was there before is now.
    pub aside: Option<PathBuf>,
    /// The version that made the backup.
    pub version: String,
    /// When, in UTC, in milliseconds since 1970.
    pub created_at_ms: i64,
    /// Whether the keys were in it.
    pub has_secrets: bool,
    /// Files in it.
    pub files: usize,
    /// Registered projects whose directories are not on this machine.
    pub missing_projects: Vec<PathBuf>,
}

/// Unpacks a backup beside the data directory, checks it as a whole, and puts it in the data directory's place in one step.
/// What was there is kept beside it under another name, and only replaced at all when `may_replace` says so.
///
/// Whatever fails before that step, the data directory is as it was. Fails with `NotEmpty`, `NotOurs`, `InUse`,
/// `NotReplaceable`, `Store` when a database is of a newer version, and as reading a backup does.
pub fn restore(home: &Home, clock: &dyn Clock, may_replace: bool, archive: impl Read) -> Result<Restored, BackupError> {
    let target = home.root();
    let is_there = holds_something(target)?;
    if is_there && !may_replace {
        return Err(BackupError::NotEmpty(target.into()));
    }
    if is_there && !home.is_in_use() {
        return Err(BackupError::NotOurs(target.into()));
    }
    let mut taken = None;
    if is_there {
        taken = Some(Instance::take(home, "restore a backup", clock)?);
        refuse_open(target)?;
    }
    let parent = target.parent().ok_or_else(|| BackupError::NotOurs(target.into()))?;
    fs::create_dir_all(parent).map_err(BackupError::file(parent, "made"))?;
    let staging = private_directory(parent).map_err(BackupError::file(parent, "written"))?;
    let manifest = unpack(archive, staging.path())?;
    check(staging.path())?;
    flush(staging.path())?;
    if is_there {
        // The unpacking may have taken minutes.
        refuse_open(target)?;
        if cfg!(windows) {
            // A directory with an open file in it cannot be moved there.
            drop(taken.take());
        }
    }
    let aside = put_in_place(staging, target, is_there, clock.now_ms())?;
    drop(taken);
    Ok(Restored {
        home: target.into(),
        aside,
        version: manifest.version,
        created_at_ms: manifest.created_at_ms,
        has_secrets: manifest.has_secrets,
        files: manifest.files.len(),
        missing_projects: missing_projects(target)?,
    })
}

/// Nobody else reads what is unpacked, from the first moment on.
fn private_directory(parent: &Path) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.prefix(".auto-agent-harness-restore-").tempdir_in(parent)
}

fn holds_something(dir: &Path) -> Result<bool, BackupError> {
    match fs::read_dir(dir) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(BackupError::file(dir, "read")(error)),
    }
}

/// Every database below a data directory, with what it is meant to be.
fn databases(root: &Path) -> Result<Vec<(PathBuf, Content)>, BackupError> {
    let mut found = vec![(root.join("app.db"), Content::App)];
    let projects = root.join("projects");
    if projects.is_dir() {
        for entry in fs::read_dir(&projects).map_err(BackupError::file(&projects, "read"))? {
            let file = entry.map_err(BackupError::file(&projects, "read"))?.path().join("project.db");
            found.extend(file.is_file().then_some((file, Content::Project)));
        }
    }
    Ok(found)
}

/// A run holds the data directory; an application or a server that only looks has its databases open.
fn refuse_open(root: &Path) -> Result<(), BackupError> {
    for (file, _) in databases(root)? {
        if is_open_elsewhere(&file)? {
            return Err(BackupError::InUse(root.into()));
        }
    }
    Ok(())
}

fn check(root: &Path) -> Result<(), BackupError> {
    for (file, content) in databases(root)? {
        check_database(&file, content)?;
    }
    Ok(())
}

/// Brings what was unpacked onto the disk, so that the one step after it is the only one that a loss of power can undo.
#[cfg(target_os = "linux")]
fn flush(dir: &Path) -> Result<(), BackupError> {
    let flushed = fs::File::open(dir).and_then(|dir| Ok(rustix::fs::syncfs(dir)?));
    flushed.map_err(BackupError::file(dir, "written"))
}

/// The one step is a rename, which no system puts before the writes it knows of.
#[cfg(not(target_os = "linux"))]
fn flush(_dir: &Path) -> Result<(), BackupError> {
    Ok(())
}

/// Returns where what was there is now.
fn put_in_place(staging: TempDir, target: &Path, is_there: bool, now_ms: i64) -> Result<Option<PathBuf>, BackupError> {
    let failed = |error: io::Error| BackupError::NotReplaceable { path: target.into(), detail: error.to_string() };
    if !is_there {
        match fs::remove_dir(target) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => fs::rename(staging.path(), target).map_err(failed)?,
        }
        // It has another name now, and nothing to remove is left under the old one.
        drop(staging.keep());
        return Ok(None);
    }
    let aside = free_name(target, now_ms);
    if exchange(staging.path(), target).map_err(failed)? {
        // From here on the directory of the staging's name is the old one, which nobody removes.
        let old = staging.keep();
        return Ok(Some(if fs::rename(&old, &aside).is_ok() { aside } else { old }));
    }
    fs::rename(target, &aside).map_err(failed)?;
    if let Err(error) = fs::rename(staging.path(), target) {
        // The old one goes back; when even that fails, the error says where it is.
        let back = fs::rename(&aside, target);
        return Err(match back {
            Ok(()) => failed(error),
            Err(_) => BackupError::file(&aside, "moved back to its place")(error),
        });
    }
    drop(staging.keep());
    Ok(Some(aside))
}

/// Swaps two directories in one step; false where the system cannot.
#[cfg(target_os = "linux")]
fn exchange(one: &Path, other: &Path) -> io::Result<bool> {
    use rustix::{
        fs::{CWD, RenameFlags, renameat_with},
        io::Errno,
    };
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn exchange(_one: &Path, _other: &Path) -> io::Result<bool> {
    Ok(false)
}

fn free_name(target: &Path, now_ms: i64) -> PathBuf {
    let stem = target.file_name().map_or_else(|| "data".into(), |name| name.to_string_lossy().into_owned());
    let at = jiff::Timestamp::from_millisecond(now_ms).unwrap_or_default().strftime("%Y%m%d-%H%M%S").to_string();
    let name = |number: u32| match number {
        1 => target.with_file_name(format!("{stem}.before-{at}")),
        _ => target.with_file_name(format!("{stem}.before-{at}-{number}")),
    };
    (1..).map(name).find(|path| path.symlink_metadata().is_err()).unwrap_or_else(|| name(1))
}

fn missing_projects(root: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let projects = AppStore::open(root)?.project_list()?;
    Ok(projects.into_iter().map(|project| project.path).filter(|path| !path.is_dir()).collect())
}
