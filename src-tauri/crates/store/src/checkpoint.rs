//! Checkpoints: saved states of a project, as rows. The trees and copies themselves are the engine's.

use crate::{
    database::Step,
    error::{Result, StoreError},
    project_store::ProjectStore,
    row::{all, execute, first, new_id, path_text},
};
use harness_domain::id::{CheckpointId, FeatureId};
use rusqlite::{Connection, Row, named_params};
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
        const SQL: &str = "INSERT INTO checkpoint (name, feature_id, tree_oid, database_copy, is_pinned, is_automatic, \
                           created_at_ms) VALUES (:name, :feature, :tree_oid, :database_copy, :is_pinned, \
                           :is_automatic, :created_at_ms)";
        self.db.write(move |tx| {
            let parameters = named_params! {
                ":name": checkpoint.name,
                ":feature": checkpoint.feature.map(|feature| feature.0),
                ":tree_oid": checkpoint.tree_oid,
                ":database_copy": path_text(&checkpoint.database_copy)?,
                ":is_pinned": checkpoint.is_pinned,
                ":is_automatic": checkpoint.is_automatic,
                ":created_at_ms": checkpoint.created_at_ms,
            };
            execute(tx, SQL, parameters)?;
            load(tx, CheckpointId(new_id(tx)))
        })
    }

    /// Every checkpoint, newest first.
    pub fn checkpoint_list(&self) -> Result<Vec<Checkpoint>> {
        self.db.read(|connection| all(connection, "SELECT * FROM checkpoint ORDER BY id DESC", (), from_row))
    }

    /// Pins or unpins one. Fails with `NoSuchCheckpoint`.
    pub fn checkpoint_pin(&self, id: CheckpointId, is_pinned: bool) -> Result<()> {
        self.db.write(move |tx| {
            match execute(tx, "UPDATE checkpoint SET is_pinned = ?2 WHERE id = ?1", (id.0, is_pinned))? {
                0 => Err(StoreError::NoSuchCheckpoint(id).into()),
                _ => Ok(()),
            }
        })
    }

    /// Forgets one and returns it, so that the caller can remove its tree and copy. Fails with `NoSuchCheckpoint`.
    pub fn checkpoint_remove(&self, id: CheckpointId) -> Result<Checkpoint> {
        self.db.write(move |tx| {
            let checkpoint = load(tx, id)?;
            execute(tx, "DELETE FROM checkpoint WHERE id = ?1", [id.0])?;
            Ok(checkpoint)
        })
    }
}

fn load(connection: &Connection, id: CheckpointId) -> Step<Checkpoint> {
    let found = first(connection, "SELECT * FROM checkpoint WHERE id = ?1", [id.0], from_row)?;
    found.ok_or_else(|| StoreError::NoSuchCheckpoint(id).into())
}

fn from_row(row: &Row<'_>) -> Step<Checkpoint> {
    Ok(Checkpoint {
        id: CheckpointId(row.get("id")?),
        name: row.get("name")?,
        feature: row.get::<_, Option<u32>>("feature_id")?.map(FeatureId),
        tree_oid: row.get("tree_oid")?,
        database_copy: PathBuf::from(row.get::<_, String>("database_copy")?),
        is_pinned: row.get("is_pinned")?,
        is_automatic: row.get("is_automatic")?,
        created_at_ms: row.get("created_at_ms")?,
    })
}
