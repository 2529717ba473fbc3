//! Saved states of a project.

use crate::{
    Api, ApiError,
    procedures::Nothing,
    shape::{Count, Ms, project::OfProject, review::*},
};
use harness_domain::{checkpoint::CheckpointKind, event::Event, id::CheckpointId};
use harness_engine::{
    OpenProject,
    checkpoint::{self, CheckpointView, LeftFile},
    git::{FileChange, How},
};

pub fn checkpoint_list(api: &Api, of: OfProject) -> Result<Vec<CheckpointCard>, ApiError> {
    let project = api.project(of.project)?;
    let all = checkpoint::list(&project)?;
    let undo =
        all.iter().find(|view| view.checkpoint.kind == CheckpointKind::BeforeRestore).map(|view| view.checkpoint.id);
    Ok(all.into_iter().map(|view| card(view, undo)).collect())
}

fn card(view: CheckpointView, undo: Option<CheckpointId>) -> CheckpointCard {
    let checkpoint = view.checkpoint;
    CheckpointCard {
        id: checkpoint.id,
        name: checkpoint.name,
        kind: checkpoint.kind,
        feature: checkpoint.feature,
        run: checkpoint.run,
        is_pinned: checkpoint.is_pinned,
        created_at_ms: Ms(checkpoint.created_at_ms),
        branch: view.branch,
        head: view.head,
        files: Count(view.files),
        cards_done: view.cards_done,
        cards_total: view.cards_total,
        left_out: view.left_out.into_iter().map(left_out).collect(),
        remarks: view.remarks,
        is_undo: undo == Some(checkpoint.id),
    }
}

fn left_out(file: LeftFile) -> LeftOutFile {
    LeftOutFile { path: file.path, why: file.why }
}

fn one(project: &OpenProject, id: CheckpointId) -> Result<CheckpointCard, ApiError> {
    let undo = checkpoint::last_safety(project).ok().map(|checkpoint| checkpoint.id);
    Ok(card(checkpoint::show(project, id)?, undo))
}

pub fn checkpoint_create(api: &Api, new: CreateCheckpoint) -> Result<CheckpointCard, ApiError> {
    let project = api.project(new.project)?;
    let name = new.name.trim();
    if name.is_empty() {
        return Err(ApiError::bad_input("give the checkpoint a name, so that you find it again"));
    }
    harness_engine::redact::refuse_secret("the name", name)?;
    let new =
        checkpoint::New { name: name.into(), kind: CheckpointKind::Manual, feature: None, run: None, is_pinned: false };
    let created = checkpoint::create(&project, new)?;
    one(&project, created.checkpoint.checkpoint.id)
}

pub fn checkpoint_pin(api: &Api, pin: PinCheckpoint) -> Result<CheckpointCard, ApiError> {
    let project = api.project(pin.project)?;
    checkpoint::pin(&project, pin.checkpoint, pin.is_pinned)?;
    project.publish(Event::CheckpointPinned { checkpoint: pin.checkpoint, is_pinned: pin.is_pinned });
    one(&project, pin.checkpoint)
}

pub fn checkpoint_delete(api: &Api, of: OfCheckpoint) -> Result<Nothing, ApiError> {
    checkpoint::delete(&api.project(of.project)?, of.checkpoint)?;
    Ok(Nothing {})
}

pub fn checkpoint_preview(api: &Api, of: OfCheckpoint) -> Result<CheckpointPreview, ApiError> {
    let project = api.project(of.project)?;
    let preview = checkpoint::preview(&project, of.checkpoint)?;
    let undo = checkpoint::last_safety(&project).ok().map(|checkpoint| checkpoint.id);
    let cards = preview.comparison.cards.into_iter().map(|card| CardDifferenceView {
        feature: card.id,
        name: card.name,
        now: card.now.map(|status| status.as_str().to_owned()),
        then: card.then.map(|status| status.as_str().to_owned()),
    });
    Ok(CheckpointPreview {
        checkpoint: card(preview.checkpoint, undo),
        files: preview.comparison.files.into_iter().map(file).collect(),
        features: cards.collect(),
        left_out: preview.left_out.into_iter().map(left_out).collect(),
        commits_taken_back: u32::try_from(preview.commits_taken_back).unwrap_or(u32::MAX),
        repository_problem: preview.repository_problem,
    })
}

fn file(change: FileChange) -> FileDifference {
    let how = match change.how {
        How::Added => ChangeStatus::Added,
        How::Changed => ChangeStatus::Modified,
        How::Removed => ChangeStatus::Deleted,
    };
    FileDifference { path: change.path, how }
}

pub fn checkpoint_restore(api: &Api, restore: RestoreCheckpoint) -> Result<CheckpointRestored, ApiError> {
    let project = api.project(restore.project)?;
    // Before a run is stopped for it.
    checkpoint::show(&project, restore.checkpoint)?;
    if restore.stop_run {
        api.wait(api.runs().stop_and_wait(&project));
    }
    let alone = api.runs().alone(&project, "restoring a checkpoint")?;
    Ok(restored(checkpoint::restore(&project, restore.checkpoint, alone.instance())?))
}

pub fn checkpoint_undo(api: &Api, of: OfProject) -> Result<CheckpointRestored, ApiError> {
    let project = api.project(of.project)?;
    let alone = api.runs().alone(&project, "undoing a restore")?;
    Ok(restored(checkpoint::undo(&project, alone.instance())?))
}

fn restored(done: checkpoint::Restored) -> CheckpointRestored {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let mut remarks = done.remarks;
    if let [first, more @ ..] = &done.unverified[..] {
        let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        remarks
            .push(format!("{}{more} changed while it was put back: something else writes to the project", first.path));
    }
    CheckpointRestored {
        checkpoint: done.checkpoint,
        undo_with: done.undo_with,
        files: count(done.comparison.files.len()),
        features: count(done.comparison.cards.len()),
        remarks,
    }
}
