//! Checkpoints: saved states of a project, as rows. The trees and copies themselves are the engine's.

use crate::{
    database::Step,
    error::{Result, StoreError},
    project_store::ProjectStore,
    row::{all, execute, first, json, new_id, path_text, to_json, word},
};
use harness_domain::{
    checkpoint::CheckpointKind,
    id::{CheckpointId, FeatureId, RunId},
};
use rusqlite::{Connection, Row, named_params};
use serde::Serialize;
use std::path::PathBuf;

/// A checkpoint to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCheckpoint {
    /// As people know it.
    pub name: String,
    /// Why it was made.
    pub kind: CheckpointKind,
    /// The card it was made for, if any.
    pub feature: Option<FeatureId>,
    /// The run it was made in, if any.
    pub run: Option<RunId>,
    /// The git tree that holds the project's files.
    pub tree_oid: String,
    /// The commit of that tree.
    pub commit_oid: String,
    /// The copy of the project's database.
    pub database_copy: PathBuf,
    /// Pinned checkpoints are never cleaned up by themselves.
    pub is_pinned: bool,
    /// UTC, in milliseconds since 1970.
    pub created_at_ms: i64,
    /// What else it takes to restore it; opaque here.
    pub record: serde_json::Value,
}

/// A checkpoint as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checkpoint {
    /// Its number within the project.
    pub id: CheckpointId,
    /// As people know it.
    pub name: String,
    /// Why it was made.
    pub kind: CheckpointKind,
    /// The card it was made for, if any.
    pub feature: Option<FeatureId>,
    /// The run it was made in, if any.
    pub run: Option<RunId>,
    /// The git tree that holds the project's files.
    pub tree_oid: String,
    /// The commit of that tree.
    pub commit_oid: String,
    /// The copy of the project's database.
    pub database_copy: PathBuf,
    /// Pinned checkpoints are never cleaned up by themselves.
    pub is_pinned: bool,
    /// UTC, in milliseconds since 1970.
    pub created_at_ms: i64,
    /// What else it takes to restore it; opaque here.
    #[serde(skip)]
    pub record: serde_json::Value,
}

impl ProjectStore {
    /// Stores a checkpoint. Its number was never used before. Fails with `PathNotText`.
    pub fn checkpoint_add(&self, checkpoint: NewCheckpoint) -> Result<Checkpoint> {
        const SQL: &str = "INSERT INTO checkpoint (name, kind, feature_id, run_id, tree_oid, commit_oid, database_copy, \
                           is_pinned, is_automatic, created_at_ms, record) VALUES (:name, :kind, :feature, :run, \
                           :tree_oid, :commit_oid, :database_copy, :is_pinned, :is_automatic, :created_at_ms, :record)";
        self.db.write(move |tx| {
            let parameters = named_params! {
                ":name": checkpoint.name,
                ":kind": checkpoint.kind.as_str(),
                ":feature": checkpoint.feature.map(|feature| feature.0),
                ":run": checkpoint.run.map(|run| run.0),
                ":tree_oid": checkpoint.tree_oid,
                ":commit_oid": checkpoint.commit_oid,
                ":database_copy": path_text(&checkpoint.database_copy)?,
                ":is_pinned": checkpoint.is_pinned,
                ":is_automatic": checkpoint.kind.is_automatic(),
                ":created_at_ms": checkpoint.created_at_ms,
                ":record": to_json(&checkpoint.record, "the record of a checkpoint")?,
            };
            execute(tx, SQL, parameters)?;
            load(tx, CheckpointId(new_id(tx)))
        })
    }

    /// Every checkpoint, newest first.
    pub fn checkpoint_list(&self) -> Result<Vec<Checkpoint>> {
        self.db.read(|connection| all(connection, "SELECT * FROM checkpoint ORDER BY id DESC", (), from_row))
    }

    /// One checkpoint. Fails with `NoSuchCheckpoint`.
    pub fn checkpoint(&self, id: CheckpointId) -> Result<Checkpoint> {
        self.db.read(|connection| load(connection, id))
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
        kind: word(row, "kind", "why a checkpoint was made", CheckpointKind::parse)?,
        feature: row.get::<_, Option<u32>>("feature_id")?.map(FeatureId),
        run: row.get::<_, Option<u32>>("run_id")?.map(RunId),
        tree_oid: row.get("tree_oid")?,
        commit_oid: row.get("commit_oid")?,
        database_copy: PathBuf::from(row.get::<_, String>("database_copy")?),
        is_pinned: row.get("is_pinned")?,
        created_at_ms: row.get("created_at_ms")?,
        record: json(row, "record", "the record of a checkpoint")?,
    })
}
