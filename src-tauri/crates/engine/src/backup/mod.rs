//! The whole data directory as one file, and back.
//!
//! A backup is a `tar.gz` that any tool can open. Its first entry is `manifest.json`, which lists every other entry with
//! its length and SHA-256, in order; a restore believes nothing that is not in that list. The manifest is no signature: who
//! can change the file can change the list.
//!
//! What is in it: the databases as of one moment each, checkpoints, policies and settings. What is not: locks, what
//! sessions keep in homes of their own (caches of package managers, mostly), the projects' own directories, and, unless
//! asked for, the keys in `keys/`. The API key is in the operating system's keychain and never in a backup.

mod collect;
mod manifest;
mod restore;
mod unpack;
mod write;

pub use restore::{Restored, restore};
pub use write::{BackedUp, create};

use crate::EngineError;
use harness_store::StoreError;
use std::{io, path::PathBuf};
use thiserror::Error;

/// The first entry of every backup.
const MANIFEST: &str = "manifest.json";
/// Which layout of backups this is; a change that older versions cannot read raises it.
const FORMAT: u32 = 1;

/// Why a backup was not made or not restored. What was there before is as it was.
#[derive(Debug, Error)]
pub enum BackupError {
    /// A file or directory could not be used.
    #[error("{} could not be {action}: {source}", .path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What was to be done with it.
        action: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// The archive could not be written to its end.
    #[error("the backup could not be written: {0}")]
    Output(io::Error),
    /// Another process makes a backup of the same data directory.
    #[error("another backup of {} is being made: wait for its end", .0.display())]
    BackupUnderWay(PathBuf),
    /// A file changed between being listed and being written.
    #[error("{0} changed while the backup was made: make it again")]
    Changed(String),
    /// There is nothing to back up.
    #[error("{} is no data directory: nothing was ever kept there", .0.display())]
    NothingThere(PathBuf),
    /// The file is no backup, or a damaged one.
    #[error("this is no backup of Auto Agent Harness, or it is damaged: {0}")]
    NotABackup(String),
    /// A newer version made the backup.
    #[error("this backup has format {found}, and this version reads {FORMAT}: update the product")]
    NewerFormat {
        /// Its format.
        found: u32,
    },
    /// What the backup holds does not fit on the disk.
    #[error("the backup needs {needed} bytes and {} has room for {free}: free some disk space", .place.display())]
    NoRoom {
        /// Bytes in it.
        needed: u64,
        /// Bytes that are free.
        free: u64,
        /// Where.
        place: PathBuf,
    },
    /// Something is kept in the target already.
    #[error("{} is not empty: say --force to move what is there aside first, and put the backup in its place", .0.display())]
    NotEmpty(PathBuf),
    /// The target holds something else than the product's data, which is never moved.
    #[error("{} holds something that is not the product's data: choose another directory (HARNESS_HOME)", .0.display())]
    NotOurs(PathBuf),
    /// Another process has the target open.
    #[error("{} is open in another process: stop the application, the server and every run first", .0.display())]
    InUse(PathBuf),
    /// The target cannot be replaced as a whole.
    #[error(
        "{} cannot be replaced as a whole ({detail}): it may be a mount point. Let HARNESS_HOME be a directory below it", .path.display()
    )]
    NotReplaceable {
        /// The target.
        path: PathBuf,
        /// In the operating system's words.
        detail: String,
    },
    /// A database in it cannot be read by this version.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another part of the product refused.
    #[error(transparent)]
    Engine(#[from] Box<EngineError>),
}

impl BackupError {
    fn file(path: &std::path::Path, action: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, action, source }
    }

    fn damaged(detail: impl std::fmt::Display) -> Self {
        Self::NotABackup(detail.to_string())
    }
}

impl From<EngineError> for BackupError {
    fn from(error: EngineError) -> Self {
        Self::Engine(Box::new(error))
    }
}

#[cfg(test)]
mod tests;
