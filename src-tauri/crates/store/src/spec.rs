//! Specifications as they were when last read.

use crate::{
    database::Step,
    error::Result,
    project_store::ProjectStore,
    row::{all, execute, first},
};
use rusqlite::Row;
use serde::Serialize;
use std::collections::HashMap;

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

/// A specification as it once was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecVersion {
    /// Its number, larger for later ones.
    pub id: u32,
    /// Its text.
    pub text: String,
    /// When it was first read; UTC, in milliseconds since 1970.
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
            let last = "SELECT 1 FROM spec WHERE name = ?1 AND sha256 = ?2";
            if first(tx, last, (&name, &sha256), |_| Ok(()))?.is_none() {
                execute(tx, "INSERT INTO spec_version (name, text, at_ms) VALUES (?1, ?2, ?3)", (&name, &text, at_ms))?;
            }
            execute(tx, SQL, (&name, &file, &text, &sha256, at_ms))?;
            Ok(())
        })
    }

    /// Forgets a specification that is no longer there; its versions stay.
    pub fn spec_forget(&self, name: &str) -> Result<()> {
        let name = name.to_owned();
        self.db.write(move |tx| {
            execute(tx, "DELETE FROM spec WHERE name = ?1", [&name])?;
            Ok(())
        })
    }

    /// The texts a specification ever had, newest first: as many as have at most `most_bytes` together, but one at least.
    pub fn spec_versions(&self, name: &str, most_bytes: u64) -> Result<Vec<SpecVersion>> {
        const SQL: &str = "SELECT id, text, at_ms FROM spec_version JOIN (SELECT id AS version, sum(octet_length(text)) \
                           OVER (ORDER BY id DESC) - octet_length(text) AS newer, sum(octet_length(text)) OVER \
                           (ORDER BY id DESC) AS bytes FROM spec_version WHERE name = ?1) ON version = id \
                           WHERE newer = 0 OR bytes <= ?2 ORDER BY id DESC";
        let most_bytes = i64::try_from(most_bytes).unwrap_or(i64::MAX);
        self.db.read(|connection| {
            all(connection, SQL, (name, most_bytes), |row| {
                Ok(SpecVersion { id: row.get("id")?, text: row.get("text")?, at_ms: row.get("at_ms")? })
            })
        })
    }

    /// How many features came from each specification, by its name.
    pub fn features_by_spec(&self) -> Result<HashMap<String, u32>> {
        let sql = "SELECT source_spec, count(*) FROM feature WHERE kind = 'feature' GROUP BY source_spec";
        self.db.read(|connection| {
            Ok(all(connection, sql, (), |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect())
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
