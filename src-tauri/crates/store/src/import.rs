//! Adopting the cards of an older system.
use crate::{
    database::unbuilt,
    error::Result,
    project_store::{Cause, ProjectStore},
};
use harness_domain::{
    feature::{Kind, Status},
    id::FeatureId,
    layer::Layer,
};
use std::path::Path;

/// One card as an older system knew it, in this product's words.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedFeature {
    /// Kept.
    pub id: FeatureId,
    /// What sort of work it is; a feature with a parent bug is a fix.
    pub kind: Kind,
    /// Where it stands here.
    pub status: Status,
    /// Free text.
    pub category: String,
    /// A short title.
    pub name: String,
    /// What is to be built, or what is wrong.
    pub description: String,
    /// Acceptance steps, in order.
    pub steps: Vec<String>,
    /// Lower goes first within a layer.
    pub priority: i32,
    /// The architectural layer.
    pub layer: Layer,
    /// Name of the specification it came from.
    pub source_spec: String,
    /// The bug it mends.
    pub parent: Option<FeatureId>,
    /// Cards that must pass first.
    pub dependencies: Vec<FeatureId>,
    /// What a person should know about how it was read.
    pub note: Option<String>,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Cards created.
    pub features: usize,
    /// What could not be kept as it was, in words, such as a dependency on a card that does not exist.
    pub warnings: Vec<String>,
}

/// Reads the cards of an older system's `features.db`, changing nothing.
///
/// Columns that an older version lacks have their defaults; a layer outside 0–8 becomes the one its category implies.
/// Fails with `NotImportable` when there is no table of features, and with `CannotOpen` or `Corrupt`.
pub fn read_foreign(path: &Path) -> Result<Vec<ImportedFeature>> {
    let _ = path;
    unbuilt()
}

impl ProjectStore {
    /// Creates all imported cards with their ids, or none. Dependencies that lead nowhere or in a circle are left out
    /// with a warning. Fails with `IdsTaken` or `EmptyName`.
    pub fn import(&self, features: Vec<ImportedFeature>, cause: &Cause) -> Result<Imported> {
        let _ = (features, cause);
        unbuilt()
    }
}
