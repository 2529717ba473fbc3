//! Checkpoints: saved states of a project, as rows. The trees and copies themselves are the engine's.
use crate::{database::unbuilt, error::Result, project_store::ProjectStore};
use harness_domain::id::{CheckpointId, FeatureId};
use serde::Serialize;
use std::path::PathBuf;

/// A checkpoint to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCheckpoint {
    /// As people know it.
    pub name: String,
    /// The card it was made for, if any.
    pub feature: Option<FeatureId>,
    /// The git tree that holds the project's files.
    pub tree_oid: String,
    /// The copy of the project's database.
    pub database_copy: PathBuf,
    /// Pinned checkpoints are never cleaned up by themselves.
    pub is_pinned: bool,
    /// Whether the host made it, not a person.
    pub is_automatic: bool,
    /// UTC, in milliseconds since 1970.
    pub created_at_ms: i64,
}

/// A checkpoint as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checkpoint {
    /// Its number within the project.
    pub id: CheckpointId,
    /// As people know it.
    pub name: String,
    /// The card it was made for, if any.
    pub feature: Option<FeatureId>,
    /// The git tree that holds the project's files.
    pub tree_oid: String,
    /// The copy of the project's database.
    pub database_copy: PathBuf,
    /// Pinned checkpoints are never cleaned up by themselves.
    pub is_pinned: bool,
    /// Whether the host made it, not a person.
    pub is_automatic: bool,
    /// UTC, in milliseconds since 1970.
    pub created_at_ms: i64,
}

impl ProjectStore {
    /// Stores a checkpoint. Fails with `PathNotText`.
    pub fn checkpoint_add(&self, checkpoint: NewCheckpoint) -> Result<Checkpoint> {
        let _ = checkpoint;
        unbuilt()
    }
    /// Every checkpoint, newest first.
    pub fn checkpoint_list(&self) -> Result<Vec<Checkpoint>> {
        unbuilt()
    }
    /// Pins or unpins one. Fails with `NoSuchCheckpoint`.
    pub fn checkpoint_pin(&self, id: CheckpointId, is_pinned: bool) -> Result<()> {
        let _ = (id, is_pinned);
        unbuilt()
    }
    /// Forgets one and returns it, so that the caller can remove its tree and copy. Fails with `NoSuchCheckpoint`.
    pub fn checkpoint_remove(&self, id: CheckpointId) -> Result<Checkpoint> {
        let _ = id;
        unbuilt()
    }
}
