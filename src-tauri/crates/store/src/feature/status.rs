//! Changes of status, and what follows from them.
use crate::{
    database::unbuilt,
    error::Result,
    project_store::{Cause, ProjectStore},
};
use harness_domain::{
    feature::{Feature, Status, StatusChange},
    id::{EvidenceId, FeatureId},
};

impl ProjectStore {
    /// Changes a status where `Status::may_become` allows it; `note` replaces the card's note when given.
    ///
    /// Fails with `Unlawful`; with `NeedsClaim` for `InProgress` and `Analyzing`; `Passing` and `Resolved` are
    /// refused with `Unlawful` too: see [`ProjectStore::mark_passing`] and [`ProjectStore::resolve_bug`].
    pub fn set_status(
        &self,
        id: FeatureId,
        to: Status,
        note: Option<&str>,
        cause: &Cause,
    ) -> Result<Vec<StatusChange>> {
        let _ = (id, to, note, cause);
        unbuilt()
    }
    /// Marks a card as passing on the word of `evidence`, and returns every change that followed from it.
    ///
    /// When all fixes of a bug pass, the bug is resolved; when all fixes of a failing feature pass, it passes again.
    /// Fails with `EvidenceRefused`, `AlreadyPassing` or `Unlawful`.
    pub fn mark_passing(&self, id: FeatureId, evidence: EvidenceId, cause: &Cause) -> Result<Vec<StatusChange>> {
        let _ = (id, evidence, cause);
        unbuilt()
    }
    /// Marks a passing card as failing and creates the fix for it; returns every change, and the fix.
    ///
    /// A resolved bug whose fix fails is `Fixing` again. Fails with `Unlawful` unless the card passes.
    pub fn mark_failing(&self, id: FeatureId, reason: &str, cause: &Cause) -> Result<(Vec<StatusChange>, Feature)> {
        let _ = (id, reason, cause);
        unbuilt()
    }
    /// Counts a failed attempt and gives the card back: waiting for its turn, or blocked after `max_attempts`.
    ///
    /// A card that waits for a person, is blocked or (a bug) being fixed stays so and is not charged.
    /// Fails with `AlreadyPassing` when the card is done.
    pub fn attempt_failed(&self, id: FeatureId, diagnosis: &str, max_attempts: u32, cause: &Cause) -> Result<Status> {
        let _ = (id, diagnosis, max_attempts, cause);
        unbuilt()
    }
    /// A person wants another try: a parked or waiting card is put back in the queue with no attempts counted.
    ///
    /// A card that waits for its turn already only forgets its attempts. Fails with `AlreadyPassing`, or `AlreadyClaimed`.
    pub fn retry(&self, id: FeatureId, cause: &Cause) -> Result<Status> {
        let _ = (id, cause);
        unbuilt()
    }
    /// Puts a card at the end of the queue (of its layer) and ends the claim on it. Fails with `AlreadyPassing`.
    pub fn skip(&self, id: FeatureId, cause: &Cause) -> Result<Feature> {
        let _ = (id, cause);
        unbuilt()
    }
    /// Resolves a bug whose fixes all pass. Fails with `NotABug`, `NoFixes`, `FixesOpen` or `Unlawful`.
    pub fn resolve_bug(&self, id: FeatureId, cause: &Cause) -> Result<Vec<StatusChange>> {
        let _ = (id, cause);
        unbuilt()
    }
}
