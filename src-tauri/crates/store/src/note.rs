//! Small state of the host, by key.

use crate::{
    error::Result,
    project_store::ProjectStore,
    row::{execute, first},
};

impl ProjectStore {
    /// The text stored under `key`, if any.
    pub fn note(&self, key: &str) -> Result<Option<String>> {
        self.db
            .read(|connection| first(connection, "SELECT value FROM note WHERE key = ?1", [key], |row| Ok(row.get(0)?)))
    }

    /// Stores text under `key`; none removes it.
    pub fn set_note(&self, key: &str, value: Option<&str>) -> Result<()> {
        const SQL: &str = "INSERT INTO note (key, value) VALUES (?1, ?2) \
                           ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        let (key, value) = (key.to_owned(), value.map(str::to_owned));
        self.db.write(move |tx| {
            match value {
                Some(value) => execute(tx, SQL, (&key, &value))?,
                None => execute(tx, "DELETE FROM note WHERE key = ?1", [&key])?,
            };
            Ok(())
        })
    }
}
