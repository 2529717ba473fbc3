//! All SQL of the product: migrations, rows, the one writer thread.
//!
//! Two databases, both outside the project's directory where no agent can edit them: [`AppStore`] (the registry of
//! projects and the settings) and one [`ProjectStore`] for each project (cards, runs, evidence, transcripts).
//! Every call is synchronous: a write returns when it is committed, a read sees every write that returned before it.
//! Several processes may open the same file; SQLite's own locks keep them correct.
#![deny(missing_docs)]

pub mod account;
mod app;
mod board_copy;
mod checkpoint;
mod database;
mod dependency;
mod error;
mod evidence;
mod feature;
mod file;
mod image;
pub mod import;
mod interview;
mod message;
mod migrate;
mod note;
mod project_row;
mod project_store;
mod request;
mod row;
mod run;
mod session;
mod spec;
mod transcript;
mod transcript_filter;

pub use app::AppStore;
pub use board_copy::CardDifference;
pub use checkpoint::{Checkpoint, NewCheckpoint};
pub use database::Options;
pub use error::{Result, StoreError};
pub use evidence::{CheckLine, EvidenceSummary, NewEvidence};
pub use feature::{
    BlockedFeature, BoardCard, BoardChange, Claim, Counts, Draft, Edit, FeatureEdit, FeatureSummary, Graph, GraphNode,
    Place, Proof, Removed,
};
pub use file::{Content, check_database, copy_database, is_open_elsewhere};
pub use image::{Image, ImageBounds};
pub use interview::{NewInterview, StoredInterview};
pub use project_store::{Cause, ProjectStore};
pub use request::{Asked, Asker};
pub use run::{NewRun, RunTransition, UnfinishedRun};
pub use session::NewSession;
pub use spec::{SpecVersion, StoredSpec};
pub use transcript::{StoredRow, TranscriptHit, TranscriptRow};
pub use transcript_filter::{FacetCounts, FilteredRows, WindowStart};

#[cfg(test)]
mod tests;
