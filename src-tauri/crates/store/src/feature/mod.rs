//! Features, bugs, fixes and redesigns: rows of one table.

mod board;
pub(crate) mod card;
mod claim;
mod create;
mod edit;
mod place;
mod query;
mod removal;
mod status;

pub(crate) use card::{Card, change, log_edit, resting_status, trail};
pub(crate) use query::load;

pub use board::{BoardCard, BoardChange, Proof};
pub use place::Place;
pub use removal::Removed;

use harness_domain::{
    feature::{Kind, Status},
    id::{FeatureId, RunId, SessionId},
    layer::Layer,
};
use serde::Serialize;
use std::collections::HashMap;

pub use harness_domain::split::Draft;

/// Who wants to work on a card, and until when the card is theirs without renewal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The session. It holds at most one card at a time.
    pub session: SessionId,
    /// Its run; none for an MCP client outside any run.
    pub run: Option<RunId>,
    /// UTC, in milliseconds since 1970.
    pub lease_until_ms: i64,
    /// The commit that work on the card would start from; remembered with the first claim of a card, and kept by later
    /// ones. None when there is no repository yet.
    pub starts_at: Option<String>,
}

/// A card without its long texts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeatureSummary {
    /// Its number within the project.
    pub id: FeatureId,
    /// A short title.
    pub name: String,
    /// What sort of work it is.
    pub kind: Kind,
    /// Where it stands.
    pub status: Status,
    /// Free text from the specification.
    pub category: String,
    /// Lower goes first within a layer.
    pub priority: i32,
    /// A person moved it to the front of the queue.
    pub is_pinned: bool,
    /// The architectural layer.
    pub layer: Layer,
    /// The bug or failing feature that it mends.
    pub parent: Option<FeatureId>,
    /// Cards that must pass first. Ascending, without duplicates.
    pub dependencies: Vec<FeatureId>,
    /// Sessions that worked on it without success.
    pub attempts: u32,
}

/// A card that waits for others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BlockedFeature {
    /// The card.
    pub feature: FeatureSummary,
    /// Its dependencies that are not done, ascending.
    pub unmet: Vec<FeatureId>,
}

/// How many cards stand where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Absent means none.
    pub by_status: HashMap<Status, u32>,
    /// All cards.
    pub total: u32,
    /// Cards for which nothing more has to be done.
    pub done: u32,
}

impl Counts {
    /// How many stand at `status`.
    pub fn of(&self, status: Status) -> u32 {
        self.by_status.get(&status).copied().unwrap_or_default()
    }
}

/// What a person or the initializer changes on a card; absent means unchanged.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeatureEdit {
    /// Not empty.
    pub name: Option<String>,
    /// What is to be built, or what is wrong.
    pub description: Option<String>,
    /// Acceptance steps, in order.
    pub steps: Option<Vec<String>>,
    /// Also changes the layer, unless `layer` is given or was chosen by hand before.
    pub category: Option<String>,
    /// Lower goes first within a layer.
    pub priority: Option<i32>,
    /// The architectural layer.
    pub layer: Option<Layer>,
    /// `Some(None)` goes back to the run's model.
    pub model: Option<Option<String>>,
    /// Commands that must succeed before it may pass.
    pub checks: Option<Vec<String>>,
}

/// One change of a card other than its status, from the audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// What was done, in a word or two, such as `pinned` or `edited name, steps`.
    pub what: String,
    /// `person`, `host`, or a session's id.
    pub actor: String,
    /// In words.
    pub reason: String,
    /// The run it happened in, if any.
    pub run: Option<RunId>,
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
}

/// The cards and what each waits for, for drawing.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Graph {
    /// Every card, by id.
    pub nodes: Vec<GraphNode>,
    /// `(card, what it needs)`, by id.
    pub edges: Vec<(FeatureId, FeatureId)>,
}

/// One card in a [`Graph`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GraphNode {
    /// Its number within the project.
    pub id: FeatureId,
    /// A short title.
    pub name: String,
    /// What sort of work it is.
    pub kind: Kind,
    /// Where it stands.
    pub status: Status,
    /// Lower goes first within a layer.
    pub priority: i32,
    /// The architectural layer.
    pub layer: Layer,
    /// The bug or failing feature that it mends.
    pub parent: Option<FeatureId>,
}
