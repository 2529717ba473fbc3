//! Checkpoints: a project's files and its board at one moment, kept where no agent can reach them, and put back together
//! or not at all.
//!
//! A checkpoint holds every file that is not ignored, untracked ones included, byte for byte; where the repository stood
//! (branch, commit, other refs, stash, index) with its whole history; and a copy of the database. Secrets, oversized
//! untracked files and repositories inside the project are left out, and it says which.
//!
//! A restore puts files, branch, index and cards back. What happened stays on record: runs, sessions, transcripts, trails
//! and the checkpoints themselves. Ignored files are not touched. Before anything changes, the present state is saved as
//! a checkpoint of its own, which `undo` goes back to.
//!
//! All functions here may read every file of the project: call them on a thread that may block.

mod create;
mod journal;
mod keep;
mod paths;
mod record;
mod restore;
#[cfg(test)]
mod tests;

pub use create::{Created, New, after_pass, before_session, create};
pub use keep::{delete, pin, prune};
pub use record::{CheckpointView, LeftFile};
pub use restore::{Comparison, Preview, Restored, compare, last_safety, patch, preview, restore, undo};

use crate::{EngineError, OpenProject};
use harness_domain::id::CheckpointId;

/// Every checkpoint, newest first.
pub fn list(project: &OpenProject) -> Result<Vec<CheckpointView>, EngineError> {
    project.store.checkpoint_list()?.into_iter().map(CheckpointView::of).collect()
}

/// One checkpoint with all that is known of it. Fails with `NoSuchCheckpoint`.
pub fn show(project: &OpenProject, id: CheckpointId) -> Result<CheckpointView, EngineError> {
    CheckpointView::of(project.store.checkpoint(id)?)
}

/// Nobody makes, restores or removes a checkpoint while it is held.
pub(crate) struct Still {
    _lock: paths::Lock,
}

/// Waits until no checkpoint of the project whose part of the data directory `dir` is is being worked on. Fails with
/// `Refused` when that takes too long.
pub(crate) fn hold_still(dir: &std::path::Path) -> Result<Still, EngineError> {
    Ok(Still { _lock: paths::Lock::take_in(dir)? })
}

/// Finishes or takes back a restore that was cut off. Quick when there is none; leaves one alone that is under way.
pub(crate) fn settle(project: &OpenProject) -> Result<(), EngineError> {
    // Without its directory nothing can be put back, and a person must still be able to look at the records.
    if !journal::exists(project) || !project.dir().is_dir() {
        return Ok(());
    }
    match paths::Lock::try_take(project)? {
        Some(lock) => restore::settle(project, &lock),
        None => Ok(()),
    }
}
