//! What a backup says of itself, and what of that is believed.

use super::{BackupError, FORMAT, MANIFEST};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// More files than any data directory has; a list that is longer was made to fill the memory.
const MOST_FILES: usize = 1_000_000;
/// A manifest of so many files is shorter.
pub(super) const LONGEST: u64 = 256 * 1024 * 1024;
/// The longest path that a tar header without extensions holds.
const LONGEST_PATH: usize = 255;

/// The list at the beginning of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub format: u32,
    /// The version of the product that made it.
    pub version: String,
    /// UTC, in milliseconds since 1970.
    pub created_at_ms: i64,
    /// Whether the keys are in it.
    pub has_secrets: bool,
    /// Every file, in the order of the entries.
    pub files: Vec<Listed>,
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    /// From the data directory on, with `/` between its parts.
    pub path: String,
    pub bytes: u64,
    /// In lower-case hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    /// Reads and checks what came from outside.
    ///
    /// Fails with `NewerFormat`, and with `NotABackup` when a path could lead anywhere else than below the data directory.
    pub fn parse(json: &[u8]) -> Result<Self, BackupError> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let bad = |error: serde_json::Error| BackupError::damaged(format!("{MANIFEST}: {error}"));
        let found = serde_json::from_slice::<Format>(json).map_err(bad)?.format;
        if found != FORMAT {
            return Err(BackupError::NewerFormat { found });
        }
        let manifest: Self = serde_json::from_slice(json).map_err(bad)?;
        if manifest.files.len() > MOST_FILES {
            return Err(BackupError::damaged(format!("it lists more than {MOST_FILES} files")));
        }
        let mut seen = HashSet::new();
        for file in &manifest.files {
            if !is_plain(&file.path) {
                return Err(BackupError::damaged(format!("it lists the path {:?}", file.path)));
            }
            // Some file systems know no difference.
            if !seen.insert(file.path.to_lowercase()) {
                return Err(BackupError::damaged(format!("it lists {:?} twice", file.path)));
            }
        }
        if !manifest.files.iter().any(|file| file.path == "app.db") {
            return Err(BackupError::damaged("there is no app.db in it"));
        }
        Ok(manifest)
    }

    /// Bytes of all files together; the highest number when that is more than a number can say.
    pub fn bytes(&self) -> u64 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.bytes))
    }
}

/// Whether a path names a file below a directory on every operating system, and fits a tar header.
pub(super) fn is_plain(path: &str) -> bool {
    let is_plain_part = |part: &str| {
        !matches!(part, "" | "." | "..")
            && !part.ends_with(['.', ' '])
            && !part.contains(|c: char| c.is_control() || matches!(c, '\\' | ':'))
    };
    path.len() <= LONGEST_PATH && path != MANIFEST && path.split('/').all(is_plain_part)
}
