//! Reading cards.
use super::*;
use crate::{database::unbuilt, error::Result, project_store::ProjectStore};
use harness_domain::feature::{Feature, StatusChange};

impl ProjectStore {
    /// One card. Fails with `NoSuchFeature`.
    pub fn feature(&self, id: FeatureId) -> Result<Feature> {
        let _ = id;
        unbuilt()
    }
    /// Every card in queue order, whether or not it is ready.
    pub fn features(&self) -> Result<Vec<Feature>> {
        unbuilt()
    }
    /// Every card in queue order, without its long texts.
    pub fn feature_summaries(&self) -> Result<Vec<FeatureSummary>> {
        unbuilt()
    }
    /// How many cards stand where.
    pub fn counts(&self) -> Result<Counts> {
        unbuilt()
    }
    /// The fixes of a bug or failing feature, by id.
    pub fn fixes_of(&self, parent: FeatureId) -> Result<Vec<Feature>> {
        let _ = parent;
        unbuilt()
    }
    /// Every change of a card's status, oldest first. Also answers for cards that were removed.
    pub fn history(&self, id: FeatureId) -> Result<Vec<StatusChange>> {
        let _ = id;
        unbuilt()
    }
    /// Every change of a card other than of its status, oldest first.
    pub fn edits_of(&self, id: FeatureId) -> Result<Vec<Edit>> {
        let _ = id;
        unbuilt()
    }
    /// Up to `limit` passing cards, chosen by `seed`: the same seed on the same cards chooses the same ones.
    pub fn random_passing(&self, limit: usize, seed: u64) -> Result<Vec<Feature>> {
        let _ = (limit, seed);
        unbuilt()
    }
    /// The first `limit` cards that `claim_next` would hand out, in that order.
    pub fn ready(&self, limit: usize) -> Result<Vec<Feature>> {
        let _ = limit;
        unbuilt()
    }
    /// The first `limit` cards in queue order that wait for others, each with what it waits for.
    pub fn blocked(&self, limit: usize) -> Result<Vec<BlockedFeature>> {
        let _ = limit;
        unbuilt()
    }
    /// Every card and dependency, without long texts.
    pub fn graph(&self) -> Result<Graph> {
        unbuilt()
    }
}
