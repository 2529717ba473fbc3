//! What was changed, and checkpoints.

use super::{Count, Ms};
use harness_domain::{
    checkpoint::CheckpointKind,
    id::{CheckpointId, FeatureId, ProjectId, RunId, SessionId},
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Which changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ChangesOf {
    /// All commits of the host for a card.
    Feature(FeatureId),
    /// From the checkpoint before a session to the commits of its time.
    Session(SessionId),
    /// From a checkpoint to now.
    SinceCheckpoint(CheckpointId),
    /// One commit.
    Commit(String),
    /// What is not committed.
    Working,
}

/// Which changes of a project.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct ListChanges {
    /// The project.
    pub project: ProjectId,
    /// Which.
    pub of: ChangesOf,
}

/// One changed file.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct OfChange {
    /// The project.
    pub project: ProjectId,
    /// Which changes.
    pub of: ChangesOf,
    /// The file, as `change_list` names it.
    pub path: String,
}

/// Files that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ChangeList {
    /// What it is compared with, in words or as a commit's id.
    pub base: String,
    /// What is compared, in words or as a commit's id.
    pub head: String,
    /// The commits that are shown together, oldest first.
    pub commits: Vec<super::board::CommitBrief>,
    /// The files, by path.
    pub files: Vec<ChangedFile>,
    /// Whether there are more files than are listed.
    pub is_cut: bool,
}

/// One file that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ChangedFile {
    /// Relative to the project, with `/`.
    pub path: String,
    /// What it was called before, when it was renamed.
    pub old_path: Option<String>,
    /// What happened to it.
    pub status: ChangeStatus,
    /// Lines that are new.
    pub added: u32,
    /// Lines that are gone.
    pub removed: u32,
    /// Whether it is no text.
    pub is_binary: bool,
    /// Stands for what it said and what it says: another word as soon as either is other bytes.
    pub content: String,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ChangeStatus {
    /// It is new.
    Added,
    /// It is gone.
    Deleted,
    /// It says something else.
    Modified,
    /// It has another name, and perhaps says something else.
    Renamed,
    /// It became a link, or stopped being one.
    TypeChanged,
}

/// One file before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ChangeDiff {
    /// What it said; none when it is new, no text or too large.
    pub old_text: Option<String>,
    /// What it says; none when it is gone, no text or too large.
    pub new_text: Option<String>,
    /// Whether it is no text.
    pub is_binary: bool,
    /// Whether it is too large to show whole: then `hunks` has what can be shown.
    pub is_too_large: bool,
    /// The lines that differ, with three lines around them.
    pub hunks: Vec<DiffHunk>,
}

/// Lines that differ, with what stands around them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DiffHunk {
    /// The first line before, from 1.
    pub old_start: u32,
    /// The first line after, from 1.
    pub new_start: u32,
    /// The lines.
    pub lines: Vec<DiffLine>,
}

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DiffLine {
    /// What happened to it.
    pub kind: DiffLineKind,
    /// Without its line end.
    pub text: String,
}

/// What happened to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DiffLineKind {
    /// Nothing.
    Same,
    /// It is new.
    Added,
    /// It is gone.
    Removed,
}

/// A remark on a line.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct ReviewComment {
    /// The project.
    pub project: ProjectId,
    /// The card the change was for, if it is known.
    #[serde(default)]
    #[specta(optional)]
    pub feature: Option<FeatureId>,
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// What the person says.
    pub text: String,
    /// What becomes of it.
    pub becomes: CommentBecomes,
}

/// What becomes of a remark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CommentBecomes {
    /// A bug, which goes before every feature.
    Bug,
    /// A message that the next session of the card reads; needs `feature`.
    Message,
}

/// What a remark became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CommentOutcome {
    /// The bug, when it became one.
    pub bug: Option<FeatureId>,
    /// What happens with it, in a sentence.
    pub words: String,
}

/// A saved state of the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CheckpointCard {
    /// Its number.
    pub id: CheckpointId,
    /// As people know it.
    pub name: String,
    /// Why it was made.
    pub kind: CheckpointKind,
    /// The card it was made for, if any.
    pub feature: Option<FeatureId>,
    /// The run it was made in, if any.
    pub run: Option<RunId>,
    /// Never cleaned up by itself.
    pub is_pinned: bool,
    /// When.
    pub created_at_ms: Ms,
    /// The branch of that time; none when HEAD was on none.
    pub branch: Option<String>,
    /// The commit HEAD was at; none before the first one.
    pub head: Option<String>,
    /// Files it holds.
    pub files: Count,
    /// Cards that passed.
    pub cards_done: u32,
    /// All cards.
    pub cards_total: u32,
    /// Files it does not hold.
    pub left_out: Vec<LeftOutFile>,
    /// What a person should know besides.
    pub remarks: Vec<String>,
    /// Whether it is what `checkpoint_undo` goes back to.
    pub is_undo: bool,
}

/// A file that a checkpoint does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LeftOutFile {
    /// The file, or the directory with all that is in it.
    pub path: String,
    /// Why.
    pub why: String,
}

/// A checkpoint to make.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct CreateCheckpoint {
    /// The project.
    pub project: ProjectId,
    /// As people will know it.
    pub name: String,
}

/// Which checkpoint.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
pub struct OfCheckpoint {
    /// The project.
    pub project: ProjectId,
    /// The checkpoint.
    pub checkpoint: CheckpointId,
}

/// Whether a checkpoint is kept.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
pub struct PinCheckpoint {
    /// The project.
    pub project: ProjectId,
    /// The checkpoint.
    pub checkpoint: CheckpointId,
    /// Never clean it up by itself.
    pub is_pinned: bool,
}

/// A checkpoint to go back to.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
pub struct RestoreCheckpoint {
    /// The project.
    pub project: ProjectId,
    /// The checkpoint.
    pub checkpoint: CheckpointId,
    /// Stop a run of this process that goes on; else a run is a refusal.
    #[serde(default)]
    #[specta(optional)]
    pub stop_run: bool,
}

/// What restoring a checkpoint would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CheckpointPreview {
    /// The checkpoint.
    pub checkpoint: CheckpointCard,
    /// Files that would change.
    pub files: Vec<FileDifference>,
    /// Cards that would change.
    pub features: Vec<CardDifferenceView>,
    /// Files of now that no checkpoint can hold: they are left alone.
    pub left_out: Vec<LeftOutFile>,
    /// Commits that would no longer be on the branch; undoing brings them back.
    pub commits_taken_back: u32,
    /// What is wrong with the repository, when it would have to be made anew.
    pub repository_problem: Option<String>,
}

/// A file that differs between two states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct FileDifference {
    /// Relative to the project.
    pub path: String,
    /// What would happen to it.
    pub how: ChangeStatus,
}

/// A card that differs between two states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CardDifferenceView {
    /// The card.
    pub feature: FeatureId,
    /// Its title, then or now.
    pub name: String,
    /// Where it stands now; none when it is not there.
    pub now: Option<String>,
    /// Where it stood then; none when it was not there.
    pub then: Option<String>,
}

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CheckpointRestored {
    /// What the project is as now.
    pub checkpoint: CheckpointId,
    /// What takes it back.
    pub undo_with: CheckpointId,
    /// Files that changed.
    pub files: u32,
    /// Cards that changed.
    pub features: u32,
    /// What a person should know besides.
    pub remarks: Vec<String>,
}
