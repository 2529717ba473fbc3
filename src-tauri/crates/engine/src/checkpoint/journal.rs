//! What the next process needs to know about a restore that was cut off.

use super::paths;
use crate::{EngineError, OpenProject, git::vault::write_whole};
use harness_domain::id::CheckpointId;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A restore that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Journal {
    /// What is restored.
    pub target: CheckpointId,
    /// How it was before.
    pub undo_with: CheckpointId,
    pub phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Phase {
    /// Files may have moved; they go back.
    Preparing,
    /// Every file is in its place; the rest follows.
    Decided,
}

fn path(project: &OpenProject) -> PathBuf {
    paths::root(project).join("restore.json")
}

/// Whether a restore is under way or was cut off.
pub(super) fn exists(project: &OpenProject) -> bool {
    path(project).exists()
}

/// The restore that is under way or was cut off.
pub(super) fn read(project: &OpenProject) -> Result<Option<Journal>, EngineError> {
    let path = path(project);
    let failed = |source| EngineError::File { path: path.clone(), action: "read", source };
    match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|error| failed(error.into())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

impl Journal {
    /// Writes it down, completely or not at all.
    pub fn write(&self, project: &OpenProject) -> Result<(), crate::git::GitError> {
        let path = path(project);
        let text = serde_json::to_vec(self)
            .map_err(|error| crate::git::GitError::Io { path: path.clone(), source: error.into() })?;
        write_whole(&path, &text)
    }
}

/// The restore is over.
pub(super) fn remove(project: &OpenProject) -> Result<(), EngineError> {
    let path = path(project);
    match std::fs::remove_file(&path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(EngineError::File { path, action: "removed", source })
        }
        _ => Ok(()),
    }
}
