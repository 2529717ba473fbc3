//! What a card waits for.
use crate::{
    database::unbuilt,
    error::Result,
    project_store::{Cause, ProjectStore},
};
use harness_domain::{feature::Feature, id::FeatureId};

impl ProjectStore {
    /// Makes `id` wait for `needs`; nothing happens when it does already. Fails with `NoSuchFeature`, `UnknownDependency`, `SelfDependency` or `Cycle`.
    pub fn dependency_add(&self, id: FeatureId, needs: FeatureId, cause: &Cause) -> Result<Feature> {
        let _ = (id, needs, cause);
        unbuilt()
    }
    /// Makes `id` no longer wait for `needs`; nothing happens when it does not. Fails with `NoSuchFeature`.
    pub fn dependency_remove(&self, id: FeatureId, needs: FeatureId, cause: &Cause) -> Result<Feature> {
        let _ = (id, needs, cause);
        unbuilt()
    }
    /// Replaces everything `id` waits for. Fails as [`ProjectStore::dependency_add`] does, and then changes nothing.
    pub fn dependency_set(&self, id: FeatureId, needs: &[FeatureId], cause: &Cause) -> Result<Feature> {
        let _ = (id, needs, cause);
        unbuilt()
    }
}
