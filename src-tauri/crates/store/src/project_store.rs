//! One project's database, and the reason that every write to it carries.

use crate::{
    database::{Database, Options},
    error::Result,
    migrate,
};
use harness_domain::{feature::Actor, id::RunId};
use std::path::Path;

/// Who changes something, why, in which run, and when. Kept in the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Who.
    pub actor: Actor,
    /// Why, in words a person can read later.
    pub reason: String,
    /// The run it happens in, if any.
    pub run: Option<RunId>,
    /// UTC, in milliseconds since 1970. Also the "now" that leases are compared with.
    pub at_ms: i64,
}

/// One project's cards, runs, evidence and transcripts.
///
/// Cheap to clone; clones share one writer thread, which ends when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct ProjectStore {
    pub(crate) db: Database,
}

impl ProjectStore {
    /// Opens or creates the database in `file`, whose directory must exist, and brings its schema up to date.
    ///
    /// Fails with [`crate::StoreError::NewerDatabase`] when a newer version of the product wrote it, and with
    /// `ReadOnly`, `Corrupt`, `Locked` or `CannotOpen` as their names say. Does not end claims of dead runs: that is
    /// for the caller, who can tell which runs are dead.
    pub fn open(file: &Path) -> Result<Self> {
        Self::open_with(file, Options::default())
    }

    /// As [`ProjectStore::open`], with limits other than the default ones.
    pub fn open_with(file: &Path, options: Options) -> Result<Self> {
        Ok(Self { db: Database::open(file, options, &migrate::PROJECT)? })
    }

    /// Copies the whole database, as of now, to `path`; what was there is replaced only when the copy is complete.
    ///
    /// Other processes may go on writing meanwhile; their later writes are not in the copy.
    pub fn backup_to(&self, path: &Path) -> Result<()> {
        self.db.backup_to(path)
    }

    /// A number that changes with every commit of another process, and with none of this one.
    pub fn foreign_mark(&self) -> Result<i64> {
        self.db.foreign_mark()
    }
}
