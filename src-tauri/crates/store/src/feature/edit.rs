//! What a person changes on a card.
use super::FeatureEdit;
use crate::{
    database::unbuilt,
    error::Result,
    project_store::{Cause, ProjectStore},
};
use harness_domain::{feature::Feature, id::FeatureId};

impl ProjectStore {
    /// Moves a card to the front of the queue, or back to its place.
    pub fn pin(&self, id: FeatureId, is_pinned: bool, cause: &Cause) -> Result<Feature> {
        let _ = (id, is_pinned, cause);
        unbuilt()
    }
    /// Changes what is given. Fails with `NoSuchFeature`, or `EmptyName`.
    pub fn edit(&self, id: FeatureId, edit: FeatureEdit, cause: &Cause) -> Result<Feature> {
        let _ = (id, edit, cause);
        unbuilt()
    }
    /// Removes a card with its evidence and questions; its history stays. What depended on it no longer does.
    ///
    /// Fixes of a removed bug or feature stay as fixes without a parent, and are returned. Fails with `AlreadyClaimed` while a session
    /// works on it.
    pub fn remove(&self, id: FeatureId, cause: &Cause) -> Result<Vec<FeatureId>> {
        let _ = (id, cause);
        unbuilt()
    }
}
