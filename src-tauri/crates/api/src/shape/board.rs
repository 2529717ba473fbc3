//! Cards, their order and what they wait for.

use super::{Ms, Usd};
use harness_domain::{
    evidence::Evidence,
    feature::{Feature, Kind, NewFeature, Progress, Status, StatusChange},
    id::{FeatureId, ProjectId, RequestId, RunId, SessionId},
    layer::Layer,
    request::Request,
    run::Session,
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Which card.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
pub struct OfFeature {
    /// The project.
    pub project: ProjectId,
    /// The card.
    pub feature: FeatureId,
}

/// Which cards.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct OfFeatures {
    /// The project.
    pub project: ProjectId,
    /// The cards.
    pub features: Vec<FeatureId>,
}

/// Which cards are read again.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct CardsWanted {
    /// The project.
    pub project: ProjectId,
    /// The cards; those that are gone are left out of the answer.
    pub ids: Vec<FeatureId>,
}

/// A card as a board shows it, without its long texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct FeatureCard {
    /// Its number.
    pub id: FeatureId,
    /// What sort of work it is.
    pub kind: Kind,
    /// Where it stands.
    pub status: Status,
    /// The one word for a column, the same for features and bugs.
    pub progress: Progress,
    /// A short title.
    pub name: String,
    /// Free text from the specification.
    pub category: String,
    /// The architectural layer, 0 to 8.
    pub layer: Layer,
    /// Lower goes first within a layer.
    pub priority: i32,
    /// A person moved it to the front of the queue.
    pub is_pinned: bool,
    /// The specification it came from.
    pub source_spec: String,
    /// The bug or failing feature that it mends.
    pub parent: Option<FeatureId>,
    /// Cards that must pass first. Ascending.
    pub dependencies: Vec<FeatureId>,
    /// Those of them that are not done yet, or its own unfinished fixes.
    pub blocked_by: Vec<FeatureId>,
    /// Sessions that worked on it without success.
    pub attempts: u32,
    /// Why it last failed, was parked, or waits; at most 280 characters, `feature_get` has all of it.
    pub note: Option<String>,
    /// The newest proof; for a bug, that of its newest fix.
    pub evidence: Option<EvidenceBrief>,
    /// What its sessions cost.
    pub cost_usd: Usd,
    /// Who works on it now.
    pub session: Option<SessionId>,
    /// What waits for a person's word about it.
    pub open_request: Option<RequestId>,
    /// When it last changed.
    pub updated_at_ms: Ms,
}

/// A proof in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct EvidenceBrief {
    /// Whether every command succeeded.
    pub is_passing: bool,
    /// How many things a person should look at.
    pub warnings: u32,
    /// When it was gathered.
    pub at_ms: Ms,
}

/// A card with all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct FeatureDetail {
    /// The card.
    pub feature: Feature,
    /// Every change of its status, oldest first.
    pub history: Vec<StatusChange>,
    /// Every other change, oldest first.
    pub edits: Vec<CardEdit>,
    /// Its proofs, newest first.
    pub evidence: Vec<Evidence>,
    /// Approvals and questions about it, newest first.
    pub requests: Vec<Request>,
    /// Sessions that worked on it, newest first.
    pub sessions: Vec<Session>,
    /// Commits of the host for it, newest first.
    pub commits: Vec<CommitBrief>,
    /// The fixes that mend it.
    pub fixes: Vec<FeatureLink>,
    /// What it waits for.
    pub blocked_by: Vec<FeatureLink>,
    /// Cards that need it.
    pub dependents: Vec<FeatureLink>,
    /// Its pictures, oldest first.
    pub images: Vec<ImageBrief>,
}

/// A picture on a card, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ImageBrief {
    /// Its number.
    pub id: u32,
    /// What it is called; never a path.
    pub name: String,
    /// `image/png`, `image/jpeg`, `image/gif` or `image/webp`.
    pub media_type: String,
    /// Its size.
    pub bytes: u32,
    /// When it was put there.
    pub at_ms: Ms,
}

/// A picture with its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ImageView {
    /// What is known of it.
    pub image: ImageBrief,
    /// Its bytes in Base64.
    pub data: String,
}

/// A picture to put on a card.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct AddImage {
    /// The project.
    pub project: ProjectId,
    /// The card.
    pub feature: FeatureId,
    /// What it is called.
    pub name: String,
    /// Its bytes in Base64, at most 5 MiB of them; PNG, JPEG, GIF or WebP by their content.
    pub data: String,
}

/// Which picture.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
pub struct OfImage {
    /// The project.
    pub project: ProjectId,
    /// The picture.
    pub image: u32,
}

/// Another card, named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct FeatureLink {
    /// Its number.
    pub id: FeatureId,
    /// Its title.
    pub name: String,
    /// What sort of work it is.
    pub kind: Kind,
    /// Where it stands.
    pub status: Status,
}

/// One change of a card other than its status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CardEdit {
    /// What was done, such as `pinned` or `edited name, steps`.
    pub what: String,
    /// `person`, `host`, or a session's id.
    pub actor: String,
    /// In words.
    pub reason: String,
    /// The run it happened in, if any.
    pub run: Option<RunId>,
    /// When.
    pub at_ms: Ms,
}

/// A commit of the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CommitBrief {
    /// Its id.
    pub commit: String,
    /// Its first line.
    pub subject: String,
    /// When.
    pub at_ms: Ms,
}

/// A card to create.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct CreateFeature {
    /// The project.
    pub project: ProjectId,
    /// The card.
    pub feature: NewFeature,
}

/// Cards to create together, or none of them.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct CreateFeatures {
    /// The project.
    pub project: ProjectId,
    /// The cards; dependencies among themselves are given in `needs_of`.
    pub features: Vec<NewFeature>,
    /// Per card, the places in `features` (from 0) of those it needs besides.
    #[serde(default)]
    #[specta(optional)]
    pub needs_of: Vec<Vec<u32>>,
}

/// A person's report that something is wrong.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct ReportBug {
    /// The project.
    pub project: ProjectId,
    /// A short title.
    pub name: String,
    /// What is wrong.
    pub description: String,
    /// How to see it, in order.
    #[serde(default)]
    #[specta(optional)]
    pub steps: Vec<String>,
}

/// What changes on a card; absent means unchanged.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct EditFeature {
    /// The project.
    pub project: ProjectId,
    /// The card.
    pub feature: FeatureId,
    /// Not empty.
    #[serde(default)]
    #[specta(optional)]
    pub name: Option<String>,
    /// What is to be built, or what is wrong.
    #[serde(default)]
    #[specta(optional)]
    pub description: Option<String>,
    /// Acceptance steps, in order.
    #[serde(default)]
    #[specta(optional)]
    pub steps: Option<Vec<String>>,
    /// Also changes the layer, unless that was chosen by hand.
    #[serde(default)]
    #[specta(optional)]
    pub category: Option<String>,
    /// Lower goes first within a layer.
    #[serde(default)]
    #[specta(optional)]
    pub priority: Option<i32>,
    /// The architectural layer, 0 to 8.
    #[serde(default)]
    #[specta(optional)]
    pub layer: Option<Layer>,
    /// The model for it; empty goes back to the run's.
    #[serde(default)]
    #[specta(optional)]
    pub model: Option<String>,
    /// Commands that must succeed before it may pass.
    #[serde(default)]
    #[specta(optional)]
    pub checks: Option<Vec<String>>,
}

/// A new place in the queue: before one card or after one, never both.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
pub struct MoveFeature {
    /// The project.
    pub project: ProjectId,
    /// The card that moves.
    pub feature: FeatureId,
    /// It goes right before this card.
    #[serde(default)]
    #[specta(optional)]
    pub before: Option<FeatureId>,
    /// It goes right after this card.
    #[serde(default)]
    #[specta(optional)]
    pub after: Option<FeatureId>,
}

/// Whether a card goes first.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
pub struct PinFeature {
    /// The project.
    pub project: ProjectId,
    /// The card.
    pub feature: FeatureId,
    /// To the front of the queue, or back to its place.
    pub is_pinned: bool,
}

/// Cards that were removed, to be taken back with `feature_unremove`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Removal {
    /// What takes it back.
    pub removal: u32,
    /// The cards that went.
    pub removed: Vec<FeatureId>,
    /// The cards that needed them and no longer do.
    pub unlinked: Vec<FeatureId>,
}

/// A removal to take back.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
pub struct TakeBackRemoval {
    /// The project.
    pub project: ProjectId,
    /// As `feature_remove` said.
    pub removal: u32,
}

/// One thing done to several cards: to all of them, or, where one refuses, to those that can.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct BulkAction {
    /// The project.
    pub project: ProjectId,
    /// The cards.
    pub features: Vec<FeatureId>,
    /// What is done.
    pub action: BulkWord,
}

/// What is done to several cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum BulkWord {
    /// To the front of the queue.
    Pin,
    /// Back to their places.
    Unpin,
    /// Behind the others of their layer.
    Skip,
    /// Parked, failing and waiting ones become pending again.
    Retry,
    /// Passing ones become pending again.
    Reopen,
}

/// What became of each card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BulkResult {
    /// The cards it was done to.
    pub done: Vec<FeatureId>,
    /// The others, with why not.
    pub refused: Vec<BulkRefusal>,
}

/// Why something was not done to a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BulkRefusal {
    /// The card.
    pub feature: FeatureId,
    /// Why, in a sentence.
    pub why: String,
}

/// What a card needs, all of it.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct SetDependencies {
    /// The project.
    pub project: ProjectId,
    /// The card.
    pub feature: FeatureId,
    /// The cards that must pass first.
    pub needs: Vec<FeatureId>,
}

/// The cards and what each waits for, for drawing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct FeatureGraph {
    /// Every card, by number.
    pub nodes: Vec<FeatureNode>,
    /// Every dependency.
    pub edges: Vec<FeatureEdge>,
    /// The longest row of cards that are not done and wait for one another, first to last.
    pub critical_path: Vec<FeatureId>,
}

/// One card in a graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct FeatureNode {
    /// Its number.
    pub id: FeatureId,
    /// Its title.
    pub name: String,
    /// What sort of work it is.
    pub kind: Kind,
    /// Where it stands.
    pub status: Status,
    /// The one word for a colour.
    pub progress: Progress,
    /// The architectural layer, 0 to 8.
    pub layer: Layer,
    /// How many cards stand in a row below it: its column in a drawing from left to right.
    pub depth: u32,
    /// How many cards that are not done wait for it, directly and through others; 0 once it is done.
    pub unblocks: u32,
}

/// One dependency in a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct FeatureEdge {
    /// The card.
    pub feature: FeatureId,
    /// What it needs.
    pub needs: FeatureId,
    /// A parent that waits for its fix, rather than a dependency someone set.
    pub is_fix: bool,
}

/// A text to turn into cards.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct SplitText {
    /// The project.
    pub project: ProjectId,
    /// A line per card; lines that are indented or bulleted below one are its steps.
    pub text: String,
}
