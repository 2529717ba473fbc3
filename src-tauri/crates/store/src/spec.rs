//! Specifications as they were when last read.

use crate::{
    database::Step,
    error::Result,
    project_store::ProjectStore,
    row::{all, execute, first},
};
use rusqlite::Row;
use serde::Serialize;

/// A specification as it was when last read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredSpec {
    /// `main`, or the name in the manifest.
    pub name: String,
    /// The file's path inside the project, with `/`.
    pub file: String,
    /// Its text.
    pub text: String,
    /// Of the text, as lower-case hexadecimal digits.
    pub sha256: String,
    /// When it was read; UTC, in milliseconds since 1970.
    pub at_ms: i64,
}

impl ProjectStore {
    /// Stores a specification; one of the same name is replaced.
    pub fn spec_put(&self, name: &str, file: &str, text: &str, sha256: &str, at_ms: i64) -> Result<()> {
        const SQL: &str = "INSERT INTO spec (name, file, text, sha256, at_ms) VALUES (?1, ?2, ?3, ?4, ?5) \
                           ON CONFLICT (name) DO UPDATE SET file = excluded.file, text = excluded.text, \
                           sha256 = excluded.sha256, at_ms = excluded.at_ms";
        let [name, file, text, sha256] = [name, file, text, sha256].map(str::to_owned);
        self.db.write(move |tx| {
            execute(tx, SQL, (&name, &file, &text, &sha256, at_ms))?;
            Ok(())
        })
    }

    /// Every specification, by name, `main` first.
    pub fn specs(&self) -> Result<Vec<StoredSpec>> {
        self.db.read(|connection| all(connection, "SELECT * FROM spec ORDER BY name <> 'main', name", (), from_row))
    }

    /// One specification, if stored.
    pub fn spec(&self, name: &str) -> Result<Option<StoredSpec>> {
        self.db.read(|connection| first(connection, "SELECT * FROM spec WHERE name = ?1", [name], from_row))
    }
}

fn from_row(row: &Row<'_>) -> Step<StoredSpec> {
    Ok(StoredSpec {
        name: row.get("name")?,
        file: row.get("file")?,
        text: row.get("text")?,
        sha256: row.get("sha256")?,
        at_ms: row.get("at_ms")?,
    })
}
