//! Makes checkpoints: by hand, before each session, after each card that passes.

use super::{
    CheckpointView, LeftFile, keep,
    paths::{self, Lock},
    record::Record,
    restore,
};
use crate::{
    EngineError, OpenProject,
    git::vault::{Saved, Saving, Vault},
    session::standstill::stand_still,
};
use harness_domain::{
    checkpoint::{CheckpointKind, Retention},
    event::Event,
    feature::Feature,
    id::{FeatureId, RunId},
    run::Role,
};
use harness_store::{Checkpoint, NewCheckpoint};
use sha2::{Digest, Sha256};
use std::{
    io::Read,
    path::{Path, PathBuf},
};

/// A checkpoint to make.
#[derive(Debug, Clone)]
pub struct New {
    /// As people will know it.
    pub name: String,
    /// Why it is made.
    pub kind: CheckpointKind,
    /// The card it is made for, if any.
    pub feature: Option<FeatureId>,
    /// The run it is made in, if any.
    pub run: Option<RunId>,
    /// Never clean it up by itself.
    pub is_pinned: bool,
}

/// What became of it.
#[derive(Debug, Clone)]
pub struct Created {
    /// The checkpoint that holds the present state.
    pub checkpoint: CheckpointView,
    /// Whether it was made now; an automatic one is not made when the last one holds the very same.
    pub is_new: bool,
}

/// Saves the project's files, the state of its repository and its database.
///
/// Branch, index and working tree are not touched; a private ref `refs/harness/checkpoint/<number>` is written into the
/// project's repository, and all of it is kept in the data directory as well. Either the whole checkpoint exists
/// afterwards or none of it. Older ones may be removed, see [`Retention`].
///
/// Fails with `Git` when there is no repository, or (made by hand) in the middle of a merge or rebase.
pub fn create(project: &OpenProject, new: New) -> Result<Created, EngineError> {
    let lock = Lock::take(project)?;
    // A ref is written into a repository that an agent may have its hands on.
    let standstill = stand_still(project)?;
    restore::settle(project, &lock)?;
    let created = create_locked(project, new, None, &lock)?;
    if created.is_new {
        keep::prune_locked(project, Retention::default(), &lock)?;
    }
    standstill.prove()?;
    Ok(created)
}

/// Saves the project before a session may change it.
///
/// Fails with `NotSaved`: without a way back no session starts.
pub async fn before_session(project: &OpenProject, run: RunId, role: Role, number: u32) -> Result<(), EngineError> {
    let new = New {
        name: format!("before session {number} of run {run} ({})", role.as_str()),
        kind: CheckpointKind::BeforeSession,
        feature: None,
        run: Some(run),
        is_pinned: false,
    };
    create_elsewhere(project, new).await.map_err(|error| EngineError::NotSaved(Box::new(error)))
}

/// Saves the project after a card was proven to pass. That the card passes stays true when this fails, so it is only told.
pub async fn after_pass(project: &OpenProject, card: &Feature, run: Option<RunId>) {
    let new = New {
        name: format!("#{} {} passes", card.id, card.name),
        kind: CheckpointKind::AfterPass,
        feature: Some(card.id),
        run,
        is_pinned: false,
    };
    if let Err(error) = create_elsewhere(project, new).await {
        project.notice("checkpoint_failed", format!("No checkpoint was made after #{} passed: {error}.", card.id));
    }
}

/// On a thread that may block.
async fn create_elsewhere(project: &OpenProject, new: New) -> Result<(), EngineError> {
    let project = project.clone();
    match tokio::task::spawn_blocking(move || create(&project, new)).await {
        Ok(created) => created.map(drop),
        Err(gone) => std::panic::resume_unwind(gone.into_panic()),
    }
}

/// As [`create`], for a caller that has the lock. Files of the tree `also` count as tracked.
pub(super) fn create_locked(
    project: &OpenProject,
    new: New,
    also: Option<&Checkpoint>,
    lock: &Lock,
) -> Result<Created, EngineError> {
    keep::sweep(project, lock)?;
    let vault = paths::vault(project, lock)?;
    let place = Place::make(project)?;
    let how = Saving {
        message: &format!("Checkpoint: {}", new.name),
        may_be_unfinished: new.kind.is_automatic(),
        also: also.map(|checkpoint| checkpoint.tree_oid.as_str()),
        at_ms: project.app.clock.now_ms(),
    };
    let saved = vault.save(project.dir(), &place.dir, &how)?;
    let board_mark = project.store.board_mark()?;
    if new.kind.is_automatic()
        && new.kind != CheckpointKind::BeforeRestore
        && let Some(same) = same_as_last(project, &saved, &board_mark)?
    {
        return Ok(Created { checkpoint: CheckpointView::of(same)?, is_new: false });
    }
    let copy = place.dir.join(DATABASE);
    project.store.backup_to(&copy)?;
    let counts = project.store.counts()?;
    let record = Record {
        place: saved.place,
        files: saved.files,
        left_out: saved
            .left_out
            .into_iter()
            .map(|file| LeftFile { path: file.path, why: file.why.to_string() })
            .collect(),
        remarks: saved.remarks,
        database_sha256: sha256_of(&copy)?,
        board_mark,
        cards_done: counts.done,
        cards_total: counts.total,
        before: also.map(|checkpoint| checkpoint.id),
    };
    let left_out = u32::try_from(record.left_out.len()).unwrap_or(u32::MAX);
    let checkpoint = project.store.checkpoint_add(NewCheckpoint {
        name: new.name,
        kind: new.kind,
        feature: new.feature,
        run: new.run,
        tree_oid: saved.tree,
        commit_oid: saved.commit,
        database_copy: place.relative.join(DATABASE),
        is_pinned: new.is_pinned,
        created_at_ms: how.at_ms,
        record: serde_json::to_value(&record).unwrap_or_default(),
    })?;
    // From here on it exists.
    place.keep();
    publish(project, &vault, &checkpoint);
    project.publish(Event::CheckpointCreated {
        checkpoint: checkpoint.id,
        name: checkpoint.name.clone(),
        kind: checkpoint.kind,
        feature: checkpoint.feature,
        left_out,
    });
    Ok(Created { checkpoint: CheckpointView::of(checkpoint)?, is_new: true })
}

/// The name of the copy within a checkpoint's directory.
const DATABASE: &str = "project.db";

/// The last checkpoint, when it holds what was just saved.
fn same_as_last(project: &OpenProject, saved: &Saved, board_mark: &str) -> Result<Option<Checkpoint>, EngineError> {
    let Some(last) = project.store.checkpoint_list()?.into_iter().next() else { return Ok(None) };
    let record = Record::of(&last)?;
    let is_same = last.tree_oid == saved.tree
        && record.board_mark == board_mark
        && record.place.is_same_but_for_refs(&saved.place)
        && paths::database_copy(project, &last).exists();
    Ok(is_same.then_some(last))
}

/// Writes the ref into the project's own repository. An agent may have made that impossible; the checkpoint does not
/// depend on it.
fn publish(project: &OpenProject, vault: &Vault, checkpoint: &Checkpoint) {
    if let Err(error) = vault.publish(project.dir(), checkpoint.id.0, &checkpoint.commit_oid) {
        project.notice(
            "checkpoint_ref",
            format!(
                "Checkpoint {} is kept in the data directory only: no ref could be written into the project's \
                 repository ({error}).",
                checkpoint.id
            ),
        );
    }
}

/// A directory for a new checkpoint, removed again unless it is kept.
struct Place {
    dir: PathBuf,
    relative: PathBuf,
    is_kept: bool,
}

impl Place {
    fn make(project: &OpenProject) -> Result<Self, EngineError> {
        let relative = Path::new("checkpoints").join(uuid::Uuid::new_v4().to_string());
        let dir = paths::root(project).join(&relative);
        std::fs::create_dir_all(&dir).map_err(|source| EngineError::File {
            path: dir.clone(),
            action: "made",
            source,
        })?;
        Ok(Self { dir, relative, is_kept: false })
    }

    fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.is_kept {
            // What stays is swept away with the next checkpoint.
            let _ = std::fs::remove_dir_all(&self.dir);
        }
    }
}

/// The checksum of a file.
pub(super) fn sha256_of(path: &Path) -> Result<String, EngineError> {
    let failed = |source| EngineError::File { path: path.to_owned(), action: "read", source };
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let mut sum = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer).map_err(failed)? {
            0 => break,
            read => sum.update(&buffer[..read]),
        }
    }
    Ok(sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
