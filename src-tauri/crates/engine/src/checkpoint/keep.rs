//! Which checkpoints stay, and what goes with those that do not.

use super::{
    paths::{self, Lock},
    record::Record,
};
use crate::{
    EngineError, OpenProject,
    git::vault::{Staying, Vault},
    session::standstill::stand_still,
};
use harness_domain::{
    checkpoint::{Kept, Retention, outdated},
    event::Event,
    id::CheckpointId,
};
use std::{collections::HashSet, ffi::OsString};

/// Keeps a checkpoint until a person removes it, or lets it go with the others. Fails with `NoSuchCheckpoint`.
pub fn pin(project: &OpenProject, id: CheckpointId, is_pinned: bool) -> Result<(), EngineError> {
    Ok(project.store.checkpoint_pin(id, is_pinned)?)
}

/// Removes a checkpoint. Fails with `NoSuchCheckpoint`.
pub fn delete(project: &OpenProject, id: CheckpointId) -> Result<(), EngineError> {
    let lock = Lock::take(project)?;
    let _standstill = stand_still(project)?;
    super::restore::settle(project, &lock)?;
    remove(project, &[id], &lock)
}

/// Removes what a rule no longer keeps; the numbers of what went.
pub fn prune(project: &OpenProject, rule: Retention) -> Result<Vec<CheckpointId>, EngineError> {
    let lock = Lock::take(project)?;
    let _standstill = stand_still(project)?;
    super::restore::settle(project, &lock)?;
    prune_locked(project, rule, &lock)
}

pub(super) fn prune_locked(
    project: &OpenProject,
    rule: Retention,
    lock: &Lock,
) -> Result<Vec<CheckpointId>, EngineError> {
    let all = project.store.checkpoint_list()?;
    let kept: Vec<Kept> = all
        .iter()
        .map(|checkpoint| Kept {
            id: checkpoint.id,
            kind: checkpoint.kind,
            is_pinned: checkpoint.is_pinned,
            created_at_ms: checkpoint.created_at_ms,
        })
        .collect();
    let gone = outdated(&kept, rule, project.app.clock.now_ms());
    if !gone.is_empty() {
        remove(project, &gone, lock)?;
    }
    Ok(gone)
}

/// The row goes first: whatever is left without one is swept away.
fn remove(project: &OpenProject, ids: &[CheckpointId], lock: &Lock) -> Result<(), EngineError> {
    for id in ids {
        project.store.checkpoint_remove(*id)?;
        if let Err(error) = Vault::unpublish(project.dir(), id.0) {
            tracing::info!(checkpoint = %id, %error, "the private ref of a checkpoint stays in the project");
        }
    }
    sweep(project, lock)?;
    let vault = paths::vault(project, lock)?;
    if vault.note_removals(ids.len())?
        && let Err(error) = compact(project, vault)
    {
        // Space is all that is lost.
        tracing::warn!(%error, "the space of removed checkpoints was not freed");
    }
    project.publish(Event::CheckpointsRemoved { checkpoints: ids.to_vec() });
    Ok(())
}

/// Frees the space that only removed checkpoints used.
pub(super) fn compact(project: &OpenProject, vault: Vault) -> Result<(), EngineError> {
    let all = project.store.checkpoint_list()?;
    let records = all.iter().map(Record::of).collect::<Result<Vec<_>, _>>()?;
    let besides: Vec<_> = all.iter().map(|checkpoint| paths::beside(project, checkpoint)).collect();
    let staying: Vec<Staying<'_>> = all
        .iter()
        .zip(&records)
        .zip(&besides)
        .map(|((checkpoint, record), beside)| Staying {
            tree: &checkpoint.tree_oid,
            commit: &checkpoint.commit_oid,
            place: &record.place,
            beside,
        })
        .collect();
    Ok(vault.compact(&staying)?)
}

/// Removes what belongs to no checkpoint: what a process left that died while it made or removed one.
pub(super) fn sweep(project: &OpenProject, _lock: &Lock) -> Result<(), EngineError> {
    let copies = paths::copies(project);
    let Ok(entries) = std::fs::read_dir(&copies) else { return Ok(()) };
    let all = project.store.checkpoint_list()?;
    let known: HashSet<OsString> = all
        .iter()
        .filter_map(|checkpoint| paths::beside(project, checkpoint).file_name().map(OsString::from))
        .collect();
    for entry in entries.flatten().filter(|entry| !known.contains(&entry.file_name())) {
        let path = entry.path();
        std::fs::remove_dir_all(&path).map_err(|source| EngineError::File { path, action: "removed", source })?;
    }
    Ok(())
}
