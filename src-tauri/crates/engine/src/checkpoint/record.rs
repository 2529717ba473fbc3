//! What is stored of a checkpoint besides its columns, and what a person sees of it.

use crate::{EngineError, git::vault::Place};
use harness_domain::id::CheckpointId;
use harness_store::Checkpoint;
use serde::{Deserialize, Serialize};

/// What else it takes to restore a checkpoint.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Record {
    pub place: Place,
    pub files: u64,
    pub left_out: Vec<LeftFile>,
    pub remarks: Vec<String>,
    pub database_sha256: String,
    pub board_mark: String,
    pub cards_done: u32,
    pub cards_total: u32,
    /// What was about to be restored.
    pub before: Option<CheckpointId>,
}

/// A file that a checkpoint does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftFile {
    /// The file, or the directory with all that is in it.
    pub path: String,
    /// Why.
    pub why: String,
}

/// A checkpoint as a person or program sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckpointView {
    /// What is stored of every checkpoint.
    #[serde(flatten)]
    pub checkpoint: Checkpoint,
    /// The branch of that time; none when HEAD was on none.
    pub branch: Option<String>,
    /// The commit HEAD was at; none before the first one.
    pub head: Option<String>,
    /// A merge, rebase or the like that was under way.
    pub unfinished: Option<String>,
    /// Files it holds.
    pub files: u64,
    /// Cards that passed.
    pub cards_done: u32,
    /// All cards.
    pub cards_total: u32,
    /// Files it does not hold.
    pub left_out: Vec<LeftFile>,
    /// What a person should know besides.
    pub remarks: Vec<String>,
    /// The checkpoint that was restored right after this one was made.
    pub before: Option<CheckpointId>,
}

impl Record {
    /// Reads what was stored. Fails with `CheckpointUnusable`.
    pub fn of(checkpoint: &Checkpoint) -> Result<Self, EngineError> {
        serde_json::from_value(checkpoint.record.clone()).map_err(|error| EngineError::CheckpointUnusable {
            checkpoint: checkpoint.id,
            detail: format!("its record cannot be read ({error})"),
        })
    }
}

impl CheckpointView {
    pub(super) fn of(checkpoint: Checkpoint) -> Result<Self, EngineError> {
        let record = Record::of(&checkpoint)?;
        Ok(Self {
            checkpoint,
            branch: record.place.branch,
            head: record.place.commit,
            unfinished: record.place.unfinished,
            files: record.files,
            cards_done: record.cards_done,
            cards_total: record.cards_total,
            left_out: record.left_out,
            remarks: record.remarks,
            before: record.before,
        })
    }
}
