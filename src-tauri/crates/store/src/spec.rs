//! Specifications as they were when last read.
use crate::{database::unbuilt, error::Result, project_store::ProjectStore};
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
        let _ = (name, file, text, sha256, at_ms);
        unbuilt()
    }
    /// Every specification, by name, `main` first.
    pub fn specs(&self) -> Result<Vec<StoredSpec>> {
        unbuilt()
    }
    /// One specification, if stored.
    pub fn spec(&self, name: &str) -> Result<Option<StoredSpec>> {
        let _ = name;
        unbuilt()
    }
}
