//! Brings a database's schema up to date: all missing steps in one transaction, or none.

use crate::{database::Step, error::StoreError};
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;

/// The numbered steps of one database; the number of the last one is stored in the file as `user_version`.
#[derive(Debug)]
pub(crate) struct Migrations(pub(crate) &'static [&'static str]);

pub(crate) const APP: Migrations = Migrations(&[
    include_str!("../migrations/app/0001_registry.sql"),
    include_str!("../migrations/app/0002_account.sql"),
]);
pub(crate) const PROJECT: Migrations = Migrations(&[
    include_str!("../migrations/project/0001_board.sql"),
    include_str!("../migrations/project/0002_status_count.sql"),
    include_str!("../migrations/project/0003_checkpoint_kind.sql"),
    include_str!("../migrations/project/0004_request.sql"),
    include_str!("../migrations/project/0005_removal.sql"),
    include_str!("../migrations/project/0006_interview.sql"),
    include_str!("../migrations/project/0007_image.sql"),
    include_str!("../migrations/project/0008_card_change.sql"),
    include_str!("../migrations/project/0009_transcript_sort.sql"),
]);

impl Migrations {
    /// The schema number a database has when every step is applied.
    pub fn latest(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// Applies the steps that `connection` lacks.
    ///
    /// Refuses a file that a newer version wrote. Two processes may do this at once: the second waits for the first
    /// and then finds nothing left to do, since the number is read again under the write lock.
    pub fn apply(&self, connection: &mut Connection, file: &Path) -> Step<()> {
        if self.missing(connection, file)?.is_empty() {
            return Ok(());
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let missing = self.missing(&transaction, file)?;
        for step in missing {
            transaction.execute_batch(step)?;
        }
        if !missing.is_empty() {
            transaction.pragma_update(None, "user_version", self.latest())?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Refuses a file that a newer version wrote.
    pub fn check(&self, connection: &Connection, file: &Path) -> Step<()> {
        self.missing(connection, file).map(drop)
    }

    fn missing(&self, connection: &Connection, file: &Path) -> Step<&'static [&'static str]> {
        let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let supported = self.latest();
        let applied = usize::try_from(found).ok().and_then(|applied| self.0.get(applied..));
        applied.ok_or_else(|| StoreError::NewerDatabase { file: file.to_owned(), found, supported }.into())
    }
}
