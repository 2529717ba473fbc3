//! Where checkpoints are in the data directory, and the lock that lets one process at a time work on them.

use crate::{EngineError, OpenProject, git::vault::Vault};
use harness_store::Checkpoint;
use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

/// How long to wait for another process that makes or restores a checkpoint.
const PATIENCE: Duration = Duration::from_secs(120);

/// Held while checkpoints of one project are made, restored or removed.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for its turn. Fails with `Refused` when another process takes too long.
    pub fn take(project: &OpenProject) -> Result<Self, EngineError> {
        Self::take_in(&root(project))
    }

    /// As [`Lock::take`], for the project whose part of the data directory `dir` is.
    pub fn take_in(dir: &Path) -> Result<Self, EngineError> {
        let mut taken = Ok(None);
        crate::git::wait_until(PATIENCE, || {
            taken = Self::try_take_in(dir);
            !matches!(taken, Ok(None))
        });
        taken?.ok_or_else(|| {
            EngineError::Refused(
                "another process is making or restoring a checkpoint; try again when it is done".into(),
            )
        })
    }

    /// None when another process has it.
    pub fn try_take(project: &OpenProject) -> Result<Option<Self>, EngineError> {
        Self::try_take_in(&root(project))
    }

    fn try_take_in(dir: &Path) -> Result<Option<Self>, EngineError> {
        let path = dir.join("checkpoints.lock");
        let failed = |source| EngineError::File { path: path.clone(), action: "locked", source };
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

/// The project's part of the data directory.
pub(super) fn root(project: &OpenProject) -> PathBuf {
    project.app.home.project(project.project.id)
}

/// What belongs to single checkpoints, a directory for each.
pub(super) fn copies(project: &OpenProject) -> PathBuf {
    root(project).join("checkpoints")
}

/// What belongs to one checkpoint.
pub(super) fn beside(project: &OpenProject, checkpoint: &Checkpoint) -> PathBuf {
    // Stored relative, so that the data directory may be moved.
    let copy = root(project).join(&checkpoint.database_copy);
    copy.parent().map(Path::to_owned).unwrap_or(copy)
}

/// The copy of the database of one checkpoint.
pub(super) fn database_copy(project: &OpenProject, checkpoint: &Checkpoint) -> PathBuf {
    root(project).join(&checkpoint.database_copy)
}

/// The repository that holds the files of all checkpoints. The caller has the lock.
pub(super) fn vault(project: &OpenProject, _lock: &Lock) -> Result<Vault, EngineError> {
    Ok(Vault::open(&root(project).join("checkpoints.git"))?)
}
