//! New cards.
use super::Draft;
use crate::{
    database::unbuilt,
    error::Result,
    project_store::{Cause, ProjectStore},
};
use harness_domain::feature::Feature;

impl ProjectStore {
    /// Creates all cards of the batch or none, and returns them in the same order.
    ///
    /// A fix whose parent is a bug moves that bug to `Fixing` (and ends the claim on it). Fails with `EmptyName`,
    /// `UnknownDependency`, `UnknownIndex`, `UnknownParent`, `ParentOfNonFix`, `SelfDependency` or `Cycle`, each naming the offender.
    pub fn feature_create(&self, batch: Vec<Draft>, cause: &Cause) -> Result<Vec<Feature>> {
        let _ = (batch, cause);
        unbuilt()
    }
}
