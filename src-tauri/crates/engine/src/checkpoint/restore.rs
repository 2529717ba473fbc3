//! Puts a checkpoint back: files, repository and board together or not at all, and so that it can be undone.
//!
//! In order: the present state is saved; a journal is written; the files change places, which a crash takes back; the
//! journal says that it is decided; from then on a crash is gone on with: the board, then branch and index. Each of those
//! steps can be repeated.

use super::{
    CheckpointView, LeftFile, New,
    create::{create_locked, sha256_of},
    journal::{self, Journal, Phase},
    keep,
    paths::{self, Lock},
    record::Record,
};
use crate::{
    EngineError, OpenProject,
    git::{FileChange, How, vault::Vault},
    instance::Instance,
};
use harness_domain::{
    checkpoint::{CheckpointKind, Retention},
    event::Event,
    feature::Actor,
    id::CheckpointId,
};
use harness_store::{CardDifference, Checkpoint, ProjectStore, StoreError};
use serde::Serialize;

/// What differs between two states of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Files, from the first state to the second.
    pub files: Vec<FileChange>,
    /// Cards whose title or status differ; `now` is the first state, `then` the second.
    pub cards: Vec<CardDifference>,
}

/// What restoring a checkpoint would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// The checkpoint.
    pub checkpoint: CheckpointView,
    /// What would change.
    #[serde(flatten)]
    pub comparison: Comparison,
    /// Commits that would no longer be on the branch; they stay reachable from the checkpoint that undoes it.
    pub commits_taken_back: usize,
    /// Files of now that no checkpoint can hold. They are not touched, or copied aside where another has to come.
    pub left_out: Vec<LeftFile>,
    /// What is wrong with the project's repository, when it would have to be made anew.
    pub repository_problem: Option<String>,
}

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// What was restored.
    pub checkpoint: CheckpointId,
    /// What undoes it.
    pub undo_with: CheckpointId,
    /// What changed.
    #[serde(flatten)]
    pub comparison: Comparison,
    /// What a person should know besides.
    pub remarks: Vec<String>,
    /// Files that are not as the checkpoint has them: something wrote to the project meanwhile.
    pub unverified: Vec<FileChange>,
}

/// What differs between a checkpoint and another one, or the present state.
pub fn compare(project: &OpenProject, from: CheckpointId, to: Option<CheckpointId>) -> Result<Comparison, EngineError> {
    let lock = Lock::take(project)?;
    settle(project, &lock)?;
    let vault = paths::vault(project, &lock)?;
    let from = project.store.checkpoint(from)?;
    let then = paths::database_copy(project, &from);
    match to {
        None => {
            let (tree, _) = vault.look(project.dir(), Some(&from.tree_oid))?;
            let cards = project.store.board_difference(&then)?.into_iter().map(turned_round).collect();
            Ok(Comparison { files: vault.changes(&from.tree_oid, &tree)?, cards })
        }
        Some(to) => {
            let to = project.store.checkpoint(to)?;
            let cards = ProjectStore::copies_difference(&then, &paths::database_copy(project, &to))?;
            Ok(Comparison { files: vault.changes(&from.tree_oid, &to.tree_oid)?, cards })
        }
    }
}

/// The lines that differ between a checkpoint and another one, or the present state.
pub fn patch(project: &OpenProject, from: CheckpointId, to: Option<CheckpointId>) -> Result<Vec<u8>, EngineError> {
    let lock = Lock::take(project)?;
    settle(project, &lock)?;
    let vault = paths::vault(project, &lock)?;
    let from = project.store.checkpoint(from)?.tree_oid;
    let to = match to {
        None => vault.look(project.dir(), Some(&from))?.0,
        Some(to) => project.store.checkpoint(to)?.tree_oid,
    };
    Ok(vault.patch(&from, &to)?)
}

fn turned_round(card: CardDifference) -> CardDifference {
    CardDifference { now: card.then, then: card.now, ..card }
}

/// What restoring a checkpoint would do. Changes nothing.
pub fn preview(project: &OpenProject, id: CheckpointId) -> Result<Preview, EngineError> {
    let lock = Lock::take(project)?;
    settle(project, &lock)?;
    let vault = paths::vault(project, &lock)?;
    let checkpoint = project.store.checkpoint(id)?;
    let record = Record::of(&checkpoint)?;
    let cards = project.store.board_difference(&paths::database_copy(project, &checkpoint))?;
    let looked = vault.look(project.dir(), Some(&checkpoint.tree_oid));
    let (files, left_out, problem) = match looked {
        Ok((tree, left_out)) => (vault.changes(&tree, &checkpoint.tree_oid)?, left_out, None),
        Err(error) => (Vec::new(), Vec::new(), Some(error.to_string())),
    };
    let left_out = left_out.into_iter().map(|file| LeftFile { path: file.path, why: file.why.to_string() }).collect();
    Ok(Preview {
        checkpoint: CheckpointView::of(checkpoint)?,
        comparison: Comparison { files, cards },
        commits_taken_back: vault.commits_lost(project.dir(), &record.place).unwrap_or_default(),
        left_out,
        repository_problem: problem,
    })
}

/// Puts a checkpoint back. `_alone` is the proof that no run is under way and none can start.
///
/// Fails with `CheckpointUnusable` when it is damaged, and with `Git` when a file cannot be moved; nothing has changed
/// then, but that the present state was saved and a damaged repository was mended.
pub fn restore(project: &OpenProject, id: CheckpointId, _alone: &Instance) -> Result<Restored, EngineError> {
    let lock = Lock::take(project)?;
    settle(project, &lock)?;
    let target = project.store.checkpoint(id)?;
    restore_locked(project, &target, &lock)
}

/// Takes the last restore back, by restoring how things were before it. Undoing twice is undoing nothing.
///
/// Fails with `Refused` when nothing was restored yet.
pub fn undo(project: &OpenProject, _alone: &Instance) -> Result<Restored, EngineError> {
    let lock = Lock::take(project)?;
    settle(project, &lock)?;
    restore_locked(project, &last_safety(project)?, &lock)
}

/// The checkpoint that undoes the last restore.
pub fn last_safety(project: &OpenProject) -> Result<Checkpoint, EngineError> {
    let mut all = project.store.checkpoint_list()?.into_iter();
    all.find(|checkpoint| checkpoint.kind == CheckpointKind::BeforeRestore)
        .ok_or_else(|| EngineError::Refused("nothing was restored yet, so there is nothing to undo".into()))
}

fn restore_locked(project: &OpenProject, target: &Checkpoint, lock: &Lock) -> Result<Restored, EngineError> {
    let vault = paths::vault(project, lock)?;
    prove(project, &vault, target)?;
    let mut remarks = repair(project, &vault)?;
    let new = New {
        name: format!("before restoring {} ({})", target.id, target.name),
        kind: CheckpointKind::BeforeRestore,
        feature: None,
        run: None,
        is_pinned: false,
    };
    let safety = create_locked(project, new, Some(target), lock)?.checkpoint.checkpoint;
    let comparison = Comparison {
        files: vault.changes(&safety.tree_oid, &target.tree_oid)?,
        cards: project.store.board_difference(&paths::database_copy(project, target))?,
    };
    let journal = Journal { target: target.id, undo_with: safety.id, phase: Phase::Preparing };
    journal.write(project)?;
    let aside = paths::beside(project, &safety).join("kept");
    let decide = || Journal { phase: Phase::Decided, ..journal }.write(project);
    match vault.swap_files(project.dir(), &safety.tree_oid, &target.tree_oid, &aside, decide) {
        Ok(more) => remarks.extend(more),
        Err(error) => {
            // The files are where they were; nothing else was touched.
            journal::remove(project)?;
            return Err(error.into());
        }
    }
    remarks.extend(go_on(project, &vault, target, &journal)?);
    journal::remove(project)?;
    let (tree, _) = vault.look(project.dir(), Some(&target.tree_oid))?;
    let (extra, unverified): (Vec<_>, Vec<_>) =
        vault.changes(&target.tree_oid, &tree)?.into_iter().partition(|file| file.how == How::Added);
    if let [first, more @ ..] = &extra[..] {
        let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        remarks.push(format!("{}{more} stayed: a rule ignored it until now, so it was in no checkpoint", first.path));
    }
    project.publish(Event::CheckpointRestored { checkpoint: target.id, undo_with: safety.id });
    project.publish_progress()?;
    keep::prune_locked(project, Retention::default(), lock)?;
    Ok(Restored { checkpoint: target.id, undo_with: safety.id, comparison, remarks, unverified })
}

/// Fails with `CheckpointUnusable` unless everything the checkpoint holds is there and unharmed.
fn prove(project: &OpenProject, vault: &Vault, target: &Checkpoint) -> Result<(), EngineError> {
    let unusable = |detail: String| EngineError::CheckpointUnusable { checkpoint: target.id, detail };
    let copy = paths::database_copy(project, target);
    vault.prove(&target.tree_oid).map_err(|error| unusable(format!("its files are damaged ({error})")))?;
    let sum = sha256_of(&copy).map_err(|error| unusable(error.to_string()))?;
    if sum != Record::of(target)?.database_sha256 {
        return Err(unusable("its copy of the database is not the one that was made".into()));
    }
    match ProjectStore::copy_prove(&copy) {
        Err(error @ StoreError::NewerDatabase { .. }) => Err(error.into()),
        proven => proven.map_err(|error| unusable(error.to_string())),
    }
}

/// Mends the project's repository by what the newest checkpoint knows of it.
fn repair(project: &OpenProject, vault: &Vault) -> Result<Vec<String>, EngineError> {
    let all = project.store.checkpoint_list()?;
    let whole = |checkpoint: &&Checkpoint| Record::of(checkpoint).is_ok_and(|record| record.place.has_history);
    let Some(newest) = all.iter().find(whole).or(all.first()) else { return Ok(Vec::new()) };
    let beside = paths::beside(project, newest);
    // A name of its own each time: what is put there is never written over.
    let aside = paths::root(project).join("repository-as-it-was").join(uuid::Uuid::new_v4().to_string());
    Ok(vault.repair(project.dir(), &Record::of(newest)?.place, &beside, &aside)?)
}

/// Everything that follows once the files are in their places.
fn go_on(
    project: &OpenProject,
    vault: &Vault,
    target: &Checkpoint,
    journal: &Journal,
) -> Result<Vec<String>, EngineError> {
    let reason = format!("checkpoint {} was restored; {} undoes it", target.id, journal.undo_with);
    let cause = project.cause(Actor::Person, None, reason);
    project.store.board_restore(&paths::database_copy(project, target), &cause)?;
    let record = Record::of(target)?;
    Ok(vault.restore_place(project.dir(), &record.place, &paths::beside(project, target))?)
}

/// Finishes or takes back a restore that was cut off.
pub(super) fn settle(project: &OpenProject, lock: &Lock) -> Result<(), EngineError> {
    let Some(journal) = journal::read(project)? else { return Ok(()) };
    Vault::settle(project.dir())?;
    if journal.phase == Phase::Decided {
        let vault = paths::vault(project, lock)?;
        let target = project.store.checkpoint(journal.target)?;
        let safety = project.store.checkpoint(journal.undo_with)?;
        let (tree, _) = vault.look(project.dir(), Some(&target.tree_oid))?;
        let aside = paths::beside(project, &safety).join("kept");
        vault.swap_files(project.dir(), &tree, &target.tree_oid, &aside, || Ok(()))?;
        go_on(project, &vault, &target, &journal)?;
        project.notice("restored", format!("Restoring checkpoint {} was cut off, and is finished now.", target.id));
    } else {
        project.notice("restored", format!("Restoring checkpoint {} was cut off, and was taken back.", journal.target));
    }
    journal::remove(project)
}
